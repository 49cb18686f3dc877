"""The SDK on models that another surface has to serve, whatever plugin that comes from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from proxying import Proxy, running
from rawserver import Asked, RawServer, Wire
from sdk import MASTER, UPSTREAM, Sdk, plain
from stories import CHAT_TOOL, CITIES, TOOL_OF_RESPONSES, said

from jackfield_testing import Sandbox

BRIDGED = ["openai/responses/gpt-5-mini", "openai/responses/gpt-4o", "gpt-5-pro", "gpt-5-codex"]


@pytest.mark.parametrize("model", BRIDGED)
def test_chat_over_responses(pair: tuple[Sdk, Sdk], sandbox: Sandbox, model: str) -> None:
    _, ask = pair
    whole = ask("chat.completions.create", model=model, messages=said(CITIES))
    assert whole.object == "chat.completion"
    assert whole.id.startswith("resp_")
    assert whole.choices[0].finish_reason == "stop"
    assert "Tokyo" in whole.choices[0].message.content
    assert sandbox.last.path == "/v1/responses"
    assert sandbox.last.model == model.rpartition("/")[2]
    chunks = ask("chat.completions.create", model=model, messages=said(CITIES), stream=True)
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    told = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert told == whole.choices[0].message.content
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"


def test_usage_and_tools_over_the_bridge(pair: tuple[Sdk, Sdk]) -> None:
    _, ask = pair
    asked: Any = {
        "model": "openai/responses/gpt-5-mini",
        "messages": said(CITIES),
        "tools": [CHAT_TOOL],
        "reasoning_effort": "low",
    }
    whole = ask("chat.completions.create", **asked)
    calls = whole.choices[0].message.tool_calls
    assert whole.choices[0].finish_reason == "tool_calls"
    assert {call.function.name for call in calls} == {"get_weather"}
    chunks = ask(
        "chat.completions.create", **asked, stream=True, stream_options={"include_usage": True}
    )
    assert plain(chunks[-1].usage) == plain(whole.usage)
    ids = [t.id for c in chunks for x in c.choices for t in x.delta.tool_calls or () if t.id]
    assert ids == [call.id for call in calls]
    answer = ask(
        "chat.completions.create",
        **{
            **asked,
            "messages": [
                *asked["messages"],
                plain(whole.choices[0].message),
                *(
                    {"role": "tool", "tool_call_id": call.id, "content": "8 degrees"}
                    for call in calls
                ),
            ],
        },
    )
    assert "8 degrees" in answer.choices[0].message.content


def test_errors_over_the_bridge(pair: tuple[Sdk, Sdk]) -> None:
    _, ask = pair
    with pytest.raises(openai.BadRequestError) as caught:
        ask("chat.completions.create", model="openai/responses/gpt-4o", messages=said("a"), n=3)
    assert caught.value.param == "n"
    with pytest.raises(openai.RateLimitError):
        ask(
            "chat.completions.create",
            model="openai/responses/gpt-4o!status=429",
            messages=said("a"),
        )


# Another distribution ----------------------------------------------------------------------------

_MANIFEST = """\
from jackfield.hookspecs import hookimpl
from jackfield.envelope import WireRequest
from jackfield.manifest import Claim, Endpoint, Manifest

MANIFEST = Manifest(
    name="rocket",
    module="rocket_plugin",
    claims=(Claim("chat", "rocket/", identity=True{path}),),
    endpoint=Endpoint(base_url="{base_url}", key_env=("ROCKET_API_KEY",)),
)


@hookimpl
def transform_request(call):
    return WireRequest(path="/chat/completions", body=call.body())
