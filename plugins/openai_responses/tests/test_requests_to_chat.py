"""Responses requests as chat requests: what a chat model is asked for what."""

from __future__ import annotations

from typing import Any

import pytest

from jackfield.errors import RequestError
from jackfield_openai_responses.chat_to_responses.request import to_responses
from jackfield_openai_responses.losses import TO_CHAT, rows
from jackfield_openai_responses.responses_to_chat.request import to_chat
from jackfield_testing.strategies.conversations import HOSTED_ITEMS

HELLO = {"role": "user", "content": "Hello"}
GRAMMAR = {"type": "grammar", "grammar": {"syntax": "regex"}}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
CALL = {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "a", "output": "1"}
TOOL_CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
RESULT = {"role": "tool", "tool_call_id": "a", "content": "1"}
TEXT = {"type": "output_text", "text": "Done.", "annotations": []}
DONE = {"type": "message", "role": "assistant", "content": [TEXT]}
SAID = {"role": "assistant", "content": "Done."}


def sent(**params: Any) -> dict[str, Any]:
    """What is sent of parameters beside an input; nothing may be lost."""
    request, lost = to_chat({"input": "Hello", **params})
    assert lost == ()
    assert request.pop("messages") == [HELLO]
    return request


def messages(*items: Any) -> Any:
    """What is sent of items; nothing may be lost."""
    request, lost = to_chat({"input": [*items]})
    assert lost == ()
    return request["messages"]


def lost(*items: Any, **params: Any) -> tuple[Any, list[tuple[str, str]]]:
    """The messages, or what is sent beside them, and what was lost."""
    request, found = to_chat({"input": [*items], **params})
    said = request.pop("messages")
    return said if items else request, [(loss.path, loss.kind) for loss in found]


# Parameters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"max_output_tokens": 5}, {"max_tokens": 5}),
        ({"reasoning": {"effort": "low"}}, {"reasoning_effort": "low"}),
        ({"reasoning": {"effort": None, "summary": None, "context": "auto"}}, {}),
        (
            {"text": {"format": {"type": "json_object"}, "verbosity": "low"}},
            {"response_format": {"type": "json_object"}, "verbosity": "low"},
        ),
        (
            {
                "text": {
                    "format": {
                        "type": "json_schema",
                        "name": "n",
                        "schema": SCHEMA,
                        "strict": None,
                    }
                }
            },
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "n", "schema": SCHEMA, "strict": None},
                }
            },
        ),
        ({"text": {"x": None}}, {"text": {"x": None}}),
        ({"text": {"format": None}}, {}),
        ({"include": ["message.output_text.logprobs"]}, {"logprobs": True}),
        ({"include": []}, {}),
        ({"top_logprobs": 3}, {"logprobs": True, "top_logprobs": 3}),
        ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
        (
            {"stream_options": {"include_obfuscation": False}, "stream": True},
            {
                "stream": True,
                "stream_options": {"include_usage": True, "include_obfuscation": False},
            },
        ),
        ({"store": False}, {"store": False}),
        ({"background": False, "truncation": "disabled", "previous_response_id": None}, {}),
        (
            {"temperature": 0.5, "parallel_tool_calls": False, "user": "me", "x_new": None},
            {"temperature": 0.5, "parallel_tool_calls": False, "user": "me", "x_new": None},
        ),
        ({"text": "x", "tools": 1, "reasoning": "y"}, {"text": "x", "tools": 1, "reasoning": "y"}),
    ],
)
def test_parameters(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert sent(**given) == wanted


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ({"previous_response_id": "resp_1"}, ["previous_response_id"]),
        ({"conversation": "conv_1", "background": True}, ["conversation", "background"]),
        ({"prompt": {"id": "pmpt_1"}, "truncation": "auto"}, ["prompt", "truncation"]),
        ({"reasoning": {"effort": "low", "summary": "auto"}}, ["reasoning.summary"]),
        ({"reasoning": {"mode": "pro", "x": 1}}, ["reasoning.mode", "reasoning.x"]),
        ({"include": ["reasoning.encrypted_content"], "max_tool_calls": 1}, ["include[0]"]),
        ({"max_output_tokens": 5, "max_completion_tokens": 6}, ["max_output_tokens"]),
        ({"text": {"verbosity": "low"}, "verbosity": "high"}, ["text.verbosity"]),
        ({"reasoning": {"effort": "low"}, "reasoning_effort": "high"}, ["reasoning"]),
    ],
)
def test_what_is_left_out_is_said(given: dict[str, Any], paths: list[str]) -> None:
    _, found = lost(**given)
    assert [path for path, kind in found if path != "max_tool_calls"] == paths
    assert {kind for _, kind in found} == {"dropped"}


