"""Chat requests: every parameter of the official ``CreateChatCompletionRequest``, and others."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from jackfield_testing.strategies.json_values import json_objects, json_values, texts
from jackfield_testing.strategies.messages import messages, text_parts
from jackfield_testing.strategies.tools import (
    NAMES,
    json_schemas,
    response_formats,
    tool_choices,
    tools,
)


def _numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high) | st.integers(int(low), int(high))


@cache
def _some_of(*names: str, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), max_size=most, unique=True)


@cache
def _conversations(surrogates: bool) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(messages(surrogates), min_size=1, max_size=3)


def _words(*words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(words)


@cache
def optional_params(surrogates: bool = False) -> dict[str, st.SearchStrategy[Any]]:
    """The values of every official parameter but ``model``, ``messages`` and ``stream``."""
    short = texts(surrogates=surrogates, max_size=12)
    location = st.fixed_dictionaries(
        {"type": st.just("approximate"), "approximate": json_objects(max_leaves=2)}
    )
    return {
        "audio": st.fixed_dictionaries(
            {
                "voice": _words("alloy", "marin") | st.just({"id": "voice_1"}),
                "format": _words("wav", "pcm16"),
            }
        ),
        "frequency_penalty": _numbers(-2, 2),
        "function_call": _words("none", "auto") | st.sampled_from(NAMES).map(lambda n: {"name": n}),
        "functions": st.lists(
            st.fixed_dictionaries(
                {"name": st.sampled_from(NAMES)}, optional={"parameters": json_schemas()}
            ),
            min_size=1,
            max_size=2,
        ),
        "logit_bias": st.dictionaries(st.integers(0, 99).map(str), st.integers(-100, 100)),
        "logprobs": st.booleans(),
        "max_completion_tokens": st.integers(1, 10**6),
        "max_tokens": st.integers(1, 10**6),
        "metadata": st.dictionaries(short, short, max_size=3),
        "modalities": st.lists(_words("text", "audio"), min_size=1, max_size=2),
        "moderation": st.fixed_dictionaries(
            {"model": st.just("omni-moderation-latest")}, optional={"policy": st.none()}
        ),
        "n": st.integers(1, 128),
        "parallel_tool_calls": st.booleans(),
        "prediction": st.fixed_dictionaries(
            {
                "type": st.just("content"),
                "content": short | st.lists(text_parts(surrogates), min_size=1, max_size=2),
            }
        ),
        "presence_penalty": _numbers(-2, 2),
        "prompt_cache_key": short,
        "prompt_cache_options": st.fixed_dictionaries(
            {}, optional={"ttl": _words("1h", "24h"), "mode": _words("auto", "explicit")}
        ),
        "prompt_cache_retention": _words("in_memory", "24h"),
        "reasoning_effort": _words("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        "response_format": response_formats(),
        "safety_identifier": short,
        "seed": st.integers(-(2**63), 2**63 - 1),
        "service_tier": _words("auto", "default", "flex", "scale", "priority", "fast"),
        "stop": short | st.lists(short, min_size=1, max_size=4),
        "store": st.booleans(),
        "stream_options": st.fixed_dictionaries(
            {},
            optional={"include_usage": st.booleans(), "include_obfuscation": st.booleans()},
        ),
        "temperature": _numbers(0, 2),
        "tool_choice": tool_choices(),
        "tools": st.lists(tools(), max_size=3),
        "top_logprobs": st.integers(0, 20),
        "top_p": _numbers(0, 1),
        "user": short,
        "verbosity": _words("low", "medium", "high"),
        "web_search_options": st.fixed_dictionaries(
            {},
            optional={
                "user_location": st.none() | location,
                "search_context_size": _words("low", "medium", "high"),
            },
        ),
    }


@st.composite
def chat_params(
    draw: st.DrawFn, *, surrogates: bool = False, unknown: bool = True, nulls: bool = False
) -> dict[str, Any]:
    """The parameters of a chat call, ``messages`` among them, in any order.

    Args:
        draw: given by Hypothesis.
        surrogates: also lone surrogates in texts.
        unknown: also parameters that no API has, with any JSON as value.
        nulls: also ``None`` for parameters, which is not sent.
    """
    official = optional_params(surrogates)
    names = draw(_some_of(*sorted(official), most=6))
    found: dict[str, Any] = {
        name: None if nulls and draw(st.integers(0, 5)) == 0 else draw(official[name])
        for name in names
    }
    found["messages"] = draw(_conversations(surrogates))
    if unknown:
        for name in draw(_some_of("x_new", "thinking", "élan", most=2)):
            value = draw(json_values(surrogates=surrogates))
            if value is not None or nulls:
                found[name] = value
    order = draw(st.permutations(list(found)))
    return {name: found[name] for name in order}
