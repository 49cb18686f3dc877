"""The fields of a request, from JSON or from a form."""

from __future__ import annotations

import math
from typing import Any

import orjson

from jackfield_testing.sandbox.errors import APIFault, missing
from jackfield_testing.sandbox.field_types import check_type
from jackfield_testing.sandbox.forms import FormFile, fields_of
from jackfield_testing.sandbox.journal import RecordedRequest

_NOT_JSON = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using "
    "your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not "
    "valid JSON.)"
)
_FORM = "multipart/form-data"


def json_body(record: RecordedRequest) -> dict[str, Any]:
    """Give the members of a JSON body.

    Raises:
        APIFault: 400 where it is no JSON object.
    """
    try:
        body = orjson.loads(record.body)
    except orjson.JSONDecodeError:
        raise APIFault(400, _NOT_JSON) from None
    check_type("body", body, "an object")
    members: dict[str, Any] = body
    return members


def form_body(record: RecordedRequest) -> dict[str, Any]:
    """Give the fields of a form: strings, files, lists for ``name[]``, objects for ``name[key]``.

    Raises:
        APIFault: 400 where it is no form, or one that is cut short or malformed.
    """
    kind = record.headers.get("content-type", "")
    if not is_form(record):
        raise APIFault(
            400,
            f"Unsupported content type: '{kind}'. This API method only accepts '{_FORM}' requests, "
            f"but you specified the header 'Content-Type: {kind}'. Please try again with a "
            "supported content type.",
            code="unsupported_content_type",
        )
    if record.form_problem:
        raise APIFault(400, f"Could not parse multipart form: {record.form_problem}.")
    return fields_of(record.form)


def form_or_json_body(record: RecordedRequest) -> dict[str, Any]:
    """Give the fields of a body that may be either.

    Raises:
        APIFault: 400 where it is neither.
    """
    return form_body(record) if is_form(record) else json_body(record)


def is_form(record: RecordedRequest) -> bool:
    """Whether a request says that its body is a form."""
    kind = record.headers.get("content-type", "").partition(";")[0]
    return kind.strip().lower() == _FORM


def number_in(fields: dict[str, Any], name: str) -> float | None:
    """Read a number from a form, where everything is text; None where it is not there.

    Raises:
        APIFault: 400 with code ``invalid_type``.
    """
    text = text_in(fields, name)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _mistyped(name, "a decimal", f"'{text}'")
    return number


def boolean_in(fields: dict[str, Any], name: str) -> bool:
    """Read a truth value from a form; False where it is not there.

    Raises:
        APIFault: 400 with code ``invalid_type``.
    """
    text = (text_in(fields, name) or "false").lower()
    if text in ("true", "1"):
        return True
    if text in ("false", "0"):
        return False
    raise _mistyped(name, "a boolean", f"'{text}'")


def text_in(fields: dict[str, Any], name: str) -> str | None:
    """Read a text from a form; None where it is not there, or empty.

    Raises:
        APIFault: 400 with code ``invalid_type`` for a file, a list or an object.
    """
    value = fields.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _mistyped(name, "a string", "a file" if isinstance(value, FormFile) else "a list")
    return value


def texts_in(fields: dict[str, Any], name: str) -> list[str]:
    """Read the texts of ``name[]`` from a form; a plain ``name`` is not looked at, as in the API.

    Raises:
        APIFault: 400 with code ``invalid_type`` where one is no text.
    """
    values = fields.get(name)
    if not isinstance(values, list):
        return []
    for value in values:
        if not isinstance(value, str):
            raise _mistyped(f"{name}[]", "a string", "a file")
    return values


def members_in(fields: dict[str, Any], name: str) -> dict[str, Any] | None:
    """Read the members of ``name[key]`` from a form; None where there are none.

    Raises:
        APIFault: 400 with code ``invalid_type`` where it is something else.
    """
    value = fields.get(name)
    if value is None or isinstance(value, dict):
        return value
    raise _mistyped(name, "an object", "a file" if isinstance(value, FormFile) else "a string")


def file_in(fields: dict[str, Any], name: str) -> FormFile:
    """Read a file from a form.

    Raises:
        APIFault: 400 where it is not there, or no file.
    """
    value = fields.get(name)
    if value is None:
        raise missing(name)
    if not isinstance(value, FormFile):
        raise _mistyped(name, "a file", "a string")
    return value


def _mistyped(name: str, expected: str, got: str) -> APIFault:
    return APIFault(
        400,
        f"Invalid type for '{name}': expected {expected}, but got {got} instead.",
        param=name,
        code="invalid_type",
    )
