"""Completion request to completion: pure, and the same for the same request, streamed or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.completions.candidates import candidates
from jackfield_testing.sandbox.completions.logprobs import entries
from jackfield_testing.sandbox.completions.validation import START
from jackfield_testing.sandbox.identity import identify
from jackfield_testing.sandbox.models import ModelName
from jackfield_testing.sandbox.passages import passages


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Give the response body for a valid request: ``n`` choices for each prompt, in order."""
    model = ModelName.parse(request["model"])
    request = {**request, "model": model.name}
    identity = identify("text_completion", request)
    prompt = request.get("prompt")
    prompts = passages(START if prompt is None else prompt)
    echoed = bool(request.get("echo"))
    choices: list[dict[str, Any]] = []
    spent = 0
    for number, passage in enumerate(prompts):
        echo = passage.pieces if echoed else []
        made = candidates(request, passage.text, number)
        spent += sum(len(candidate.pieces) for candidate in made)
        made.sort(key=lambda one: one.score(identity, len(echo)), reverse=True)
        for candidate in made[: int(request.get("n") or 1)]:
            pieces = [*echo, *candidate.pieces]
            logprobs = None
            if request.get("logprobs") is not None:
                salts = [str(number)] * len(echo) + [candidate.salt] * len(candidate.pieces)
                start = 0 if echoed else len(passage.text)
                top = int(request["logprobs"])
                logprobs = entries(pieces, salts, start, top, echoed, identity)
            choices.append(
                {
                    "text": "".join(pieces),
                    "index": len(choices),
                    "logprobs": logprobs,
                    "finish_reason": candidate.reason,
                }
            )
    given = sum(len(passage.pieces) for passage in prompts)
    return {
        "id": f"cmpl-{identity.text('id', 29)}",
        "object": "text_completion",
        "created": identity.created,
        "model": model.dated,
        "choices": choices,
        "usage": {
            "prompt_tokens": given,
            "completion_tokens": spent,
            "total_tokens": given + spent,
        },
    }
