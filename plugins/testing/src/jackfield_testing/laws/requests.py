"""Requests survive: what is given is what is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jackfield_testing.laws.json_identity import identical


def request_survives(body: bytes, model: str, params: Mapping[str, Any]) -> None:
    """The body holds the model and every parameter: equal JSON, the same order, nothing else."""
    sent = json.loads(body)
    assert sent.pop("model", None) == model, "the model is not sent"
    assert list(sent) == list(params), f"{list(sent)} was sent for {list(params)}"
    for name, value in params.items():
        assert identical(sent[name], value), f"{name}={value!r} was sent as {sent[name]!r}"
