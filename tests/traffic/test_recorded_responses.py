"""Every recorded exchange of the Responses API through the library, over a real socket.

As responses they come out as they were. As chat, over the bridge, their answers say in chat's words
what they said; what that is, is worked out here without the library's help.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from material import recorded
from replay import Replay, recorded_events

import jackfield
from jackfield_openai_responses.answers.to_chat import chat_answer
from jackfield_openai_responses.manifest import MANIFEST
from jackfield_openai_responses.responses_to_chat.request import to_chat

ERRORS = {400: jackfield.BadRequestError, 401: jackfield.AuthenticationError}
ENDPOINTS = (
    "/responses",
    "/responses/{id}",
    "/responses/input_tokens",
    "/conversations",
    "/conversations/{id}",
    "/conversations/{id}/items",
)
OPERATIONS = {
    ("/responses", "POST"): "create",
    ("/responses/{id}", "GET"): "retrieve",
    ("/responses/{id}", "DELETE"): "delete",
    ("/responses/input_tokens", "POST"): "count_tokens",
    ("/conversations", "POST"): "conversation_create",
    ("/conversations/{id}", "POST"): "conversation_update",
    ("/conversations/{id}/items", "GET"): "conversation_items",
}
AT_ONCE = 16
SETTINGS: dict[str, Any] = {
    "plugins": ["openai", MANIFEST],
    "api_key": "sk-test",
    "unsupported": "pass",
    "max_retries": 0,
}


@pytest.fixture(scope="module", params=ENDPOINTS)
def replay(request: pytest.FixtureRequest) -> Iterator[Replay]:
    if not recorded(request.param):
        pytest.skip("there is no recorded traffic beside this checkout")
    replay = Replay(request.param)
    with replay.server:
        yield replay


@pytest.fixture(scope="module")
def answers() -> Iterator[Replay]:
    if not recorded("/responses"):
        pytest.skip("there is no recorded traffic beside this checkout")
    replay = Replay("/responses")
    with replay.server:
        yield replay


def asked(record: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a recorded request. Nulls and `stream: false` are not sent."""
    given = record["request"].get("json") or {}
    return {k: v for k, v in given.items() if v is not None and not (k == "stream" and v is False)}


