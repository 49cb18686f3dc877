"""Chat over the Responses API, through both clients and real sockets."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, TypedDict

import attrs
import pytest
from rawserver import RawServer
from upstream import PLUGINS, blocking, lines, message, response, settings, streaming

import jackfield
from jackfield.errors import NoRouteError, RequestError, UnsupportedParamsError
from jackfield.surfaces.chat import ChatCompletion
from jackfield.surfaces.responses import split
from jackfield_openai_catalogue.reserved import RESPONSES_ONLY
from jackfield_openai_responses import losses
from jackfield_openai_responses.losses import TO_RESPONSES

HELLO = [{"role": "user", "content": "Hello"}]
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "get_weather",
    "arguments": '{"city": "Ulm"}',
    "status": "completed",
}
THOUGHT = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [
        {"type": "summary_text", "text": "First."},
        {"type": "summary_text", "text": "So."},
    ],
    "encrypted_content": "gAAA",
}
SEARCH = {
    "type": "web_search_call",
    "id": "ws_1",
    "status": "completed",
    "action": {"type": "search", "query": "rivers"},
}
FULL = response(THOUGHT, SEARCH, message("Hello", " there"), CALL)


def answers(server: RawServer, body: Any, *more: bytes) -> None:
    """Answer with a response: whole, or as its events."""

    def answer(asked: Any, wire: Any) -> None:
        if asked.json.get("stream"):
            wire.stream(lines(split(body), *more), headers={"x-request-id": "req_1"})
        else:
            wire.reply(200, body, {"x-request-id": "req_1"})

    server.answer = answer


def said(completion: Any) -> dict[str, Any]:
    """What a test looks at."""
    [choice] = completion.choices
    return {
        "content": choice.message.content,
        "reasoning": choice.message.reasoning_content,
        "calls": [call.id for call in choice.message.tool_calls or ()],
        "finish": choice.finish_reason,
    }


FULLY = {
    "content": "Hello there",
    "reasoning": "First.\n\nSo.",
    "calls": ["call_1"],
    "finish": "tool_calls",
}


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("openai/responses/gpt-4o", "gpt-4o"),
        ("openai/responses/anything/at-all", "anything/at-all"),
        *((name, name) for name in sorted(RESPONSES_ONLY)),
        ("openai/gpt-5-pro", "gpt-5-pro"),
        ("gpt-5-codex-2031-01-01", "gpt-5-codex-2031-01-01"),
        ("ft:o3-pro:org::1", "ft:o3-pro:org::1"),
    ],
)
def test_names_that_lead_over_the_bridge(server: RawServer, name: str, model: str) -> None:
    answers(server, response())
    result = blocking(server, lambda c: c.completion(name, HELLO))
    assert isinstance(result, ChatCompletion)
    [asked] = server.requests
    assert (asked.method, asked.target) == ("POST", "/v1/responses")
    assert asked.json == {"model": model, "input": HELLO}


@pytest.mark.parametrize("name", ["gpt-4o", "openai/gpt-5", "o3", "gpt-99"])
def test_names_that_do_not(server: RawServer, make: Any, name: str) -> None:
    chat = {"id": "c", "object": "chat.completion", "choices": []}
    server.answer = lambda asked, wire: wire.reply(200, chat)
    assert make(lambda c: c.completion(name, HELLO)).to_dict() == chat
    assert server.requests[0].target == "/v1/chat/completions"


@pytest.mark.parametrize("name", ["openai/responses/gpt-4o", "gpt-5-pro"])
def test_without_this_plugin_it_is_named(server: RawServer, make: Any, name: str) -> None:
    with pytest.raises(NoRouteError) as caught:
        make(lambda c: c.completion(name, HELLO), plugins=["openai"])
    assert caught.value.distribution == "jackfield-openai-responses"


def test_the_plugin_alone_serves_what_is_its_own(server: RawServer, make: Any) -> None:
    answers(server, response())
    [own] = [plugin for plugin in PLUGINS if not isinstance(plugin, str)]
    assert said(make(lambda c: c.completion("o1-pro", HELLO), plugins=[own]))["finish"] == "stop"
    with pytest.raises(NoRouteError) as caught:
        make(lambda c: c.completion("gpt-4o", HELLO), plugins=[own])
    assert caught.value.distribution == "jackfield-openai"


# Settings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
def test_every_setting_holds(server: RawServer, make: Any, stream: bool) -> None:
    answers(server, response())
    make(
        lambda c: c.completion(
            "openai/responses/gpt-4o",
            HELLO,
            stream=stream,
            base_url=f"{server.origin}/other/v9",
            api_key="sk-2",
            organization="org-1",
            project="proj-1",
            extra_headers={"X-Mine": "1"},
            extra_query={"q": "a b"},
            extra_body={"x_new": None, "stop": "x"},
        ),
        base_url="http://127.0.0.1:9/v1",
        headers={"X-Client": "2"},
    )
    [asked] = server.requests
    assert asked.target == "/other/v9/responses?q=a%20b"
    wanted = {
        "authorization": "Bearer sk-2",
        "openai-organization": "org-1",
        "openai-project": "proj-1",
        "x-mine": "1",
        "x-client": "2",
    }
    assert wanted.items() <= asked.headers.items()
    assert asked.json["x_new"] is None
    assert asked.json["stop"] == "x"  # what goes along as it is goes along as it is


def test_headers_are_there_whole_and_streamed(server: RawServer, make: Any) -> None:
    answers(server, response())
    result = make(lambda c: c.completion("o3-pro", HELLO))
    assert result.request_id == "req_1"
    with (
        jackfield.Client(**settings(server, {})) as client,
        client.completion("o3-pro", HELLO, stream=True) as stream,
    ):
        assert stream._response_headers["x-request-id"] == "req_1"


# Answers ------------------------------------------------------------------------------------------


def test_an_answer_says_in_chat_what_the_response_says(server: RawServer, make: Any) -> None:
    answers(server, FULL)
    result = make(lambda c: c.completion("openai/responses/gpt-5", HELLO))
    assert said(result) == FULLY
    assert (result.id, result.model, result.created) == (FULL["id"], FULL["model"], 1741476542)
    answer = result.choices[0].message
    assert answer.reasoning_items == [THOUGHT]
    assert answer.provider_specific_fields["output_items"] == [SEARCH]
    assert answer.tool_calls[0].function.arguments == CALL["arguments"]
    assert result.usage.prompt_tokens_details.cached_tokens == 1
    assert result.system_fingerprint is None
    assert result.warnings == []


def test_a_message_of_an_answer_goes_back_as_it_came(server: RawServer, make: Any) -> None:
    answers(server, FULL)
    ask: Any = lambda messages: lambda c: c.completion("openai/responses/gpt-5", messages)
    first = make(ask(HELLO))
    result = {"role": "tool", "tool_call_id": "call_1", "content": "Rain."}
    make(ask([*HELLO, first.choices[0].message, result]))
    output = {"type": "function_call_output", "call_id": "call_1", "output": "Rain."}
    assert server.requests[1].json["input"] == [*HELLO, *FULL["output"], output]


def test_an_empty_output_is_an_empty_answer(server: RawServer, make: Any) -> None:
    empty = {**response(), "output": []}
    answers(server, empty)
    result = make(lambda c: c.completion("gpt-5-codex", HELLO))
    assert said(result) == {"content": None, "reasoning": None, "calls": [], "finish": "stop"}
    chunks = make(lambda c: c.completion("gpt-5-codex", HELLO, stream=True))
    assert said(jackfield.stream_chunk_builder(chunks)) == said(result)


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("max_output_tokens", "length"), ("content_filter", "content_filter"), ("x_new", "length")],
)
def test_an_incomplete_response_says_why(
    server: RawServer, make: Any, reason: str, finish: str
) -> None:
    answers(server, response(status="incomplete", incomplete_details={"reason": reason}))
    result = make(lambda c: c.completion("o3-pro", HELLO))
    assert result.choices[0].finish_reason == finish
    assert result.incomplete_details == {"reason": reason}
    chunks = make(lambda c: c.completion("o3-pro", HELLO, stream=True))
    assert jackfield.stream_chunk_builder(chunks).choices[0].finish_reason == finish


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        ("failed", {"code": "server_error", "message": "No."}, jackfield.InternalServerError),
        ("failed", {"code": "rate_limit_exceeded", "message": "No."}, jackfield.RateLimitError),
        ("failed", {"code": "x_new", "message": "No."}, jackfield.APIError),
        ("failed", None, jackfield.APIError),
        ("cancelled", None, jackfield.APIError),
    ],
)
def test_a_response_that_failed_is_its_error(
    server: RawServer, make: Any, status: str, error: Any, kind: type[jackfield.APIError]
) -> None:
    answers(server, {**FULL, "status": status, "error": error})
    for stream in (False, True):
        with pytest.raises(kind) as caught:
            make(lambda c, s=stream: c.completion("o3-pro", HELLO, stream=s, max_retries=0))
        assert type(caught.value) is kind
        assert caught.value.code == (error or {}).get("code")
        partial = caught.value.partial
        assert isinstance(partial, ChatCompletion)
        assert partial.choices[0].message.content == "Hello there"


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_a_response_in_the_background_is_not_waited_for(
    server: RawServer, make: Any, status: str
) -> None:
    answers(server, response(status=status, output=[], background=True))
    result = make(lambda c: c.completion("o3-deep-research", HELLO, background=True))
    assert server.requests[0].json == {
        "model": "o3-deep-research",
        "input": HELLO,
        "background": True,
    }
    assert result.choices[0].finish_reason is None
    assert result.choices[0].message.content is None
    assert result.choices[0].message.provider_specific_fields["status"] == status
    assert result.id == "resp_1"


def test_a_response_in_the_background_can_be_waited_for(server: RawServer, make: Any) -> None:
    shown = [response(status=each, output=[]) for each in ("queued", "in_progress")] + [FULL]
    looks: list[Any] = []
    server.answer = lambda asked, wire: wire.reply(200, looks.pop(0))
    told: list[Any] = []
    ask: Any = lambda c: c.completion(
        "o3-deep-research",
        HELLO,
        background=True,
        wait=True,
        poll_interval=0,
        on_progress=lambda progress: told.append(progress.partial),
    )
    looks[:] = shown
    assert said(make(ask)) == FULLY
    first, *others = server.requests
    assert first.json == {"model": "o3-deep-research", "input": HELLO, "background": True}
    looked = [(asked.method, asked.target) for asked in others]
    assert looked == [("GET", "/v1/responses/resp_1")] * 2
    assert all(isinstance(each, ChatCompletion) for each in told)
    looks[:] = [shown[0], {**FULL, "status": "failed", "error": {"code": "server_error"}}]
    with pytest.raises(jackfield.InternalServerError) as caught:
        make(ask, max_retries=2)
    assert looks == []
    assert isinstance(caught.value.partial, ChatCompletion)
    with pytest.raises(RequestError, match="stream") as wrong:
        make(lambda c: c.completion("o3-deep-research", HELLO, wait=True, stream=True))
    assert wrong.value.path == "wait"


def test_an_answer_of_reasoning_alone_does_not_end_the_conversation(
    server: RawServer, make: Any
) -> None:
    details = {"reason": "max_output_tokens"}
    cut = {**THOUGHT, "status": "incomplete"}
    answers(server, response(cut, status="incomplete", incomplete_details=details))
    result = make(lambda c: c.completion("o3-pro", HELLO, max_tokens=16))
    assert result.choices[0].finish_reason == "length"
    turns = [*HELLO, result.choices[0].message, *HELLO]
    answers(server, response())
    again = make(lambda c: c.completion("o3-pro", turns))
    assert server.requests[1].json["input"] == [*HELLO, *HELLO]
    assert [loss.path for loss in again.warnings] == ["messages[1].reasoning_items"]


@pytest.mark.parametrize("body", [{"detail": "Not Found"}, {"choices": []}])
def test_what_is_no_response_is_an_error(server: RawServer, make: Any, body: Any) -> None:
    server.answer = lambda asked, wire: wire.reply(200, body)
    with pytest.raises(jackfield.APIResponseValidationError, match="no response") as caught:
        make(lambda c: c.completion("o3-pro", HELLO))
    assert caught.value.body == body


@pytest.mark.parametrize("output", [None, "x", [None, 7, {}, {"type": "message", "content": "x"}]])
def test_an_odd_output_is_no_reason_to_fail(server: RawServer, make: Any, output: Any) -> None:
    answers(server, {**response(), "output": output})
    assert len(make(lambda c: c.completion("o3-pro", HELLO)).choices) == 1
    chunks = make(lambda c: c.completion("o3-pro", HELLO, stream=True))
    assert chunks[-1].choices[0].finish_reason == "stop"


# Streams ------------------------------------------------------------------------------------------

EVENTS = split(FULL)


@pytest.mark.parametrize("more", [[], [b"data: [DONE]\n\n"]])
@pytest.mark.parametrize("usage", [True, False, None])
def test_a_stream_says_what_the_answer_says(
    server: RawServer, make: Any, more: Any, usage: bool | None
) -> None:
    answers(server, FULL, *more)
    whole = make(lambda c: c.completion("openai/responses/gpt-5", HELLO))
    options = {} if usage is None else {"stream_options": {"include_usage": usage}}
    chunks = make(lambda c: c.completion("openai/responses/gpt-5", HELLO, stream=True, **options))
    assert server.requests[1].json == {"model": "gpt-5", "input": HELLO, "stream": True}
    folded = jackfield.stream_chunk_builder(chunks).to_dict()
    wanted = (
        whole.to_dict() if usage else {k: v for k, v in whole.to_dict().items() if k != "usage"}
    )
    assert {k: v for k, v in folded.items() if usage or k != "usage"} == wanted
    assert chunks[0].choices[0].delta.role == "assistant"
    assert (chunks[-1].choices == []) == bool(usage)
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}


@pytest.mark.parametrize("end", range(len(EVENTS)))
def test_a_stream_that_is_cut_after_any_event_keeps_what_came(
    server: RawServer, make: Any, end: int
) -> None:
    server.answer = lambda asked, wire: wire.stream(lines(EVENTS[:end]), chunked=False)
    with pytest.raises(jackfield.StreamInterruptedError) as caught:
        make(lambda c: c.completion("openai/responses/gpt-5", HELLO, stream=True))
    chunks = caught.value.chunks or []
    texts = [c.choices[0].delta.content or "" for c in chunks]
    deltas = [e["delta"] for e in EVENTS[:end] if e["type"] == "response.output_text.delta"]
    assert "".join(texts) == "".join(deltas)
    partial = caught.value.partial
    assert (partial is None) == (not chunks)
    if partial is not None:
        assert (partial.choices[0].message.content or "") == "".join(deltas)
        assert partial.choices[0].finish_reason is None


@pytest.mark.parametrize("at", [1, 6, 14, len(EVENTS) - 1])
def test_an_error_in_the_middle_is_its_error_with_what_came(
    server: RawServer, make: Any, at: int
) -> None:
    failing = {"type": "error", "code": "rate_limit_exceeded", "message": "slow", "param": None}
    server.answer = lambda asked, wire: wire.stream(lines([*EVENTS[:at], failing]))
    with pytest.raises(jackfield.RateLimitError, match="slow") as caught:
        make(lambda c: c.completion("openai/responses/gpt-5", HELLO, stream=True))
    assert caught.value.chunks
    assert caught.value.partial.id == "resp_1"


def test_events_that_come_twice_are_said_once(server: RawServer, make: Any) -> None:
    answers(server, FULL)
    wanted = make(lambda c: c.completion("openai/responses/gpt-5", HELLO, stream=True))
    doubled = [event for event in EVENTS for _ in range(2)]
    for more in (doubled, [*EVENTS[:-1], {"type": "keepalive"}, EVENTS[-1], EVENTS[2]]):
        server.answer = streaming(lines(more))
        chunks = make(lambda c: c.completion("openai/responses/gpt-5", HELLO, stream=True))
        folded = jackfield.stream_chunk_builder(chunks)
        assert folded.to_dict() == jackfield.stream_chunk_builder(wanted).to_dict()


def test_events_that_come_in_disorder_lose_nothing(server: RawServer, make: Any) -> None:
    head, tail, last = EVENTS[:2], EVENTS[2:-1], EVENTS[-1]
    for events in ([*head, *reversed(tail), last], [*tail, *head, last], [last], [*head, last]):
        server.answer = streaming(lines(events))
        chunks = make(lambda c: c.completion("openai/responses/gpt-5", HELLO, stream=True))
        assert said(jackfield.stream_chunk_builder(chunks)) == FULLY


@pytest.mark.parametrize("model", ["gpt-5-pro", "o1-pro"])
def test_a_model_that_cannot_stream_is_asked_without(
    server: RawServer, make: Any, model: str
) -> None:
    answers(server, FULL)
    options = {"include_usage": True}
    chunks = make(lambda c: c.completion(model, HELLO, stream=True, stream_options=options))
    assert server.requests[0].json == {"model": model, "input": HELLO}
    assert said(jackfield.stream_chunk_builder(chunks)) == FULLY
    with jackfield.Client(**settings(server, {})) as client:
        stream = client.completion(model, HELLO, stream=True)
        assert [(loss.path, loss.kind) for loss in stream.warnings] == [("stream", "mapped")]
        stream.close()


def test_an_answer_that_comes_whole_is_a_stream_all_the_same(server: RawServer, make: Any) -> None:
    server.answer = lambda asked, wire: wire.reply(200, FULL)
    chunks = make(lambda c: c.completion("openai/responses/gpt-5", HELLO, stream=True))
    assert said(jackfield.stream_chunk_builder(chunks)) == FULLY


# What the Responses API lacks ---------------------------------------------------------------------

VALUES: dict[str, Any] = {
    "n": 2,
    "stop": ["x"],
    "seed": 7,
    "logit_bias": {"1": 2},
    "presence_penalty": 0.5,
    "frequency_penalty": 0.5,
    "prediction": {"type": "content", "content": "x"},
    "modalities": ["text", "audio"],
    "audio": {"voice": "alloy", "format": "wav"},
}
LACKING = {
    row.name: row for row in losses.rows(TO_RESPONSES, "request", "parameter", "unsupported")
}


def test_every_parameter_of_the_loss_table_is_here() -> None:
    assert set(VALUES) == set(LACKING)


@pytest.mark.parametrize("name", sorted(VALUES))
@pytest.mark.parametrize("model", ["openai/responses/gpt-4o", "gpt-5-codex"])
def test_what_the_responses_api_lacks_follows_the_policy(
    server: RawServer, make: Any, name: str, model: str
) -> None:
    answers(server, response())

    def ask(policy: Any) -> Any:
        given = {name: VALUES[name], "unsupported": policy}
        return make(lambda c: c.completion(model, HELLO, **given))

    with pytest.raises(UnsupportedParamsError) as caught:
        ask("raise")
    assert caught.value.param == name
    assert LACKING[name].reason in str(caught.value)
    assert server.requests == []
    [loss] = ask("drop").warnings
    assert (loss.path, loss.kind) == (name, "dropped")
    with pytest.warns(jackfield.JackfieldWarning, match=name):
        ask("warn")
    [loss] = ask("pass").warnings
    assert (loss.path, loss.kind) == (name, "passed")
    dropped, warned, passed = (asked.json for asked in server.requests)
    assert name not in dropped
    assert name not in warned
    assert passed[name] == VALUES[name]


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, row in sorted(LACKING.items()) for value in row.neutral],
)
def test_what_asks_for_nothing_is_left_out_without_a_word(
    server: RawServer, make: Any, name: str, value: Any
) -> None:
    answers(server, response())
    result = make(lambda c: c.completion("openai/responses/gpt-4o", HELLO, **{name: value}))
    assert result.warnings == []
    assert name not in server.requests[0].json


def test_what_is_left_out_on_the_way_is_said_with_the_result(server: RawServer, make: Any) -> None:
    answers(server, response())
    named = [{"role": "user", "content": "Hello", "name": "Ada"}]
    result = make(lambda c: c.completion("openai/responses/gpt-4o", named))
    assert [(loss.path, loss.kind) for loss in result.warnings] == [("messages[0].name", "dropped")]
    assert server.requests[0].json["input"] == HELLO
    with jackfield.Client(**settings(server, {})) as client:
        stream = client.completion("openai/responses/gpt-4o", named, stream=True)
        assert [loss.path for loss in stream.warnings] == ["messages[0].name"]
        stream.close()


def test_an_answer_in_audio_cannot_be_sent_back(server: RawServer, make: Any) -> None:
    answers(server, response())
    spoken = {"role": "assistant", "content": None, "audio": {"id": "audio_1"}}
    ask: Any = lambda **k: lambda c: c.completion("o3-pro", [*HELLO, spoken, *HELLO], **k)
    with pytest.raises(UnsupportedParamsError) as caught:
        make(ask())
    assert caught.value.param == "messages[1].audio"
    make(ask(drop_params=True))
    assert server.requests[0].json["input"] == [*HELLO, *HELLO]


@pytest.mark.parametrize("messages", ["x", 7, {}, [7], [None], [{"role": 7}], [{"content": []}]])
def test_malformed_messages_are_the_upstreams_to_judge(
    server: RawServer, make: Any, messages: Any
) -> None:
    body = {"error": {"message": "No.", "type": "invalid_request_error"}}
    server.answer = lambda asked, wire: wire.reply(400, body)
    with pytest.raises(jackfield.BadRequestError, match="No"):
        make(lambda c: c.call("chat", "o3-pro", messages=messages))
    assert json.dumps(server.requests[0].json["input"])


def test_messages_are_needed(server: RawServer, make: Any) -> None:
    with pytest.raises(RequestError, match="messages"):
        make(lambda c: c.completion("o3-pro"))
    assert server.connections == 0


# Structured output --------------------------------------------------------------------------------


@attrs.define
class City:
    name: str
    people: int


@dataclasses.dataclass
class Town:
    name: str
    people: int


class Village(TypedDict):
    name: str
    people: int


def test_a_type_is_a_format_and_its_value_comes_back(server: RawServer, make: Any) -> None:
    import pydantic

    place = pydantic.create_model("Place", name=(str, ...), people=(int, ...))
    answers(server, response(message('{"name": "Ulm", ', '"people": 126000}')))
    for kind in (City, Town, Village, place):
        server.requests.clear()
        value = kind(name="Ulm", people=126000)
        result = make(
            lambda c, k=kind: c.completion("o3-pro", HELLO, response_format=k, verbosity="low")
        )
        assert result.choices[0].message.parsed == value
        text = server.requests[0].json["text"]
        assert text["verbosity"] == "low"
        assert text["format"] | {"schema": 0} == {
            "type": "json_schema",
            "name": kind.__name__,
            "strict": True,
            "schema": 0,
        }
        native = make(lambda c, k=kind: c.responses("o3-pro", "Hi", text_format=k))
        assert native.output_parsed == value
        assert server.requests[1].json["text"] == {"format": text["format"]}


def test_a_refusal_is_the_value_of_what_was_refused(server: RawServer, make: Any) -> None:
    refusal = message(content=[{"type": "refusal", "refusal": "I won't."}])
    answers(server, response(refusal))
    result = make(lambda c: c.completion("o3-pro", HELLO, response_format=City))
    assert result.choices[0].message.parsed == "I won't."
    assert result.choices[0].message.content is None
    assert make(lambda c: c.responses("o3-pro", "Hi", text_format=City)).output_parsed == "I won't."


def test_a_streamed_value_is_there_when_it_is_whole(server: RawServer) -> None:
    answers(server, response(message('{"name": "Ulm", "people": 126000}')))
    with jackfield.Client(**settings(server, {})) as client:
        chat = client.completion("o3-pro", HELLO, response_format=City, stream=True).result()
        assert chat.choices[0].message.parsed == City("Ulm", 126000)
        native = client.responses("o3-pro", "Hi", text_format=City, stream=True).result()
        assert native.output_parsed == City("Ulm", 126000)


# Re-routes ----------------------------------------------------------------------------------------

EFFORT = {"effort": "high", "summary": "auto"}
FUNCTION = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


@pytest.mark.parametrize("name", ["gpt-5", "openai/gpt-5", "gpt-4o", "gpt-99"])
@pytest.mark.parametrize("stream", [False, True])
def test_an_effort_with_a_summary_goes_over_the_bridge(
    server: RawServer, make: Any, name: str, stream: bool
) -> None:
    answers(server, FULL)
    result = make(lambda c: c.completion(name, HELLO, reasoning_effort=EFFORT, stream=stream))
    assert said(jackfield.stream_chunk_builder(result) if stream else result) == FULLY
    [asked] = server.requests
    assert asked.target == "/v1/responses"
    assert asked.json["model"] == name.removeprefix("openai/")
    assert asked.json["reasoning"] == EFFORT


def test_functions_while_it_reasons_go_over_the_bridge(server: RawServer, make: Any) -> None:
    answers(server, FULL)
    result = make(
        lambda c: c.completion("gpt-5.5", HELLO, tools=[FUNCTION], reasoning_effort="low")
    )
    assert said(result) == FULLY
    [asked] = server.requests
    assert asked.target == "/v1/responses"
    assert asked.json["reasoning"] == {"effort": "low"}
    assert asked.json["tools"][0]["name"] == "f"


def test_what_is_to_be_sent_as_it_is_stays_on_chat(server: RawServer, make: Any) -> None:
    chat = {"id": "c", "object": "chat.completion", "choices": []}
    server.answer = lambda asked, wire: wire.reply(200, chat)
    given = {"reasoning_effort": EFFORT, "tools": [FUNCTION], "unsupported": "pass"}
    make(lambda c: c.completion("gpt-5.5", HELLO, **given))
    [asked] = server.requests
    assert asked.target == "/v1/chat/completions"
    assert asked.json["reasoning_effort"] == EFFORT
