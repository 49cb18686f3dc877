"""From the names of a configuration to upstreams: exact ones, wildcards, every form of a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ordinary import COMPLETION
from plain_http import CHAT, ask
from proxying import Proxy, running
from rawserver import Asked, RawServer, Wire

MESSAGES = CHAT["messages"]
BODIES: dict[str, dict[str, Any]] = {
    "/chat/completions": {"messages": MESSAGES},
    "/completions": {"prompt": "a"},
    "/responses": {"input": "a"},
    "/embeddings": {"input": "a", "encoding_format": "float"},
}
ANSWERS: dict[str, Any] = {
    "/v1/completions": {
        "id": "cmpl-1",
        "object": "text_completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "text": "a", "finish_reason": "stop", "logprobs": None}],
    },
    "/v1/responses": {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": "m",
        "output": [
            {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": "a", "annotations": []}],
            }
        ],
        "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
    },
    "/v1/embeddings": {
        "object": "list",
        "model": "m",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}],
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    },
}


@pytest.fixture(autouse=True)
def answering(upstream: RawServer) -> None:
    """The upstream serves every surface."""

    def answer(asked: Asked, wire: Wire) -> None:
        wire.reply(200, ANSWERS.get(asked.target, COMPLETION))

    upstream.answer = answer


@pytest.fixture(scope="module")
def named(server: RawServer) -> Iterator[Proxy]:
    """Names of every kind, each with a key of its own."""

    def entry(name: str, model: str, key: str) -> str:
        return (
            f'  - {{model_name: "{name}", litellm_params: '
            f'{{model: "{model}", api_key: {key}, api_base: "{server.base_url}"}}}}\n'
        )

    config = (
        "model_list:\n"
        + entry("*", "*", "k-any")
        + entry("openai/*", "openai/*", "k-openai")
        + entry("gpt-4o", "openai/gpt-4o-mini", "k-exact")
        + entry("team-*", "openai/gpt-*", "k-team")
        + entry("team-a-*", "openai/gpt-4.1-*", "k-team-a")
        + entry("bridged/*", "openai/responses/*", "k-bridged")
        + entry("text/*", "text-completion-openai/*", "k-text")
        + entry("*-of-*", "openai/*:*", "k-two")
        + entry("exact*star", "openai/gpt-4o", "k-star")
        + "router_settings: {num_retries: 0, cooldown_time: 0}\n"
    )
    with running(config) as proxy:
        yield proxy


NAMES = [
    # the path that is asked, the client's name, then the upstream's path, name and key
    ("/chat/completions", "gpt-4o", "/chat/completions", "gpt-4o-mini", "k-exact"),
    ("/chat/completions", "gpt-4.1", "/chat/completions", "gpt-4.1", "k-any"),
    ("/chat/completions", "openai/gpt-4o", "/chat/completions", "gpt-4o", "k-openai"),
    (
        "/chat/completions",
        "openai/ft:gpt-4o:a::b",
        "/chat/completions",
        "ft:gpt-4o:a::b",
        "k-openai",
    ),
    ("/chat/completions", "openai/responses/gpt-4o", "/responses", "gpt-4o", "k-openai"),
    ("/chat/completions", "gpt-5-pro", "/responses", "gpt-5-pro", "k-any"),
    ("/chat/completions", "openai/gpt-5-pro", "/responses", "gpt-5-pro", "k-openai"),
    (
        "/chat/completions",
        "text-completion-openai/gpt-3.5-turbo-instruct",
        "/completions",
        "gpt-3.5-turbo-instruct",
        "k-any",
    ),
    (
        "/chat/completions",
        "gpt-3.5-turbo-instruct",
        "/completions",
        "gpt-3.5-turbo-instruct",
        "k-any",
    ),
    ("/chat/completions", "team-4o", "/chat/completions", "gpt-4o", "k-team"),
    ("/chat/completions", "team-a-mini", "/chat/completions", "gpt-4.1-mini", "k-team-a"),
    ("/chat/completions", "team-", "/chat/completions", "gpt-", "k-team"),
    ("/chat/completions", "bridged/gpt-4o", "/responses", "gpt-4o", "k-bridged"),
    ("/responses", "bridged/gpt-4o", "/responses", "gpt-4o", "k-bridged"),
    ("/chat/completions", "text/davinci-002", "/completions", "davinci-002", "k-text"),
    ("/completions", "text/davinci-002", "/completions", "davinci-002", "k-text"),
    ("/chat/completions", "a-of-b", "/chat/completions", "a:b", "k-two"),
    ("/chat/completions", "exact and a star", "/chat/completions", "gpt-4o", "k-star"),
    ("/completions", "gpt-3.5-turbo-instruct", "/completions", "gpt-3.5-turbo-instruct", "k-any"),
    ("/completions", "openai/davinci-002", "/completions", "davinci-002", "k-openai"),
    ("/responses", "gpt-4o", "/responses", "gpt-4o-mini", "k-exact"),
    ("/responses", "openai/gpt-4.1", "/responses", "gpt-4.1", "k-openai"),
    ("/responses", "openai/responses/gpt-4.1", "/responses", "gpt-4.1", "k-openai"),
    ("/embeddings", "text-embedding-3-small", "/embeddings", "text-embedding-3-small", "k-any"),
    (
        "/embeddings",
        "openai/text-embedding-3-small",
        "/embeddings",
        "text-embedding-3-small",
        "k-openai",
    ),
]


@pytest.mark.parametrize(("path", "name", "asked", "model", "key"), NAMES)
def test_where_a_name_leads(
    named: Proxy, upstream: RawServer, path: str, name: str, asked: str, model: str, key: str
) -> None:
    got = ask(named.url, "POST", f"/v1{path}", {"model": name, **BODIES[path]})
    assert got.status == 200, got.body
    [request] = upstream.requests
    assert (request.target, request.json["model"]) == (f"/v1{asked}", model)
    assert request.headers["authorization"] == f"Bearer {key}"


@pytest.fixture(scope="module", params=["*", "openai/*"])
def wild(request: pytest.FixtureRequest, server: RawServer) -> Iterator[tuple[str, Proxy]]:
    """One wildcard, whose models are OpenAI's."""
    config = f"""
        model_list:
          - model_name: "{request.param}"
            litellm_params: {{model: openai/*, api_key: k, api_base: "{server.base_url}"}}
        router_settings: {{num_retries: 0, cooldown_time: 0}}
    """
    with running(config) as proxy:
        yield request.param, proxy


