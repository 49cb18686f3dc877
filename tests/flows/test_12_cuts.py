"""Flow 12: a recorded stream cut at every byte is an interruption that keeps what had come."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import answers
import pytest
from material import recorded
from plugging import provider
from rawserver import RawServer
from replay import recorded_events

import jackfield


@pytest.fixture(scope="module")
def stream() -> bytes:
    """The smallest recorded stream of 2 kB or more with at least five chunks."""
    texts = [
        record["response"]["sse"]
        for record in recorded("/chat/completions")
        if "sse" in record["response"]
    ]
    fitting = [text for text in texts if len(text) >= 2000 and len(recorded_events(text)) >= 5]
    if not fitting:
        return b"".join(answers.events(answers.chunks(*"abcdefgh")))
    return min(fitting, key=len).encode()


@pytest.fixture
def cutting(serve: Callable[..., RawServer], stream: bytes) -> RawServer:
    """Answers with so many bytes as the request's `seed`, in one piece or two."""

    def answer(asked: Any, wire: Any) -> None:
        cut, chunked = asked.json["seed"], asked.json["user"] == "chunked"
        wire.stream([stream[: cut // 2], stream[cut // 2 : cut]], chunked=chunked, end=False)
        wire.close()

    return serve(answer)


class Expected:
    """What must come of the first so many bytes."""

    def __init__(self, stream: bytes) -> None:
        self.events = recorded_events(stream.decode())
        self.lines = [found.end() for found in re.finditer(rb"data: [^\n]*\n\n", stream)]
        self.done = stream.index(b"data: [DONE]") + len(b"data: [DONE]")

    def complaints(self, cut: int, seen: list[Any], error: Any, clean: bool) -> Any:
        whole = sum(1 for end in self.lines if end <= cut)
        if error is None:
            if cut < self.done:
                yield f"{cut}: no error"
            elif seen != self.events:
                yield f"{cut}: {len(seen)} of {len(self.events)} chunks and no error"
            return
        if cut >= len(self.events) and error is not None and cut > self.done + 2:
            yield f"{cut}: an error after the end: {error}"
        if type(error) is not jackfield.StreamInterruptedError:
            yield f"{cut}: {type(error).__name__}: {error}"
            return
        # A last event whose empty line is missing may be taken or left.
        if seen != self.events[: len(seen)] or not whole - 1 <= len(seen) <= whole + 1:
            yield f"{cut}: {len(seen)} chunks, of {whole} that came"
        if len(seen) < min(whole, len(self.events)):
            yield f"{cut}: a chunk that had come was lost"
        if [chunk.to_dict() for chunk in error.chunks] != seen:
            yield f"{cut}: the error carries other chunks than were given"
        if seen:
            text = "".join(
                choice["delta"].get("content") or "" for e in seen for choice in e["choices"]
            )
            if (error.partial.choices[0].message.content or "") != text:
                yield f"{cut}: the partial result differs"
        elif error.partial is not None:
            yield f"{cut}: a partial result of nothing"


def _report(failures: list[str]) -> None:
    assert not failures, f"{len(failures)} cuts:\n" + "\n".join(failures[:30])


@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_every_cut_is_an_interruption_that_keeps_what_came(
    cutting: RawServer, stream: bytes, framing: str, tidy: Any
) -> None:
    expected, failures = Expected(stream), []
    with jackfield.Client(plugins=[provider("acme", cutting.base_url)], max_retries=0) as client:
        for cut in range(len(stream)):
            seen: list[Any] = []
            error = None
            try:
                for chunk in client.completion(
                    "acme/m", answers.HELLO, stream=True, seed=cut, user=framing
                ):
                    seen.append(chunk.to_dict())
            except jackfield.JackfieldError as caught:
                error = caught
            failures += expected.complaints(cut, seen, error, framing == "close")
        tidy(client)
    _report(failures)


@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_every_seventh_cut_is_on_asyncio(
    cutting: RawServer, stream: bytes, framing: str, tidy: Any
) -> None:
    expected, failures = Expected(stream), []

    async def main() -> None:
        plugins = [provider("acme", cutting.base_url)]
        async with jackfield.AsyncClient(plugins=plugins, max_retries=0) as client:
            for cut in range(0, len(stream), 7):
                seen: list[Any] = []
                error = None
                try:
                    async for chunk in await client.completion(
                        "acme/m", answers.HELLO, stream=True, seed=cut, user=framing
                    ):
                        seen.append(chunk.to_dict())
                except jackfield.JackfieldError as caught:
                    error = caught
                failures.extend(expected.complaints(cut, seen, error, framing == "close"))
            tidy(client)

    asyncio.run(main())
    _report(failures)


def test_a_stream_that_breaks_before_its_first_byte_is_tried_again(
    serve: Callable[..., RawServer],
) -> None:
    pieces = answers.events(answers.chunks("Hel", "lo"))

    def answer(asked: Any, wire: Any) -> None:
        wire.stream(pieces if len(server.requests) > 2 else [], end=len(server.requests) > 2)
        wire.close()

    server = serve(answer)
    with jackfield.Client(
        plugins=[provider("acme", server.base_url)], sleep=lambda seconds: None
    ) as client:
        stream = client.completion("acme/m", answers.HELLO, stream=True)
        assert [chunk.to_dict() for chunk in stream] == answers.chunks("Hel", "lo")
    assert len(server.requests) == 3


def test_a_stream_that_breaks_after_a_chunk_is_not(serve: Callable[..., RawServer]) -> None:
    pieces = answers.events(answers.chunks("Hel", "lo"))
    server = serve(lambda asked, wire: wire.stream(pieces[:2], chunked=False))
    with (
        jackfield.Client(plugins=[provider("acme", server.base_url)]) as client,
        pytest.raises(jackfield.StreamInterruptedError) as caught,
    ):
        list(client.completion("acme/m", answers.HELLO, stream=True))
    assert len(server.requests) == 1
    assert caught.value.attempts == 1
    assert caught.value.model == "m"
    assert caught.value.provider == "acme"
    assert (caught.value.headers or {})["content-type"].startswith("text/event-stream")


def test_a_cut_result_is_an_error(serve: Callable[..., RawServer], tidy: Any) -> None:
    """Without streaming too: every cut of a body, by its length or by the connection's end."""
    body = json.dumps(answers.completion()).encode()

    def answer(asked: Any, wire: Any) -> None:
        cut, counted = asked.json["seed"], asked.json["user"] == "counted"
        length = {"content-length": str(len(body))} if counted else {"connection": "close"}
        wire.head(200, {"content-type": "application/json", **length})
        wire.send(body[:cut])
        wire.close()

    server = serve(answer)
    with jackfield.Client(plugins=[provider("acme", server.base_url)], max_retries=0) as client:
        for framing, wanted in (
            ("counted", jackfield.APIConnectionError),
            ("close", jackfield.APIResponseValidationError),
        ):
            for cut in range(0, len(body), 5):
                with pytest.raises(wanted):
                    client.completion("acme/m", answers.HELLO, seed=cut, user=framing)
        tidy(client)
