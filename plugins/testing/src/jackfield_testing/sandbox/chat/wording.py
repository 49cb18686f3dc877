"""The text of an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.chat.conversation import (
    attachments,
    excerpt,
    last_user_text,
    text_of,
    tool_results,
)
from jackfield_testing.sandbox.chat.topics import proper_names, subject
from jackfield_testing.sandbox.identity import identify
from jackfield_testing.sandbox.schema_values import Unsatisfiable, value_for

REFUSE = "[refuse]"
REFUSAL = "I'm sorry, but I can't help with that request."

_OPENINGS = (
    "Here is what I can say about",
    "Thank you for asking. You wrote",
    "Let me answer this:",
    "Happy to help with",
)
_CLOSINGS = (
    "This answer comes from the Jackfield sandbox; the same request always gets the same text.",
    "No model was asked: the Jackfield sandbox wrote this, the same way every time.",
)


def text_for(request: Mapping[str, Any], choice: int) -> str:
    """Give the text of one choice, before any stop sequence or limit.

    It depends on the messages and the seed alone, so that a limit gives a prefix of the same text.
    """
    format_ = request.get("response_format") or {}
    if format_.get("type") == "json_schema":
        return _structured(request, (format_.get("json_schema") or {}).get("schema", {}))
    if format_.get("type") == "json_object":
        question = last_user_text(request["messages"])
        return json.dumps({"question": excerpt(question), "answer": subject(question)})
    plain = _plain(request, choice)
    predicted = predicted_text(request)
    return f"{predicted}\n{plain}" if predicted else plain


def predicted_text(request: Mapping[str, Any]) -> str:
    """Give the text of ``prediction``."""
    prediction = request.get("prediction")
    return text_of(prediction) if isinstance(prediction, Mapping) else ""


def _plain(request: Mapping[str, Any], choice: int) -> str:
    messages = request["messages"]
    identity = identify("wording", {"messages": messages, "seed": request.get("seed")})
    results = tool_results(messages)
    closing = _CLOSINGS[identity.number(f"closing {choice}", len(_CLOSINGS))]
    if results:
        quoted = "; ".join(f"{name} says {result}" for name, result in results)
        return f"Based on the results: {quoted}. {closing}"
    opening = _OPENINGS[identity.number(f"opening {choice}", len(_OPENINGS))]
    came = attachments(messages)
    received = f" I received {', '.join(came)}." if came else ""
    return f"{opening} “{excerpt(last_user_text(messages))}”.{received} {closing}"


def _structured(request: Mapping[str, Any], schema: Any) -> str:
    question = last_user_text(request["messages"])
    texts = [*proper_names(question), excerpt(question, 60)] if question else []
    try:
        value = value_for(schema, texts=texts)
    except Unsatisfiable:
        value = {}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
