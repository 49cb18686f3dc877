"""What is wrong is told: bad names, plugins, settings, bodies and upstreams, without leaks."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import pickle
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import answers
import attrs
import httpx
import plugging
import pytest
from plugging import provider
from rawserver import PATIENCE, RawServer, refused_port

import jackfield
from jackfield.envelope import Call, Fetch, Next, Result, WireRequest
from jackfield.manifest import Alias, Claim, Manifest, ParamRule, Rewriter, Surface
from jackfield.params import Param, ParamSet

PIECES = answers.events(answers.chunks("Hel", "lo"))
CANARY = "sk-canary-93b1f0"


@pytest.fixture
def fine(serve: Callable[..., RawServer]) -> RawServer:
    def answer(asked: Any, wire: Any) -> None:
        if asked.json.get("stream"):
            wire.stream(PIECES)
        else:
            wire.reply(200, answers.completion())

    return serve(answer)


class Ask:
    """One call, blocking or on asyncio, whose failure is handed back; afterwards all is tidy."""

    def __init__(self, asynchronous: bool, tidy: Callable[[Any], None]) -> None:
        self.asynchronous = asynchronous
        self._tidy = tidy

    def __call__(
        self, url: str, *, stream: bool = False, settings: dict[str, Any] | None = None, **call: Any
    ) -> Any:
        """The result, the list of chunks, or the error."""
        given: dict[str, Any] = {"plugins": ["openai"], "api_key": CANARY, "max_retries": 0}
        given |= {"base_url": url, **(settings or {})}
        call = {"model": "gpt-4o", "messages": answers.HELLO, "stream": stream, **call}
        if self.asynchronous:
            return asyncio.run(self._on_loop(given, call))
        with jackfield.Client(**given) as client:
            try:
                found = client.completion(**call)
                return list(found) if stream else found
            except jackfield.JackfieldError as error:
                caught = error
            self._tidy(client)
        return caught

    async def _on_loop(self, given: dict[str, Any], call: dict[str, Any]) -> Any:
        async with jackfield.AsyncClient(**given) as client:
            try:
                found = await client.completion(**call)
                return [chunk async for chunk in found] if call["stream"] else found
            except jackfield.JackfieldError as error:
                caught = error
            self._tidy(client)
        return caught


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest, tidy: Callable[[Any], None]) -> Ask:
    return Ask(request.param, tidy)


# Names and plugins ----------------------------------------------------------------------------


def test_an_unknown_prefix_names_the_known_ones(fine: RawServer, ask: Ask) -> None:
    error = ask(fine.base_url, model="nobody/m")
    assert type(error) is jackfield.NoRouteError
    assert "nobody/m" in str(error)
    assert "openai/" in str(error)


def test_two_owners_of_a_prefix_are_both_named() -> None:
    one, two = provider("one", prefix="both/"), provider("two", prefix="both/")
    for plugins in ([one, two], [two, one]):
        client = jackfield.Client(plugins=plugins)
        with pytest.raises(jackfield.AmbiguousRouteError) as caught:
            client.completion("both/m", answers.HELLO)
        assert [d.split()[0] for d in caught.value.distributions] == ["one", "two"]


def test_two_owners_of_a_prefix_do_not_harm_others(fine: RawServer) -> None:
    plugins = [provider("one", prefix="both/"), provider("two", prefix="both/")]
    acme = provider("acme", fine.base_url)
    with jackfield.Client(plugins=[*plugins, acme]) as client:
        client.completion("acme/m", answers.HELLO)


def test_two_aliases_that_differ_are_both_named() -> None:
    plugins = [
        attrs.evolve(provider(name), aliases=(Alias("zz-", f"{name}/"),)) for name in ("one", "two")
    ]
    with pytest.raises(jackfield.AmbiguousRouteError, match=r"one.*two"):
        jackfield.Client(plugins=plugins).explain("zz-1")


def test_two_unequal_descriptions_of_a_surface_are_both_named() -> None:
    plugins = [
        attrs.evolve(provider(name, surface="sing"), surfaces=(Surface("sing", required=(name,)),))
        for name in ("one", "two")
    ]
    with pytest.raises(jackfield.AmbiguousRouteError, match=r"one.*two"):
        jackfield.Client(plugins=plugins).call("sing", "one/m")


def test_equal_descriptions_of_a_surface_are_one(fine: RawServer) -> None:
    plugins = [
        attrs.evolve(provider(name, fine.base_url, surface="sing"), surfaces=(Surface("sing"),))
        for name in ("one", "two")
    ]
    with jackfield.Client(plugins=plugins) as client:
        assert client.call("sing", "two/m").id == "chatcmpl-1"


def boom(*_: Any) -> Any:
    raise ZeroDivisionError("deep inside")


def raising(hook: str) -> Any:
    if hook == "transform_request":
        return lambda call: boom()
    if hook == "transform_response":
        return lambda call, response: boom()
    if hook == "stream_chunk":
        return lambda call, event, state: boom()
    return lambda surface, model, params: boom()


HOOKS = ["transform_request", "transform_response", "stream_chunk", "supported_params"]
RULES = (ParamRule("chat"),)


def asked_with(hook: str, function: Any, server: RawServer, tidy: Any) -> Any:
    """The error of a call to a plugin with this hook, blocking and on asyncio."""
    given = {hook: function}
    acme = provider("acme", server.base_url, hooks=given, identity=False, rules=RULES)
    stream = hook == "stream_chunk"

    async def main() -> Any:
        async with jackfield.AsyncClient(plugins=[acme]) as client:
            with pytest.raises(jackfield.PluginError) as caught:  # noqa: PT012 - the loop raises
                found = await client.completion("acme/m", answers.HELLO, stream=stream)
                async for _ in found:
                    pass
            tidy(client)
            return caught.value

    asynchronous = asyncio.run(main())
    with jackfield.Client(plugins=[acme]) as client:
        with pytest.raises(jackfield.PluginError) as caught:
            list(client.completion("acme/m", answers.HELLO, stream=stream))
        tidy(client)
    assert str(caught.value) == str(asynchronous)
    return caught.value


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_raises_is_named_with_its_distribution(
    fine: RawServer, tidy: Any, hook: str
) -> None:
    error = asked_with(hook, raising(hook), fine, tidy)
    assert hook in str(error)
    assert "ZeroDivisionError: deep inside" in str(error)
    assert "acme" in str(error.distribution)
    assert isinstance(error.__cause__, ZeroDivisionError)


GARBAGE: list[tuple[str, Any]] = [
    ("transform_request", lambda call: None),
    ("transform_request", lambda call: 7),
    ("transform_request", lambda call: {"path": "/x"}),
    ("transform_request", lambda call: Result({})),
    ("transform_request", lambda call: WireRequest(path="/x", body=object())),
    ("transform_request", lambda call: WireRequest(path="/x", body={"a": object()})),
    ("transform_request", lambda call: WireRequest(path=7, body={})),  # type: ignore[arg-type]  # wrong on purpose
    ("transform_request", lambda call: WireRequest(headers={"Bad Name": "x"}, body={})),
    ("transform_request", lambda call: WireRequest(headers={"X": "a\r\nb"}, body={})),
    ("transform_request", lambda call: WireRequest(method="GET /\r\n", body={})),
    ("transform_request", lambda call: WireRequest(path="/a b\r\nX: y", body={})),
    ("transform_request", lambda call: Fetch(["no source"])),  # type: ignore[list-item]  # wrong on purpose
    ("transform_request", lambda call: Fetch([])),
    ("transform_request", lambda call: call.replace(model=3)),
    ("transform_request", lambda call: call.replace(surface=None)),
    ("transform_request", lambda call: call.replace(params=[1])),
    ("transform_response", lambda call, response: {"a": 1}),
    ("transform_response", lambda call, response: Result("text")),
    ("transform_response", lambda call, response: Result(None)),
    ("transform_response", lambda call, response: Next("again")),  # type: ignore[arg-type]  # wrong on purpose
    ("stream_chunk", lambda call, event, state: {"a": 1}),
    ("stream_chunk", lambda call, event, state: [1, 2]),
    ("stream_chunk", lambda call, event, state: "text"),
    ("stream_chunk", lambda call, event, state: 3),
    ("supported_params", lambda surface, model, params: {"a": 1}),
    ("supported_params", lambda surface, model, params: ParamSet({"messages": "row"})),
    ("supported_params", lambda surface, model, params: ParamSet([1])),
]


@pytest.mark.parametrize(
    ("hook", "function"), GARBAGE, ids=[f"{hook}-{n}" for n, (hook, _) in enumerate(GARBAGE)]
)
def test_a_hook_that_returns_garbage_is_an_error_of_ours(
    fine: RawServer, tidy: Any, hook: str, function: Any
) -> None:
    """Never a bare TypeError, whatever a plugin returns; the plugin's distribution is named."""
    acme = provider("acme", fine.base_url, hooks={hook: function}, identity=False, rules=RULES)
    with jackfield.Client(plugins=[acme]) as client:
        with pytest.raises(jackfield.JackfieldError) as caught:
            list(client.completion("acme/m", answers.HELLO, stream=hook == "stream_chunk"))
        tidy(client)
    if isinstance(caught.value, jackfield.PluginError):
        assert "acme" in str(caught.value.distribution)


