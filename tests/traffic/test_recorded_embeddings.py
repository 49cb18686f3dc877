"""Every recorded embedding exchange comes out as it was, through the library and a real socket."""

from __future__ import annotations

import asyncio
import base64
import math
import struct
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from material import recorded
from replay import Replay

import jackfield
from jackfield.manifest import Manifest
from jackfield_openai_catalogue.endpoint import ENDPOINT
from jackfield_openai_embeddings.manifest import MANIFEST

SETTINGS: dict[str, Any] = {"api_key": "sk-test", "max_retries": 0}


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    if not recorded("/embeddings"):
        pytest.skip("there is no recorded traffic beside this checkout")
    replay = Replay("/embeddings")
    with replay.server:
        yield replay


def _arguments(replay: Replay, index: int) -> tuple[str, dict[str, Any]]:
    given = dict(replay.records[index]["request"]["json"])
    return f"openai/{given.pop('model')}", given


def _complaints(replay: Replay, index: int, outcome: Any) -> Iterator[str]:
    """What differs from the record: in the request that arrived, and in what came out."""
    record = replay.records[index]
    name = f"{index} {record['id']} ({record['source']})"
    arrived = replay.arrived.pop(index, [])
    if arrived != [record["request"]["json"]]:
        yield f"{name}: the request differs"
    response = record["response"]
    if response["status"] == 404:
        said = response["json"]["error"]
        if type(outcome) is not jackfield.NotFoundError:
            yield f"{name}: {type(outcome).__name__} where NotFoundError was due"
        elif (outcome.message, outcome.code, outcome.type, outcome.body) != (
            said["message"],
            said["code"],
            said["type"],
            response["json"],
        ):
            yield f"{name}: the error differs"
    elif isinstance(outcome, BaseException):
        yield f"{name}: {type(outcome).__name__}: {outcome}"
    elif outcome.to_dict() != response["json"]:
        yield f"{name}: the result differs"
    elif [item.embedding for item in outcome.data] != [
        item["embedding"] for item in response["json"]["data"]
    ]:
        yield f"{name}: the vectors differ"


def _report(replay: Replay, failures: list[str]) -> None:
    assert len(replay.records) >= 52
    assert not failures, f"{len(failures)} differ:\n" + "\n".join(failures[:40])


def test_every_recorded_exchange_comes_out_as_it_was(replay: Replay) -> None:
    failures: list[str] = []
    with jackfield.Client(plugins=["openai-embeddings"], **SETTINGS) as client:
        for index in range(len(replay.records)):
            model, given = _arguments(replay, index)
            try:
                outcome: Any = client.call(
                    "embedding", model, base_url=replay.base_url(index), **given
                )
            except jackfield.JackfieldError as error:
                outcome = error
            failures += _complaints(replay, index, outcome)
    _report(replay, failures)


def test_every_recorded_exchange_comes_out_as_it_was_on_asyncio(replay: Replay) -> None:
    failures: list[str] = []

    async def one(client: jackfield.AsyncClient, index: int) -> None:
        model, given = _arguments(replay, index)
        try:
            outcome: Any = await client.call(
                "embedding", model, base_url=replay.base_url(index), **given
            )
        except jackfield.JackfieldError as error:
            outcome = error
        failures.extend(_complaints(replay, index, outcome))

    async def main() -> None:
        async with jackfield.AsyncClient(plugins=["openai-embeddings"], **SETTINGS) as client:
            await asyncio.gather(*(one(client, index) for index in range(len(replay.records))))

    asyncio.run(main())
    _report(replay, failures)


def _at_home(base_url: str) -> Manifest:
    """The plugin as if OpenAI itself were at that address."""
    return attrs.evolve(MANIFEST, endpoint=attrs.evolve(ENDPOINT, base_url=base_url))


def test_recorded_base64_is_read_as_the_vectors_that_it_holds(replay: Replay) -> None:
    seen = 0
    for index, record in enumerate(replay.records):
        model, given = _arguments(replay, index)
        if record["response"]["status"] != 200 or given.get("encoding_format") == "float":
            continue
        asked = given.pop("encoding_format", None)
        with jackfield.Client(plugins=[_at_home(replay.base_url(index))], **SETTINGS) as client:
            result = client.call("embedding", model, **given)
        wanted = {**record["request"]["json"], "encoding_format": "base64"}
        assert replay.arrived.pop(index) == [wanted]
        recorded = record["response"]["json"]
        assert {**result.to_dict(), "data": None} == {**recorded, "data": None}
        for item, as_recorded in zip(result.data, recorded["data"], strict=True):
            assert {**item.to_dict(), "embedding": None} == {**as_recorded, "embedding": None}
            if asked is None:  # recorded as numbers: a server that ignores what was asked
                assert item.embedding == as_recorded["embedding"]
                continue
            data = base64.b64decode(as_recorded["embedding"])
            assert item.embedding == list(struct.unpack(f"<{len(data) // 4}f", data))
            assert math.isclose(math.hypot(*item.embedding), 1.0, abs_tol=1e-4)
            seen += 1
    assert seen >= 28
