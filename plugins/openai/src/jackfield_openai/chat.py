"""Chat completions: the request, and what becomes of parameters on each model.

The surface is OpenAI's own, so responses and chunks pass as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jackfield.envelope import Call, WireRequest
from jackfield.hookspecs import hookimpl

if TYPE_CHECKING:
    from jackfield.params import ParamSet


@hookimpl
def transform_request(call: Call) -> WireRequest:
    """Send the parameters as they are, the model first."""
    body = call.body()
    effort = body.get("reasoning_effort")
    # Chat has a word where Responses has an object; what else the object held is a loss by now.
    if isinstance(effort, dict) and set(effort) <= {"effort"} and call.unsupported != "pass":
        body["reasoning_effort"] = effort.get("effort")
        if body["reasoning_effort"] is None:
            del body["reasoning_effort"]
    return WireRequest(path="/chat/completions", body=body)


@hookimpl
def supported_params(surface: str, model: str, params: Mapping[str, Any] | None) -> ParamSet:
    """Rows for what the catalogue knows of the model; a model that it does not know has none."""
    # Asked on reasoning models only: an ordinary call does without these modules.
    from jackfield.params import ParamSet
    from jackfield_openai.rules import rows_for
    from jackfield_openai_catalogue.lookup import row

    return ParamSet(dict(rows_for(row(model), params)))
