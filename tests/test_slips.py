"""Slips of plugin and middleware authors: each is reported, named, and harms nobody else."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Callable
from typing import Any

import httpx
import plugging
import pytest
from rawserver import RawServer

import jackfield
from jackfield.answers import Delegate, Fetched
from jackfield.discovery import discover
from jackfield.envelope import Call, Loss, Result
from jackfield.manifest import Alias, Claim, Endpoint, Manifest, Rewriter, Surface
from jackfield.pipeline import Prepared, prepare
from jackfield.registry import Registry
from jackfield.sources import FetchRules, Source

HELLO = [{"role": "user", "content": "Hello"}]
SLIPS: dict[str, dict[str, Any]] = {
    "a claim without the comma": {"claims": Claim("chat", "zed/")},
    "text for aliases": {"aliases": ("rocket-",)},
    "text for middleware": {"middleware": "mod:fn"},
    "one number as hook API": {"hook_api": 2},
    "a base URL for an endpoint": {"endpoint": "https://zed.example"},
    "text for triggers": {"rewriters": (Rewriter("zed.parts", ("chat",), parts="file"),)},
    "a number for a prefix": {"claims": (Claim("chat", 3),)},
    "a module that is none": {"module": 3},
    "a catalogue that is called already": {"catalogue": {}},
    "an alias of nothing": {"aliases": (Alias(None, "zed/"),)},
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_malformed_manifest_is_reported_and_harms_nobody(slip: str, sandbox: Any) -> None:
    manifest = Manifest(name="zed", **SLIPS[slip])
    with jackfield.Client(
        plugins=["openai", manifest], api_key=sandbox.api_key, api_base=sandbox.base_url
    ) as client:
        assert client.completion("gpt-4o", HELLO).choices
        [plugin] = [plugin for plugin in client.plugins() if plugin.name == "zed"]
    assert "malformed" in str(plugin.error)


def test_middleware_and_catalogues_that_are_missing_are_noted_and_left_out(sandbox: Any) -> None:
    manifest = Manifest(name="zed", middleware=("nosuch:thing",), catalogue="nosuch:rows")
    with jackfield.Client(
        plugins=["openai", manifest], api_key=sandbox.api_key, api_base=sandbox.base_url
    ) as client:
        assert client.completion("gpt-4o", HELLO).choices
        [plugin] = [plugin for plugin in client.plugins() if plugin.name == "zed"]
        assert "nosuch:thing" in str(plugin.error)
        assert "openai/gpt-4o" in client.list_models()
        with pytest.raises(jackfield.NoRouteError):
            client.completion("nobody-knows-me", HELLO)


def test_two_plugins_of_one_name_are_still_two() -> None:
    twins = [Manifest(name="zed", module=m, claims=(Claim("chat", "zed/"),)) for m in ("a", "b")]
    with pytest.raises(jackfield.AmbiguousRouteError):
        Registry(discover(twins)).resolve("chat", "zed/m")


def test_a_plain_function_and_a_forgotten_return_are_plugin_errors(sandbox: Any) -> None:
    def forgets(call: Call, proceed: Any) -> Any:
        yield from proceed(call)

    with (
        jackfield.Client(
            api_key=sandbox.api_key, api_base=sandbox.base_url, middleware=[forgets]
        ) as client,
        pytest.raises(jackfield.PluginError, match="instead of an Answer"),
    ):
        client.completion("gpt-4o", HELLO)


# Connections --------------------------------------------------------------------------------------


def active(client: Any) -> list[Any]:
    pool = client._transport._pool if hasattr(client._transport, "_pool") else None
    pools = [pool] if pool is not None else list(client._transport._pools.values())
    made = [t for p in pools for t in p.client._transport.made.values()]
    return [c for t in made for c in t._pool.connections if not c.is_idle()]


def test_a_warning_that_is_an_error_closes_the_stream(sandbox: Any) -> None:
    with jackfield.Client(
        api_key=sandbox.api_key, api_base=sandbox.base_url, unsupported="warn"
    ) as client:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(jackfield.JackfieldWarning):
                client.completion("gpt-5", HELLO, temperature=0.3, stream=True)
        assert not active(client)


@pytest.mark.parametrize("slip", ["raises", "yields"])
@pytest.mark.parametrize("way", ["close", "del"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_middleware_that_fails_on_the_way_out_leaks_nothing(
    sandbox: Any, slip: str, way: str
) -> None:
    from jackfield.effects import Sleep

    def careless(call: Call, proceed: Any) -> Any:
        try:
            return (yield from proceed(call))
        except GeneratorExit:
            if slip == "raises":
                raise ValueError("a log line that fails") from None
            yield Sleep(0)
            raise

    with jackfield.Client(
        api_key=sandbox.api_key, api_base=sandbox.base_url, middleware=[careless]
    ) as client:
        stream = client.completion("gpt-4o", HELLO, stream=True)
        if way == "close":
            with pytest.raises((ValueError, jackfield.PluginError)):
                stream.close()
        else:
            del stream
            gc.collect()
        assert not active(client)


def test_cancelling_at_any_moment_gives_the_connection_back(sandbox: Any) -> None:
    async def main() -> int:
        async with jackfield.AsyncClient(
            api_key=sandbox.api_key, api_base=sandbox.base_url
        ) as client:
            await client.completion("gpt-4o", HELLO)
            loop, cancelled = asyncio.get_running_loop(), 0
            for step in range(120):
                task = asyncio.ensure_future(client.completion("gpt-4o", HELLO))
                loop.call_later(step * 0.0001, task.cancel)
                try:
                    await task
                except asyncio.CancelledError:
                    cancelled += 1
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            if rest:  # closes that a cancelled call left to the loop
                await asyncio.wait(rest, timeout=5)
            assert not active(client)
            return cancelled

    assert asyncio.run(main()) > 0


# Where a key goes ---------------------------------------------------------------------------------


def test_a_plugins_absolute_url_elsewhere_gets_neither_key_nor_headers(
    serve: Callable[..., RawServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys
    import types

    from jackfield.envelope import WireRequest
    from jackfield.hookspecs import hookimpl
    from jackfield.surfaces import CHAT

    def answer(asked: Any, wire: Any) -> None:
        wire.reply(200, {"choices": [], "headers": asked.headers})

    server = serve(answer)
    module = types.ModuleType("zed_elsewhere")

    @hookimpl
    def transform_request(call: Call) -> WireRequest:
        return WireRequest(path=f"{server.base_url}/chat/completions", body=call.body())

    module.transform_request = transform_request  # type: ignore[attr-defined]  # made in the test
    monkeypatch.setitem(sys.modules, "zed_elsewhere", module)
    manifest = Manifest(
        name="zed",
        module="zed_elsewhere",
        claims=(Claim("chat", "zed/", identity=True),),
        surfaces=(CHAT,),
        endpoint=Endpoint("https://zed.example/v1"),
    )
    with jackfield.Client(plugins=[manifest], api_key="sk-canary-1") as client:
        found = client.completion("zed/m", HELLO, extra_headers={"x-canary": "1"})
    sent = {name.lower() for name in found.to_dict()["headers"]}
    assert not sent & {"authorization", "x-canary"}


def test_a_sessions_own_authorization_goes_before_the_environments_key(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-the-environment")
    with (
        httpx.Client(headers={"Authorization": "Bearer from-the-session"}) as session,
        jackfield.Client(api_base=sandbox.base_url, client_session=session) as client,
    ):
        client.completion("gpt-4o", HELLO)
        assert sandbox.last.headers["authorization"] == "Bearer from-the-session"
        client.completion("gpt-4o", HELLO, api_key="sk-of-the-call")
        assert sandbox.last.headers["authorization"] == "Bearer sk-of-the-call"


# Calls and results that a hook makes anew --------------------------------------------------------

READ = Source.path("picture.png")
CALLERS: dict[str, Any] = {
    "stream": True,
    "unsupported": "drop",
    "origin": "remote",
    "fetched": {READ: Fetched(b"read before")},
    "losses": (Loss("seed", "dropped", "before"),),
}


def _prepared(call: Call, *manifests: Manifest, official: bool = True) -> Prepared:
    """What a call comes to; no hook here wants anything read."""
    registry = Registry(discover([*manifests]))
    steps = prepare(call, registry, FetchRules(), lambda endpoint: official)
    with pytest.raises(StopIteration) as stop:
        next(steps)
    found: Prepared = stop.value.value
    return found


def _afresh(call: Call, way: str) -> Any:
    """A call that has nothing of the one it follows."""
    marked = {**call.params, "marked": True}
    if way == "again":
        return None if "marked" in call.params else Call(call.surface, call.model, marked)
    lossy = Call("chat", "zed/n", marked, losses=(Loss("stop", "mapped", "new"),))
    return Delegate(lossy) if way == "delegate" else lossy


@pytest.mark.parametrize(
    ("who", "way"),
    [
        ("owner", "again"),
        ("owner", "re-route"),
        ("owner", "delegate"),
        ("rewriter", "again"),
        ("rewriter", "re-route"),
    ],
)
def test_a_call_made_afresh_keeps_what_is_the_callers(who: str, way: str) -> None:
    def hook(call: Call) -> Any:
        if call.model == "n":
            return None if who == "rewriter" else plugging.send_as_chat(call)
        return _afresh(call, way) or (None if who == "rewriter" else plugging.send_as_chat(call))

    if who == "owner":
        manifest = plugging.provider("zed", hooks={"transform_request": hook})
    else:
        rewriter = Rewriter(plugging.module(transform_request=hook), ("chat",), always=True)
        manifest = plugging.provider("zed", rewriters=(rewriter,))
    given = Call("chat", "zed/m", {"messages": HELLO}, operation="look", **CALLERS)
    seen = _prepared(given, manifest, official=False).owner.call
    assert seen.params == {"messages": HELLO, "marked": True}
    for name in ("stream", "unsupported", "origin", "fetched"):
        assert getattr(seen, name) == CALLERS[name], name
    if way == "again":
        assert (seen.name, seen.prefix, seen.operation) == ("zed/m", "zed/", "look")
        assert seen.official is False
    lost = [(loss.path, loss.kind) for loss in seen.losses]
    new = [] if way == "again" else [("stop", "mapped")]
    assert lost == [("seed", "dropped"), *new]


def test_a_call_made_afresh_over_and_over_loses_nothing_twice() -> None:
    def onwards(call: Call) -> Any:
        step = int(call.model)
        if step == 3:
            return plugging.send_as_chat(call)
        losses = (*call.losses, Loss(f"at {step}", "mapped", ""))
        return Call("chat", f"zed/{step + 1}", call.params, losses=losses if step else losses[-1:])

    manifest = plugging.provider("zed", hooks={"transform_request": onwards})
    given = Call("chat", "zed/0", {"messages": HELLO}, **CALLERS)
    seen = _prepared(given, manifest).owner.call
    assert [loss.path for loss in seen.losses] == ["seed", "at 0", "at 1", "at 2"]


@pytest.mark.parametrize("raw", [None, [1], "text", 5, b"bytes"], ids=repr)
@pytest.mark.parametrize("stream", [False, True])
def test_a_hooks_own_result_that_is_no_object_is_the_plugins_fault(
    serve: Callable[..., RawServer], raw: Any, stream: bool
) -> None:
    server = serve(lambda asked, wire: wire.reply(200, {"choices": []}))
    manifest = plugging.provider(
        "zed",
        server.base_url,
        identity=False,
        hooks={"transform_response": lambda call, response: Result(raw)},
    )
    with (
        jackfield.Client(plugins=[manifest]) as client,
        pytest.raises(jackfield.PluginError, match="no JSON object") as caught,
    ):
        client.completion("zed/m", HELLO, stream=stream)
    assert caught.value.distribution


def test_an_upstreams_answer_that_is_no_object_is_the_upstreams(
    serve: Callable[..., RawServer],
) -> None:
    server = serve(lambda asked, wire: wire.reply(200, [1, 2]))
    for hook in (None, lambda call, response: Result(response.json), lambda call, response: None):
        hooks = {"transform_response": hook} if hook else {}
        manifest = plugging.provider("zed", server.base_url, identity=False, hooks=hooks)
        with (
            jackfield.Client(plugins=[manifest]) as client,
            pytest.raises(jackfield.APIResponseValidationError, match="no object"),
        ):
            client.completion("zed/m", HELLO)


def test_a_surface_without_chunks_does_not_stream(serve: Callable[..., RawServer]) -> None:
    server = serve(lambda asked, wire: wire.reply(200, {"fine": True}))
    manifest = plugging.provider(
        "zed", server.base_url, surface="weighing", surfaces=(Surface("weighing"),)
    )
    with jackfield.Client(plugins=[manifest]) as client:
        with pytest.raises(jackfield.RequestError, match="weighing") as caught:
            client.call("weighing", "zed/m", stream=True)
        assert caught.value.path == "stream"
        assert server.connections == 0
        assert client.call("weighing", "zed/m", stream=False).fine

    async def main() -> None:
        async with jackfield.AsyncClient(plugins=[manifest]) as client:
            with pytest.raises(jackfield.RequestError, match="weighing"):
                await client.call("weighing", "zed/m", stream=True)

    asyncio.run(main())
    assert len(server.requests) == 1
