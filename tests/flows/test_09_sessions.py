"""Flow 9: the caller's own sessions, closed ones, and streams that are dropped."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import answers
import httpx
import httpx2
import pytest
from plugging import provider
from rawserver import PATIENCE, RawServer

import jackfield
from jackfield.envelope import WireRequest
from jackfield.middleware import watched

PIECES = answers.events(answers.chunks("Hel", "lo"))


@pytest.fixture
def upstream(serve: Callable[..., RawServer]) -> RawServer:
    def answer(asked: Any, wire: Any) -> None:
        if asked.json.get("stream"):
            wire.stream(PIECES)
        else:
            wire.reply(200, answers.completion(), {"set-cookie": "upstream=1; Path=/"})

    return serve(answer)


def client_for(server: RawServer, **more: Any) -> jackfield.Client:
    given: dict[str, Any] = {"plugins": ["openai"], "api_key": "sk-1", "max_retries": 0}
    return jackfield.Client(base_url=server.base_url, **(given | more))


def async_client_for(server: RawServer, **more: Any) -> jackfield.AsyncClient:
    given: dict[str, Any] = {"plugins": ["openai"], "api_key": "sk-1", "max_retries": 0}
    return jackfield.AsyncClient(base_url=server.base_url, **(given | more))


def agents(server: RawServer) -> list[str]:
    return [asked.headers.get("user-agent", "") for asked in server.requests]


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_a_session_can_be_given_swapped_and_taken_away_between_calls(
    upstream: RawServer, library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jackfield, "api_key", "sk-1")
    monkeypatch.setattr(jackfield, "api_base", upstream.base_url)
    with (
        library.Client(headers={"User-Agent": "one"}) as one,
        library.Client(headers={"User-Agent": "two"}) as two,
    ):
        monkeypatch.setattr(jackfield, "client_session", one)
        jackfield.completion("gpt-4o", answers.HELLO)
        monkeypatch.setattr(jackfield, "client_session", two)
        list(jackfield.completion("gpt-4o", answers.HELLO, stream=True))
        jackfield.completion("gpt-4o", answers.HELLO, client_session=one)
        monkeypatch.setattr(jackfield, "client_session", None)
        jackfield.completion("gpt-4o", answers.HELLO)
        assert not one.is_closed
        assert not two.is_closed
    assert agents(upstream)[:3] == ["one", "two", "one"]
    assert agents(upstream)[3] not in ("one", "two")


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_async_sessions_can_be_swapped_too(upstream: RawServer, library: Any) -> None:
    async def main() -> None:
        async with (
            library.AsyncClient(headers={"User-Agent": "one"}) as one,
            library.AsyncClient(headers={"User-Agent": "two"}) as two,
            async_client_for(upstream, aclient_session=one) as client,
        ):
            await client.completion("gpt-4o", answers.HELLO)
            stream = await client.completion(
                "gpt-4o", answers.HELLO, stream=True, aclient_session=two
            )
            assert [c.to_dict() async for c in stream] == answers.chunks("Hel", "lo")
            await client.completion("gpt-4o", answers.HELLO)

    asyncio.run(main())
    assert agents(upstream) == ["one", "two", "one"]


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_a_sessions_headers_cookies_and_hooks_apply(upstream: RawServer, library: Any) -> None:
    seen: list[str] = []
    session = library.Client(
        headers={"X-Team": "blue"},
        cookies={"mine": "yes"},
        params={"api-version": "2"},
        event_hooks={
            "request": [lambda request: seen.append(request.method)],
            "response": [lambda response: seen.append(str(response.status_code))],
        },
    )
    with session, client_for(upstream, client_session=session) as client:
        client.completion("gpt-4o", answers.HELLO, extra_headers={"X-Call": "1"})
        client.completion("gpt-4o", answers.HELLO)
    first, second = upstream.requests
    assert first.headers["x-team"] == "blue"
    assert first.headers["x-call"] == "1"
    assert first.headers["cookie"] == "mine=yes"
    assert "upstream=1" in second.headers["cookie"]
    assert first.target.endswith("?api-version=2")
    assert seen == ["POST", "200"] * 2
    assert first.headers["authorization"] == "Bearer sk-1"


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_a_sessions_auth_replaces_a_key(upstream: RawServer, library: Any) -> None:
    with (
        library.Client(auth=("user", "pass")) as session,
        client_for(upstream, client_session=session, api_key=None) as client,
    ):
        client.completion("gpt-4o", answers.HELLO)
    assert upstream.requests[0].headers["authorization"].startswith("Basic ")


def test_our_own_pool_keeps_no_cookies(upstream: RawServer) -> None:
    with client_for(upstream) as client:
        client.completion("gpt-4o", answers.HELLO)
        client.completion("gpt-4o", answers.HELLO)
    assert "cookie" not in upstream.requests[1].headers


# What can't be used ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "session", [object(), "session", 3, httpx.Client, {}], ids=["object", "str", "int", "cls", "{}"]
)
def test_a_session_that_is_none_is_a_config_error(upstream: RawServer, session: Any) -> None:
    if session == {}:
        session = {"timeout": 3}
    with (
        client_for(upstream, client_session=session) as client,
        pytest.raises(jackfield.ConfigError, match="client_session"),
    ):
        client.completion("gpt-4o", answers.HELLO)
    assert upstream.requests == []


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_a_session_of_the_wrong_kind_is_a_config_error(upstream: RawServer, library: Any) -> None:
    async def main() -> None:
        asynchronous, blocking = library.AsyncClient(), library.Client()
        with (
            client_for(upstream, client_session=asynchronous) as client,
            pytest.raises(jackfield.ConfigError, match=r"client_session.*httpx\.Client"),
        ):
            client.completion("gpt-4o", answers.HELLO)
        async with async_client_for(upstream, aclient_session=blocking) as aclient:
            with pytest.raises(jackfield.ConfigError, match=r"aclient_session.*AsyncClient"):
                await aclient.completion("gpt-4o", answers.HELLO)
        await asynchronous.aclose()
        blocking.close()

    asyncio.run(main())
    assert upstream.requests == []


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_a_closed_session_is_a_config_error(upstream: RawServer, library: Any) -> None:
    session = library.Client()
    session.close()
    with (
        client_for(upstream, client_session=session) as client,
        pytest.raises(jackfield.ConfigError, match="closed"),
    ):
        client.completion("gpt-4o", answers.HELLO)

    async def main() -> None:
        session = library.AsyncClient()
        await session.aclose()
        async with async_client_for(upstream, aclient_session=session) as client:
            with pytest.raises(jackfield.ConfigError, match="closed"):
                await client.completion("gpt-4o", answers.HELLO)

    asyncio.run(main())


@pytest.mark.parametrize("used", [True, False], ids=["used", "unused"])
def test_a_closed_client_is_a_config_error(upstream: RawServer, used: bool) -> None:
    client = client_for(upstream)
    if used:
        client.completion("gpt-4o", answers.HELLO)
    client.close()
    client.close()
    with pytest.raises(jackfield.ConfigError, match="closed"):
        client.completion("gpt-4o", answers.HELLO)

    async def main() -> None:
        client = async_client_for(upstream)
        if used:
            await client.completion("gpt-4o", answers.HELLO)
        await client.aclose()
        await client.aclose()
        with pytest.raises(jackfield.ConfigError, match="closed"):
            await client.completion("gpt-4o", answers.HELLO)

    asyncio.run(main())


def test_a_stream_of_a_client_that_is_closed_meanwhile_fails_and_does_not_hang(
    serve: Callable[..., RawServer],
) -> None:
    def answer(asked: Any, wire: Any) -> None:
        wire.stream(PIECES[:2], end=False)
        wire.gone()
        wire.close()

    client = client_for(serve(answer))
    stream = client.completion("gpt-4o", answers.HELLO, stream=True)
    next(stream)
    client.close()
    with pytest.raises(jackfield.JackfieldError):
        list(stream)


# Dropped streams ------------------------------------------------------------------------------


class Endless:
    """Sends the same chunk until the client leaves."""

    def __init__(self, serve: Callable[..., RawServer]) -> None:
        self.left = threading.Event()
        self.server = serve(self._answer)

    def _answer(self, asked: Any, wire: Any) -> None:
        wire.stream(PIECES[:2], end=False)
        wire.trickle(PIECES[1], every=0.01, chunked=True)
        self.left.set()


@pytest.fixture
def endless(serve: Callable[..., RawServer]) -> Endless:
    return Endless(serve)


@pytest.mark.parametrize("session", [None, httpx, httpx2], ids=["own", "httpx", "httpx2"])
@pytest.mark.parametrize("taken", [0, 2], ids=["before", "during"])
@pytest.mark.parametrize("how", ["drop", "close", "with"])
def test_a_stream_that_is_left_closes_its_connection(
    endless: Endless, tidy: Any, how: str, taken: int, session: Any
) -> None:
    given = session.Client() if session else None
    with client_for(endless.server, client_session=given) as client:
        stream = client.completion("gpt-4o", answers.HELLO, stream=True)
        for _ in range(taken):
            next(stream)
        if how == "close":
            stream.close()
        elif how == "with":
            with stream:
                pass
        if how != "drop":
            assert list(stream) == []
        del stream
        gc.collect()
        assert endless.left.wait(PATIENCE)
        tidy(client)
    if given is not None:
        given.close()


@pytest.mark.parametrize("session", [None, httpx, httpx2], ids=["own", "httpx", "httpx2"])
@pytest.mark.parametrize("taken", [0, 2], ids=["before", "during"])
@pytest.mark.parametrize("how", ["drop", "close", "with"])
def test_an_async_stream_that_is_left_closes_its_connection(
    endless: Endless, tidy: Any, how: str, taken: int, session: Any
) -> None:
    async def main() -> None:
        given = session.AsyncClient() if session else None
        async with async_client_for(endless.server, aclient_session=given) as client:
            stream = await client.completion("gpt-4o", answers.HELLO, stream=True)
            for _ in range(taken):
                await anext(stream)
            if how == "close":
                await stream.aclose()
            elif how == "with":
                async with stream:
                    pass
            del stream
            gc.collect()
            assert await asyncio.to_thread(endless.left.wait, PATIENCE)
            tidy(client)
        if given is not None:
            await given.aclose()

    asyncio.run(main())


@pytest.mark.parametrize("taken", [0, 2], ids=["before", "during"])
def test_an_async_stream_that_outlives_its_loop_leaves_nothing_behind(
    endless: Endless, taken: int
) -> None:
    kept: list[Any] = []

    async def main() -> None:
        client = async_client_for(endless.server)
        stream = await client.completion("gpt-4o", answers.HELLO, stream=True)
        for _ in range(taken):
            await anext(stream)
        kept.append(stream)

    asyncio.run(main())
    assert endless.left.wait(PATIENCE)
    kept.clear()
    gc.collect()


def test_a_call_from_another_thread_may_drop_an_async_stream(endless: Endless, tidy: Any) -> None:
    async def main() -> None:
        async with async_client_for(endless.server) as client:
            held = [await client.completion("gpt-4o", answers.HELLO, stream=True)]
            await asyncio.to_thread(held.clear)
            await asyncio.to_thread(gc.collect)
            assert await asyncio.to_thread(endless.left.wait, PATIENCE)
            tidy(client)

    asyncio.run(main())


# Errors of the caller's own ---------------------------------------------------------------------


class Shut:
    """A file object of the caller's that fails in its own way."""

    def read(self, size: int = -1) -> bytes:
        raise RuntimeError("the archive is closed")


