"""Calls over real sockets, blocking and on asyncio: settings, streams, chat, errors."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

import pytest

import jackfield
from jackfield.surfaces.chat import ChatCompletion
from jackfield.surfaces.text import TextCompletion
from jackfield_testing import Sandbox

INSTRUCT = "gpt-3.5-turbo-instruct"
OWN = f"text-completion-openai/{INSTRUCT}"  # with a fault behind it too
PLUGINS = ["openai", "openai-text"]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "BASE_URL", "API_BASE", "ORGANIZATION", "ORG_ID", "PROJECT_ID"):
        monkeypatch.delenv(f"OPENAI_{name}", raising=False)
    monkeypatch.setenv("JACKFIELD_DOTENV", "0")


class Both:
    """Makes each call with a blocking client and on asyncio; both must come to the same.

    A stream is read to its end: what comes out are its chunks.
    """

    def __init__(self, sandbox: Sandbox, **settings: Any) -> None:
        self.sandbox = sandbox
        self.settings = {
            "plugins": PLUGINS,
            "api_key": sandbox.api_key,
            "base_url": sandbox.base_url,
            "max_retries": 0,
            **settings,
        }

    def __call__(self, surface: str, model: str, given: Any, **params: Any) -> Any:
        name = "messages" if surface == "chat" else "prompt"
        params = {name: given, **params}
        before = copy.deepcopy(params)
        one = _outcome(lambda: self._blocking(surface, model, params))
        other = _outcome(lambda: asyncio.run(self._on_loop(surface, model, params)))
        assert params == before
        assert type(one) is type(other)
        if isinstance(one, BaseException):
            assert str(one) == str(other)
            raise one
        assert one == other
        first, second = self.sandbox.requests[-2:]
        assert first.body == second.body
        return one

    def _blocking(self, surface: str, model: str, params: dict[str, Any]) -> Any:
        with jackfield.Client(**self.settings) as client:
            found = client.call(surface, model, **params)
            if params.get("stream"):
                return list(found)
            return found

    async def _on_loop(self, surface: str, model: str, params: dict[str, Any]) -> Any:
        async with jackfield.AsyncClient(**self.settings) as client:
            found = await client.call(surface, model, **params)
            if params.get("stream"):
                return [chunk async for chunk in found]
            return found


def _outcome(call: Any) -> Any:
    try:
        return call()
    except jackfield.JackfieldError as error:
        return error


def _kind(thing: Any) -> type:
    return type(thing)  # the fields below are asked for without a look at whether they may be None


@pytest.fixture
def both(sandbox: Sandbox) -> Both:
    return Both(sandbox)


# Text -------------------------------------------------------------------------------------------


def test_a_completion(both: Both) -> None:
    result = both("text_completion", INSTRUCT, "Once upon a time", max_tokens=5, logprobs=2)
    assert _kind(result) is TextCompletion
    [choice] = result.choices
    assert "".join(choice.logprobs.tokens) == choice.text
    assert len(choice.logprobs.token_logprobs) == len(choice.logprobs.text_offset) == 5
    assert result.usage.completion_tokens == 5
    assert result._response_headers["content-type"] == "application/json"
    assert result.request_id is not None
    assert result.warnings == []
    asked = both.sandbox.last
    assert (asked.method, asked.path) == ("POST", "/v1/completions")
    assert asked.json == {
        "model": INSTRUCT,
        "prompt": "Once upon a time",
        "max_tokens": 5,
        "logprobs": 2,
    }


@pytest.mark.parametrize(
    "prompt",
    ["Say hi", ["Say hi", "Say ho"], [15496, 995], [[15496, 995], [9906, 0]], ["one"]],
    ids=["text", "texts", "tokens", "lists of tokens", "one text"],
)
@pytest.mark.parametrize("count", [1, 2])
def test_a_stream_folds_to_the_answer(both: Both, prompt: Any, count: int) -> None:
    params: dict[str, Any] = {"n": count, "logprobs": 3, "max_tokens": 6, "echo": True}
    whole = both("text_completion", INSTRUCT, prompt, **params)
    several = 1 if isinstance(prompt, str) or isinstance(prompt[0], int) else len(prompt)
    assert [choice.index for choice in whole.choices] == list(range(count * several))
    chunks = both(
        "text_completion",
        INSTRUCT,
        prompt,
        **params,
        stream=True,
        stream_options={"include_usage": True},
    )
    assert chunks[-1].choices == []
    assert jackfield.stream_chunk_builder(chunks) == whole


def test_what_is_given_reaches_the_wire_whole(both: Both) -> None:
    given: dict[str, Any] = {
        "best_of": 2,
        "echo": True,
        "frequency_penalty": 0.5,
        "logit_bias": {"50256": -100},
        "logprobs": 0,
        "max_tokens": 4,
        "n": 1,
        "presence_penalty": -0.5,
        "seed": 3,
        "stop": ["\n"],
        "suffix": "The end.",
        "temperature": 0,
        "top_p": 1,
        "user": "me",
        "x_new": {"a": [None]},
    }
    both("text_completion", INSTRUCT, ["a", "b"], **given)
    assert both.sandbox.last.json == {"model": INSTRUCT, "prompt": ["a", "b"], **given}


def test_settings_hold_on_this_surface(both: Both) -> None:
    both.settings |= {
        "organization": "org-1",
        "project": "proj_1",
        "headers": {"x-team": "a", "x-who": "client"},
    }
    for surface, given in (
        ("text_completion", "Hi"),
        ("chat", [{"role": "user", "content": "Hi"}]),
    ):
        for stream in (False, True):
            both(
                surface,
                INSTRUCT,
                given,
                stream=stream,
                extra_headers={"x-who": "call"},
                extra_query={"q": "1"},
                extra_body={"nothing": None},
            )
            asked = both.sandbox.last
            assert asked.headers["authorization"] == f"Bearer {both.sandbox.api_key}"
            assert asked.headers["openai-organization"] == "org-1"
            assert asked.headers["openai-project"] == "proj_1"
            assert (asked.headers["x-team"], asked.headers["x-who"]) == ("a", "call")
            assert asked.query == "q=1"
            assert asked.json["nothing"] is None
            assert asked.json["prompt"] == "Hi"


def test_a_null_and_a_false_stream_are_not_sent(both: Both) -> None:
    both("text_completion", INSTRUCT, "x", stream=False, logprobs=None, seed=None, logit_bias={})
    assert both.sandbox.last.json == {"model": INSTRUCT, "prompt": "x", "logit_bias": {}}


# Chat -------------------------------------------------------------------------------------------


def test_chat_on_a_text_model(both: Both) -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Name a river"},
    ]
    result = both(
        "chat", INSTRUCT, messages, max_completion_tokens=8, logprobs=True, top_logprobs=2
    )
    assert _kind(result) is ChatCompletion
    assert both.sandbox.last.path == "/v1/completions"
    assert both.sandbox.last.json == {
        "model": INSTRUCT,
        "prompt": "Be brief.\n\nUser: Name a river\n\nAssistant:",
        "max_tokens": 8,
        "logprobs": 2,
    }
    [choice] = result.choices
    assert result.object == "chat.completion"
    assert result.id.startswith("cmpl-")
    assert choice.message.role == "assistant"
    assert "".join(entry.token for entry in choice.logprobs.content) == choice.message.content
    assert all(bytes(e.bytes).decode() == e.token for e in choice.logprobs.content)
    assert [(loss.path, loss.kind) for loss in result.warnings] == [
        ("max_completion_tokens", "mapped"),
        ("logprobs", "mapped"),
        ("top_logprobs", "mapped"),
    ]
    text = both(
        "text_completion", INSTRUCT, both.sandbox.last.json["prompt"], max_tokens=8, logprobs=2
    )
    assert choice.message.content == text.choices[0].text
    assert (result.id, result.usage) == (text.id, text.usage)


def test_a_chat_stream_folds_to_the_chat_answer(both: Both) -> None:
    messages = [{"role": "user", "content": "Name a river"}]
    params: dict[str, Any] = {"n": 3, "logprobs": 1, "max_tokens": 9, "echo": True}
    whole = both("chat", INSTRUCT, messages, **params)
    assert all(c.message.content.startswith("Name a river") for c in whole.choices)
    chunks = both(
        "chat", INSTRUCT, messages, **params, stream=True, stream_options={"include_usage": True}
    )
    assert jackfield.stream_chunk_builder(chunks) == whole
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert (chunks[-1].choices, chunks[-1].usage) == ([], whole.usage)


def test_an_answer_can_go_back_as_a_message(both: Both) -> None:
    messages: list[Any] = [{"role": "user", "content": "Name a river"}]
    with jackfield.Client(**both.settings) as client:
        answer = client.completion(INSTRUCT, messages, max_tokens=8).choices[0].message
        messages += [answer, {"role": "user", "content": "Another"}]
        again = client.completion(INSTRUCT, messages)
    assert again.warnings == []
    assert both.sandbox.last.json["prompt"] == (
        f"User: Name a river\n\nAssistant: {answer.content}\n\nUser: Another\n\nAssistant:"
    )


def test_what_a_text_model_does_not_take_follows_the_policy(both: Both) -> None:
    messages = [{"role": "user", "content": "Hi"}]
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    with pytest.raises(jackfield.UnsupportedParamsError, match="calls no tools") as caught:
        both("chat", INSTRUCT, messages, tools=tools)
    assert (caught.value.param, both.sandbox.requests) == ("tools", [])
    result = both("chat", INSTRUCT, messages, tools=tools, drop_params=True)
    assert [loss.path for loss in result.warnings] == ["tools"]
    assert both.sandbox.last.json == {"model": INSTRUCT, "prompt": "Hi"}
    both("chat", INSTRUCT, messages, tools=tools, unsupported="pass")
    assert both.sandbox.last.json == {"model": INSTRUCT, "prompt": "Hi", "tools": tools}


# Errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("surface", ["text_completion", "chat"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, jackfield.BadRequestError),
        (401, jackfield.AuthenticationError),
        (403, jackfield.PermissionDeniedError),
        (404, jackfield.NotFoundError),
        (422, jackfield.UnprocessableEntityError),
        (429, jackfield.RateLimitError),
        (500, jackfield.InternalServerError),
        (503, jackfield.ServiceUnavailableError),
    ],
)
def test_an_error_answer_is_its_class(both: Both, surface: str, status: int, kind: type) -> None:
    given: Any = "Hi" if surface == "text_completion" else [{"role": "user", "content": "Hi"}]
    for stream in (False, True):
        with pytest.raises(jackfield.APIError) as caught:
            both(surface, f"{OWN}!status={status}", given, stream=stream)
        assert type(caught.value) is kind
        assert caught.value.status_code == status
        assert caught.value.provider == "openai-text"
        assert caught.value.model == f"{INSTRUCT}!status={status}"


@pytest.mark.parametrize("fault", ["cut-events=3", "no-done", "error-event=3", "error-in-200"])
def test_a_stream_that_breaks_keeps_what_came(both: Both, fault: str) -> None:
    messages = [{"role": "user", "content": "Name a river"}]
    name = f"{OWN}!{fault}"
    with pytest.raises(jackfield.APIError) as text:
        both("text_completion", name, "Name a river", stream=True)
    with pytest.raises(jackfield.APIError) as chat:
        both("chat", name, messages, stream=True)
    assert type(text.value) is type(chat.value)
    texts, deltas = text.value.chunks, chat.value.chunks
    if fault == "error-in-200":
        assert not texts
        assert not deltas
        return
    assert texts
    assert deltas
    assert len(texts) == len(deltas)
    said = text.value.partial.choices[0].text
    assert said == "".join(chunk.choices[0].text for chunk in texts) != ""
    assert said == chat.value.partial.choices[0].message.content


def test_a_failed_attempt_is_made_again(both: Both) -> None:
    both.settings["max_retries"] = 1
    fault = "status=429,retry-after-ms=1,times=1"
    with jackfield.Client(**both.settings) as client:
        client.text_completion(f"{OWN}!{fault}", "Hi")
        client.completion(f"{OWN}-0914!{fault}", [{"role": "user", "content": "Hi"}])
    assert {request.path for request in both.sandbox.requests} == {"/v1/completions"}
    assert [request.status for request in both.sandbox.requests] == [429, 200, 429, 200]


def test_the_apis_own_refusals(both: Both) -> None:
    with pytest.raises(jackfield.NotFoundError, match="chat model"):
        both("text_completion", "gpt-4o", "Hi")
    with pytest.raises(jackfield.BadRequestError):
        both("text_completion", INSTRUCT, "Hi", n=3, best_of=2)
    with pytest.raises(jackfield.BadRequestError):
        both("text_completion", INSTRUCT, [-1])
    assert both.sandbox.last.json["prompt"] == [-1]
