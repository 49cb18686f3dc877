"""Requests of every operation: pure, what the API's schemas say, and whole."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import jsonschema
import material
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield.answers import Decline
from jackfield.envelope import Call, WireRequest, WireResponse
from jackfield.errors import RequestError
from jackfield.outgoing import _query
from jackfield.sources import Source
from jackfield_openai_catalogue.queries import query
from jackfield_openai_video import hooks, references
from jackfield_openai_video.operations import TABLE
from jackfield_testing import laws, strategies
from jackfield_testing.strategies.video import OPERATIONS

ON_AN_ID = {"retrieve": "", "content": "/content", "remix": "/remix", "delete": ""}
WRITING = ("create", "remix", "edit", "extension")
OWN = {"wait": False, "poll_interval": 1, "wait_timeout": 2}


def call(operation: str, params: dict[str, Any], **more: Any) -> Call:
    return Call(
        "video", "sora-2" if operation == "create" else "", params, operation=operation, **more
    )


def settled(asked: Call) -> Any:
    """The answer that is sent, after the plugin asked to be asked again."""
    answer = laws.transform_is_pure(hooks, asked)
    while isinstance(answer, Call):
        asked = answer
        answer = laws.transform_is_pure(hooks, asked)
    return answer


@st.composite
def calls(draw: st.DrawFn, *operations: str) -> Call:
    operation = draw(st.sampled_from(operations or OPERATIONS))
    return call(operation, draw(strategies.video_params(operation)))


def schema(name: str) -> jsonschema.Draft202012Validator:
    document = material.schemas()
    if document is None:
        pytest.skip("the reference material is not beside this checkout")
    return jsonschema.Draft202012Validator({**document, "$ref": f"#/$defs/{name}"})


@given(calls())
def test_every_operation_is_asked_purely_where_the_api_has_it(asked: Call) -> None:
    request = settled(asked)
    assert isinstance(request, WireRequest)
    operation = asked.operation
    method = {"delete": "DELETE"}.get(operation, "POST" if operation in WRITING else "GET")
    assert request.method == method
    assert request.expect == ("bytes" if operation == "content" else "json")
    assert request.idempotent
    if operation in ON_AN_ID:
        laws.stays_one_segment(request.path, asked.params["video_id"], after=ON_AN_ID[operation])
    else:
        below = {"edit": "/edits", "extension": "/extensions"}.get(operation, "")
        assert request.path == f"/videos{below}"


def test_the_strategies_know_every_operation() -> None:
    assert set(TABLE) == set(OPERATIONS)


@pytest.mark.usefixtures("needs_shared")
@given(data=st.data())
def test_requests_are_what_the_schemas_say(data: st.DataObject) -> None:
    asked = data.draw(calls("create", "remix"))
    name = "CreateVideoJsonBody" if asked.operation == "create" else "CreateVideoRemixBody"
    schema(name).validate(settled(asked).body)


@given(calls(*WRITING))
def test_a_body_holds_every_parameter_in_the_callers_order(asked: Call) -> None:
    body = settled(asked).body
    elsewhere = "video_id" if asked.operation == "remix" else None
    wanted = [name for name in asked.params if name != elsewhere]
    assert list(body) == (["model", *wanted] if asked.operation == "create" else wanted)
    assert body.get("model", "sora-2") == "sora-2"
    for name in wanted:
        if name not in ("seconds", "input_reference", "video"):
            assert laws.identical(body[name], asked.params[name])


@given(calls("retrieve", "content", "list", "delete"))
def test_a_query_holds_every_other_parameter(asked: Call) -> None:
    request = settled(asked)
    assert request.body is None
    assert not request.headers
    sent = parse_qs(_query(request.query, {}), keep_blank_values=True)
    for name, value in asked.params.items():
        if name == "video_id" and asked.operation != "list":
            continue
        if isinstance(value, str):
            assert sent[name] == [value]
        elif isinstance(value, int):
            assert sent[name] == [str(value).lower()]
        else:
            assert any(key == name or key.startswith(f"{name}[") for key in sent)


@given(calls(), st.sampled_from([{}, OWN, {"wait": False}]))
def test_what_is_the_plugins_own_is_never_sent(asked: Call, own: dict[str, Any]) -> None:
    assert settled(asked.replace(params={**asked.params, **own})) == settled(asked)


@given(calls("create", "retrieve", "remix", "edit", "extension"))
def test_waiting_changes_nothing_of_the_request(asked: Call) -> None:
    own = {**OWN, "wait": True}
    assert settled(asked.replace(params={**own, **asked.params})) == settled(asked)


@given(calls(), strategies.videos() | strategies.video_lists())
@example(call("content", {"video_id": "video_1"}), b"\x00\x00\x00\x18ftypmp42")
def test_an_answer_is_the_result_as_it_is(asked: Call, answer: Any) -> None:
    assert laws.response_is_pure(hooks, asked, WireResponse(200, {}, answer)) is None


# Ids ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", sorted(ON_AN_ID))
@given(video=strategies.videos(), identifier=strategies.video_ids())
def test_an_id_may_be_given_as_the_video_that_has_it(
    operation: str, video: dict[str, Any], identifier: str
) -> None:
    by_id = settled(call(operation, {"video_id": identifier, "prompt": "p"}))
    by_video = settled(call(operation, {"video_id": video | {"id": identifier}, "prompt": "p"}))
    assert by_id == by_video


def test_an_odd_id_stays_inside_its_segment() -> None:
    asked = call("content", {"video_id": "../x?y#z", "variant": "thumbnail"})
    request = settled(asked)
    assert request.path == "/videos/..%2Fx%3Fy%23z/content"
    assert request.query == {"variant": "thumbnail"}


@pytest.mark.parametrize("operation", sorted(ON_AN_ID))
@pytest.mark.parametrize(
    "given_id", ["", ".", "..", 7, True, [], {}, {"id": None}, {"id": ""}, {"id": ".."}, "\ud800"]
)
def test_what_is_no_id_is_an_error(operation: str, given_id: Any) -> None:
    with pytest.raises(RequestError, match="video_id") as caught:
        hooks.transform_request(call(operation, {"video_id": given_id, "prompt": "p"}))
    assert caught.value.path == "video_id"


@pytest.mark.parametrize("operation", sorted(ON_AN_ID))
def test_a_missing_id_is_an_error(operation: str) -> None:
    with pytest.raises(RequestError, match="video_id is the id of a video"):
        hooks.transform_request(call(operation, {"prompt": "p"}))


# Parameters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "sent"),
    [(4, "4"), (8.0, "8"), ("12", "12"), (4.5, "4.5"), (True, True), ([4], [4]), ("x", "x")],
)
def test_seconds_are_sent_as_text(seconds: Any, sent: Any) -> None:
    body = settled(call("create", {"prompt": "p", "seconds": seconds})).body
    assert laws.identical(body, {"model": "sora-2", "prompt": "p", "seconds": sent})
    body = settled(call("extension", {"video": "v", "prompt": "p", "seconds": seconds})).body
    assert laws.identical(body, {"video": {"id": "v"}, "prompt": "p", "seconds": sent})


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.png",
        "HTTP://example.com/a.png",
        "data:image/png;base64,iVBORw0KGgo=",
        "gs://bucket/a.png",
    ],
)
@pytest.mark.parametrize("origin", ["local", "remote"])
def test_a_url_as_reference_becomes_the_apis_object(url: str, origin: Any) -> None:
    asked = call("create", {"prompt": "p", "input_reference": url}, origin=origin)
    body = settled(asked).body
    assert body == {"model": "sora-2", "prompt": "p", "input_reference": {"image_url": url}}


def test_a_source_that_is_a_url_is_sent_as_one() -> None:
    source = Source.url("https://example.com/a.png")
    body = settled(call("create", {"prompt": "p", "input_reference": source})).body
    assert body["input_reference"] == {"image_url": "https://example.com/a.png"}


@pytest.mark.parametrize(
    "reference", [{"image_url": "a.png"}, {"file_id": "file_1"}, {"x": 1}, 7, ""]
)
def test_a_reference_object_goes_as_it_is(reference: Any) -> None:
    asked = call("create", {"prompt": "p", "input_reference": reference})
    assert settled(asked).body["input_reference"] == reference


def test_a_text_from_a_network_is_never_a_path() -> None:
    given_path = {"prompt": "p", "input_reference": "/etc/hostname"}
    body = settled(call("create", given_path, origin="remote")).body
    assert body["input_reference"] == "/etc/hostname"


@given(strategies.videos("completed"))
def test_a_video_is_sent_by_its_id(video: dict[str, Any]) -> None:
    for given_video in (video, video["id"], {"id": video["id"]}):
        body = settled(call("edit", {"prompt": "p", "video": given_video})).body
        assert body == {"prompt": "p", "video": {"id": video["id"]}}


def test_a_video_in_another_shape_goes_as_it_is() -> None:
    for other in ({"id": "v", "x": 1}, {"object": "video"}, 7, ["v"]):
        assert references.video(other) is other


def test_a_model_that_was_named_is_sent_where_the_api_takes_one() -> None:
    assert settled(call("create", {"prompt": "p"})).body == {"model": "sora-2", "prompt": "p"}
    for operation in ("remix", "edit", "extension"):
        params = {"video_id": "v", "video": "v", "prompt": "p", "seconds": "4"}
        asked = call(operation, params).replace(model="sora-2")
        assert "model" not in settled(asked).body


def test_an_unknown_operation_is_declined() -> None:
    assert isinstance(hooks.transform_request(call("upscale", {})), Decline)


def leaves(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (dict, list)) or not value:
        return 1
    return sum(leaves(item) for item in inside)


@given(strategies.json_objects())
def test_a_query_has_a_text_for_everything_in_its_parameters(params: dict[str, Any]) -> None:
    found = query(params)
    texts = [t for value in found.values() for t in (value if isinstance(value, list) else [value])]
    assert len(texts) == sum(leaves(value) for value in params.values())
    assert all(isinstance(text, str) for text in texts)


def test_a_query_names_what_is_nested_as_openais_libraries_do() -> None:
    params = {"a": {"b": [1, 2.5], "c": None}, "d": [], "e": True}
    assert query(params) == {"a[b][]": ["1", "2.5"], "a[c]": "", "d": "", "e": "true"}