def test_a_nan_in_a_plugins_body_is_an_error(fine: RawServer) -> None:
    hook = {"transform_request": lambda call: WireRequest(body={"a": [1.0, float("nan")]})}
    with (
        jackfield.Client(plugins=[provider("acme", fine.base_url, hooks=hook)]) as client,
        pytest.raises(jackfield.JackfieldError, match="nan"),
    ):
        client.completion("acme/m", answers.HELLO)
    assert fine.requests == []


def test_a_plugin_that_goes_on_for_ever_is_stopped(fine: RawServer, tidy: Any) -> None:
    def again(call: Call, response: Any) -> Any:
        return Next(WireRequest(body={"n": (response.state or 0) + 1}), state=1)

    acme = provider("acme", fine.base_url, hooks={"transform_response": again}, identity=False)
    with jackfield.Client(plugins=[acme]) as client:
        with pytest.raises(jackfield.PluginError, match="without an end"):
            client.completion("acme/m", answers.HELLO)
        tidy(client)


def test_a_misspelt_hook_is_told() -> None:
    hooks = {"transfrom_response": lambda call, response: None}
    client = jackfield.Client(plugins=[provider("acme", hooks=hooks)])
    with pytest.raises(jackfield.PluginError, match="transfrom_response"):
        client.completion("acme/m", answers.HELLO)


