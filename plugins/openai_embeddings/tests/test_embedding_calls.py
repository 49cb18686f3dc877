"""Embedding calls over real sockets: names, settings, batches, faults, blocking and on asyncio."""

from __future__ import annotations

import asyncio
import base64
import copy
import json
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import attrs
import httpx
import pytest
from rawserver import Answer, RawServer

import jackfield
from jackfield.manifest import Manifest
from jackfield_openai_catalogue.endpoint import ENDPOINT
from jackfield_openai_embeddings.manifest import MANIFEST
from jackfield_testing import Sandbox, laws
from jackfield_testing.laws.embeddings import packed, vector_of

SMALL = "text-embedding-3-small"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "BASE_URL", "API_BASE", "ORGANIZATION", "ORG_ID", "PROJECT_ID"):
        monkeypatch.delenv(f"OPENAI_{name}", raising=False)
    monkeypatch.setenv("JACKFIELD_DOTENV", "0")


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], RawServer]]:
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(RawServer(answer))


class Both:
    """Makes each call with a blocking client and on asyncio; both must come to the same."""

    def __init__(self, **settings: Any) -> None:
        self.settings = {"plugins": [MANIFEST], "api_key": "sk-1", "max_retries": 0, **settings}

    def __call__(self, model: str, **params: Any) -> Any:
        with jackfield.Client(**self.settings) as client:
            one = _outcome(lambda: client.call("embedding", model, **params))

        async def main() -> Any:
            async with jackfield.AsyncClient(**self.settings) as client:
                return await client.call("embedding", model, **params)

        other = _outcome(lambda: asyncio.run(main()))
        assert type(one) is type(other)
        assert str(one) == str(other)
        if isinstance(one, BaseException):
            raise one
        assert one == other
        return one


def _outcome(do: Callable[[], Any]) -> Any:
    try:
        return do()
    except jackfield.JackfieldError as error:
        return error


def at_home(base_url: str) -> Manifest:
    """The plugin as if OpenAI itself were at that address."""
    return attrs.evolve(MANIFEST, endpoint=attrs.evolve(ENDPOINT, base_url=base_url))


@pytest.fixture
def elsewhere(sandbox: Sandbox) -> Both:
    return Both(api_base=sandbox.base_url)


@pytest.fixture
def openai(sandbox: Sandbox) -> Both:
    return Both(plugins=[at_home(sandbox.base_url)])


def sent(sandbox: Sandbox) -> list[Any]:
    """What was asked, once: the blocking call and the one on asyncio ask alike."""
    asked = [request.json for request in sandbox.requests]
    half = len(asked) // 2
    assert asked[:half] == asked[half:]
    return asked[:half]


# Formats ------------------------------------------------------------------------------------------


def test_base64_on_the_way_is_floats_in_the_result(
    openai: Both, elsewhere: Both, sandbox: Sandbox
) -> None:
    packed_ = openai(SMALL, input=["a", "b"], dimensions=8)
    assert sent(sandbox) == [
        {"model": SMALL, "input": ["a", "b"], "dimensions": 8, "encoding_format": "base64"}
    ]
    sandbox.clear()
    plain = elsewhere(SMALL, input=["a", "b"], dimensions=8)
    assert sent(sandbox) == [{"model": SMALL, "input": ["a", "b"], "dimensions": 8}]
    assert packed_ == plain
    assert [len(item.embedding) for item in packed_.data] == [8, 8]
    assert all(type(number) is float for item in packed_.data for number in item.embedding)


@pytest.mark.parametrize("format_", ["float", "base64"])
def test_a_format_that_is_given_is_what_is_sent_and_what_comes_back(
    openai: Both, elsewhere: Both, sandbox: Sandbox, format_: str
) -> None:
    for call in (openai, elsewhere):
        sandbox.clear()
        [found] = call(SMALL, input="x", dimensions=4, encoding_format=format_).data
        assert sent(sandbox)[0]["encoding_format"] == format_
        if format_ == "base64":
            assert len(struct.unpack("<4f", base64.b64decode(found.embedding))) == 4
        else:
            assert len(found.embedding) == 4


def test_none_is_no_format(openai: Both, sandbox: Sandbox) -> None:
    [found] = openai(SMALL, input="x", dimensions=2, encoding_format=None, user=None).data
    assert len(found.embedding) == 2
    assert sent(sandbox)[0] == {
        "model": SMALL,
        "input": "x",
        "dimensions": 2,
        "encoding_format": "base64",
    }


