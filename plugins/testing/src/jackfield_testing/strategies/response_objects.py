"""Responses as the Responses API gives them: every kind of item that is common, and what is new."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from jackfield_testing.strategies.json_values import json_values, texts

_COUNTS = st.integers(0, 10**6)
_IDS = st.integers(0, 10**6)
_DONE = st.just("completed")
_STATUSES = st.sampled_from(["in_progress", "completed", "incomplete"])
_ANYTHING = json_values(max_leaves=3)
_ONE_IN_FOUR = st.integers(0, 3).map(lambda n: n == 0)
_TEXTS = texts(max_size=30)
_ARGUMENTS = st.sampled_from(['{"city": "Zürich"}', "{}", "", '{"a": [1, 2']) | _TEXTS


def output_annotations() -> st.SearchStrategy[dict[str, Any]]:
    """An annotation of a text: a citation of a page or a file, or a path."""
    page = {
        "start_index": st.integers(0, 99),
        "end_index": st.integers(0, 99),
        "url": st.just("https://example.com/"),
        "title": texts(max_size=8),
    }
    file = {"file_id": st.just("file_1"), "index": st.integers(0, 99)}
    named = {**file, "filename": st.just("a.txt")}
    return st.one_of(
        st.fixed_dictionaries({"type": st.just("url_citation"), **page}),
        st.fixed_dictionaries({"type": st.just("file_citation"), **named}),
        st.fixed_dictionaries({"type": st.just("file_path"), **file}),
    )


def output_logprobs() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Log probabilities of a text's tokens."""
    entry = {
        "token": texts(max_size=5),
        "logprob": st.floats(-30, 0),
        "bytes": st.lists(st.integers(0, 255), max_size=3),
    }
    top = st.lists(st.fixed_dictionaries(entry), max_size=2)
    return st.lists(st.fixed_dictionaries({**entry, "top_logprobs": top}), max_size=3)


def output_parts() -> st.SearchStrategy[dict[str, Any]]:
    """A part of a message: text or a refusal."""
    text = {
        "type": st.just("output_text"),
        "text": _TEXTS,
        "annotations": st.lists(output_annotations(), max_size=2),
        "logprobs": output_logprobs(),
    }
    refusal = {"type": st.just("refusal"), "refusal": _TEXTS}
    return st.one_of(
        st.fixed_dictionaries(text), st.fixed_dictionaries(text), st.fixed_dictionaries(refusal)
    )


_PARTS = output_parts()
_SUMMARIES = st.fixed_dictionaries({"type": st.just("summary_text"), "text": _TEXTS})
_RAW = st.fixed_dictionaries({"type": st.just("reasoning_text"), "text": _TEXTS})
_SEARCHES = st.fixed_dictionaries(
    {"type": st.just("search"), "query": _TEXTS, "queries": st.lists(_TEXTS, max_size=2)}
)
_LOGS = st.fixed_dictionaries({"type": st.just("logs"), "logs": _TEXTS})


