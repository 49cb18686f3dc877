"""What holds for every text completion, and what is rejected."""

from __future__ import annotations

import itertools
import json
from typing import Any

import jsonschema
import material
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield_testing.sandbox import tokens, vocabulary
from jackfield_testing.sandbox.completions import answer, events, validate
from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.families import family

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
IDS = st.lists(st.integers(0, vocabulary.SIZE - 1), min_size=1, max_size=6)
PROMPTS = st.one_of(
    TEXTS,
    st.lists(TEXTS, min_size=1, max_size=3),
    IDS,
    st.lists(IDS, min_size=1, max_size=3),
)
ARRAYS = ("tokens", "token_logprobs", "top_logprobs", "text_offset")


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """Valid requests, with every option of the sandbox on or off."""
    models = [
        "gpt-3.5-turbo-instruct",
        "babbage-002",
        "davinci-002",
        "my-model",
        "ft:babbage-002:a",
    ]
    request: dict[str, Any] = {"model": draw(st.sampled_from(models))}
    options: dict[str, st.SearchStrategy[Any]] = {
        "prompt": PROMPTS,
        "echo": st.booleans(),
        "n": st.integers(1, 3),
        "stop": st.sampled_from(["the", [".", "!"], ["never there"]]),
        "max_tokens": st.integers(0, 60),
        "seed": st.integers(0, 9),
        "logprobs": st.integers(0, 5),
        "logit_bias": st.just({"50256": -100}),
        "user": st.just("someone"),
        "unknown_field": st.just({"ignored": True}),
    }
    for name, values in options.items():
        if draw(st.booleans()):
            request[name] = draw(values)
    if draw(st.booleans()):
        request["best_of"] = draw(st.integers(request.get("n", 1), 4))
    if "002" not in request["model"] and draw(st.booleans()):
        request["suffix"] = draw(TEXTS)
    return request


def prompts_of(request: dict[str, Any]) -> list[str]:
    """The texts of the prompts, read in the plainest way there is."""
    prompt = request.get("prompt", "<|endoftext|>")
    if isinstance(prompt, str):
        return [prompt]
    if isinstance(prompt[0], int):
        return [vocabulary.text_of(prompt)]
    return [one if isinstance(one, str) else vocabulary.text_of(one) for one in prompt]


def official(name: str, *, relaxed: bool = False) -> jsonschema.Draft202012Validator:
    document = material.schemas(relaxed)
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")
    return jsonschema.Draft202012Validator({**document, "$ref": f"#/$defs/{name}"})


