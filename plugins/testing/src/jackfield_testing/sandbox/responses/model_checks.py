"""What the API rejects because of the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.errors import APIFault, missing
from jackfield_testing.sandbox.families import family
from jackfield_testing.sandbox.field_types import check_type, listed
from jackfield_testing.sandbox.models import ModelName
from jackfield_testing.sandbox.responses.model_facts import ModelFacts


def check_model(request: Mapping[str, Any]) -> None:
    """Check that a request names a model that there is, and that answers here.

    Raises:
        APIFault: 400, even where there is no such model.
    """
    model = request.get("model")
    if model is None or model == "":
        if request.get("prompt") is not None:
            return
        raise missing("model")
    check_type("model", model, "a string")
    name = ModelName.parse(model)
    if not name.exists:
        raise APIFault(
            400,
            f"The requested model '{name.name}' does not exist.",
            param="model",
            code="model_not_found",
        )
    if family(name.name) not in ("chat", ""):
        message = f"The requested model '{name.name}' cannot be used with the Responses API."
        raise APIFault(400, message, param="model")


def check_for_model(request: Mapping[str, Any], model: ModelFacts) -> None:
    """Check the parameters that not every model takes.

    Args:
        request: its fields, without nulls.
        model: what is known of its model.

    Raises:
        APIFault: 400 with code ``unsupported_parameter`` or ``unsupported_value``.
    """
    if request.get("stream") and not model.streams:
        raise APIFault(
            400,
            "Unsupported value: 'stream' does not support true with this model. Only the default "
            "(false) value is supported.",
            param="stream",
            code="unsupported_value",
        )
    verbosity = (request.get("text") or {}).get("verbosity")
    _check_among("text.verbosity", verbosity, model.verbosities, model)
    if not model.is_known and not model.reasons:
        return
    reasoning = request.get("reasoning") or {}
    if model.reasons:
        _check_among("reasoning.effort", reasoning.get("effort"), model.efforts, model)
        if model.summaries or reasoning.get("summary") is None:
            _check_among("reasoning.summary", reasoning.get("summary"), model.summaries, model)
        else:
            raise _unsupported("reasoning.summary")
    else:
        for name in ("effort", "summary"):
            if reasoning.get(name) is not None:
                raise _unsupported(f"reasoning.{name}")
        if "reasoning.encrypted_content" in (request.get("include") or ()):
            message = "Encrypted content is not supported with this model."
            raise APIFault(400, message, param="include")
    if effort_of(request, model) not in (None, "none"):
        _check_sampling(request)


def effort_of(request: Mapping[str, Any], model: ModelFacts) -> str | None:
    """Give the effort that a request is answered with; None without any reasoning.

    A model that nobody knows reasons where it is asked to.
    """
    asked: str | None = (request.get("reasoning") or {}).get("effort")
    if model.reasons or not model.is_known:
        return asked or model.effort
    return None


def _check_sampling(request: Mapping[str, Any]) -> None:
    for name in ("temperature", "top_p"):
        if request.get(name, 1) != 1:
            raise _unsupported(name)
    if request.get("top_logprobs") or "message.output_text.logprobs" in request.get("include", ()):
        message = "logprobs are not supported with reasoning models."
        raise APIFault(400, message, param="include")


def _check_among(name: str, value: Any, choices: tuple[str, ...], model: ModelFacts) -> None:
    if value is not None and value not in choices:
        raise APIFault(
            400,
            f"Unsupported value: '{value}' is not supported with the '{model.dated}' model. "
            f"Supported values are: {listed(choices)}.",
            param=name,
            code="unsupported_value",
        )


def _unsupported(name: str) -> APIFault:
    return APIFault(
        400,
        f"Unsupported parameter: '{name}' is not supported with this model.",
        param=name,
        code="unsupported_parameter",
    )
