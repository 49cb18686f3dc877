"""Flow 10: structured output from attrs, dataclasses, TypedDict and pydantic."""

from __future__ import annotations

import asyncio
import dataclasses
import enum
import json
from collections.abc import Callable
from typing import Any, Literal, TypedDict

import answers
import attrs
import jsonschema
import pydantic
import pytest
from plugging import provider
from rawserver import RawServer

import jackfield
from jackfield.views import View


class Mood(enum.Enum):
    GOOD = "good"
    BAD = "bad"


@attrs.frozen
class AttrsPlace:
    name: str
    population: int | None
    tags: list[str]
    mood: Mood


@dataclasses.dataclass(frozen=True)
class DataPlace:
    name: str
    population: int | None
    tags: list[str]
    mood: Mood


class TypedPlace(TypedDict):
    name: str
    population: int | None
    tags: list[str]
    mood: Literal["good", "bad"]


class PydanticPlace(pydantic.BaseModel):
    name: str
    population: int | None
    tags: list[str]
    mood: Mood


TYPES = [AttrsPlace, DataPlace, TypedPlace, PydanticPlace]
VALUE = {"name": "Ironbridge", "population": None, "tags": ["a", "b"], "mood": "good"}
FIELDS: dict[str, Any] = VALUE | {"mood": Mood.GOOD}
PARSED = [AttrsPlace(**FIELDS), DataPlace(**FIELDS), VALUE, PydanticPlace(**FIELDS)]


class Said:
    """What the upstream says next."""

    message: dict[str, Any]


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def upstream(serve: Callable[..., RawServer], said: Said) -> RawServer:
    def answer(asked: Any, wire: Any) -> None:
        body = answers.completion()
        body["choices"][0]["message"] = {"role": "assistant", **said.message}
        wire.reply(200, body)

    return serve(answer)


@pytest.fixture
def client(upstream: RawServer) -> Any:
    with jackfield.Client(plugins=[provider("acme", upstream.base_url)]) as client:
        yield client


@pytest.mark.parametrize(("type_", "parsed"), list(zip(TYPES, PARSED, strict=True)))
def test_a_type_gives_its_instance_and_a_strict_schema(
    client: Any, upstream: RawServer, said: Said, type_: Any, parsed: Any
) -> None:
    said.message = {"content": json.dumps(VALUE), "refusal": None}
    message = client.completion("acme/m", answers.HELLO, response_format=type_).choices[0].message
    assert message.parsed == parsed
    assert message.parsed is message.parsed
    assert type(message.parsed) is type(parsed)
    sent = upstream.requests[0].json["response_format"]
    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["name"] == type_.__name__
    assert sent["json_schema"]["strict"] is True
    schema = sent["json_schema"]["schema"]
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(VALUE)
    jsonschema.validate(VALUE, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(VALUE | {"mood": "odd"}, schema)


@pytest.mark.parametrize("type_", TYPES)
def test_it_works_on_asyncio(upstream: RawServer, said: Said, type_: Any) -> None:
    said.message = {"content": json.dumps(VALUE)}

    async def main() -> Any:
        plugins = [provider("acme", upstream.base_url)]
        async with jackfield.AsyncClient(plugins=plugins) as client:
            return await client.completion("acme/m", answers.HELLO, response_format=type_)

    assert asyncio.run(main()).choices[0].message.parsed == PARSED[TYPES.index(type_)]


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "null",
        '{"name": 1}',
        json.dumps(VALUE)[:-5],
        json.dumps(VALUE | {"population": "x"}),
    ],
)
def test_an_answer_that_does_not_fit_keeps_its_text(
    client: Any, said: Said, type_: Any, text: str
) -> None:
    said.message = {"content": text}
    result = client.completion("acme/m", answers.HELLO, response_format=type_)
    message = result.choices[0].message
    with pytest.raises(jackfield.StructuredOutputError) as caught:
        _ = message.parsed
    assert caught.value.text == text
    assert message.content == text
    assert type_.__name__ in str(caught.value)


