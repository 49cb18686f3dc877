"""Flow 7: tracing, caching and fallback middleware over retries and streams, cancelled half-way."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import answers
import plugging
import pytest
from plugging import provider
from rawserver import PATIENCE, RawServer, refused_port

import jackfield
from jackfield.envelope import Call
from jackfield.manifest import Manifest
from jackfield.middleware import Answer, Flow, Proceed, watched

PIECES = answers.events(answers.chunks("Hel", "lo"))


class Tracing:
    """What a tracer sees: one end per call, every attempt, every chunk count."""

    def __init__(self) -> None:
        self.ends: list[str] = []
        self.attempts: list[Any] = []
        self.chunks: list[int] = []

    def __call__(self, call: Call, proceed: Proceed) -> Flow:
        try:
            answer = yield from watched(proceed(call), after=self._attempt)
        except BaseException as error:
            self.ends.append(type(error).__name__)
            raise
        self.ends.append("ok")
        self.chunks.append(len(answer.chunks or ()))
        return answer

    def _attempt(self, outgoing: Any, reply: Any) -> None:
        self.attempts.append(getattr(reply, "status", None) or type(reply).__name__)


class Cache:
    """A cache by model and messages; it keeps answers whole."""

    def __init__(self) -> None:
        self.kept: dict[str, Answer] = {}

    def __call__(self, call: Call, proceed: Proceed) -> Flow:
        key = f"{call.model} {call.params['messages']} {call.stream}"
        if key not in self.kept:
            self.kept[key] = yield from proceed(call)
        return self.kept[key]


@pytest.fixture
def tracing() -> Tracing:
    return Tracing()


@pytest.fixture
def upstream(serve: Callable[..., RawServer]) -> RawServer:
    """Busy twice, then fine; `hang` in the model's name stops after two events."""

    def answer(asked: Any, wire: Any) -> None:
        model = asked.json["model"]
        if "busy" in model and len(server.requests) < 3:
            wire.reply(503, answers.error("busy"))
        elif "hang" in model:
            wire.stream(PIECES[:2], end=False)
            left.set() if wire.gone() else None
            wire.close()
        elif asked.json.get("stream"):
            wire.stream(PIECES)
        else:
            wire.reply(200, answers.completion())

    left = threading.Event()
    server = serve(answer)
    server.left = left  # type: ignore[attr-defined]  # noted on it
    return server


def client_with(upstream: RawServer, *middleware: Any, **more: Any) -> jackfield.Client:
    plugins = [provider("acme", upstream.base_url)]
    return jackfield.Client(
        plugins=plugins, middleware=middleware, sleep=lambda seconds: None, **more
    )


async def _no_pause(seconds: float) -> None:
    pass


def async_client_with(upstream: RawServer, *middleware: Any) -> jackfield.AsyncClient:
    plugins = [provider("acme", upstream.base_url)]
    return jackfield.AsyncClient(plugins=plugins, middleware=middleware, sleep=_no_pause)


# Tracing --------------------------------------------------------------------------------------


def test_a_call_ends_once_whatever_its_attempts(
    upstream: RawServer, tracing: Tracing, tidy: Any
) -> None:
    with client_with(upstream, tracing) as client:
        client.completion("acme/busy", answers.HELLO)
        tidy(client)
    assert tracing.ends == ["ok"]
    assert tracing.attempts == [503, 503, 200]


def test_a_stream_ends_when_it_was_read_to_its_end(upstream: RawServer, tracing: Tracing) -> None:
    with client_with(upstream, tracing) as client:
        stream = client.completion("acme/busy", answers.HELLO, stream=True)
        assert tracing.attempts == [503, 503, 200]
        assert tracing.ends == []
        seen = list(stream)
        assert tracing.ends == ["ok"]
        assert tracing.chunks == [len(seen)] == [4]
        stream.close()
        del stream
        gc.collect()
    assert tracing.ends == ["ok"]


def test_an_error_ends_it_once(upstream: RawServer, tracing: Tracing) -> None:
    with client_with(upstream, tracing, max_retries=1) as client:
        with pytest.raises(jackfield.ServiceUnavailableError) as caught:
            client.completion("acme/busy", answers.HELLO)
        assert caught.value.attempts == 2
    assert tracing.ends == ["ServiceUnavailableError"]
    assert tracing.attempts == [503, 503]


