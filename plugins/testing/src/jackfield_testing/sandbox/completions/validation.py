"""What the API rejects about a completion request, in its own words. Unknown fields are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox import vocabulary
from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.families import base_of, family
from jackfield_testing.sandbox.field_types import (
    check_length,
    check_range,
    check_shape,
    check_type,
)
from jackfield_testing.sandbox.model_checks import check_model
from jackfield_testing.sandbox.models import ModelName
from jackfield_testing.sandbox.passages import check_passages, passages

#: What stands for a prompt that is absent or null.
START = "<|endoftext|>"
#: How many tokens there may be where the request does not say.
DEFAULT_LIMIT = 16

_WINDOW = 4097
_WINDOWS = {"davinci-002": 16_385, "babbage-002": 16_385}

_SHAPES = {
    "best_of": "an integer",
    "echo": "a boolean",
    "frequency_penalty": "a decimal",
    "logit_bias": "an object",
    "logprobs": "an integer",
    "max_tokens": "an integer",
    "n": "an integer",
    "presence_penalty": "a decimal",
    "seed": "an integer",
    "stop": "a string or an array",
    "stop[]": "a string",
    "stream": "a boolean",
    "stream_options": "an object",
    "stream_options.include_usage": "a boolean",
    "suffix": "a string",
    "temperature": "a decimal",
    "top_p": "a decimal",
    "user": "a string",
}
_RANGES: dict[str, tuple[float, float]] = {
    "best_of": (0, 20),
    "frequency_penalty": (-2, 2),
    "logprobs": (0, 5),
    "max_tokens": (0, 10**9),
    "n": (1, 128),
    "presence_penalty": (-2, 2),
    "temperature": (0, 2),
    "top_p": (0, 1),
}


def validate(request: Mapping[str, Any]) -> None:
    """Check a request.

    Raises:
        APIFault: as the API answers it: 404 for a model that there is not and for chat models, 403
            for models that make no text, 400 for everything else.
    """
    check_model(request)
    _family(ModelName.parse(request["model"]).name)
    if request.get("prompt") is not None:
        check_passages("prompt", request["prompt"])
    for path, expected in _SHAPES.items():
        check_shape(request, path, expected)
    for name, (low, high) in _RANGES.items():
        if request.get(name) is not None:
            check_range(name, request[name], low, high, decimal=_SHAPES[name] == "a decimal")
    _choices(request)
    _combinations(request)
    _biases(request.get("logit_bias") or {})
    _context(request)


def _family(model: str) -> None:
    kind = family(model)
    if kind == "chat":
        raise APIFault(
            404,
            "This is a chat model and not supported in the v1/completions endpoint. "
            "Did you mean to use v1/chat/completions?",
            param="model",
        )
    if kind not in ("text", ""):
        raise APIFault(403, "You are not allowed to sample from this model")


def _choices(request: Mapping[str, Any]) -> None:
    count, best_of = request.get("n") or 1, request.get("best_of")
    if best_of is not None and best_of < count:
        raise APIFault(
            400,
            "You requested that the server return more choices than it will generate (HINT: you "
            f"must set 'n' (currently {count}) to be at most 'best_of' (currently {best_of}), or "
            "omit either parameter if you don't specifically want to use them.)",
            param="best_of",
        )
    if request.get("stream") and best_of is not None and best_of > count:
        raise APIFault(
            400,
            f"Invalid value for 'best_of': results cannot be streamed when 'best_of' ({best_of}) "
            f"is greater than 'n' ({count}).",
            param="best_of",
        )


def _combinations(request: Mapping[str, Any]) -> None:
    stop = request.get("stop")
    if isinstance(stop, list):
        check_length("stop", stop, 4)
    if request.get("stream_options") is not None and not request.get("stream"):
        raise APIFault(
            400,
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )
    base = base_of(ModelName.parse(request["model"]).name)
    if request.get("suffix") is not None and base in _WINDOWS:
        raise APIFault(
            400,
            "Unsupported parameter: 'suffix' is not supported with this model.",
            param="suffix",
            code="unsupported_parameter",
        )


def _biases(biases: Mapping[str, Any]) -> None:
    for key, value in biases.items():
        if not (key.isascii() and key.isdigit()):
            raise APIFault(
                400,
                f"Invalid key in 'logit_bias': {key}. You should only be submitting non-negative "
                "integers.",
                param="logit_bias",
            )
        check_range(f"logit_bias.{key}", int(key), 0, vocabulary.SIZE - 1)
        check_type(f"logit_bias.{key}", value, "a decimal")
        check_range(f"logit_bias.{key}", value, -100, 100)


def _context(request: Mapping[str, Any]) -> None:
    base = base_of(ModelName.parse(request["model"]).name)
    window = _WINDOWS.get(base, _WINDOW)
    limit = DEFAULT_LIMIT if request.get("max_tokens") is None else int(request["max_tokens"])
    prompt = request.get("prompt")
    for passage in passages(START if prompt is None else prompt):
        size = len(passage.pieces)
        if size + limit > window:
            raise APIFault(
                400,
                f"This model's maximum context length is {window} tokens, however you requested "
                f"{size + limit} tokens ({size} in your prompt; {limit} for the completion). "
                "Please reduce your prompt; or completion length.",
            )
