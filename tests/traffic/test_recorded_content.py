"""Recorded calls with images, files and audio are official: the content plugin leaves them alone.

What it makes of others is official too, by the API's own schema.
"""

from __future__ import annotations

import base64
import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from material import recorded, schemas

from jackfield.envelope import Call
from jackfield_openai_content import hooks
from jackfield_openai_content.manifest import MANIFEST
from jackfield_openai_content.parts import REWRITES
from jackfield_testing import laws, strategies
from jackfield_testing.laws import passthrough
from jackfield_testing.strategies import Media

strategies.use()

SURFACES = {"/chat/completions": "chat", "/responses": "responses"}


def parts_in(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [part for item in value for part in parts_in(item)]
    if not isinstance(value, dict):
        return []
    kind = value.get("type")
    own = [value] if isinstance(kind, str) and kind in REWRITES else []
    return own + [part for item in value.values() for part in parts_in(item)]


def official(params: dict[str, Any]) -> dict[str, Any]:
    """The same, where a URL without the object around it got one: it is old, but understood."""
    wanted = copy.deepcopy(params)
    for part in parts_in(wanted):
        if part["type"] == "image_url" and isinstance(part["image_url"], str):
            part["image_url"] = {"url": part["image_url"]}
    return wanted


@pytest.mark.parametrize("endpoint", SURFACES)
@pytest.mark.parametrize("origin", ["local", "remote"])
def test_recorded_parts_are_left_alone(needs_shared: Path, endpoint: str, origin: Any) -> None:
    seen = changed = 0
    for record in recorded(endpoint):
        params = record["request"].get("json") or {}
        if not parts_in(params):
            continue
        seen += 1
        call = Call(SURFACES[endpoint], params.get("model") or "", params, origin=origin)
        answer = laws.transform_is_pure(hooks, call)
        wanted = official(params)
        if wanted == params:
            assert answer is None, f"{record['id']} was rewritten"
        else:
            changed += 1
            assert laws.identical(dict(answer.params), wanted), record["id"]
            laws.official_stays(hooks, call.replace(params=wanted))
    assert seen > 30
    assert changed < seen / 20


@pytest.fixture(scope="module")
def chat_schema() -> Any:
    """The official schema of a chat request, as a validator."""
    document = schemas()
    if document is None:
        pytest.skip("the reference material is not beside this checkout")
    found = {"$ref": "#/$defs/CreateChatCompletionRequest", "$defs": document["$defs"]}
    return jsonschema.Draft202012Validator(found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def part_of(media: Media, value: Any, bare: bool) -> dict[str, Any]:
    if media.part == "image":
        inner = value if bare else {"url": value, "detail": "high", "format": media.kind}
        return {"type": "image_url", "image_url": inner}
    if media.part == "file":
        inner = value if bare else {"file_data": value, "filename": "x", "format": media.kind}
        return {"type": "file", "file": inner}
    return {"type": "input_audio", "input_audio": value if bare else {"data": value}}


SOUNDS = strategies.sounds().filter(lambda sound: sound.extension in ("wav", "mp3"))


@given(
    strategies.images() | strategies.documents() | SOUNDS,
    st.sampled_from(["bytes", "path", "path as text", "file object", "stream", "base64"]),
    st.booleans(),
)
def test_what_is_sent_is_official_by_the_schema(
    chat_schema: Any, folder: Path, media: Media, form: str, bare: bool
) -> None:
    value = laws.forms_of(media.content, folder / f"a.{media.extension}")[form]()
    content = [{"type": "text", "text": "what is it?"}, part_of(media, value, bare)]
    registry = laws.registry_of(MANIFEST, passthrough.MANIFEST)
    body = laws.sent_body({"messages": [{"role": "user", "content": content}]}, registry=registry)
    chat_schema.validate(body)
    [_, part] = body["messages"][0]["content"]
    held = part[part["type"]]
    data = held.get("url") or held.get("file_data") or held["data"]
    assert base64.b64decode(data.rpartition(",")[2]) == media.content
    assert "format" not in held or media.part == "audio"


def test_the_schema_would_find_what_is_not_official(chat_schema: Any) -> None:
    for part in (
        {"type": "image_url", "image_url": "https://example.com/a.png"},
        {"type": "file", "file": "a.pdf"},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "ogg"}},
    ):
        messages = [{"role": "user", "content": [part]}]
        with pytest.raises(jsonschema.ValidationError):
            chat_schema.validate({"model": "m", "messages": messages})
