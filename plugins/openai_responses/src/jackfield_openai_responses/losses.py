"""The loss table: what does not cross between chat completions and Responses as it was given.

Everything that has no row crosses and comes back as it was. The code that decides on a row looks it
up here, and the reference page of the bridge is made from the same rows (``docs/bridge.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, TypeAlias

import attrs

from jackfield.value import Value
from jackfield_openai_responses.fields import ECHOES

Direction: TypeAlias = Literal["chat → responses", "responses → chat"]
Side: TypeAlias = Literal["request", "answer", "stream"]
Kind: TypeAlias = Literal[
    "parameter", "message field", "content part", "tool", "item", "event", "field"
]
Outcome: TypeAlias = Literal["unsupported", "warning", "kept", "not carried", "error"]

TO_RESPONSES: Direction = "chat → responses"
TO_CHAT: Direction = "responses → chat"


@attrs.frozen(eq=False, repr=False)
class Row(Value):
    """One row.

    Attributes:
        direction: which way it goes.
        side: the request, the whole answer, or the stream.
        kind: what sort of thing it is.
        name: which one: a parameter's name or path, the ``type`` of a part, tool, item or event.
        outcome: ``unsupported`` (the call's policy decides: an error, or left out with a warning),
            ``warning`` (left out, or sent otherwise, with a warning), ``kept`` (in
            ``provider_specific_fields``), ``not carried`` (left out, or written in another form,
            without a word: nothing depends on it), ``error``.
        reason: why, and what happens instead.
        neutral: values that ask for nothing, and are left out without a word.
    """

    direction: Direction
    side: Side
    kind: Kind
    name: str
    outcome: Outcome
    reason: str
    neutral: tuple[Any, ...] = ()


def _rows(
    direction: Direction, side: Side, kind: Kind, outcome: Outcome, *named: tuple[Any, ...]
) -> Iterator[Row]:
    for name, reason, *neutral in named:
        for each in name if isinstance(name, tuple) else (name,):
            yield Row(direction, side, kind, each, outcome, reason, tuple(neutral))


_NO_PARAMETER = "the Responses API has no such parameter"
_HOSTED = "a chat model has no hosted tools"
_SERVER_STATE = "a chat model keeps nothing between calls"
_RECORD = "chat has no place for what a hosted tool did; the assistant's text stays"
_ROUND = "chat has no such calls, and no place for their results"

ROWS: tuple[Row, ...] = (
    # A chat request, sent to the Responses API -------------------------------------------------
    *_rows(
        TO_RESPONSES,
        "request",
        "parameter",
        "unsupported",
        ("n", "a response is one answer", 1),
        ("stop", _NO_PARAMETER, []),
        ("seed", _NO_PARAMETER),
        ("logit_bias", _NO_PARAMETER, {}),
        ("presence_penalty", _NO_PARAMETER, 0),
        ("frequency_penalty", _NO_PARAMETER, 0),
        ("prediction", _NO_PARAMETER),
        ("modalities", "a response is text", ["text"]),
        ("audio", "a response is text"),
    ),
    *_rows(
        TO_RESPONSES,
        "request",
        "parameter",
        "warning",
        ("given twice", "the same thing was given under another name too, and that one counts"),
    ),
    *_rows(
        TO_RESPONSES,
        "request",
        "parameter",
        "not carried",
        ("max_completion_tokens", "sent as max_output_tokens, which comes back as max_tokens"),
        ("functions", "sent as tools"),
        ("function_call", "sent as tool_choice"),
        ("logprobs: false", "left out: that is how Responses turns them off"),
        (
            "stream_options.include_usage",
            "not sent: Responses always reports usage, and the chat stream has it if it was asked",
        ),
        ('reasoning_effort: {"effort": …}', "comes back as the word alone"),
        ("web_search_options", "sent as a web_search tool, after the other tools"),
    ),
    *_rows(
        TO_RESPONSES,
        "request",
        "message field",
        "unsupported",
        ("audio", "a response is text, and chat's audio answers are not known to Responses"),
    ),
    *_rows(
        TO_RESPONSES,
        "request",
        "message field",
        "warning",
        ("name", "messages have no names in Responses, except those of function results"),
        (
            "reasoning_content",
            "another model's reasoning can't be given to this one; reasoning_items can",
        ),
        (
            "reasoning_items",
            "with store=False, reasoning that is neither encrypted nor readable can't be found",
        ),
        ("other fields", "an assistant's turn has no place for it in Responses"),
    ),
    *_rows(
        TO_RESPONSES,
        "request",
        "message field",
        "not carried",
        ('role: "function"', "sent as the result of the call before it, and the call with an id"),
        ("content", "an assistant's text in parts is one text when it comes back"),
        (
            "assistant messages in a row",
            "text, then tool calls, are one turn when they come back; texts stay apart",
        ),
        ("an assistant's message that says nothing", "there is no item for it"),
        ("provider_specific_fields", "not sent, but for what the bridge keeps there"),
    ),
    *_rows(
        TO_RESPONSES,
        "request",
        "content part",
        "not carried",
        ("image_url as a text", "comes back as an object with a url"),
        ("file.file_id with a URL", "sent as file_url, which comes back as such"),
        ("fields beside the object", "come back inside it, but for prompt_cache_breakpoint"),
    ),
    *_rows(
        TO_RESPONSES,
        "request",
        "tool",
        "not carried",
        (
            "function.strict",
            "absent and null are sent as false, which they mean in chat: Responses is strict "
            "unless told otherwise; false comes back as absent",
        ),
        ("function.parameters", "absent is sent as null, which the schema of Responses wants"),
        ("fields beside the object", "come back inside it, but for cache_control"),
    ),
    # A Responses request, sent to a chat model -------------------------------------------------
    *_rows(
        TO_CHAT,
        "request",
        "parameter",
        "unsupported",
        ("previous_response_id", f"{_SERVER_STATE}; send the conversation as input"),
        ("conversation", f"{_SERVER_STATE}; send the conversation as input"),
        ("prompt", "stored prompts are known to OpenAI's Responses API only"),
        ("background", "a chat model answers at once or not at all", False),
        ("truncation", "a chat model takes the whole conversation, or none of it", "disabled"),
        ("context_management", "a chat model compacts nothing"),
        ("reasoning.summary", "chat completions has no reasoning summary"),
        ("reasoning.generate_summary", "chat completions has no reasoning summary"),
        ("reasoning.context", "chat completions has an effort only", "auto"),
        ("reasoning.mode", "chat completions has an effort only", "standard"),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "parameter",
        "warning",
        ("include", "a chat model's answer has none of this"),
        ("max_tool_calls", "it limits hosted tools, and a chat model has none"),
        ("store", "sent as chat's store; the response can't be retrieved or continued", False),
        ("given twice", "the same thing was given under another name too, and that one counts"),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "parameter",
        "not carried",
        ("instructions", "a leading system message, as is one at the beginning of input"),
        ("input as a text", "a user's message"),
        ("max_output_tokens", "sent as max_tokens, the name that every chat server knows"),
        ("top_logprobs", "sent with logprobs, which chat wants beside it"),
        ("stream", "sent with stream_options.include_usage: a response ends with its usage"),
        (("text: {}", "stream_options: {}"), "asks for nothing"),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "tool",
        "unsupported",
        (
            (
                "file_search",
                "computer",
                "computer_use_preview",
                "mcp",
                "code_interpreter",
                "image_generation",
                "local_shell",
                "shell",
                "apply_patch",
                "tool_search",
                "programmatic_tool_calling",
            ),
            _HOSTED,
        ),
        ("namespace", "chat's tools have no namespaces"),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "tool",
        "warning",
        (
            ("web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"),
            "sent as web_search_options, which has no versions",
        ),
        ("a second web search", "chat has one set of web_search_options"),
        (
            ("defer_loading", "output_schema", "allowed_callers"),
            "chat's tools have no such field",
        ),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "tool",
        "not carried",
        ("web_search", "sent as web_search_options, and so last when it comes back"),
        (
            "function.strict",
            "absent stays absent: Responses would adapt the schema and be strict, chat is not; "
            "false is absent, which means the same in chat",
        ),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "item",
        "error",
        ("item_reference", "a chat model has no stored items; send the item itself"),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "item",
        "unsupported",
        (
            ("compaction", "compaction_trigger"),
            "the compacted conversation can be read by OpenAI's Responses API only",
        ),
        ("additional_tools", "chat's tools are the same for the whole conversation"),
        (
            (
                "computer_call",
                "computer_call_output",
                "local_shell_call",
                "local_shell_call_output",
                "shell_call",
                "shell_call_output",
                "apply_patch_call",
                "apply_patch_call_output",
                "mcp_approval_request",
                "mcp_approval_response",
            ),
            _ROUND,
        ),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "item",
        "warning",
        (
            (
                "web_search_call",
                "file_search_call",
                "code_interpreter_call",
                "image_generation_call",
                "mcp_list_tools",
                "mcp_call",
                "tool_search_call",
                "tool_search_output",
                "program",
                "program_output",
            ),
            _RECORD,
        ),
        ("other types", "chat has no place for it"),
        ("reasoning", "a chat model reads none but plain text of it"),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "content part",
        "unsupported",
        ("input_image.file_id", "chat takes images by URL or as data, not by a file's id"),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "content part",
        "warning",
        ("an assistant's other parts", "an assistant's message in chat is text and refusals"),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "field",
        "unsupported",
        ("tool_choice", f"of a hosted tool: {_HOSTED} to choose"),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "field",
        "warning",
        (("namespace", "caller"), "chat has no place for it"),
        ("other fields", "an assistant's message in chat has no place for it"),
    ),
    *_rows(
        TO_CHAT,
        "request",
        "field",
        "not carried",
        (("id", "status"), "of items: the server's own, and nothing in chat reads them"),
        ("phase", "of an assistant's message: chat has no such field"),
        (("annotations", "logprobs"), "of an assistant's text: a model is not given them"),
        ('type: "message"', "a message is one with and without it"),
        ("custom_tool_call_output", "is known as such by its call, which comes before it"),
    ),
    # A Response, as the answer to a chat call --------------------------------------------------
    *_rows(
        TO_CHAT,
        "answer",
        "item",
        "kept",
        ("reasoning", "in reasoning_items as it is, beside its text in reasoning_content"),
        (
            "other types",
            "in provider_specific_fields.output_items as they are: hosted tools' calls, and "
            "items that nobody knows",
        ),
    ),
    *_rows(
        TO_CHAT,
        "answer",
        "field",
        "kept",
        (
            "output[]",
            "in provider_specific_fields.items: the order of the items, their ids, statuses and "
            "fields without a place, where one part ends and the next begins",
        ),
        ("status", "where it is not completed, beside the finish reason that fits it best"),
    ),
    *_rows(
        TO_CHAT,
        "answer",
        "field",
        "not carried",
        (tuple(sorted(ECHOES)), "says again what the request said"),
    ),
    *_rows(
        TO_CHAT,
        "stream",
        "event",
        "kept",
        (
            "events of hosted tools, and of types that nobody knows",
            "in provider_specific_fields.stream_events of a chunk; the folded result is without",
        ),
    ),
    # A chat completion, as the answer to a Responses call --------------------------------------
    *_rows(
        TO_RESPONSES,
        "answer",
        "field",
        "warning",
        ("choices", "a response is one answer: only the first choice is in it"),
    ),
    *_rows(
        TO_RESPONSES,
        "answer",
        "field",
        "kept",
        (
            ("choices[0].message", "choices[0]"),
            "its fields without a place are in provider_specific_fields of the response",
        ),
    ),
)


@cache
def _by_name() -> dict[tuple[Direction, Side, Kind, str], Row]:
    return {(row.direction, row.side, row.kind, row.name): row for row in ROWS}


def find(direction: Direction, side: Side, kind: Kind, name: str) -> Row | None:
    """The row of that name, or None: then it crosses."""
    return _by_name().get((direction, side, kind, name))


def row(direction: Direction, side: Side, kind: Kind, name: str) -> Row:
    """The row of that name, which there is."""
    return _by_name()[direction, side, kind, name]


def rows(
    direction: Direction,
    side: Side | None = None,
    kind: Kind | None = None,
    outcome: Outcome | None = None,
) -> Iterator[Row]:
    """The rows of a direction, in the table's order; of one side, kind and outcome if given."""
    for each in ROWS:
        if (
            each.direction == direction
            and side in (None, each.side)
            and kind in (None, each.kind)
            and outcome in (None, each.outcome)
        ):
            yield each
