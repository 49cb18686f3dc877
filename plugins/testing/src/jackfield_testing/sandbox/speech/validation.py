"""What the API rejects about a speech request, in its own words. Unknown fields are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.errors import APIFault, model_not_found
from jackfield_testing.sandbox.families import family
from jackfield_testing.sandbox.model_checks import check_model
from jackfield_testing.sandbox.models import ModelName
from jackfield_testing.sandbox.speech.rendering import FORMATS
from jackfield_testing.sandbox.speech.voices import is_first_generation, voices_of

#: Characters (code points) of ``input`` and of ``instructions``.
MOST_CHARACTERS = 4096
_SPEEDS = (0.25, 4.0)


def validate(request: Mapping[str, Any]) -> None:
    """Check a request.

    Raises:
        APIFault: 404 for the model, 400 for everything else.
    """
    check_model(request)
    model = ModelName.parse(request["model"]).name
    if family(model) not in ("media", ""):
        raise model_not_found(model)
    if request.get("input") is None:
        raise _problem("missing", "input", "Field required", request)
    _text("input", request["input"], least=1)
    _voice(model, request)
    _one_of("response_format", request.get("response_format"), tuple(FORMATS))
    _one_of("stream_format", request.get("stream_format"), ("sse", "audio"))
    if request.get("instructions") is not None:
        _text("instructions", request["instructions"], least=0)
    if request.get("speed") is not None:
        _speed(request["speed"])
    if request.get("stream_format") == "sse" and is_first_generation(model):
        raise APIFault(
            400,
            f"Unsupported value: 'stream_format' does not support 'sse' with '{model}'.",
            param="stream_format",
            code="unsupported_value",
        )


def _text(name: str, value: Any, *, least: int) -> None:
    if not isinstance(value, str):
        raise _problem("string_type", name, "Input should be a valid string", value)
    if len(value) < least:
        message = f"String should have at least {least} character"
        raise _problem("string_too_short", name, message, value, min_length=least)
    if len(value) > MOST_CHARACTERS:
        message = f"String should have at most {MOST_CHARACTERS} characters"
        raise _problem("string_too_long", name, message, value, max_length=MOST_CHARACTERS)


def _voice(model: str, request: Mapping[str, Any]) -> None:
    voice, voices = request.get("voice"), voices_of(model)
    if voice is None:
        raise _problem("missing", "voice", "Field required", request)
    if isinstance(voice, dict) and not is_first_generation(model):
        if not isinstance(voice.get("id"), str) or not voice["id"]:
            raise _problem("missing", "voice", "Field required: id", voice)
        return
    _one_of("voice", voice, voices)


def _one_of(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        *most, last = (f"'{choice}'" for choice in choices)
        expected = f"{', '.join(most)} or {last}"
        raise _problem("enum", name, f"Input should be {expected}", value, expected=expected)


def _speed(value: Any) -> None:
    low, high = _SPEEDS
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _problem("float_type", "speed", "Input should be a valid number", value)
    if value < low:
        message = f"Input should be greater than or equal to {low:g}"
        raise _problem("greater_than_equal", "speed", message, value, ge=low)
    if value > high:
        message = f"Input should be less than or equal to {high:g}"
        raise _problem("less_than_equal", "speed", message, value, le=high)


def _problem(kind: str, name: str, message: str, value: Any, **context: Any) -> APIFault:
    """Give an error whose message is a list of problems, as this endpoint of the API words them."""
    problem = {"type": kind, "loc": ("body", name), "msg": message, "input": value}
    return APIFault(400, str([{**problem, "ctx": context} if context else problem]))
