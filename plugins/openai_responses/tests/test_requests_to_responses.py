"""Chat requests as Responses requests: what is sent for what."""

from __future__ import annotations

from typing import Any

import pytest

from jackfield.errors import RequestError
from jackfield_openai_responses.chat_to_responses.request import to_responses

HELLO = {"role": "user", "content": "Hello"}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


def sent(passing: bool = False, **params: Any) -> dict[str, Any]:
    """What is sent of parameters beside a message; nothing may be lost."""
    request, lost = to_responses({"messages": [HELLO], **params}, passing=passing)
    assert lost == ()
    assert request.pop("input") == [HELLO]
    return request


def items(*messages: Any, **params: Any) -> Any:
    """What is sent of messages; nothing may be lost."""
    request, lost = to_responses({"messages": [*messages], **params}, passing=False)
    assert lost == ()
    return request["input"]


def lost(passing: bool = False, **params: Any) -> list[tuple[str, str]]:
    _, found = to_responses({"messages": [HELLO], **params}, passing=passing)
    return [(loss.path, loss.kind) for loss in found]


# Parameters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"max_tokens": 5}, {"max_output_tokens": 5}),
        ({"max_completion_tokens": 5}, {"max_output_tokens": 5}),
        ({"max_tokens": 0}, {"max_output_tokens": 0}),
        ({"reasoning_effort": "low"}, {"reasoning": {"effort": "low"}}),
        (
            {"reasoning_effort": {"effort": "low", "summary": "auto"}},
            {"reasoning": {"effort": "low", "summary": "auto"}},
        ),
        (
            {"reasoning_effort": "low", "reasoning": {"summary": "auto"}},
            {"reasoning": {"effort": "low", "summary": "auto"}},
        ),
        ({"response_format": {"type": "text"}}, {"text": {"format": {"type": "text"}}}),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "n", "schema": SCHEMA},
                },
                "verbosity": "low",
            },
            {
                "text": {
                    "format": {"type": "json_schema", "name": "n", "schema": SCHEMA},
                    "verbosity": "low",
                }
            },
        ),
        ({"verbosity": "low", "text": {"x": 1}}, {"text": {"verbosity": "low", "x": 1}}),
        (
            {"logprobs": True, "top_logprobs": 2},
            {"include": ["message.output_text.logprobs"], "top_logprobs": 2},
        ),
        (
            {"logprobs": True, "include": ["reasoning.encrypted_content"]},
            {"include": ["reasoning.encrypted_content", "message.output_text.logprobs"]},
        ),
        ({"logprobs": False}, {}),
        ({"stream": True, "stream_options": {"include_usage": True}}, {"stream": True}),
        (
            {"stream_options": {"include_usage": True, "include_obfuscation": False}},
            {"stream_options": {"include_obfuscation": False}},
        ),
        ({"web_search_options": {}}, {"tools": [{"type": "web_search"}]}),
        (
            {
                "web_search_options": {
                    "search_context_size": "low",
                    "user_location": {"type": "approximate", "approximate": {"city": "Oslo"}},
                }
            },
            {
                "tools": [
                    {
                        "type": "web_search",
                        "search_context_size": "low",
                        "user_location": {"type": "approximate", "city": "Oslo"},
                    }
                ]
            },
        ),
        # The same name there, or nobody's.
        (
            {"temperature": 0.5, "user": "me", "previous_response_id": "resp_1", "x_new": [None]},
            {"temperature": 0.5, "user": "me", "previous_response_id": "resp_1", "x_new": [None]},
        ),
        # What asks for nothing.
        (
            {"n": 1, "stop": [], "logit_bias": {}, "presence_penalty": 0.0, "modalities": ["text"]},
            {},
        ),
        ({"seed": None, "max_tokens": None, "tools": None, "response_format": None}, {}),
        # A value of the wrong shape: the API says what is wrong with it.
        (
            {"tools": "all", "text": 1, "include": "x", "web_search_options": True},
            {"tools": "all", "text": 1, "include": "x", "web_search_options": True},
        ),
    ],
)
def test_parameters(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert sent(**given) == wanted


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ({"max_tokens": 5, "max_completion_tokens": 6}, ["max_tokens"]),
        ({"reasoning_effort": "low", "reasoning": {"effort": "high"}}, ["reasoning_effort.effort"]),
        ({"verbosity": "low", "text": {"verbosity": "high"}}, ["text.verbosity"]),
        ({"tool_choice": "auto", "function_call": "none"}, ["function_call"]),
        ({"tools": "all", "functions": [{"name": "f"}]}, ["functions"]),
        ({"n": 2, "seed": 1, "stop": ["x"]}, ["n", "seed", "stop"]),
        ({"modalities": ["text", "audio"], "audio": {"voice": "alloy"}}, ["modalities", "audio"]),
    ],
)
def test_what_is_left_out_is_said(given: dict[str, Any], paths: list[str]) -> None:
    assert lost(**given) == [(path, "dropped") for path in paths]


