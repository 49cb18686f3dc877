"""User text to what becomes of a response: directives in square brackets, anywhere in the text.

====================  =======================================================================
``[refuse]``          the answer is a refusal
``[filter]``          half of the text, then ``incomplete`` with reason ``content_filter``
``[fail]``            half of the text, then ``failed`` with code ``server_error``
``[fail=CODE]``       the same with another code
``[narrate]``         a message of commentary before anything is called
``[parts=N]``         the text in N parts of one message
``[mcp-error]``       calls of MCP tools fail
``[looks=N]``         in the background, it has ended at the N-th look
``[stall]``           in the background, it never ends
``[retrieve!FAULT]``  brings a fault to looking at it
====================  =======================================================================
"""

from __future__ import annotations

import re

import attrs

from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.faults import parse_fault

_DIRECTIVE = re.compile(
    r"\[(?:(?P<flag>refuse|filter|fail|narrate|mcp-error|stall)"
    r"|(?P<name>fail|parts|looks)=(?P<value>[^\]]*)|retrieve!(?P<fault>[^\]]*))\]"
)
_MOST = {"parts": 9, "looks": 1000}


@attrs.frozen
class Script:
    """What becomes of a response.

    Args:
        refused: whether it refuses.
        filtered: whether the content filter cuts it.
        failure: the code of its error, or an empty string.
        narrated: whether it says something before it calls anything.
        parts: how many parts its text has.
        mcp_error: whether calls of MCP tools fail.
        looks: the look at which it has ended, in the background; None where nothing was said.
        stalls: whether it never ends, in the background.
        retrieve: a fault directive for looking at it, or an empty string.
    """

    refused: bool = False
    filtered: bool = False
    failure: str = ""
    narrated: bool = False
    parts: int = 1
    mcp_error: bool = False
    looks: int | None = None
    stalls: bool = False
    retrieve: str = ""

    @property
    def is_cut(self) -> bool:
        """Whether only half of the text comes."""
        return self.filtered or bool(self.failure)


_FLAGS: dict[str, dict[str, object]] = {
    "refuse": {"refused": True},
    "filter": {"filtered": True},
    "fail": {"failure": "server_error"},
    "narrate": {"narrated": True},
    "mcp-error": {"mcp_error": True},
    "stall": {"stalls": True},
}


def script_of(text: str) -> Script:
    """Read the directives of a text; anything else in brackets is text.

    Raises:
        APIFault: 400 with code ``invalid_sandbox_fault`` for a value that is not taken.
    """
    changes: dict[str, object] = {}
    for found in _DIRECTIVE.finditer(text):
        if found["flag"]:
            changes |= _FLAGS[found["flag"]]
        elif found["fault"] is not None:
            parse_fault(found["fault"])
            changes["retrieve"] = found["fault"]
        elif found["name"] == "fail":
            changes["failure"] = found["value"] or "server_error"
        else:
            changes[found["name"]] = _number(found["name"], found["value"])
    return Script(**changes)  # type: ignore[arg-type]  # checked when read


def _number(name: str, text: str) -> int:
    least = 1 if name == "parts" else 0
    if not re.fullmatch(r"[0-9]{1,4}", text) or not least <= int(text) <= _MOST[name]:
        raise APIFault(
            400,
            f"'{name}' takes a whole number from {least} to {_MOST[name]}, not '{text}'.",
            param="input",
            code="invalid_sandbox_fault",
        )
    return int(text)
