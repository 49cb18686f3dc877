"""LangChain's models of OpenAI's, on the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import langchain_openai
import openai
import pydantic
import pytest
from proxying import Proxy
from sdk import MASTER
from stories import CITIES, data_url

from jackfield_testing import Sandbox

Chat = Callable[..., Any]


class Place(pydantic.BaseModel):
    """Where it is."""

    city: str


def weather(city: str) -> str:
    """The weather of a city."""
    return f"8 degrees in {city}"


@pytest.fixture
def options(proxy: Proxy, runner: asyncio.Runner) -> Iterator[dict[str, Any]]:
    """How the server is reached, by clients that are closed in the end."""
    own, later = openai.DefaultHttpxClient(), openai.DefaultAsyncHttpxClient()
    yield {
        "base_url": proxy.base_url,
        "api_key": MASTER,
        "max_retries": 0,
        "http_client": own,
        "http_async_client": later,
    }
    own.close()
    runner.run(later.aclose())


@pytest.fixture
def chat(options: dict[str, Any]) -> Callable[..., Any]:
    def make(model: str = "gpt-4o", **more: Any) -> Any:
        return langchain_openai.ChatOpenAI(model=model, **options, **more)

    return make


@pytest.mark.parametrize("model", ["gpt-4o", "openai/responses/gpt-5-mini", "gpt-5-pro"])
def test_asking_and_streaming(
    chat: Chat, runner: asyncio.Runner, sandbox: Sandbox, model: str
) -> None:
    llm = chat(model, use_responses_api=False)
    whole = llm.invoke([("system", "Be brief."), ("human", CITIES)])
    assert "Tokyo" in whole.content
    assert whole.usage_metadata["total_tokens"] > 0
    assert "".join(chunk.content for chunk in llm.stream(CITIES)) == llm.invoke(CITIES).content

    async def later() -> str:
        return "".join([chunk.content async for chunk in llm.astream(CITIES)])

    assert runner.run(later()) == llm.invoke(CITIES).content
    assert {r.headers["authorization"] for r in sandbox.requests} == {"Bearer sk-upstream"}


def test_the_responses_api(chat: Chat, sandbox: Sandbox) -> None:
    llm = chat(use_responses_api=True, output_version="responses/v1")
    assert "Tokyo" in llm.invoke(CITIES).text
    assert "Tokyo" in "".join(chunk.text for chunk in llm.stream(CITIES))
    assert {r.path for r in sandbox.requests} == {"/v1/responses"}


@pytest.mark.parametrize("model", ["gpt-4o", "openai/responses/gpt-4o"])
def test_tools(chat: Chat, sandbox: Sandbox, model: str) -> None:
    from langchain_core.messages import HumanMessage, ToolMessage

    llm = chat(model).bind_tools([weather])
    asked = [HumanMessage(CITIES)]
    said = llm.invoke(asked)
    assert {call["name"] for call in said.tool_calls} == {"weather"}
    results = [
        ToolMessage(weather(**call["args"]), tool_call_id=call["id"]) for call in said.tool_calls
    ]
    assert "8 degrees in" in llm.invoke([*asked, said, *results]).content


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_structured_output(chat: Chat, sandbox: Sandbox, method: str) -> None:
    found = chat().with_structured_output(Place, method=method).invoke(CITIES)
    assert isinstance(found, Place)
    assert found.city


def test_pictures(chat: Chat, sandbox: Sandbox) -> None:
    from langchain_core.messages import HumanMessage

    url = data_url("image/png", b"\x89PNG\r\n\x1a\n" + bytes(40))
    parts: list[Any] = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    assert chat().invoke([HumanMessage(parts)]).content
    assert sandbox.last.json["messages"][0]["content"][1]["image_url"]["url"] == url


def test_embeddings(options: dict[str, Any], sandbox: Sandbox) -> None:
    model = langchain_openai.OpenAIEmbeddings(
        model="text-embedding-3-small",
        **options,
        check_embedding_ctx_length=False,  # else it downloads a tokenizer's tables
        dimensions=8,
    )
    vectors = model.embed_documents(["a", "b"])
    assert [len(vector) for vector in vectors] == [8, 8]
    assert model.embed_query("a") == vectors[0]
