"""Chat that is served by a text model: one prompt that says it all, one answer however it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jackfield.dotted import load
from jackfield.envelope import Call, Event, WireResponse
from jackfield.surfaces import CHAT
from jackfield_testing.laws.purity import chunks_are_pure, response_is_pure


def said_in(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Every text of some messages, in the order in which a reader comes to them."""
    for message in messages:
        if isinstance(message.get("name"), str):
            yield message["name"]
        content = message.get("content")
        if isinstance(content, str):
            yield content
        elif content is not None:
            yield from (part[part["type"]] for part in content)
        if isinstance(message.get("refusal"), str):
            yield message["refusal"]
        called = [*(message.get("tool_calls") or ()), {"function": message.get("function_call")}]
        for call in called:
            function = call.get("function") or call.get("custom")
            if function is not None:
                yield function["name"]
                yield function["arguments" if "arguments" in function else "input"]


def says_everything(prompt: Any, messages: Sequence[Mapping[str, Any]]) -> None:
    """The prompt is one text that holds every text of the messages, one after the other."""
    assert isinstance(prompt, str), f"the prompt is a {type(prompt).__name__}"
    at = 0
    for text in said_in(messages):
        found = prompt.find(text, at)
        assert found >= 0, f"{text!r} is not in what follows {prompt[:at]!r}"
        at = found + len(text)


def streams_alike(
    module: Any, call: Call, answer: dict[str, Any], chunks: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """What hooks make of a stream folds to the chat completion they make of the whole answer.

    One chunk comes of each event, and the hooks are pure. Gives the chat completion.
    """
    result = response_is_pure(module, call, WireResponse(200, {}, answer)).raw
    made = chunks_are_pure(module, call, [Event(chunk) for chunk in chunks])
    assert len(made) == len(chunks), f"{len(made)} chunks were made of {len(chunks)}"
    assert CHAT.fold is not None
    assert CHAT.complete is not None
    folded = load(CHAT.fold)(made)
    assert folded == result, f"the stream folds to {folded!r}, the answer is {result!r}"
    assert load(CHAT.complete)(made), "the chat stream is not complete"
    opened: set[Any] = set()
    for choice in (choice for chunk in made for choice in chunk["choices"]):
        first = choice["index"] not in opened
        opened.add(choice["index"])
        assert ("role" in choice["delta"]) == first, "the role is not in the first delta alone"
    checked: dict[str, Any] = result
    return checked
