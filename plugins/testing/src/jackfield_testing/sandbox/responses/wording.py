"""The text of a response, its citations, and its message items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.chat import wording
from jackfield_testing.sandbox.chat.topics import subject
from jackfield_testing.sandbox.responses.parts import item, part, text_part
from jackfield_testing.sandbox.responses.turn import Turn

_SITE = "https://example.com/jackfield?utm_source=openai"
_MORE = "There is nothing more to say, and this sentence says it."


@attrs.frozen
class Said:
    """A message with what the response needs to know of it.

    Args:
        item: as the response has it.
        size: in tokens.
        is_cut: whether a limit cut it.
    """

    item: dict[str, Any]
    size: int
    is_cut: bool = False


def said(turn: Turn, called: Sequence[Mapping[str, Any]], limit: int | None) -> Said:
    """Give the message that a response ends with.

    Args:
        turn: the request and its context.
        called: the items of the hosted tools that were called for it.
        limit: how many tokens there may be, or None.
    """
    if turn.script.refused:
        return _refusing(turn, limit)
    text, cited, annotations = _text(turn, called)
    pieces = tokens.split(text + cited)
    if turn.script.is_cut:
        pieces = pieces[: len(pieces) // 2]
    is_cut = limit is not None and len(pieces) > limit
    pieces = pieces[:limit]
    body = item(
        id=turn.id("message", "answer"),
        type="message",
        status="incomplete" if is_cut or turn.script.is_cut else "completed",
        content=_parts(turn, pieces, tokens.count(text), annotations),
        **_phase(turn, "final_answer"),
        role="assistant",
    )
    return Said(body, len(pieces), is_cut)


def commentary(turn: Turn) -> Said:
    """Give the message that says what is going to be called."""
    text = f"First I look into {subject(turn.text)}."
    pieces = tokens.split(text)
    body = item(
        id=turn.id("message", "commentary"),
        type="message",
        status="completed",
        content=[text_part(text, (), _logprobs(turn, pieces, "commentary"))],
        **_phase(turn, "commentary"),
        role="assistant",
    )
    return Said(body, len(pieces))


def _logprobs(turn: Turn, pieces: list[str], salt: str) -> list[dict[str, Any]]:
    top = int(turn.request.get("top_logprobs", 0))
    return tokens.logprobs(pieces, top, turn.identity, salt)


def _phase(turn: Turn, phase: str) -> dict[str, str]:
    return {"phase": phase} if turn.model.is_recent else {}


def _refusing(turn: Turn, limit: int | None) -> Said:
    pieces = tokens.split(wording.REFUSAL)
    is_cut = limit is not None and len(pieces) > limit
    refusal = part("refusal", refusal="".join(pieces[:limit]))
    body = item(
        id=turn.id("message", "answer"),
        type="message",
        status="incomplete" if is_cut else "completed",
        content=[refusal],
        **_phase(turn, "final_answer"),
        role="assistant",
    )
    return Said(body, len(pieces[:limit]), is_cut)


def _text(turn: Turn, called: Sequence[Mapping[str, Any]]) -> tuple[str, str, list[dict[str, Any]]]:
    """Give the text, what is cited after it, and the annotations."""
    format = (turn.request.get("text") or {}).get("format") or {}
    asked: dict[str, Any] = {"messages": turn.messages or ({"role": "user", "content": ""},)}
    if format.get("type") == "json_schema":
        asked["response_format"] = {"type": "json_schema", "json_schema": format}
    elif format:
        asked["response_format"] = format
    if not turn.is_structured and called and called[-1]["type"] == "image_generation_call":
        return "", "", []  # the picture is the answer
    text = wording.text_for(asked, 0)
    if turn.is_structured:
        return text, "", []
    verbosity = (turn.request.get("text") or {}).get("verbosity")
    if verbosity == "low":
        text = text.rpartition(". ")[0] + "."
    elif verbosity == "high":
        text = f"{text} {_MORE}"
    return text, *_cited(len(text), called)


def _cited(length: int, called: Sequence[Mapping[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """Give what is cited after a text of this length, and the annotations."""
    annotations, cited = [], ""
    kinds = {found["type"]: found for found in called}
    if "file_search_call" in kinds:
        for result in kinds["file_search_call"]["results"]:
            names = {"file_id": result["file_id"], "filename": result["filename"]}
            annotations.append(part("file_citation", index=length, **names))
    if "web_search_call" in kinds:
        mark = f"([example.com]({_SITE}))"
        place = {"start_index": length + 1, "end_index": length + 1 + len(mark)}
        annotations.append(part("url_citation", title="Jackfield sandbox", url=_SITE, **place))
        cited = f" {mark}"
    return cited, annotations


def _parts(
    turn: Turn, pieces: list[str], plain: int, annotations: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Cut the text into as many parts as were asked for, each with the annotations in it.

    Args:
        turn: the request and its context.
        pieces: the tokens of the text.
        plain: how many of them are no citation, and may be parted.
        annotations: with places in the whole text.
    """
    size = min(plain, len(pieces))
    count = 1 if turn.is_structured else min(turn.script.parts, max(size, 1))
    edges = [*(size * number // count for number in range(count)), len(pieces)]
    made, begin = [], 0
    for number in range(count):
        some = pieces[edges[number] : edges[number + 1]]
        text = "".join(some)
        entries = _logprobs(turn, some, str(number))
        found = [one for one in annotations if begin <= _first(one)]
        kept = [_moved(one, -begin) for one in found if _last(one) <= begin + len(text)]
        made.append(text_part(text, kept, entries))
        begin += len(text)
    return made


def _first(annotation: Mapping[str, Any]) -> int:
    return int(annotation.get("start_index", annotation.get("index", 0)))


def _last(annotation: Mapping[str, Any]) -> int:
    return int(annotation.get("end_index", annotation.get("index", 0)))


def _moved(annotation: Mapping[str, Any], by: int) -> dict[str, Any]:
    places = ("start_index", "end_index", "index")
    return {name: v + by if name in places else v for name, v in annotation.items()}