@pytest.mark.parametrize("how", ["close", "with", "drop", "break"])
@pytest.mark.parametrize("after", [0, 1])
def test_a_stream_left_half_way_ends_once(
    upstream: RawServer, tracing: Tracing, tidy: Any, how: str, after: int
) -> None:
    with client_with(upstream, tracing) as client:
        stream = client.completion("acme/hang", answers.HELLO, stream=True)
        for _ in range(after):
            next(stream)
        if how == "close":
            stream.close()
            stream.close()
        elif how == "with":
            with stream:
                pass
        elif how == "break":
            for _ in stream:
                break
            stream.close()
        del stream
        gc.collect()
        assert tracing.ends == ["GeneratorExit"]
        assert upstream.left.wait(PATIENCE)  # type: ignore[attr-defined]  # noted on it
        tidy(client)
    assert tracing.ends == ["GeneratorExit"]


@pytest.mark.parametrize("where", ["head", "stream"])
def test_a_cancelled_task_ends_it_once(
    serve: Callable[..., RawServer], tracing: Tracing, tidy: Any, where: str
) -> None:
    reached, left = threading.Event(), threading.Event()

    def answer(asked: Any, wire: Any) -> None:
        if where == "stream":
            wire.stream(PIECES[:2], end=False)
        reached.set()
        if wire.gone():
            left.set()
        wire.close()

    server = serve(answer)

    async def call(client: Any, streaming: asyncio.Event) -> None:
        stream = await client.completion("acme/m", answers.HELLO, stream=True)
        streaming.set()
        async for _ in stream:
            pass

    async def main() -> None:
        async with async_client_with(server, tracing) as client:
            streaming = asyncio.Event()
            task = asyncio.ensure_future(call(client, streaming))
            assert await asyncio.to_thread(reached.wait, PATIENCE)
            if where == "stream":
                await streaming.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert tracing.ends == ["CancelledError"]
            assert await asyncio.to_thread(left.wait, PATIENCE)
            tidy(client)

    asyncio.run(main())
    assert tracing.ends == ["CancelledError"]


def test_a_cut_stream_ends_it_once(
    serve: Callable[..., RawServer], tracing: Tracing, tidy: Any
) -> None:
    server = serve(lambda asked, wire: wire.stream(PIECES[:2], chunked=False))
    with client_with(server, tracing) as client:
        stream = client.completion("acme/m", answers.HELLO, stream=True)
        with pytest.raises(jackfield.StreamInterruptedError):
            list(stream)
        stream.close()
        tidy(client)
    assert tracing.ends == ["StreamInterruptedError"]


def test_two_tracers_see_the_same_the_first_outermost(upstream: RawServer) -> None:
    order: list[str] = []

    def named(name: str) -> Any:
        def middleware(call: Call, proceed: Proceed) -> Flow:
            order.append(f"{name} in")
            answer = yield from proceed(call)
            order.append(f"{name} out")
            return answer

        return middleware

    with client_with(upstream, named("a"), named("b")) as client:
        client.completion("acme/m", answers.HELLO)
    assert order == ["a in", "b in", "b out", "a out"]


def test_a_manifest_brings_middleware_too(upstream: RawServer, tracing: Tracing) -> None:
    brought = Manifest(name="tracer", middleware=(plugging.plain("tracing", tracing),))
    plugins = [provider("acme", upstream.base_url), brought]
    with jackfield.Client(plugins=plugins) as client:
        client.completion("acme/m", answers.HELLO)
    assert tracing.ends == ["ok"]


def test_middleware_may_add_headers_and_change_the_call(upstream: RawServer) -> None:
    def stamp(call: Call, proceed: Proceed) -> Flow:
        def before(outgoing: Any) -> Any:
            return outgoing.replace(headers={**outgoing.headers, "X-Trace": "t1"})

        changed = call.replace(params={**call.params, "user": "u"})
        return (yield from watched(proceed(changed), before=before))

    with client_with(upstream, stamp) as client:
        client.completion("acme/busy", answers.HELLO)
    assert [asked.headers["x-trace"] for asked in upstream.requests] == ["t1"] * 3
    assert upstream.requests[0].json["user"] == "u"


