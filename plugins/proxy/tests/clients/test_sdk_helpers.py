"""What the official SDK has around its calls: types, raw answers, files, pages, errors."""

from __future__ import annotations

import asyncio
import io
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import openai
import pydantic
import pytest
from proxying import Proxy, running
from sdk import MASTER, UPSTREAM, Sdk
from stories import CITIES, said, sound

from jackfield_testing import Sandbox

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SPEECH: Any = {"model": "gpt-4o-mini-tts", "voice": "marin", "input": "Hello there, you three."}
HI: Any = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}


class Trip(pydantic.BaseModel):
    city: str
    days: list[int]


def test_structured_answers(client: openai.OpenAI) -> None:
    chat = client.chat.completions.parse(
        model="gpt-4o", messages=said(CITIES), response_format=Trip
    )
    parsed = chat.choices[0].message.parsed
    assert isinstance(parsed, Trip)
    response = client.responses.parse(model="gpt-4o", input=CITIES, text_format=Trip)
    assert response.output_parsed == parsed
    bridged = client.chat.completions.parse(
        model="openai/responses/gpt-4o", messages=said(CITIES), response_format=Trip
    )
    assert bridged.choices[0].message.parsed == parsed


def test_streams_that_the_sdk_folds(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(**HI)
    with client.chat.completions.stream(**HI) as stream:
        folded = stream.get_final_completion()
    assert folded.choices[0].message.content == whole.choices[0].message.content
    response = client.responses.create(model="gpt-4o", input=CITIES)
    with client.responses.stream(model="gpt-4o", input=CITIES, text_format=Trip) as events:
        assert isinstance(events.get_final_response().output_parsed, Trip)
    with client.responses.stream(model="gpt-4o", input=CITIES) as events:
        assert events.get_final_response().output_text == response.output_text
    with client.responses.stream(response_id=response.id) as events:
        assert events.get_final_response().output_text == response.output_text


def test_raw_answers_and_their_headers(client: openai.OpenAI) -> None:
    asked: dict[str, tuple[Any, dict[str, Any]]] = {
        "chat": (client.chat.completions.with_raw_response.create, HI),
        "stream": (client.chat.completions.with_raw_response.create, {**HI, "stream": True}),
        "embedding": (
            client.embeddings.with_raw_response.create,
            {"model": "text-embedding-3-small", "input": "a"},
        ),
        "forwarded": (client.files.with_raw_response.list, {}),
        "bridged": (
            client.chat.completions.with_raw_response.create,
            {**HI, "model": "openai/responses/gpt-4o"},
        ),
    }
    for name, (create, fields) in asked.items():
        raw = create(extra_headers={"x-request-id": f"mine-{name}"}, **fields)
        headers = raw.headers
        assert headers["x-request-id"].startswith("req_"), name  # the upstream's
        assert headers["x-jackfield-request-id"] == f"mine-{name}"
        assert headers["x-jackfield-attempts"] == "1"
        assert headers["x-jackfield-deployment"].startswith("*:")
        assert float(headers["x-jackfield-overhead-ms"]) > 0
        assert "set-cookie" not in headers
        assert "server" not in headers
        parsed = raw.parse()
        if name == "stream":
            assert list(parsed)[-1].choices[0].finish_reason == "stop"


def test_the_requests_id_is_the_upstreams(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(**HI)
    assert answer._request_id is not None
    assert answer._request_id.startswith("req_")


def test_speech_goes_to_a_file_as_it_came(
    client: openai.OpenAI, proxy: Proxy, sandbox: Sandbox, tmp_path: Path
) -> None:
    with openai.OpenAI(base_url=sandbox.base_url, api_key=UPSTREAM) as direct:
        wanted = direct.audio.speech.create(**SPEECH, response_format="wav").content
    with client.audio.speech.with_streaming_response.create(
        **SPEECH, response_format="wav"
    ) as response:
        response.stream_to_file(tmp_path / "a.wav")
    assert (tmp_path / "a.wav").read_bytes() == wanted

    async def later() -> None:
        async with (
            openai.AsyncOpenAI(base_url=proxy.base_url, api_key=MASTER) as client,
            client.audio.speech.with_streaming_response.create(
                **SPEECH, response_format="wav"
            ) as response,
        ):
            await response.stream_to_file(tmp_path / "b.wav")

    asyncio.run(later())
    assert (tmp_path / "b.wav").read_bytes() == wanted


def test_speech_as_events(client: openai.OpenAI) -> None:
    with client.audio.speech.with_streaming_response.create(
        **SPEECH, stream_format="sse"
    ) as response:
        lines = [line for line in response.iter_lines() if line.startswith("data:")]
    assert '"speech.audio.delta"' in lines[0].replace(" ", "")
    assert any('"speech.audio.done"' in line.replace(" ", "") for line in lines)


def test_a_video_is_downloaded_as_it_is(client: openai.OpenAI, sandbox: Sandbox) -> None:
    made = client.videos.create_and_poll(model="sora-2", prompt="A cat", seconds="4")
    with openai.OpenAI(base_url=sandbox.base_url, api_key=UPSTREAM) as direct:
        wanted = direct.videos.download_content(made.id).content
    got = client.videos.download_content(made.id)
    assert got.content == wanted
    assert got.response.headers["content-type"] == "video/mp4"


def test_uploads_of_every_kind(client: openai.OpenAI, sandbox: Sandbox, tmp_path: Path) -> None:
    data = sound(3)
    (tmp_path / "a.wav").write_bytes(data)
    texts = set()
    for file in (
        tmp_path / "a.wav",
        (tmp_path / "a.wav").open("rb"),
        ("a.wav", data),
        ("a.wav", io.BytesIO(data), "audio/wav"),
    ):
        with file if isinstance(file, io.IOBase) else nullcontext():
            texts.add(client.audio.transcriptions.create(model="whisper-1", file=file).text)
        [sent] = [value for name, value in sandbox.last.form if name == "file"]
        assert not isinstance(sent, str)
        assert (sent.filename, sent.data) == ("a.wav", data)
    assert len(texts) == 1


def test_models(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert len(names) == len({*names}) > 20
    assert "gpt-4o" in {name.rpartition("/")[2] for name in names}
    one = client.models.retrieve("gpt-4o")
    assert (one.id, one.object, one.owned_by) == ("gpt-4o", "model", "jackfield")
    assert client.models.retrieve("openai/responses/gpt-5-mini").id == "openai/responses/gpt-5-mini"


# Errors ----------------------------------------------------------------------------------------

WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "a temperature": ("chat.completions.create", {**HI, "temperature": 9}),
    "an unknown model": ("chat.completions.create", {**HI, "model": "gpt-does-not-exist"}),
    "one that chat lacks": ("chat.completions.create", {**HI, "model": "text-embedding-3-small"}),
    "a stream": ("chat.completions.create", {**HI, "temperature": 9, "stream": True}),
    "a response": ("responses.create", {"model": "gpt-4o", "input": "hi", "top_p": 9}),
    "no such response": ("responses.retrieve", {"response_id": "resp_1"}),
    "a prompt": ("completions.create", {"model": "gpt-3.5-turbo-instruct", "prompt": 5}),
    "embedding": (
        "embeddings.create",
        {"model": "text-embedding-3-small", "input": "a", "dimensions": 1 << 20},
    ),
    "no such file": ("files.retrieve", {"file_id": "file-1"}),
    "no such conversation": ("conversations.retrieve", {"conversation_id": "conv_1"}),
    "a voice": ("audio.speech.create", {**SPEECH, "voice": "nobody"}),
    "no sound": (
        "audio.transcriptions.create",
        {"model": "whisper-1", "file": ("a.wav", b"nothing")},
    ),
    "seconds": ("videos.create", {"model": "sora-2", "prompt": "A cat", "seconds": "5"}),
    "no such video": ("videos.retrieve", {"video_id": "video_1"}),
} | {
    f"status {status}": (
        "chat.completions.create",
        {**HI, "model": f"gpt-4o!status={status},code=made_up,type=some_type"},
    )
    for status in (400, 401, 403, 404, 409, 422, 429, 500, 503)
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_are_the_upstreams(pair: tuple[Sdk, Sdk], sandbox: Sandbox, name: str) -> None:
    caught = []
    for ask in pair:
        sandbox.clear()
        with pytest.raises(openai.APIStatusError) as error:
            ask(WRONG[name][0], **WRONG[name][1])
        caught.append(error.value)
    direct, through = caught
    assert type(through) is type(direct)
    assert through.status_code == direct.status_code
    assert (through.code, through.param, through.type) == (direct.code, direct.param, direct.type)
    assert through.body == direct.body
    assert through.request_id is not None
    assert through.response.headers.get_list("content-type") == ["application/json"]


def test_the_wrong_key(proxy: Proxy) -> None:
    with (
        openai.OpenAI(base_url=proxy.base_url, api_key="sk-wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        client.chat.completions.create(**HI)
    assert caught.value.code == "invalid_api_key"


def test_an_error_on_the_way(client: openai.OpenAI) -> None:
    """It is the upstream's event, which the SDK raises."""
    with pytest.raises(openai.APIError):
        list(client.chat.completions.create(**{**HI, "model": "gpt-4o!error-event=2"}, stream=True))


# Forwarded endpoints ---------------------------------------------------------------------------


def test_other_endpoints_reach_the_upstream(client: openai.OpenAI, sandbox: Sandbox) -> None:
    """The sandbox has none of these, and its answers say so."""
    asks: list[tuple[str, str, Any]] = [
        ("POST", "/v1/moderations", lambda: client.moderations.create(input="x")),
        ("GET", "/v1/batches", lambda: client.batches.list()),
        ("GET", "/v1/fine_tuning/jobs", lambda: client.fine_tuning.jobs.list()),
        (
            "POST",
            "/v1/images/generations",
            lambda: client.images.generate(model="gpt-image-1", prompt="a cat"),
        ),
        (
            "POST",
            "/v1/images/edits",
            lambda: client.images.edit(prompt="a hat", image=("a.png", b"png", "image/png")),
        ),
        ("POST", "/v1/vector_stores", lambda: client.vector_stores.create(name="n")),
        (
            "POST",
            "/v1/uploads",
            lambda: client.uploads.create(
                bytes=3, filename="a", mime_type="text/plain", purpose="batch"
            ),
        ),
        ("GET", "/v1/chat/completions", lambda: client.chat.completions.list()),
        ("GET", "/v1/chat/completions/c1", lambda: client.chat.completions.retrieve("c1")),
        (
            "POST",
            "/v1/chat/completions/c1",
            lambda: client.chat.completions.update("c1", metadata={"a": "b"}),
        ),
        ("DELETE", "/v1/models/ft:one", lambda: client.models.delete("ft:one")),
    ]
    for method, path, ask in asks:
        sandbox.clear()
        with pytest.raises(openai.APIStatusError):
            ask()
        last = sandbox.last
        assert (last.method, last.path) == (method, path)
        assert last.headers["authorization"] == f"Bearer {UPSTREAM}"


def test_other_endpoints_can_be_closed(sandbox: Sandbox) -> None:
    config = f"""
        model_list:
          - model_name: "*"
            params: {{model: openai/*, api_key: {UPSTREAM}, api_base: {sandbox.base_url}}}
        general_settings: {{forward_other_endpoints: false}}
    """
    with (
        running(config) as proxy,
        openai.OpenAI(base_url=proxy.base_url, api_key="x", max_retries=0) as client,
    ):
        for ask in (
            client.files.list,
            client.batches.list,
            lambda: client.moderations.create(input="x"),
            lambda: client.files.create(file=("a.jsonl", b"{}"), purpose="batch"),
        ):
            with pytest.raises(openai.NotFoundError) as caught:
                ask()
            assert caught.value.code == "unknown_url"
        assert not sandbox.requests
        # What belongs to an installed surface is not one of them.
        made = client.responses.create(model="gpt-4o", input="hi")
        assert client.responses.retrieve(made.id).id == made.id


# Paths -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "below", ["", "/v1", "/engines/gpt-4o", "/openai/deployments/gpt-4o", "/v1/engines/gpt-4o"]
)
def test_paths_of_chat(proxy: Proxy, sandbox: Sandbox, below: str) -> None:
    with openai.OpenAI(base_url=proxy.url + below, api_key=MASTER, max_retries=0) as client:
        named = "made-up" if "gpt" in below else "gpt-4o"
        whole = client.chat.completions.create(**{**HI, "model": named})
        chunks = list(client.chat.completions.create(**{**HI, "model": named}, stream=True))
    assert whole.choices[0].finish_reason == chunks[-1].choices[0].finish_reason == "stop"
    assert {(r.path, r.model) for r in sandbox.requests} == {("/v1/chat/completions", "gpt-4o")}


def test_paths_of_the_other_surfaces(proxy: Proxy, sandbox: Sandbox) -> None:
    for prefix in ("/engines", "/openai/deployments"):
        for model, path, fields in (
            ("text-embedding-3-small", "embeddings.create", {"input": "a"}),
            ("gpt-3.5-turbo-instruct", "completions.create", {"prompt": "a"}),
            ("tts-1", "audio.speech.create", {"voice": "alloy", "input": "a"}),
            ("whisper-1", "audio.transcriptions.create", {"file": ("a.wav", sound())}),
        ):
            sandbox.clear()
            with Sdk(f"{proxy.url}{prefix}/{model}", MASTER, None) as ask:
                ask(path, model="x", **fields)
            assert sandbox.last.model == model


def test_the_sdk_for_azure(proxy: Proxy, sandbox: Sandbox) -> None:
    with openai.AzureOpenAI(
        azure_endpoint=proxy.url, azure_ad_token=MASTER, api_version="2025-01-01", max_retries=0
    ) as client:
        assert client.chat.completions.create(**HI).choices[0].message.content
    assert sandbox.last.path == "/v1/chat/completions"
    assert sandbox.last.query == ""