@pytest.mark.parametrize("module", ["jackfield_nowhere.at_all", "", "not a module"])
def test_a_missing_module_is_told_and_harms_nobody(fine: RawServer, module: str) -> None:
    broken = attrs.evolve(provider("broken"), module=module)
    with jackfield.Client(plugins=[broken, provider("acme", fine.base_url)]) as client:
        for _ in range(2):
            with pytest.raises(jackfield.PluginError) as caught:
                client.completion("broken/m", answers.HELLO)
            assert "broken" in str(caught.value.distribution)
        client.completion("acme/m", answers.HELLO)


def test_a_rewriter_that_is_broken_harms_only_calls_with_its_trigger(fine: RawServer) -> None:
    rewriter = Rewriter("jackfield_nowhere", ("chat",), params=("seed",))
    plugins = [Manifest(name="broken", rewriters=(rewriter,)), provider("acme", fine.base_url)]
    with jackfield.Client(plugins=plugins) as client:
        client.completion("acme/m", answers.HELLO)
        with pytest.raises(jackfield.PluginError, match="jackfield_nowhere"):
            client.completion("acme/m", answers.HELLO, seed=1)


@pytest.mark.parametrize("wanted", [["nobody"], ["openai", "nobody"], [3], "openai"])
def test_plugins_that_are_not_installed_are_told(wanted: Any) -> None:
    with pytest.raises(jackfield.ConfigError):
        jackfield.Client(plugins=wanted).plugins()


# Settings -------------------------------------------------------------------------------------


def test_without_a_key_nothing_is_sent(fine: RawServer, ask: Ask) -> None:
    error = ask(fine.base_url, settings={"api_key": None})
    assert type(error) is jackfield.AuthenticationError
    assert "OPENAI_API_KEY" in str(error)
    assert (error.status_code, error.retryable) == (None, False)
    assert fine.connections == 0


def test_an_empty_variable_is_no_key(
    fine: RawServer, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert type(ask(fine.base_url, settings={"api_key": None})) is jackfield.AuthenticationError


BAD_NAMES = ["AI-Resource Group", "", "a:b", "naïve", "a\nb", "(x)", 3]
BAD_VALUES = ["a\r\nX: y", "a\nb", "\x00", "\x7f", "snow ☃", "é", b"\xe9", object(), True, ["a"]]


def where(kind: str, headers: Any) -> dict[str, Any]:
    return {"settings": {"headers": headers}} if kind == "client" else {kind: headers}


@pytest.mark.parametrize("kind", ["client", "headers", "extra_headers"])
def test_an_illegal_header_is_told_before_anything_is_sent(
    fine: RawServer, ask: Ask, kind: str
) -> None:
    for name in BAD_NAMES:
        error = ask(fine.base_url, **where(kind, {name: "fine"}))
        assert type(error) is jackfield.ConfigError, name
        assert repr(name) in str(error)
    for value in BAD_VALUES:
        error = ask(fine.base_url, **where(kind, {"X-Fine": value}))
        assert type(error) is jackfield.ConfigError, value
        assert "X-Fine" in str(error)
        assert "snow" not in str(error)
    assert fine.connections == 0


def test_an_illegal_header_in_the_module_attribute_is_told(
    fine: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jackfield, "api_base", fine.base_url)
    monkeypatch.setattr(jackfield, "api_key", "k")
    monkeypatch.setattr(jackfield, "headers", {"AI-Resource Group": "x"})
    with pytest.raises(jackfield.ConfigError, match="AI-Resource Group"):
        jackfield.completion("gpt-4o", answers.HELLO)
    monkeypatch.setattr(jackfield, "headers", {"AI-Resource-Group": "default"})
    jackfield.completion("gpt-4o", answers.HELLO)
    assert fine.requests[0].headers["ai-resource-group"] == "default"


@pytest.mark.parametrize(
    "given",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": "soon"},
        {"timeout": True},
        {"timeout": float("nan")},
        {"stream_idle_timeout": 0},
        {"max_retries": -1},
        {"max_retries": 1.5},
        {"max_retries": "2"},
        {"unsupported": "explode"},
        {"headers": [("a", "b")]},
        {"organization": "a\nb"},
        {"project": "☃"},
        {"api_key": "sk with spaces"},
        {"api_key": "sk\n"},
        {"api_key": 7},
        {"api_base": "localhost:1/v1"},
        {"api_base": "ftp://x/"},
        {"api_base": "http://"},
        {"api_base": "http://exa mple/"},
        {"api_base": "http://[::1/"},
        {"api_base": "http://host:99999/"},
        {"api_base": "http://a..b/"},
        {"api_base": f"http://{'a' * 70}.example/"},
        {"api_base": "http://xn--/"},
        {"api_base": "http://☃.example/"},
    ],
    ids=str,
)
def test_settings_that_can_not_be_used_are_config_errors(
    fine: RawServer, ask: Ask, given: dict[str, Any]
) -> None:
    call = dict(given)
    base = call.pop("api_base", fine.base_url)
    assert type(ask(base, **call)) is jackfield.ConfigError
    assert type(ask(base, settings=call)) is jackfield.ConfigError
    assert fine.connections == 0


