"""Every recorded chat exchange through the library, over a real socket, comes out as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from material import recorded
from replay import Replay, independent_fold, recorded_events, said

import jackfield

ERRORS = {
    400: jackfield.BadRequestError,
    401: jackfield.AuthenticationError,
    404: jackfield.NotFoundError,
}
AT_ONCE = 16


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    if not recorded("/chat/completions"):
        pytest.skip("there is no recorded traffic beside this checkout")
    replay = Replay("/chat/completions")
    with replay.server:
        yield replay


def _arguments(replay: Replay, index: int) -> tuple[str, dict[str, Any]]:
    given = dict(replay.records[index]["request"]["json"])
    return f"openai/{given.pop('model')}", given


def _complaints(replay: Replay, index: int, outcome: Any) -> Iterator[str]:
    """What differs from the record: in the request that arrived, and in what came out."""
    record = replay.records[index]
    name = f"{index} {record['id']} ({record['source']})"
    # Nulls and `stream: false` are not sent (decision 8a).
    wanted = {
        key: value
        for key, value in record["request"]["json"].items()
        if value is not None and not (key == "stream" and value is False)
    }
    arrived = replay.arrived.pop(index, [])
    if len(arrived) != 1:
        yield f"{name}: {len(arrived)} requests"
    elif arrived[0] != wanted:
        differing = {k for k in {*arrived[0], *wanted} if arrived[0].get(k) != wanted.get(k)}
        yield f"{name}: the request differs in {sorted(differing)}"
    response = record["response"]
    if response["status"] >= 400:
        yield from (f"{name}: {what}" for what in _error_complaints(response, outcome))
    elif isinstance(outcome, BaseException):
        yield f"{name}: {type(outcome).__name__}: {outcome}"
    elif "sse" in response:
        events = recorded_events(response["sse"])
        if [chunk.to_dict() for chunk in outcome] != events:
            yield f"{name}: the chunks differ"
        folded = said(jackfield.stream_chunk_builder(outcome))
        if folded != independent_fold(events):
            yield f"{name}: folded to {folded}, not {independent_fold(events)}"
    elif outcome.to_dict() != response["json"]:
        yield f"{name}: the result differs"


def _error_complaints(response: dict[str, Any], outcome: Any) -> Iterator[str]:
    said = response["json"]["error"]
    wanted: type[BaseException] = ERRORS[response["status"]]
    if said.get("code") == "context_length_exceeded":
        wanted = jackfield.ContextWindowExceededError
    if type(outcome) is not wanted:
        yield f"{type(outcome).__name__} where {wanted.__name__} was due"
        return
    for field in ("message", "code", "param", "type"):
        if getattr(outcome, field) != said.get(field):
            yield f"{field} is {getattr(outcome, field)!r}, not {said.get(field)!r}"
    if outcome.status_code != response["status"] or outcome.body != response["json"]:
        yield "the status or the body differs"


def _report(failures: list[str]) -> None:
    assert not failures, f"{len(failures)} differ:\n" + "\n".join(failures[:40])


def test_every_recorded_exchange_comes_out_as_it_was(replay: Replay) -> None:
    failures: list[str] = []
    with jackfield.Client(
        plugins=["openai"], api_key="sk-test", unsupported="pass", max_retries=0
    ) as client:
        for index in range(len(replay.records)):
            model, given = _arguments(replay, index)
            try:
                outcome: Any = client.completion(model, base_url=replay.base_url(index), **given)
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
            outcome: Any = await client.completion(model, base_url=replay.base_url(index), **given)
            if given.get("stream"):
                outcome = [chunk async for chunk in outcome]
        except jackfield.JackfieldError as error:
            outcome = error
        failures.extend(_complaints(replay, index, outcome))

    async def worker(client: jackfield.AsyncClient, indices: Iterator[int]) -> None:
        for index in indices:
            await one(client, index)

    async def main() -> None:
        async with jackfield.AsyncClient(
            plugins=["openai"], api_key="sk-test", unsupported="pass", max_retries=0
        ) as client:
            indices = iter(range(len(replay.records)))
            await asyncio.gather(*(worker(client, indices) for _ in range(AT_ONCE)))

    asyncio.run(main())
    _report(failures)
