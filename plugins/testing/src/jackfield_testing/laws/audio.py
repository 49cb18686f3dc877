"""Audio: a form says what the call said, the file arrives as it is, events are the answer."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

from jackfield.dotted import load
from jackfield.effects import Outgoing
from jackfield.envelope import Call
from jackfield.manifest import Surface
from jackfield.sources import Source
from jackfield_testing.sandbox.forms import FormFile, Part, fields_of, parse_form


def sent_form(outgoing: Outgoing) -> list[Part]:
    """The parts of a form that was sent, read as a server reads them."""
    body: Any = outgoing.body
    data = b"".join(body.pieces())
    assert body.length in (None, len(data)), f"{len(data)} bytes were announced as {body.length}"
    form = parse_form(outgoing.headers["Content-Type"], data)
    assert not form.problem, form.problem
    return list(form.parts)


def form_says(parts: Sequence[Part], model: str, params: Mapping[str, Any]) -> None:
    """A form holds the model, every parameter and one file, and nothing else.

    Text is itself, other scalars are their JSON; lists of scalars and objects of any depth can be
    read back. The model comes first and the file last.
    """
    names = [name for name, _ in parts]
    assert names[0] == "model", f"{names[0]} comes before the model"
    assert names[-1] == "file", f"{names[-1]} comes after the file"
    found = fields_of(parts)
    assert isinstance(found.pop("file"), FormFile), "the file is none"
    assert found.pop("model") == model
    assert list(found) == list(params), f"{list(found)} was sent for {list(params)}"
    for name, value in params.items():
        _says(found[name], value, name)


def _says(found: Any, value: Any, path: str) -> None:
    if isinstance(value, dict):
        assert isinstance(found, dict), f"{path} is no object"
        assert list(found) == list(value), f"{path} has {list(found)}"
        for key, item in value.items():
            _says(found[key], item, f"{path}[{key}]")
    elif isinstance(value, list):
        assert isinstance(found, list), f"{path} is no list"
        assert len(found) == len(value), f"{path} has {len(found)} items"
        for index, item in enumerate(value):
            _says(found[index], item, f"{path}[{index}]")
    elif isinstance(value, str):
        assert found == value, f"{path} is {found!r}"
    else:
        read = json.loads(found)
        assert (read, type(read)) == (value, type(value)), f"{path} is {found}"


def file_arrives(parts: Sequence[Part], content: bytes, name: str, content_type: str) -> None:
    """The form's file has these bytes, this name and this type."""
    [file] = [value for _, value in parts if isinstance(value, FormFile)]
    assert file.data == content, (
        f"{file.size} bytes arrived, not the {len(content)} that were given"
    )
    assert (file.filename, file.content_type) == (name, content_type)


def form_is_built_purely(module: Any, call: Call) -> Any:
    """``module.transform_request`` leaves a call with files alone and answers alike.

    As `jackfield_testing.laws.transform_is_pure`, for calls that hold sources: those are compared
    by what they are. Gives the answer.
    """
    before = repr(call)
    held = _sources(call.params)
    first = module.transform_request(call=call)
    assert repr(module.transform_request(call=call)) == repr(first), "it answers differently"
    assert repr(call) == before, "transform_request changed the call"
    assert all(a is b for a, b in zip(_sources(call.params), held, strict=True))
    return first


def _sources(value: Any) -> list[Source]:
    if isinstance(value, Source):
        return [value]
    if isinstance(value, Mapping):
        return [source for item in value.values() for source in _sources(item)]
    if isinstance(value, list):
        return [source for item in value for source in _sources(item)]
    return []


def splits_whole(surface: Surface, result: Any) -> list[dict[str, Any]]:
    """``split`` makes complete events that fold to the result, JSON or bytes; gives the events.

    Nothing before the last event is complete, and the result is as before.
    """
    assert surface.split is not None
    assert surface.fold is not None
    assert surface.complete is not None
    fold, complete = load(surface.fold), load(surface.complete)
    before = copy.deepcopy(result)
    events: list[dict[str, Any]] = load(surface.split)(result)
    assert result == before, "split changed the result"
    assert complete(events), "what split makes is not complete"
    assert not any(complete(events[:end]) for end in range(len(events)))
    assert fold(events) == result, f"folded to {fold(events)!r}"
    assert result == before, "fold changed the result"
    return events