@pytest.mark.parametrize("name", ["extra_body", "extra_query"])
def test_extras_are_mappings(fine: RawServer, ask: Ask, name: str) -> None:
    assert type(ask(fine.base_url, **{name: "a=b"})) is jackfield.ConfigError


def test_a_misspelt_client_setting_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        jackfield.Client(api_kye="x")


# Bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_none_is_told_with_its_path(
    fine: RawServer, ask: Ask, number: float
) -> None:
    error = ask(fine.base_url, temperature=number)
    assert type(error) is jackfield.RequestError
    assert error.path == "temperature"
    error = ask(fine.base_url, logit_bias={"a": [1, {"b": number}]})
    assert error.path == "logit_bias.a[1].b"
    error = ask(fine.base_url, extra_body={"deep": {"x": number}})
    assert "x" in error.path
    assert fine.connections == 0


def test_lone_surrogates_and_long_integers_arrive(fine: RawServer, ask: Ask) -> None:
    long = 2**69 + 1
    text = "a\ud800b"
    found = ask(fine.base_url, seed=long, user=text, extra_body={"more": [long, text]})
    assert not isinstance(found, BaseException)
    arrived = fine.requests[0].json
    assert (arrived["seed"], arrived["user"]) == (long, text)
    assert arrived["more"] == [long, text]
    assert b"\\ud800" in fine.requests[0].body


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


CYCLE: list[Any] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize("value", [object(), {1, 2}, 3 + 4j, nested(5000), CYCLE, lambda: 1])
def test_what_is_no_json_is_told_with_its_path(fine: RawServer, ask: Ask, value: Any) -> None:
    for given in ({"logit_bias": {"k": value}}, {"extra_body": {"k": value}}):
        error = ask(fine.base_url, **given)
        assert type(error) is jackfield.RequestError
        assert "k" in (error.path or "")
    assert fine.connections == 0


@pytest.mark.parametrize("messages", [None, [], "text", {}, 3])
def test_messages_of_any_shape_are_no_crash(fine: RawServer, ask: Ask, messages: Any) -> None:
    found = ask(fine.base_url, messages=messages)
    if messages is None:
        assert type(found) is jackfield.RequestError
        assert found.path == "messages"


# Answers --------------------------------------------------------------------------------------


HTML = b"<html><body>Sorry &mdash; " + CANARY.encode() + b"</body></html>" + b"x" * 1000


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (HTML, "text/html"),
        (HTML, "application/json"),
        (b"", "application/json"),
        (b"   \n", "application/json"),
        (b'{"id": "x", "choices"', "application/json"),
        (b"null", "application/json"),
        (b"[]", "application/json"),
        (b'"text"', "application/json"),
        (b"\xff\xfe\x00", "application/json"),
        (b'{"a": NaN}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (HTML, None),
    ],
    ids=range(12),
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_success_that_is_none_is_a_validation_error(
    serve: Callable[..., RawServer], ask: Ask, body: bytes, kind: str | None, stream: bool
) -> None:
    server = serve(lambda asked, wire: wire.reply(200, body, content_type=kind))
    error = ask(server.base_url, stream=stream, settings={"max_retries": 2})
    if stream and kind is None:
        assert isinstance(error, jackfield.APIError)
        return
    assert type(error) is jackfield.APIResponseValidationError
    assert error.status_code == 200
    assert (kind or "no content type") in str(error)
    assert len(str(error.body)) <= 200
    assert CANARY not in str(error)
    assert CANARY not in str(error.body)
    assert error.retryable is False
    assert len(server.requests) == 1


def test_a_success_with_an_error_inside_is_that_error(
    serve: Callable[..., RawServer], ask: Ask
) -> None:
    body = answers.error("too long", "context_length_exceeded")
    server = serve(lambda asked, wire: wire.reply(200, body))
    error = ask(server.base_url)
    assert type(error) is jackfield.ContextWindowExceededError
    assert (error.status_code, error.code) == (200, "context_length_exceeded")


