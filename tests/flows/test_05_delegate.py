"""Flow 5: a surface of its own on a third party's chat-only provider, by a Delegate."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import answers
import plugging
import pytest
from plugging import provider
from rawserver import RawServer

import jackfield
from jackfield.envelope import END, Call, Delegate, Result
from jackfield.manifest import Claim, Manifest, Surface
from jackfield.views import View
from jackfield_openai_responses.manifest import MANIFEST as RESPONSES


class ResponseEvent(View):
    type: str


def to_chat(call: Call) -> Delegate:
    params = {"messages": [{"role": "user", "content": call.params["input"]}]}
    if call.stream:
        params["stream"] = True
    inner = Call(
        surface="chat",
        model=call.model,
        params=params,
        stream=call.stream,
        unsupported=call.unsupported,
        origin=call.origin,
    )
    return Delegate(inner, state={"asked": call.params["input"]})


def from_chat(call: Call, response: Any) -> Result:
    text = response.json["choices"][0]["message"]["content"]
    return Result(
        {
            "id": "resp_1",
            "object": "response",
            "model": response.json["model"],
            "asked": response.state["asked"],
            "output": [{"type": "message", "text": text}],
        }
    )


def events_from_chat(call: Call, event: Any, state: dict[str, Any]) -> Sequence[dict[str, Any]]:
    if event is END:
        text = "".join(state["texts"])
        done = {"asked": state["delegate"]["asked"], "output": [{"type": "message", "text": text}]}
        return [{"type": "response.completed", "response": done}]
    texts = state.setdefault("texts", [])
    found = []
    for choice in event.json["choices"]:
        text = choice["delta"].get("content")
        if text:
            texts.append(text)
            found.append({"type": "response.output_text.delta", "delta": text})
    return found


def fold(chunks: Sequence[Any]) -> Any:
    (last,) = [chunk for chunk in chunks if chunk["type"] == "response.completed"]
    return last["response"]


def complete(chunks: Sequence[Any]) -> bool:
    return any(chunk["type"] == "response.completed" for chunk in chunks)


def split(result: Any) -> list[Any]:
    return [{"type": "response.completed", "response": result}]


@pytest.fixture
def bridge() -> Manifest:
    surface = Surface(
        "answers",
        chunk=plugging.plain("ResponseEvent", ResponseEvent),
        fold=plugging.plain("fold", fold),
        split=plugging.plain("split", split),
        complete=plugging.plain("complete", complete),
        required=("input",),
    )
    hooks = plugging.module(
        transform_request=to_chat, transform_response=from_chat, stream_chunk=events_from_chat
    )
    claim = Claim("answers", fallback=True, requires="chat")
    return Manifest(name="bridge", module=hooks, claims=(claim,), surfaces=(surface,))


@pytest.fixture
def upstream(serve: Callable[..., RawServer]) -> RawServer:
    def answer(asked: Any, wire: Any) -> None:
        text = asked.json["messages"][0]["content"]
        if text == "cut":
            wire.stream(answers.events(answers.chunks("Hel", "lo"))[:3], chunked=False)
        elif text == "whole" or not asked.json.get("stream"):
            wire.reply(200, answers.completion())
        else:
            wire.stream(answers.events(answers.chunks("Hel", "lo")))

    return serve(answer)


def test_the_result_comes_back_through_the_bridge(
    upstream: RawServer, bridge: Manifest, tidy: Any
) -> None:
    with jackfield.Client(plugins=[provider("acme", upstream.base_url), bridge]) as client:
        result = client.call("answers", "acme/m", input="say hello")
        assert result["output"] == [{"type": "message", "text": "Hello"}]
        assert result["asked"] == "say hello"
        assert result.id == "resp_1"
        tidy(client)
    assert upstream.requests[0].json == {
        "model": "m",
        "messages": [{"role": "user", "content": "say hello"}],
    }


EVENTS = [
    {"type": "response.output_text.delta", "delta": "Hel"},
    {"type": "response.output_text.delta", "delta": "lo"},
    {
        "type": "response.completed",
        "response": {"asked": "go", "output": [{"type": "message", "text": "Hello"}]},
    },
]


def test_a_stream_does_too(upstream: RawServer, bridge: Manifest, tidy: Any) -> None:
    with jackfield.Client(plugins=[provider("acme", upstream.base_url), bridge]) as client:
        stream = client.call("answers", "acme/m", input="go", stream=True)
        events = list(stream)
        assert [event.to_dict() for event in events] == EVENTS
        assert isinstance(events[0], ResponseEvent)
        tidy(client)


def test_on_asyncio_as_well(upstream: RawServer, bridge: Manifest, tidy: Any) -> None:
    async def main() -> None:
        plugins = [provider("acme", upstream.base_url), bridge]
        async with jackfield.AsyncClient(plugins=plugins) as client:
            result = await client.call("answers", "acme/m", input="say hello")
            assert result["output"] == [{"type": "message", "text": "Hello"}]
            stream = await client.call("answers", "acme/m", input="go", stream=True)
            assert [event.to_dict() async for event in stream] == EVENTS
            tidy(client)

    asyncio.run(main())


def test_a_stream_cut_below_the_bridge_is_an_interruption_above_it(
    upstream: RawServer, bridge: Manifest, tidy: Any
) -> None:
    with jackfield.Client(plugins=[provider("acme", upstream.base_url), bridge]) as client:
        seen = []
        with pytest.raises(jackfield.StreamInterruptedError) as caught:
            seen += client.call("answers", "acme/m", input="cut", stream=True)
        assert [event.to_dict() for event in caught.value.chunks or []] == EVENTS[:2]
        tidy(client)


def test_an_answer_that_comes_whole_is_split_into_the_bridges_events(
    upstream: RawServer, bridge: Manifest
) -> None:
    with jackfield.Client(plugins=[provider("acme", upstream.base_url), bridge]) as client:
        stream = client.call("answers", "acme/m", input="whole", stream=True)
        assert [event["type"] for event in stream] == ["response.completed"]


def test_what_the_surface_requires_is_asked_for(upstream: RawServer, bridge: Manifest) -> None:
    with jackfield.Client(plugins=[provider("acme", upstream.base_url), bridge]) as client:
        with pytest.raises(jackfield.RequestError, match="input") as caught:
            client.call("answers", "acme/m")
        assert caught.value.path == "input"
    assert upstream.requests == []


def test_errors_of_the_provider_name_it(serve: Callable[..., RawServer], bridge: Manifest) -> None:
    server = serve(lambda asked, wire: wire.reply(404, answers.error("gone")))
    with (
        jackfield.Client(plugins=[provider("acme", server.base_url), bridge]) as client,
        pytest.raises(jackfield.NotFoundError) as caught,
    ):
        client.call("answers", "acme/m", input="x")
    assert caught.value.provider == "acme"
    assert caught.value.model == "m"


def test_a_bridge_that_delegates_to_itself_is_told(bridge: Manifest) -> None:
    def round_again(call: Call) -> Delegate:
        return Delegate(call.replace(model=call.name))

    looping = Manifest(
        name="loop",
        module=plugging.module(transform_request=round_again),
        claims=(Claim("answers", "loop/"),),
        surfaces=bridge.surfaces,
    )
    with jackfield.Client(plugins=[looping]) as client:
        with pytest.raises(jackfield.PluginError, match=r"circle.*loop/m") as caught:
            client.call("answers", "loop/m", input="x")
        assert "loop" in str(caught.value.distribution)


# The Responses API's own plugin -------------------------------------------------------------------


def test_responses_are_served_by_a_chat_provider(upstream: RawServer, tidy: Any) -> None:
    with jackfield.Client(plugins=[provider("acme", upstream.base_url), RESPONSES]) as client:
        result = client.responses("acme/m", "say hello", instructions="Be brief.")
        assert result.output_text == "Hello"
        assert result.instructions == "Be brief."
        with client.responses("acme/m", "go", stream=True) as stream:
            kinds = [event.type for event in stream]
        assert kinds[0] == "response.created"
        assert kinds[-1] == "response.completed"
        assert client.responses("acme/m", "go", stream=True).result().output_text == "Hello"
        tidy(client)
    assert [asked.target for asked in upstream.requests] == ["/v1/chat/completions"] * 3


def test_responses_are_on_asyncio_as_well(upstream: RawServer, tidy: Any) -> None:
    async def main() -> None:
        plugins = [provider("acme", upstream.base_url), RESPONSES]
        async with jackfield.AsyncClient(plugins=plugins) as client:
            assert (await client.responses("acme/m", "say hello")).output_text == "Hello"
            stream = await client.responses("acme/m", "go", stream=True)
            assert (await stream.result()).output_text == "Hello"
            tidy(client)

    asyncio.run(main())


def test_a_response_that_is_cut_below_is_an_interruption(upstream: RawServer, tidy: Any) -> None:
    with jackfield.Client(plugins=[provider("acme", upstream.base_url), RESPONSES]) as client:
        with pytest.raises(jackfield.StreamInterruptedError) as caught:
            client.responses("acme/m", "cut", stream=True).result()
        assert caught.value.partial.output_text == "Hello"
        assert caught.value.partial.status == "in_progress"
        tidy(client)


def test_a_provider_of_its_own_responses_is_asked_itself(upstream: RawServer) -> None:
    def send(call: Call) -> Any:
        from jackfield.envelope import WireRequest

        return WireRequest(path="/chat/completions", body={"messages": [{"content": "own"}]})

    own = provider(
        "acme",
        upstream.base_url,
        claims=(Claim("chat", "acme/"), Claim("responses", "acme/", identity=True)),
        hooks={"transform_request": send},
    )
    with jackfield.Client(plugins=[own, RESPONSES]) as client:
        assert client.responses("acme/m", "x").id == "chatcmpl-1"
        assert client.explain("acme/m", "responses")["plugin"] == "acme"
