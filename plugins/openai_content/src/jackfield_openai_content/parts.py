"""Where content parts are, and who rewrites each type of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from jackfield_openai_content.audio import audio
from jackfield_openai_content.fields import Fields
from jackfield_openai_content.files import chat_file, responses_file
from jackfield_openai_content.images import chat_image, responses_image
from jackfield_openai_content.reading import Reading

Rewrite: TypeAlias = Callable[[Fields, str, Reading], Fields]
"""``(part, path, reading) -> part``: the same object where nothing has to change."""

REWRITES: dict[str, Rewrite] = {
    "image_url": chat_image,
    "file": chat_file,
    "input_audio": audio,
    "input_image": responses_image,
    "input_file": responses_file,
}


def rewritten(value: Any, path: str, reading: Reading) -> Any:
    """A value with every part in it rewritten, wherever it is; itself where none has to be.

    Args:
        value: plain JSON and sources.
        path: where it stands in the call's parameters (``messages[0].content[1]``).
        reading: gives the content of files.
    """
    if isinstance(value, dict):
        kind = value.get("type")
        rewrite = REWRITES.get(kind) if isinstance(kind, str) else None
        if rewrite is not None:
            return rewrite(value, path, reading)
        changed = {
            key: found
            for key, item in value.items()
            if isinstance(item, (dict, list))
            and (found := rewritten(item, f"{path}.{key}", reading)) is not item
        }
        return {**value, **changed} if changed else value
    if isinstance(value, list):
        items = [
            rewritten(item, f"{path}[{index}]", reading) if isinstance(item, (dict, list)) else item
            for index, item in enumerate(value)
        ]
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    return value