"""


def install(folder: Path, base_url: str, *, path: bool) -> None:
    """A distribution with a provider that serves chat alone, as an installer leaves it."""
    declared = ', path="/chat/completions"' if path else ""
    module = _MANIFEST.format(base_url=base_url, path=declared)
    (folder / "rocket_plugin.py").write_text(module, "utf-8")
    info = folder / "rocket_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rocket-plugin\nVersion: 1.0\n")
    entry = "[jackfield.plugins]\nrocket = rocket_plugin:MANIFEST\n"
    (info / "entry_points.txt").write_text(entry, "utf-8")


@pytest.fixture(scope="module", params=[True, False], ids=["bytes", "calls"])
def rocket(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sandbox_server: Sandbox,
) -> Iterator[Proxy]:
    """A server that has another distribution's plugin beside OpenAI's."""
    folder = tmp_path_factory.mktemp("site")
    install(folder, sandbox_server.base_url, path=request.param)
    config = """
        model_list:
          - model_name: fast
            litellm_params: {model: rocket/gpt-4o, api_key: sk-rocket}
          - model_name: rocket/*
            litellm_params: {model: rocket/*}
        general_settings: {master_key: sk-1234}
        router_settings: {num_retries: 0}
    """
    env = {"PYTHONPATH": str(folder), "ROCKET_API_KEY": "sk-of-variable"}
    with running(config, "--host", "127.0.0.1", env=env) as proxy:
        yield proxy


@pytest.mark.parametrize(
    ("model", "key"), [("fast", "sk-rocket"), ("rocket/gpt-4o", "sk-of-variable")]
)
def test_another_plugins_models(rocket: Proxy, sandbox: Sandbox, model: str, key: str) -> None:
    with Sdk(rocket.base_url, MASTER, None) as ask:
        chat = ask("chat.completions.create", model=model, messages=said(CITIES))
        chunks = ask("chat.completions.create", model=model, messages=said(CITIES), stream=True)
        text = chat.choices[0].message.content
        assert text == "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)

        response = ask("responses.create", model=model, input=CITIES)
        assert (response.object, response.output_text) == ("response", text)
        events = ask("responses.create", model=model, input=CITIES, stream=True)
        assert events[0].type == "response.created"
        assert events[-1].type == "response.completed"
        assert events[-1].response.output_text == text
        asked: Any = {"model": model, "input": CITIES, "tools": [TOOL_OF_RESPONSES]}
        calls = [i for i in ask("responses.create", **asked).output if i.type == "function_call"]
        assert calls
    assert {(r.path, r.model) for r in sandbox.requests} == {("/v1/chat/completions", "gpt-4o")}
    assert {r.headers["authorization"] for r in sandbox.requests} == {f"Bearer {key}"}


def test_what_another_plugin_lacks_says_so(rocket: Proxy, sandbox: Sandbox) -> None:
    with Sdk(rocket.base_url, MASTER, None) as ask, pytest.raises(openai.NotFoundError):
        ask("embeddings.create", model="rocket/x", input="a")
    assert not sandbox.requests


def test_a_wildcard_hands_its_key_to_nobody_else(tmp_path: Path, sandbox_server: Sandbox) -> None:
    """A name of another plugin, under ``*``, is a model of the wildcard's own provider."""
    seen: list[Asked] = []

    def answer(asked: Asked, wire: Wire) -> None:
        seen.append(asked)
        wire.reply(500, {"error": {"message": "no"}})

    with RawServer(answer) as other:
        install(tmp_path, other.base_url, path=True)
        config = f"""
            model_list:
              - model_name: "*"
                litellm_params:
                  {{model: openai/*, api_key: {UPSTREAM}, api_base: {sandbox_server.base_url}}}
            router_settings: {{num_retries: 0}}
        """
        env = {"PYTHONPATH": str(tmp_path), "ROCKET_API_KEY": "sk-of-variable"}
        sandbox_server.clear()
        with running(config, env=env) as proxy, Sdk(proxy.base_url, MASTER, None) as ask:
            ask("chat.completions.create", model="rocket/gpt-4o", messages=said("hi"))
        assert not seen
        assert sandbox_server.last.model == "rocket/gpt-4o"
        assert sandbox_server.last.headers["authorization"] == f"Bearer {UPSTREAM}"
