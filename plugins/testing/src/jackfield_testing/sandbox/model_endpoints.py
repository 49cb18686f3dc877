"""The model list: ``GET /models`` and ``GET /models/{id}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.errors import model_not_found
from jackfield_testing.sandbox.journal import RecordedRequest
from jackfield_testing.sandbox.models import ModelName, model_card, model_list
from jackfield_testing.sandbox.reply import Reply, json_reply
from jackfield_testing.sandbox.surface import Endpoint
from jackfield_testing.sandbox.world import World


def _list(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    return json_reply(model_list())


def _retrieve(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    if not ModelName.parse(params["model"]).exists:
        raise model_not_found(params["model"])
    return json_reply(model_card(params["model"]))


ENDPOINTS = (
    Endpoint("GET", "/models", _list),
    Endpoint("GET", "/models/{model:path}", _retrieve),
)