def test_a_response_that_is_to_be_stored_cant_be_retrieved() -> None:
    assert lost(store=True) == ({"store": True}, [("store", "passed")])


def test_messages_beside_input_are_an_error() -> None:
    with pytest.raises(RequestError, match="beside input"):
        to_chat({"input": "Hello", "messages": [HELLO]})


def test_instructions_are_a_system_message_before_the_input() -> None:
    request, _ = to_chat({"input": [HELLO], "x": 1, "instructions": "Be brief."})
    assert request == {"messages": [{"role": "system", "content": "Be brief."}, HELLO], "x": 1}
    assert to_chat({"instructions": [HELLO]})[0] == {"messages": [HELLO]}


# Tools ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": True},
            {"type": "function", "function": {"name": "f", "parameters": SCHEMA, "strict": True}},
        ),
        (
            {"type": "function", "name": "f", "parameters": None, "strict": False},
            {"type": "function", "function": {"name": "f"}},
        ),
        (
            {"type": "custom", "name": "c", "format": {"type": "grammar", "syntax": "lark"}},
            {
                "type": "custom",
                "custom": {
                    "name": "c",
                    "format": {"type": "grammar", "grammar": {"syntax": "lark"}},
                },
            },
        ),
        ({"type": "x_tool", "x": None}, {"type": "x_tool", "x": None}),
        ("no tool", "no tool"),
    ],
)
def test_tools(given: Any, wanted: Any) -> None:
    assert sent(tools=[given]) == {"tools": [wanted]}


def test_a_web_search_is_an_option_in_chat() -> None:
    tool = {"type": "web_search", "search_context_size": "low", "user_location": {"city": "Oslo"}}
    location = {"type": "approximate", "approximate": {"city": "Oslo"}}
    options = {"search_context_size": "low", "user_location": location}
    assert sent(tools=[tool]) == {"web_search_options": options}
    request, found = lost(tools=[{"type": "web_search_preview"}, {"type": "web_search"}])
    assert request == {"web_search_options": {}}
    assert found == [("tools[0].type", "mapped"), ("tools[1]", "dropped")]


@pytest.mark.parametrize(
    "name", [row.name for row in rows(TO_CHAT, "request", "tool", "unsupported")]
)
def test_hosted_tools_are_left_out(name: str) -> None:
    function = {"type": "function", "name": "f", "strict": True}
    request, found = lost(tools=[{"type": name, "name": "n"}, function])
    assert request == {"tools": [{"type": "function", "function": {"name": "f", "strict": True}}]}
    assert found == [("tools[0]", "dropped")]
    assert lost(tools=[{"type": name}]) == ({}, [("tools[0]", "dropped")])


def test_fields_of_tools_that_only_responses_has() -> None:
    tool = {"type": "function", "name": "f", "defer_loading": True, "allowed_callers": None, "x": 1}
    request, found = lost(tools=[tool])
    function = {"name": "f", "allowed_callers": None, "x": 1}
    assert request == {"tools": [{"type": "function", "function": function}]}
    assert found == [("tools[0].defer_loading", "dropped")]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("auto", "auto"),
        ({"type": "function", "name": "f"}, {"type": "function", "function": {"name": "f"}}),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "custom", "name": "c"}]},
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "auto",
                    "tools": [{"type": "custom", "custom": {"name": "c"}}],
                },
            },
        ),
    ],
)
def test_the_choice_among_tools(given: Any, wanted: Any) -> None:
    assert sent(tool_choice=given) == {"tool_choice": wanted}


def test_a_hosted_tool_cant_be_chosen() -> None:
    assert lost(tool_choice={"type": "mcp", "server_label": "d"}) == (
        {},
        [("tool_choice", "dropped")],
    )
    tools = [{"type": "file_search"}, {"type": "function", "name": "f"}]
    request, found = lost(tool_choice={"type": "allowed_tools", "mode": "auto", "tools": tools})
    assert request["tool_choice"]["allowed_tools"]["tools"] == [
        {"type": "function", "function": {"name": "f"}}
    ]
    assert found == [("tool_choice.tools[0]", "dropped")]


