"""Content parts: the form a file is given in does not matter, and official parts stay."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jackfield.canonical import canonical
from jackfield.envelope import Call
from jackfield.sources import Source
from jackfield_testing.laws.flows import ask
from jackfield_testing.laws.json_identity import identical
from jackfield_testing.laws.purity import transform_is_pure


class Once(io.RawIOBase):
    """A binary stream that can be read only once, as a pipe or an answer's body."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._rest = content

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is not."""
        return False

    def seek(self, *_: Any) -> int:
        """Refuse."""
        raise io.UnsupportedOperation("seek")

    tell = seek

    def readinto(self, buffer: Any) -> int:
        """Give what comes next."""
        piece, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def forms_of(content: bytes, path: Path, kind: str | None = None) -> dict[str, Callable[[], Any]]:
    """Every form that a caller may have the same file in, by name.

    Args:
        content: the file's bytes; they are written to ``path`` too.
        path: has an extension, so that it can't be mistaken for base64.
        kind: its media type, for a data URL.
    """
    path.write_bytes(content)
    encoded = base64.b64encode(content).decode("ascii")

    def file() -> io.BytesIO:
        found = io.BytesIO(b"read already" + content)
        found.seek(12)
        return found

    forms: dict[str, Callable[[], Any]] = {
        "bytes": lambda: content,
        "bytearray": lambda: bytearray(content),
        "memoryview": lambda: memoryview(content),
        "path": lambda: path,
        "path as text": lambda: str(path),
        "file object": file,
        "stream": lambda: Once(content),
        "source": lambda: Source.path(path),
        "base64": lambda: encoded,
    }
    if kind is not None:
        forms["data URL"] = lambda: f"data:{kind};base64,{encoded}"
    return forms


def sent_body(params: Mapping[str, Any], **how: Any) -> dict[str, Any]:
    """The request that is sent for a call as a caller makes it.

    Args:
        params: as a caller gives them, files included.
        **how: what `jackfield_testing.laws.flows.ask` takes.

    Raises:
        Exception: what the call raises.
    """
    outcome = ask(canonical(params)[0], **how)
    if outcome.error is not None:
        raise outcome.error
    body: dict[str, Any] = json.loads(outcome.body())
    return body


def forms_agree(forms: Mapping[str, Callable[[], Any]], send: Callable[[Any], Any]) -> Any:
    """Whatever form a file is given in, the same is sent; gives that."""
    found = {name: send(make()) for name, make in forms.items()}
    first = next(iter(found))
    for name, request in found.items():
        assert identical(request, found[first]), f"as {name} it is sent otherwise than as {first}"
    return found[first]


def settles(params: Mapping[str, Any], **how: Any) -> dict[str, Any]:
    """What is sent is official: given again, it is sent as it is, and the caller's stays."""
    before = _layout(params)
    first = sent_body(params, **how)
    assert _layout(params) == before, "the caller's objects were changed"
    again = sent_body({key: value for key, value in first.items() if key != "model"}, **how)
    assert identical(again, first), "what was sent is not left alone"
    return first


def official_stays(module: Any, call: Call) -> None:
    """A rewriter leaves this call alone."""
    answer = transform_is_pure(module, call)
    assert answer is None, f"an official call was rewritten: {answer!r}"


def _layout(value: Any) -> Any:
    """Which objects are where: what changes as soon as anything inside does."""
    if isinstance(value, dict):
        return [(key, _layout(item)) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return [_layout(item) for item in value]
    return id(value)
