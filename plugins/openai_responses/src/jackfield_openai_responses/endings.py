"""How an answer ended: a Response's status and a chat choice's finish reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield.errors import APIError, error_from_body

UNFINISHED = frozenset({"queued", "in_progress"})
"""Statuses of a Response that is still being made, in the background."""

FAILED = frozenset({"failed", "cancelled"})
"""Statuses of a Response that will never be an answer."""

STATUSES = UNFINISHED | FAILED | {"completed", "incomplete"}
"""All statuses of a Response."""

_KNOWN = frozenset({"stop", "length", "content_filter", "tool_calls", "function_call"})
_REASONS = {"max_output_tokens": "length", "content_filter": "content_filter"}
_DETAILS = {finish: reason for reason, finish in _REASONS.items()}


def finish_reason(response: Mapping[str, Any], *, calls: bool) -> str | None:
    """The finish reason of a Response; None while it is unfinished, and if it failed.

    An incomplete one ends with ``length`` unless it says ``content_filter``: what else it may say
    stays readable in ``incomplete_details``.
    """
    status = response.get("status")
    if str(status) in UNFINISHED | FAILED:
        return None
    if status == "incomplete":
        details = response.get("incomplete_details")
        reason = details.get("reason") if isinstance(details, Mapping) else None
        return _REASONS.get(reason, "length") if isinstance(reason, str) else "length"
    return "tool_calls" if calls else "stop"


def status_of(reason: Any) -> tuple[str, dict[str, Any] | None]:
    """The status and the ``incomplete_details`` of a Response for a choice's finish reason."""
    if isinstance(reason, str) and reason in _DETAILS:
        return "incomplete", {"reason": _DETAILS[reason]}
    return "completed", None


def is_known(reason: Any) -> bool:
    """Whether a Response says a choice's finish reason in its own words."""
    return reason is None or (isinstance(reason, str) and reason in _KNOWN)


def has_failed(choice: Mapping[str, Any]) -> bool:
    """Whether a choice of a chat completion says that there was an error."""
    return bool(choice.get("error")) or choice.get("finish_reason") == "error"


def failure_of(choice: Mapping[str, Any], model: Any) -> APIError:
    """The error for a choice that has failed, as the error that it may name says it."""
    error = choice.get("error")
    if not isinstance(error, Mapping):
        error = {"message": error if isinstance(error, str) else "the chat model failed"}
    return error_from_body(
        None, {"error": dict(error)}, model=model if isinstance(model, str) else None
    )


def failure(response: Mapping[str, Any]) -> APIError:
    """The error for a Response that failed or was cancelled; its ``body`` is the Response's own
    error object, in the shape of an error answer."""
    error = response.get("error")
    if not isinstance(error, Mapping):
        verb = "was cancelled" if response.get("status") == "cancelled" else "failed"
        error = {"message": f"the response {verb}"}
    model = response.get("model")
    return error_from_body(
        None, {"error": dict(error)}, model=model if isinstance(model, str) else None
    )
