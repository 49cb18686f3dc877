"""Property tests run under the profile that ``HYPOTHESIS_PROFILE`` names, ``ci`` unless told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jackfield.envelope import Call, WireRequest
from jackfield.hookspecs import hookimpl
from jackfield.manifest import Claim, Endpoint, Manifest
from jackfield_openai_content.manifest import MANIFEST
from jackfield_testing import laws
from jackfield_testing.laws import passthrough
from jackfield_testing.strategies import use

use()


class Responder:
    """The hooks of a provider of Responses that sends what it is given."""

    @staticmethod
    @hookimpl
    def transform_request(call: Call) -> WireRequest:
        return WireRequest(path="/responses", body=call.body())


RESPONSES = Manifest(
    name="responder",
    module=f"{__name__}:Responder",
    claims=(Claim("responses", "responder/", identity=True),),
    endpoint=Endpoint(base_url="https://upstream.invalid/v1"),
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for files."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="session")
def settings() -> Callable[[bool], dict[str, Any]]:
    """What a call on chat, or on Responses, is made with."""
    chat = {"registry": laws.registry_of(MANIFEST, passthrough.MANIFEST)}
    responses = {
        "registry": laws.registry_of(MANIFEST, RESPONSES),
        "surface": "responses",
        "model": "responder/m",
    }
    return lambda on_responses: responses if on_responses else chat


@pytest.fixture(scope="session")
def sent_part(settings: Callable[[bool], dict[str, Any]]) -> Callable[..., Any]:
    """Send a content part, on chat or on Responses; gives it as it was sent."""

    def send(part: dict[str, Any], responses: bool = False) -> Any:
        message = {"role": "user", "content": [{"type": "text", "text": "what is it?"}, part]}
        name = "input" if responses else "messages"
        return laws.sent_body({name: [message]}, **settings(responses))[name][0]["content"][1]

    return send


@pytest.fixture(scope="session")
def refused(sent_part: Callable[..., Any]) -> Callable[..., Any]:
    """The error that a part ends in."""

    def send(part: dict[str, Any], responses: bool = False) -> Any:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - the test looks at it
            sent_part(part, responses)
        return caught.value

    return send
