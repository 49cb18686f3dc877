"""Answers and streams between chat completions and the Responses API say the same on either side.

The functions under test are those of the bridge::

    message_of(items) -> message             items_of(message) -> items
    chat_answer(response) -> completion      responses_answer(completion, request) -> response
    chat_chunks(event, state) -> chunks      response_events(chunk, state, request) -> events
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from jackfield.dotted import load
from jackfield.envelope import END
from jackfield.errors import APIResponseValidationError
from jackfield.surfaces import CHAT

Event: TypeAlias = dict[str, Any]
Crossing: TypeAlias = Callable[..., Any]


def turn_comes_back(message_of: Crossing, items_of: Crossing, items: Sequence[Any]) -> Any:
    """Items are the same after becoming a message and items again; gives the message."""
    before = copy.deepcopy(list(items))
    message = message_of(items)
    said = copy.deepcopy(message)
    assert message["role"] == "assistant"
    back = items_of(message)
    assert back == before, f"{back!r} came back of {before!r}"
    assert message == said, "items_of changed the message"
    assert list(items) == before, "message_of changed the items"
    return message


def streams_purely(
    crossing: Crossing, events: Sequence[Any], *given: Any, **named: Any
) -> list[Any]:
    """What a stream's crossing makes of all events and the end: purely, the same every time."""
    before = copy.deepcopy(list(events))

    def run() -> list[Any]:
        state: dict[str, Any] = {}
        found: list[Any] = []
        for event in (*events, END):
            found += copy.deepcopy(crossing(event, state, *given, **named))
        return found

    first = run()
    assert run() == first, "the stream is told differently the second time"
    assert list(events) == before, "an event was changed"
    return first


# Responses, seen as chat --------------------------------------------------------------------------


def folds_to_the_answer(
    chat_chunks: Crossing, chat_answer: Crossing, response: Mapping[str, Any], events: Sequence[Any]
) -> list[Any]:
    """The chunks of a Response's stream fold to its chat completion; gives the chunks.

    Asked for usage, that is, which is None then where the answer has none; else all but the usage.
    """
    assert CHAT.fold is not None
    assert CHAT.complete is not None
    answer = chat_answer(response)
    for usage in (True, False):
        chunks = streams_purely(chat_chunks, events, include_usage=usage)
        folded = load(CHAT.fold)(chunks)
        wanted = {k: v for k, v in answer.items() if k != "usage"}
        wanted |= {"usage": answer.get("usage")} if usage else {}
        assert folded == wanted, f"folded to {folded!r}, the answer is {wanted!r}"
        assert load(CHAT.complete)(chunks), "the chat stream is not complete"
        assert all(len(chunk["choices"]) == 1 for chunk in chunks[: -1 if usage else None])
        # No chunk after the first has a role, and nothing that is said is empty.
        deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
        assert ["role" in delta for delta in deltas] == [True] + [False] * (len(deltas) - 1)
    return chunks


def says_the_answer_or_that_it_did_not(
    chat_chunks: Crossing, chat_answer: Crossing, response: Mapping[str, Any], events: Sequence[Any]
) -> bool:
    """A stream out of order folds to the right answer, or ends in an error that has it.

    Blanks around a text may be other ones. Gives whether it is the answer.
    """
    assert CHAT.fold is not None
    answer = chat_answer(response)
    wrong: APIResponseValidationError | None = None
    chunks: list[Any] = []
    try:
        chunks = streams_purely(chat_chunks, events)
    except APIResponseValidationError as error:
        wrong = error
    if wrong is not None:
        assert wrong.partial == answer, f"the error has {wrong.partial!r}, it is {answer!r}"
        assert not wrong.retryable
        return False
    found = load(CHAT.fold)(chunks)["choices"][0]["message"]
    wanted = answer["choices"][0]["message"]
    for name in ("content", "refusal", "reasoning_content"):
        assert (found.get(name) or "").strip() == (wanted.get(name) or "").strip()
    said, meant = (_calls(message) for message in (found, wanted))
    assert [(name, text.strip()) for name, text in said] == [
        (name, text.strip()) for name, text in meant
    ]
    return True


def events_are_passed_on(
    known: Sequence[str], events: Sequence[Event], chunks: Sequence[Any]
) -> None:
    """Every event that is not of a ``known`` type is in a chunk as it is, in the same order."""
    wanted = [event for event in events if event.get("type") not in known]
    found = [
        event
        for chunk in chunks
        for choice in chunk["choices"]
        for event in (choice["delta"].get("provider_specific_fields") or {}).get(
            "stream_events", ()
        )
    ]
    there = iter(found)
    for event in wanted:
        assert any(event == each for each in there), f"{event!r} is in no chunk"


