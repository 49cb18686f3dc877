"""Conversations as chat and the Responses API take them: whole requests with every kind of thing.

Unlike `chat_params`, whose messages come in any order, these are conversations: a call of a tool is
answered by its result.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from jackfield_testing.strategies.json_values import json_objects, json_values, texts
from jackfield_testing.strategies.messages import parts, text_parts
from jackfield_testing.strategies.requests import optional_params
from jackfield_testing.strategies.results import function_calls
from jackfield_testing.strategies.tools import NAMES, json_schemas, tool_choices, tools

_ROLES = st.sampled_from(["system", "developer", "user"])
_NAMED = st.sampled_from(NAMES)
_URL = st.sampled_from(["https://example.com/a.png", "data:image/png;base64,iVBORw0KGgo="])
_SELDOM = st.integers(0, 3).map(lambda n: n == 0)
_PDF = "data:application/pdf;base64,JVBERg=="


def _object(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(required, optional=optional)


def _unknown(official: bool) -> dict[str, st.SearchStrategy[Any]]:
    """A field that no API has, unless all is to be official."""
    return {} if official else {"x_unknown": json_values(max_leaves=3)}


def _contents(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return texts() | st.lists(of, min_size=1, max_size=3)


# Chat -------------------------------------------------------------------------------------------


@cache
def _chat_parts(official: bool) -> st.SearchStrategy[Any]:
    """Parts of a user's message; images as texts, files by URL, and unknown parts among them."""
    text = st.fixed_dictionaries({"type": st.just("text"), "text": texts()})
    image = _object({"url": _URL}, detail=st.sampled_from(["auto", "low", "high"]))
    file = st.sampled_from(
        [{"file_id": "file-abc"}, {"file_data": _PDF, "filename": "a.pdf"}, {"filename": "a.pdf"}]
    )
    found = (
        text
        | image.map(lambda held: {"type": "image_url", "image_url": held})
        | file.map(lambda held: {"type": "file", "file": held})
    )
    if official:
        return found
    as_text = _URL.map(lambda url: {"type": "image_url", "image_url": url})
    by_url = st.just({"type": "file", "file": {"file_id": "https://example.com/a.pdf"}})
    unknown = _object({"type": st.just("x_part")}, **_unknown(official))
    return found | parts() | as_text | by_url | unknown


@cache
def _told(official: bool) -> st.SearchStrategy[Any]:
    """What the assistant is told: by the system, a developer or a user."""
    text = st.lists(text_parts(), min_size=1, max_size=2) if not official else texts()
    named = {"name": st.just("bob"), **_unknown(official)}
    user = {"role": st.just("user"), "content": _contents(_chat_parts(official))}
    instructed = {"role": _ROLES, "content": texts() | text}
    return _object(user, **named) | _object(instructed, **named)


@cache
def _said(official: bool) -> st.SearchStrategy[Any]:
    """What an assistant's message has beside calls: a text with reasoning, or a refusal."""
    text = st.fixed_dictionaries({"type": st.just("text"), "text": texts()})
    refusal = st.fixed_dictionaries({"type": st.just("refusal"), "refusal": texts(min_size=1)})
    content = texts(min_size=1) | st.lists(text | refusal, min_size=1, max_size=2)
    more = {} if official else {"reasoning_items": st.lists(reasoning_items(), min_size=1)}
    return _object(
        {"role": st.just("assistant"), "content": content},
        refusal=st.none() | texts(min_size=1),
        name=st.just("ann"),
        annotations=st.just([]),
        **more,
        **_unknown(official),
    )