@given(requests())
@settings(max_examples=150, deadline=None)
def test_there_are_n_choices_for_each_prompt_in_order(request: dict[str, Any]) -> None:
    validate(request)
    body = answer(request)
    prompts, count = prompts_of(request), request.get("n", 1)
    assert [choice["index"] for choice in body["choices"]] == list(range(len(prompts) * count))
    limit = request.get("max_tokens", 16)
    for choice in body["choices"]:
        prompt = prompts[choice["index"] // count]
        text = choice["text"]
        if request.get("echo"):
            assert text.startswith(prompt)
            text = text[len(prompt) :]
        assert tokens.count(text) <= limit
        assert choice["finish_reason"] in ("stop", "length")
        if choice["finish_reason"] == "length":
            assert tokens.count(text) == limit
        stops = request.get("stop", ())
        assert not any(s in text for s in ([stops] if isinstance(stops, str) else stops))


@given(requests())
@settings(max_examples=150, deadline=None)
def test_a_stream_folds_to_the_answer(request: dict[str, Any]) -> None:
    request.pop("best_of", None)
    whole = answer(request)
    streamed = {**request, "stream": True, "stream_options": {"include_usage": True}}
    validate(streamed)
    assert answer(streamed) == whole
    chunks = list(events(whole, streamed))
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == whole["usage"]
    assert all(chunk["usage"] is None for chunk in chunks[:-1])
    assert {(c["id"], c["model"], c["created"], c["object"]) for c in chunks} == {
        (whole["id"], whole["model"], whole["created"], "text_completion")
    }
    folded: dict[int, dict[str, Any]] = {}
    for part in itertools.chain.from_iterable(chunk["choices"] for chunk in chunks):
        mine = folded.setdefault(part["index"], {"text": "", "logprobs": None, "reason": None})
        assert mine["reason"] in (None, "length"), "nothing follows a stop"
        mine["text"] += part["text"]
        mine["reason"] = part["finish_reason"] or mine["reason"]
        if part["logprobs"] is not None:
            lists = mine["logprobs"] or {name: [] for name in ARRAYS}
            mine["logprobs"] = {name: lists[name] + part["logprobs"][name] for name in ARRAYS}
    for choice in whole["choices"]:
        mine = folded[choice["index"]]
        assert mine["text"] == choice["text"]
        assert mine["reason"] == choice["finish_reason"]
        assert mine["logprobs"] == choice["logprobs"]
    without = list(events(whole, {**request, "stream": True}))
    assert all("usage" not in chunk for chunk in without)
    assert len(without) == len(chunks) - 1


def test_choices_are_interleaved() -> None:
    request = {"model": "davinci-002", "prompt": ["One", "Two"], "n": 2, "stream": True}
    chunks = [chunk["choices"][0]["index"] for chunk in events(answer(request), request)]
    assert chunks[:8] == [0, 1, 2, 3, 0, 1, 2, 3]


def test_the_end_of_a_stream_is_the_models() -> None:
    def reasons(model: str, limit: int) -> list[str | None]:
        request = {"model": model, "prompt": "Hello", "max_tokens": limit, "stream": True}
        chunks = list(events(answer(request), request))
        return [chunk["choices"][0]["finish_reason"] for chunk in chunks][-3:]

    assert reasons("babbage-002", 5) == [None, None, "length"]
    assert reasons("gpt-3.5-turbo-instruct", 5) == [None, "length", "length"]
    assert reasons("gpt-3.5-turbo-instruct", 500) == [None, None, "stop"]


@given(requests())
@settings(max_examples=150, deadline=None)
def test_logprobs_spell_the_text_and_offsets_point_into_it(request: dict[str, Any]) -> None:
    for choice in answer(request)["choices"]:
        logged = choice["logprobs"]
        if "logprobs" not in request:
            assert logged is None
            continue
        assert {len(logged[name]) for name in ARRAYS} == {len(logged["tokens"])}
        assert "".join(logged["tokens"]) == choice["text"]
        prompt = prompts_of(request)[choice["index"] // request.get("n", 1)]
        whole = choice["text"] if request.get("echo") else prompt + choice["text"]
        for token, offset in zip(logged["tokens"], logged["text_offset"], strict=True):
            assert whole[offset : offset + len(token)] == token
        for place, token in enumerate(logged["tokens"]):
            logprob, ranked = logged["token_logprobs"][place], logged["top_logprobs"][place]
            if request.get("echo") and place == 0:
                assert (logprob, ranked) == (None, None)
                continue
            assert ranked[token] == logprob
            assert all(value <= 0 for value in ranked.values())
            likelier = sorted(ranked.values(), reverse=True)[: request["logprobs"]]
            if logprob in likelier:
                assert len(ranked) == max(request["logprobs"], 1)
            else:
                assert len(ranked) == request["logprobs"] + 1


def test_an_echoed_prompt_has_the_same_logprobs_in_every_choice() -> None:
    request = {"model": "davinci-002", "prompt": "One two three", "n": 2, "echo": True}
    first, second = answer({**request, "logprobs": 2})["choices"]
    assert first["logprobs"]["top_logprobs"][:3] == second["logprobs"]["top_logprobs"][:3]
    assert first["text"] != second["text"]


def test_best_of_gives_the_likeliest_and_is_paid_for() -> None:
    request = {"model": "davinci-002", "prompt": "Hello", "logprobs": 0, "max_tokens": 9}
    best = answer({**request, "best_of": 6, "n": 3})
    assert best["usage"]["completion_tokens"] == 6 * 9
    means = [sum(one["logprobs"]["token_logprobs"]) / 9 for one in best["choices"]]
    assert means == sorted(means, reverse=True)
    every = answer({**request, "n": 6})
    assert every["usage"]["completion_tokens"] == 6 * 9
    assert len({one["text"] for one in every["choices"]}) == 6


def test_a_prompt_of_token_ids_is_the_prompt_of_their_text() -> None:
    ids = [0, 79, 80, 50_256, vocabulary.SIZE - 1]
    text = vocabulary.text_of(ids)
    assert len({vocabulary.spell(one) for one in range(vocabulary.SIZE)}) == vocabulary.SIZE
    assert tokens.split(text) == [vocabulary.spell(one) for one in ids]
    request = {"model": "davinci-002", "echo": True}
    by_ids, by_text = (answer({**request, "prompt": prompt}) for prompt in (ids, text))
    assert by_ids["choices"] == by_text["choices"]
    assert by_ids["usage"] == by_text["usage"]


def test_the_suffix_is_what_the_text_leads_to() -> None:
    request = {"model": "gpt-3.5-turbo-instruct", "prompt": "Once", "max_tokens": 99}
    assert "The End" in answer({**request, "suffix": "The End"})["choices"][0]["text"]
    assert "The End" not in answer(request)["choices"][0]["text"]


def test_usage_counts_prompts_once_and_every_choice() -> None:
    request = {"model": "davinci-002", "prompt": ["One two", "Three"], "n": 2, "max_tokens": 5}
    usage = answer(request)["usage"]
    assert usage == {"prompt_tokens": 3, "completion_tokens": 20, "total_tokens": 23}


@given(requests())
@settings(max_examples=60, deadline=None)
def test_the_same_request_is_answered_alike_and_another_is_not(request: dict[str, Any]) -> None:
    again = json.loads(json.dumps(dict(reversed(request.items()))))
    assert answer(again) == answer(request)
    assert answer({**request, "user": "someone else"})["id"] != answer(request)["id"]
    faulty = {**request, "model": request["model"] + "!status=500"}
    assert answer(faulty) == answer(request)
    orjson.dumps(answer(request))


def without_unknowns(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out the null of an echoed prompt's first token, which the schema forgets."""
    choices = []
    for choice in body["choices"]:
        logged = choice["logprobs"]
        if logged is not None:
            known = {name: [v for v in logged[name] if v is not None] for name in ARRAYS}
            choice = {**choice, "logprobs": known}
        choices.append(choice)
    return {**body, "choices": choices}


@given(requests())
@settings(max_examples=60, deadline=None)
def test_answers_and_chunks_satisfy_the_official_schemas(request: dict[str, Any]) -> None:
    official("CreateCompletionRequest").validate({"prompt": None, **request})
    request.pop("best_of", None)
    whole = answer(request)
    official("CreateCompletionResponse").validate(without_unknowns(whole))
    # a chunk has the same shape, with null for what a choice or a stream has not come to yet
    schema = official("CreateCompletionResponse", relaxed=True)
    for chunk in list(events(whole, {**request, "stream_options": {"include_usage": True}}))[::9]:
        schema.validate(without_unknowns(chunk))


@pytest.mark.parametrize(
    ("fields", "status", "param", "code"),
    [
        ({"model": None}, 400, "model", "missing_required_parameter"),
        ({"model": "does-not-exist-1"}, 404, None, "model_not_found"),
        ({"model": "gpt-4o"}, 404, "model", None),
        ({"model": "ft:gpt-4o-mini:acme::1"}, 404, "model", None),
        ({"model": "o3-mini"}, 404, "model", None),
        ({"model": "text-embedding-3-small"}, 403, None, None),
        ({"model": "whisper-1"}, 403, None, None),
        ({"prompt": 5}, 400, "prompt", "invalid_type"),
        ({"prompt": []}, 400, "prompt", "empty_array"),
        ({"prompt": [[]]}, 400, "prompt[0]", "empty_array"),
        ({"prompt": ["a", 5]}, 400, "prompt[1]", "invalid_type"),
        ({"prompt": [5, "a"]}, 400, "prompt[1]", "invalid_type"),
        ({"prompt": [5, True]}, 400, "prompt[1]", "invalid_type"),
        ({"prompt": [[5], "a"]}, 400, "prompt[1]", "invalid_type"),
        ({"prompt": [{}]}, 400, "prompt[0]", "invalid_type"),
        ({"prompt": [5, -1]}, 400, "prompt[1]", "integer_below_min_value"),
        ({"prompt": [[5], [100_277]]}, 400, "prompt[1][0]", "integer_above_max_value"),
        ({"best_of": 1, "n": 2}, 400, "best_of", None),
        ({"best_of": 21}, 400, "best_of", "integer_above_max_value"),
        ({"best_of": 2, "stream": True}, 400, "best_of", None),
        ({"echo": 1}, 400, "echo", "invalid_type"),
        ({"logprobs": True}, 400, "logprobs", "invalid_type"),
        ({"logprobs": 6}, 400, "logprobs", "integer_above_max_value"),
        ({"logprobs": -1}, 400, "logprobs", "integer_below_min_value"),
        ({"max_tokens": -1}, 400, "max_tokens", "integer_below_min_value"),
        ({"max_tokens": 5000}, 400, None, None),
        ({"model": "davinci-002", "max_tokens": 16_385}, 400, None, None),
        ({"n": 0}, 400, "n", "integer_below_min_value"),
        ({"stop": list("abcde")}, 400, "stop", "array_above_max_length"),
        ({"stop": [1]}, 400, "stop[0]", "invalid_type"),
        ({"suffix": ["x"]}, 400, "suffix", "invalid_type"),
        ({"model": "babbage-002", "suffix": "x"}, 400, "suffix", "unsupported_parameter"),
        ({"model": "ft:babbage-002:x", "suffix": "x"}, 400, "suffix", "unsupported_parameter"),
        ({"temperature": 2.5}, 400, "temperature", "decimal_above_max_value"),
        ({"logit_bias": {"a": 1}}, 400, "logit_bias", None),
        ({"logit_bias": {"1": "x"}}, 400, "logit_bias.1", "invalid_type"),
        ({"logit_bias": {"1": 101}}, 400, "logit_bias.1", "integer_above_max_value"),
        ({"stream_options": {}}, 400, "stream_options", None),
        ({"user": 1}, 400, "user", "invalid_type"),
    ],
)
def test_rejected(fields: dict[str, Any], status: int, param: str | None, code: str | None) -> None:
    with pytest.raises(APIFault) as caught:
        validate({"model": "gpt-3.5-turbo-instruct", "prompt": "Hi", **fields})
    assert caught.value.status == status
    error = caught.value.body["error"]
    assert (error["param"], error["code"]) == (param, code)
    assert error["type"] == "invalid_request_error"
    assert error["message"]


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": ""},
        {"prompt": None},
        {"prompt": [""]},
        {"best_of": 3, "n": 3, "stream": True},
        {"best_of": None, "echo": None, "logprobs": None, "suffix": None, "logit_bias": None},
        {"logprobs": 0},
        {"max_tokens": 0},
        {"logit_bias": {"50256": -100, "1": 0.5}},
        {"model": "davinci-002", "max_tokens": 16_000},
        {"model": "ft:davinci-002:acme::1"},
        {"model": "something-new"},
        {"unknown": object},
    ],
)
def test_accepted(fields: dict[str, Any]) -> None:
    validate({"model": "gpt-3.5-turbo-instruct", "prompt": "Hi", **fields})


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("gpt-3.5-turbo-instruct-0914", "text"),
        ("ft:davinci-002:acme::1", "text"),
        ("text-davinci-003", "text"),
        ("ada", "text"),
        ("text-embedding-ada-002", "embedding"),
        ("gpt-4o-transcribe", "media"),
        ("gpt-4o-mini-tts", "media"),
        ("gpt-image-1", "media"),
        ("omni-moderation-latest", "moderation"),
        ("gpt-4o", "chat"),
        ("ft:gpt-3.5-turbo-0125", "chat"),
        ("adalovelace", ""),
        ("my-model", ""),
    ],
)
def test_families(name: str, kind: str) -> None:
    assert family(name) == kind


def test_every_recorded_request_is_answered_as_it_was(needs_shared: object) -> None:
    statuses = []
    for record in material.recorded("/completions"):
        request, response = record["request"].get("json"), record["response"]
        if not request or response["status"] == 401 or "wrong" in request["model"]:
            continue
        if response["status"] != 200:
            with pytest.raises(APIFault) as caught:
                validate(request)
            assert caught.value.status == response["status"]
            assert caught.value.body["error"] == response["json"]["error"]
        else:
            validate(request)
            whole = answer(request)
            wanted = response.get("json") or {"choices": [{}] * request.get("n", 1)}
            assert len(whole["choices"]) == len(wanted["choices"])
            if response.get("json") and "babbage" in request["model"]:
                assert whole["model"] == wanted["model"]
        statuses.append(response["status"])
    assert len(statuses) > 20
    assert {200, 400, 403} == set(statuses)