def says_what_the_response_says(completion: Mapping[str, Any], response: Mapping[str, Any]) -> None:
    """Counted by hand: the texts, refusals, calls and reasoning of a Response of sound items."""
    message = completion["choices"][0]["message"]
    parts = [p for i in response["output"] if i["type"] == "message" for p in i["content"]]
    texts = [part["text"] for part in parts if part["type"] == "output_text"]
    refusals = [part["refusal"] for part in parts if part["type"] == "refusal"]
    assert message["content"] == ("".join(texts) if texts else None)
    assert message["refusal"] == ("".join(refusals) if refusals else None)
    reasoning = [item for item in response["output"] if item["type"] == "reasoning"]
    thought = [
        part["text"]
        for item in reasoning
        for part in (*item["summary"], *(item.get("content") or ()))
    ]
    assert message.get("reasoning_content") == ("\n\n".join(thought) if thought else None)
    assert message.get("reasoning_items", []) == reasoning
    calls = [i for i in response["output"] if i["type"] in ("function_call", "custom_tool_call")]
    assert [call["id"] for call in message.get("tool_calls", ())] == [i["call_id"] for i in calls]
    for call, item in zip(message.get("tool_calls", ()), calls, strict=True):
        if item["type"] == "function_call":
            said = {"name": item["name"], "arguments": item["arguments"]}
            assert call == {"id": item["call_id"], "type": "function", "function": said}
        else:
            said = {"name": item["name"], "input": item["input"]}
            assert call == {"id": item["call_id"], "type": "custom", "custom": said}
    known = {"message", "reasoning", "function_call", "custom_tool_call"}
    others = [item for item in response["output"] if item["type"] not in known]
    kept = message.get("provider_specific_fields") or {}
    assert kept.get("output_items", []) == others
    _cites_the_same_places(message, parts)
    logprobs = [each for p in parts if p["type"] == "output_text" for each in p.get("logprobs", ())]
    given = completion["choices"][0]["logprobs"] or {"content": None}
    assert (given["content"] or []) == logprobs


def _cites_the_same_places(message: Mapping[str, Any], parts: Sequence[Any]) -> None:
    """What a citation points to in its part, it points to in the whole content."""
    wanted = []
    for part in parts:
        for note in part.get("annotations", ()) if part["type"] == "output_text" else ():
            if isinstance(note, dict) and "start_index" in note:
                wanted.append(part["text"][note["start_index"] : note["end_index"]])
    notes = [note.get("url_citation", note) for note in message.get("annotations", ())]
    notes = [note for note in notes if isinstance(note, dict) and "start_index" in note]
    assert len(notes) == len(wanted)
    content = message["content"] or ""
    for note, text in zip(notes, wanted, strict=True):
        pointed = content[note["start_index"] : note["end_index"]]
        assert pointed.startswith(text), f"{note!r} points to {pointed!r} instead of {text!r}"


# Chat, seen as Responses --------------------------------------------------------------------------


def answer_comes_back(
    responses_answer: Crossing, chat_answer: Crossing, completion: Mapping[str, Any]
) -> dict[str, Any]:
    """A chat completion says the same after becoming a Response and a chat completion again.

    Compared is what its first choice says. Gives the Response.
    """
    before = copy.deepcopy(dict(completion))
    response = responses_answer(completion, {})
    kept = copy.deepcopy(response)
    back = chat_answer(response)
    assert completion == before, "responses_answer changed the completion"
    assert response == kept, "chat_answer changed the response"
    one, other = completion["choices"][0], back["choices"][0]
    said, again = one["message"], other["message"]
    for name in ("content", "refusal", "annotations", "reasoning_content"):
        assert (again.get(name) or None) == (said.get(name) or None), f"{name} is not the same"
    assert _calls(again) == _calls(said), "the calls are not the same"
    for name in ("model", "created"):
        assert back[name] == completion[name]
    assert back["id"].removeprefix("resp_") == completion["id"].removeprefix("resp_")
    counts = completion.get("usage")
    if counts is not None:
        for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
            assert back["usage"][name] == counts[name]
    ended = one.get("finish_reason")
    wanted = ended if ended in ("length", "content_filter") else "stop"
    assert other["finish_reason"] == ("tool_calls" if wanted == "stop" and _calls(said) else wanted)
    checked: dict[str, Any] = response
    return checked


