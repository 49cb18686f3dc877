"""Messages of a chat request, in every role and with every kind of content."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

from hypothesis import strategies as st

from jackfield_testing.strategies.json_values import json_values, texts

_DATA = st.binary(max_size=12).map(lambda data: base64.b64encode(data).decode())
_BREAKPOINT = st.fixed_dictionaries({"mode": st.just("explicit")})


def _object(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(required, optional={**optional, "x_unknown": json_values()})


def text_parts(surrogates: bool = False) -> st.SearchStrategy[Any]:
    """``text`` parts."""
    return _object(
        {"type": st.just("text"), "text": texts(surrogates=surrogates)},
        {"prompt_cache_breakpoint": _BREAKPOINT},
    )


@cache
def parts(surrogates: bool = False) -> st.SearchStrategy[Any]:
    """Content parts of a user's message: text, image, audio, file, as the API has them."""
    url = st.sampled_from(["https://example.com/a.png", "data:image/png;base64,iVBORw0KGgo="])
    image = _object({"url": url}, {"detail": st.sampled_from(["auto", "low", "high"])})
    audio = _object({"data": _DATA, "format": st.sampled_from(["wav", "mp3"])}, {})
    file = st.fixed_dictionaries(
        {},
        optional={
            "file_id": st.just("file-abc"),
            "file_data": _DATA,
            "filename": texts(max_size=8),
        },
    )
    return (
        text_parts(surrogates)
        | _object({"type": st.just("image_url"), "image_url": image}, {})
        | _object({"type": st.just("input_audio"), "input_audio": audio}, {})
        | _object({"type": st.just("file"), "file": file}, {})
    )


def _contents(surrogates: bool, of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return texts(surrogates=surrogates) | st.lists(of, min_size=1, max_size=3)


@cache
def messages(surrogates: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """One message: developer, system, user, assistant, tool or function."""
    from jackfield_testing.strategies.results import function_calls, tool_calls

    plain = _contents(surrogates, text_parts(surrogates))
    named = {"name": st.sampled_from(["ann", "bob"])}
    refusals = st.fixed_dictionaries(
        {"type": st.just("refusal"), "refusal": texts(surrogates=surrogates)}
    )
    instructions = st.sampled_from(["developer", "system"]).flatmap(
        lambda role: _object({"role": st.just(role), "content": plain}, named)
    )
    user = _object(
        {"role": st.just("user"), "content": _contents(surrogates, parts(surrogates))}, named
    )
    said = _contents(surrogates, text_parts(surrogates) | refusals)
    assistant = _object(
        {"role": st.just("assistant")},
        {
            "content": st.none() | said,
            "refusal": st.none() | texts(),
            "audio": st.none() | st.just({"id": "audio_1"}),
            "tool_calls": st.lists(tool_calls(), min_size=1, max_size=2),
            "function_call": st.none() | function_calls(),
            **named,
        },
    )
    tool = _object(
        {"role": st.just("tool"), "tool_call_id": st.just("call_1"), "content": plain}, {}
    )
    function = _object(
        {"role": st.just("function"), "name": st.just("f"), "content": st.none() | texts()}, {}
    )
    return instructions | user | assistant | tool | function