def test_the_newer_name_of_the_limit_wins() -> None:
    request, _ = to_responses({"max_tokens": 5, "max_completion_tokens": 6}, passing=False)
    assert request == {"max_output_tokens": 6}


def test_passing_sends_what_has_no_place() -> None:
    given = {"n": 2, "stop": "x", "seed": 1, "presence_penalty": 0, "prediction": {"type": "c"}}
    assert sent(passing=True, **given) == given


def test_parameters_keep_their_order() -> None:
    given = {"x": 1, "max_tokens": 5, "messages": [HELLO], "tools": [], "a": 2, "verbosity": "low"}
    request, _ = to_responses(given, passing=False)
    assert list(request) == ["x", "max_output_tokens", "input", "tools", "a", "text"]


def test_input_beside_messages_is_an_error() -> None:
    with pytest.raises(RequestError, match="beside messages"):
        to_responses({"messages": [HELLO], "input": "Hello"}, passing=False)


# Tools ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        # Strict is the default in Responses and not in chat, so it is always said.
        (
            {"type": "function", "function": {"name": "f", "parameters": SCHEMA}},
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False},
        ),
        (
            {"type": "function", "function": {"name": "f", "strict": None}},
            {"type": "function", "name": "f", "parameters": None, "strict": False},
        ),
        (
            {"type": "function", "function": {"name": "f", "parameters": SCHEMA, "strict": True}},
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": True},
        ),
        (
            {"type": "custom", "custom": {"name": "c", "format": {"type": "text"}}},
            {"type": "custom", "name": "c", "format": {"type": "text"}},
        ),
        (
            {
                "type": "custom",
                "custom": {
                    "name": "c",
                    "format": {
                        "type": "grammar",
                        "grammar": {"syntax": "lark", "definition": "x"},
                    },
                },
            },
            {
                "type": "custom",
                "name": "c",
                "format": {"type": "grammar", "syntax": "lark", "definition": "x"},
            },
        ),
        # Hosted, flat already, unknown: as they are.
        *(
            (tool, tool)
            for tool in (
                {"type": "mcp", "server_label": "d", "server_url": "https://example.com/"},
                {"type": "function", "name": "f", "parameters": SCHEMA},
                {"type": "x_tool", "x": None},
                "no tool",
            )
        ),
    ],
)
def test_tools(given: Any, wanted: Any) -> None:
    assert sent(tools=[given]) == {"tools": [wanted]}


def test_functions_in_the_legacy_form_are_tools() -> None:
    assert sent(functions=[{"name": "f", "parameters": SCHEMA}], function_call={"name": "f"}) == {
        "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}],
        "tool_choice": {"type": "function", "name": "f"},
    }
    assert sent(function_call="none") == {"tool_choice": "none"}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("required", "required"),
        ({"type": "function", "function": {"name": "f"}}, {"type": "function", "name": "f"}),
        ({"type": "custom", "custom": {"name": "c"}}, {"type": "custom", "name": "c"}),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "auto",
                    "tools": [
                        {"type": "function", "function": {"name": "f"}},
                        {"type": "mcp", "server_label": "d"},
                    ],
                },
            },
            {
                "type": "allowed_tools",
                "mode": "auto",
                "tools": [
                    {"type": "function", "name": "f"},
                    {"type": "mcp", "server_label": "d"},
                ],
            },
        ),
        ({"type": "web_search_preview"}, {"type": "web_search_preview"}),
    ],
)
def test_the_choice_among_tools(given: Any, wanted: Any) -> None:
    assert sent(tool_choice=given) == {"tool_choice": wanted}


# Messages ---------------------------------------------------------------------------------------


def test_a_leading_system_message_is_the_instructions() -> None:
    system = {"role": "system", "content": "Be brief."}
    request, _ = to_responses({"messages": [system, HELLO]}, passing=False)
    assert request == {"instructions": "Be brief.", "input": [HELLO]}


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "developer", "content": "Be brief."}, HELLO],
        [{"role": "system", "content": "Be brief."}],
        [HELLO, {"role": "system", "content": "Be brief."}],
    ],
)
def test_other_instructions_stay_where_they_are(messages: list[Any]) -> None:
    request, _ = to_responses({"messages": messages}, passing=False)
    assert request == {"input": messages}


def test_instructions_in_parts_stay_where_they_are() -> None:
    system = {"role": "system", "content": [{"type": "text", "text": "Be brief."}]}
    part = {"type": "input_text", "text": "Be brief."}
    assert items(system, HELLO) == [{"role": "system", "content": [part]}, HELLO]