# Caching --------------------------------------------------------------------------------------


def test_a_cached_answer_needs_no_key_and_no_request(upstream: RawServer, tracing: Tracing) -> None:
    cache = Cache()
    given: dict[str, Any] = {"plugins": ["openai"], "base_url": upstream.base_url}
    with jackfield.Client(**given, api_key="k", middleware=[cache]) as client:
        first = client.completion("gpt-4o", answers.HELLO)
        chunks = list(client.completion("gpt-4o", answers.HELLO, stream=True))
    assert len(upstream.requests) == 2
    with jackfield.Client(**given, middleware=[tracing, cache]) as client:
        assert client.completion("gpt-4o", answers.HELLO) == first
        assert list(client.completion("gpt-4o", answers.HELLO, stream=True)) == chunks
        with pytest.raises(jackfield.AuthenticationError):
            client.completion("gpt-4o-mini", answers.HELLO)
    assert len(upstream.requests) == 2
    assert tracing.ends == ["ok", "ok", "AuthenticationError"]
    assert tracing.attempts == []


def test_cached_answers_serve_asyncio_too(upstream: RawServer) -> None:
    cache = Cache()

    async def main() -> None:
        async with async_client_with(upstream, cache) as client:
            for _ in range(3):
                stream = await client.completion("acme/m", answers.HELLO, stream=True)
                chunks = [chunk.to_dict() async for chunk in stream]
                assert chunks == answers.chunks("Hel", "lo")
                result = await client.completion("acme/m", answers.HELLO)
                assert result.to_dict() == answers.completion()

    asyncio.run(main())
    assert len(upstream.requests) == 2


def test_a_cached_result_serves_a_stream_as_one_chunk_sequence(upstream: RawServer) -> None:
    def fixed(call: Call, proceed: Proceed) -> Flow:
        return Answer(answers.completion("kept"))
        yield  # a generator

    with client_with(upstream, fixed) as client:
        stream = client.completion("acme/m", answers.HELLO, stream=True)
        folded = jackfield.stream_chunk_builder(list(stream))
        assert folded.to_dict() == answers.completion("kept")
    assert upstream.connections == 0


def test_cached_chunks_serve_a_call_that_does_not_stream(upstream: RawServer) -> None:
    def fixed(call: Call, proceed: Proceed) -> Flow:
        return Answer(chunks=answers.chunks("Hel", "lo"))
        yield

    with client_with(upstream, fixed) as client:
        assert client.completion("acme/m", answers.HELLO).choices[0].message.content == "Hello"


# Fallbacks ------------------------------------------------------------------------------------


def falling_back(call: Call, proceed: Proceed) -> Flow:
    try:
        return (yield from proceed(call))
    except jackfield.APIError as error:
        if error.chunks:
            raise
        return (yield from proceed(call.replace(model="acme/spare")))


@pytest.fixture
def shaky(serve: Callable[..., RawServer]) -> RawServer:
    def answer(asked: Any, wire: Any) -> None:
        model = asked.json["model"]
        if model == "empty":
            wire.stream([b": nothing yet\n\n"], chunked=False)
        elif model == "half":
            wire.stream(PIECES[:2], chunked=False)
        elif model == "error":
            wire.stream(answers.events([answers.error("no", "server_error")], done=False))
        elif model == "down":
            wire.reply(500, answers.error("down"))
        elif asked.json.get("stream"):
            wire.stream(PIECES)
        else:
            wire.reply(200, answers.completion())

    return serve(answer)


@pytest.mark.parametrize("first", ["down", "empty", "error"])
def test_a_fallback_takes_over_before_the_first_chunk(
    shaky: RawServer, tracing: Tracing, tidy: Any, first: str
) -> None:
    with client_with(shaky, tracing, falling_back, max_retries=0) as client:
        stream = client.completion(f"acme/{first}", answers.HELLO, stream=True)
        assert [chunk.to_dict() for chunk in stream] == answers.chunks("Hel", "lo")
        tidy(client)
    assert [asked.json["model"] for asked in shaky.requests] == [first, "spare"]
    assert tracing.ends == ["ok"]