def _calls(message: Mapping[str, Any]) -> list[Any]:
    """What a message calls; a legacy call has no id."""
    found = []
    for call in message.get("tool_calls") or ():
        said = call.get("function") or call.get("custom")
        found.append((said["name"], said.get("arguments", said.get("input"))))
    legacy = message.get("function_call")
    return found + ([(legacy["name"], legacy["arguments"])] if legacy else [])


def response_comes_back(
    chat_answer: Crossing, responses_answer: Crossing, response: Mapping[str, Any]
) -> None:
    """A Response that is an answer is the same after becoming a chat completion and a Response.

    With the request that it repeats. Null, false and empty fields may be left out, and ``usage``
    may have counts of 0 more.
    """
    back = responses_answer(chat_answer(response), response)
    for name in ("id", "object", "created_at", "model", "status", "output"):
        assert back[name] == response[name], f"{name} is {back[name]!r}"
    reason = response.get("incomplete_details")
    assert not reason or back["incomplete_details"] == reason
    for name, value in response.items():
        if value and name != "usage" and name not in ("choices", "created", "stream_events"):
            found = back.get(name)
            wanted = {**found, **value} if name in ("reasoning", "text") else value
            assert found == wanted, f"{name} is {found!r}, not {value!r}"
    for name, value in (response.get("usage") or {}).items():
        found = back["usage"][name]
        assert found == ({**found, **value} if isinstance(value, dict) else value)


class Told:
    """A Response put together from its events alone, which checks the order of the events."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.done: dict[int, Any] = {}
        self._texts: dict[tuple[Any, ...], str] = {}
        self._open: dict[int, set[tuple[Any, ...]]] = {}

    def hear(self, event: Event) -> None:
        """Take one event."""
        _, _, name = event["type"].partition(".")
        if name == "output_item.added":
            assert event["output_index"] == len(self.items), "an item is not the next"
            self.items.append(event["item"])
            self._open[event["output_index"]] = set()
        elif name == "output_item.done":
            index = event["output_index"]
            assert not self._open.pop(index), "an item is done before its parts are"
            _same_id(self.items[index], event["item"])
            self.done[index] = event["item"]
        elif "output_index" in event:
            self._of_an_item(name, event)

    def _of_an_item(self, name: str, event: Event) -> None:
        index = event["output_index"]
        assert index in self._open, f"{name} of an item that is not open"
        assert event["item_id"] == self.items[index]["id"]
        part = (index, event.get("content_index", event.get("summary_index")))
        if name.endswith("part.added"):
            earlier = [at for at, _ in self._texts if at == index]
            assert part[1] == len(earlier), "a part is not the next"
            self._texts[part] = ""
            self._open[index].add(part)
        elif name.endswith("part.done"):
            self._open[index].remove(part)
            said = event["part"].get("text", event["part"].get("refusal"))
            assert said is None or said == self._texts[part]
        elif name.endswith(".delta"):
            assert part[1] is None or part in self._open[index], "a delta of no open part"
            self._texts[part] = self._texts.get(part, "") + event["delta"]
        elif name.endswith(".done"):
            fields = ("text", "refusal", "arguments", "input")
            said = next(event[field] for field in fields if field in event)
            assert said == self._texts.get(part, ""), f"{said!r} is not what the deltas said"
        else:
            assert name == "output_text.annotation.added", f"{name} is no event of an item"
            assert part in self._open[index]

    def end(self) -> list[Any]:
        """The items, all of which are done."""
        assert not self._open, "an item is not done at the end"
        return [self.done[index] for index in range(len(self.items))]


def _same_id(one: Any, other: Any) -> None:
    for name in ("id", "type", "call_id"):
        assert one.get(name) == other.get(name), f"an item changes its {name}"


def tells_a_response(
    response_events: Crossing, chunks: Sequence[Any], request: Mapping[str, Any]
) -> tuple[list[Event], list[Any]]:
    """The events of a chat stream are those of a Response, in the order in which the API has them.

    Gives the events, and the items as the events tell them.
    """
    events = streams_purely(response_events, chunks, request)
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    types = [event["type"] for event in events]
    assert types[:2] == ["response.created", "response.in_progress"]
    assert types[-1] in ("response.completed", "response.incomplete")
    told = Told()
    for event in events[2:-1]:
        told.hear(event)
    items = told.end()
    first, last = events[0]["response"], events[-1]["response"]
    assert first["id"] == events[1]["response"]["id"] == last["id"]
    assert (first["status"], first["output"]) == ("in_progress", [])
    assert types[-1] == f"response.{last['status']}"
    return events, items
