"""Chat results as the API gives them: every field of the reference, and fields it may add."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import strategies as st

from jackfield_testing.strategies.json_values import json_values, texts

_COUNTS = st.integers(0, 10**6)
_UNKNOWN = st.sampled_from(["x_field", "vendor"])


def _tokens() -> st.SearchStrategy[Any]:
    token = texts(max_size=5)
    logprob = st.floats(-30, 0)
    octets = st.none() | st.lists(st.integers(0, 255), max_size=3)
    entry = {"token": token, "logprob": logprob, "bytes": octets}
    top = st.lists(st.fixed_dictionaries(entry), max_size=2)
    return st.lists(st.fixed_dictionaries({**entry, "top_logprobs": top}), max_size=4)


def logprobs() -> st.SearchStrategy[Any]:
    """A choice's log probabilities."""
    return st.none() | st.fixed_dictionaries(
        {"content": st.none() | _tokens(), "refusal": st.none() | _tokens()}
    )


def function_calls() -> st.SearchStrategy[dict[str, Any]]:
    """A function call: a name, and arguments as the model wrote them."""
    arguments = st.sampled_from(['{"city": "Zürich"}', "{}", "", '{"a": [1, 2'])
    return st.fixed_dictionaries(
        {"name": st.sampled_from(["get_weather", "run"]), "arguments": arguments | texts()}
    )


@st.composite
def tool_calls(draw: st.DrawFn) -> dict[str, Any]:
    """A function tool call or a custom one."""
    call: dict[str, Any] = {"id": f"call_{draw(st.integers(0, 9))}"}
    if draw(st.booleans()):
        call |= {"type": "function", "function": draw(function_calls())}
    else:
        call |= {"type": "custom", "custom": {"name": "run", "input": draw(texts())}}
    return call


def citations() -> st.SearchStrategy[dict[str, Any]]:
    """A citation of a page."""
    citation = st.fixed_dictionaries(
        {
            "start_index": st.integers(0, 99),
            "end_index": st.integers(0, 99),
            "url": st.just("https://example.com/"),
            "title": texts(max_size=8),
        }
    )
    return citation.map(lambda found: {"type": "url_citation", "url_citation": found})


def audios() -> st.SearchStrategy[dict[str, Any]]:
    """Audio of an answer."""
    return st.fixed_dictionaries(
        {
            "id": st.just("audio_1"),
            "data": st.binary(max_size=30).map(lambda data: base64.b64encode(data).decode()),
            "transcript": texts(),
            "expires_at": st.integers(0, 2**31),
        }
    )


_SAID = st.none() | texts(max_size=40)
_REFUSED = st.none() | texts()
_ANYTHING = json_values(max_leaves=3)
_ONE_IN_FOUR = st.integers(0, 3).map(lambda n: n == 0)
_MESSAGE: dict[str, st.SearchStrategy[Any]] = {
    "tool_calls": st.lists(tool_calls(), min_size=1, max_size=3),
    "function_call": st.none() | function_calls(),
    "annotations": st.lists(citations(), max_size=2),
    "audio": st.none() | audios(),
    "reasoning_content": texts(max_size=30),
    "provider_specific_fields": st.just({"output_items": [{"type": "x", "n": 1}]}),
}
_SOME_OF_A_MESSAGE = st.lists(st.sampled_from(sorted(_MESSAGE)), max_size=3, unique=True)


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    """An assistant's message."""
    message: dict[str, Any] = {"role": "assistant", "content": draw(_SAID)}
    if draw(st.booleans()):
        message["refusal"] = draw(_REFUSED)
    for name in draw(_SOME_OF_A_MESSAGE):
        message[name] = draw(_MESSAGE[name])
    if draw(_ONE_IN_FOUR):
        message[draw(_UNKNOWN)] = draw(_ANYTHING)
    return message


_ANSWERS = answers()
_LOGPROBS = logprobs()
_FINISH_REASONS = st.sampled_from(
    ["stop", "length", "tool_calls", "content_filter", "function_call"]
)


@st.composite
def choices(draw: st.DrawFn, index: int = 0) -> dict[str, Any]:
    """One choice."""
    choice: dict[str, Any] = {
        "index": index,
        "message": draw(_ANSWERS),
        "logprobs": draw(_LOGPROBS),
        "finish_reason": draw(_FINISH_REASONS),
    }
    if draw(_ONE_IN_FOUR):
        choice[draw(_UNKNOWN)] = draw(_ANYTHING)
    return choice


def usages() -> st.SearchStrategy[dict[str, Any]]:
    """Token counts with details, known and new."""
    prompt = ("audio_tokens", "cached_tokens", "text_tokens", "image_tokens", "cache_write_tokens")
    completion = (
        "accepted_prediction_tokens",
        "audio_tokens",
        "reasoning_tokens",
        "rejected_prediction_tokens",
        "text_tokens",
    )
    return st.fixed_dictionaries(
        {"prompt_tokens": _COUNTS, "completion_tokens": _COUNTS, "total_tokens": _COUNTS},
        optional={
            "prompt_tokens_details": st.none()
            | st.dictionaries(st.sampled_from(prompt), st.none() | _COUNTS, max_size=3),
            "completion_tokens_details": st.none()
            | st.dictionaries(st.sampled_from(completion), st.none() | _COUNTS, max_size=3),
        },
    )


_RESULT: dict[str, st.SearchStrategy[Any]] = {
    "usage": st.none() | usages(),
    "service_tier": st.none() | st.sampled_from(["default", "flex"]),
    "system_fingerprint": st.none() | st.just("fp_1"),
    "metadata": st.just({"a": "b"}),
    "vendor": _ANYTHING,
}
_SOME_OF_A_RESULT = st.lists(st.sampled_from(sorted(_RESULT)), unique=True)


@st.composite
def chat_results(draw: st.DrawFn, *, min_choices: int = 1, max_choices: int = 3) -> dict[str, Any]:
    """A whole chat completion; its choices come in the order of their indices."""
    result: dict[str, Any] = {
        "id": f"chatcmpl-{draw(st.integers(0, 10**6))}",
        "object": "chat.completion",
        "created": draw(st.integers(0, 2**31)),
        "model": draw(st.sampled_from(["gpt-4o-mini", "gpt-5", "my-model"])),
        "choices": [
            draw(choices(index)) for index in range(draw(st.integers(min_choices, max_choices)))
        ],
    }
    for name in draw(_SOME_OF_A_RESULT):
        result[name] = draw(_RESULT[name])
    return result
