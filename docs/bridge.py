"""Write the reference page of the bridge from its loss table: ``python docs/bridge.py``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from jackfield_openai_responses.losses import ROWS, TO_CHAT, TO_RESPONSES, Row

PAGE = Path(__file__).parent / "pages" / "reference" / "bridge.md"

_HEAD = """\
# The bridge: chat and Responses

`jackfield-openai-responses` serves chat calls through the Responses API where a model has no other
(`openai/responses/…`, gpt-5-pro, the codex models), and `responses()` through chat where a model
has nothing else. Requests, answers and streams cross in both directions, and what crosses comes
back as it was: messages and items in their order, parts, tools, tool calls and results, the choice
among tools, formats, reasoning, and every parameter that has a counterpart. A parameter, a part or
a tool that neither side knows is sent as it is.

Nothing is added but defaults that a schema wants said, which are below. The Responses API keeps
responses unless `store=False` says otherwise, and gives
encrypted reasoning, without which reasoning can't be sent again then, only for
`include=["reasoning.encrypted_content"]`: both can be given to a chat call.

This page lists everything else. It is made from the table that the code itself uses
(`python docs/bridge.py`), and property tests hold the bridge to it: what has no row survives.

| what happens | |
|---|---|
| **unsupported** | by the call's [policy](../how-to/parameters.md): an error, or left out with a \
warning; `unsupported="pass"` sends it |
| **warning** | left out, or sent in another way, and said in `result.warnings` |
| **kept** | in a field that chat or Responses does not have, from where it goes back |
| **not carried** | left out, or written in another form, without a word: nothing depends on it |
| **error** | raised: a `RequestError` for a request, the error of its code for an answer |

A row may name values that ask for nothing: these are left out without a word.

"""

_SECTIONS = {
    (TO_RESPONSES, "request"): "A chat request, sent to the Responses API",
    (TO_CHAT, "answer"): "A Response, as the answer to a chat call",
    (TO_CHAT, "stream"): "A stream of Responses, as the answer to a chat call",
    (TO_CHAT, "request"): "A Responses request, sent to a chat model",
    (TO_RESPONSES, "answer"): "A chat completion, as the answer to a Responses call",
    (TO_RESPONSES, "stream"): "A chat stream, as the answer to a Responses call",
}


def page() -> str:
    """The page's text."""
    return _HEAD + "\n".join(_lines())


def _lines() -> Iterator[str]:
    for (direction, side), title in _SECTIONS.items():
        found = [row for row in ROWS if row.direction == direction and row.side == side]
        if not found:
            continue
        yield f"## {title}\n"
        yield "| | | what happens | |"
        yield "|---|---|---|---|"
        # Rows that say the same stand together in the table, and are one line here.
        for _, same in groupby(found, lambda row: (row.kind, row.outcome, row.reason, row.neutral)):
            yield _line(list(same))
        yield ""


def _line(rows: list[Row]) -> str:
    names = ", ".join(_name(row.name) for row in rows)
    nothing = " or ".join(f"`{json.dumps(value)}`" for value in rows[0].neutral)
    reason = rows[0].reason + (f" ({nothing} asks for nothing)" if nothing else "")
    return f"| {rows[0].kind} | {names} | **{rows[0].outcome}** | {reason} |"


def _name(name: str) -> str:
    """A name as code, unless it is words."""
    return name if " " in name and ":" not in name else f"`{name}`"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
