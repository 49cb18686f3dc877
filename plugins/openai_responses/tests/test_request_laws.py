"""Requests of the bridge, whatever they hold: what crosses comes back, nothing goes silently."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jackfield.errors import RequestError
from jackfield_openai_responses.chat_to_responses.request import to_responses
from jackfield_openai_responses.losses import TO_CHAT, TO_RESPONSES, Direction, rows
from jackfield_openai_responses.responses_to_chat.request import to_chat
from jackfield_testing.laws import bridge_requests as laws
from jackfield_testing.strategies import conversations, json_values

CHAT = conversations.bridged_chat_params()
RESPONSES = conversations.responses_params()


@given(CHAT)
def test_a_chat_request_comes_back_as_it_was(params: dict[str, Any]) -> None:
    laws.chat_comes_back(to_responses, to_chat, params)


@given(RESPONSES)
def test_a_responses_request_comes_back_as_it_was(params: dict[str, Any]) -> None:
    laws.responses_come_back(to_chat, to_responses, params)


@given(CHAT)
def test_a_chat_request_says_the_same_to_responses(params: dict[str, Any]) -> None:
    request, _ = laws.crosses_purely(to_responses, params, passing=False)
    laws.says_the_same(params, request)


@given(RESPONSES)
def test_a_responses_request_says_the_same_to_a_chat_model(params: dict[str, Any]) -> None:
    request, _ = laws.crosses_purely(to_chat, params, passing=False)
    laws.says_the_same(request, params)


QUIET: dict[Direction, str] = {
    # Types and roles have other words on the other side; the rest is in the table as not carried.
    TO_RESPONSES: r"(.*\.)?(type|role)|logprobs|stream_options\.include_usage"
    r"|tools\[\]\.function\.strict",
    TO_CHAT: r"(.*\.)?(type|role)|input\[\]\.(id|status|phase)|tools\[\]\.strict|include\[\]",
}
"""Paths of which nothing has to be said."""


def _neutral(direction: Direction) -> Any:
    neutral = {row.name: row.neutral for row in rows(direction, "request", "parameter")}

    def quiet(path: str, value: Any) -> bool:
        found = neutral.get(path.removesuffix("[]"), ())
        asks_nothing = value in found or [value] in found
        return asks_nothing or re.fullmatch(QUIET[direction], path) is not None

    return quiet


@given(CHAT)
def test_nothing_of_a_chat_request_goes_silently(params: dict[str, Any]) -> None:
    laws.nothing_goes_silently(to_responses, params, _neutral(TO_RESPONSES))


@given(RESPONSES)
def test_nothing_of_a_responses_request_goes_silently(params: dict[str, Any]) -> None:
    laws.nothing_goes_silently(to_chat, params, _neutral(TO_CHAT))


_WORD = """
role type content tool_calls function_call id name arguments input output call_id function custom
image_url file url file_id summary reasoning_items provider_specific_fields items output_items
refusal annotations text format grammar strict user_location tools mode json_schema effort
allowed_tools assistant user system tool message reasoning output_text input_image input_file
input_text function_call_output custom_tool_call web_search
"""
_NAME = """
tools tool_choice functions function_call response_format verbosity reasoning_effort reasoning text
include logprobs top_logprobs stream stream_options web_search_options max_tokens max_output_tokens
n stop store instructions x
"""
_WORDS, _NAMES = st.sampled_from(_WORD.split()), st.sampled_from(_NAME.split())
_ODD = st.recursive(
    _WORDS | json_values(max_leaves=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(_NAMES, _ODD, max_size=4), st.lists(_ODD, max_size=3), st.booleans())
def test_whatever_is_given_crosses(params: dict[str, Any], said: list[Any], passing: bool) -> None:
    laws.crosses_purely(to_responses, {**params, "messages": said}, passing=passing)
    with contextlib.suppress(RequestError):  # a reference
        laws.crosses_purely(to_chat, {**params, "input": said}, passing=passing)
