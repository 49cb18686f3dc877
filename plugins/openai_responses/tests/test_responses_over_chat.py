"""Responses on models that only chat serves: another provider's, and OpenAI's own."""

from __future__ import annotations

import json
from typing import Any

import answers
import attrs
import plugging
import pytest
from rawserver import RawServer
from upstream import PLUGINS, streaming

import jackfield
from jackfield.envelope import Call
from jackfield.errors import NoRouteError, RequestError, UnsupportedParamsError
from jackfield.surfaces.chat import split
from jackfield.surfaces.responses import Response
from jackfield_openai_catalogue.reserved import CHAT_ONLY
from jackfield_openai_responses import losses, responses_over_chat
from jackfield_openai_responses.losses import TO_CHAT

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
TOOL = {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True}


@pytest.fixture
def ask(server: RawServer, make: Any) -> Any:
    """Make a call where ``acme/…`` is a chat provider at the server, on a client of each kind."""
    plugins = [*PLUGINS, plugging.provider("acme", server.base_url)]
    return lambda call, **more: make(call, **{"plugins": plugins, **more})


def chat(server: RawServer, *chunks: dict[str, Any], **message: Any) -> None:
    """Answer as a chat server: whole, or in these chunks."""

    def answer(asked: Any, wire: Any) -> None:
        if asked.json.get("stream"):
            wire.stream(answers.events(chunks or answers.chunks("Hel", "lo")))
        else:
            wire.reply(200, answers.completion(**message), {"x-request-id": "req_1"})

    server.answer = answer


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("acme/m", "m"),
        ("acme/some/path", "some/path"),
        *((name, name) for name in sorted(CHAT_ONLY)),
        ("openai/gpt-4o-audio-preview", "gpt-4o-audio-preview"),
        ("openai/responses/gpt-audio", "gpt-audio"),
        ("gpt-audio-2031-01-01", "gpt-audio-2031-01-01"),
    ],
)
def test_names_that_lead_over_chat(server: RawServer, ask: Any, name: str, model: str) -> None:
    chat(server)
    result = ask(lambda c: c.responses(name, "Hello"))
    assert isinstance(result, Response)
    assert result.output_text == "Hello"
    assert result.status == "completed"
    [asked] = server.requests
    assert asked.target == "/v1/chat/completions"
    assert asked.json == {"model": model, "messages": [{"role": "user", "content": "Hello"}]}


def test_openais_own_needs_the_plugin_for_chat(server: RawServer, make: Any) -> None:
    with pytest.raises(NoRouteError) as caught:
        make(lambda c: c.responses("gpt-audio", "Hello"), plugins=PLUGINS[1:])
    assert caught.value.distribution == "jackfield-openai"
    assert server.connections == 0


def test_nobody_serves_an_unknown_name(server: RawServer, ask: Any) -> None:
    with pytest.raises(NoRouteError):
        ask(lambda c: c.responses("nobody/m", "Hello"))
    assert server.connections == 0


@pytest.mark.parametrize(
    "operation",
    [
        lambda c: c.get_response("resp_1", model="acme/m"),
        lambda c: c.delete_response("resp_1", model="acme/m"),
        lambda c: c.compact_response("acme/m", "Hello"),
        lambda c: c.count_input_tokens("acme/m", "Hello"),
        lambda c: c.conversation_create(model="acme/m"),
    ],
)
def test_a_chat_model_has_nothing_else(server: RawServer, ask: Any, operation: Any) -> None:
    with pytest.raises(NoRouteError, match="stores no responses"):
        ask(operation)
    assert server.connections == 0


def test_whose_settings_hold(server: RawServer, ask: Any) -> None:
    """The chat provider's endpoint is asked, with the settings of the call."""
    chat(server)
    ask(
        lambda c: c.responses(
            "acme/m",
            "Hello",
            extra_headers={"X-Mine": "1"},
            extra_query={"q": "1"},
            extra_body={"top_k": 5},
        ),
        headers={"X-Client": "2"},
    )
    [asked] = server.requests
    assert asked.target == "/v1/chat/completions?q=1"
    assert asked.json["top_k"] == 5
    assert {"x-mine": "1", "x-client": "2"}.items() <= asked.headers.items()


# Requests and results -----------------------------------------------------------------------------


