"""Whatever an upstream answers is an answer or one of our errors, and the right one."""

from __future__ import annotations

import json
import pickle
from typing import Any

import material
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield import errors
from jackfield.client import Client
from jackfield.errors import APIError, JackfieldError, error_class, error_from_body
from jackfield_testing import laws, strategies
from jackfield_testing.laws import passthrough
from jackfield_testing.laws.flows import KEY

MODELS = st.sampled_from(["raw/m", "shaped/m"])
TYPES = st.sampled_from(["application/json", "text/html", "text/event-stream", ""])


@given(
    st.sampled_from(sorted(laws.STATUSES)),
    st.sampled_from([*laws.CODES, "insufficient_quota", "invalid_api_key", None, 404]),
    st.none() | st.sampled_from(["invalid_request_error", "server_error"]),
)
@example(400, "context_length_exceeded", None)
@example(500, "content_filter", None)
def test_the_class_is_that_of_the_code_and_else_of_the_status(
    status: int, code: Any, kind: str | None
) -> None:
    # Words in the message say nothing.
    message = "rate limit, context_length_exceeded, invalid api key"
    body = json.dumps({"error": {"message": message, "code": code, "type": kind}}).encode()
    outcome = laws.ask({"messages": []}, laws.Upstream(laws.Reply(status, {}, body)))
    laws.is_of_the_class(outcome.error, status, code)
    assert isinstance(outcome.error, APIError)
    assert outcome.error.message == message
    assert outcome.error.type == kind
    assert outcome.error.code == (None if code is None else str(code))
    assert outcome.error.model == "m"
    assert outcome.error.provider == "passthrough"


@given(st.sampled_from(sorted(laws.STATUSES)), strategies.bodies(), MODELS, TYPES)
def test_any_error_body_is_our_error(status: int, body: bytes, model: str, kind: str) -> None:
    reply = laws.Reply(status, {"content-type": kind, "x-request-id": "req_1"}, body)
    outcome = laws.ask({"messages": []}, laws.Upstream(reply), model=model)
    laws.ends_in_an_answer_or_our_error(outcome)
    assert isinstance(outcome.error, APIError)
    assert outcome.error.status_code == status
    assert outcome.error.request_id == "req_1"
    assert str(outcome.error)


@given(strategies.bodies(), MODELS, TYPES, st.booleans())
@example(b'{"choices": 5}', "raw/m", "application/json", True)
@example(b'{"choices": [5]}', "raw/m", "application/json", True)
@example(b'{"choices": [{"message": [], "index": {}}]}', "shaped/m", "application/json", True)
def test_any_body_of_a_200_is_an_answer_or_our_error(
    body: bytes, model: str, kind: str, stream: bool
) -> None:
    reply = laws.Reply(200, {"content-type": kind}, body)
    params = {"messages": [], **({"stream": True} if stream else {})}
    outcome = laws.ask(params, laws.Upstream(reply), model=model, stream=stream)
    laws.ends_in_an_answer_or_our_error(outcome)
    if outcome.error is None and not stream:
        assert isinstance(outcome.value, dict)


@given(strategies.bodies())
@example(b'{"choices": 5}')
@example(b'{"choices": [{"message": 5}]}')
@example(b'{"choices": [null, {"message": {"content": 5}}]}')
def test_any_body_for_a_structured_answer_is_an_answer_or_our_error(body: bytes) -> None:
    import attrs
    import httpx

    @attrs.define
    class Wanted:
        name: str

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    with httpx.Client(transport=transport) as session:
        client = Client(plugins=[passthrough.MANIFEST], api_key=KEY, client_session=session)
        try:
            result = client.completion("raw/m", [], response_format=Wanted, max_retries=0)
            for choice in result.choices if isinstance(result.choices, list) else ():
                getattr(getattr(choice, "message", None), "parsed", None)
        except JackfieldError:
            pass


@given(strategies.error_bodies(), st.none() | st.sampled_from([200, 300, 400, 429, 500, 700]))
def test_any_error_json_makes_an_error(body: Any, status: int | None) -> None:
    error = error_from_body(status, body, headers={"x-request-id": "r"}, model="m", provider="p")
    assert isinstance(error, APIError)
    assert error.status_code == status
    assert error.request_id == "r"
    for text in (error.message, error.code, error.param, error.type):
        assert text is None or isinstance(text, str)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (again.message, again.code, again.body) == (error.message, error.code, error.body)
    assert isinstance(repr(error), str)


