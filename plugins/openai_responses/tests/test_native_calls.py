"""Calls through both clients, over real sockets: every operation, with every setting."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import methodcaller
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from rawserver import Asked, RawServer, Wire
from upstream import PLUGINS, blocking, lines, message, response

import jackfield
from jackfield.errors import NoRouteError, RequestError
from jackfield.surfaces.responses import (
    CompactedResponse,
    Conversation,
    DeletedResponse,
    ItemList,
    Response,
    StoredItem,
    TokenCount,
    split,
)
from jackfield_openai_responses.manifest import MANIFEST

DONE = response()
GONE = {"id": "resp_1", "object": "response.deleted", "deleted": True}
COMPACTED = {
    "id": "resp_2",
    "object": "response.compaction",
    "created_at": 1,
    "output": [{"type": "compaction", "id": "cmp_1", "encrypted_content": "gAAA"}],
    "usage": DONE["usage"],
}
ITEMS = {
    "object": "list",
    "data": [message("Hello"), {"type": "x_new", "id": "x_1"}],
    "first_id": "msg_1",
    "last_id": "x_1",
    "has_more": False,
}
COUNT = {"object": "response.input_tokens", "input_tokens": 15}
CONVERSATION = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {"a": "b"}}
NO_CONVERSATION = {"id": "conv_1", "object": "conversation.deleted", "deleted": True}
ITEM = message("Hello")

OPERATIONS: dict[str, tuple[Callable[..., Any], str, str, type[Any], dict[str, Any], Any]] = {
    "create": (
        lambda c, **k: c.responses("gpt-4o", "Hi", store=True, **k),
        *("POST", "/responses", Response, DONE, {"model": "gpt-4o", "input": "Hi", "store": True}),
    ),
    "retrieve": (
        lambda c, **k: c.get_response("resp_1", **k),
        *("GET", "/responses/resp_1", Response, DONE, None),
    ),
    "delete": (
        lambda c, **k: c.delete_response("resp_1", **k),
        *("DELETE", "/responses/resp_1", DeletedResponse, GONE, None),
    ),
    "cancel": (
        lambda c, **k: c.cancel_response("resp_1", **k),
        *("POST", "/responses/resp_1/cancel", Response, DONE, None),
    ),
    "compact": (
        lambda c, **k: c.compact_response("gpt-5", ["x"], **k),
        *("POST", "/responses/compact", CompactedResponse, COMPACTED),
        {"model": "gpt-5", "input": ["x"]},
    ),
    "input_items": (
        lambda c, **k: c.list_input_items("resp_1", **k),
        *("GET", "/responses/resp_1/input_items", ItemList, ITEMS, None),
    ),
    "count_tokens": (
        lambda c, **k: c.count_input_tokens("gpt-5", "Hi", **k),
        *("POST", "/responses/input_tokens", TokenCount, COUNT, {"model": "gpt-5", "input": "Hi"}),
    ),
    "conversation_create": (
        lambda c, **k: c.conversation_create(metadata={"a": "b"}, **k),
        *("POST", "/conversations", Conversation, CONVERSATION, {"metadata": {"a": "b"}}),
    ),
    "conversation_retrieve": (
        lambda c, **k: c.conversation_get("conv_1", **k),
        *("GET", "/conversations/conv_1", Conversation, CONVERSATION, None),
    ),
    "conversation_update": (
        lambda c, **k: c.conversation_update("conv_1", metadata={"c": "d"}, **k),
        *("POST", "/conversations/conv_1", Conversation, CONVERSATION, {"metadata": {"c": "d"}}),
    ),
    "conversation_delete": (
        lambda c, **k: c.conversation_delete("conv_1", **k),
        *("DELETE", "/conversations/conv_1", DeletedResponse, NO_CONVERSATION, None),
    ),
    "conversation_items": (
        lambda c, **k: c.conversation_items("conv_1", **k),
        *("GET", "/conversations/conv_1/items", ItemList, ITEMS, None),
    ),
    "conversation_add_items": (
        lambda c, **k: c.conversation_add_items("conv_1", [{"role": "user", "content": "x"}], **k),
        *("POST", "/conversations/conv_1/items", ItemList, ITEMS),
        {"items": [{"role": "user", "content": "x"}]},
    ),
    "conversation_item": (
        lambda c, **k: c.conversation_get_item("conv_1", "msg_1", **k),
        *("GET", "/conversations/conv_1/items/msg_1", StoredItem, ITEM, None),
    ),
    "conversation_delete_item": (
        lambda c, **k: c.conversation_delete_item("conv_1", "msg_1", **k),
        *("DELETE", "/conversations/conv_1/items/msg_1", Conversation, CONVERSATION, None),
    ),
}
NAMING_A_MODEL = ("create", "compact", "count_tokens")

every = pytest.mark.parametrize("operation", sorted(OPERATIONS))


def answered(operation: str) -> Callable[[Asked, Wire], Any]:
    body = OPERATIONS[operation][4]
    return lambda asked, wire: wire.reply(200, body, {"x-request-id": "req_1"})


@every
def test_every_operation_has_its_request_and_its_result(
    server: RawServer, make: Any, operation: str
) -> None:
    ask, method, path, kind, body, sent = OPERATIONS[operation]
    server.answer = answered(operation)
    result = make(ask)
    [asked] = server.requests
    assert (asked.method, asked.target) == (method, f"/v1{path}")
    assert asked.headers["authorization"] == "Bearer sk-1"
    if sent is None:
        assert asked.body == b""
        assert "content-type" not in asked.headers
    else:
        assert asked.json == sent
        assert list(asked.json) == list(sent)
        assert asked.headers["content-type"] == "application/json"
    assert type(result) is kind
    assert result.to_dict() == body
    assert result._response_headers["x-request-id"] == result.request_id == "req_1"
    assert result.warnings == []


def test_every_operation_of_the_surface_is_here() -> None:
    from jackfield.surfaces import RESPONSES
    from jackfield_openai_responses.native import TABLE

    assert set(TABLE) == set(OPERATIONS)
    assert set(TABLE) == {"create", *(known.name for known in RESPONSES.operations)}


@every
def test_every_setting_holds_on_every_operation(
    server: RawServer, make: Any, operation: str
) -> None:
    ask, method, path, *_ = OPERATIONS[operation]
    server.answer = answered(operation)
    make(
        lambda c: ask(
            c,
            base_url=f"{server.origin}/other/v9",
            api_key="sk-2",
            organization="org-1",
            project="proj-1",
            extra_headers={"X-Mine": "1"},
            extra_query={"q": "a b"},
            timeout=5,
            max_retries=1,
        ),
        base_url="http://127.0.0.1:9/v1",
        headers={"X-Client": "2"},
    )
    [asked] = server.requests
    assert (asked.method, asked.target) == (method, f"/other/v9{path}?q=a%20b")
    wanted = {
        "authorization": "Bearer sk-2",
        "openai-organization": "org-1",
        "openai-project": "proj-1",
        "x-mine": "1",
        "x-client": "2",
    }
    assert wanted.items() <= asked.headers.items()


@every
def test_the_environment_holds_on_every_operation(
    server: RawServer, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.setenv("OPENAI_ORGANIZATION", "org-env")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-env")
    server.answer = answered(operation)
    blocking(server, OPERATIONS[operation][0], base_url=None, api_key=None)
    headers = server.requests[0].headers
    assert headers["authorization"] == "Bearer sk-env"
    assert headers["openai-organization"] == "org-env"
    assert headers["openai-project"] == "proj-env"


@every
def test_a_session_of_the_callers_serves_every_operation(server: RawServer, operation: str) -> None:
    server.answer = answered(operation)
    with httpx.Client(headers={"User-Agent": "mine"}) as session:
        blocking(server, OPERATIONS[operation][0], client_session=session)
        assert not session.is_closed
    assert server.requests[0].headers["user-agent"] == "mine"


@every
def test_a_missing_key_is_an_error_and_nothing_is_sent(server: RawServer, operation: str) -> None:
    with pytest.raises(jackfield.AuthenticationError, match="OPENAI_API_KEY"):
        blocking(server, OPERATIONS[operation][0], api_key=None)
    assert server.connections == 0


@every
@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "context_length_exceeded", jackfield.ContextWindowExceededError),
        (404, "some_code", jackfield.NotFoundError),
        (429, "some_code", jackfield.RateLimitError),
    ],
)
def test_an_error_answer_is_its_error(
    server: RawServer, operation: str, status: int, code: str, error: type[jackfield.APIError]
) -> None:
    body = {"error": {"message": "No.", "type": "t", "param": "p", "code": code}}
    server.answer = lambda asked, wire: wire.reply(status, body, {"x-request-id": "req_9"})
    with pytest.raises(error) as caught:
        blocking(server, OPERATIONS[operation][0])
    found = caught.value
    assert type(found) is error
    assert (found.status_code, found.code, found.param) == (status, code, "p")
    assert (found.message, found.body, found.request_id) == ("No.", body, "req_9")
    assert found.provider == "openai-responses"


@every
def test_a_busy_upstream_is_asked_again(server: RawServer, make: Any, operation: str) -> None:
    def busy(asked: Asked, wire: Wire) -> None:
        if len(server.requests) == 1:
            wire.reply(503, {"error": {"message": "busy"}}, {"retry-after-ms": "1"})
        else:
            answered(operation)(asked, wire)

    server.answer = busy
    make(OPERATIONS[operation][0], max_retries=1)
    first, second = server.requests
    assert (first.method, first.target, first.body) == (second.method, second.target, second.body)


# Parameters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["retrieve", "input_items", "conversation_items", "delete"])
def test_parameters_without_a_body_are_the_query(
    server: RawServer, make: Any, operation: str
) -> None:
    server.answer = answered(operation)
    include = ["reasoning.encrypted_content", "message.output_text.logprobs"]
    make(lambda c: OPERATIONS[operation][0](c, include=include, after="a&b", limit=2, none=None))
    query = parse_qs(urlsplit(server.requests[0].target).query)
    assert query == {"include[]": include, "after": ["a&b"], "limit": ["2"]}
    assert server.requests[0].body == b""


def test_what_is_to_be_included_with_new_items_is_in_the_query(
    server: RawServer, make: Any
) -> None:
    server.answer = answered("conversation_add_items")
    make(lambda c: c.conversation_add_items("conv_1", [], include=["x"], x_new=1))
    [asked] = server.requests
    assert asked.target == "/v1/conversations/conv_1/items?include%5B%5D=x"
    assert asked.json == {"items": [], "x_new": 1}


def test_a_conversation_may_be_made_of_nothing(server: RawServer, make: Any) -> None:
    server.answer = answered("conversation_create")
    make(lambda c: c.conversation_create())
    assert server.requests[0].json == {}


def test_extra_body_goes_along_where_there_is_a_body(server: RawServer, make: Any) -> None:
    server.answer = answered("create")
    make(lambda c: c.responses("gpt-4o", "Hi", extra_body={"x": None, "input": "Ho"}))
    assert server.requests[0].json == {"model": "gpt-4o", "input": "Ho", "x": None}


def test_results_can_be_given_where_an_id_is_wanted(server: RawServer, make: Any) -> None:
    server.answer = answered("create")
    made = make(OPERATIONS["create"][0])
    for found in (made, made.to_dict()):
        server.requests.clear()
        make(lambda c, r=found: c.get_response(r))
        make(lambda c, r=found: c.cancel_response(r))
        assert [asked.target for asked in server.requests] == [
            "/v1/responses/resp_1",
            "/v1/responses/resp_1/cancel",
        ]
    server.requests.clear()
    server.answer = answered("conversation_item")
    conversation, item = Conversation(CONVERSATION), StoredItem(ITEM)
    make(lambda c: c.conversation_get_item(conversation, item))
    assert server.requests[0].target == "/v1/conversations/conv_1/items/msg_1"
    assert made.to_dict() == DONE  # it is still what it was


@pytest.mark.parametrize("bad", ["", ".", "..", 7, [], {}, {"id": None}])
def test_what_is_no_id_is_an_error_and_nothing_is_sent(
    server: RawServer, make: Any, bad: Any
) -> None:
    for ask, name in (
        (lambda c: c.get_response(bad), "response_id"),
        (lambda c: c.conversation_get(bad), "conversation_id"),
        (lambda c: c.conversation_get_item("conv_1", bad), "item_id"),
    ):
        with pytest.raises(RequestError, match=name) as caught:
            make(ask)
        assert caught.value.path == name
    assert server.connections == 0


def test_an_odd_id_stays_inside_its_segment(server: RawServer, make: Any) -> None:
    server.answer = answered("conversation_item")
    make(lambda c: c.conversation_get_item("../x?y", "a/b#c"))
    assert server.requests[0].target == "/v1/conversations/..%2Fx%3Fy/items/a%2Fb%23c"


def test_output_can_be_the_next_input(server: RawServer, make: Any) -> None:
    server.answer = answered("create")
    first = make(OPERATIONS["create"][0])
    more = {"role": "user", "content": "And?"}
    make(lambda c: c.responses("gpt-4o", [*first.output, more], previous_response_id=first.id))
    assert server.requests[1].json == {
        "model": "gpt-4o",
        "input": [DONE["output"][0], more],
        "previous_response_id": "resp_1",
    }


# Results ------------------------------------------------------------------------------------------


def test_a_response_is_read_by_its_fields(server: RawServer, make: Any) -> None:
    server.answer = answered("create")
    result = make(OPERATIONS["create"][0])
    assert result.output_text == "Hello there"
    assert result.output[0].content[1].text == " there"
    assert result.usage.input_tokens_details.cached_tokens == 1
    assert result.x_new["kept"] is True
    assert result["status"] == "completed"


def test_a_failed_response_is_a_result_of_its_own(server: RawServer, make: Any) -> None:
    failed = response(status="failed", error={"code": "server_error", "message": "It broke."})
    server.answer = lambda asked, wire: wire.reply(200, failed)
    result = make(OPERATIONS["create"][0])
    assert (result.status, result.error.code) == ("failed", "server_error")


def test_an_empty_output_is_a_result(server: RawServer, make: Any) -> None:
    empty = {**DONE, "output": []}
    server.answer = lambda asked, wire: wire.reply(200, empty)
    result = make(OPERATIONS["create"][0])
    assert (result.output, result.output_text, result.refusal) == ([], "", None)


# Streams ------------------------------------------------------------------------------------------

EVENTS = split(DONE)


@pytest.mark.parametrize("more", [[], [b"data: [DONE]\n\n"], [b": bye\n\n"]])
@pytest.mark.parametrize("name", ["gpt-4o", "openai/responses/gpt-4o"])
def test_events_come_as_they_are(server: RawServer, make: Any, name: str, more: Any) -> None:
    server.answer = lambda asked, wire: wire.stream(lines(EVENTS, *more))
    events = make(lambda c: c.responses(name, "Hi", stream=True))
    assert [event.to_dict() for event in events] == EVENTS
    assert server.requests[0].json == {"model": "gpt-4o", "input": "Hi", "stream": True}
    assert [event.delta for event in events if event.type == "response.output_text.delta"] == [
        "Hello",
        " there",
    ]
    assert events[-1].response.output_text == "Hello there"


def test_the_events_of_a_stored_response_are_read_from_where_one_wants(
    server: RawServer, make: Any
) -> None:
    server.answer = lambda asked, wire: wire.stream(lines(EVENTS[3:]))
    events = make(
        lambda c: c.get_response("resp_1", stream=True, starting_after=2, include_obfuscation=False)
    )
    assert [event.to_dict() for event in events] == EVENTS[3:]
    query = parse_qs(urlsplit(server.requests[0].target).query)
    assert query == {
        "stream": ["true"],
        "starting_after": ["2"],
        "include_obfuscation": ["false"],
    }


def test_a_stream_folds_to_its_response(server: RawServer) -> None:
    server.answer = lambda asked, wire: wire.stream(lines(EVENTS))
    with jackfield.Client(plugins=PLUGINS, base_url=server.base_url, api_key="k") as client:
        stream = client.responses("gpt-4o", "Hi", stream=True)
        assert stream.result().to_dict() == DONE
        assert (
            jackfield.stream_chunk_builder(
                list(client.responses("gpt-4o", "Hi", stream=True))
            ).to_dict()
            == DONE
        )


@pytest.mark.parametrize("end", range(len(EVENTS)))
def test_a_stream_that_is_cut_after_any_event_keeps_what_came(
    server: RawServer, make: Any, end: int
) -> None:
    server.answer = lambda asked, wire: wire.stream(lines(EVENTS[:end]), chunked=False)
    with pytest.raises(jackfield.StreamInterruptedError) as caught:
        make(lambda c: c.responses("gpt-4o", "Hi", stream=True))
    chunks = caught.value.chunks or []
    assert [event.to_dict() for event in chunks] == EVENTS[:end]
    partial = caught.value.partial
    if not end:
        assert partial is None
        return
    assert isinstance(partial, Response)
    assert partial.id == "resp_1"
    assert "Hello there".startswith(partial.output_text)
    deltas = [event.delta for event in chunks if event.type == "response.output_text.delta"]
    assert partial.output_text == "".join(deltas)


def test_done_before_the_last_event_is_a_cut_as_well(server: RawServer, make: Any) -> None:
    server.answer = lambda asked, wire: wire.stream(lines(EVENTS[:-1], b"data: [DONE]\n\n"))
    with pytest.raises(jackfield.StreamInterruptedError) as caught:
        make(lambda c: c.responses("gpt-4o", "Hi", stream=True))
    assert caught.value.partial.output_text == "Hello there"


@pytest.mark.parametrize(
    ("event", "error"),
    [
        ({"code": "rate_limit_exceeded", "message": "slow"}, jackfield.RateLimitError),
        ({"code": "server_error", "message": "broke"}, jackfield.InternalServerError),
        ({"code": "x_new", "message": "new"}, jackfield.APIError),
    ],
)
def test_an_error_in_the_middle_is_its_error_with_what_came(
    server: RawServer, make: Any, event: dict[str, Any], error: type[jackfield.APIError]
) -> None:
    failing = {"type": "error", "sequence_number": 5, "param": None, **event}
    server.answer = lambda asked, wire: wire.stream(lines([*EVENTS[:5], failing]))
    with pytest.raises(error) as caught:
        make(lambda c: c.responses("gpt-4o", "Hi", stream=True))
    found = caught.value
    assert type(found) is error
    assert (found.code, found.message) == (event["code"], event["message"])
    assert [chunk.to_dict() for chunk in found.chunks or []] == EVENTS[:5]
    assert found.partial.output_text == "Hello"


def test_a_stream_that_ends_in_a_failed_response_is_whole(server: RawServer, make: Any) -> None:
    failed = response(status="failed", error={"code": "server_error", "message": "It broke."})
    server.answer = lambda asked, wire: wire.stream(lines(split(failed)))
    events = make(lambda c: c.responses("gpt-4o", "Hi", stream=True))
    assert events[-1].type == "response.failed"
    assert jackfield.stream_chunk_builder(events).error.code == "server_error"


def test_events_that_come_twice_or_in_disorder_come_as_they_are(
    server: RawServer, make: Any
) -> None:
    odd = [EVENTS[0], EVENTS[4], EVENTS[4], EVENTS[2], {"type": "keepalive"}, EVENTS[3], EVENTS[-1]]
    server.answer = lambda asked, wire: wire.stream(lines(odd))
    events = make(lambda c: c.responses("gpt-4o", "Hi", stream=True))
    assert [event.to_dict() for event in events] == odd
    assert jackfield.stream_chunk_builder(events).to_dict() == DONE


def test_an_answer_that_comes_whole_is_a_stream_all_the_same(server: RawServer, make: Any) -> None:
    server.answer = lambda asked, wire: wire.reply(200, DONE)
    events = make(lambda c: c.responses("gpt-4o", "Hi", stream=True))
    assert [event.to_dict() for event in events] == EVENTS


@pytest.mark.parametrize("model", ["gpt-5-pro", "o1-pro", "openai/responses/gpt-5-pro"])
def test_a_model_that_cannot_stream_is_asked_without(
    server: RawServer, make: Any, model: str
) -> None:
    server.answer = lambda asked, wire: wire.reply(200, DONE)
    options = {"include_obfuscation": False}
    events = make(lambda c: c.responses(model, "Hi", stream=True, stream_options=options))
    assert server.requests[0].json == {"model": model.rpartition("/")[2], "input": "Hi"}
    assert [event.to_dict() for event in events] == EVENTS
    with jackfield.Client(plugins=PLUGINS, base_url=server.base_url, api_key="k") as client:
        stream = client.responses(model, "Hi", stream=True)
        assert [(loss.path, loss.kind) for loss in stream.warnings] == [("stream", "mapped")]
        stream.close()


@pytest.mark.parametrize("operation", ["delete", "cancel", "conversation_items"])
def test_what_has_no_events_does_not_stream(server: RawServer, make: Any, operation: str) -> None:
    with pytest.raises(RequestError, match="does not stream"):
        make(lambda c: OPERATIONS[operation][0](c, stream=True))
    assert server.connections == 0


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("gpt-4o", "gpt-4o"),
        ("openai/gpt-4o", "gpt-4o"),
        ("openai/responses/gpt-4o", "gpt-4o"),
        ("gpt-99-huge", "gpt-99-huge"),
        ("ft:gpt-4o:org::1", "ft:gpt-4o:org::1"),
        ("openai/some/path", "some/path"),
        ("o3-deep-research", "o3-deep-research"),
    ],
)
def test_every_name_of_openais_leads_here(server: RawServer, name: str, model: str) -> None:
    for operation in NAMING_A_MODEL:
        server.answer = answered(operation)
        ask = methodcaller("call", "responses", name, operation=operation, input="Hi")
        blocking(server, ask)
    assert [asked.json["model"] for asked in server.requests] == [model] * 3


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - set(NAMING_A_MODEL)))
def test_other_operations_may_name_a_model_and_do_not_send_it(
    server: RawServer, operation: str
) -> None:
    ask, _, path, *_ = OPERATIONS[operation]
    server.answer = answered(operation)
    for model in ("gpt-4o", "openai/responses/gpt-4o"):
        blocking(server, partial(ask, model=model))
    assert [asked.target for asked in server.requests] == [f"/v1{path}"] * 2
    assert all(b"gpt" not in asked.body for asked in server.requests)


@every
def test_without_this_plugin_it_is_named(server: RawServer, operation: str) -> None:
    with pytest.raises(NoRouteError) as caught:
        blocking(server, OPERATIONS[operation][0], plugins=["openai"])
    assert caught.value.distribution == "jackfield-openai-responses"
    assert server.connections == 0


@pytest.mark.parametrize("model", [None, ""])
def test_a_stored_prompt_may_bring_its_model(server: RawServer, make: Any, model: Any) -> None:
    server.answer = answered("create")
    prompt = {"id": "pmpt_1", "variables": {"city": "Ulm"}}
    assert make(lambda c: c.responses(model, prompt=prompt)).output_text == "Hello there"
    assert server.requests[0].json == {"prompt": prompt}


@pytest.mark.parametrize("operation", ["compact", "count_tokens"])
def test_what_is_about_a_model_needs_one(server: RawServer, make: Any, operation: str) -> None:
    with pytest.raises(NoRouteError):
        make(lambda c: c.call("responses", None, operation=operation, input="Hi"))
    assert server.connections == 0


def test_answers_under_the_plain_name_are_passed_on_unseen() -> None:
    with jackfield.Client(plugins=["openai", MANIFEST]) as client:
        assert client.explain("gpt-4o", "responses")["identity"]
        assert not client.explain("openai/responses/gpt-4o", "responses")["identity"]
        assert not client.explain("gpt-4o-audio-preview", "responses")["identity"]
