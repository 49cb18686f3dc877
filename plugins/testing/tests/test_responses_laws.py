"""What holds for every response, whole and streamed."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import material
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.responses.endpoints import made_from
from jackfield_testing.sandbox.responses.shapes import INCLUDES
from jackfield_testing.sandbox.responses.stored import StoredResponse
from jackfield_testing.sandbox.responses.stream import events
from jackfield_testing.sandbox.responses.validation import read_create
from jackfield_testing.sandbox.world import World

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "array", "items": {"type": "integer", "minimum": 3}, "minItems": 1},
    },
    "required": ["city", "days"],
    "additionalProperties": False,
}
FUNCTION = {"type": "function", "name": "get_weather", "parameters": SCHEMA, "strict": True}
TOOLS: dict[str, dict[str, Any]] = {
    "function": FUNCTION,
    "custom": {"type": "custom", "name": "run_code"},
    "web_search": {"type": "web_search"},
    "file_search": {"type": "file_search", "vector_store_ids": ["vs_one", "vs_two"]},
    "code_interpreter": {"type": "code_interpreter", "container": {"type": "auto"}},
    "image_generation": {"type": "image_generation", "partial_images": 2},
    "mcp": {
        "type": "mcp",
        "server_label": "books",
        "server_url": "https://mcp.example.com",
        "require_approval": "never",
    },
    "asking": {"type": "mcp", "server_label": "shelf", "server_url": "https://mcp.example.com"},
    "shell": {"type": "shell"},
    "local_shell": {"type": "local_shell"},
    "apply_patch": {"type": "apply_patch"},
    "computer": {"type": "computer"},
}
FORMATS: list[dict[str, Any]] = [
    {"type": "text"},
    {"type": "json_object"},
    {"type": "json_schema", "name": "trip", "schema": SCHEMA, "strict": True},
]
WORDS = ["[refuse]", "[filter]", "[fail]", "[fail=invalid_prompt]", "[narrate]", "[parts=3]"]
TEXTS = st.sampled_from(
    [
        "What is the weather in Tokyo and San Francisco? Answer as json.",
        "hello, json",
        "Müller — “quoted” 日本語 json 🙂",
        "json" + " many words" * 30,
    ]
)
CALL = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"}
OTHER = [{"role": "user", "content": "And in Rome, as json?"}]
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "17 degrees, json"}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """Valid requests, with every option of the sandbox on or off."""
    model = draw(st.sampled_from(["gpt-4o", "gpt-5", "gpt-5.4", "gpt-oss-120b", "my-model"]))
    words = draw(st.lists(st.sampled_from(WORDS), max_size=2, unique=True))
    text = " ".join([*words, draw(TEXTS)])
    picture = {"type": "input_image", "image_url": "https://example.com/a.png", "detail": "low"}
    content = [{"type": "input_text", "text": text}, picture]
    inputs: list[Any] = [
        text,
        [{"role": "user", "content": text}],
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": content}],
        [{"role": "user", "content": text}, CALL, OUTPUT],
    ]
    request: dict[str, Any] = {"model": model, "input": draw(st.sampled_from(inputs))}
    names = draw(st.lists(st.sampled_from(sorted(TOOLS)), max_size=3, unique=True))
    options: dict[str, st.SearchStrategy[Any]] = {
        "instructions": st.just("Answer as json."),
        "max_output_tokens": st.integers(16, 300),
        "max_tool_calls": st.integers(1, 2),
        "metadata": st.just({"a": "b"}),
        "parallel_tool_calls": st.booleans(),
        "store": st.booleans(),
        "service_tier": st.sampled_from(["auto", "flex"]),
        "text": st.fixed_dictionaries({"format": st.sampled_from(FORMATS)}),
        "tool_choice": st.sampled_from(["auto", "none", *(["required"] if names else [])]),
        "truncation": st.just("auto"),
        "user": st.just("someone"),
    }
    if names:
        request["tools"] = [TOOLS[name] for name in names]
    includes = list(INCLUDES)
    if model == "gpt-4o":
        includes.remove("reasoning.encrypted_content")
        options["temperature"] = st.sampled_from([0, 0.5])
        options["top_logprobs"] = st.integers(0, 3)
    else:
        includes.remove("message.output_text.logprobs")
        options["reasoning"] = st.fixed_dictionaries(
            {
                "effort": st.sampled_from(["low", "medium", "high"]),
                "summary": st.sampled_from([None, "auto", "detailed"]),
            }
        )
    options["include"] = st.lists(st.sampled_from(includes), unique=True)
    for name, values in options.items():
        if draw(st.booleans()):
            request[name] = draw(values)
    return request


def made(request: dict[str, Any]) -> StoredResponse:
    return made_from(read_create(request, World()))


def told(response: StoredResponse) -> list[dict[str, Any]]:
    return list(events(response.streamed(), partial_images=response.partial_images))


@given(requests())
@settings(max_examples=80, deadline=None)
def test_the_same_request_has_the_same_answer_and_is_left_alone(request: dict[str, Any]) -> None:
    before = copy.deepcopy(request)
    body = made(request).now()
    assert request == before
    assert made({**request, "stream": True}).now() == body
    assert made({**request, "stream": False}).now() == body
    other = made({**request, "user": "another"}).now()
    assert other["id"] != body["id"]


@given(requests())
@settings(max_examples=80, deadline=None)
def test_figures_add_up_and_limits_hold(request: dict[str, Any]) -> None:
    body = made(request).now()
    if body["status"] == "failed":
        assert body["usage"] is None
        return
    usage = body["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert usage["output_tokens_details"]["reasoning_tokens"] <= usage["output_tokens"]
    limit = request.get("max_output_tokens")
    if limit is None or {item["type"] for item in body["output"]} - {"message", "reasoning"}:
        return
    if len([item for item in body["output"] if item["type"] == "message"]) < 2:
        assert usage["output_tokens"] <= limit
    if body["status"] == "incomplete" and "filter" not in str(request["input"]):
        assert usage["output_tokens"] == limit
        assert body["incomplete_details"] == {"reason": "max_output_tokens"}


@given(requests())
@settings(max_examples=80, deadline=None)
def test_structured_text_is_what_was_asked_for(request: dict[str, Any]) -> None:
    format = request.get("text", {}).get("format", {"type": "text"})
    body = made(request).now()
    if body["status"] != "completed":
        return
    for item in body["output"]:
        if item["type"] == "function_call":
            jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(item["arguments"]))
        if item["type"] != "message" or item.get("phase") == "commentary":
            continue
        for part in item["content"]:
            if part["type"] == "output_text" and item["id"] == body["output"][-1]["id"]:
                if format["type"] == "json_schema":
                    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(part["text"]))
                if format["type"] == "json_object":
                    assert isinstance(json.loads(part["text"]), dict)


@given(requests())
@settings(max_examples=80, deadline=None)
def test_annotations_and_log_probabilities_fit_their_text(request: dict[str, Any]) -> None:
    for item in made(request).now()["output"]:
        for part in item["content"] if item["type"] == "message" else ():
            if part["type"] != "output_text":
                continue
            for annotation in part["annotations"]:
                if annotation["type"] == "url_citation":
                    cited = part["text"][annotation["start_index"] : annotation["end_index"]]
                    assert annotation["url"] in cited
                else:
                    assert annotation["index"] <= len(part["text"])
            if part["logprobs"]:
                assert "".join(entry["token"] for entry in part["logprobs"]) == part["text"]
                wanted = request.get("top_logprobs", 0)
                assert {len(entry["top_logprobs"]) for entry in part["logprobs"]} == {wanted}


@given(requests(), st.sampled_from(INCLUDES))
@settings(max_examples=80, deadline=None)
def test_including_more_shows_more_of_the_same(request: dict[str, Any], name: str) -> None:
    response = made(request)
    bare, full = response.now(), response.now([name])
    assert [item["id"] for item in bare["output"]] == [item["id"] for item in full["output"]]
    shown = {
        "code_interpreter_call.outputs": ("code_interpreter_call", "outputs"),
        "file_search_call.results": ("file_search_call", "results"),
        "reasoning.encrypted_content": ("reasoning", "encrypted_content"),
    }
    kind, field = shown.get(name, ("", ""))
    asked = name in request.get("include", ())
    for before, after in zip(bare["output"], full["output"], strict=True):
        if after["type"] == kind:
            assert after[field]
            assert bool(before.get(field)) == asked
        elif name == "message.output_text.logprobs" and after["type"] == "message":
            texts = [part for part in after["content"] if part.get("text")]
            assert all("refusal" in part or part["logprobs"] for part in texts)
        elif name == "web_search_call.action.sources" and after["type"] == "web_search_call":
            assert after["action"]["sources"]
            assert ("sources" in before["action"]) == asked
        else:
            assert after == before


GROWING = {
    "response.output_text": "text",
    "response.refusal": "refusal",
    "response.reasoning_text": "text",
    "response.reasoning_summary_text": "text",
    "response.function_call_arguments": "arguments",
    "response.custom_tool_call_input": "input",
    "response.code_interpreter_call_code": "code",
    "response.mcp_call_arguments": "arguments",
}


class Folding:
    """Puts output items together from what their deltas say, in the plainest way there is."""

    def __init__(self) -> None:
        self.open: dict[int, dict[str, Any]] = {}
        self.grown: dict[tuple[Any, ...], str] = {}
        self.done: dict[tuple[Any, ...], Any] = {}
        self.annotations: dict[tuple[Any, ...], list[Any]] = {}
        self.items: list[dict[str, Any]] = []

    def feed(self, event: dict[str, Any]) -> None:
        kind, _, stage = event["type"].rpartition(".")
        where = (
            event.get("output_index"),
            event.get("content_index"),
            event.get("summary_index"),
            kind,
        )
        if event["type"] == "response.output_item.added":
            assert event["output_index"] == len(self.items)
            assert not self.open, "one item at a time"
            self.open[event["output_index"]] = event["item"]
        elif event["type"] == "response.output_item.done":
            begun, ended = self.open.pop(event["output_index"]), event["item"]
            assert begun["id"] == ended["id"]
            assert list(begun) == list(ended)
            assert begun.get("status", "in_progress") == "in_progress"
            self.items.append(ended)
        elif event.get("item_id") is not None:
            assert self.open[event["output_index"]]["id"] == event["item_id"]
        if kind in GROWING and stage == "delta":
            self.grown[where] = self.grown.get(where, "") + event["delta"]
        elif kind in GROWING and stage == "done":
            self.done[where] = event[GROWING[kind]]
        elif event["type"] == "response.output_text.annotation.added":
            place = (event["output_index"], event["content_index"])
            found = self.annotations.setdefault(place, [])
            assert event["annotation_index"] == len(found)
            found.append(event["annotation"])


@given(requests())
@settings(max_examples=100, deadline=None)
def test_a_stream_says_what_the_answer_says(request: dict[str, Any]) -> None:
    response = made({**request, "stream": True})
    body = response.now()
    sent = told(response)
    assert [event["sequence_number"] for event in sent] == list(range(len(sent)))
    folding = Folding()
    for event in sent:
        folding.feed(event)
    assert folding.items == body["output"]
    for where, text in folding.done.items():
        assert folding.grown.get(where, "") == text
    for number, item in enumerate(body["output"]):
        for place, part in enumerate(item.get("content") or ()):
            found = folding.annotations.get((number, place), [])
            assert part.get("annotations", []) == found
    assert [event["type"] for event in sent[:2]] == ["response.created", "response.in_progress"]
    assert sent[0]["response"]["output"] == []
    assert sent[0]["response"]["id"] == body["id"]
    assert sent[-1]["type"] == f"response.{body['status']}"
    assert sent[-1]["response"] == body
    for event in sent:
        if "obfuscation" in event:
            assert (len(event["delta"]) + len(event["obfuscation"])) % 16 == 0
        else:
            assert not event["type"].endswith(".delta")
    plain = list(events(response.streamed(), obfuscated=False, partial_images=2))
    assert not any("obfuscation" in event for event in plain)


@given(requests())
@settings(max_examples=60, deadline=None)
def test_whole_answers_are_of_the_official_shape(request: dict[str, Any]) -> None:
    body = made(request).now()
    validator("Response", relaxed=True).validate(body)
    for item in body["output"]:
        validator("OutputItem").validate(item)


@given(requests())
@settings(max_examples=60, deadline=None)
def test_events_are_of_the_official_shape(request: dict[str, Any]) -> None:
    document = material.schemas(relaxed=True)
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")
    names = {
        found["$ref"].rpartition("/")[2]
        for found in document["$defs"]["ResponseStreamEvent"]["anyOf"]
    }
    kinds = {
        document["$defs"][name]["properties"]["type"]["enum"][0]: name
        for name in names
        if "type" in document["$defs"][name].get("properties", {})
    }
    for event in told(made(request)):
        if "response" not in event and event["sequence_number"] % 5 == 0:
            validator(kinds[event["type"]], relaxed=True).validate(event)
        assert event["type"] in kinds


@given(requests())
@settings(max_examples=100, deadline=None)
def test_items_can_be_sent_back(request: dict[str, Any]) -> None:
    """What a response gave is input for the next request, whole or by its id."""
    world = World()
    response = world.responses.put(made_from(read_create(request, world)))
    output = response.now(["reasoning.encrypted_content"])["output"]
    if output[-1]["type"] == "reasoning":  # the limit let nothing come of it
        with pytest.raises(APIFault, match="required following item"):
            read_create({**request, "input": [*output, *OTHER]}, world)
        return
    answers = [answer_to(item) for item in output if answer_to(item)]
    more = [*answers, *OTHER]
    items = request["input"]
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    whole = read_create({**request, "input": [*items, *output, *more]}, world)
    fields = {**request, "input": more, "previous_response_id": response.id}
    by_id = read_create(fields, world)
    assert [item["type"] for item in whole.items] == [item["type"] for item in by_id.items]
    assert whole.messages == by_id.messages
    made_from(whole)


def answer_to(item: dict[str, Any]) -> dict[str, Any] | None:
    """What a caller answers to an item that waits for an answer."""
    if item["type"] == "mcp_approval_request":
        approval = {"approval_request_id": item["id"], "approve": True}
        return {"type": "mcp_approval_response", **approval}
    outputs: dict[str, Any] = {
        "function_call": "17 degrees",
        "custom_tool_call": "done",
        "shell_call": [{"stdout": "", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
        "computer_call": {"type": "computer_screenshot", "file_id": "file-1"},
    }
    if item["type"] not in outputs:
        return None
    kind = f"{item['type']}_output"
    return {"type": kind, "call_id": item["call_id"], "output": outputs[item["type"]]}


def validator(name: str, *, relaxed: bool = False) -> jsonschema.Draft202012Validator:
    document = material.schemas(relaxed)
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")
    return jsonschema.Draft202012Validator({**document, "$ref": f"#/$defs/{name}"})