def test_a_request_is_one_of_chat(server: RawServer, ask: Any) -> None:
    chat(server)
    items = [
        {"role": "user", "content": [{"type": "input_text", "text": "Rain?"}]},
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "Yes."},
    ]
    given = {"instructions": "Be brief.", "tools": [TOOL], "max_output_tokens": 50, "x_new": 1}
    result = ask(lambda c: c.responses("acme/m", items, reasoning={"effort": "low"}, **given))
    assert server.requests[0].json == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Rain?"}]},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "f", "arguments": "{}"},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "Yes."},
        ],
        "reasoning_effort": "low",
        "tools": [
            {
                "type": "function",
                "function": {"name": "f", "parameters": {"type": "object"}, "strict": True},
            }
        ],
        "max_tokens": 50,
        "x_new": 1,
    }
    assert (result.instructions, result.max_output_tokens, result.tools) == (
        "Be brief.",
        50,
        [TOOL],
    )


def test_tool_calls_and_reasoning_are_items(server: RawServer, ask: Any) -> None:
    chat(server, text="So.", tool_calls=[CALL], reasoning_content="Hm.")
    result = ask(lambda c: c.responses("acme/m", "Hello"))
    assert [item.type for item in result.output] == ["reasoning", "message", "function_call"]
    assert result.output[0].summary[0].text == "Hm."
    assert (result.output[2].call_id, result.output[2].arguments) == ("call_1", '{"a":1}')
    assert result.usage.input_tokens == 1
    assert result.request_id == "req_1"
    # And what came can be the next input.
    more = {"type": "function_call_output", "call_id": "call_1", "output": "42"}
    ask(lambda c: c.responses("acme/m", [*result.output, more]))
    *_, turn, answer = server.requests[1].json["messages"]
    assert turn["tool_calls"] == [CALL]
    assert answer["content"] == "42"


SIGNED = {**CALL, "extra_content": {"google": {"thought_signature": "c2ln"}}}
CUSTOM = {
    "id": "call_2",
    "type": "custom",
    "custom": {"name": "g", "input": "x"},
    "extra_content": 1,
}


@pytest.mark.parametrize("stream", [False, True])
def test_what_a_server_puts_beside_a_call_goes_back_to_it(
    server: RawServer, ask: Any, stream: bool
) -> None:
    whole = answers.completion(text="So.", tool_calls=[SIGNED, CUSTOM])
    chat(server, *split(whole), text="So.", tool_calls=[SIGNED, CUSTOM])
    result = ask(lambda c: c.responses("acme/m", "Hello", stream=stream))
    if stream:
        result = jackfield.stream_chunk_builder(result)
    items = [item.to_dict() for item in result.output]
    assert [item.get("extra_content") for item in items] == [None, SIGNED["extra_content"], 1]
    results = [
        {"type": "function_call_output", "call_id": "call_1", "output": "42"},
        {"type": "custom_tool_call_output", "call_id": "call_2", "output": "43"},
    ]
    for policy in ("raise", "pass"):
        chat(server)
        again = ask(
            lambda c, p=policy: c.responses("acme/m", [*result.output, *results], unsupported=p)
        )
        turn = server.requests[-1].json["messages"][0]
        assert turn["content"] == "So."
        assert turn["tool_calls"] == [SIGNED, CUSTOM]
        assert again.warnings == []


def test_an_answer_in_audio_can_be_answered(server: RawServer, ask: Any) -> None:
    audio = {"id": "audio_1", "data": "AAAA", "transcript": "Hi.", "expires_at": 9}
    chat(server, text=None, audio=audio)
    result = ask(lambda c: c.responses("gpt-audio", "Hello"))
    more = {"role": "user", "content": "Go on."}
    again = ask(lambda c: c.responses("gpt-audio", [*result.output, more]))
    turn = {"role": "assistant", "audio": {"id": "audio_1"}}
    assert server.requests[1].json["messages"] == [turn, more]
    assert again.warnings == []


@pytest.mark.parametrize(("finish", "status"), [("length", "incomplete"), ("stop", "completed")])
def test_how_it_ended(server: RawServer, ask: Any, finish: str, status: str) -> None:
    body = answers.completion()
    body["choices"][0]["finish_reason"] = finish
    server.answer = lambda asked, wire: wire.reply(200, body)
    assert ask(lambda c: c.responses("acme/m", "Hello")).status == status


@attrs.define
class City:
    name: str


def test_a_type_is_a_format(server: RawServer, ask: Any) -> None:
    chat(server, text='{"name": "Ulm"}')
    result = ask(lambda c: c.responses("acme/m", "Hello", text_format=City))
    assert result.output_parsed == City("Ulm")
    form = server.requests[0].json["response_format"]
    assert form["json_schema"]["name"] == "City"
    assert form["json_schema"]["strict"] is True


