"""Documents and other files: ``file`` parts of chat, ``input_file`` parts of Responses.

On chat the fields are in an object (``{"file_data": …, "filename": …}``), in Responses they are the
part's own. Only Responses takes a URL (``file_url``); for chat it is downloaded, unless the call
goes to an owner that takes it all the same.
"""

from __future__ import annotations

from typing import Any

from jackfield.envelope import Loss
from jackfield.errors import RequestError
from jackfield.sources import Source
from jackfield_openai_content import data_urls
from jackfield_openai_content.fields import Fields, renamed, without
from jackfield_openai_content.limits import MAX_FILE_BYTES
from jackfield_openai_content.reading import Content, Reading, is_file, of_base64
from jackfield_openai_content.strings import is_base64, is_web, notation

_HOLDERS = ("file_data", "file_id", "file_url", "url")


def chat_file(part: Fields, path: str, reading: Reading) -> Fields:
    """A ``file`` part with its content as a data URL under a name, or as a URL if that is taken."""
    given = part.get("file")
    in_object = isinstance(given, dict)
    fields: Fields = given if isinstance(given, dict) else {"file_data": given}
    file = _sent(fields, f"{path}.file", reading, responses=False, bare=not in_object)
    return part if file is fields else renamed(part, "file", "file", file)


def responses_file(part: Fields, path: str, reading: Reading) -> Fields:
    """An ``input_file`` part with its content as a data URL under a name, or as a URL."""
    return _sent(part, path, reading, responses=True)


def _sent(
    fields: Fields, path: str, reading: Reading, *, responses: bool, bare: bool = False
) -> Fields:
    """These fields as they are sent; as they are where the file has yet to be read.

    Args:
        fields: those of the file.
        path: where they stand in the call's parameters.
        reading: gives the content.
        responses: whether it is a part of Responses, which takes URLs.
        bare: whether the file was given alone, in place of the object.
    """
    format = None
    if fields.get("format") is not None:
        from jackfield_openai_content import kinds  # an ordinary file needs no look at types

        format = kinds.stated(fields["format"], f"{path}.format")
    key, value = _to_turn(fields, path, reading, responses or reading.urls, bare)
    if isinstance(value, str):
        to = "file_url" if is_web(value) else "file_data"
        fields, key = renamed(fields, key, to, value), ""
    if not key:
        return without(_official(fields, format, path), "format")
    where = path if bare else f"{path}.{key}"
    content = value
    if not isinstance(value, Content):
        content = reading.content(value, where, MAX_FILE_BYTES)
    if content is None:
        return fields
    return _with_content(fields, key, content.typed(format), path, where, reading, responses)


def _to_turn(
    fields: Fields, path: str, reading: Reading, urls: bool, bare: bool
) -> tuple[str, Any]:
    """The field whose value has to be turned into another, and what stands for its content.

    That is a string to send under another name, what has to be read, or a `Content`.

    Raises:
        RequestError: the file is given twice.
    """
    found = [
        (key, turned)
        for key in _HOLDERS
        if (turned := _turned(key, fields.get(key), path, reading, urls, bare)) is not None
    ]
    if not found:
        return "", None
    given = [key for key in _HOLDERS if fields.get(key) is not None]
    if len(given) > 1:
        raise RequestError(f"{path} gives its file twice, in {' and '.join(given)}", path=path)
    return found[0]


def _turned(key: str, value: Any, path: str, reading: Reading, urls: bool, bare: bool) -> Any:
    """What stands for the content of a field, or None where the field goes as it is."""
    if isinstance(value, Source) and value.kind == "url" and urls:
        return value.text
    if is_file(value):
        return value
    if not isinstance(value, str):
        return None
    official = key == "file_data" and not bare
    found = notation(value, path if bare else f"{path}.{key}")
    if found == "url" and is_web(value):
        if urls:
            return None if key == "file_url" else value
        return Source.url(value)
    if found == "data_url":
        return None if official else value
    if key == "file_id":
        return None
    if found == "base64":
        return None if official else of_base64(value)
    return Source.path(value) if found == "path" and reading.local else None


def _official(fields: Fields, format: str | None, path: str) -> Fields:
    """Fields that need no more than a name, if they have none, or another type."""
    data = fields.get("file_data")
    if not isinstance(data, str):
        return fields
    if data[:5].lower() == "data:":
        url = data_urls.parse(data, f"{path}.file_data")
        kind, encoded = url.kind, url.payload
        if format not in (None, kind):
            fields = renamed(fields, "file_data", "file_data", url.with_kind(format or ""))
    elif is_base64(data):
        kind, encoded = "", data
        if format is not None:
            url_of_it = data_urls.data_url(format, data)
            fields = renamed(fields, "file_data", "file_data", url_of_it)
    else:
        return fields
    if "filename" in fields:
        return fields
    name = _made(format or kind, encoded)
    return fields if name is None else {**fields, "filename": name}


def _made(kind: str, encoded: str) -> str | None:
    from jackfield_openai_content import kinds, naming

    if kinds.is_generic(kind):
        found = kinds.sniffed(of_base64(encoded).head) if is_base64(encoded) else None
        return None if found is None else naming.made(found)
    return naming.made(kind)


def _with_content(
    fields: Fields,
    key: str,
    content: Content,
    path: str,
    where: str,
    reading: Reading,
    responses: bool,
) -> Fields:
    from jackfield_openai_content import kinds, naming

    given = fields.get("filename")
    named = given if isinstance(given, str) else None
    names = [name for name in (named, content.name) if name]
    parts = kinds.RESPONSES if responses else kinds.CHAT
    kind, shown = kinds.of_file(content, names, where, parts)
    name = naming.filename(named, content.name, kind, shown)
    sent = renamed(fields, key, "file_data", data_urls.data_url(kind, content.encoded))
    if given is not None and not isinstance(given, str):
        return without(sent, "format")  # the API says what is wrong with it
    if given and name != given:
        reason = f"its content is {kind}, and the API goes by the extension"
        reading.losses.append(Loss(f"{path}.filename", "mapped", reason))
    return without({**sent, "filename": name}, "format")
