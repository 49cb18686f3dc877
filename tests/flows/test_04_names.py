"""Flow 4: every kind of model name, with each owner installed and without it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Any

import answers
import pytest
from plugging import provider
from rawserver import RawServer

import jackfield
from jackfield.manifest import Claim
from jackfield_testing.sandbox.audio_bytes import wav

OWNERS: dict[str, Callable[[], str]] = {
    "jackfield-openai-responses": lambda: "openai-responses",
    "jackfield-openai-text": lambda: "openai-text",
    "jackfield-openai-embeddings": lambda: "openai-embeddings",
    "jackfield-openai-audio": lambda: "openai-audio",
    "jackfield-openai-video": lambda: "openai-video",
}

# (surface, name, the distribution that owns it, the model that is sent)
CASES = [
    ("chat", "gpt-4o", "jackfield-openai", "gpt-4o"),
    ("chat", "openai/gpt-4o", "jackfield-openai", "gpt-4o"),
    ("chat", "gpt-4o-2024-08-06", "jackfield-openai", "gpt-4o-2024-08-06"),
    ("chat", "gpt-99-released-tomorrow", "jackfield-openai", "gpt-99-released-tomorrow"),
    ("chat", "o9-mini", "jackfield-openai", "o9-mini"),
    ("chat", "chatgpt-4o-latest", "jackfield-openai", "chatgpt-4o-latest"),
    ("chat", "ft:gpt-4o-mini:acme::A1", "jackfield-openai", "ft:gpt-4o-mini:acme::A1"),
    ("chat", "openai/anything-at-all", "jackfield-openai", "anything-at-all"),
    ("chat", "openai/ft:gpt-4o:acme:x:1", "jackfield-openai", "ft:gpt-4o:acme:x:1"),
    ("chat", "gpt-5-pro", "jackfield-openai-responses", "gpt-5-pro"),
    ("chat", "openai/gpt-5-pro", "jackfield-openai-responses", "gpt-5-pro"),
    ("chat", "gpt-5-pro-2025-10-06", "jackfield-openai-responses", "gpt-5-pro-2025-10-06"),
    ("chat", "openai/gpt-5-pro-2099-01-01", "jackfield-openai-responses", "gpt-5-pro-2099-01-01"),
    ("chat", "ft:gpt-5-codex:acme::1", "jackfield-openai-responses", "ft:gpt-5-codex:acme::1"),
    ("chat", "o3-deep-research", "jackfield-openai-responses", "o3-deep-research"),
    ("chat", "codex-mini-latest", "jackfield-openai-responses", "codex-mini-latest"),
    ("chat", "openai/responses/gpt-4o", "jackfield-openai-responses", "gpt-4o"),
    ("chat", "openai/responses/new-thing", "jackfield-openai-responses", "new-thing"),
    ("responses", "gpt-4o", "jackfield-openai-responses", "gpt-4o"),
    ("responses", "openai/gpt-4o", "jackfield-openai-responses", "gpt-4o"),
    ("responses", "openai/responses/gpt-4o", "jackfield-openai-responses", "gpt-4o"),
    ("chat", "gpt-3.5-turbo-instruct", "jackfield-openai-text", "gpt-3.5-turbo-instruct"),
    ("chat", "gpt-3.5-turbo-instruct-0914", "jackfield-openai-text", "gpt-3.5-turbo-instruct-0914"),
    ("chat", "openai/davinci-002", "jackfield-openai-text", "davinci-002"),
    ("chat", "ft:babbage-002:acme::1", "jackfield-openai-text", "ft:babbage-002:acme::1"),
    ("chat", "text-completion-openai/gpt-4o", "jackfield-openai-text", "gpt-4o"),
    ("text_completion", "davinci-002", "jackfield-openai-text", "davinci-002"),
    ("text_completion", "text-completion-openai/any", "jackfield-openai-text", "any"),
    (
        "embedding",
        "text-embedding-3-small",
        "jackfield-openai-embeddings",
        "text-embedding-3-small",
    ),
    ("embedding", "openai/new-embedder", "jackfield-openai-embeddings", "new-embedder"),
    ("chat", "whisper-1", "jackfield-openai-audio", "whisper-1"),
    ("chat", "openai/gpt-4o-transcribe", "jackfield-openai-audio", "gpt-4o-transcribe"),
    ("transcription", "whisper-1", "jackfield-openai-audio", "whisper-1"),
    ("translation", "whisper-1", "jackfield-openai-audio", "whisper-1"),
    ("speech", "tts-1-hd", "jackfield-openai-audio", "tts-1-hd"),
    ("video", "sora-2", "jackfield-openai-video", "sora-2"),
]
IDS = [f"{surface}-{name}" for surface, name, _, _ in CASES]


def everything() -> list[Any]:
    return ["openai", *(make() for make in OWNERS.values())]


@pytest.fixture(scope="module")
def complete() -> jackfield.Client:
    return jackfield.Client(plugins=everything())


def _plugin(distribution: str) -> str:
    return distribution.removeprefix("jackfield-")


@pytest.mark.parametrize(("surface", "name", "distribution", "model"), CASES, ids=IDS)
def test_the_owner_gets_it(
    complete: jackfield.Client, surface: str, name: str, distribution: str, model: str
) -> None:
    found = complete.explain(name, surface)
    assert (found["plugin"], found["model"]) == (_plugin(distribution), model)


@pytest.mark.parametrize(("surface", "name", "distribution", "model"), CASES, ids=IDS)
def test_without_its_owner_it_goes_to_nobody_else(
    surface: str, name: str, distribution: str, model: str
) -> None:
    others = [make() for dist, make in OWNERS.items() if dist != distribution]
    installed = others if distribution == "jackfield-openai" else ["openai", *others]
    client = jackfield.Client(plugins=installed)
    with pytest.raises(jackfield.NoRouteError) as caught:
        client.explain(name, surface)
    assert caught.value.distribution == distribution
    assert distribution in str(caught.value)


@pytest.mark.parametrize(("surface", "name", "distribution", "model"), CASES, ids=IDS)
def test_load_order_decides_nothing(
    complete: jackfield.Client, surface: str, name: str, distribution: str, model: str
) -> None:
    reversed_client = jackfield.Client(plugins=everything()[::-1])
    assert reversed_client.explain(name, surface) | {"distribution": ""} == complete.explain(
        name, surface
    ) | {"distribution": ""}


def test_an_unknown_bare_name_goes_nowhere_and_gets_near_matches() -> None:
    client = jackfield.Client(plugins=["openai"])
    with pytest.raises(jackfield.NoRouteError, match="gpt-4o-mini") as caught:
        client.explain("gtp-4o-mini")
    assert caught.value.distribution is None


def test_a_misspelt_prefix_gets_near_matches() -> None:
    client = jackfield.Client(plugins=["openai"])
    with pytest.raises(jackfield.NoRouteError, match="openai/gpt-4o"):
        client.explain("opnai/gpt-4o")


@pytest.mark.parametrize("name", ["", "openai/", "openai/responses/", "/", "gpt"])
def test_a_name_without_a_model_goes_nowhere(complete: jackfield.Client, name: str) -> None:
    with pytest.raises(jackfield.NoRouteError):
        complete.explain(name)


@pytest.mark.parametrize("name", [None, 3, b"gpt-4o", ["gpt-4o"]])
def test_a_name_that_is_no_text_goes_nowhere(name: Any) -> None:
    client = jackfield.Client(plugins=["openai"])
    with pytest.raises(jackfield.NoRouteError):
        client.completion(name, answers.HELLO)


def test_a_third_partys_chat_model_is_served_on_responses_by_the_fallback_only() -> None:
    acme = provider("acme")
    client = jackfield.Client(plugins=["openai", acme, OWNERS["jackfield-openai-responses"]()])
    found = client.explain("acme/m", "responses")
    owner = ("openai-responses", "fallback", "acme/m")
    assert (found["plugin"], found["claim"], found["model"]) == owner
    with pytest.raises(jackfield.NoRouteError):
        client.explain("nobody/m", "responses")
    alone = jackfield.Client(plugins=["openai", acme])
    with pytest.raises(jackfield.NoRouteError):
        alone.explain("acme/m", "responses")


def test_a_model_on_another_surface_is_told(complete: jackfield.Client) -> None:
    extra = provider("acme", surface="chat")
    client = jackfield.Client(plugins=[extra, *everything()])
    with pytest.raises(jackfield.NoRouteError, match="served on: chat"):
        client.explain("acme/m", "embedding")


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_chat_on_a_transcriber_with_a_file_becomes_a_transcription(
    serve: Callable[..., RawServer], asynchronous: bool
) -> None:
    server = serve(lambda asked, wire: wire.reply(200, {"text": "heard"}))
    given: dict[str, Any] = {"file": io.BytesIO(wav("spoken words")), "api_key": "k"}

    async def main() -> Any:
        async with jackfield.AsyncClient(plugins=everything(), base_url=server.base_url) as client:
            return await client.completion("whisper-1", **given)

    if asynchronous:
        result = asyncio.run(main())
    else:
        with jackfield.Client(plugins=everything(), base_url=server.base_url) as client:
            result = client.completion("whisper-1", **given)
    assert result.to_dict() == {"text": "heard"}
    (asked,) = server.requests
    assert asked.target == "/v1/audio/transcriptions"
    assert wav("spoken words") in asked.body


# Calls that name no model -----------------------------------------------------------------------


def test_a_call_without_a_model_goes_to_the_default(complete: jackfield.Client) -> None:
    found = complete.explain("", "video")
    assert (found["plugin"], found["claim"], found["model"]) == ("openai-video", "default", "")


def test_without_its_owner_a_call_without_a_model_names_it() -> None:
    client = jackfield.Client(plugins=["openai"])
    with pytest.raises(jackfield.NoRouteError, match="jackfield-openai-video") as caught:
        client.video_status("video_1")
    assert caught.value.distribution == "jackfield-openai-video"


def test_two_defaults_are_ambiguous_and_a_model_decides() -> None:
    acme = provider("acme", claims=(Claim("video", "acme/", default=True),))
    client = jackfield.Client(plugins=["openai-video", acme])
    with pytest.raises(jackfield.AmbiguousRouteError, match=r"acme.*jackfield-openai-video"):
        client.video_status("video_1")
    assert client.explain("acme/m", "video")["plugin"] == "acme"


def test_a_provider_that_is_no_default_leaves_the_default_alone() -> None:
    acme = provider("acme", surface="video")
    client = jackfield.Client(plugins=["openai-video", acme])
    assert client.explain("", "video")["plugin"] == "openai-video"


@pytest.mark.parametrize("surface", ["chat", "embedding"])
def test_a_surface_without_a_default_wants_a_model(
    complete: jackfield.Client, surface: str
) -> None:
    with pytest.raises(jackfield.NoRouteError, match="model"):
        complete.call(surface, "", messages=[], input="")


def test_an_operation_that_the_surface_has_not_is_an_error_that_lists_them() -> None:
    client = jackfield.Client(plugins=["openai-video"])
    with pytest.raises(jackfield.RequestError, match=r"no operation 'sing'.*create, retrieve"):
        client.call("video", None, operation="sing")
