"""Whole stories against the sandbox, which judges requests as the API does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from upstream import PLUGINS

import jackfield
from jackfield_testing import Sandbox

FUNCTION = {
    "type": "function",
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
IN_CHAT = {"type": "function", "function": {k: v for k, v in FUNCTION.items() if k != "type"}}
THINKING = {"effort": "low", "summary": "auto"}
KEPT = {"store": False, "include": ["reasoning.encrypted_content"]}


def _settings(sandbox: Sandbox, more: dict[str, Any]) -> dict[str, Any]:
    given = {"base_url": sandbox.base_url, "api_key": sandbox.api_key, "max_retries": 0}
    return given | {"plugins": ["openai-content", *PLUGINS]} | more


def blocking(sandbox: Sandbox, ask: Callable[[Any], Any], **more: Any) -> Any:
    with jackfield.Client(**_settings(sandbox, more)) as client:
        outcome = ask(client)
        return list(outcome) if isinstance(outcome, jackfield.Stream) else outcome


def on_loop(sandbox: Sandbox, ask: Callable[[Any], Any], **more: Any) -> Any:
    async def main() -> Any:
        async with jackfield.AsyncClient(**_settings(sandbox, more)) as client:
            outcome = await ask(client)
            if isinstance(outcome, jackfield.AsyncStream):
                return [chunk async for chunk in outcome]
            return outcome

    return asyncio.run(main())


@pytest.fixture(params=[blocking, on_loop], ids=["blocking", "asyncio"])
def ask(request: pytest.FixtureRequest, sandbox: Sandbox) -> Callable[..., Any]:
    """Make a call with ``call(client)`` on a client of each kind."""
    return lambda call, **more: request.param(sandbox, call, **more)


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


# Native -------------------------------------------------------------------------------------------


def test_the_life_of_a_response(ask: Any) -> None:
    made = ask(lambda c: c.responses("gpt-5-mini", "Name a river.", reasoning=THINKING))
    assert "river" in made.output_text
    assert ask(lambda c: c.get_response(made)).output == made.output
    events = ask(lambda c: c.get_response(made, stream=True, starting_after=3))
    assert events[0].sequence_number == 4
    assert events[-1].response.output_text == made.output_text
    [item] = ask(lambda c: c.list_input_items(made)).data
    assert item.content[0].text == "Name a river."
    more = ask(lambda c: c.responses("gpt-5-mini", "Another.", previous_response_id=made.id))
    assert more.previous_response_id == made.id
    assert ask(lambda c: c.delete_response(made)).deleted
    with pytest.raises(jackfield.NotFoundError):
        ask(lambda c: c.get_response(made))


def test_the_life_of_a_conversation(ask: Any) -> None:
    made = ask(lambda c: c.conversation_create(metadata={"a": "b"}, items=[user("Hello")]))
    ask(lambda c: c.responses("gpt-4o", "Name a river.", conversation=made.id))
    items = ask(lambda c: c.conversation_items(made, order="asc", limit=2))
    assert ([item.role for item in items.data], items.has_more) == (["user", "user"], True)
    [last] = ask(lambda c: c.conversation_items(made, after=items.last_id, order="asc")).data
    assert last.role == "assistant"
    ask(lambda c: c.conversation_add_items(made, [user("Thanks.")]))
    assert ask(lambda c: c.conversation_get_item(made, last)).content[0].text
    ask(lambda c: c.conversation_delete_item(made, last))
    roles = [item.role for item in ask(lambda c: c.conversation_items(made, order="asc")).data]
    assert roles == ["user", "user", "user"]
    changed = ask(lambda c: c.conversation_update(made, metadata={"c": "d"}))
    assert ask(lambda c: c.conversation_get(made)).metadata == changed.metadata == {"c": "d"}
    assert ask(lambda c: c.conversation_delete(made)).deleted


def test_tokens_are_counted_and_contexts_compacted(ask: Any) -> None:
    assert ask(lambda c: c.count_input_tokens("gpt-5", "Name a river.")).input_tokens > 0
    items = [user("Name a river."), user("And another.")]
    compact = ask(lambda c: c.compact_response("gpt-5", items))
    again = ask(lambda c: c.responses("gpt-5", [*compact.output, user("Go on.")]))
    assert again.status == "completed"


def test_a_response_in_the_background(ask: Any) -> None:
    search = [{"type": "web_search_preview"}]
    own = {"wait": True, "poll_interval": 0}
    research = ask(
        lambda c: c.responses(
            "o3-deep-research", "Rivers of Europe", tools=search, background=True, **own
        )
    )
    assert research.status == "completed"
    assert "web_search_call" in [item.type for item in research.output]
    queued = ask(lambda c: c.responses("gpt-5", "Rivers [stall]", background=True))
    assert queued.status == "queued"
    assert ask(lambda c: c.cancel_response(queued)).status == "cancelled"
    assert ask(lambda c: c.get_response(queued, **own)).status == "cancelled"
    with pytest.raises(jackfield.InternalServerError) as caught:
        ask(lambda c: c.responses("gpt-5", "Rivers [fail]", background=True, **own))
    assert caught.value.partial.status == "failed"
    with pytest.raises(jackfield.APITimeoutError) as late:
        ask(
            lambda c: c.responses(
                "gpt-5",
                "Rivers [stall]",
                background=True,
                wait_timeout=0,
                **own | {"poll_interval": 1},
            )
        )
    assert late.value.partial.status == "queued"


@attrs.frozen
class Ticket:
    title: str
    urgent: bool


@pytest.mark.parametrize("model", ["gpt-5-mini", "gpt-5-pro", "gpt-4o"])
def test_a_typed_answer(ask: Any, model: str) -> None:
    made = ask(lambda c: c.responses(model, "It burns.", text_format=Ticket))
    assert isinstance(made.output_parsed, Ticket)
    name = f"openai/responses/{model}"
    chat = ask(lambda c: c.completion(name, [user("It burns.")], response_format=Ticket))
    assert chat.choices[0].message.parsed == made.output_parsed
    refused = ask(lambda c: c.responses(model, "[refuse]", text_format=Ticket))
    assert refused.output_parsed == refused.refusal


def test_faults_are_what_they_are_on_every_surface(ask: Any) -> None:
    for call in (
        lambda c, m, **k: c.responses(m, "Name a river.", **k),
        lambda c, m, **k: c.completion(f"openai/responses/{m}", [user("Name a river.")], **k),
    ):
        with pytest.raises(jackfield.RateLimitError):
            ask(lambda c, do=call: do(c, "gpt-4o!status=429"))
        with pytest.raises(jackfield.ContextWindowExceededError):
            ask(lambda c, do=call: do(c, "gpt-4o!status=400,code=context_length_exceeded"))
        with pytest.raises(jackfield.StreamInterruptedError) as cut:
            ask(lambda c, do=call: do(c, "gpt-4o!cut-events=8", stream=True))
        assert cut.value.partial is not None
        with pytest.raises(jackfield.APIResponseValidationError):
            ask(lambda c, do=call: do(c, "gpt-4o!html"))


# Chat over the bridge -----------------------------------------------------------------------------

STORIES: dict[str, dict[str, Any]] = {
    "text": {"messages": [{"role": "system", "content": "Be brief."}, user("Name a river.")]},
    "thought": {"messages": [user("Name a river.")], "reasoning_effort": THINKING},
    "calls": {"messages": [user("The weather in Tokyo and Paris?")], "tools": [IN_CHAT]},
    "search": {"messages": [user("What is new in Oslo?")], "tools": [{"type": "web_search"}]},
    "code": {
        "messages": [user("How long is it?")],
        "tools": [{"type": "code_interpreter", "container": {"type": "auto"}}],
    },
    "parts": {"messages": [user("Name a river. [parts=3]")]},
    "refusal": {"messages": [user("[refuse]")]},
    "filter": {"messages": [user("Name a river. [filter]")]},
    "narration": {"messages": [user("The weather in Oslo? [narrate]")], "tools": [IN_CHAT]},
    "object": {
        "messages": [user("A city as JSON")],
        "response_format": {"type": "json_object"},
        "max_tokens": 100,
    },
    "kept": {"messages": [user("Name a river.")], **KEPT},
}


@pytest.mark.parametrize("story", sorted(STORIES))
def test_a_stream_says_what_the_answer_says(ask: Any, story: str) -> None:
    params = STORIES[story]
    model = "openai/responses/gpt-5-mini"
    whole = ask(lambda c: c.completion(model, **params))
    options = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = ask(lambda c: c.completion(model, **params, **options))
    folded = jackfield.stream_chunk_builder(chunks).to_dict()
    wanted = whole.to_dict()
    # Reasoning is encrypted anew each time.
    for found in (folded, wanted):
        for item in found["choices"][0]["message"].get("reasoning_items") or ():
            item.pop("encrypted_content", None)
    assert folded == wanted


@pytest.mark.parametrize("stream", [False, True])
def test_a_talk_with_tools_and_thoughts(ask: Any, sandbox: Sandbox, stream: bool) -> None:
    """A chat client's loop, whose turns go back as the items that they came from."""
    messages: list[Any] = [user("The weather in Tokyo and Paris?")]
    settings = {"tools": [IN_CHAT], "reasoning_effort": THINKING, "stream": stream, **KEPT}
    turns = 0
    while True:
        answer = ask(lambda c: c.completion("gpt-5-mini", messages, **settings))
        message = (jackfield.stream_chunk_builder(answer) if stream else answer).choices[0].message
        messages.append(message)
        turns += 1
        if not message.tool_calls:
            break
        for call in message.tool_calls:
            city = json.loads(call.function.arguments)["city"]
            messages.append({"role": "tool", "tool_call_id": call.id, "content": f"{city}: rain"})
    assert turns == 2
    assert "Tokyo" in messages[-1].content
    kinds = [item.get("type", "message") for item in sandbox.last.json["input"]]
    outputs = ["function_call_output"] * 2
    assert kinds == ["message", "reasoning", "function_call", "function_call", *outputs]
    [thought] = [i for i in sandbox.last.json["input"] if i.get("type") == "reasoning"]
    assert thought["encrypted_content"]