@given(st.none() | st.integers(100, 999), st.none() | st.text(max_size=8), st.none() | st.text())
def test_every_status_and_code_has_a_class(
    status: int | None, code: str | None, kind: str | None
) -> None:
    found = error_class(status, code, kind)
    assert issubclass(found, APIError)
    if status is not None and status >= 500 and code not in laws.CODES:
        assert issubclass(found, errors.InternalServerError)
    if status is not None and 400 <= status < 500 and code not in laws.CODES:
        assert not issubclass(found, errors.InternalServerError)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "empty body"),
        (b"   ", "empty body"),
        (b"<html>login</html>", "<html>login"),
        (b'{"choices": [', "no JSON"),
        (b"[1, 2]", "no object"),
        (b"null", "no object"),
        (b'{"a": NaN}', "no JSON"),
    ],
)
def test_a_200_without_an_answer_says_what_it_was(body: bytes, what: str) -> None:
    reply = laws.Reply(200, {"content-type": "text/html; charset=x"}, body)
    outcome = laws.ask({"messages": []}, laws.Upstream(reply), max_retries=2)
    assert type(outcome.error) is errors.APIResponseValidationError
    assert outcome.error.status_code == 200
    assert what in str(outcome.error)
    assert "text/html" in str(outcome.error)
    assert len(outcome.sent) == 1


def test_an_error_inside_a_200_is_the_mapped_error() -> None:
    body = b'{"error": {"message": "m", "code": "rate_limit_exceeded"}}'
    outcome = laws.ask({"messages": []}, laws.Upstream(laws.Reply(200, {}, body)))
    assert type(outcome.error) is errors.RateLimitError
    assert outcome.error.status_code == 200


REFUSED = errors.ContentPolicyViolationError
OF_A_RESPONSE: dict[str, type[APIError]] = {
    "server_error": errors.InternalServerError,
    "rate_limit_exceeded": errors.RateLimitError,
    "invalid_prompt": errors.BadRequestError,
    "data_residency_mismatch": errors.BadRequestError,
    "bio_policy": REFUSED,
    "vector_store_timeout": errors.InternalServerError,
    "invalid_image": errors.BadRequestError,
    "invalid_image_format": errors.BadRequestError,
    "invalid_base64_image": errors.BadRequestError,
    "invalid_image_url": errors.BadRequestError,
    "image_too_large": errors.BadRequestError,
    "image_too_small": errors.BadRequestError,
    "image_parse_error": errors.BadRequestError,
    "image_content_policy_violation": REFUSED,
    "invalid_image_mode": errors.BadRequestError,
    "image_file_too_large": errors.BadRequestError,
    "unsupported_image_media_type": errors.BadRequestError,
    "empty_image_file": errors.BadRequestError,
    "failed_to_download_image": errors.BadRequestError,
    "image_file_not_found": errors.BadRequestError,
}
"""The codes of a failed response, by which alone its error is known: it came with a 200."""


@pytest.mark.parametrize("code", sorted(OF_A_RESPONSE))
def test_a_failed_responses_code_has_a_class(code: str) -> None:
    wanted = OF_A_RESPONSE[code]
    for status in (None, 200):
        assert error_class(status, code, None) is wanted
    error = error_from_body(None, {"error": {"code": code, "message": "m"}})
    assert error.retryable is (
        code in ("server_error", "rate_limit_exceeded", "vector_store_timeout")
    )


def test_every_official_code_of_a_failed_response_is_among_them() -> None:
    document = material.schemas()
    if document is None:
        pytest.skip("the schemas are not beside this checkout")
    assert {*document["$defs"]["ResponseErrorCode"]["enum"]} == OF_A_RESPONSE.keys()


@given(st.sampled_from([200, 400, 401, 500]), st.booleans())
def test_an_upstream_that_echoes_the_key_does_not_get_it_into_an_error(
    status: int, stream: bool
) -> None:
    body = json.dumps({"error": {"message": f"bad key {KEY}", "param": KEY}}).encode()
    kind = "application/json"
    if stream and status == 200:
        body, kind = b"data: " + body + b"\n\n", "text/event-stream"
    reply = laws.Reply(status, {"content-type": kind}, body)
    outcome = laws.ask({"messages": []}, laws.Upstream(reply), stream=stream)
    assert isinstance(outcome.error, APIError)
    shown = f"{outcome.error!r} {outcome.error} {outcome.error.body} {outcome.error.param}"
    assert KEY not in shown
    assert "[redacted]" in shown


def test_every_error_is_under_one_root_and_can_be_pickled() -> None:
    found = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    kinds = [kind for kind in found if issubclass(kind, Exception)]
    assert len(kinds) > 25
    for kind in kinds:
        assert issubclass(kind, JackfieldError)
        again = pickle.loads(pickle.dumps(kind("what went wrong")))
        assert type(again) is kind
        assert str(again) == "what went wrong"
