"""Embedding request to response body: pure, and the same vector for a text in any batch."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.embeddings.vectors import little_endian, size_of, vector
from jackfield_testing.sandbox.models import ModelName
from jackfield_testing.sandbox.passages import passages


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Give the response body for a valid request: one vector for each input, in order."""
    model = ModelName.parse(request["model"])
    size = int(request.get("dimensions") or size_of(model.name))
    encoded = request.get("encoding_format") == "base64"
    data: list[dict[str, Any]] = []
    spent = 0
    for index, passage in enumerate(passages(request["input"])):
        numbers = vector(model.name, passage.text, size)
        given = base64.b64encode(little_endian(numbers)).decode() if encoded else numbers.tolist()
        data.append({"object": "embedding", "index": index, "embedding": given})
        spent += len(passage.pieces)
    return {
        "object": "list",
        "data": data,
        "model": model.dated,
        "usage": {"prompt_tokens": spent, "total_tokens": spent},
    }
