"""Chat calls that go through the Responses API: by prefix, by model, by what they ask."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import asked
import pytest
import seedpages
from marks import RESPONSES, covers

import jackfield
from jackfield import completion
from jackfield_testing import Sandbox

TABLE = "openai-chat-completion-models"
REASONING = "getting-reasoning-content-in-chat-completions"
ADVANCED = f"{REASONING}/advanced-using-reasoning_effort-with-summary-field"
BRIDGE = "openai-chat-completion-to-responses-api-bridge"
PRO = "gpt-5-pro-special-notes"

CODEX = ("gpt-5-codex", "gpt-5.1-codex", "gpt-5.1-codex-mini")
EVERY = ("none", "minimal", "low", "medium", "high")


def row(section: str, *models: str) -> list[Any]:
    return [
        pytest.param(model, marks=covers(RESPONSES, later=f"{section}#row:{model}"))
        for model in models
    ]


def said(upstream: Sandbox) -> Any:
    """The texts of the last request's input, whatever forms its items have."""
    (*_, item) = upstream.last.json["input"]
    content = item["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def sent(upstream: Sandbox, messages: list, **body: Any) -> None:
    """Assert that the last request asked the Responses API these messages."""
    asked.responses(upstream, body)
    assert said(upstream) == messages[-1]["content"]


@pytest.mark.parametrize("model", row(TABLE, "gpt-5-pro", "gpt-5.1-codex", "gpt-5.1-codex-mini"))
def test_a_model_that_only_responses_serves(upstream: Sandbox, messages: list, model: str) -> None:
    response = completion(model=model, messages=messages)
    sent(upstream, messages, model=model)
    assert response.object == "chat.completion"
    assert response.id.startswith("resp_")
    assert response.choices[0].finish_reason == "stop"
    assert "Hello, how are you?" in (response.choices[0].message.content or "")
    assert response._response_headers["x-request-id"] == response.request_id

    again = asyncio.run(jackfield.acompletion(model="openai/" + model, messages=messages))
    assert again.choices == response.choices
    asked.only(upstream, 2)


@covers(RESPONSES, later=f"{REASONING}#block:1")
def test_reasoning_content_by_the_prefix(upstream: Sandbox, messages: list) -> None:
    response = completion(
        model="openai/responses/gpt-5-mini", messages=messages, reasoning_effort="low"
    )
    sent(upstream, messages, model="gpt-5-mini", reasoning={"effort": "low"})
    assert response.choices[0].message.content


@covers(RESPONSES, later=f"{REASONING}#block:3")
def test_every_key_of_the_expected_answer_is_readable(upstream: Sandbox, messages: list) -> None:
    response = completion(
        "openai/responses/gpt-5-mini",
        messages,
        reasoning_effort={"effort": "low", "summary": "auto"},
    )
    assert response.object == "chat.completion"
    assert response.system_fingerprint is None
    assert isinstance(response.created, int)
    assert response.model.startswith("gpt-5-mini")
    (choice,) = response.choices
    assert (choice.finish_reason, choice.index) == ("stop", 0)
    message, usage = choice.message, response.usage
    assert message.role == "assistant"
    assert message.content
    assert message.reasoning_content
    assert message.tool_calls is None
    assert message.function_call is None
    assert "provider_specific_fields" in dir(message)
    assert usage is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.prompt_tokens_details is not None
    assert usage.prompt_tokens_details.cached_tokens == 0
    for name in ("audio_tokens", "text_tokens", "image_tokens"):
        assert getattr(usage.prompt_tokens_details, name) is None
    assert usage.completion_tokens_details is not None


def keys_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a JSON object."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)  # of a list
    for key, held in pairs:
        yield (*path, key)
        if isinstance(held, (dict, list)):
            yield from keys_of(held, (*path, key))


@pytest.mark.parametrize("stream", [False, True])
def test_the_keys_on_the_page_are_all_readable(
    upstream: Sandbox, messages: list, stream: bool
) -> None:
    name = f"later:{REASONING}#block:3"
    page = next((item for item in seedpages.items() if item.name == name), None)
    if page is None:
        pytest.skip("the pages are not beside this checkout")
    paths = list(keys_of(json.loads(page.text)))
    assert len(paths) > 20
    more: dict[str, Any] = {"reasoning_effort": {"effort": "low", "summary": "auto"}}
    if stream:
        more |= {"stream": True, "stream_options": {"include_usage": True}}
    response = completion("openai/responses/gpt-5-mini", messages, **more)
    if stream:
        response = jackfield.stream_chunk_builder(list(response))
    streamed = {"stream": True} if stream else {}
    effort = {"effort": "low", "summary": "auto"}
    sent(upstream, messages, model="gpt-5-mini", reasoning=effort, **streamed)
    for *place, last in paths:
        holder: Any = response
        for key in place:
            holder = holder[key] if isinstance(key, int) else getattr(holder, key)
        found = holder[last] if isinstance(last, int) else getattr(holder, last)
        assert found is not None or last in MAY_BE_NONE, (place, last)


MAY_BE_NONE = (
    *("system_fingerprint", "tool_calls", "function_call", "provider_specific_fields"),
    *("audio_tokens", "text_tokens", "image_tokens", "completion_tokens_details"),
)
"""What is null on the page too."""

SEARCH = {"type": "web_search_preview"}
CODE = {"type": "code_interpreter", "container": {"type": "auto"}}
SUMMARY = {"effort": "high", "summary": "auto"}
PREFIXED = "openai/responses/gpt-5-mini"
EXAMPLES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    (
        {"model": PREFIXED, "reasoning_effort": "low"},
        "responses",
        {"model": "gpt-5-mini", "reasoning": {"effort": "low"}},
    ),
    (
        {"model": PREFIXED, "reasoning_effort": "high"},
        "responses",
        {"model": "gpt-5-mini", "reasoning": {"effort": "high"}},
    ),
    (
        {"model": PREFIXED, "reasoning_effort": SUMMARY},
        "responses",
        {"model": "gpt-5-mini", "reasoning": SUMMARY},
    ),
    (
        {"model": "gpt-5.1", "verbosity": "low"},
        "chat/completions",
        {"model": "gpt-5.1", "verbosity": "low"},
    ),
    (
        {"model": "gpt-5.1", "verbosity": "high"},
        "chat/completions",
        {"model": "gpt-5.1", "verbosity": "high"},
    ),
    (
        {"model": "o3-deep-research-2025-06-26", "tools": [SEARCH, CODE]},
        "responses",
        {"model": "o3-deep-research-2025-06-26", "tools": [SEARCH, CODE]},
    ),
    ({"model": "gpt-5-pro"}, "responses", {"model": "gpt-5-pro"}),
]
"""The calls of the examples, and what is asked where."""


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(("given", "path", "body"), EXAMPLES)
def test_what_an_example_asks(
    upstream: Sandbox,
    messages: list,
    given: dict[str, Any],
    path: str,
    body: dict[str, Any],
    asynchronous: bool,
) -> None:
    if asynchronous:
        response = asyncio.run(jackfield.acompletion(messages=messages, **given))
    else:
        response = completion(messages=messages, **given)
    request = upstream.last
    assert (request.method, request.path) == ("POST", f"/v1/{path}")
    name = "input" if path == "responses" else "messages"
    assert request.json == {**body, name: messages}
    assert response.object == "chat.completion"
    assert response.choices[0].message.role == "assistant"
    asked.only(upstream)