FORMS = [
    ("/chat/completions", "openai/gpt-4o", "/chat/completions", "gpt-4o"),
    ("/chat/completions", "openai/responses/gpt-4o", "/responses", "gpt-4o"),
    ("/chat/completions", "openai/gpt-5-pro", "/responses", "gpt-5-pro"),
    (
        "/chat/completions",
        "openai/gpt-3.5-turbo-instruct",
        "/completions",
        "gpt-3.5-turbo-instruct",
    ),
    ("/chat/completions", "openai/openai/gpt-4o", "/chat/completions", "openai/gpt-4o"),
    ("/responses", "openai/responses/gpt-4o", "/responses", "gpt-4o"),
    ("/completions", "openai/davinci-002", "/completions", "davinci-002"),
    ("/embeddings", "openai/text-embedding-3-small", "/embeddings", "text-embedding-3-small"),
]
BARE = [
    ("/chat/completions", "gpt-4o", "/chat/completions", "gpt-4o"),
    ("/chat/completions", "text-completion-openai/davinci-002", "/completions", "davinci-002"),
    ("/completions", "text-completion-openai/davinci-002", "/completions", "davinci-002"),
    ("/chat/completions", "gpt-5-pro", "/responses", "gpt-5-pro"),
    ("/responses", "gpt-4o", "/responses", "gpt-4o"),
    # Nobody's prefix is part of a model's name, and it is OpenAI's key that goes along.
    ("/chat/completions", "meta-llama/llama-3", "/chat/completions", "meta-llama/llama-3"),
    ("/chat/completions", "ft:gpt-4o:a::b", "/chat/completions", "ft:gpt-4o:a::b"),
]


@pytest.mark.parametrize(("path", "name", "asked", "model"), [*FORMS, *BARE])
def test_one_wildcard_takes_every_form(
    wild: tuple[str, Proxy], upstream: RawServer, path: str, name: str, asked: str, model: str
) -> None:
    pattern, proxy = wild
    got = ask(proxy.url, "POST", f"/v1{path}", {"model": name, **BODIES[path]})
    if pattern == "openai/*" and not name.startswith("openai/"):
        assert (got.status, got.error["code"]) == (404, "model_not_found")
        assert not upstream.requests
        return
    assert got.status == 200, got.body
    [request] = upstream.requests
    assert (request.target, request.json["model"]) == (f"/v1{asked}", model)
    assert request.headers["authorization"] == "Bearer k"


def test_the_list_of_models(named: Proxy) -> None:
    rows = ask(named.url, "GET", "/v1/models").json
    names = [row["id"] for row in rows["data"]]
    assert rows["object"] == "list"
    assert names[0] == "gpt-4o"
    assert not [name for name in names if "*" in name]
    assert {row["object"] for row in rows["data"]} == {"model"}
    for name in ("gpt-4o", "team-4o", "openai/gpt-4.1"):
        assert ask(named.url, "GET", f"/v1/models/{name}").json["id"] == name