@pytest.mark.parametrize("first", ["down", "empty", "error"])
def test_a_fallback_takes_over_on_asyncio(shaky: RawServer, tidy: Any, first: str) -> None:
    async def main() -> None:
        async with async_client_with(shaky, falling_back) as client:
            stream = await client.completion(
                f"acme/{first}", answers.HELLO, stream=True, max_retries=0
            )
            assert [chunk.to_dict() async for chunk in stream] == answers.chunks("Hel", "lo")
            tidy(client)

    asyncio.run(main())


def test_after_the_first_chunk_nothing_takes_over(
    shaky: RawServer, tracing: Tracing, tidy: Any
) -> None:
    def careless(call: Call, proceed: Proceed) -> Flow:
        try:
            return (yield from proceed(call))
        except jackfield.APIError:
            return (yield from proceed(call.replace(model="acme/spare")))

    with client_with(shaky, tracing, careless, max_retries=0) as client:
        seen: list[Any] = []
        with pytest.raises(jackfield.StreamInterruptedError) as caught:  # noqa: PT012 - the loop raises
            for chunk in client.completion("acme/half", answers.HELLO, stream=True):
                seen.append(chunk.to_dict())
        assert seen == answers.chunks("Hel", "lo")[:2]
        assert [chunk.to_dict() for chunk in caught.value.chunks or []] == seen
        tidy(client)
    assert len(tracing.ends) == 1


def test_a_result_falls_back_as_well(shaky: RawServer) -> None:
    with client_with(shaky, falling_back, max_retries=0) as client:
        result = client.completion("acme/down", answers.HELLO)
        assert result.choices[0].message.content == "Hello"


# Callbacks that fail --------------------------------------------------------------------------


class Spilt(Exception):
    """A tracer's own."""


def _failing(when: str, seen: list[Any]) -> Any:
    """Middleware whose callback fails; `seen` is what it was shown."""

    def before(outgoing: Any) -> Any:
        seen.append("before")
        raise Spilt

    def after(outgoing: Any, reply: Any) -> None:
        seen.append(getattr(reply, "status", None) or type(reply).__name__)
        raise Spilt

    given = {"before": before} if when == "before" else {"after": after}

    def middleware(call: Call, proceed: Proceed) -> Flow:
        return (yield from watched(proceed(call), **given))

    return middleware


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "within another"])
@pytest.mark.parametrize("model", ["m", "busy", "hang"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_callback_that_fails_ends_the_call_and_gives_the_connection_back(
    upstream: RawServer,
    tracing: Tracing,
    tidy: Any,
    when: str,
    stream: bool,
    model: str,
    alone: bool,
) -> None:
    seen: list[Any] = []
    stack = [_failing(when, seen)] if alone else [tracing, _failing(when, seen)]
    with client_with(upstream, *stack) as client:
        with pytest.raises(Spilt) as caught:
            client.completion(f"acme/{model}", answers.HELLO, stream=stream)
        tidy(client)  # while the exception still holds all frames
        assert len(seen) == 1
        assert len(upstream.requests) == (1 if when == "after" else 0)
        if not alone:
            assert tracing.ends == ["Spilt"]
        del caught
    if when == "after" and model == "hang":
        assert upstream.left.wait(PATIENCE)  # type: ignore[attr-defined]  # noted on it


@pytest.mark.parametrize("model", ["m", "busy", "hang"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("when", ["before", "after"])
def test_it_does_on_asyncio(
    upstream: RawServer, tidy: Any, when: str, stream: bool, model: str
) -> None:
    seen: list[Any] = []

    async def main() -> None:
        async with async_client_with(upstream, _failing(when, seen)) as client:
            with pytest.raises(Spilt) as caught:
                await client.completion(f"acme/{model}", answers.HELLO, stream=stream)
            tidy(client)
            assert len(seen) == 1
            del caught

    asyncio.run(main())
    assert len(upstream.requests) == (1 if when == "after" else 0)


def test_a_callback_that_fails_on_an_error_goes_before_it(tidy: Any) -> None:
    seen: list[Any] = []
    plugins = [provider("acme", f"http://127.0.0.1:{refused_port()}/v1")]
    with jackfield.Client(plugins=plugins, middleware=[_failing("after", seen)]) as client:
        with pytest.raises(Spilt):
            client.completion("acme/m", answers.HELLO)
        tidy(client)
    assert seen == ["APIConnectionError"]
