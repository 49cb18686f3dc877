"""Every recorded audio exchange through the library, over a real socket, comes out as it was."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import material
import pytest
from rawserver import Asked, RawServer, Wire
from replay import pieces_of, recorded_events

import jackfield
from jackfield_testing.sandbox.forms import FormFile, fields_of, parse_form
from jackfield_testing.strategies.audio import wav

SURFACES = {
    "/audio/transcriptions": "transcription",
    "/audio/translations": "translation",
    "/audio/speech": "speech",
}
LEFT_OUT = {"content-type", "content-length", "content-encoding", "transfer-encoding"}
# What a record without its form was asked.
UNKNOWN_FORM = [{"name": "model", "value": "whisper-1"}]


class Replay:
    """The recorded exchanges, served under ``/<index>/…``; requests are kept as they came."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self.records = records
        self.arrived: dict[int, list[Asked]] = {}
        self.server = RawServer(self._answer)

    def base_url(self, index: int) -> str:
        return f"{self.server.origin}/{index}/v1"

    def _answer(self, asked: Asked, wire: Wire) -> None:
        index = int(asked.target.split("/")[1])
        self.arrived.setdefault(index, []).append(asked)
        response = self.records[index]["response"]
        kind = response["headers"].get("content-type")
        headers = {k: v for k, v in response["headers"].items() if k.lower() not in LEFT_OUT}
        if "sse" in response:
            wire.stream(
                pieces_of(response["sse"], index), headers={"content-type": kind, **headers}
            )
        else:
            wire.reply(response["status"], body_of(response), headers, content_type=kind)


