"""Build hook: put the model catalogue as a table where a page says ``<!-- catalogue -->``."""

from __future__ import annotations

from typing import Any

MARK = "<!-- catalogue -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    return markdown.replace(MARK, table()) if MARK in markdown else markdown


def table() -> str:
    from jackfield_openai_catalogue import records

    lines = [
        "| model | surfaces | `reasoning_effort` | `verbosity` | window | status | as of |",
        "|---|---|---|---|---|---|---|",
    ]
    for record in records():
        cells = (
            f"`{record.name}`",
            ", ".join(record.surfaces),
            _values(record.effort),
            _values(record.verbosity),
            f"{record.context_window:,}" if record.context_window else "",
            record.status,
            record.as_of.isoformat(),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _values(values: tuple[str, ...] | None) -> str:
    if values is None:
        return ""
    return ", ".join(values) or "none accepted"