@pytest.mark.parametrize(
    "given", ["", "/", "api_base", "OPENAI_BASE_URL"], ids=["none", "slash", "argument", "variable"]
)
def test_openais_own_address_is_its_own_however_it_is_given(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((str(request.url), json.loads(request.content)))
        data = [{"object": "embedding", "index": 0, "embedding": packed([0.5])}]
        return httpx.Response(200, json={"object": "list", "data": data, "model": SMALL})

    settings: dict[str, Any] = {"/": {"api_base": ENDPOINT.base_url + "/"}}.get(given, {})
    if given == "OPENAI_BASE_URL":
        monkeypatch.setenv(given, ENDPOINT.base_url)
    with httpx.Client(transport=httpx.MockTransport(answer)) as session:
        client = jackfield.Client(
            plugins=[MANIFEST], api_key="sk-1", client_session=session, **settings
        )
        more = {"api_base": ENDPOINT.base_url} if given == "api_base" else {}
        result = client.call("embedding", SMALL, input="x", **more)
    [(url, body)] = asked
    assert url == "https://api.openai.com/v1/embeddings"
    assert body["encoding_format"] == "base64"
    assert result.data[0].embedding == [0.5]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("AAA", "no base64"),
        ("AAAA", "3 bytes"),
        ("AAAAAAA=AAAA", "no base64"),
        ("not base64!", "no base64"),
        ("é", "no base64"),
        (base64.b64encode(struct.pack("<f", float("nan"))).decode(), "not finite"),
        (base64.b64encode(struct.pack("<2f", 1.0, float("-inf"))).decode(), "not finite"),
    ],
)
def test_a_vector_that_is_none_is_a_validation_error(
    serve: Callable[..., RawServer], text: str, what: str
) -> None:
    good = {"object": "embedding", "index": 0, "embedding": packed([1.0])}
    data = [good, {**good, "index": 1, "embedding": text}]

    def answer(asked: Any, wire: Any) -> None:
        wire.reply(200, {"object": "list", "data": data}, {"x-request-id": "req_1"})

    server = serve(answer)
    call = Both(plugins=[at_home(server.base_url)], max_retries=2)
    with pytest.raises(jackfield.APIResponseValidationError, match=what) as caught:
        call(SMALL, input=["a", "b"])
    error = caught.value
    assert "number 1" in str(error)
    assert (error.status_code, error.request_id, error.retryable) == (200, "req_1", False)
    assert (error.model, error.provider) == (SMALL, "openai-embeddings")
    assert len(server.requests) == 2  # once for each client
    found = Both(api_base=server.base_url)(SMALL, input=["a", "b"])  # nobody asked for base64
    assert found.data[1].embedding == text


# Inputs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    ["text", ["one", "two"], [1, 2, 3], [[1, 2], [3]], ["one"], ("one", "two"), ((1,), (2,))],
)
def test_inputs_go_as_they_are(elsewhere: Both, sandbox: Sandbox, given: Any) -> None:
    result = elsewhere(SMALL, input=given, dimensions=2)
    assert sent(sandbox)[0]["input"] == json.loads(json.dumps(given))
    several = not isinstance(given, str) and not isinstance(given[0], int)
    assert [item.index for item in result.data] == list(range(len(given) if several else 1))


def test_an_input_that_is_none_of_those_is_left_to_the_api(
    elsewhere: Both, sandbox: Sandbox
) -> None:
    for given in ([], {"a": 1}, [1, "x"], 5, ""):
        sandbox.clear()
        with pytest.raises(jackfield.BadRequestError):
            elsewhere(SMALL, input=given)
        assert sent(sandbox) == [{"model": SMALL, "input": given}]


def test_without_an_input_nothing_is_sent(elsewhere: Both, sandbox: Sandbox) -> None:
    with pytest.raises(jackfield.RequestError, match="input is missing"):
        elsewhere(SMALL)
    with pytest.raises(jackfield.RequestError, match="does not stream"):
        elsewhere(SMALL, input="x", stream=True)
    assert sandbox.requests == []


def test_unknown_parameters_go_as_they_are(elsewhere: Both, sandbox: Sandbox) -> None:
    elsewhere(SMALL, input="x", input_type="query", metadata={"a": [None]}, extra_body={"b": None})
    assert sent(sandbox)[0] == {
        "model": SMALL,
        "input": "x",
        "input_type": "query",
        "metadata": {"a": [None]},
        "b": None,
    }


# Long lists ---------------------------------------------------------------------------------------


