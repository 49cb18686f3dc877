"""Every failure is an error object of OpenAI's shape, and tells no secret."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield import errors
from jackfield.errors import APIError, JackfieldError, error_from_body
from jackfield.sources import Source, too_large
from jackfield_proxy.requests.errors import Refused, model_not_found, refused
from jackfield_testing import strategies

SECRET = "sk-very-secret-0123456789"


def below(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for child in kind.__subclasses__():
        yield from below(child)


CLASSES = sorted(
    {kind for kind in below(JackfieldError) if kind.__module__ == errors.__name__},
    key=lambda kind: kind.__name__,
)
STATUS = {
    "ConfigError": 500,
    "RoutingError": 500,
    "NoRouteError": 404,
    "AmbiguousRouteError": 404,
    "PluginError": 500,
    "RequestError": 400,
    "SourceError": 400,
    "TransportError": 500,
    "JackfieldError": 500,
    "APIError": 502,
    "APIConnectionError": 502,
    "APITimeoutError": 504,
    "StreamInterruptedError": 502,
    "APIResponseValidationError": 502,
    "StructuredOutputError": 502,
    "APIStatusError": 502,
    "BadRequestError": 400,
    "ContextWindowExceededError": 400,
    "ContentPolicyViolationError": 400,
    "UnsupportedParamsError": 400,
    "AuthenticationError": 500,  # no key for the upstream: nothing that a client could mend
    "PermissionDeniedError": 403,
    "NotFoundError": 404,
    "ConflictError": 409,
    "UnprocessableEntityError": 422,
    "RateLimitError": 429,
    "InternalServerError": 500,
    "BadGatewayError": 502,
    "ServiceUnavailableError": 503,
}


def shape(refusal: Refused) -> dict[str, Any]:
    """The error object, of the shape that it has to have."""
    said = json.loads(refusal.body())
    assert list(said) == ["error"]
    details = said["error"]
    assert {"message", "type", "param", "code"} <= details.keys()
    assert isinstance(details["message"], str)
    assert details["message"]
    for name in ("type", "param", "code"):
        assert details[name] is None or (isinstance(details[name], str) and details[name] != "None")
    assert 400 <= refusal.status < 600
    found: dict[str, Any] = details
    return found


def test_every_class_is_known() -> None:
    assert {kind.__name__ for kind in CLASSES} == set(STATUS)
    assert inspect.getdoc(errors)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_class_has_its_status(kind: type[JackfieldError]) -> None:
    refusal = refused(kind("what happened"))
    details = shape(refusal)
    assert refusal.status == STATUS[kind.__name__]
    if refusal.status != 500 and kind.__name__ != "AuthenticationError":
        assert details["message"] == "what happened"


@pytest.mark.parametrize(
    "error",
    [
        errors.ConfigError(f"api_key {SECRET} is none"),
        errors.AuthenticationError(f"no key but {SECRET}"),
        errors.PluginError(f"a hook saw {SECRET}"),
        ValueError(SECRET),
        KeyError(SECRET),
        RuntimeError(SECRET),
    ],
)
def test_what_concerns_the_server_alone_is_not_told(error: Exception) -> None:
    refusal = refused(error)
    assert refusal.status == 500
    assert SECRET.encode() not in refusal.body()
    assert shape(refusal)["type"] == "server_error"


@settings(max_examples=150)
@given(
    st.none() | st.integers(200, 599),
    strategies.bodies(),
    st.dictionaries(
        st.sampled_from(["retry-after", "x-request-id", "set-cookie", "content-length", "x-a"]),
        st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=9),
    ),
)
def test_an_upstream_s_error_is_passed_on(status: int | None, raw: bytes, headers: Any) -> None:
    try:
        body: Any = json.loads(raw)
    except (ValueError, RecursionError):
        body = raw.decode("utf-8", "replace")
    error = error_from_body(status, body, headers=headers)
    refusal = refused(error)
    said = json.loads(refusal.body())["error"]
    assert {"message", "type", "param", "code"} <= said.keys()
    kept = isinstance(error, APIError) and status is not None and status >= 400
    if kept:
        assert refusal.status == status
        if isinstance(body, dict) and isinstance(body.get("error"), dict):
            assert {**said, **body["error"]} == said
        assert {name for name, _ in refusal.pairs()} == {
            name.encode() for name in headers if name not in ("set-cookie", "content-length")
        }
    else:
        assert 400 <= refusal.status < 600


@given(strategies.texts(surrogates=True))
def test_a_model_that_nobody_serves(name: str) -> None:
    details = shape(model_not_found(name))
    assert (details["code"], details["param"]) == ("model_not_found", "model")
    assert f"`{name}`" in details["message"]


def test_what_is_refused_already_stays() -> None:
    refusal = Refused(418, "tea", headers={"allow": "GET"})
    assert refused(refusal) is refusal
    assert refusal.pairs() == [(b"allow", b"GET")]
    assert shape(refusal) == {
        "message": "tea",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }


def test_no_client_is_told_of_the_library_s_settings() -> None:
    message = refused(too_large(Source.of(b"abc"), 2)).message
    assert "the limit of 2 bytes" in message
    assert "max_file_bytes" not in message
