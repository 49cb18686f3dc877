"""Form to task: what the API rejects, in its own words. Unknown fields are ignored."""

from __future__ import annotations

import json
from typing import Any

from jackfield_testing.sandbox.bodies import boolean_in, file_in, number_in, text_in, texts_in
from jackfield_testing.sandbox.errors import APIFault, model_not_found, rejected
from jackfield_testing.sandbox.families import family
from jackfield_testing.sandbox.field_types import check_choice, check_range, listed
from jackfield_testing.sandbox.forms import FormFile
from jackfield_testing.sandbox.model_checks import check_model
from jackfield_testing.sandbox.models import ModelName
from jackfield_testing.sandbox.transcription.kinds import WHISPER, Kind, kind_of
from jackfield_testing.sandbox.transcription.languages import NAMES
from jackfield_testing.sandbox.transcription.sound import EXTENSIONS, extension_of, seconds_of
from jackfield_testing.sandbox.transcription.speakers import read_speakers
from jackfield_testing.sandbox.transcription.task import Task

#: Bytes of a request's whole body.
MOST_BYTES = 26_214_400
#: Seconds from which on a model that tells speakers apart has to know how to cut the sound.
UNCUT_SECONDS = 30.0
_LEAST_SECONDS = 0.1
_FORMATS = ("json", "text", "srt", "verbose_json", "vtt", "diarized_json")
_GRANULARITIES = ("word", "segment")


def check_size(size: int) -> None:
    """Check the size of a body, in bytes.

    Raises:
        APIFault: 413.
    """
    if size > MOST_BYTES:
        message = f"Maximum content size limit ({MOST_BYTES}) exceeded ({size} bytes read)"
        raise APIFault(413, message, type="server_error")


def read_transcription(fields: dict[str, Any]) -> Task:
    """Read the fields of a transcription.

    Raises:
        APIFault: 404 for the model, 400 for everything else.
    """
    model = _model(fields)
    kind = kind_of(model)
    file, seconds = _sound(fields, kind)
    if seconds > kind.most_seconds:
        raise rejected(
            f"audio duration {seconds:g} seconds is longer than {kind.most_seconds:g} seconds "
            "which is the maximum for this model",
            None,
        )
    task = Task(
        model=model,
        kind=kind,
        file=file,
        seconds=seconds,
        format=_format(fields, model, kind),
        language=_language(fields),
        prompt=text_in(fields, "prompt") or "",
        temperature=_temperature(fields),
        granularities=_granularities(fields),
        logprobs=_logprobs(fields, model, kind),
        stream=boolean_in(fields, "stream") and kind.streams,
        speakers=read_speakers(fields, model, kind),
    )
    cut = _is_cut(fields)
    if kind.speakers and seconds > UNCUT_SECONDS and not cut:
        raise rejected("chunking_strategy is required for diarization models", "chunking_strategy")
    if kind.speakers and task.prompt:
        raise rejected("Prompt is not supported for diarization models", "prompt")
    return task


def read_translation(fields: dict[str, Any]) -> Task:
    """Read the fields of a translation.

    Raises:
        APIFault: 404 for the model, 400 for everything else.
    """
    model = _model(fields)
    if kind_of(model) is not WHISPER:
        raise rejected(f"Model '{model}' does not support translation.", "model")
    file, seconds = _sound(fields, WHISPER)
    return Task(
        model=model,
        kind=WHISPER,
        file=file,
        seconds=seconds,
        format=_format(fields, model, WHISPER),
        prompt=text_in(fields, "prompt") or "",
        temperature=_temperature(fields),
    )


def _model(fields: dict[str, Any]) -> str:
    check_model({"model": text_in(fields, "model")})
    model = ModelName.parse(fields["model"]).name
    if family(model) not in ("media", ""):
        raise model_not_found(model)
    return model


def _sound(fields: dict[str, Any], kind: Kind) -> tuple[FormFile, float]:
    file = file_in(fields, "file")
    extension = extension_of(file.filename)
    if extension not in EXTENSIONS:
        if kind is WHISPER or not extension:
            message = f"Unrecognized file format. Supported formats: {list(EXTENSIONS)}"
            raise APIFault(400, message)
        message = f"Unsupported file format {extension}"
        raise APIFault(400, message, param="file", code="unsupported_value")
    try:
        seconds = seconds_of(file.data) if file.data else 0.0
    except ValueError:
        if kind is WHISPER:
            message = "The audio file could not be decoded or its format is not supported."
            raise APIFault(400, message) from None
        raise rejected("Audio file might be corrupted or unsupported", "file") from None
    if seconds < _LEAST_SECONDS:
        message = f"Audio file is too short. Minimum audio length is {_LEAST_SECONDS} seconds."
        raise APIFault(400, message, param="file", code="audio_too_short")
    return file, seconds


def _format(fields: dict[str, Any], model: str, kind: Kind) -> str:
    form = text_in(fields, "response_format") or "json"
    check_choice("response_format", form, _FORMATS)
    if form not in kind.formats:
        raise APIFault(
            400,
            f"response_format '{form}' is not compatible with model '{model}'. "
            f"Use {listed(kind.formats, 'or')} instead.",
            param="response_format",
            code="unsupported_value",
        )
    return form


def _language(fields: dict[str, Any]) -> str:
    language = text_in(fields, "language") or ""
    if language and language not in NAMES:
        raise APIFault(
            400,
            f"Invalid language '{language}'. Language parameter must be specified in ISO-639-1 "
            "format.",
            param="language",
            code="invalid_language_format",
        )
    return language


def _temperature(fields: dict[str, Any]) -> float:
    temperature = number_in(fields, "temperature")
    if temperature is None:
        return 0.0
    check_range("temperature", temperature, 0, 1)
    return temperature


def _granularities(fields: dict[str, Any]) -> tuple[str, ...]:
    granularities = texts_in(fields, "timestamp_granularities")
    if not granularities:
        return ("segment",)
    for granularity in granularities:
        check_choice("timestamp_granularities", granularity, _GRANULARITIES)
    if text_in(fields, "response_format") != "verbose_json":
        raise rejected(
            "timestamp_granularities is only supported with response_format 'verbose_json'.",
            "timestamp_granularities",
        )
    return tuple(granularities)


def _logprobs(fields: dict[str, Any], model: str, kind: Kind) -> bool:
    included = texts_in(fields, "include")
    for name in included:
        check_choice("include", name, ("logprobs",))
    if not included:
        return False
    if not kind.logprobs:
        raise rejected(f"include is not supported with model '{model}'.", "include")
    if (text_in(fields, "response_format") or "json") != "json":
        raise rejected("logprobs is only supported with response_format 'json'.", "include")
    return True


def _is_cut(fields: dict[str, Any]) -> bool:
    strategy = fields.get("chunking_strategy")
    if strategy is None or strategy == "":
        return False
    if isinstance(strategy, str) and strategy.lstrip().startswith("{"):
        try:
            strategy = json.loads(strategy)
        except ValueError:
            strategy = None
    detected = isinstance(strategy, dict) and strategy.get("type") == "server_vad"
    if strategy != "auto" and not detected:
        raise rejected(
            "chunking_strategy must be 'auto' or an object of type 'server_vad'.",
            "chunking_strategy",
        )
    return True