def test_only_the_first_of_several_is_the_instructions() -> None:
    messages = [{"role": "system", "content": text} for text in ("One.", "Two.")]
    request, _ = to_responses({"messages": [*messages, HELLO]}, passing=False)
    assert request == {"instructions": "One.", "input": [messages[1], HELLO]}
    given = {"messages": [*messages, HELLO], "instructions": "Zero."}
    request, _ = to_responses(given, passing=False)
    assert request == {"instructions": "Zero.", "input": [*messages, HELLO]}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"type": "text", "text": "x"}, {"type": "input_text", "text": "x"}),
        (
            {"type": "text", "text": "x", "prompt_cache_breakpoint": {"mode": "explicit"}},
            {"type": "input_text", "text": "x", "prompt_cache_breakpoint": {"mode": "explicit"}},
        ),
        (
            {"type": "image_url", "image_url": {"url": "https://e.org/a", "detail": "low"}},
            {"type": "input_image", "image_url": "https://e.org/a", "detail": "low"},
        ),
        (
            {"type": "image_url", "image_url": "https://e.org/a"},
            {"type": "input_image", "image_url": "https://e.org/a", "detail": "auto"},
        ),
        (
            {"type": "file", "file": {"file_data": "data:,", "filename": "a.pdf"}},
            {"type": "input_file", "file_data": "data:,", "filename": "a.pdf"},
        ),
        ({"type": "file", "file": {"file_id": "f"}}, {"type": "input_file", "file_id": "f"}),
        (
            {"type": "file", "file": {"file_id": "https://e.org/a.pdf"}},
            {"type": "input_file", "file_url": "https://e.org/a.pdf"},
        ),
        *(
            (part, part)
            for part in (
                {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
                {"type": "input_text", "text": "already"},
                {"type": "video_url", "video_url": {"url": "https://e.org/a"}},
                {"type": "image_url", "image_url": {"type": "x"}},
                "no part",
            )
        ),
    ],
)
def test_parts(given: Any, wanted: Any) -> None:
    assert items({"role": "user", "content": [given]}) == [{"role": "user", "content": [wanted]}]
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}
    found = items(
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": [given]},
    )
    assert found[1] == {"type": "function_call_output", "call_id": "c", "output": [wanted]}


def test_calls_and_results_of_both_kinds_of_tools() -> None:
    calls = [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "b", "type": "custom", "custom": {"name": "g", "input": "x"}},
    ]
    assert items(
        {"role": "assistant", "content": "Let me look.", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "b", "content": "1"},
        {"role": "tool", "tool_call_id": "a", "content": "2", "name": "f"},
        {"role": "assistant", "content": "Done."},
    ) == [
        {"role": "assistant", "content": "Let me look."},
        {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "b", "name": "g", "input": "x"},
        {"type": "custom_tool_call_output", "call_id": "b", "output": "1"},
        {"type": "function_call_output", "call_id": "a", "output": "2", "name": "f"},
        {"role": "assistant", "content": "Done."},
    ]


def test_an_id_used_again_is_of_the_later_call() -> None:
    custom = {"id": "a", "type": "custom", "custom": {"name": "g", "input": ""}}
    function = {"id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}
    result = {"role": "tool", "tool_call_id": "a", "content": ""}
    found = items(
        {"role": "assistant", "tool_calls": [custom]},
        result,
        {"role": "assistant", "tool_calls": [function]},
        result,
    )
    assert [item["type"] for item in found] == [
        "custom_tool_call",
        "custom_tool_call_output",
        "function_call",
        "function_call_output",
    ]


def test_calls_in_the_legacy_form_get_ids() -> None:
    taken = {"id": "call_0", "type": "function", "function": {"name": "g", "arguments": ""}}
    found = items(
        {"role": "assistant", "tool_calls": [taken]},
        {"role": "tool", "tool_call_id": "call_0", "content": ""},
        {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": None},
    )
    assert found[2:] == [
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": ""},
    ]


def test_refusals_and_texts_in_parts() -> None:
    parts = [{"type": "text", "text": "No."}, {"type": "refusal", "refusal": "I won't."}]
    text = {"type": "output_text", "text": "No.", "annotations": []}
    assert items({"role": "assistant", "content": parts}) == [
        {"type": "message", "role": "assistant", "content": [text, parts[1]]}
    ]


def test_items_among_messages_are_sent_as_they_are() -> None:
    answer = {"type": "mcp_approval_response", "approval_request_id": "r", "approve": True}
    assert items(HELLO, answer, "no message") == [HELLO, answer, "no message"]


def test_messages_that_are_no_list_are_sent_as_they_are() -> None:
    assert to_responses({"messages": "Hello"}, passing=False) == ({"input": "Hello"}, ())


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ({"role": "user", "content": "x", "name": "ann"}, "name"),
        ({"role": "assistant", "content": "x", "name": "ann"}, "name"),
        ({"role": "assistant", "content": "x", "audio": {"id": "audio_1"}}, "audio"),
        ({"role": "assistant", "content": "x", "reasoning_content": "y"}, "reasoning_content"),
        ({"role": "assistant", "content": "x", "prefix": True}, "prefix"),
        (
            {
                "role": "assistant",
                "tool_calls": [
                    {"id": "a", "function": {"name": "f", "arguments": "", "x": 1}},
                ],
            },
            "tool_calls[0].function.x",
        ),
    ],
)
def test_fields_of_messages_without_a_place(message: dict[str, Any], path: str) -> None:
    request, found = to_responses({"messages": [message]}, passing=False)
    assert [(loss.path, loss.kind) for loss in found] == [(f"messages[0].{path}", "dropped")]
    assert path.rpartition(".")[2] not in request["input"][0]
    request, found = to_responses({"messages": [message]}, passing=True)
    assert found == ()
    assert path.rpartition(".")[2] in request["input"][0]