@pytest.mark.parametrize("name", ["acme/m", "gpt-audio"])
def test_what_is_there_at_once_is_not_waited_for(server: RawServer, ask: Any, name: str) -> None:
    chat(server)
    result = ask(lambda c: c.responses(name, "Hello", wait=True, poll_interval=1))
    assert result.status == "completed"
    assert server.requests[0].json.keys() == {"model", "messages"}


@pytest.mark.parametrize("body", [b"[]", b'{"choices": []}', b'{"choices": [{}]}'])
def test_an_odd_answer_is_an_error_or_an_empty_response(
    server: RawServer, ask: Any, body: bytes
) -> None:
    server.answer = lambda asked, wire: wire.reply(200, body)
    if isinstance(json.loads(body), list):
        with pytest.raises(jackfield.APIResponseValidationError):
            ask(lambda c: c.responses("acme/m", "Hello"))
    else:
        assert ask(lambda c: c.responses("acme/m", "Hello")).output == []


@pytest.mark.parametrize(
    "body",
    [
        {"detail": "Not authenticated"},
        {"object": "error", "message": "No."},
        {"choices": [None]},
        {"choices": ["x"]},
        {"choices": {}},
        {"choices": None},
    ],
)
def test_what_is_no_chat_completion_is_an_error(server: RawServer, ask: Any, body: Any) -> None:
    server.answer = lambda asked, wire: wire.reply(200, body, {"x-request-id": "req_1"})
    with pytest.raises(jackfield.APIResponseValidationError) as caught:
        ask(lambda c: c.responses("acme/m", "Hello"))
    assert (caught.value.body, caught.value.request_id) == (body, "req_1")
    with pytest.raises(jackfield.APIError):
        ask(lambda c: c.responses("acme/m", "Hello", stream=True))


@pytest.mark.parametrize("stream", [False, True])
def test_an_error_of_a_choice_is_its_error(server: RawServer, ask: Any, stream: bool) -> None:
    body = answers.completion("Hel")
    error = {"code": "rate_limit_exceeded", "message": "Slow down."}
    body["choices"][0] |= {"finish_reason": "error", "error": error}
    sent = {"x-request-id": "req_1"}

    def answer(asked: Any, wire: Any) -> None:
        if asked.json.get("stream"):
            wire.stream(answers.events(split(body)), headers=sent)
        else:
            wire.reply(200, body, sent)

    server.answer = answer
    with pytest.raises(jackfield.RateLimitError, match="Slow down") as caught:
        ask(lambda c: c.responses("acme/m", "Hello", stream=stream, max_retries=0))
    assert isinstance(caught.value.partial, Response)
    assert caught.value.partial.output_text == "Hel"
    assert caught.value.partial.status == "failed"
    assert caught.value.partial["error"]["message"] == "Slow down."
    assert caught.value.request_id == "req_1"


def test_several_choices_are_a_loss_whole_and_streamed(server: RawServer, ask: Any) -> None:
    whole = answers.completion("a")
    more = [{**whole["choices"][0], "index": index} for index in range(2)]
    body = {**whole, "choices": more}
    chat(server)
    server.answer = lambda asked, wire: (
        wire.stream(answers.events(split(body)))
        if asked.json.get("stream")
        else wire.reply(200, body)
    )
    [loss] = ask(lambda c: c.responses("acme/m", "Hello", n=2)).warnings
    assert loss.path == "choices[1]"
    plugins = [*PLUGINS, plugging.provider("acme", server.base_url)]
    with jackfield.Client(plugins=plugins) as client:
        with client.responses("acme/m", "Hello", n=2, stream=True) as stream:
            assert stream.result().output_text == "a"
            [loss] = stream.warnings
        assert (loss.path, loss.kind) == ("n", "mapped")
        with client.responses("acme/m", "Hello", n=1, stream=True) as stream:
            stream.result()
            assert stream.warnings == []


def test_errors_are_the_providers(server: RawServer, ask: Any) -> None:
    server.answer = lambda asked, wire: wire.reply(404, answers.error("gone"))
    with pytest.raises(jackfield.NotFoundError) as caught:
        ask(lambda c: c.responses("acme/m", "Hello"))
    assert (caught.value.provider, caught.value.model) == ("acme", "m")


# Streams ------------------------------------------------------------------------------------------


