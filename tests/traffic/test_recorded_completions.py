"""Every recorded text completion through the library, over a real socket, comes out as it was.

Those with one text as prompt are also asked for as chat: the same request must arrive, and what was
said must come back as a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from material import recorded
from replay import Replay, recorded_events

import jackfield

ERRORS = {
    400: jackfield.BadRequestError,
    401: jackfield.AuthenticationError,
    403: jackfield.PermissionDeniedError,
    404: jackfield.NotFoundError,
}
AT_ONCE = 8
SETTINGS: dict[str, Any] = {
    "plugins": ["openai-text"],
    "api_key": "sk-test",
    "unsupported": "pass",
    "max_retries": 0,
}


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    if not recorded("/completions"):
        pytest.skip("there is no recorded traffic beside this checkout")
    replay = Replay("/completions")
    replay.records = [_consistent(record) for record in replay.records]
    with replay.server:
        yield replay


def _consistent(record: dict[str, Any]) -> dict[str, Any]:
    """The record as it must have been: one request lost its ``stream`` when it was edited by hand.

    Its answer is a stream that says it is JSON, which some servers do.
    """
    if "sse" not in record["response"] or record["request"]["json"].get("stream"):
        return record
    return {
        **record,
        "request": {**record["request"], "json": {**record["request"]["json"], "stream": True}},
    }


def _arguments(replay: Replay, index: int) -> tuple[str, dict[str, Any]]:
    given = dict(replay.records[index]["request"]["json"])
    return f"openai/{given.pop('model')}", given


def _wanted(record: dict[str, Any]) -> dict[str, Any]:
    """What must arrive: nulls and ``stream: false`` are not sent."""
    return {
        key: value
        for key, value in record["request"]["json"].items()
        if value is not None and not (key == "stream" and value is False)
    }


def said(choices: list[Any], text: Any) -> dict[int, tuple[str, Any]]:
    """Per index what was said and why it ended, put together in the plainest way there is."""
    found: dict[int, tuple[str, Any]] = {}
    for choice in choices:
        before, reason = found.get(choice["index"], ("", None))
        found[choice["index"]] = (before + (text(choice) or ""), choice["finish_reason"] or reason)
    return found


def _all_choices(events: list[Any]) -> list[Any]:
    return [choice for event in events for choice in event["choices"]]


def _usage(events: list[Any]) -> Any:
    return next((event["usage"] for event in reversed(events) if event.get("usage")), None)


def _complaints(replay: Replay, index: int, outcome: Any) -> Iterator[str]:
    """What differs from the record: in the request that arrived, and in what came out."""
    record = replay.records[index]
    name = f"{index} {record['id']} ({record['source']})"
    arrived = replay.arrived.pop(index, [])
    if len(arrived) != 1:
        yield f"{name}: {len(arrived)} requests"
    elif arrived[0] != _wanted(record):
        yield f"{name}: the request is {arrived[0]}, not {_wanted(record)}"
    response = record["response"]
    if response["status"] >= 400:
        yield from (f"{name}: {what}" for what in _error_complaints(response, outcome))
    elif isinstance(outcome, BaseException):
        yield f"{name}: {type(outcome).__name__}: {outcome}"
    elif "sse" in response:
        events = recorded_events(response["sse"])
        if [chunk.to_dict() for chunk in outcome] != events:
            yield f"{name}: the chunks differ"
        folded = jackfield.stream_chunk_builder(outcome).to_dict()
        one, other = (
            said(choices, lambda choice: choice["text"])
            for choices in (folded["choices"], _all_choices(events))
        )
        if one != other or folded.get("usage") != _usage(events):
            yield f"{name}: folded to {folded}"
        for key in ("id", "object", "created", "model"):
            if folded[key] != events[0][key]:
                yield f"{name}: {key} is {folded[key]!r} in the folded result"
    elif outcome.to_dict() != response["json"]:
        yield f"{name}: the result differs"


def _error_complaints(response: dict[str, Any], outcome: Any) -> Iterator[str]:
    error = response["json"]["error"]
    if type(outcome) is not ERRORS[response["status"]]:
        yield f"{type(outcome).__name__} where {ERRORS[response['status']].__name__} was due"
        return
    for field in ("message", "code", "param", "type"):
        if getattr(outcome, field) != error.get(field):
            yield f"{field} is {getattr(outcome, field)!r}, not {error.get(field)!r}"
    if outcome.status_code != response["status"] or outcome.body != response["json"]:
        yield "the status or the body differs"


def _report(failures: list[str]) -> None:
    assert not failures, f"{len(failures)} differ:\n" + "\n".join(failures[:40])


def test_every_recorded_exchange_comes_out_as_it_was(replay: Replay) -> None:
    failures: list[str] = []
    with jackfield.Client(**SETTINGS) as client:
        for index in range(len(replay.records)):
            model, given = _arguments(replay, index)
            try:
                outcome: Any = client.text_completion(
                    model, base_url=replay.base_url(index), **given
                )
                if given.get("stream"):
                    outcome = list(outcome)
            except jackfield.JackfieldError as error:
                outcome = error
            failures += _complaints(replay, index, outcome)
    _report(failures)


def test_every_recorded_exchange_comes_out_as_it_was_on_asyncio(replay: Replay) -> None:
    failures: list[str] = []

    async def one(client: jackfield.AsyncClient, index: int) -> None:
        model, given = _arguments(replay, index)
        try:
            outcome: Any = await client.text_completion(
                model, base_url=replay.base_url(index), **given
            )
            if given.get("stream"):
                outcome = [chunk async for chunk in outcome]
        except jackfield.JackfieldError as error:
            outcome = error
        failures.extend(_complaints(replay, index, outcome))

    async def worker(client: jackfield.AsyncClient, indices: Iterator[int]) -> None:
        for index in indices:
            await one(client, index)

    async def main() -> None:
        async with jackfield.AsyncClient(**SETTINGS) as client:
            indices = iter(range(len(replay.records)))
            await asyncio.gather(*(worker(client, indices) for _ in range(AT_ONCE)))

    asyncio.run(main())
    _report(failures)


def test_every_recorded_answer_to_one_text_comes_out_as_a_message(replay: Replay) -> None:
    failures: list[str] = []
    asked = 0
    with jackfield.Client(**SETTINGS) as client:
        for index, record in enumerate(replay.records):
            model, given = _arguments(replay, index)
            prompt = given.pop("prompt")
            if not isinstance(prompt, str):
                continue
            asked += 1
            name = model.replace("openai/", "text-completion-openai/")
            try:
                outcome: Any = client.completion(
                    name,
                    [{"role": "user", "content": prompt}],
                    base_url=replay.base_url(index),
                    **given,
                )
                if given.get("stream"):
                    outcome = list(outcome)
            except jackfield.JackfieldError as error:
                outcome = error
            failures += _chat_complaints(replay, index, record["response"], outcome)
    _report(failures)
    assert asked >= 10


def _chat_complaints(
    replay: Replay, index: int, response: dict[str, Any], outcome: Any
) -> Iterator[str]:
    [arrived] = replay.arrived.pop(index)
    if arrived != _wanted(replay.records[index]):
        yield f"{index}: the request is {arrived}"
    if response["status"] >= 400:
        yield from (f"{index}: {what}" for what in _error_complaints(response, outcome))
        return
    if isinstance(outcome, BaseException):
        yield f"{index}: {type(outcome).__name__}: {outcome}"
        return
    if "sse" in response:
        events = recorded_events(response["sse"])
        chunks = [chunk.to_dict() for chunk in outcome]
        if len(chunks) != len(events):
            yield f"{index}: {len(chunks)} chunks of {len(events)} events"
        found = said(_all_choices(chunks), lambda choice: choice["delta"].get("content"))
        if found != said(_all_choices(events), lambda choice: choice["text"]):
            yield f"{index}: the stream says something else"
        outcome = jackfield.stream_chunk_builder(outcome)
    else:
        events = [response["json"]]
    result = outcome.to_dict()
    found = said(result["choices"], lambda choice: choice["message"]["content"])
    if found != said(_all_choices(events), lambda choice: choice["text"]):
        yield f"{index}: the result says {found}"
    if result["object"] != "chat.completion" or result.get("usage") != _usage(events):
        yield f"{index}: the result is {result}"
    for key in ("id", "created", "model"):
        if result[key] != events[0][key]:
            yield f"{index}: {key} is {result[key]!r}"
