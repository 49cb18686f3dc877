"""Prompt to what becomes of a job: directives in square brackets, anywhere in the text.

``[looks=N]`` is done at the N-th look, ``[fail]`` or ``[fail=CODE]`` fails then, ``[stall]`` never
ends, ``[refuse]`` is not even begun. ``[retrieve!FAULT]`` and ``[content!FAULT]`` bring a fault to
the requests that look at the job, or download what it made.
"""

from __future__ import annotations

import re

import attrs

from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.faults import parse_fault

_DIRECTIVE = re.compile(
    r"\[(?:(?P<flag>fail|stall|refuse)|(?P<name>fail|looks)=(?P<value>[^\]]*)"
    r"|(?P<request>retrieve|content)!(?P<fault>[^\]]*))\]"
)
_LOOKS = 3
_MOST_LOOKS = 1000


@attrs.frozen
class Script:
    """What becomes of a job.

    Args:
        looks: the look at which it has ended; 0 has ended before the first.
        failure: the code of its error, or an empty string.
        stalls: whether it never ends.
        refused: whether it is not even begun.
        retrieve: a fault directive for looking at it, or an empty string.
        content: a fault directive for downloading what it made, or an empty string.
    """

    looks: int = _LOOKS
    failure: str = ""
    stalls: bool = False
    refused: bool = False
    retrieve: str = ""
    content: str = ""


def script_of(prompt: str) -> Script:
    """Read the directives of a prompt; anything else in brackets is text.

    Raises:
        APIFault: 400 with code ``invalid_sandbox_fault`` for a value that is not taken.
    """
    script = Script()
    for found in _DIRECTIVE.finditer(prompt):
        if found["flag"] == "stall":
            script = attrs.evolve(script, stalls=True)
        elif found["flag"] == "refuse":
            script = attrs.evolve(script, refused=True)
        elif found["flag"] == "fail":
            script = attrs.evolve(script, failure="video_generation_failed")
        elif found["name"] == "fail":
            script = attrs.evolve(script, failure=found["value"] or "video_generation_failed")
        elif found["name"] == "looks":
            script = attrs.evolve(script, looks=_looks(found["value"]))
        else:
            parse_fault(found["fault"])
            if found["request"] == "retrieve":
                script = attrs.evolve(script, retrieve=found["fault"])
            else:
                script = attrs.evolve(script, content=found["fault"])
    return script


def _looks(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) > _MOST_LOOKS:
        raise APIFault(
            400,
            f"'looks' takes a whole number up to {_MOST_LOOKS}, not '{text}'.",
            param="prompt",
            code="invalid_sandbox_fault",
        )
    return int(text)