def test_a_stream_is_one_of_events(server: RawServer, ask: Any) -> None:
    chat(server)
    events = ask(lambda c: c.responses("acme/m", "Hello", stream=True))
    assert server.requests[0].json["stream"] is True
    kinds = [event.type for event in events]
    assert kinds[:3] == ["response.created", "response.in_progress", "response.output_item.added"]
    assert kinds[-1] == "response.completed"
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert deltas == ["Hel", "lo"]
    folded = jackfield.stream_chunk_builder(events)
    assert folded.output_text == "Hello"
    assert [event.sequence_number for event in events] == list(range(len(events)))


def test_a_stream_says_what_the_answer_says(server: RawServer, ask: Any) -> None:
    whole = answers.completion(text="So.", reasoning_content="Hm.", tool_calls=[CALL])
    chat(server, *split(whole), text="So.", reasoning_content="Hm.", tool_calls=[CALL])
    events = ask(lambda c: c.responses("acme/m", "Hello", stream=True))
    result = ask(lambda c: c.responses("acme/m", "Hello"))
    assert jackfield.stream_chunk_builder(events).to_dict() == result.to_dict()


CHUNKS = answers.events(answers.chunks("Hel", "lo"))


@pytest.mark.parametrize("end", range(len(CHUNKS) - 1))
def test_a_stream_that_is_cut_after_any_chunk_keeps_what_came(
    server: RawServer, ask: Any, end: int
) -> None:
    for done in (b"", b"data: [DONE]\n\n"):
        if done and end == len(CHUNKS) - 2:
            continue  # that one is whole
        server.answer = streaming([*CHUNKS[:end], done], chunked=False)
        with pytest.raises(jackfield.StreamInterruptedError) as caught:
            ask(lambda c: c.responses("acme/m", "Hello", stream=True))
        error = caught.value
        assert all(event.type != "response.completed" for event in error.chunks or ())
        assert (error.partial is None) == (not error.chunks)
        if error.partial is not None:
            assert "Hello".startswith(error.partial.output_text)
            assert error.partial.status == "in_progress"


def test_an_error_in_the_middle_is_its_error(server: RawServer, ask: Any) -> None:
    broken = b'data: {"error": {"message": "slow", "code": "rate_limit_exceeded"}}\n\n'
    server.answer = lambda asked, wire: wire.stream([*CHUNKS[:2], broken])
    with pytest.raises(jackfield.RateLimitError) as caught:
        ask(lambda c: c.responses("acme/m", "Hello", stream=True))
    assert caught.value.partial.output_text == "Hel"


def test_an_answer_that_comes_whole_is_a_stream_all_the_same(server: RawServer, ask: Any) -> None:
    server.answer = lambda asked, wire: wire.reply(200, answers.completion())
    events = ask(lambda c: c.responses("acme/m", "Hello", stream=True))
    assert events[-1].type == "response.completed"
    assert jackfield.stream_chunk_builder(events).output_text == "Hello"


# What a chat model lacks --------------------------------------------------------------------------

PARAMETERS: dict[str, dict[str, Any]] = {
    "previous_response_id": {"previous_response_id": "resp_0"},
    "conversation": {"conversation": "conv_1"},
    "prompt": {"prompt": {"id": "pmpt_1"}},
    "background": {"background": True},
    "truncation": {"truncation": "auto"},
    "context_management": {"context_management": [{}]},
    "reasoning.summary": {"reasoning": {"effort": "low", "summary": "auto"}},
    "reasoning.generate_summary": {"reasoning": {"generate_summary": "auto"}},
    "reasoning.context": {"reasoning": {"context": "all_turns"}},
    "reasoning.mode": {"reasoning": {"mode": "pro"}},
}
IMAGE = {"type": "input_image", "file_id": "file_1"}


def _request(row: losses.Row) -> tuple[dict[str, Any], str]:
    """A request with what a row is about, and the path of it there."""
    if row.kind == "parameter":
        return PARAMETERS[row.name], row.name
    if row.kind == "tool":
        return {"tools": [TOOL, {"type": row.name, "name": "n"}]}, "tools[1]"
    if row.kind == "item":
        item = {"type": row.name, "call_id": "c", "output": "x"}
        return {"input": [{"role": "user", "content": "Hi"}, item]}, "input[1]"
    if row.kind == "content part":
        content = [{"type": "input_text", "text": "Hi"}, IMAGE]
        return {"input": [{"role": "user", "content": content}]}, "input[0].content[1]"
    assert (row.kind, row.name) == ("field", "tool_choice")
    return {"tool_choice": {"type": "file_search"}}, "tool_choice"


