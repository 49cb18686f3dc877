"""Every recorded request of chat and of Responses over the bridge and back, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jsonschema
import pytest
from material import recorded, schemas

from jackfield_openai_responses.chat_to_responses.request import to_responses
from jackfield_openai_responses.losses import ROWS
from jackfield_openai_responses.responses_to_chat.request import to_chat
from jackfield_testing.laws import bridge_requests as laws

REASONS = {row.reason for row in ROWS}


@cache
def requests(endpoint: str) -> list[tuple[str, dict[str, Any]]]:
    """The parameters of the recorded requests; skips where there are none."""
    found = []
    for record in recorded(endpoint):
        body = record["request"].get("json")
        if isinstance(body, dict):
            name = f"{record['id']} ({record['source']})"
            found.append((name, {k: v for k, v in body.items() if v is not None}))
    if not found:
        pytest.skip("there is no recorded traffic beside this checkout")
    return found


def failures(endpoint: str, check: Callable[[dict[str, Any]], None]) -> list[str]:
    """The requests of which a check does not hold."""
    found = []
    for name, params in requests(endpoint):
        try:
            check(params)
        except AssertionError as error:
            found.append(f"{name}: {error!s:.500}")
    return found


def report(found: list[str]) -> None:
    assert not found, f"{len(found)} differ:\n" + "\n".join(found[:20])


def test_every_chat_request_comes_back() -> None:
    report(failures("/chat/completions", lambda x: laws.chat_comes_back(to_responses, to_chat, x)))


def test_every_responses_request_comes_back() -> None:
    report(failures("/responses", lambda y: laws.responses_come_back(to_chat, to_responses, y)))


def test_every_chat_request_says_the_same_to_responses() -> None:
    def check(params: dict[str, Any]) -> None:
        request, lost = laws.crosses_purely(to_responses, params, passing=False)
        laws.says_the_same(params, request)
        assert {loss.reason for loss in lost} <= REASONS
        if is_official("CreateChatCompletionRequest", params):
            assert is_official("CreateResponse", request)

    report(failures("/chat/completions", check))


def test_every_responses_request_says_the_same_to_a_chat_model() -> None:
    def check(params: dict[str, Any]) -> None:
        request, lost = laws.crosses_purely(to_chat, params, passing=False)
        laws.says_the_same(request, params)
        assert {loss.reason for loss in lost} <= REASONS
        if is_official("CreateResponse", params) and request.get("messages"):
            assert is_official("CreateChatCompletionRequest", request)

    report(failures("/responses", check))


@cache
def _validator(definition: str) -> Any:
    document = schemas(relaxed=True)
    assert document is not None
    return jsonschema.Draft202012Validator(
        {"$ref": f"#/$defs/{definition}", "$defs": document["$defs"]}
    )


def is_official(definition: str, params: dict[str, Any]) -> bool:
    """Whether parameters fit the official schema.

    Chat allows answers of less than 16 tokens, which Responses refuses itself. Images as results of
    tools are not in the schema of chat, and some servers take them.
    """
    params = {k: v for k, v in params.items() if k != "max_output_tokens"}
    if "messages" in params:
        params["messages"] = [
            {**message, "content": ""} if message["role"] == "tool" else message
            for message in params["messages"]
        ]
    return bool(_validator(definition).is_valid({"model": "m", **params}))
