"""The template that makes one prompt of a chat's messages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.errors import RequestError
from jackfield_openai_text.prompt import prompt_of
from jackfield_testing import laws, strategies

MESSAGES = st.lists(strategies.text_messages(surrogates=True), min_size=1, max_size=5)


def message(role: str, content: Any = None, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def called(name: str, arguments: str) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


@given(MESSAGES)
def test_the_prompt_says_everything_in_its_order(messages: list[dict[str, Any]]) -> None:
    laws.says_everything(prompt_of(messages), messages)


@given(MESSAGES)
def test_the_prompt_ends_with_the_assistants_turn(messages: list[dict[str, Any]]) -> None:
    prompt, last = prompt_of(messages), messages[-1]
    if last["role"] == "assistant" and not (last.get("tool_calls") or last.get("function_call")):
        assert prompt.endswith(prompt_of([last]))
    elif len(messages) > 1 or last["role"] != "user":
        assert prompt.endswith("\n\nAssistant:") or prompt == "Assistant:"


@given(MESSAGES, MESSAGES)
def test_what_comes_later_does_not_change_what_came_before(
    earlier: list[dict[str, Any]], later: list[dict[str, Any]]
) -> None:
    before = prompt_of([*earlier, message("user", "?", name="x")])
    assert before.endswith("User (x): ?\n\nAssistant:")
    whole = prompt_of([*earlier, message("user", "?", name="x"), *later])
    assert whole.startswith(before.removesuffix("Assistant:"))


@given(strategies.texts(surrogates=True), st.sampled_from(["text", "parts"]))
def test_a_single_user_message_is_its_bare_text(text: str, how: str) -> None:
    half = len(text) // 2
    parts = [{"type": "text", "text": piece} for piece in (text[:half], text[half:])]
    assert prompt_of([message("user", text if how == "text" else parts)]) == text


@pytest.mark.parametrize(
    ("messages", "prompt"),
    [
        ([message("user", "Once upon a time")], "Once upon a time"),
        (
            [message("system", "Be brief."), message("user", "Hello")],
            "Be brief.\n\nUser: Hello\n\nAssistant:",
        ),
        (
            [
                message("developer", "Be brief."),
                message(
                    "system", [{"type": "text", "text": "Be "}, {"type": "text", "text": "kind."}]
                ),
                message("user", "Hello"),
                message("system", "The user is in a hurry."),
                message("assistant", "Hi!"),
                message("user", "Bye"),
            ],
            "Be brief.\n\nBe kind.\n\nUser: Hello\n\nSystem: The user is in a hurry.\n\n"
            "Assistant: Hi!\n\nUser: Bye\n\nAssistant:",
        ),
        ([message("system", "Be brief.")], "Be brief.\n\nAssistant:"),
        ([message("system", ""), message("user", "Hello")], "User: Hello\n\nAssistant:"),
        (
            [message("user", "Hi", name="ann"), message("user", "Ho", name="bob")],
            "User (ann): Hi\n\nUser (bob): Ho\n\nAssistant:",
        ),
        ([message("user", "Hi", name="ann")], "User (ann): Hi\n\nAssistant:"),
        (
            [message("user", "A story?"), message("assistant", "Once upon")],
            "User: A story?\n\nAssistant: Once upon",
        ),
        (
            [
                message("user", "Weather in Oslo?"),
                message(
                    "assistant",
                    "Let me look.",
                    tool_calls=[
                        {
                            "id": "call_1",
                            "type": "function",
                            "function": called("get_weather", '{"city": "Oslo"}'),
                        },
                        {"id": "call_2", "type": "custom", "custom": {"name": "sh", "input": "ls"}},
                    ],
                ),
                message("tool", "rain", tool_call_id="call_1"),
                message("tool", [{"type": "text", "text": "a b"}], tool_call_id="call_2"),
            ],
            "User: Weather in Oslo?\n\nAssistant: Let me look.\n"
            'Call (call_1): get_weather({"city": "Oslo"})\nCall (call_2): sh(ls)\n\n'
            "Tool (call_1): rain\n\nTool (call_2): a b\n\nAssistant:",
        ),
        (
            [
                message("user", "Now?"),
                message("assistant", function_call=called("now", "{}")),
                message("function", "12:00", name="now"),
            ],
            "User: Now?\n\nAssistant:\nCall: now({})\n\nFunction (now): 12:00\n\nAssistant:",
        ),
        (
            [message("user", "Now?"), message("assistant", function_call=called("now", "{}"))],
            "User: Now?\n\nAssistant:\nCall: now({})\n\nAssistant:",
        ),
        (
            [
                message("assistant", None, refusal="I won't."),
                message("assistant", [{"type": "refusal", "refusal": "No."}]),
                message("user", "Please"),
            ],
            "Assistant: I won't.\n\nAssistant: No.\n\nUser: Please\n\nAssistant:",
        ),
        (
            [message("assistant", "Well,", refusal="no."), message("user", "Why?")],
            "Assistant: Well,\nno.\n\nUser: Why?\n\nAssistant:",
        ),
    ],
)
def test_the_template(messages: list[dict[str, Any]], prompt: str) -> None:
    assert prompt_of(messages) == prompt


@pytest.mark.parametrize(
    ("messages", "path"),
    [
        ("Hello", "messages"),
        ([], "messages"),
        ({}, "messages"),
        (["Hello"], "messages[0]"),
        ([{"content": "x"}], "messages[0].role"),
        ([message("critic", "x")], "messages[0].role"),
        ([message(["user"], "x")], "messages[0].role"),  # type: ignore[arg-type]  # no role at all
        ([message("user", "x"), message("user")], "messages[1].content"),
        ([message("system", 5)], "messages[0].content"),
        ([message("user", {"type": "text", "text": "x"})], "messages[0].content"),
        ([message("user", ["x"])], "messages[0].content[0]"),
        ([message("user", [{"text": "x"}])], "messages[0].content[0].type"),
        ([message("user", [{"type": "text"}])], "messages[0].content[0].text"),
        (
            [message("user", [{"type": "text", "text": "x"}, {"type": "image_url"}])],
            "messages[0].content[1].type",
        ),
        ([message("user", "x", name=5)], "messages[0].name"),
        ([message("assistant", audio={"id": "a"})], "messages[0].audio"),
        ([message("assistant", refusal=1)], "messages[0].refusal"),
        ([message("assistant", tool_calls={"a": 1})], "messages[0].tool_calls"),
        ([message("assistant", tool_calls=["x"])], "messages[0].tool_calls[0]"),
        ([message("assistant", tool_calls=[{"id": "c"}])], "messages[0].tool_calls[0]"),
        (
            [message("assistant", tool_calls=[{"function": {"name": "f", "arguments": {}}}])],
            "messages[0].tool_calls[0].arguments",
        ),
        ([message("assistant", function_call={"arguments": ""})], "messages[0].function_call.name"),
    ],
)
def test_what_is_no_text_is_named(messages: Any, path: str) -> None:
    with pytest.raises(RequestError) as caught:
        prompt_of(messages)
    assert caught.value.path == path
    assert path in str(caught.value)
