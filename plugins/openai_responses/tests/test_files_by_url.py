"""Files given to chat by URL: the Responses API fetches them itself, so nobody else does."""

from __future__ import annotations

from typing import Any

import plugging
import pytest
from rawserver import RawServer
from upstream import PLUGINS, response

from jackfield.sources import Source

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
WITH_CONTENT = [*PLUGINS, "openai-content"]
EFFORT = {"effort": "low", "summary": "auto"}


@pytest.fixture(autouse=True)
def answers(server: RawServer) -> None:
    """Answer as the Responses API, as chat, and with a file."""

    def answer(asked: Any, wire: Any) -> None:
        if asked.method == "GET":
            wire.reply(200, PDF, content_type="application/pdf")
        elif asked.target.endswith("/responses"):
            wire.reply(200, response())
        else:
            wire.reply(200, {"id": "c", "object": "chat.completion", "choices": []})

    server.answer = answer


def forms(url: str) -> dict[str, Any]:
    return {
        "file_id": {"file_id": url},
        "file_url": {"file_url": url, "filename": "x.pdf"},
        "url": {"url": url},
        "file_data": {"file_data": url},
        "source": {"file_data": Source.url(url)},
        "alone": url,
    }


@pytest.mark.parametrize("form", list(forms("")))
@pytest.mark.parametrize(
    ("model", "more"),
    [
        ("openai/responses/gpt-4o", {}),
        ("o3-pro", {}),
        ("gpt-5", {"reasoning_effort": EFFORT}),  # which is only now found to go there
    ],
)
def test_over_the_bridge_a_file_is_sent_by_its_url(
    server: RawServer, make: Any, form: str, model: str, more: dict[str, Any]
) -> None:
    url = f"{server.base_url}/x.pdf"
    part = {"type": "file", "file": forms(url)[form]}
    messages = [{"role": "user", "content": [{"type": "text", "text": "?"}, part]}]
    result = make(lambda c: c.completion(model, messages, **more), plugins=WITH_CONTENT)
    assert result.object == "chat.completion"
    assert [(asked.method, asked.target) for asked in server.requests] == [
        ("POST", "/v1/responses")
    ]
    sent = server.requests[0].json["input"][0]["content"][1]
    wanted = {"type": "input_file", "file_url": url}
    assert sent == (wanted | {"filename": "x.pdf"} if form == "file_url" else wanted)


def test_elsewhere_on_chat_it_is_downloaded(server: RawServer, make: Any) -> None:
    url = f"{server.base_url}/x.pdf"
    part = {"type": "file", "file": {"file_id": url}}
    messages = [{"role": "user", "content": [part]}]
    make(lambda c: c.completion("openai/gpt-4o", messages), plugins=WITH_CONTENT, private_urls=True)
    assert [asked.method for asked in server.requests] == ["GET", "POST"]
    assert "file_data" in server.requests[1].json["messages"][0]["content"][0]["file"]


def test_a_response_over_chat_has_it_downloaded(server: RawServer, make: Any) -> None:
    part = {"type": "input_file", "file_url": f"{server.base_url}/x.pdf"}
    given = [{"role": "user", "content": [part]}]
    plugins = [*WITH_CONTENT, plugging.provider("acme", server.base_url)]
    make(lambda c: c.responses("acme/m", given), plugins=plugins, private_urls=True)
    assert [asked.method for asked in server.requests] == ["GET", "POST"]
    assert "file_data" in server.requests[1].json["messages"][0]["content"][0]["file"]