@pytest.mark.parametrize("effort", ["high", {"effort": "high", "summary": "auto"}], ids=repr)
@covers(RESPONSES, later=(f"{ADVANCED}#block:1", f"{ADVANCED}#point:1"))
def test_effort_as_a_word_and_with_a_summary(
    upstream: Sandbox, messages: list, effort: Any
) -> None:
    response = completion(
        model="openai/responses/gpt-5-mini", messages=messages, reasoning_effort=effort
    )
    reasoning = {"effort": "high"} if effort == "high" else effort
    sent(upstream, messages, model="gpt-5-mini", reasoning=reasoning)
    assert bool(response.choices[0].message.reasoning_content) == (effort != "high")


@pytest.mark.parametrize("model", ["gpt-5-mini", "gpt-5.1", "o4-mini"])
def test_an_effort_with_a_summary_takes_the_bridge_by_itself(
    upstream: Sandbox, messages: list, model: str
) -> None:
    effort = {"effort": "high", "summary": "auto"}
    completion(model, messages, reasoning_effort=effort)
    sent(upstream, messages, model=model, reasoning=effort)
    assert effort == {"effort": "high", "summary": "auto"}


# What a model takes is said before anything is sent ---------------------------------------------


@pytest.mark.parametrize("model", row(ADVANCED, *CODEX, "gpt-5-pro"))
def test_efforts_that_a_model_accepts_are_sent_and_no_other_here(
    upstream: Sandbox, messages: list, model: str
) -> None:
    accepted = ("high",) if model == "gpt-5-pro" else ("low", "medium", "high")
    for effort in EVERY:
        if effort in accepted:
            completion(model=model, messages=messages, reasoning_effort=effort)
            sent(upstream, messages, model=model, reasoning={"effort": effort})
            continue
        with pytest.raises(jackfield.UnsupportedParamsError) as caught:
            completion(model=model, messages=messages, reasoning_effort=effort)
        assert all(repr(one) in str(caught.value) for one in accepted)
    asked.only(upstream, len(accepted))


