"""Flow 6: parameters re-route a call; an object as `reasoning_effort` takes the bridge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import answers
import plugging
import pytest
from rawserver import RawServer

import jackfield
from jackfield.envelope import Call, Result, WireRequest
from jackfield.manifest import Claim, Endpoint, Manifest, Rewriter
from jackfield_openai_responses.manifest import MANIFEST as RESPONSES

PREFIX = "openai/responses/"


def over_the_bridge(call: Call) -> Call | None:
    if call.name.startswith(PREFIX) or not isinstance(call.params["reasoning_effort"], dict):
        return None
    return call.replace(model=PREFIX + call.model)


def to_responses(call: Call) -> WireRequest:
    body = {"model": call.model, "reasoning": call.params.get("reasoning_effort")}
    return WireRequest(path="/responses", body=body)


def to_completion(call: Call, response: Any) -> Result:
    return Result(answers.completion(response.json["output_text"]))


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def bridge(asked: list[str]) -> Manifest:
    def rewriting(call: Call) -> Call | None:
        asked.append(call.name)
        return over_the_bridge(call)

    rewriter = Rewriter(
        plugging.module(transform_request=rewriting), ("chat",), params=("reasoning_effort",)
    )
    return Manifest(
        name="bridge",
        module=plugging.module(transform_request=to_responses, transform_response=to_completion),
        claims=(Claim("chat", PREFIX),),
        rewriters=(rewriter,),
        endpoint=Endpoint("http://127.0.0.1:9", key_env=("OPENAI_API_KEY",)),
    )


@pytest.fixture
def upstream(serve: Callable[..., RawServer]) -> RawServer:
    def answer(asked: Any, wire: Any) -> None:
        if asked.target.endswith("/responses"):
            wire.reply(200, {"output_text": "over the bridge"})
        else:
            wire.reply(200, answers.completion("on chat"))

    return serve(answer)


EFFORT = {"effort": "high", "summary": "auto"}


def test_an_object_as_effort_goes_over_the_bridge(upstream: RawServer, bridge: Manifest) -> None:
    plugins = ["openai", bridge]
    with jackfield.Client(plugins=plugins, api_key="k", base_url=upstream.base_url) as client:
        result = client.completion("openai/gpt-5", answers.HELLO, reasoning_effort=EFFORT)
        assert result.choices[0].message.content == "over the bridge"
    assert upstream.requests[0].target == "/v1/responses"
    assert upstream.requests[0].json == {"model": "gpt-5", "reasoning": EFFORT}


def test_it_does_on_asyncio_and_for_bare_names(upstream: RawServer, bridge: Manifest) -> None:
    async def main() -> None:
        async with jackfield.AsyncClient(
            plugins=["openai", bridge], api_key="k", base_url=upstream.base_url
        ) as client:
            result = await client.completion("o3", answers.HELLO, reasoning_effort=EFFORT)
            assert result.choices[0].message.content == "over the bridge"

    asyncio.run(main())
    assert upstream.requests[0].json["model"] == "o3"


def test_a_word_as_effort_stays_on_chat(
    upstream: RawServer, bridge: Manifest, asked: list[str]
) -> None:
    plugins = ["openai", bridge]
    with jackfield.Client(plugins=plugins, api_key="k", base_url=upstream.base_url) as client:
        result = client.completion("gpt-5", answers.HELLO, reasoning_effort="high")
        assert result.choices[0].message.content == "on chat"
        assert asked == ["openai/gpt-5"]
        client.completion("gpt-5", answers.HELLO)
        assert asked == ["openai/gpt-5"]  # without its trigger it was not asked
    assert upstream.requests[0].json["reasoning_effort"] == "high"


def test_without_the_bridge_the_effort_is_sent_and_the_summary_follows_the_policy(
    upstream: RawServer,
) -> None:
    with jackfield.Client(plugins=["openai"], api_key="k", base_url=upstream.base_url) as client:
        with pytest.raises(jackfield.UnsupportedParamsError, match=r"reasoning_effort\.summary"):
            client.completion("gpt-5", answers.HELLO, reasoning_effort=EFFORT)
        result = client.completion(
            "gpt-5", answers.HELLO, reasoning_effort=EFFORT, drop_params=True
        )
        assert [loss.path for loss in result.warnings] == ["reasoning_effort.summary"]
        assert upstream.requests[-1].json["reasoning_effort"] == "high"
        client.completion("gpt-5", answers.HELLO, reasoning_effort=EFFORT, unsupported="pass")
        assert upstream.requests[-1].json["reasoning_effort"] == EFFORT


def test_two_rewriters_that_send_a_call_back_and_forth_are_told(upstream: RawServer) -> None:
    def elsewhere(call: Call) -> Call:
        return call.replace(model="a/m" if call.name == "b/m" else "b/m")

    rewriter = Rewriter(plugging.module(transform_request=elsewhere), ("chat",), always=True)
    pingpong = Manifest(name="pingpong", rewriters=(rewriter,))
    ends = [plugging.provider(name, upstream.base_url) for name in "ab"]
    with (
        jackfield.Client(plugins=[pingpong, *ends]) as client,
        pytest.raises(jackfield.PluginError, match=r"a/m \(chat\) → b/m \(chat\) → a/m"),
    ):
        client.completion("a/m", answers.HELLO)


def test_a_rewriter_that_never_stops_changing_is_told(upstream: RawServer) -> None:
    def counting(call: Call) -> Call:
        return call.replace(params={**call.params, "n": call.params.get("n", 0) + 1})

    rewriter = Rewriter(plugging.module(transform_request=counting), ("chat",), always=True)
    plugins = [Manifest(name="restless", rewriters=(rewriter,)), plugging.provider("a")]
    with (
        jackfield.Client(plugins=plugins) as client,
        pytest.raises(jackfield.PluginError, match="restless"),
    ):
        client.completion("a/m", answers.HELLO)


def test_rewriters_run_to_their_fixpoint_whatever_their_order(upstream: RawServer) -> None:
    def first(call: Call) -> Call | None:
        if "b" not in call.params or "c" in call.params:
            return None
        return call.replace(params={**call.params, "c": 3})

    def second(call: Call) -> Call | None:
        if "b" in call.params:
            return None
        return call.replace(params={**call.params, "b": 2})

    for names in (("x1", "x2"), ("x2", "x1")):
        plugins = [
            Manifest(
                name=name,
                rewriters=(
                    Rewriter(plugging.module(transform_request=hook), ("chat",), always=True),
                ),
            )
            for name, hook in zip(names, (first, second), strict=True)
        ]
        acme = plugging.provider("acme", upstream.base_url)
        with jackfield.Client(plugins=[*plugins, acme]) as client:
            client.completion("acme/m", answers.HELLO)
        assert upstream.requests[-1].json | {"messages": 0} == {
            "model": "m",
            "messages": 0,
            "b": 2,
            "c": 3,
        }


def test_a_route_of_eight_steps_is_too_long(upstream: RawServer) -> None:
    def onward(call: Call) -> Call:
        return call.replace(model=f"hop/{int(call.model) + 1}")

    hop = plugging.provider("hop", hooks={"transform_request": onward})
    with (
        jackfield.Client(plugins=[hop]) as client,
        pytest.raises(jackfield.PluginError, match="over 8 steps"),
    ):
        client.completion("hop/1", answers.HELLO)


# The Responses API's own plugin -------------------------------------------------------------------

FUNCTION = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


@pytest.fixture
def openai(serve: Callable[..., RawServer]) -> RawServer:
    """Both endpoints; what each says is where it was asked."""

    def answer(asked: Any, wire: Any) -> None:
        text = asked.target.removeprefix("/v1")
        if text == "/responses":
            part = {"type": "output_text", "text": text, "annotations": []}
            item = {"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}
            said = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m"}
            wire.reply(200, {**said, "status": "completed", "output": [item]})
        else:
            wire.reply(200, answers.completion(text))

    return serve(answer)


@pytest.mark.parametrize(
    ("model", "params", "where"),
    [
        ("gpt-5", {"reasoning_effort": EFFORT}, "/responses"),
        ("openai/gpt-5", {"reasoning_effort": EFFORT}, "/responses"),
        ("gpt-5", {"reasoning_effort": {"effort": "high"}}, "/chat/completions"),
        ("gpt-5", {"reasoning_effort": "high"}, "/chat/completions"),
        ("gpt-5", {"reasoning_effort": "high", "tools": [FUNCTION]}, "/chat/completions"),
        ("gpt-5.4", {"reasoning_effort": "high", "tools": [FUNCTION]}, "/responses"),
        ("gpt-5.4", {"reasoning_effort": "none", "tools": [FUNCTION]}, "/chat/completions"),
        ("gpt-5.4", {"reasoning_effort": "high"}, "/chat/completions"),
        ("gpt-5.4", {"tools": [FUNCTION]}, "/chat/completions"),
        (
            "gpt-5.4",
            {"reasoning_effort": "high", "tools": [FUNCTION], "unsupported": "pass"},
            "/chat/completions",
        ),
        ("gpt-5-pro", {}, "/responses"),
        ("openai/responses/gpt-4o", {}, "/responses"),
    ],
)
def test_parameters_decide_where_a_call_goes(
    openai: RawServer, model: str, params: dict[str, Any], where: str, tidy: Any
) -> None:
    given = {"plugins": ["openai", RESPONSES], "api_key": "k", "base_url": openai.base_url}

    async def on_loop() -> Any:
        async with jackfield.AsyncClient(**given) as client:
            return await client.completion(model, answers.HELLO, **params)

    with jackfield.Client(**given) as client:
        result = client.completion(model, answers.HELLO, **params)
        tidy(client)
    assert result.choices[0].message.content == where
    assert asyncio.run(on_loop()).choices[0].message.content == where
    assert {asked.target for asked in openai.requests} == {f"/v1{where}"}