def body_of(response: dict[str, Any]) -> bytes:
    if "b64" in response:
        return base64.b64decode(response["b64"])
    return json.dumps(response["json"], ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def replaying() -> Iterator[Replay]:
    records = [record for ep in SURFACES for record in material.recorded(ep)]
    if not records:
        pytest.skip("there is no recorded traffic beside this checkout")
    replay = Replay(records)
    with replay.server:
        yield replay


@pytest.fixture
def replay(replaying: Replay) -> Replay:
    """The recordings, of which none was asked for yet."""
    replaying.arrived.clear()
    return replaying


def content_of(part: dict[str, Any]) -> bytes:
    """A recorded file; of one that was cut, its beginning."""
    found = re.match(r"(?:[A-Za-z0-9+/]{4})*", part["b64"])
    assert found is not None
    whole = base64.b64decode(part["b64"]) if len(part["b64"]) % 4 == 0 else b""
    if hashlib.sha256(whole).hexdigest() == part["sha256"]:
        return whole
    return base64.b64decode(found[0])


def given_of(record: dict[str, Any]) -> dict[str, Any]:
    """What a caller of the library gives for a recorded request."""
    if "json" in record["request"]:
        return dict(record["request"]["json"])
    parts = record["request"].get("multipart") or UNKNOWN_FORM
    given = {part["name"]: value_of(part) for part in parts if "value" in part}
    files = [(part["filename"], content_of(part)) for part in parts if "b64" in part]
    return {**given, "file": files[0] if files else ("speech.wav", wav())}


def value_of(part: dict[str, Any]) -> Any:
    return typed(part["name"], part["value"])


def typed(name: str, value: Any) -> Any:
    """A form's text as the type that the parameter has."""
    if isinstance(value, dict):
        return {key: typed(key, item) for key, item in value.items()}
    numbers = ("temperature", "threshold", "prefix_padding_ms", "silence_duration_ms", "stream")
    return json.loads(value) if name in numbers else value


def complaints(replay: Replay, index: int, outcome: Any) -> Iterator[str]:
    """What differs from the record: in the request that arrived, and in what came out."""
    record = replay.records[index]
    [asked] = replay.arrived.pop(index)
    if asked.target.removeprefix(f"/{index}") != record["request"]["path"]:
        yield f"asked for {asked.target}"
    yield from sent_complaints(record, asked)
    response = record["response"]
    if isinstance(outcome, BaseException):
        yield f"{type(outcome).__name__}: {outcome}"
    elif "b64" in response:
        sha = hashlib.sha256(outcome.content).hexdigest()
        if (outcome.size, sha) != (response["size"], response["sha256"]):
            yield "the audio differs"
        if outcome.content_type != response["headers"]["content-type"]:
            yield f"the audio is {outcome.content_type}"
    elif "sse" in response:
        events, folded = outcome
        if [event.to_dict() for event in events] != recorded_events(response["sse"]):
            yield "the events differ"
        yield from folding_complaints(recorded_events(response["sse"]), folded)
    elif outcome.to_dict() != response["json"]:
        yield f"the result is {outcome!r}"


def sent_complaints(record: dict[str, Any], asked: Asked) -> Iterator[str]:
    if "json" in record["request"]:
        if asked.json != record["request"]["json"]:
            yield f"sent {asked.json}"
        return
    given = given_of(record)
    name, content = given.pop("file")
    form = parse_form(asked.headers["content-type"], asked.body)
    fields = fields_of(form.parts)
    file = fields.pop("file")
    if {key: typed(key, value) for key, value in fields.items()} != given:
        yield f"the form says {fields}, not {given}"
    if (file.filename, file.data) != (name, content):
        yield f"the file arrived as {file}, not as {name}"
    if not file.content_type.startswith("audio/"):
        yield f"the file is {file.content_type}"


def folding_complaints(events: list[Any], folded: Any) -> Iterator[str]:
    """A stream's events, folded without the library's help."""
    [done] = [event for event in events if event["type"] == "transcript.text.done"]
    segments = [event for event in events if event["type"] == "transcript.text.segment"]
    wanted = {key: value for key, value in done.items() if key != "type"}
    if segments:
        wanted["segments"] = segments
    if folded.to_dict() != wanted:
        yield f"folded to {folded!r}"


def blocking(replay: Replay, index: int) -> Any:
    record = replay.records[index]
    with jackfield.Client(
        plugins=["openai-audio"],
        api_key="sk-test",
        base_url=replay.base_url(index),
        max_retries=0,
    ) as client:
        given = given_of(record)
        call = getattr(client, SURFACES[record["ep"]])
        found = call(f"openai/{given.pop('model')}", **given)
        return (list(found), found.result()) if given.get("stream") else found


def on_loop(replay: Replay, index: int) -> Any:
    record = replay.records[index]

    async def main() -> Any:
        async with jackfield.AsyncClient(
            plugins=["openai-audio"],
            api_key="sk-test",
            base_url=replay.base_url(index),
            max_retries=0,
        ) as client:
            given = given_of(record)
            call = getattr(client, SURFACES[record["ep"]])
            found = await call(f"openai/{given.pop('model')}", **given)
            if given.get("stream"):
                return [event async for event in found], await found.result()
            return found

    return asyncio.run(main())


@pytest.mark.parametrize("run", [blocking, on_loop], ids=["sync", "async"])
def test_every_recorded_exchange_comes_out_as_it_was(
    replay: Replay, run: Callable[[Replay, int], Any]
) -> None:
    failures: list[str] = []
    for index, record in enumerate(replay.records):
        try:
            outcome = run(replay, index)
        except jackfield.JackfieldError as error:
            outcome = error
        failures += [f"{record['id']}: {what}" for what in complaints(replay, index, outcome)]
    assert not failures, "\n".join(failures)
    assert len(replay.records) >= 13


def test_a_recorded_diarized_stream_is_its_answer_without_streaming(replay: Replay) -> None:
    """Two recordings of the same file: what both can carry is the same but for the figures."""
    by_id = {record["id"]: record for record in replay.records}
    whole = by_id["x03050"]["response"]["json"]
    _, folded = blocking(replay, replay.records.index(by_id["x03052"]))
    found = folded.to_dict()
    assert set(whole) - set(found) == {"task", "duration"}
    assert found["text"] == whole["text"]
    assert [set(one) for one in found["segments"]] == [set(one) for one in whole["segments"]]


# The official schema ----------------------------------------------------------------------------

EVERYTHING: list[dict[str, Any]] = [
    {},
    {"languages": ["de", "en"], "keywords": ["Rhein"]},
    {
        "language": "de",
        "prompt": "Flüsse",
        "temperature": 0.25,
        "response_format": "verbose_json",
        "timestamp_granularities": ["word", "segment"],
        "include": ["logprobs"],
        "stream": True,
        "chunking_strategy": {
            "type": "server_vad",
            "threshold": 0.5,
            "prefix_padding_ms": 300,
            "silence_duration_ms": 200,
        },
    },
    {
        "response_format": "diarized_json",
        "chunking_strategy": "auto",
        "known_speaker_names": ["ann", "bob"],
        "known_speaker_references": [wav(b"\1\0"), "data:audio/wav;base64,UklGRg=="],
    },
]


def check(asked: Asked, schema: str) -> None:
    fields = fields_of(parse_form(asked.headers["content-type"], asked.body).parts)
    said = {key: typed(key, value) for key, value in fields.items()}
    assert isinstance(said["file"], FormFile)
    document = material.schemas()
    assert document is not None
    validator = jsonschema.Draft202012Validator(
        {"$ref": f"#/$defs/{schema}", "$defs": document["$defs"]}
    )
    problems = [error.message for error in validator.iter_errors({**said, "file": "bytes"})]
    assert not problems, problems


@pytest.mark.parametrize("asked", EVERYTHING, ids=["least", "new", "verbose", "diarized"])
def test_forms_are_what_the_official_schema_says(needs_shared: Any, asked: dict[str, Any]) -> None:
    with (
        RawServer(lambda asked, wire: wire.reply(200, {"text": "heard"})) as server,
        jackfield.Client(base_url=server.base_url, api_key="sk-test") as client,
    ):
        found = client.transcription("gpt-4o-transcribe", wav(), **asked)
        if asked.get("stream"):
            assert [event.type for event in found][-1] == "transcript.text.done"
        check(server.requests[0], "CreateTranscriptionRequest")
        client.translation("whisper-1", wav(), prompt="Rivers", response_format="srt")
        check(server.requests[1], "CreateTranslationRequest")


def test_recorded_forms_are_what_the_official_schema_says(replay: Replay) -> None:
    for index, record in enumerate(replay.records):
        if record["ep"] != "/audio/speech":
            blocking(replay, index)
            [asked] = replay.arrived.pop(index)
            kind = "Transcription" if record["ep"] == "/audio/transcriptions" else "Translation"
            check(asked, f"Create{kind}Request")