def test_models_that_have_nothing_else(ask: Any, sandbox: Sandbox) -> None:
    for model in ("gpt-5-pro", "o1-pro", "o3-pro", "gpt-5-codex"):
        for stream in (False, True):
            answer = ask(lambda c, m=model, s=stream: c.completion(m, [user("Hello")], stream=s))
            result = jackfield.stream_chunk_builder(answer) if stream else answer
            assert result.choices[0].message.content
            assert sandbox.last.path == "/v1/responses"


def test_files_and_pictures_cross(ask: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n")
    text = {"type": "text", "text": "What is this?"}
    content = [text, {"type": "file", "file": letter}]
    ask(lambda c: c.completion("openai/responses/gpt-4o", [{"role": "user", "content": content}]))
    [sent] = sandbox.last.json["input"]
    assert sent["content"][0] == {"type": "input_text", "text": "What is this?"}
    assert sent["content"][1]["type"] == "input_file"
    assert sent["content"][1]["filename"] == "letter.pdf"
    assert sent["content"][1]["file_data"].startswith("data:application/pdf;base64,")


def test_a_chat_answer_is_the_responses_own(ask: Any) -> None:
    made = ask(lambda c: c.responses("gpt-5-mini", [user("Name a river.")], reasoning=THINKING))
    chat = ask(
        lambda c: c.completion("gpt-5-mini", [user("Name a river.")], reasoning_effort=THINKING)
    )
    assert chat.choices[0].message.content == made.output_text
    assert chat.usage.prompt_tokens == made.usage.input_tokens
    thoughts = [part.text for part in made.output[0].summary]
    assert chat.choices[0].message.reasoning_content == "\n\n".join(thoughts)
    # Its id is known to the API.
    assert ask(lambda c: c.get_response(chat.id)).output_text == made.output_text


# Responses over chat ------------------------------------------------------------------------------


def test_a_model_that_is_on_chat_alone(ask: Any, sandbox: Sandbox) -> None:
    given = {"instructions": "Be brief.", "tools": [FUNCTION]}
    name = "gpt-4o-search-preview"
    whole = ask(lambda c: c.responses(name, "Name a river.", instructions="Be brief."))
    assert sandbox.last.path == "/v1/chat/completions"
    events = ask(
        lambda c: c.responses(name, "Name a river.", instructions="Be brief.", stream=True)
    )
    assert jackfield.stream_chunk_builder(events).output_text == whole.output_text
    calls = ask(lambda c: c.responses("gpt-audio", "The weather in Oslo?", **given))
    assert calls.output[-1].type == "function_call"
    assert json.loads(calls.output[-1].arguments) == {"city": "Oslo"}
