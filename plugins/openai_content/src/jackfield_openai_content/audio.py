"""Audio: ``input_audio`` parts, the same on chat and in Responses."""

from __future__ import annotations

from typing import Any

from jackfield.sources import Source
from jackfield_openai_content import data_urls
from jackfield_openai_content.fields import Fields, renamed
from jackfield_openai_content.limits import MAX_AUDIO_BYTES
from jackfield_openai_content.reading import Content, Reading, is_file, of_base64
from jackfield_openai_content.strings import is_web, notation


def audio(part: Fields, path: str, reading: Reading) -> Fields:
    """An ``input_audio`` part with its sound as base64, and the name of the sound's format."""
    path = f"{path}.input_audio"
    given = part.get("input_audio")
    in_object = isinstance(given, dict)
    sound: Fields = given if isinstance(given, dict) else {"data": given}
    data = sound.get("data")
    where = f"{path}.data" if in_object else path
    content = _content(data, where, reading)
    if content is None:
        return part
    format = sound.get("format")
    official = in_object and content.encoded is data
    if official and "format" in sound:
        return part
    if format is None:
        format = _format(content, where, needed=not official)
        if format is None:
            return part
    sent = renamed(sound, "data", "data", content.encoded)
    return renamed(part, "input_audio", "input_audio", {**sent, "format": format})


def _content(data: Any, path: str, reading: Reading) -> Content | None:
    """The sound that was given; None where it is left as it is."""
    if isinstance(data, str):
        found = notation(data, path)
        if found == "base64":
            return of_base64(data)
        if found == "data_url":
            url = data_urls.parse(data, path)
            return of_base64(url.base64(path), url.kind)
        if found == "url" and is_web(data):
            data = Source.url(data)
        elif found == "path" and reading.local:
            data = Source.path(data)
    return reading.content(data, path, MAX_AUDIO_BYTES) if is_file(data) else None


def _format(content: Content, path: str, needed: bool) -> str | None:
    """``wav`` or ``mp3`` is what the API takes; others are named by their file extension."""
    from jackfield_openai_catalogue import media
    from jackfield_openai_content import kinds

    if not needed and kinds.sniffed(content.head) is None:
        return None  # the API may know it
    kind = kinds.of_audio(content, path)
    return media.extension(kind) or kind.partition("/")[2]