def test_an_unknown_encoding_or_broken_gzip_is_an_error_of_ours(
    serve: Callable[..., RawServer], ask: Ask
) -> None:
    server = serve(
        lambda asked, wire: wire.reply(200, b"not gzip at all", {"content-encoding": "gzip"})
    )
    for stream in (False, True):
        assert isinstance(ask(server.base_url, stream=stream), jackfield.APIError)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000,
    ],
    ids=range(10),
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_what_is_no_http_is_a_connection_error(
    serve: Callable[..., RawServer], ask: Ask, raw: bytes, stream: bool
) -> None:
    def answer(asked: Any, wire: Any) -> None:
        wire.send(raw)
        wire.close()

    error = ask(serve(answer).base_url, stream=stream)
    assert isinstance(error, jackfield.APIConnectionError)
    assert isinstance(error, jackfield.TransportError)
    assert error.model == "gpt-4o"
    assert CANARY not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_refused_connection_is_a_connection_error(ask: Ask, stream: bool) -> None:
    port = refused_port()
    error = ask(f"http://127.0.0.1:{port}/v1", stream=stream)
    assert type(error) is jackfield.APIConnectionError
    assert f"127.0.0.1:{port}" in str(error)
    assert (error.status_code, error.attempts) == (None, 1)


def test_a_name_that_does_not_resolve_is_a_connection_error(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def failing(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host in ("nowhere.test", b"nowhere.test"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", failing)
    error = ask("http://nowhere.test/v1")
    assert type(error) is jackfield.APIConnectionError
    assert "nowhere.test" in str(error)


# Time -----------------------------------------------------------------------------------------

SHORT = 0.3
LONG = 5.0
"""Far below the server's patience and far above the timeout: what took longer was not bounded."""


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < LONG


def head_then(kind: str, wire: Any) -> None:
    head = {
        "body": {"content-type": "application/json", "content-length": "100000"},
        "stream": {"content-type": "text/event-stream", "connection": "close"},
    }
    if kind == "head":
        wire.send(b"HTTP/1.1 200 OK\r\nx: ")
    else:
        wire.head(200, head[kind])


@pytest.mark.parametrize("session", [False, True], ids=["own", "session"])
@pytest.mark.parametrize("where", ["head", "body", "stream"])
def test_a_byte_now_and_then_does_not_hold_a_call_beyond_its_timeout(
    serve: Callable[..., RawServer], ask: Ask, where: str, session: bool
) -> None:
    def answer(asked: Any, wire: Any) -> None:
        head_then(where, wire)
        wire.trickle(b" ", every=0.05)

    server = serve(answer)
    call: dict[str, Any] = {"timeout": SHORT, "stream": where == "stream"}
    with in_time():
        if session and ask.asynchronous:

            async def main() -> Any:
                async with httpx.AsyncClient() as given:
                    settings = {"plugins": ["openai"], "api_key": "k", "max_retries": 0}
                    client = jackfield.AsyncClient(
                        **settings, base_url=server.base_url, aclient_session=given
                    )
                    try:
                        found = await client.completion("gpt-4o", answers.HELLO, **call)
                        return [chunk async for chunk in found]
                    except jackfield.JackfieldError as error:
                        return error

            error = asyncio.run(main())
        elif session:
            with httpx.Client() as given:
                error = ask(server.base_url, client_session=given, **call)
        else:
            error = ask(server.base_url, **call)
    assert type(error) is jackfield.APITimeoutError
    assert error.phase == "read"


@pytest.mark.parametrize("where", ["head", "body", "stream"])
def test_silence_is_a_read_timeout(serve: Callable[..., RawServer], ask: Ask, where: str) -> None:
    def answer(asked: Any, wire: Any) -> None:
        head_then(where, wire)
        wire.gone()
        wire.close()

    limits = httpx.Timeout(5.0, read=SHORT)
    with in_time():
        error = ask(serve(answer).base_url, timeout=limits, stream=where == "stream")
    assert type(error) is jackfield.APITimeoutError
    assert error.phase == "read"
    assert "read" in str(error)


@pytest.mark.parametrize("talking", [False, True], ids=["silent", "trickling"])
def test_an_idle_stream_is_a_timeout_of_that_phase_and_keeps_what_came(
    serve: Callable[..., RawServer], ask: Ask, talking: bool
) -> None:
    def answer(asked: Any, wire: Any) -> None:
        wire.stream(PIECES[:2], end=False)
        if talking:
            wire.trickle(b"x", every=0.05, chunked=True)
        else:
            wire.gone()
        wire.close()

    with in_time():
        error = ask(serve(answer).base_url, stream=True, stream_idle_timeout=SHORT)
    assert type(error) is jackfield.APITimeoutError
    assert error.phase == "stream idle"
    assert [chunk.to_dict() for chunk in error.chunks] == answers.chunks("Hel", "lo")[:2]
    assert error.partial.choices[0].message.content == "Hel"


def test_a_connection_that_is_not_accepted_is_a_connect_timeout(ask: Ask) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        with contextlib.ExitStack() as stack:  # fill the queue, so that nobody else gets in
            for _ in range(4):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    waiting.connect(("127.0.0.1", port))
            with in_time():
                error = ask(
                    f"http://127.0.0.1:{port}/v1", timeout=httpx.Timeout(5.0, connect=SHORT)
                )
    assert type(error) is jackfield.APITimeoutError
    assert error.phase == "connect"


def test_timeouts_are_tried_again_and_counted(serve: Callable[..., RawServer]) -> None:
    def answer(asked: Any, wire: Any) -> None:
        if len(server.requests) < 3:
            wire.gone()
            wire.close()
        else:
            wire.reply(200, answers.completion())

    server = serve(answer)
    with jackfield.Client(
        plugins=[provider("acme", server.base_url)], sleep=lambda seconds: None, timeout=SHORT
    ) as client:
        client.completion("acme/m", answers.HELLO)
    assert len(server.requests) == 3


# Streams --------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 2])
def test_an_error_event_is_its_error_and_keeps_what_came(
    serve: Callable[..., RawServer], ask: Ask, after: int
) -> None:
    failure = answers.error("overloaded", "server_error", type="server_error")
    events = [*PIECES[:after], *answers.events([failure], done=False), PIECES[-1]]
    server = serve(lambda asked, wire: wire.stream(events))
    error = ask(server.base_url, stream=True)
    assert type(error) is jackfield.InternalServerError
    assert (error.message, error.code) == ("overloaded", "server_error")
    assert [c.to_dict() for c in error.chunks] == answers.chunks("Hel", "lo")[:after]
    assert (error.partial is None) == (after == 0)


@pytest.mark.parametrize(
    "piece",
    [b"data: {broken\n\n", b"data: 3\n\n", b"data: \xff\xfe\n\n", b"data: " + HTML + b"\n\n"],
    ids=range(4),
)
def test_an_event_that_is_none_is_a_validation_error_and_keeps_what_came(
    serve: Callable[..., RawServer], ask: Ask, piece: bytes
) -> None:
    server = serve(lambda asked, wire: wire.stream([*PIECES[:2], piece, *PIECES[2:]]))
    error = ask(server.base_url, stream=True)
    assert type(error) is jackfield.APIResponseValidationError
    assert len(error.chunks) == 2
    assert CANARY not in str(error)


@pytest.mark.parametrize(
    "choices", ["text", 3, [3], [{"index": []}], [{"delta": "text"}], [None], {"a": 1}], ids=str
)
def test_chunks_of_odd_shapes_are_no_crash(
    serve: Callable[..., RawServer], ask: Ask, choices: Any
) -> None:
    odd = {"id": "x", "choices": choices}
    server = serve(lambda asked, wire: wire.stream(answers.events([odd])))
    found = ask(server.base_url, stream=True)
    assert isinstance(found, jackfield.APIError | list)


def test_an_error_status_on_a_stream_is_an_error_at_once(
    serve: Callable[..., RawServer], ask: Ask
) -> None:
    server = serve(lambda asked, wire: wire.reply(429, answers.error("slow down")))
    error = ask(server.base_url, stream=True)
    assert type(error) is jackfield.RateLimitError


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503, 599])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b'{"error": "text"}',
        b'{"error": {"message": 3, "code": {}}}',
    ],
    ids=range(6),
)
def test_error_bodies_of_any_shape_keep_their_status(
    serve: Callable[..., RawServer], status: int, body: bytes, tidy: Any
) -> None:
    server = serve(lambda asked, wire: wire.reply(status, body))
    error = Ask(False, tidy)(server.base_url)
    assert isinstance(error, jackfield.APIError)
    assert error.status_code == status
    assert error.message