def test_a_long_list_is_sent_in_batches_and_comes_back_whole(
    openai: Both, sandbox: Sandbox
) -> None:
    inputs = [f"text {number}" for number in range(2 * 2048 + 3)]
    before = copy.copy(inputs)
    result = openai(SMALL, input=inputs, dimensions=2, user="u")
    asked = sent(sandbox)
    assert [len(body["input"]) for body in asked] == [2048, 2048, 3]
    assert [item for body in asked for item in body["input"]] == before == inputs
    assert {json.dumps({**body, "input": 0}) for body in asked} == {
        json.dumps(
            {
                "model": SMALL,
                "input": 0,
                "dimensions": 2,
                "user": "u",
                "encoding_format": "base64",
            }
        )
    }
    assert [item.index for item in result.data] == list(range(len(inputs)))
    for at in (0, 2047, 2048, 4098):
        assert (
            result.data[at].embedding
            == openai(SMALL, input=inputs[at], dimensions=2).data[0].embedding
        )
    each = [openai(SMALL, input=body["input"], dimensions=2).usage for body in asked]
    assert result.usage == {
        name: sum(usage[name] for usage in each) for name in ("prompt_tokens", "total_tokens")
    }


@pytest.mark.parametrize(
    ("inputs", "sizes"),
    [
        (["x"] * 2048, [2048]),
        (["x"] * 2049, [2048, 1]),
        ([[7]] * 2049, [2048, 1]),
        ([[7] * 100_000] * 4, [3, 1]),
        ([[7] * 300_001, [7]], [1, 1]),
        ([[7], [7] * 299_999, [7]], [2, 1]),
        (["x" * 100_000] * 4, [3, 1]),
        (["é" * 50_000] * 4, [3, 1]),
        (["🙂" * 75_000, "x"], [1, 1]),
        ([7] * 5000, [5000]),
    ],
)
def test_batches_keep_to_the_apis_limits(
    serve: Callable[..., RawServer], inputs: Any, sizes: list[int]
) -> None:
    seen: list[int] = []

    def answer(asked: Any, wire: Any) -> None:
        body = json.loads(asked.file.read_bytes()) if asked.file else asked.json
        seen.append(len(body["input"]))
        count = 1 if isinstance(body["input"][0], int) else len(body["input"])
        data = [{"object": "embedding", "index": at, "embedding": [0.5]} for at in range(count)]
        wire.reply(200, {"object": "list", "data": data, "model": "m"})

    server = serve(answer)
    with jackfield.Client(plugins=[MANIFEST], api_key="k", api_base=server.base_url) as client:
        result = client.call("embedding", SMALL, input=inputs)
    assert seen == sizes
    wanted = 1 if isinstance(inputs[0], int) else len(inputs)
    assert [item.index for item in result.data] == list(range(wanted))


def batched(seen: list[Any], change: Callable[[int, dict[str, Any]], Any]) -> Answer:
    """Answers batches of texts, as `change` makes of an answer and its number."""

    def answer(asked: Any, wire: Any) -> None:
        body = asked.json
        seen.append(body["input"])
        data = [
            {"object": "embedding", "index": at, "embedding": vector_of(text)}
            for at, text in enumerate(body["input"])
        ]
        whole = {"object": "list", "data": data, "model": "m", "usage": {"total_tokens": len(data)}}
        changed = change(len(seen), whole)
        wire.reply(*changed) if isinstance(changed, tuple) else wire.reply(200, changed)

    return answer


INPUTS = [f"t{number}" for number in range(2050)]


@pytest.mark.parametrize(
    "order",
    [
        lambda data: data[::-1],
        lambda data: [{**item, "index": item["index"] + 1} for item in data],
        lambda data: [{k: v for k, v in item.items() if k != "index"} for item in data],
        lambda data: [{**item, "index": 0} for item in data],
        lambda data: [{**item, "index": None} for item in data],
    ],
    ids=["reversed", "from 1", "without index", "all 0", "null"],
)
def test_each_input_gets_its_own_vector_in_whatever_order_they_come(
    serve: Callable[..., RawServer], order: Callable[[list[Any]], list[Any]]
) -> None:
    server = serve(batched([], lambda _, whole: {**whole, "data": order(whole["data"])}))
    with jackfield.Client(plugins=[MANIFEST], api_key="k", api_base=server.base_url) as client:
        result = client.call("embedding", SMALL, input=INPUTS)
    assert [item.index for item in result.data] == list(range(2050))
    assert [item.embedding for item in result.data] == [vector_of(text) for text in INPUTS]


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: {**whole, "data": whole["data"][:-1]},
        lambda whole: {**whole, "data": [*whole["data"], whole["data"][0]]},
        lambda whole: {**whole, "data": [whole["data"][0]] * len(whole["data"][:-1])},
        lambda whole: {**whole, "data": [whole["data"][0], *whole["data"][:-1]]},
        lambda whole: {**whole, "data": [*whole["data"][:-1], "x"]},
        lambda whole: {**whole, "data": None},
        lambda whole: {"object": "list"},
        lambda whole: whole["data"],
    ],
    ids=["missing", "extra", "too few", "twice", "no object", "null", "no data", "a list"],
)
def test_vectors_that_fit_no_inputs_are_an_error(
    serve: Callable[..., RawServer], change: Any
) -> None:
    server = serve(batched([], lambda _, whole: change(whole)))
    with (
        jackfield.Client(plugins=[MANIFEST], api_key="k", api_base=server.base_url) as client,
        pytest.raises(jackfield.APIResponseValidationError) as caught,
    ):
        client.call("embedding", SMALL, input=INPUTS)
    assert caught.value.status_code == 200
    assert caught.value.partial is None
    assert len(server.requests) == 1


