"""Build hook: put the model catalogue as a table where a page says ``<!-- catalogue -->``."""

from __future__ import annotations

from typing import Any

MARK = "<!-- catalogue -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    return markdown.replace(MARK, table()) if MARK in markdown else markdown


def table() -> str:
    """The table, and below it the sources that its rows name by number."""
    from jackfield_openai_catalogue import records

    sources: dict[str, int] = {}
    lines = [
        "| model | surfaces | `reasoning_effort` | `verbosity` | window | output "
        "| USD per M, in / out | status | as of | source |",
        "|---|---|---|---|--:|--:|--:|---|---|--:|",
    ]
    for record in records():
        prices = record.prices
        cells = (
            f"`{record.name}`",
            ", ".join(record.surfaces),
            _values(record.effort),
            _values(record.verbosity),
            _tokens(record.context_window),
            _tokens(record.max_output_tokens),
            f"{prices.input:g} / {prices.output:g}" if prices else "",
            record.status,
            record.as_of.isoformat(),
            str(sources.setdefault(record.source, len(sources) + 1)),
        )
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "Sources:", ""]
    lines += [f"{number}. {source}" for source, number in sources.items()]
    return "\n".join(lines)


def _tokens(count: int | None) -> str:
    return f"{count:,}" if count else ""


def _values(values: tuple[str, ...] | None) -> str:
    if values is None:
        return ""
    return ", ".join(values) or "none accepted"