@st.composite
def _calling(draw: st.DrawFn, number: int, official: bool) -> list[dict[str, Any]]:
    """An assistant's message that calls tools, and their results in any order."""
    message = draw(_said(official) | st.just({"role": "assistant", "content": None}))
    held = texts() if official else _contents(parts())
    calls, results = [], []
    for index in range(draw(st.integers(1, 3))):
        call_id = f"call_{number}{index}"
        call: dict[str, Any] = {"id": call_id}
        if draw(st.booleans()):
            call |= {"type": "function", "function": draw(function_calls())}
        else:
            custom = {"name": draw(_NAMED), "input": draw(texts())}
            call |= {"type": "custom", "custom": custom}
        result = {"role": "tool", "tool_call_id": call_id, "content": draw(held)}
        if draw(_SELDOM):
            result["name"] = "get_weather"
        calls.append(call)
        results.append(result)
    return [{**message, "tool_calls": calls}, *draw(st.permutations(results))]


@st.composite
def _calling_as_before(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A function's call and result in the legacy form."""
    call = draw(function_calls())
    result = {"role": "function", "name": call["name"], "content": draw(st.none() | texts())}
    return [{"role": "assistant", "content": None, "function_call": call}, result]


@st.composite
def chat_conversations(draw: st.DrawFn, *, official: bool = False) -> list[dict[str, Any]]:
    """Messages in all roles. Each call has its result; the assistant may speak several times.

    Args:
        draw: given by Hypothesis.
        official: only what the API reference has.
    """
    told, said = _told(official), _said(official)
    messages: list[dict[str, Any]] = draw(st.lists(told, min_size=1, max_size=3))
    for number in range(draw(st.integers(0, 3))):
        messages += draw(
            st.lists(said, min_size=1, max_size=2)
            | _calling(number, official)
            | _calling_as_before()
        )
        if draw(st.booleans()):
            messages.append(draw(told))
    return messages


_HOSTED_TOOLS: tuple[dict[str, Any], ...] = (
    {"type": "code_interpreter", "container": {"type": "auto"}},
    {"type": "file_search", "vector_store_ids": ["vs_1"]},
    {"type": "image_generation"},
    {"type": "mcp", "server_label": "docs", "server_url": "https://example.com/"},
    {"type": "local_shell"},
    {"type": "tool_search"},
    {"type": "web_search_preview", "search_context_size": "low"},
    {"type": "x_tool", "x": None},
)
"""Tools that run at OpenAI, and others that chat does not have; at last one that nobody knows."""


def hosted_tools(*, official: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Tools of Responses that chat does not have."""
    return st.sampled_from(_HOSTED_TOOLS[:-1] if official else _HOSTED_TOOLS)


_RESPONSES_NAMES: dict[str, st.SearchStrategy[Any]] = {
    "previous_response_id": st.just("resp_1"),
    "truncation": st.sampled_from(["auto", "disabled"]),
    "background": st.booleans(),
    "max_tool_calls": st.integers(1, 9),
    "context_management": st.just([{"type": "compaction", "compact_threshold": 1000}]),
    "prompt": st.just({"id": "pmpt_1", "variables": {"a": "b"}}),
}
"""Parameters of Responses that chat has under no name."""

_AS_THE_SCHEMAS_HAVE_THEM: dict[str, st.SearchStrategy[Any]] = {
    "prompt_cache_options": st.just({"ttl": "30m", "mode": "explicit"}),
    "response_format": st.sampled_from([{"type": "text"}, {"type": "json_object"}])
    | st.just(
        {"type": "json_schema", "json_schema": {"name": "answer", "schema": {}, "strict": None}}
    ),
    "web_search_options": st.just({"search_context_size": "low"}),
    "max_tokens": st.integers(16, 10**6),
    "max_completion_tokens": st.integers(16, 10**6),
}
"""Values for parameters that are more than their schemas allow elsewhere."""


@st.composite
def bridged_chat_params(draw: st.DrawFn, *, official: bool = False) -> dict[str, Any]:
    """The parameters of a chat call that may go to the Responses API, in any order.

    All official ones, hosted tools, effort as an object, some of Responses' own, unknown ones.

    Args:
        draw: given by Hypothesis.
        official: only what the API reference has, and hosted tools.
    """
    effort = {"effort": "low", "summary": "auto"}
    location = _object(
        {"type": st.just("approximate"), "approximate": json_objects(max_leaves=2)}
    ) | st.just({"type": "approximate", "approximate": {"city": "Oslo", "country": "NO"}})
    values = {
        **optional_params(),
        **_RESPONSES_NAMES,
        "stream": st.booleans(),
        "reasoning_effort": st.sampled_from(["low", "high", effort, {"effort": "low"}]),
        "tools": st.lists(tools() | hosted_tools(official=official), max_size=4),
        "web_search_options": _object({}, user_location=st.none() | location, **_unknown(official)),
        "include": st.lists(st.just("reasoning.encrypted_content"), max_size=1),
    }
    if official:
        values |= _AS_THE_SCHEMAS_HAVE_THEM
    else:
        values["x_new"] = json_values(max_leaves=3)
    names = draw(st.lists(st.sampled_from(sorted(values)), max_size=7, unique=True))
    found = {name: draw(values[name]) for name in names}
    found["messages"] = draw(chat_conversations(official=official))
    return {name: found[name] for name in draw(st.permutations(list(found)))}


# Responses --------------------------------------------------------------------------------------


@cache
def reasoning_items() -> st.SearchStrategy[dict[str, Any]]:
    """Items of reasoning: encrypted, summarised, or in the open."""
    summary = st.lists(
        st.fixed_dictionaries({"type": st.just("summary_text"), "text": texts()}), max_size=2
    )
    raw = st.lists(
        st.fixed_dictionaries({"type": st.just("reasoning_text"), "text": texts()}), max_size=2
    )
    return _object(
        {"type": st.just("reasoning"), "summary": summary},
        id=st.just("rs_1"),
        encrypted_content=st.none() | st.just("gAAAA"),
        content=raw,
        status=st.just("completed"),
    )


@cache
def input_parts(official: bool = False) -> st.SearchStrategy[Any]:
    """Content parts of input: texts, images and files, as the API has them; unofficially also
    audio, images without a source, what nobody knows."""
    text = _object(
        {"type": st.just("input_text"), "text": texts()},
        prompt_cache_breakpoint=st.just({"mode": "explicit"}),
    )
    detail = st.sampled_from(["auto", "low", "high"])
    image = st.fixed_dictionaries(
        {"type": st.just("input_image"), "image_url": _URL, "detail": detail}
    )
    file = _object(
        {"type": st.just("input_file")},
        file_id=st.just("file-abc"),
        file_url=st.just("https://example.com/a.pdf"),
        file_data=st.just(_PDF),
        filename=texts(max_size=8),
        detail=st.sampled_from(["low", "high"]),
    )
    if official:
        return text | image | file
    odd_image = _object(
        {"type": st.just("input_image")},
        image_url=st.none() | _URL,
        file_id=st.none() | st.just("file-abc"),
        detail=detail | st.just("original"),
        **_unknown(official),
    )
    audio = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
    unknown = _object({"type": st.just("x_part")}, **_unknown(official))
    return text | image | file | odd_image | st.just(audio) | unknown


@cache
def input_messages(official: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Messages of input in the short form and in the full one, the assistant's left out."""
    content = _contents(input_parts(official))
    instructed = {"role": _ROLES, "content": texts()}
    user = {"role": st.just("user"), "content": content}
    full = {"type": st.just("message"), **user}
    numbered = {"id": st.just("msg_1"), "status": st.just("completed")}
    return (
        _object(instructed, **_unknown(official))
        | _object(user, **_unknown(official))
        | _object(full, **numbered)
    )


@cache
def spoken_items(official: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Messages of the assistant in every form."""
    text = _object(
        {"type": st.just("output_text"), "text": texts()},
        annotations=st.just([]),
        logprobs=st.just([]),
        **_unknown(official),
    )
    refusal = st.fixed_dictionaries({"type": st.just("refusal"), "refusal": texts()})
    said = st.lists(text | refusal, min_size=1, max_size=2)
    return _object(
        {"role": st.just("assistant"), "content": texts() | said},
        type=st.just("message"),
        phase=st.sampled_from(["commentary", "final_answer"]),
    ) | _object(
        {"type": st.just("message"), "role": st.just("assistant"), "content": said},
        id=st.just("msg_2"),
        status=st.sampled_from(["completed", "incomplete"]),
        **_unknown(official),
    )


HOSTED_ITEMS: tuple[dict[str, Any], ...] = (
    {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search"}},
    {"type": "code_interpreter_call", "id": "ci_1", "code": "1", "container_id": "c"},
    {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "aGk="},
    {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "docs", "tools": []},
    {"type": "mcp_approval_request", "id": "r_1", "server_label": "d", "name": "n"},
    {"type": "mcp_approval_response", "approval_request_id": "r_1", "approve": True},
    {"type": "computer_call", "id": "cu_1", "call_id": "call_c", "status": "completed"},
    {"type": "computer_call_output", "call_id": "call_c", "output": {"type": "x"}},
    {"type": "tool_search_call", "execution": "server", "arguments": {}, "status": "completed"},
    {"type": "tool_search_output", "execution": "server", "tools": []},
    {"type": "additional_tools", "role": "developer", "tools": []},
    {"type": "compaction", "id": "cmp_1", "encrypted_content": "gAAAA"},
    {"type": "compaction_trigger"},
    {"type": "x_item", "x": [None]},
)
"""Items that a chat message has no words for, one of a type that nobody knows among them."""


@st.composite
def _call_items(draw: st.DrawFn, number: int, official: bool) -> tuple[list[Any], list[Any]]:
    """Items that call tools, with and without ids of their own, and those of the results."""
    held = texts() if official else _contents(input_parts())
    calls, results = [], []
    for index in range(draw(st.integers(1, 3))):
        custom = draw(st.booleans())
        call_id = f"call_{number}{index}"
        call = {"type": "custom_tool_call" if custom else "function_call", "call_id": call_id}
        call |= {"name": draw(_NAMED), "input" if custom else "arguments": draw(texts())}
        if draw(st.booleans()):
            call |= {"id": f"fc_{index}", "status": "completed"}
        if draw(_SELDOM):
            call |= {"namespace": "crm"}
        result: dict[str, Any] = {
            "type": f"{'custom_tool' if custom else 'function'}_call_output",
            "call_id": call_id,
            "output": draw(held),
        }
        if draw(_SELDOM):
            result |= {"id": f"fco_{index}", "status": "completed"}
        calls.append(call)
        results.append(result)
    return calls, draw(st.permutations(results))


@st.composite
def input_items(draw: st.DrawFn, *, official: bool = False) -> list[dict[str, Any]]:
    """Input items of every kind, as a conversation; reasoning and hosted tools anywhere.

    Args:
        draw: given by Hypothesis.
        official: without items, parts and fields that nobody knows.
    """
    messages = input_messages(official)
    items: list[dict[str, Any]] = draw(st.lists(messages, min_size=1, max_size=2))
    hosted = st.sampled_from(HOSTED_ITEMS[:-1] if official else HOSTED_ITEMS)
    between = st.lists(reasoning_items() | hosted, max_size=2)
    for number in range(draw(st.integers(0, 3))):
        items += draw(between)
        items += draw(st.lists(spoken_items(official), max_size=2))
        items += draw(between)
        if draw(st.booleans()):
            calls, results = draw(_call_items(number, official))
            for call in calls:
                items += [call, *draw(between)]
            items += results
        if draw(st.booleans()):
            items.append(draw(messages))
    return items


@cache
def flat_tools(official: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Function tools and custom ones as Responses has them."""
    function = _object(
        {"type": st.just("function"), "name": _NAMED},
        description=texts() if official else st.none() | texts(),
        parameters=st.none() | json_schemas(),
        strict=st.none() | st.booleans(),
        defer_loading=st.booleans(),
        **_unknown(official),
    )
    grammar = {"type": "grammar", "syntax": "regex", "definition": "a+"}
    custom = _object(
        {"type": st.just("custom"), "name": _NAMED},
        description=texts(),
        format=st.sampled_from([{"type": "text"}, grammar]),
    )
    return function | custom


def flat_tool_choices() -> st.SearchStrategy[Any]:
    """Every form of ``tool_choice`` in Responses, hosted tools among them."""

    def flat(choice: Any) -> Any:
        if isinstance(choice, str):
            return choice
        if choice["type"] == "allowed_tools":
            allowed = choice["allowed_tools"]
            return {
                "type": "allowed_tools",
                **allowed,
                "tools": [flat(tool) for tool in allowed["tools"]],
            }
        return {"type": choice["type"], **choice[choice["type"]]}

    hosted = st.sampled_from(
        [{"type": "file_search"}, {"type": "mcp", "server_label": "d"}, {"type": "x_tool"}]
    )
    return tool_choices().map(flat) | hosted


def flat_formats() -> st.SearchStrategy[dict[str, Any]]:
    """Every form of ``text.format``."""
    schema = _object(
        {"type": st.just("json_schema"), "name": st.just("answer"), "schema": json_schemas()},
        description=texts(),
        strict=st.none() | st.booleans(),
    )
    return st.sampled_from([{"type": "text"}, {"type": "json_object"}]) | schema


_IN_BOTH = (
    "metadata",
    "moderation",
    "parallel_tool_calls",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "service_tier",
    "store",
    "temperature",
    "top_logprobs",
    "top_p",
    "user",
)
"""Parameters that chat and Responses have under the same name."""


@st.composite
def responses_params(draw: st.DrawFn, *, official: bool = False) -> dict[str, Any]:
    """The parameters of a Responses call, in any order; unknown ones and nulls among them.

    Args:
        draw: given by Hypothesis.
        official: without what nobody knows.
    """
    in_chat = optional_params()
    included = st.sampled_from(["reasoning.encrypted_content", "message.output_text.logprobs"])
    word = st.sampled_from(["auto", "detailed"])
    search = _object(
        {"type": st.just("web_search")},
        search_context_size=st.just("low"),
        user_location=st.none()
        | _object({"type": st.just("approximate")}, city=st.just("Oslo"), country=st.none()),
        filters=st.just({"allowed_domains": ["example.com"]}),
    )
    values: dict[str, st.SearchStrategy[Any]] = {
        **{name: in_chat[name] for name in _IN_BOTH},
        **_RESPONSES_NAMES,
        "instructions": st.none() | texts(),
        "max_output_tokens": st.integers(16, 10**6),
        "reasoning": _object(
            {},
            effort=st.none() | st.sampled_from(["low", "high"]),
            summary=st.none() | word,
            context=st.sampled_from(["auto", "all_turns"]),
            mode=st.sampled_from(["standard", "pro"]),
        ),
        "text": _object(
            {},
            format=flat_formats(),
            verbosity=st.none() | st.sampled_from(["low", "high"]),
            **_unknown(official),
        ),
        "include": st.lists(included, max_size=2, unique=True),
        "tools": st.lists(
            flat_tools(official) | hosted_tools(official=official) | search, max_size=4
        ),
        "tool_choice": flat_tool_choices(),
        "stream": st.booleans(),
        "stream_options": _object({}, include_obfuscation=st.booleans()),
    }
    if official:
        values["prompt_cache_options"] = _AS_THE_SCHEMAS_HAVE_THEM["prompt_cache_options"]
    else:
        values["x_new"] = json_values(max_leaves=3)
    names = draw(st.lists(st.sampled_from(sorted(values)), max_size=7, unique=True))
    found = {name: draw(values[name]) for name in names}
    found["input"] = draw(texts() | input_items(official=official))
    return {name: found[name] for name in draw(st.permutations(list(found)))}
