"""Images: ``image_url`` parts of chat, ``input_image`` parts of Responses.

On chat the image is in an object (``{"url": …, "detail": …}``), in Responses it is a string.
"""

from __future__ import annotations

from typing import Any

from jackfield.sources import Source
from jackfield_openai_content import data_urls
from jackfield_openai_content.fields import Fields, renamed, without
from jackfield_openai_content.limits import MAX_IMAGE_BYTES
from jackfield_openai_content.reading import Reading, is_file, of_base64
from jackfield_openai_content.strings import is_web, notation


def chat_image(part: Fields, path: str, reading: Reading) -> Fields:
    """An ``image_url`` part with its image as a URL or data URL."""
    path = f"{path}.image_url"
    given = part.get("image_url")
    if isinstance(given, dict):
        image = _sent(given, "url", path, f"{path}.url", reading)
        return part if image is given else renamed(part, "image_url", "image_url", image)
    url = _url(given, None, path, reading, responses=False)
    return part if url is None else renamed(part, "image_url", "image_url", {"url": url})


def responses_image(part: Fields, path: str, reading: Reading) -> Fields:
    """An ``input_image`` part with its image as a URL or data URL."""
    where = f"{path}.image_url"
    given = part.get("image_url")
    if isinstance(given, dict) and "url" in given:  # as chat has it
        where = f"{where}.url"
        part = renamed(part, "image_url", "image_url", given["url"])
        more = {name: value for name, value in given.items() if name != "url" and name not in part}
        part = {**part, **more}
    elif given is None and _is_image(part.get("file_id")):
        where = f"{path}.file_id"
        part = renamed(part, "file_id", "image_url", part["file_id"])
    return _sent(part, "image_url", path, where, reading, responses=True)


def _is_image(value: Any) -> bool:
    """Whether what was given as the id of an uploaded file is the image, or where it lies."""
    return is_file(value) or (isinstance(value, str) and is_web(value))


def _sent(
    fields: Fields, key: str, path: str, where: str, reading: Reading, *, responses: bool = False
) -> Fields:
    """These fields as they are sent; as they are where the image has yet to be read."""
    given = fields.get(key)
    format = None
    if fields.get("format") is not None:
        from jackfield_openai_content import kinds  # an ordinary image needs no look at types

        format = kinds.stated(fields["format"], f"{path}.format")
    url = _url(given, format, where, reading, responses)
    if url is None:
        return fields
    return without(fields if url is given else renamed(fields, key, key, url), "format")


def _url(
    given: Any, format: str | None, path: str, reading: Reading, responses: bool
) -> str | None:
    """The URL or data URL for what was given; None where it is left as it is."""
    content = None
    if isinstance(given, str):
        found = notation(given, path)
        if found == "url":
            return given
        if found == "data_url":
            url = data_urls.parse(given, path)
            return given if format in (None, url.kind) else url.with_kind(format or "")
        if found == "base64":
            content = of_base64(given)
        elif found == "path" and reading.local:
            given = Source.path(given)
    if isinstance(given, Source) and given.kind == "url":
        return given.text
    if content is None:
        content = reading.content(given, path, MAX_IMAGE_BYTES) if is_file(given) else None
    if content is None:
        return None
    from jackfield_openai_content import kinds

    parts = kinds.RESPONSES if responses else kinds.CHAT
    return data_urls.data_url(kinds.of_image(content.typed(format), path, parts), content.encoded)