# Items ------------------------------------------------------------------------------------------


def test_a_tool_round() -> None:
    reasoning = {
        "type": "reasoning",
        "id": "rs",
        "summary": [{"type": "summary_text", "text": "?"}],
    }
    call = {**CALL, "id": "fc_1", "status": "completed"}
    assert messages(HELLO, reasoning, call, {**OUTPUT, "status": "completed"}, DONE) == [
        HELLO,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [TOOL_CALL],
            "reasoning_content": "?",
        },
        RESULT,
        SAID,
    ]


def test_calls_at_once_are_one_message_whatever_is_between_them() -> None:
    other = {**CALL, "call_id": "b"}
    between = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "?"}]}
    found = messages(DONE, CALL, between, other, {**OUTPUT, "call_id": "b"}, OUTPUT)
    assert [message["role"] for message in found] == ["assistant", "tool", "tool"]
    assert found[0]["content"] == "Done."
    assert [call["id"] for call in found[0]["tool_calls"]] == ["a", "b"]
    assert [message["tool_call_id"] for message in found[1:]] == ["b", "a"]


def test_a_text_between_a_call_and_its_result_does_not_part_them() -> None:
    found = messages(DONE, CALL, DONE, OUTPUT, DONE)
    assert found == [
        {"role": "assistant", "content": "Done.Done.", "tool_calls": [TOOL_CALL]},
        RESULT,
        SAID,
    ]


def test_two_texts_are_two_messages() -> None:
    between = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "?"}]}
    assert messages(DONE, between, DONE) == [SAID, {**SAID, "reasoning_content": "?"}]


@pytest.mark.parametrize(
    "item",
    [
        DONE,
        {**DONE, "id": "msg_1", "status": "completed", "phase": "final_answer"},
        {"role": "assistant", "content": "Done."},
        {"role": "assistant", "content": [TEXT]},
        {"role": "assistant", "content": [{"type": "input_text", "text": "Done."}]},
        {"role": "assistant", "content": [{**TEXT, "text": "Do"}, {**TEXT, "text": "ne."}]},
        {
            "role": "assistant",
            "content": [{**TEXT, "logprobs": [], "annotations": [{"type": "x"}]}],
        },
    ],
)
def test_a_text_of_the_assistant_in_every_form(item: dict[str, Any]) -> None:
    assert messages(HELLO, item) == [HELLO, SAID]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"type": "input_text", "text": "x"}, {"type": "text", "text": "x"}),
        (
            {"type": "input_image", "image_url": "https://e.org/a", "detail": "low"},
            {"type": "image_url", "image_url": {"url": "https://e.org/a", "detail": "low"}},
        ),
        (
            {
                "type": "input_file",
                "file_url": "https://e.org/a.pdf",
                "prompt_cache_breakpoint": {"mode": "explicit"},
            },
            {
                "type": "file",
                "file": {"file_url": "https://e.org/a.pdf"},
                "prompt_cache_breakpoint": {"mode": "explicit"},
            },
        ),
        (
            {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
            {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
        ),
        ({"type": "x_part", "x": None}, {"type": "x_part", "x": None}),
    ],
)
def test_parts(given: Any, wanted: Any) -> None:
    assert messages({"role": "user", "content": [given]}) == [{"role": "user", "content": [wanted]}]
    assert messages(CALL, {**OUTPUT, "output": [given]})[1] == {**RESULT, "content": [wanted]}


IMAGE_BY_ID = {"type": "input_image", "file_id": "file-1"}


def test_images_that_are_an_id_are_left_out() -> None:
    image = {"type": "input_image", "file_id": "file-1", "detail": "auto"}
    text = {"type": "input_text", "text": "x"}
    said, found = lost({"role": "user", "content": [text, image]})
    assert said == [{"role": "user", "content": [{"type": "text", "text": "x"}]}]
    assert found == [("input[0].content[1]", "dropped")]


@pytest.mark.parametrize("item", HOSTED_ITEMS, ids=lambda item: item["type"])
def test_items_that_chat_has_no_words_for(item: dict[str, Any]) -> None:
    assert lost(HELLO, item, DONE) == ([HELLO, SAID], [("input[1]", "dropped")])
    request, found = to_chat({"input": [HELLO, item, DONE]}, passing=True)
    assert found == ()
    assert request["messages"][1]["provider_specific_fields"]["output_items"] == [item]