def _item(
    kind: str, prefix: str, optional: dict[str, Any] | None = None, **fields: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    ids = _IDS.map(lambda number: f"{prefix}_{number}")
    shape: dict[str, st.SearchStrategy[Any]] = {"type": st.just(kind), "id": ids, **fields}
    return st.fixed_dictionaries(shape, optional=optional or {})


_CALLED: dict[str, Any] = {
    "call_id": _IDS.map(lambda number: f"call_{number}"),
    "name": st.just("get_weather"),
}
_PHASES = st.sampled_from(["commentary", "final_answer"])

ITEMS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "message": _item(
        "message",
        "msg",
        {"phase": _PHASES},
        status=_STATUSES,
        role=st.just("assistant"),
        content=st.lists(_PARTS, max_size=3),
    ),
    "reasoning": _item(
        "reasoning",
        "rs",
        {
            "content": st.lists(_RAW, max_size=2),
            "encrypted_content": st.none() | st.just("gAAA"),
            "status": _STATUSES,
        },
        summary=st.lists(_SUMMARIES, max_size=3),
    ),
    "function_call": _item(
        "function_call", "fc", status=_STATUSES, arguments=_ARGUMENTS, **_CALLED
    ),
    "custom_tool_call": _item("custom_tool_call", "ctc", input=_TEXTS, **_CALLED),
    "web_search_call": _item("web_search_call", "ws", status=_DONE, action=_SEARCHES),
    "code_interpreter_call": _item(
        "code_interpreter_call",
        "ci",
        status=_DONE,
        container_id=st.just("cntr_1"),
        code=st.none() | _TEXTS,
        outputs=st.none() | st.lists(_LOGS, max_size=2),
    ),
    "image_generation_call": _item(
        "image_generation_call", "ig", status=_DONE, result=st.none() | st.just("iVBORw0KGgo=")
    ),
    "mcp_call": _item(
        "mcp_call",
        "mcp",
        {"output": st.none() | _TEXTS},
        server_label=st.just("docs"),
        name=st.just("search"),
        arguments=_ARGUMENTS,
    ),
    "file_search_call": _item(
        "file_search_call", "fs", status=_DONE, queries=st.lists(_TEXTS, max_size=2)
    ),
}
"""A strategy for each kind of item."""


def output_items(*kinds: str) -> st.SearchStrategy[dict[str, Any]]:
    """An item of the output; of these kinds, or of any in `ITEMS`."""
    return st.one_of([ITEMS[kind] for kind in kinds or ITEMS])


def response_usages() -> st.SearchStrategy[dict[str, Any]]:
    """Token counts."""
    return st.fixed_dictionaries(
        {
            "input_tokens": _COUNTS,
            "input_tokens_details": st.fixed_dictionaries(
                {"cached_tokens": _COUNTS, "cache_write_tokens": _COUNTS}
            ),
            "output_tokens": _COUNTS,
            "output_tokens_details": st.fixed_dictionaries({"reasoning_tokens": _COUNTS}),
            "total_tokens": _COUNTS,
        }
    )


_ENDS: dict[str, dict[str, Any]] = {
    "completed": {},
    "incomplete": {"incomplete_details": {"reason": "max_output_tokens"}},
    "failed": {"error": {"code": "server_error", "message": "it broke"}},
    "cancelled": {},
    "queued": {"background": True},
    "in_progress": {"background": True},
}
_SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "service_tier": st.none() | st.sampled_from(["default", "flex"]),
    "completed_at": st.none() | st.integers(0, 2**31),
    "reasoning": st.just({"effort": "low", "summary": "auto"}),
    "text": st.just({"format": {"type": "text"}, "verbosity": "low"}),
    "previous_response_id": st.none() | st.just("resp_0"),
    "max_output_tokens": st.none() | st.integers(16, 10**6),
    "truncation": st.just("disabled"),
    "conversation": st.none() | st.just({"id": "conv_1"}),
    "vendor": _ANYTHING,
}
_SOME_SETTINGS = st.lists(st.sampled_from(sorted(_SETTINGS)), max_size=4, unique=True)


@st.composite
def responses(
    draw: st.DrawFn, *statuses: str, items: st.SearchStrategy[Any] | None = None
) -> dict[str, Any]:
    """A whole response.

    Args:
        draw: Hypothesis gives it.
        *statuses: those it may have; ``completed`` and ``incomplete`` unless told.
        items: what its output is made of; any items unless told.
    """
    status = draw(st.sampled_from(statuses or ("completed", "completed", "incomplete")))
    response: dict[str, Any] = {
        "id": f"resp_{draw(_IDS)}",
        "object": "response",
        "created_at": draw(st.integers(0, 2**31)),
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": draw(st.sampled_from([{}, {"a": "b"}])),
        "model": draw(st.sampled_from(["gpt-4o-mini-2024-07-18", "gpt-5", "my-model"])),
        "output": draw(st.lists(items or output_items(), max_size=4)),
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": draw(st.none() | response_usages()) if status == "completed" else None,
        **_ENDS[status],
    }
    if response["usage"] is None:
        del response["usage"]
    for name in draw(_SOME_SETTINGS):
        response[name] = draw(_SETTINGS[name])
    return response