def native(record: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """The model and the arguments of the call on responses that was recorded."""
    arguments = asked(record)
    name = arguments.pop("model", None)
    url = urlsplit(record["request"]["path"])
    segments = [unquote(each) for each in url.path.split("/")]
    if "{id}" in record["ep"]:
        of = segments[-3] if record["ep"].endswith("items") else segments[-2]
        at = -2 if record["ep"].endswith("items") else -1
        arguments[f"{of.removesuffix('s')}_id"] = segments[at]
    operation = OPERATIONS[record["ep"], record["method"]]
    model = None if name is None else f"openai/{name}"
    return model, {"operation": operation, **arguments}


def chat(record: dict[str, Any]) -> tuple[str, dict[str, Any], bool]:
    """A chat call over the bridge with the recorded answer: its name and arguments, and whether
    they say all that the recorded request does.
    """
    given = asked(record)
    name = f"openai/responses/{given.pop('model', None) or 'gpt-4o'}"
    try:
        params, losses = to_chat(given)
    except jackfield.RequestError:
        params, losses = {}, ("no chat call says it",)
    if losses or "messages" not in params:
        params = {"messages": [{"role": "user", "content": "x"}]}
        params |= {"stream": True} if given.get("stream") else {}
    if given.get("stream"):
        params["stream_options"] = {**(params.get("stream_options") or {}), "include_usage": True}
    return name, params, not losses


# Running ------------------------------------------------------------------------------------------


def blocking(count: int, ask: Callable[[Any, int], Any]) -> list[Any]:
    """The outcome of every call on a blocking client, streams as lists."""
    found: list[Any] = []
    with jackfield.Client(**SETTINGS) as client:
        for index in range(count):
            try:
                outcome = ask(client, index)
                found.append(list(outcome) if isinstance(outcome, jackfield.Stream) else outcome)
            except jackfield.JackfieldError as error:
                found.append(error)
    return found


def on_loop(count: int, ask: Callable[[Any, int], Any]) -> list[Any]:
    """The same on asyncio, many at once."""
    found: list[Any] = [None] * count

    async def one(client: jackfield.AsyncClient, index: int) -> None:
        try:
            outcome = await ask(client, index)
            if isinstance(outcome, jackfield.AsyncStream):
                outcome = [chunk async for chunk in outcome]
        except jackfield.JackfieldError as error:
            outcome = error
        found[index] = outcome

    async def main() -> None:
        async with jackfield.AsyncClient(**SETTINGS) as client:
            indices = iter(range(count))

            async def worker() -> None:
                for index in indices:
                    await one(client, index)

            await asyncio.gather(*(worker() for _ in range(AT_ONCE)))

    asyncio.run(main())
    return found


both = pytest.mark.parametrize("run", [blocking, on_loop])


def report(failures: list[str]) -> None:
    assert not failures, f"{len(failures)} differ:\n" + "\n".join(failures[:40])


# As responses -------------------------------------------------------------------------------------


@both
def test_every_recorded_exchange_comes_out_as_it_was(replay: Replay, run: Any) -> None:
    def ask(client: Any, index: int) -> Any:
        model, arguments = native(replay.records[index])
        base_url = replay.base_url(index)
        return client.call("responses", model, base_url=base_url, **arguments)

    outcomes = run(len(replay.records), ask)
    failures = [
        f"{index} {replay.records[index]['id']}: {what}"
        for index, outcome in enumerate(outcomes)
        for what in _differences(replay, index, outcome)
    ]
    report(failures)


def _differences(replay: Replay, index: int, outcome: Any) -> Iterator[str]:
    record = replay.records[index]
    response = record["response"]
    [arrived] = replay.arrived.pop(index, [None])
    wanted = asked(record) if record["method"] == "POST" else None
    if arrived != wanted:
        yield f"the request was {json.dumps(arrived)[:200]}"
    if response["status"] >= 400:
        yield from _differences_of_error(response, outcome)
    elif isinstance(outcome, BaseException):
        yield f"{type(outcome).__name__}: {outcome}"
    elif "sse" in response:
        events = recorded_events(response["sse"])
        if [event.to_dict() for event in outcome] != events:
            yield "the events differ"
        folded = jackfield.stream_chunk_builder(outcome)
        if folded.to_dict() != events[-1]["response"]:
            yield "the folded response differs"
        if folded.output_text != _said(events[-1]["response"])["content"]:
            yield "the text differs"
    elif outcome.to_dict() != response["json"]:
        yield "the result differs"


def _differences_of_error(response: dict[str, Any], outcome: Any) -> Iterator[str]:
    said = response["json"]["error"]
    wanted: type[BaseException] = ERRORS[response["status"]]
    if said.get("code") == "context_length_exceeded":
        wanted = jackfield.ContextWindowExceededError
    if type(outcome) is not wanted:
        yield f"{type(outcome).__name__} where {wanted.__name__} was due"
        return
    for field in ("message", "code", "param", "type"):
        if getattr(outcome, field) != said.get(field):
            yield f"{field} is {getattr(outcome, field)!r}, not {said.get(field)!r}"
    if outcome.status_code != response["status"] or outcome.body != response["json"]:
        yield "the status or the body differs"


# As chat ------------------------------------------------------------------------------------------


def _said(response: dict[str, Any]) -> dict[str, Any]:
    """What a response says: texts, calls, citations with the text that they are about, the rest."""
    found: dict[str, Any] = {
        "content": "",
        "refusal": "",
        "calls": [],
        "reasoning": [],
        "cited": [],
        "reasoning_items": [],
        "other": [],
    }
    for item in response["output"]:
        kind = item["type"]
        if kind == "message":
            for part in item["content"]:
                found["content"] += part.get("text") or ""
                found["refusal"] += part.get("refusal") or ""
                for note in part.get("annotations") or ():
                    if note["type"] == "url_citation":
                        cited = part["text"][note["start_index"] : note["end_index"]]
                        found["cited"].append((note["url"], note["title"], cited))
        elif kind == "function_call":
            found["calls"].append((item["call_id"], item["name"], item["arguments"]))
        elif kind == "custom_tool_call":
            found["calls"].append((item["call_id"], item["name"], item["input"]))
        elif kind == "reasoning":
            found["reasoning_items"].append(item)
            found["reasoning"] += [part["text"] for part in item["summary"]]
            found["reasoning"] += [part["text"] for part in item.get("content") or ()]
        else:
            found["other"].append(item)
    found["reasoning"] = "\n\n".join(found["reasoning"])
    return found


def _said_in_chat(completion: Any) -> dict[str, Any]:
    """The same of a chat completion."""
    [choice] = completion.choices
    message = choice.message
    content = message.content or ""
    kept = message.provider_specific_fields or {}
    return {
        "content": content,
        "refusal": message.refusal or "",
        "calls": [
            (call.id, call.function.name, call.function.arguments)
            if call.type == "function"
            else (call.id, call.custom.name, call.custom.input)
            for call in message.tool_calls or ()
        ],
        "reasoning": message.reasoning_content or "",
        "cited": [
            (note.url_citation.url, note.url_citation.title, content[a:b])
            for note in message.annotations or ()
            if note.type == "url_citation"
            for a, b in [(note.url_citation.start_index, note.url_citation.end_index)]
        ],
        "reasoning_items": message.reasoning_items or [],
        "other": kept.get("output_items") or [],
    }


def _ended(response: dict[str, Any]) -> str | None:
    if response["status"] in ("queued", "in_progress"):
        return None
    if response["status"] == "incomplete":
        reason = response["incomplete_details"]["reason"]
        return "content_filter" if reason == "content_filter" else "length"
    calls = ("function_call", "custom_tool_call")
    called = any(item["type"] in calls for item in response["output"])
    return "tool_calls" if called else "stop"


def _counted(usage: dict[str, Any] | None) -> Any:
    if usage is None:
        return None
    return (
        usage["input_tokens"],
        usage["output_tokens"],
        usage["total_tokens"],
        (usage.get("input_tokens_details") or {}).get("cached_tokens"),
        (usage.get("output_tokens_details") or {}).get("reasoning_tokens"),
    )


def _counted_in_chat(usage: Any) -> Any:
    if usage is None:
        return None
    asked_for, given = usage.prompt_tokens_details, usage.completion_tokens_details
    return (
        usage.prompt_tokens,
        usage.completion_tokens,
        usage.total_tokens,
        asked_for.cached_tokens if asked_for else None,
        given.reasoning_tokens if given else None,
    )


@both
def test_every_recorded_answer_says_the_same_in_chat(answers: Replay, run: Any) -> None:
    whole = 0

    def ask(client: Any, index: int) -> Any:
        name, params, _ = chat(answers.records[index])
        return client.completion(name, base_url=answers.base_url(index), **params)

    outcomes = run(len(answers.records), ask)
    failures = []
    for index, outcome in enumerate(outcomes):
        record = answers.records[index]
        [arrived] = answers.arrived.pop(index)
        failures += [f"{index} {record['id']}: {what}" for what in _unsaid(record, outcome)]
        if chat(record)[2] and arrived == asked(record):
            whole += 1
    report(failures)
    assert whole > 100, f"only {whole} requests arrived as they were recorded"


def _unsaid(record: dict[str, Any], outcome: Any) -> Iterator[str]:
    response = record["response"]
    if response["status"] >= 400:
        yield from _differences_of_error(response, outcome)
        return
    if isinstance(outcome, BaseException):
        yield f"{type(outcome).__name__}: {outcome}"
        return
    if "sse" in response:
        completion = jackfield.stream_chunk_builder(outcome)
        wanted = recorded_events(response["sse"])[-1]["response"]
        yield from _malformed(outcome)
    else:
        completion, wanted = outcome, response["json"]
    said, meant = _said_in_chat(completion), _said(wanted)
    yield from (f"{name}: {said[name]!r}"[:300] for name in meant if said[name] != meant[name])
    if completion.choices[0].finish_reason != _ended(wanted):
        yield f"finish_reason is {completion.choices[0].finish_reason}"
    if _counted_in_chat(completion.usage) != _counted(wanted.get("usage")):
        yield f"usage is {completion.usage}"
    head = (completion.id, completion.model, completion.created, completion.object)
    if head != (wanted["id"], wanted["model"], int(wanted["created_at"]), "chat.completion"):
        yield f"it begins with {head}"


def _malformed(chunks: list[Any]) -> Iterator[str]:
    """What is wrong with a sequence of chunks."""
    if chunks[0].choices[0].delta.role != "assistant":
        yield "the first chunk has no role"
    if len({(chunk.id, chunk.model, chunk.created) for chunk in chunks}) != 1:
        yield "its chunks are of several answers"
    if chunks[-1].choices or chunks[-1].usage is None:
        yield "the last chunk is not the usage"
    finished = [c.choices[0].finish_reason for c in chunks[:-1] if c.choices]
    if any(finished[:-1]) or finished[-1] is None:
        yield f"it finishes with {finished}"
    begun: list[int] = []
    for chunk in chunks[:-1]:
        for call in chunk.choices[0].delta.tool_calls or ():
            if call.get("id") is not None:
                begun.append(call.index)
            elif call.index not in begun:
                yield f"tool call {call.index} was not begun"
    if begun != list(range(len(begun))):
        yield f"tool calls begin in the order {begun}"


@both
def test_every_recorded_stream_folds_to_its_answer(answers: Replay, run: Any) -> None:
    """A stream says what the whole answer says, as the bridge makes it of its last event."""
    streams = [at for at, record in enumerate(answers.records) if "sse" in record["response"]]
    ended = [
        recorded_events(answers.records[at]["response"]["sse"])[-1]["response"] for at in streams
    ]

    def ask(client: Any, number: int) -> Any:
        name, params, _ = chat(answers.records[streams[number]])
        return client.completion(name, base_url=answers.base_url(streams[number]), **params)

    outcomes = run(len(streams), ask)
    failures = []
    for number, outcome in enumerate(outcomes):
        folded = jackfield.stream_chunk_builder(outcome).to_dict()
        if folded != chat_answer(ended[number]):
            failures.append(f"{answers.records[streams[number]]['id']}: {folded}"[:400])
    answers.arrived.clear()
    report(failures)
