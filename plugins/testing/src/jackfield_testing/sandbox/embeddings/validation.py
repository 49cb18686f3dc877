"""What the API rejects about an embedding request, in its own words. Unknown fields are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.embeddings.vectors import size_of
from jackfield_testing.sandbox.errors import APIFault, missing
from jackfield_testing.sandbox.families import base_of, family
from jackfield_testing.sandbox.field_types import check_range, check_shape
from jackfield_testing.sandbox.model_checks import check_model
from jackfield_testing.sandbox.models import ModelName
from jackfield_testing.sandbox.passages import check_passages, passages

#: Inputs in one request, and tokens in an input that is an array of them.
MOST_INPUTS = 2048
#: Tokens in one input.
MOST_TOKENS = 8192
#: Tokens in all inputs together.
MOST_TOKENS_IN_ALL = 300_000

_SHAPES = {"dimensions": "an integer", "encoding_format": "a string", "user": "a string"}


def validate(request: Mapping[str, Any]) -> None:
    """Check a request.

    Raises:
        APIFault: as the API answers it: 404 for the model, 403 for a model of another kind, 400 for
            everything else.
    """
    check_model(request)
    model = ModelName.parse(request["model"]).name
    if family(model) not in ("embedding", ""):
        raise APIFault(403, "You are not allowed to generate embeddings from this model")
    _input(request)
    for path, expected in _SHAPES.items():
        check_shape(request, path, expected)
    if request.get("stream"):
        raise APIFault(
            400, "Unknown parameter: 'stream'.", param="stream", code="unknown_parameter"
        )
    _dimensions(model, request.get("dimensions"))
    form = request.get("encoding_format")
    if form not in (None, "float", "base64"):
        raise APIFault(
            400,
            f"Invalid value: '{form}'. Supported values are: 'float' and 'base64'.",
            param="encoding_format",
            code="invalid_value",
        )


def _input(request: Mapping[str, Any]) -> None:
    value = request.get("input")
    if value is None:
        raise missing("input")
    check_passages("input", value)
    if isinstance(value, list) and len(value) > MOST_INPUTS:
        raise _invalid("input", f"array length must be {MOST_INPUTS} or less")
    several = isinstance(value, list) and isinstance(value[0], str | list)
    total = 0
    for index, passage in enumerate(passages(value)):
        if not passage.text:
            raise _invalid("input", "input cannot be an empty string")
        if len(passage.pieces) > MOST_TOKENS:
            name = f"input[{index}]" if several else "input"
            raise _invalid(name, f"maximum input length is {MOST_TOKENS} tokens")
        total += len(passage.pieces)
    if total > MOST_TOKENS_IN_ALL:
        raise APIFault(
            400,
            f"Requested {total} tokens, max {MOST_TOKENS_IN_ALL} tokens per request",
            type="max_tokens_per_request",
            code="max_tokens_per_request",
        )


def _dimensions(model: str, size: Any) -> None:
    if size is None:
        return
    if base_of(model) == "text-embedding-ada-002":
        raise APIFault(400, "This model does not support specifying dimensions.")
    check_range("dimensions", size, 1, float("inf"))
    most = size_of(model)
    if size > most:
        message = f"Invalid value for 'dimensions' = {size}. Must be less than or equal to {most}."
        raise APIFault(400, message)


def _invalid(name: str, reason: str) -> APIFault:
    return APIFault(400, f"Invalid '{name}': {reason}.", param=name)
