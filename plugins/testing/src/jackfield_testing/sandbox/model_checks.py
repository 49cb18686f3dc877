"""The check of the ``model`` field, which every surface makes first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.errors import APIFault, model_not_found
from jackfield_testing.sandbox.field_types import check_type
from jackfield_testing.sandbox.models import ModelName


def check_model(request: Mapping[str, Any]) -> None:
    """Check that a request names a model that there is.

    Raises:
        APIFault: 400 where it is missing or no string, 404 where there is no such model.
    """
    model = request.get("model")
    if model is None or model == "":
        raise APIFault(
            400,
            "you must provide a model parameter",
            param="model",
            code="missing_required_parameter",
        )
    check_type("model", model, "a string")
    if not ModelName.parse(model).exists:
        raise model_not_found(model)