# Redirects ------------------------------------------------------------------------------------

PRIVATE = {"X-Tenant": "blue", "Cookie": "session=1"}
SETTINGS = {"organization": "org-1", "project": "proj-1", "headers": PRIVATE}


def redirecting(serve: Callable[..., RawServer], status: int, target: str) -> RawServer:
    """Sends `/v1` elsewhere, and answers everything else."""

    def answer(asked: Any, wire: Any) -> None:
        if asked.target.startswith("/v1"):
            wire.reply(status, b"", {"location": target, "set-cookie": "upstream=1; Path=/"})
        else:
            wire.reply(200, answers.completion())

    return serve(answer)


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_within_the_origin_keeps_the_key(
    serve: Callable[..., RawServer], ask: Ask, status: int
) -> None:
    server = redirecting(serve, status, "/v2/chat/completions")
    found = ask(server.base_url, settings=SETTINGS)
    assert found.id == "chatcmpl-1"
    first, second = server.requests
    assert second.headers["authorization"] == f"Bearer {CANARY}"
    assert second.headers["openai-organization"] == "org-1"
    assert second.headers["x-tenant"] == "blue"
    assert second.body == first.body
    assert second.method == "POST"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("session", [False, True], ids=["own", "session"])
def test_a_redirect_to_another_origin_carries_nothing_private(
    serve: Callable[..., RawServer], ask: Ask, status: int, session: bool
) -> None:
    other = serve(lambda asked, wire: wire.reply(200, answers.completion()))
    server = redirecting(serve, status, f"{other.origin}/elsewhere")
    given: dict[str, Any] = {}
    if session and not ask.asynchronous:
        given = {
            "client_session": httpx.Client(
                headers={"X-Session": "s"}, cookies={"jar": "1"}, auth=("user", CANARY)
            )
        }
    found = ask(server.base_url, settings=SETTINGS, **given)
    if given:
        given["client_session"].close()
    assert found.id == "chatcmpl-1"
    (arrived,) = other.requests
    assert CANARY.encode() not in arrived.body
    for name in ("authorization", "cookie", "openai-organization", "openai-project"):
        assert name not in arrived.headers
    assert not {"x-tenant", "x-session"} & set(arrived.headers)
    assert CANARY not in str(arrived.raw_headers)