def test_what_says_nothing_is_left_out_without_a_word() -> None:
    empty: dict[str, Any] = {
        "function_call": None,
        "audio": None,
        "annotations": [],
        "refusal": None,
        "tool_calls": None,
        "name": None,
        "provider_specific_fields": {"citations": ["x"]},
    }
    assert items({"role": "assistant", "content": "x", **empty}) == [
        {"role": "assistant", "content": "x"}
    ]
    assert items(HELLO, {"role": "assistant", "content": None}) == [HELLO]


def test_without_a_store_reasoning_that_cant_be_found_stays_out() -> None:
    lost_one = {"type": "reasoning", "id": "rs_1", "summary": []}
    sealed = {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "g"}
    entry = {"type": "function_call", "id": "fc_1", "status": "completed", "call_id": "a"}
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [call],
        "reasoning_items": [lost_one],
        "provider_specific_fields": {
            "items": [{"type": "reasoning"}, {**entry, "name": None, "arguments": None}]
        },
    }
    item = {**entry, "name": "f", "arguments": ""}
    assert items(HELLO, message) == [HELLO, lost_one, item]
    request, found = to_responses({"messages": [message], "store": False}, passing=False)
    del item["id"]
    assert request["input"] == [item]
    assert [loss.path for loss in found] == ["messages[0].reasoning_items"]
    kept = {**message, "reasoning_items": [sealed]}
    assert items(kept, store=False) == [sealed, {**item, "id": "fc_1"}]


REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "g"}
THOUGHT = {"role": "assistant", "content": None, "reasoning_items": [REASONING]}
ANSWER = {"role": "assistant", "content": "x"}
RESULT = {"role": "tool", "tool_call_id": "a", "content": "1"}


@pytest.mark.parametrize(
    ("messages", "paths", "kept"),
    [
        ([HELLO, THOUGHT], [1], 0),
        ([HELLO, THOUGHT, HELLO], [1], 0),
        ([THOUGHT, HELLO, THOUGHT, THOUGHT, RESULT], [0, 2, 3], 0),
        # Something follows it.
        ([HELLO, THOUGHT, ANSWER], [], 1),
        ([HELLO, THOUGHT, {"role": "assistant", "content": None}, ANSWER], [], 1),
        ([THOUGHT, THOUGHT, ANSWER, HELLO], [], 2),
        ([THOUGHT, {"type": "function_call", "call_id": "a", "name": "f"}], [], 1),
        ([THOUGHT, {"type": "function_call_output", "call_id": "a", "output": ""}], [0], 0),
        # What is an item already is as it is.
        ([HELLO, REASONING], [], 1),
    ],
)
def test_reasoning_that_nothing_follows_stays_out(
    messages: list[Any], paths: list[int], kept: int
) -> None:
    request, found = to_responses({"messages": messages}, passing=False)
    assert [loss.path for loss in found] == [f"messages[{at}].reasoning_items" for at in paths]
    assert sum(item.get("type") == "reasoning" for item in request["input"]) == kept
    request, found = to_responses({"messages": messages}, passing=True)
    assert sum(item.get("type") == "reasoning" for item in request["input"]) == kept + len(paths)
    assert found == ()


@pytest.mark.parametrize("calls", ["x", {"id": "a"}, 7])
def test_calls_that_are_no_list_are_said_to_be_lost(calls: Any) -> None:
    message = {"role": "assistant", "content": "x", "tool_calls": calls}
    request, found = to_responses({"messages": [message]}, passing=False)
    assert request["input"] == [ANSWER]
    assert [(loss.path, loss.kind) for loss in found] == [("messages[0].tool_calls", "dropped")]
    request, found = to_responses({"messages": [message]}, passing=True)
    assert request["input"][0]["tool_calls"] == calls
    assert found == ()