@pytest.mark.parametrize(
    "reasoning",
    [
        {"type": "reasoning", "summary": []},
        {"type": "reasoning", "summary": [], "encrypted_content": "gAAAA"},
    ],
)
def test_reasoning_that_cant_be_read_is_left_out(reasoning: dict[str, Any]) -> None:
    assert lost(HELLO, reasoning, CALL, OUTPUT) == (
        [HELLO, {"role": "assistant", "content": None, "tool_calls": [TOOL_CALL]}, RESULT],
        [("input[1]", "dropped")],
    )
    assert lost(HELLO, reasoning, HELLO) == ([HELLO, HELLO], [("input[1]", "dropped")])


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ({**CALL, "namespace": "crm"}, "namespace"),
        ({**CALL, "x": 1}, "x"),
        ({**DONE, "x": 1}, "x"),
        ({**DONE, "content": [TEXT, {"type": "input_image"}]}, "content[1]"),
        ({**DONE, "content": [{**TEXT, "x": 1}]}, "content[0].x"),
        ({**OUTPUT, "caller": {"type": "direct"}}, "caller"),
    ],
)
def test_fields_of_items_without_a_place(item: dict[str, Any], path: str) -> None:
    said, found = lost(item)
    assert found == [(f"input[0].{path}", "dropped")]
    assert path.rpartition(".")[2] not in str(said)


def test_unknown_fields_of_messages_stay() -> None:
    assert messages({"type": "message", **HELLO, "x": None}) == [{**HELLO, "x": None}]


@pytest.mark.parametrize("item", [{"type": "item_reference", "id": "m"}, {"id": "m"}])
def test_references_are_an_error(item: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="no stored items") as caught:
        to_chat({"input": [HELLO, item]}, passing=True)
    assert caught.value.path == "input[1]"


def test_what_is_no_item_is_sent_as_it_is() -> None:
    assert messages(HELLO, "no item") == [HELLO, "no item"]
    assert messages(None, HELLO, None) == [None, HELLO, None]


# Sound ------------------------------------------------------------------------------------------

SPOKEN = {"id": "audio_1", "data": "AAAA", "transcript": "Hi.", "expires_at": 9}
SOUND: dict[str, Any] = {
    "type": "message",
    "id": "msg_1",
    "status": "completed",
    "role": "assistant",
    "content": [],
}


@pytest.mark.parametrize("passing", [False, True])
def test_an_answer_in_audio_is_known_by_its_id(passing: bool) -> None:
    given = [HELLO, {**SOUND, "audio": SPOKEN}, HELLO]
    request, found = to_chat({"input": given}, passing=passing)
    assert found == ()
    turn = request["messages"][1]
    assert turn["audio"] == {"id": "audio_1"}
    if not passing:
        assert turn == {"role": "assistant", "audio": {"id": "audio_1"}}
        return
    back, _ = to_responses(request, passing=True)
    assert back["input"] == given


def test_audio_stands_beside_what_else_was_said() -> None:
    part = {"type": "output_text", "text": "So.", "annotations": []}
    called = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    item = {**SOUND, "content": [part], "audio": SPOKEN}
    (turn,) = messages(item, called)
    assert turn["content"] == "So."
    assert turn["audio"] == {"id": "audio_1"}
    assert [call["id"] for call in turn["tool_calls"]] == ["c"]


def test_audio_without_an_id_is_its_transcript() -> None:
    item = {**SOUND, "audio": {"data": "AAAA", "transcript": "Hi."}}
    said, found = lost(item)
    assert said == [{"role": "assistant", "content": "Hi."}]
    assert found == [("input[0].audio", "mapped")]
    said, found = lost({**SOUND, "audio": {"data": "AAAA"}})
    assert (said, found) == ([], [("input[0].audio", "dropped")])


@pytest.mark.parametrize("content", [[IMAGE_BY_ID], [IMAGE_BY_ID, IMAGE_BY_ID]])
def test_content_of_which_nothing_is_left_is_empty(content: Any) -> None:
    said, found = lost({"role": "user", "content": content})
    assert said == [{"role": "user", "content": ""}]
    assert len(found) == len(content)
    assert messages({"role": "user", "content": []}) == [{"role": "user", "content": []}]
