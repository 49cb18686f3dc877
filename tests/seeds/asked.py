"""What the sandbox was asked."""

from __future__ import annotations

from typing import Any

from jackfield_testing import Sandbox

CHAT = "/v1/chat/completions"


def chat(upstream: Sandbox, body: Any, **headers: str | None) -> None:
    """Assert that the last request was for a chat completion.

    Args:
        upstream: the sandbox.
        body: the whole JSON body.
        **headers: names with ``_`` for ``-``; None for one that was not sent.
    """
    request = upstream.last
    assert (request.method, request.path) == ("POST", CHAT)
    assert request.headers["content-type"] == "application/json"
    assert request.json == body
    wanted = {"authorization": "Bearer sk-from-the-environment", **headers}
    for name, value in wanted.items():
        assert request.headers.get(name.replace("_", "-")) == value, name
    assert request.status == 200


def responses(upstream: Sandbox, body: dict[str, Any], **headers: str | None) -> None:
    """Assert that the last request was for a response.

    Args:
        upstream: the sandbox.
        body: the JSON body without its ``input``.
        **headers: as for `chat`.
    """
    request = upstream.last
    assert (request.method, request.path) == ("POST", "/v1/responses")
    assert {name: each for name, each in request.json.items() if name != "input"} == body
    wanted = {"authorization": "Bearer sk-from-the-environment", **headers}
    for name, value in wanted.items():
        assert request.headers.get(name.replace("_", "-")) == value, name
    assert request.status == 200


def only(upstream: Sandbox, count: int = 1) -> None:
    """Assert how many requests there were, and that each was answered."""
    assert [request.status for request in upstream.requests] == [200] * count
