"""Whatever form a file is given in, the same official part is sent."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.envelope import Call
from jackfield_openai_content import hooks
from jackfield_testing import laws, strategies
from jackfield_testing.strategies import Media

SURFACES = pytest.mark.parametrize("responses", [False, True], ids=["chat", "responses"])


Send = Callable[..., Any]


def encoded(media: Media) -> str:
    return base64.b64encode(media.content).decode()


def forms(media: Media, folder: Path, **more: Any) -> dict[str, Any]:
    """The forms of a file that is called as one without a name would be."""
    return laws.forms_of(media.content, folder / f"file.{media.extension}", **more)


@SURFACES
@given(strategies.images(), st.sampled_from(["auto", "low", "high"]))
def test_an_image_in_any_form(
    folder: Path, sent_part: Send, responses: bool, image: Media, detail: str
) -> None:
    def send(value: Any) -> Any:
        if responses:
            part = {"type": "input_image", "image_url": value, "detail": detail}
        else:
            part = {"type": "image_url", "image_url": {"url": value, "detail": detail}}
        return sent_part(part, responses)

    url = f"data:{image.kind};base64,{encoded(image)}"
    there = laws.forms_agree(forms(image, folder, kind=image.kind), send)
    if responses:
        assert there == {"type": "input_image", "image_url": url, "detail": detail}
    else:
        assert there == {"type": "image_url", "image_url": {"url": url, "detail": detail}}


@given(strategies.images())
def test_an_image_without_the_object_around_it(folder: Path, sent_part: Send, image: Media) -> None:
    there = laws.forms_agree(
        forms(image, folder, kind=image.kind),
        lambda value: sent_part({"type": "image_url", "image_url": value}),
    )
    assert there["image_url"] == {"url": f"data:{image.kind};base64,{encoded(image)}"}


@SURFACES
@given(strategies.documents())
def test_a_document_in_any_form(
    folder: Path, sent_part: Send, responses: bool, document: Media
) -> None:
    kinds = {**forms(document, folder, kind=document.kind)}
    del kinds["base64"]  # goes as it is here

    def send(value: Any) -> Any:
        if responses:
            return sent_part({"type": "input_file", "file_data": value}, responses)
        return sent_part({"type": "file", "file": {"file_data": value}})["file"]

    there = laws.forms_agree(kinds, send)
    assert there["file_data"] == f"data:{document.kind};base64,{encoded(document)}"
    assert there["filename"] == f"file.{document.extension}"


@given(strategies.documents())
def test_a_document_without_the_object_around_it(
    folder: Path, sent_part: Send, document: Media
) -> None:
    there = laws.forms_agree(
        forms(document, folder, kind=document.kind),
        lambda value: sent_part({"type": "file", "file": value}),
    )
    assert there["file"] == {
        "file_data": f"data:{document.kind};base64,{encoded(document)}",
        "filename": f"file.{document.extension}",
    }


@SURFACES
@pytest.mark.parametrize("bare", [False, True], ids=["object", "bare"])
@given(strategies.sounds())
def test_a_sound_in_any_form(
    folder: Path, sent_part: Send, responses: bool, bare: bool, sound: Media
) -> None:
    def send(value: Any) -> Any:
        given = value if bare else {"data": value}
        return sent_part({"type": "input_audio", "input_audio": given}, responses)

    there = laws.forms_agree(forms(sound, folder, kind=sound.kind), send)
    assert there["input_audio"] == {"data": encoded(sound), "format": sound.extension}


@st.composite
def conversations(draw: st.DrawFn, folder: Path, responses: bool) -> dict[str, Any]:
    """Calls with official parts and all others, in messages and in tools' results."""
    official = strategies.parts()
    media = st.lists(strategies.media(), min_size=1, max_size=3)
    given = []
    for index, found in enumerate(draw(media)):
        path = folder / f"{index}.{found.extension}"
        form = draw(st.sampled_from(["bytes", "path", "path as text", "base64", "source"]))
        value = laws.forms_of(found.content, path)[form]()
        given.append(part_with(found, value, responses, draw(st.booleans())))
    parts = draw(st.permutations([*given, *draw(st.lists(official, max_size=2))]))
    cut = draw(st.integers(0, len(parts)))
    if responses:
        output = {"type": "function_call_output", "call_id": "c", "output": parts[cut:]}
        return {"input": [{"role": "user", "content": parts[:cut]}, output], "x": [1, None]}
    result = {"role": "tool", "tool_call_id": "c", "content": parts[cut:]}
    return {"messages": [{"role": "user", "content": parts[:cut]}, result], "x": [1, None]}


def part_with(media: Media, value: Any, responses: bool, bare: bool) -> dict[str, Any]:
    if media.part == "audio":
        return {"type": "input_audio", "input_audio": value if bare else {"data": value}}
    if media.part == "image":
        if responses:
            return {"type": "input_image", "image_url": value}
        return {"type": "image_url", "image_url": value if bare else {"url": value}}
    if responses:
        return {"type": "input_file", "file_data": value}
    return {"type": "file", "file": value if bare else {"file_data": value}}


@SURFACES
@given(st.data())
def test_what_is_sent_is_official_and_the_callers_stays(
    folder: Path, settings: Send, responses: bool, data: st.DataObject
) -> None:
    params = data.draw(conversations(folder, responses))
    sent = laws.settles(params, **settings(responses))
    assert sent["x"] == [1, None]
    call = Call("responses" if responses else "chat", "m", sent)
    laws.official_stays(hooks, call)


def has_a_name(value: Any) -> bool:
    """Whether every file in the parameters that brings its content also brings a name."""
    if isinstance(value, dict):
        if "file_data" in value and "filename" not in value:
            return False
        return all(has_a_name(item) for item in value.values())
    return all(has_a_name(item) for item in value) if isinstance(value, list) else True


@given(strategies.chat_params(surrogates=True, nulls=True).filter(has_a_name))
def test_an_official_call_is_left_alone(params: dict[str, Any]) -> None:
    laws.official_stays(hooks, Call("chat", "m", params))
    laws.official_stays(hooks, Call("chat", "m", params, origin="remote"))