@pytest.mark.parametrize("type_", TYPES)
def test_a_refusal_is_what_was_parsed(client: Any, said: Said, type_: Any) -> None:
    said.message = {"content": None, "refusal": "I'd rather not."}
    message = client.completion("acme/m", answers.HELLO, response_format=type_).choices[0].message
    assert message.parsed == "I'd rather not."
    assert message.refusal == "I'd rather not."


def test_no_text_and_no_refusal_is_none(client: Any, said: Said) -> None:
    said.message = {"content": None, "tool_calls": []}
    result = client.completion("acme/m", answers.HELLO, response_format=AttrsPlace)
    assert result.choices[0].message.parsed is None


def test_without_a_type_there_is_nothing_parsed(client: Any, said: Said) -> None:
    said.message = {"content": json.dumps(VALUE)}
    result = client.completion("acme/m", answers.HELLO, response_format={"type": "json_object"})
    assert result.choices[0].message.parsed is None


def test_parsed_is_no_part_of_the_raw_and_survives_going_back_into_messages(
    client: Any, upstream: RawServer, said: Said
) -> None:
    said.message = {"content": json.dumps(VALUE)}
    result = client.completion("acme/m", answers.HELLO, response_format=AttrsPlace)
    message = result.choices[0].message
    assert message.parsed
    assert "parsed" not in result.to_dict()["choices"][0]["message"]
    client.completion("acme/m", [*answers.HELLO, message])
    assert upstream.requests[-1].json["messages"][-1] == message.to_dict()


def test_the_callers_type_is_refused_elsewhere(client: Any, upstream: RawServer) -> None:
    for given in ({"tools": [AttrsPlace]}, {"response_format": int}, {"response_format": list}):
        with pytest.raises(jackfield.RequestError):
            client.completion("acme/m", answers.HELLO, **given)
    assert upstream.requests == []


def test_extra_body_can_not_smuggle_a_type_in(client: Any, upstream: RawServer) -> None:
    with pytest.raises(jackfield.RequestError):
        client.completion("acme/m", answers.HELLO, extra_body={"response_format": AttrsPlace})
    assert upstream.requests == []


def test_any_result_can_be_structured(client: Any, said: Said) -> None:
    said.message = {"content": "x"}

    @attrs.frozen
    class Small:
        id: str
        created: int

    result = client.completion("acme/m", answers.HELLO)
    assert isinstance(result, View)
    assert result.structure(Small) == Small("chatcmpl-1", 1)


def test_a_stream_with_a_type_folds_to_text_that_fits(
    serve: Callable[..., RawServer],
) -> None:
    text = json.dumps(VALUE)
    pieces = answers.events(answers.chunks(text[:7], text[7:]))
    server = serve(lambda asked, wire: wire.stream(pieces))
    with jackfield.Client(plugins=[provider("acme", server.base_url)]) as client:
        chunks = list(
            client.completion("acme/m", answers.HELLO, response_format=AttrsPlace, stream=True)
        )
    assert json.loads(jackfield.stream_chunk_builder(chunks).choices[0].message.content) == VALUE
    assert server.requests[0].json["response_format"]["type"] == "json_schema"


def test_a_stream_folds_to_a_result_with_the_parsed_value(sandbox: Any) -> None:
    ask = {"response_format": Place, "stream": True}
    with jackfield.Client(api_key=sandbox.api_key, api_base=sandbox.base_url) as client:
        stream = client.completion("gpt-4o", [{"role": "user", "content": "Paris"}], **ask)
        first = next(stream)
        result = stream.result()
    assert first.choices[0].delta.role == "assistant"
    assert isinstance(result.choices[0].message.parsed, Place)
    assert result.request_id is not None


def test_an_async_stream_folds_to_a_result_with_the_parsed_value(sandbox: Any) -> None:
    async def main() -> Any:
        async with jackfield.AsyncClient(
            api_key=sandbox.api_key, api_base=sandbox.base_url
        ) as client:
            stream = await client.completion(
                "gpt-4o",
                [{"role": "user", "content": "Paris"}],
                response_format=Place,
                stream=True,
            )
            return await stream.result()

    assert isinstance(asyncio.run(main()).choices[0].message.parsed, Place)


@dataclasses.dataclass
class Place:
    name: str