def test_a_redirect_there_and_back_does_not_get_the_key_again(
    serve: Callable[..., RawServer], ask: Ask
) -> None:
    """The other origin chose the way back: what it asks for is not ours to sign."""
    servers: list[RawServer] = []
    other = serve(
        lambda asked, wire: wire.reply(307, b"", {"location": f"{servers[0].origin}/back"})
    )
    servers.append(redirecting(serve, 307, f"{other.origin}/there"))
    ask(servers[0].base_url)
    assert "authorization" not in servers[0].requests[-1].headers


@pytest.mark.parametrize(
    "target", ["/v1/chat/completions", "ftp://x/", "http://", "http://[", "//", "javascript:1"]
)
def test_a_redirect_that_leads_nowhere_is_a_connection_error(
    serve: Callable[..., RawServer], ask: Ask, target: str
) -> None:
    server = redirecting(serve, 307, target)
    error = ask(server.base_url, settings={"max_retries": 2})
    assert isinstance(error, jackfield.JackfieldError)
    assert len(server.requests) <= 40


def test_a_stream_behind_a_redirect_works(serve: Callable[..., RawServer], ask: Ask) -> None:
    def answer(asked: Any, wire: Any) -> None:
        if asked.target.startswith("/v1"):
            wire.reply(307, b"", {"location": "/v2"})
        else:
            wire.stream(PIECES)

    chunks = ask(serve(answer).base_url, stream=True)
    assert [chunk.to_dict() for chunk in chunks] == answers.chunks("Hel", "lo")


# Secrets --------------------------------------------------------------------------------------


def texts_of(thing: Any) -> str:
    """Everything that people get to see of a thing."""
    shown = [repr(thing), str(thing)]
    if isinstance(thing, BaseException):
        shown += traceback.format_exception(thing)
        shown += [str(getattr(thing, "body", "")), str(getattr(thing, "message", ""))]
        if isinstance(thing, jackfield.JackfieldError):
            shown.append(str(pickle.dumps(thing)))
        shown += [texts_of(part) for part in (thing.__cause__, thing.__context__) if part]
    return "\n".join(shown)


def echo(asked: Any) -> str:
    return f"Incorrect API key provided: {asked.headers.get('authorization', '')}"