@covers(RESPONSES, later=(f"{ADVANCED}#point:2", f"{ADVANCED}#point:3"))
@pytest.mark.parametrize(
    ("model", "accepted"),
    [
        ("gpt-5-mini", ("auto", "detailed")),
        ("gpt-5-pro", ("auto", "detailed")),
        ("o4-mini", ("auto", "concise", "detailed")),
        ("o3", ("auto", "concise", "detailed")),
        ("o3-mini", ()),
        ("o1", ()),
    ],
)
def test_summaries_that_a_model_has_are_asked_for_and_no_other(
    upstream: Sandbox, messages: list, model: str, accepted: tuple[str, ...]
) -> None:
    for summary in ("auto", "concise", "detailed"):
        effort = {"effort": "high", "summary": summary}
        if summary in accepted:
            completion(f"openai/responses/{model}", messages, reasoning_effort=effort)
            sent(upstream, messages, model=model, reasoning=effort)
            continue
        with pytest.raises(jackfield.UnsupportedParamsError, match="summary"):
            completion(f"openai/responses/{model}", messages, reasoning_effort=effort)
    asked.only(upstream, len(accepted))


@pytest.mark.parametrize("model", CODEX)
def test_codex_models_have_no_verbosity(upstream: Sandbox, messages: list, model: str) -> None:
    with pytest.raises(jackfield.UnsupportedParamsError, match="verbosity"):
        completion(model, messages, verbosity="low")
    assert upstream.requests == []


def test_verbosity_goes_along(upstream: Sandbox, messages: list) -> None:
    completion("gpt-5-pro", messages, verbosity="low")
    sent(upstream, messages, model="gpt-5-pro", text={"verbosity": "low"})


@covers(RESPONSES, later=f"{ADVANCED}#point:5")
def test_gpt_5_pro_has_one_effort(upstream: Sandbox, messages: list) -> None:
    with pytest.raises(jackfield.UnsupportedParamsError, match="'high'"):
        completion("gpt-5-pro", messages, reasoning_effort="low")
    assert upstream.requests == []
    completion("gpt-5-pro", messages, reasoning_effort="high")
    asked.only(upstream)


# Built-in tools -----------------------------------------------------------------------------------


@covers(RESPONSES, later=f"{BRIDGE}#block:1")
def test_a_deep_research_model_with_tools(upstream: Sandbox, messages: list) -> None:
    tools: list[Any] = [
        {"type": "web_search_preview"},
        {"type": "code_interpreter", "container": {"type": "auto"}},
    ]
    response = completion(model="o3-deep-research-2025-06-26", messages=messages, tools=tools)
    sent(upstream, messages, model="o3-deep-research-2025-06-26", tools=tools)
    message = response.choices[0].message
    assert message.content
    kept = (message.provider_specific_fields or {}).get("output_items", [])
    assert all(item["type"] in ("web_search_call", "code_interpreter_call") for item in kept)


# GPT-5 Pro ----------------------------------------------------------------------------------------


@covers(RESPONSES, later=f"{PRO}#point:1")
@pytest.mark.parametrize("name", ["gpt-5-pro", "openai/gpt-5-pro", "gpt-5-pro-2025-10-06"])
def test_it_is_asked_through_responses(upstream: Sandbox, messages: list, name: str) -> None:
    completion(name, messages)
    sent(upstream, messages, model=name.removeprefix("openai/"))


@covers(RESPONSES, later=f"{PRO}#point:2")
def test_a_stream_of_it_is_its_whole_answer_and_says_so(upstream: Sandbox, messages: list) -> None:
    stream = completion("gpt-5-pro", messages, stream=True)
    assert [loss.path for loss in stream.warnings] == ["stream"]
    folded = jackfield.stream_chunk_builder(list(stream))
    sent(upstream, messages, model="gpt-5-pro")
    assert folded.choices == completion("gpt-5-pro", messages).choices


@covers(RESPONSES, later=f"{PRO}#point:6")
def test_its_tools_are_sent_and_the_others_refused(upstream: Sandbox, messages: list) -> None:
    for kind in ("web_search", "file_search", "image_generation", "mcp"):
        tool: dict[str, Any] = {"type": kind}
        if kind == "file_search":
            tool["vector_store_ids"] = ["vs_1"]
        if kind == "mcp":
            tool |= {"server_label": "docs", "server_url": "https://mcp.example.com"}
        completion("gpt-5-pro", messages, tools=[tool])
        sent(upstream, messages, model="gpt-5-pro", tools=[tool])
    for kind in ("code_interpreter", "computer_use_preview"):
        with pytest.raises(jackfield.UnsupportedParamsError, match=kind):
            completion("gpt-5-pro", messages, tools=[{"type": kind}])
    asked.only(upstream, 4)


@covers(RESPONSES, later=f"{PRO}#block:1")
def test_the_example_of_it(upstream: Sandbox) -> None:
    messages = [{"role": "user", "content": "Solve this complex reasoning problem..."}]
    response = completion(model="gpt-5-pro", messages=messages)
    sent(upstream, messages, model="gpt-5-pro")
    assert response.choices[0].message.content
