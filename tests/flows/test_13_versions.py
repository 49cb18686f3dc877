"""Flow 13: an old plugin on a newer core, and a newer plugin on an older core."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import answers
import attrs
import plugging
import pytest
from plugging import provider
from rawserver import RawServer

import jackfield
from jackfield import discovery, manifest
from jackfield.envelope import Call, Result, WireRequest
from jackfield.params import ParamSet


@pytest.fixture
def upstream(serve: Callable[..., RawServer]) -> RawServer:
    def answer(asked: Any, wire: Any) -> None:
        if asked.json.get("stream"):
            wire.stream(answers.events(answers.chunks("Hel", "lo")))
        else:
            wire.reply(200, answers.completion())

    return serve(answer)


def test_hooks_that_take_fewer_arguments_are_given_fewer(upstream: RawServer) -> None:
    """Arguments are only ever added: what an old plugin does not name it is not given."""

    def transform_response(response: Any) -> Result:
        return Result({**response.json, "seen": True})

    def stream_chunk(event: Any) -> Any:
        return [event.json] if event.json else []

    def supported_params() -> ParamSet:
        return ParamSet()

    hooks = {
        "transform_response": transform_response,
        "stream_chunk": stream_chunk,
        "supported_params": supported_params,
    }
    rules = (manifest.ParamRule("chat"),)
    acme = provider("acme", upstream.base_url, hooks=hooks, identity=False, rules=rules)
    with jackfield.Client(plugins=[acme]) as client:
        assert client.completion("acme/m", answers.HELLO)["seen"] is True
        chunks = list(client.completion("acme/m", answers.HELLO, stream=True))
        assert [chunk.to_dict() for chunk in chunks] == answers.chunks("Hel", "lo")
        assert client.supported_params("acme/m") == ParamSet()


def test_a_request_hook_without_arguments_works(upstream: RawServer) -> None:
    def transform_request() -> WireRequest:
        return WireRequest(path="/fixed", body={"messages": []})

    acme = provider("acme", upstream.base_url, hooks={"transform_request": transform_request})
    with jackfield.Client(plugins=[acme]) as client:
        client.completion("acme/m", answers.HELLO)
    assert upstream.requests[0].target == "/v1/fixed"


def test_a_hook_that_wants_an_argument_that_there_is_not_is_told() -> None:
    def transform_request(call: Call, weather: Any) -> Any:
        return None

    acme = provider("acme", hooks={"transform_request": transform_request})
    with (
        jackfield.Client(plugins=[acme]) as client,
        pytest.raises(jackfield.PluginError, match="weather") as caught,
    ):
        client.completion("acme/m", answers.HELLO)
    assert "acme" in str(caught.value.distribution)


@pytest.mark.parametrize(
    ("knows", "advice"),
    [((0, 0), "update the plugin"), ((2, 2), "update jackfield"), ((7, 9), "update jackfield")],
)
def test_a_plugin_of_another_time_is_listed_and_named_and_harms_nobody(
    upstream: RawServer, knows: tuple[int, int], advice: str
) -> None:
    old = attrs.evolve(provider("old"), hook_api=knows)
    acme = provider("acme", upstream.base_url)
    with jackfield.Client(plugins=[old, acme]) as client:
        client.completion("acme/m", answers.HELLO)
        (listed,) = [plugin for plugin in client.plugins() if plugin.name == "old"]
        assert not listed.usable
        assert advice in str(listed.error)
        with pytest.raises(jackfield.NoRouteError, match=advice) as caught:
            client.completion("old/m", answers.HELLO)
        assert "old" in str(caught.value)


@pytest.mark.parametrize("knows", [(1, 1), (1, 2), (0, 1), (0, 9)])
def test_a_plugin_that_knows_this_api_among_others_works(
    upstream: RawServer, knows: tuple[int, int]
) -> None:
    acme = attrs.evolve(provider("acme", upstream.base_url), hook_api=knows)
    with jackfield.Client(plugins=[acme]) as client:
        client.completion("acme/m", answers.HELLO)
        assert not any(plugin.error for plugin in client.plugins())


def test_a_newer_core_still_serves_this_apis_plugins(
    upstream: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "HOOK_API", 2)
    with jackfield.Client(plugins=[provider("acme", upstream.base_url)]) as client:
        client.completion("acme/m", answers.HELLO)


def test_a_plugin_without_optional_hooks_needs_only_one(upstream: RawServer) -> None:
    acme = provider("acme", upstream.base_url, identity=False)
    with jackfield.Client(plugins=[acme]) as client:
        assert client.completion("acme/m", answers.HELLO).to_dict() == answers.completion()
        chunks = list(client.completion("acme/m", answers.HELLO, stream=True))
        assert [chunk.to_dict() for chunk in chunks] == answers.chunks("Hel", "lo")
        assert client.supported_params("acme/m") == ParamSet()


def test_a_module_with_other_functions_beside_its_hooks_is_fine(upstream: RawServer) -> None:
    name = plugging.module(transform_request=plugging.send_as_chat)
    import sys

    sys.modules[name].transform_nothing = lambda: None  # type: ignore[attr-defined]  # a misspelt hook
    acme = attrs.evolve(provider("acme", upstream.base_url), module=name)
    with jackfield.Client(plugins=[acme]) as client:
        client.completion("acme/m", answers.HELLO)