@pytest.mark.parametrize(
    "how",
    ["json 401", "text 500", "html 200", "broken 200", "error in 200", "event", "bad event", "cut"],
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_key_that_the_upstream_echoes_is_not_shown(
    serve: Callable[..., RawServer],
    ask: Ask,
    how: str,
    stream: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    def answer(asked: Any, wire: Any) -> None:
        text = echo(asked)
        if how == "json 401":
            wire.reply(401, answers.error(text, "invalid_api_key", param=text))
        elif how == "text 500":
            wire.reply(500, text.encode(), content_type="text/plain")
        elif how == "html 200":
            wire.reply(200, f"<p>{text}</p>".encode(), content_type="text/html")
        elif how == "broken 200":
            wire.reply(200, b'{"error": "' + text.encode())
        elif how == "error in 200":
            wire.reply(200, answers.error(text, "server_error"))
        elif how == "event":
            wire.stream(answers.events([answers.error(text, "server_error")]))
        elif how == "bad event":
            wire.stream([b"data: {" + text.encode() + b"\n\n"])
        else:
            wire.head(200, {"content-length": "999"})
            wire.send(text.encode())
            wire.close()

    server = serve(answer)
    found = ask(server.base_url, stream=stream)
    assert isinstance(found, BaseException)
    assert CANARY not in texts_of(found)
    assert CANARY not in caplog.text
    assert server.requests[0].headers["authorization"] == f"Bearer {CANARY}"


def test_a_key_is_in_no_repr_of_ours(fine: RawServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []

    def watching(call: Call, proceed: Any) -> Any:
        seen.append(repr(call))
        answer = yield from proceed(call)
        seen.append(repr(answer))
        return answer

    with jackfield.Client(
        plugins=["openai"],
        api_key=CANARY,
        base_url=fine.base_url,
        headers={"X-Also": CANARY},
        middleware=[watching],
    ) as client:
        result = client.completion("gpt-4o", answers.HELLO)
        with client.completion("gpt-4o", answers.HELLO, stream=True) as stream:
            seen += [repr(stream), *(repr(chunk) for chunk in stream)]
        seen += [repr(client), str(client), repr(result), repr(client.plugins())]
        seen += [repr(client.explain("gpt-4o")), repr(client._transport), repr(client._driver())]
    assert CANARY not in "\n".join(seen)
    assert CANARY not in caplog.text


@pytest.mark.parametrize("fault", ["refused", "illegal header", "bad url", "closed"])
def test_a_key_is_in_no_error_of_ours(
    fine: RawServer, ask: Ask, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    if fault == "refused":
        error = ask(f"http://user:{CANARY}@127.0.0.1:{refused_port()}/v1?key={CANARY}")
    elif fault == "illegal header":
        error = ask(fine.base_url, headers={"X-Key": f"{CANARY}\n"})
    elif fault == "bad url":
        error = ask(f"htp://user:{CANARY}@host/")
    else:
        server = RawServer(lambda asked, wire: wire.close())
        with server:
            error = ask(server.base_url, extra_query={"key": CANARY})
    assert isinstance(error, jackfield.JackfieldError)
    assert CANARY not in texts_of(error)
    assert CANARY not in caplog.text


def test_a_client_is_not_pickled(fine: RawServer) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(jackfield.Client(api_key=CANARY))


def test_errors_and_results_are_pickled(serve: Callable[..., RawServer], ask: Ask) -> None:
    server = serve(lambda asked, wire: wire.reply(404, answers.error("gone", "model_not_found")))
    error = ask(server.base_url)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (again.status_code, again.code, again.message) == (404, "model_not_found", "gone")
    assert str(again) == str(error)


# Afterwards -----------------------------------------------------------------------------------


def test_a_failed_call_keeps_nothing_alive(fine: RawServer) -> None:
    """No frame, request or response hangs on to a client that was let go."""
    import weakref

    client = jackfield.Client(plugins=["openai"], api_key="k", base_url=fine.base_url)
    for _ in range(3):
        client.completion("gpt-4o", answers.HELLO)
        with contextlib.suppress(jackfield.JackfieldError):
            client.completion("gpt-4o", answers.HELLO, temperature=float("nan"))
    client.close()
    dead = weakref.ref(client)
    del client
    gc.collect()
    assert dead() is None


def test_a_cancelled_task_leaves_no_connection(serve: Callable[..., RawServer], tidy: Any) -> None:
    reached, left = threading.Event(), threading.Event()

    def answer(asked: Any, wire: Any) -> None:
        reached.set()
        if wire.gone():
            left.set()
        wire.close()

    server = serve(answer)

    async def main() -> None:
        async with jackfield.AsyncClient(plugins=[provider("acme", server.base_url)]) as client:
            task = asyncio.ensure_future(client.completion("acme/m", answers.HELLO))
            await asyncio.to_thread(reached.wait, PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(left.wait, PATIENCE)
            tidy(client)

    asyncio.run(main())


def test_parameter_rows_that_refuse_name_what_is_accepted(fine: RawServer) -> None:
    rows = ParamSet({"temperature": Param(accepts=(1,)), "tools[].type": Param(refuses=("x",))})
    hooks = {"supported_params": lambda surface, model, params: rows}
    acme = provider("acme", fine.base_url, hooks=hooks, rules=RULES)
    with jackfield.Client(plugins=[acme]) as client:
        with pytest.raises(jackfield.UnsupportedParamsError, match="accepts 1"):
            client.completion("acme/m", answers.HELLO, temperature=0)
        with pytest.raises(jackfield.UnsupportedParamsError, match=r"tools\[1\]"):  # noqa: PT012 - the loop raises
            tools = [{"type": "y"}, {"type": "x"}]
            client.completion("acme/m", answers.HELLO, tools=tools)
        result = client.completion("acme/m", answers.HELLO, tools=tools, unsupported="drop")
        assert [loss.path for loss in result.warnings] == ["tools[1].type"]
        with pytest.warns(jackfield.JackfieldWarning, match="temperature"):
            client.completion("acme/m", answers.HELLO, temperature=0, unsupported="warn")
    assert fine.requests[0].json["tools"] == [{"type": "y"}]
    assert "temperature" not in fine.requests[1].json


def test_a_claim_without_an_endpoint_is_told() -> None:
    lost = Manifest(
        name="lost",
        module=plugging.module(transform_request=plugging.send_as_chat),
        claims=(Claim("chat", "lost/"),),
    )
    with pytest.raises(jackfield.PluginError, match="no endpoint"):
        jackfield.Client(plugins=[lost]).completion("lost/m", answers.HELLO)


def test_nothing_was_imported_that_is_not_needed_for_errors() -> None:
    assert "jackfield_nowhere" not in sys.modules
