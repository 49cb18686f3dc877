"""Text completions as chat: whole answers, streams, log probabilities."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import material
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield import surfaces
from jackfield.discovery import Plugin
from jackfield.envelope import END, Call, Event, WireResponse
from jackfield.errors import StreamInterruptedError
from jackfield.registry import Registry
from jackfield_openai_text import hooks
from jackfield_openai_text.manifest import MANIFEST
from jackfield_testing import laws, strategies

REGISTRY = Registry(
    [
        Plugin("openai-text", "jackfield-openai-text", manifest=MANIFEST),
        Plugin("surfaces", "jackfield", manifest=surfaces.MANIFEST),
    ]
)
MODEL = "davinci-002"
PARAMS = {"messages": [{"role": "user", "content": "Hello"}]}
CALL = Call("chat", MODEL, PARAMS)
Case = tuple[dict[str, Any], list[dict[str, Any]]]


def answer_to(raw: Any, **params: Any) -> laws.Outcome:
    reply = laws.Reply(body=json.dumps(raw).encode())
    given = {**PARAMS, **params}
    upstream = laws.Upstream(reply)
    stream = bool(params.get("stream"))
    return laws.ask(given, upstream, model=MODEL, registry=REGISTRY, stream=stream)


def read(pieces: Any) -> laws.Outcome:
    reply = laws.Reply(headers={"content-type": "text/event-stream"}, body=list(pieces))
    given = {**PARAMS, "stream": True}
    return laws.ask(given, laws.Upstream(reply), model=MODEL, registry=REGISTRY, stream=True)


# Laws -------------------------------------------------------------------------------------------


@given(strategies.text_chunk_sequences())
def test_the_folded_stream_is_the_answer(case: Case) -> None:
    result, chunks = case
    laws.streams_alike(hooks, CALL, result, chunks)


@given(strategies.text_chunk_sequences(), strategies.encodings(), st.data())
def test_it_is_however_its_bytes_are_cut(
    case: Case, encoding: strategies.Encoding, data: st.DataObject
) -> None:
    result, chunks = case
    stream = encoding.encode([*(json.dumps(chunk).encode() for chunk in chunks), b"[DONE]"])
    outcome = laws.cutting_changes_nothing(data.draw(strategies.cuts(stream)), read)
    assert outcome.error is None
    laws.folds_back(surfaces.CHAT, outcome.value, answer_to(result).value)


@given(strategies.text_results())
def test_an_answer_keeps_everything_but_its_shape(result: dict[str, Any]) -> None:
    chat = answer_to(result).value
    assert list(chat) == list(result)
    assert chat["object"] == "chat.completion"
    for key, value in result.items():
        if key not in ("object", "choices"):
            assert laws.identical(chat[key], value)
    for choice, text in zip(chat["choices"], result["choices"], strict=True):
        assert choice["message"] == {"role": "assistant", "content": text["text"], "refusal": None}
        for key in text.keys() - {"text", "logprobs"}:
            assert laws.identical(choice[key], text[key])
        _logged_alike(choice["logprobs"], text["logprobs"])


def _logged_alike(chat: Any, text: Any) -> None:
    if text is None:
        assert chat is None
        return
    assert chat["refusal"] is None
    assert [entry["token"] for entry in chat["content"]] == text["tokens"]
    assert [entry["logprob"] for entry in chat["content"]] == text["token_logprobs"]
    for entry, ranked in zip(
        chat["content"], text["top_logprobs"] or [None] * len(text["tokens"]), strict=True
    ):
        found = entry["top_logprobs"]
        assert {each["token"]: each["logprob"] for each in found} == (ranked or {})
        assert [e["logprob"] for e in found] == sorted((ranked or {}).values(), reverse=True)
        for each in (entry, *found):
            if each["token"].startswith("bytes:"):
                assert each["bytes"] is None
            else:
                assert bytes(each["bytes"]).decode() == each["token"]


@given(strategies.text_results(max_choices=2))
def test_an_answer_satisfies_the_official_schema(result: dict[str, Any]) -> None:
    document = material.schemas()
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")
    chat = answer_to(result).value
    plain = {"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
    chat = {**chat, **plain, "system_fingerprint": "fp_1"}
    for choice in chat["choices"]:
        for entry in (choice["logprobs"] or {}).get("content") or ():
            entry["logprob"] = entry["logprob"] or 0  # an echoed prompt's first token has none
    schema = {**document, "$ref": "#/$defs/CreateChatCompletionResponse"}
    jsonschema.Draft202012Validator(schema).validate(chat)


@given(strategies.text_chunk_sequences(max_choices=2), st.data())
def test_a_stream_that_is_cut_is_no_answer(case: Case, data: st.DataObject) -> None:
    result, chunks = case
    left = data.draw(st.integers(0, len(chunks)))
    pieces = [json.dumps(chunk).encode() for chunk in chunks[:left]]
    outcome = read([strategies.Encoding().encode(pieces)])
    assert isinstance(outcome.error, StreamInterruptedError)
    assert len(outcome.value) == left
    for choice in outcome.error.partial.choices if left else ():
        assert result["choices"][choice.index]["text"].startswith(choice.message.content)


@given(strategies.json_values())
def test_no_answer_breaks_the_hooks(raw: Any) -> None:
    laws.ends_in_an_answer_or_our_error(answer_to(raw))
    laws.ends_in_an_answer_or_our_error(answer_to({"choices": raw}))
    laws.ends_in_an_answer_or_our_error(answer_to({"choices": [raw, {"text": raw}]}))
    logged = {"tokens": raw, "token_logprobs": raw, "top_logprobs": [raw, {"a": raw, "b": 1}]}
    for logprobs in (raw, logged, {**logged, "tokens": ["a", raw]}):
        choice = {"text": "x", "index": raw, "logprobs": logprobs, "finish_reason": "stop"}
        laws.ends_in_an_answer_or_our_error(answer_to({"choices": [choice]}))
        laws.ends_in_an_answer_or_our_error(answer_to({"choices": [choice]}, stream=True))
        event = json.dumps({"choices": [choice]}).encode()
        laws.ends_in_an_answer_or_our_error(read([b"data: %s\n\ndata: [DONE]\n\n" % event]))


# Examples ---------------------------------------------------------------------------------------


def text(index: int, said: str, reason: str | None = None, **more: Any) -> dict[str, Any]:
    return {"text": said, "index": index, "logprobs": None, "finish_reason": reason, **more}


SHARED = {"id": "cmpl-1", "object": "text_completion", "created": 7, "model": "davinci:2023"}


def test_an_answer_in_full() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    logged = {
        "tokens": [" caf", "bytes:\\xc3", "bytes:\\xa9", "!"],
        "token_logprobs": [None, -0.5, -1, -0.25],
        "top_logprobs": [None, {"x": -3, "é": -2.0}, {}],
        "text_offset": [0, 4, 4, 5],
    }
    raw = {
        **SHARED,
        "choices": [text(0, " café!", "stop", logprobs=logged, vendor=[1])],
        "usage": usage,
        "vendor": None,
    }
    assert answer_to(raw).value == {
        "id": "cmpl-1",
        "object": "chat.completion",
        "created": 7,
        "model": "davinci:2023",
        "choices": [
            {
                "message": {"role": "assistant", "content": " café!", "refusal": None},
                "index": 0,
                "logprobs": {
                    "content": [
                        {
                            "token": " caf",
                            "logprob": None,
                            "bytes": [32, 99, 97, 102],
                            "top_logprobs": [],
                        },
                        {
                            "token": "bytes:\\xc3",
                            "logprob": -0.5,
                            "bytes": None,
                            "top_logprobs": [
                                {"token": "é", "logprob": -2.0, "bytes": [195, 169]},
                                {"token": "x", "logprob": -3, "bytes": [120]},
                            ],
                        },
                        {"token": "bytes:\\xa9", "logprob": -1, "bytes": None, "top_logprobs": []},
                        {"token": "!", "logprob": -0.25, "bytes": [33], "top_logprobs": []},
                    ],
                    "refusal": None,
                },
                "finish_reason": "stop",
                "vendor": [1],
            }
        ],
        "usage": usage,
        "vendor": None,
    }


def test_a_stream_in_full() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    chunks = [
        {**SHARED, "choices": [text(1, "\n\n")], "usage": None, "obfuscation": "ab"},
        {**SHARED, "choices": [text(0, "")], "usage": None},
        {**SHARED, "choices": [text(1, "Hi")], "usage": None},
        {**SHARED, "choices": [text(0, "Ho", "length")], "usage": None},
        {**SHARED, "choices": [text(1, "", "stop")], "usage": None},
        {**SHARED, "choices": [], "usage": usage},
    ]
    stream = b"".join(b"data: %s\n\n" % json.dumps(c).encode() for c in chunks)
    outcome = read([stream + b"data: [DONE]\n\n"])
    shared = {**SHARED, "object": "chat.completion.chunk"}

    def delta(index: int, said: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": index, "delta": said, "logprobs": None, "finish_reason": reason}
        return {**shared, "choices": [choice], "usage": None}

    opening = {"role": "assistant", "refusal": None}
    assert outcome.value == [
        {**delta(1, {**opening, "content": "\n\n"}), "obfuscation": "ab"},
        delta(0, {**opening, "content": ""}),
        delta(1, {"content": "Hi"}),
        delta(0, {"content": "Ho"}, "length"),
        delta(1, {"content": ""}, "stop"),
        {**shared, "choices": [], "usage": usage},
    ]
    assert outcome.error is None


def test_streams_do_not_share_what_has_begun() -> None:
    event = Event({"choices": [text(0, "a")]})
    for _ in range(2):
        [chunk] = hooks.stream_chunk(event, {})
        assert chunk["choices"][0]["delta"]["role"] == "assistant"
    assert hooks.stream_chunk(END, {}) == ()


def test_a_whole_answer_to_a_streamed_call_is_split_into_chunks() -> None:
    outcome = answer_to({**SHARED, "choices": [text(0, "Hi", "stop")]}, stream=True)
    assert [chunk["object"] for chunk in outcome.value] == ["chat.completion.chunk"] * 2
    assert outcome.value[0]["choices"][0]["delta"]["content"] == "Hi"
    assert outcome.value[1]["choices"][0]["finish_reason"] == "stop"


def test_what_the_hooks_do_not_know_stays_as_it_is() -> None:
    chat = {"choices": [{"message": {"content": "x"}, "index": 0}, "odd", {"index": 2}]}
    found = hooks.transform_response(WireResponse(200, {}, chat)).raw
    empty = {"role": "assistant", "content": None, "refusal": None}
    assert found["choices"] == [chat["choices"][0], "odd", {"index": 2, "message": empty}]