REQUESTS = {
    f"{row.kind} {row.name}": _request(row)
    for row in losses.rows(TO_CHAT, "request", outcome="unsupported")
}
"""Every row that is the policy's: a request, and the path that its error names."""


@pytest.mark.parametrize("what", sorted(REQUESTS))
def test_what_a_chat_model_lacks_follows_the_policy(server: RawServer, ask: Any, what: str) -> None:
    given, path = REQUESTS[what]
    chat(server)

    def call(policy: Any) -> Any:
        params = {"input": "Hello", **given, "unsupported": policy}
        return ask(lambda c: c.responses("acme/m", **params))

    with pytest.raises(UnsupportedParamsError) as caught:
        call("raise")
    assert caught.value.param == path
    assert caught.value.model == "acme/m"
    assert server.connections == 0
    assert [(loss.path, loss.kind) for loss in call("drop").warnings] == [(path, "dropped")]
    with pytest.warns(jackfield.JackfieldWarning):
        call("warn")
    assert [(loss.path, loss.kind) for loss in call("pass").warnings] == [(path, "passed")]
    dropped, warned, passed = (asked.json for asked in server.requests)
    assert dropped == warned
    assert passed != dropped


def test_what_is_only_less_is_said_and_no_error(server: RawServer, ask: Any) -> None:
    chat(server)
    given = {"include": ["reasoning.encrypted_content"], "max_tool_calls": 3}
    result = ask(lambda c: c.responses("acme/m", "Hello", **given))
    assert [loss.path for loss in result.warnings] == ["include[0]", "max_tool_calls"]


@pytest.mark.parametrize("items", [7, {}, [7], [None], [[]], [{"role": 7}], [{"content": []}]])
def test_malformed_items_are_the_upstreams_to_judge(
    server: RawServer, ask: Any, items: Any
) -> None:
    server.answer = lambda asked, wire: wire.reply(400, answers.error("No."))
    with pytest.raises(jackfield.BadRequestError, match="No"):
        ask(lambda c: c.responses("acme/m", items))
    assert json.dumps(server.requests[0].json["messages"])


def test_an_item_that_is_elsewhere_is_an_error(server: RawServer, ask: Any) -> None:
    items = [{"type": "item_reference", "id": "msg_1"}]
    for policy in ("raise", "drop", "pass"):
        with pytest.raises(RequestError, match="item itself") as caught:
            ask(lambda c, p=policy: c.responses("acme/m", items, unsupported=p))
        assert caught.value.path == "input[0]"
    assert server.connections == 0


def test_reasons_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were all reasons the same words, the same calls would be refused."""
    said = tuple(attrs.evolve(row, reason="no") for row in losses.ROWS)
    monkeypatch.setattr(losses, "ROWS", said)
    losses._by_name.cache_clear()
    try:
        call = Call("responses", "acme/m", {"input": "x", "max_tool_calls": 1}, name="acme/m")
        over: Any = responses_over_chat.request
        assert [loss.reason for loss in over(call).call.losses] == ["no"]
        for given, path in REQUESTS.values():
            refused = call.replace(params={"max_tool_calls": 1, "input": "x", **given})
            with pytest.raises(UnsupportedParamsError, match="no") as caught:
                over(refused)
            assert caught.value.param == path
    finally:
        monkeypatch.undo()
        losses._by_name.cache_clear()


def test_what_a_chat_model_lacks_can_be_looked_up(server: RawServer) -> None:
    with jackfield.Client(plugins=[*PLUGINS, plugging.provider("acme")]) as client:
        for name in ("acme/m", "gpt-audio"):
            rows = client.supported_params(name, surface="responses").rows
            assert rows["background"].status == "unsupported"
            assert "file_search" in rows["tools[].type"].refuses
        assert client.supported_params("gpt-4o", surface="responses").rows == {}


def test_what_is_explained_is_where_it_goes(server: RawServer, ask: Any) -> None:
    chat(server)
    plugins = [*PLUGINS, plugging.provider("acme", server.base_url)]
    with jackfield.Client(plugins=plugins) as client:
        found = client.explain("acme/m", "responses")
        assert (found["plugin"], found["claim"]) == ("openai-responses", "fallback")
        assert found["base_url"] == server.base_url
        assert found["over"] == client.explain("acme/m", "chat")
        own = client.explain("gpt-audio", "responses")
        assert (own["base_url"], own["over"]) == ("https://api.openai.com/v1", None)
    # Settings of the call count for it as for any other.
    ask(lambda c: c.responses("acme/m", "Hello"), plugins=plugins)
    assert server.requests[0].target == "/v1/chat/completions"