def test_an_answer_to_one_request_stays_what_it_is(serve: Callable[..., RawServer]) -> None:
    odd: list[Any] = [{"object": "list"}, {"data": None}, {"data": [1, {"embedding": "AAAA"}]}]
    odd.append({"data": [{"index": 0, "embedding": [1.5]}, {"index": 0, "embedding": [2.5]}]})
    for body in odd:
        server = serve(lambda asked, wire, body=body: wire.reply(200, body))
        assert Both(api_base=server.base_url)(SMALL, input=["a", "b"]).to_dict() == body


def test_usage_is_summed_and_the_rest_is_the_first_answers(serve: Callable[..., RawServer]) -> None:
    def change(number: int, whole: dict[str, Any]) -> Any:
        usage = {
            "prompt_tokens": number,
            "details": {"cached": 10 * number, f"only_{number}": 1},
            "cost": 0.5,
            "tier": f"t{number}",
        }
        return {**whole, "model": f"m{number}", f"x_{number}": None, "usage": usage}

    server = serve(batched([], change))
    with jackfield.Client(plugins=[MANIFEST], api_key="k", api_base=server.base_url) as client:
        result = client.call("embedding", SMALL, input=INPUTS)
    assert {key: value for key, value in result.to_dict().items() if key != "data"} == {
        "object": "list",
        "model": "m1",
        "usage": {
            "prompt_tokens": 3,
            "details": {"cached": 30, "only_1": 1, "only_2": 1},
            "cost": 1.0,
            "tier": "t1",
        },
        "x_1": None,
        "x_2": None,
    }


@pytest.mark.parametrize("what", ["status", "count"])
def test_a_later_failure_keeps_what_is_there(serve: Callable[..., RawServer], what: str) -> None:
    def change(number: int, whole: dict[str, Any]) -> Any:
        if number % 2:
            return whole
        if what == "count":
            return {**whole, "data": []}
        return 400, {"error": {"message": "no", "code": "bad", "param": "input", "type": None}}

    server = serve(batched([], change))
    wanted = {"status": jackfield.BadRequestError, "count": jackfield.APIResponseValidationError}
    with pytest.raises(wanted[what]) as caught:
        Both(api_base=server.base_url)(SMALL, input=INPUTS)
    partial = caught.value.partial
    assert type(partial).__name__ == "EmbeddingResponse"
    assert [item.embedding for item in partial.data] == [vector_of(t) for t in INPUTS[:2048]]
    assert partial.usage.total_tokens == 2048


def test_a_batch_that_fails_for_a_moment_is_sent_again(
    serve: Callable[..., RawServer],
) -> None:
    seen: list[Any] = []
    busy = {"error": {"message": "busy"}}
    server = serve(batched(seen, lambda number, whole: (503, busy) if number == 2 else whole))
    with jackfield.Client(
        plugins=[MANIFEST], api_key="k", api_base=server.base_url, sleep=lambda seconds: None
    ) as client:
        result = client.call("embedding", SMALL, input=INPUTS)
    assert [len(inputs) for inputs in seen] == [2048, 2, 2]
    assert len(result.data) == 2050


def test_progress_is_told_in_percent(serve: Callable[..., RawServer]) -> None:
    server = serve(batched([], lambda _, whole: whole))
    told: list[Any] = []
    with jackfield.Client(plugins=[MANIFEST], api_key="k", api_base=server.base_url) as client:
        client.call("embedding", SMALL, input=["x"] * 5000, on_progress=told.append)
    assert [(each.stage, each.done, each.total) for each in told] == [
        ("wait", 40.96, 100),
        ("wait", 81.92, 100),
        ("wait", 100, 100),
    ]
    assert [len(each.partial.data) for each in told] == [2048, 4096, 5000]