def _uploads(call: Any) -> Any:
    return WireRequest(path="/upload", body=call.params["file"])


def refusing(request: Any) -> None:
    raise RuntimeError("the circuit is closed, nothing gets through")


async def refusing_on_asyncio(request: Any) -> None:
    refusing(request)


@pytest.mark.parametrize("library", [None, httpx, httpx2], ids=["own", "httpx", "httpx2"])
def test_an_error_of_the_callers_file_object_is_the_callers(
    upstream: RawServer, tidy: Any, library: Any
) -> None:
    plugin = provider("acme", upstream.base_url, hooks={"transform_request": _uploads})
    given: dict[str, Any] = {"messages": answers.HELLO, "file": Shut()}
    session = library.Client() if library else None
    with jackfield.Client(plugins=[plugin], client_session=session) as client:
        with pytest.raises(RuntimeError, match="the archive is closed") as caught:
            client.call("chat", "acme/m", **given)
        assert not isinstance(caught.value, jackfield.JackfieldError)
        tidy(client)
    if session is not None:
        assert not session.is_closed
        session.close()

    async def main() -> None:
        session = library.AsyncClient() if library else None
        async with jackfield.AsyncClient(plugins=[plugin], aclient_session=session) as client:
            with pytest.raises(RuntimeError, match="the archive is closed"):
                await client.call("chat", "acme/m", **given)
            tidy(client)
        if session is not None:
            await session.aclose()

    asyncio.run(main())


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_an_error_of_a_sessions_hook_is_the_callers(upstream: RawServer, library: Any) -> None:
    with (
        library.Client(event_hooks={"request": [refusing]}) as session,
        client_for(upstream, client_session=session) as client,
    ):
        for stream in (False, True):
            with pytest.raises(RuntimeError, match="the circuit is closed"):
                client.completion("gpt-4o", answers.HELLO, stream=stream)
        session.event_hooks = {}
        assert client.completion("gpt-4o", answers.HELLO).choices

    async def main() -> None:
        hooks = {"request": [refusing_on_asyncio]}
        async with (
            library.AsyncClient(event_hooks=hooks) as session,
            async_client_for(upstream, aclient_session=session) as client,
        ):
            with pytest.raises(RuntimeError, match="the circuit is closed"):
                await client.completion("gpt-4o", answers.HELLO)
            session.event_hooks = {}
            assert (await client.completion("gpt-4o", answers.HELLO)).choices

    asyncio.run(main())


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_a_session_that_is_closed_just_before_the_request_is_a_config_error(
    upstream: RawServer, library: Any
) -> None:
    session = library.Client()

    def closing(call: Any, proceed: Any) -> Any:
        return (yield from watched(proceed(call), before=lambda outgoing: session.close()))

    with (
        client_for(upstream, client_session=session, middleware=[closing]) as client,
        pytest.raises(jackfield.ConfigError, match="session given for this call is closed"),
    ):
        client.completion("gpt-4o", answers.HELLO)
    assert upstream.requests == []
