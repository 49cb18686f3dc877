"""What upstreams answer when they don't answer: error bodies, junk, and reasons to try again."""

from __future__ import annotations

import json
from email.utils import formatdate
from typing import Any

import attrs
from hypothesis import strategies as st

from jackfield_testing.strategies.json_values import json_values, texts

CODES = (
    "context_length_exceeded",
    "content_policy_violation",
    "content_filter",
    "invalid_api_key",
    "model_not_found",
    "rate_limit_exceeded",
    "insufficient_quota",
    "server_error",
    "unsupported_parameter",
    "400",
    "503",
)


def error_objects() -> st.SearchStrategy[dict[str, Any]]:
    """The object below ``error``, with fields missing, null, or of an unexpected type."""
    words = st.none() | st.sampled_from(CODES) | texts(max_size=8) | st.integers(0, 999)
    odd = words | json_values(max_leaves=3)
    return st.fixed_dictionaries(
        {},
        optional={"message": odd, "type": odd, "param": odd, "code": odd, "more": odd},
    )


def error_bodies() -> st.SearchStrategy[Any]:
    """Error bodies as JSON values, OpenAI's shape and everybody else's."""
    found = error_objects()
    return (
        found.map(lambda error: {"error": error})
        | found
        | texts().map(lambda text: {"error": text})
        | texts().map(lambda text: {"detail": text})
        | json_values(max_leaves=4)
        | json_values(max_leaves=4).map(lambda value: {"error": value})
    )


def bodies() -> st.SearchStrategy[bytes]:
    """Any bytes at all: JSON, cut JSON, pages, gibberish, nothing."""
    encoded = error_bodies().map(lambda body: json.dumps(body).encode())
    cut = st.tuples(encoded, st.integers(0, 40)).map(lambda found: found[0][: found[1]])
    odd = st.sampled_from(
        [
            b"",
            b" \r\n",
            b"null",
            b"[]",
            b"NaN",
            b'{"choices": 5}',
            b'{"choices": [5]}',
            b'{"choices": [{"message": 5}]}',
            b'{"choices": [{"index": [], "delta": {}}]}',
            b'{"choices": [{"message": {"content": ["x"], "refusal": 0}}]}',
            b'{"id": "x", "object": "y", "error": {"message": "in it"}}',
            b"<html><body>502</body></html>",
            b'{"a": 1e999}',
            b"\xff\xfe{\x00}\x00",
            b'{"a":' * 3000,
            b"[" * 100_000,
            b'{"n": ' + b"9" * 5000 + b"}",
        ]
    )
    return encoded | cut | odd | st.binary(max_size=40)


@attrs.frozen
class RetrySituation:
    """What one attempt ends with: a status with headers and a body, or no answer at all.

    ``status`` is None where the connection fails. ``now`` is the time at which it is seen.
    """

    status: int | None
    headers: dict[str, str] = attrs.field(factory=dict)
    body: bytes = b"{}"


NOW = 1_700_000_000
"""The time at which retry situations are seen."""


@st.composite
def retry_situations(draw: st.DrawFn) -> RetrySituation:
    """Statuses, the headers that speak of trying again, and codes that forbid it."""
    statuses = [None, 400, 401, 403, 404, 408, 409, 418, 422, 429, 500, 502, 503, 504, 529]
    status = draw(st.sampled_from(statuses))
    if status is None:
        return RetrySituation(None)
    headers: dict[str, str] = {}
    seconds = st.sampled_from(["0", "1", "0.5", "7", "59.9", "60", "61", "3600", "-1"])
    milliseconds = st.sampled_from(["0", "1", "250", "1500.5", "90000"])
    junk = st.sampled_from(["soon", "nan", "inf", "", "1,5", "Wed, 99 Foo 2026"])
    dates = st.integers(-100, 120).map(lambda ahead: formatdate(NOW + ahead, usegmt=True))
    if draw(st.booleans()):
        headers["retry-after"] = draw(seconds | dates | junk)
    if draw(st.integers(0, 2)) == 0:
        headers["retry-after-ms"] = draw(milliseconds | junk)
    if draw(st.integers(0, 2)) == 0:
        headers["x-should-retry"] = draw(st.sampled_from(["true", "false", "TRUE", "maybe"]))
    code = draw(st.none() | st.sampled_from(["insufficient_quota", "rate_limit_exceeded"]))
    return RetrySituation(status, headers, json.dumps({"error": {"code": code}}).encode())