# Names and settings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "model"),
    [
        (SMALL, SMALL),
        (f"openai/{SMALL}", SMALL),
        ("text-embedding-9-next", "text-embedding-9-next"),
        ("openai/bge-m3", "bge-m3"),
        ("openai/BAAI/bge-m3", "BAAI/bge-m3"),
        ("openai/gpt-4o", "gpt-4o"),
    ],
)
def test_names(serve: Callable[..., RawServer], name: str, model: str) -> None:
    server = serve(batched([], lambda _, whole: whole))
    Both(api_base=server.base_url)(name, input=["x"], dimensions=3)
    for asked in server.requests:
        assert asked.target == "/v1/embeddings"
        assert asked.json == {"model": model, "input": ["x"], "dimensions": 3}


def test_a_bare_name_that_nobody_knows_leads_nowhere() -> None:
    with pytest.raises(jackfield.NoRouteError, match="Known prefixes: openai/"):
        Both()("bge-m3", input="x")


def test_the_catalogues_names_can_be_listed() -> None:
    with jackfield.Client(plugins=[MANIFEST]) as client:
        assert {"openai/text-embedding-3-small", "openai/text-embedding-ada-002"} <= set(
            client.list_models()
        )
        explained = client.explain(SMALL, surface="embedding")
    assert (explained["plugin"], explained["model"]) == ("openai-embeddings", SMALL)


def test_settings_reach_the_wire(sandbox: Sandbox) -> None:
    call = Both(
        api_base=sandbox.base_url,
        api_key="sk-client",
        organization="org-1",
        project="proj-1",
        headers={"X-Client": "c", "X-Both": "client"},
    )
    result = call(
        SMALL,
        input="x",
        headers={"X-Both": "call"},
        extra_headers={"X-Extra": "e"},
        extra_query={"q": "1"},
    )
    for request in sandbox.requests:
        assert request.query == "q=1"
        found = {name: request.headers[name] for name in request.headers if name[:2] == "x-"}
        assert found == {"x-client": "c", "x-both": "call", "x-extra": "e"}
        assert request.headers["authorization"] == "Bearer sk-client"
        assert request.headers["openai-organization"] == "org-1"
        assert request.headers["openai-project"] == "proj-1"
    assert result._response_headers["content-type"] == "application/json"
    assert result.request_id == result._response_headers["x-request-id"]


def test_every_batch_has_them(sandbox: Sandbox) -> None:
    with jackfield.Client(
        plugins=[MANIFEST], api_key="sk-1", api_base=sandbox.base_url, organization="org-1"
    ) as client:
        client.call(
            "embedding", SMALL, input=["x"] * 2049, dimensions=1, extra_headers={"X-A": "1"}
        )
    assert [request.headers["x-a"] for request in sandbox.requests] == ["1", "1"]
    assert [r.headers["openai-organization"] for r in sandbox.requests] == ["org-1", "org-1"]


def test_errors_are_the_apis(elsewhere: Both) -> None:
    with pytest.raises(jackfield.BadRequestError, match="dimensions"):
        elsewhere("text-embedding-ada-002", input="x", dimensions=8)
    with pytest.raises(jackfield.NotFoundError) as caught:
        elsewhere("text-embedding-does-not-exist", input="x")
    assert caught.value.code == "model_not_found"
    with pytest.raises(jackfield.AuthenticationError):
        elsewhere(SMALL, input="x", api_key="sk-invalid")


def test_without_a_key_nothing_is_sent(sandbox: Sandbox) -> None:
    with pytest.raises(jackfield.AuthenticationError, match="OPENAI_API_KEY"):
        Both(api_base=sandbox.base_url, api_key=None)(SMALL, input="x")
    assert sandbox.requests == []


def test_a_repr_shows_how_vectors_begin(elsewhere: Both) -> None:
    result = elsewhere(SMALL, input="x", encoding_format="base64")
    assert len(repr(result)) < 300
    result = elsewhere(SMALL, input="x")
    assert "… 1536 numbers]" in repr(result)
    assert laws.identical(result.to_dict()["data"][0]["embedding"], result.data[0].embedding)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_answer_to_a_list_has_a_vector_for_each(
    serve: Callable[..., RawServer], count: int
) -> None:
    data = [{"object": "embedding", "index": at, "embedding": [0.5]} for at in range(count)]
    server = serve(lambda asked, wire: wire.reply(200, {"object": "list", "data": data}))
    with (
        jackfield.Client(plugins=[MANIFEST], api_key="k", api_base=server.base_url) as client,
        pytest.raises(jackfield.APIResponseValidationError, match=f"{count} embeddings for 2"),
    ):
        client.embedding(SMALL, ["a", "b"])
