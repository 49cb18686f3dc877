"""Whatever comes back, it ends in an answer or in one of this library's errors."""

from __future__ import annotations

from typing import Any

from jackfield import errors
from jackfield.errors import APIError, JackfieldError
from jackfield_testing.laws.flows import KEY, Outcome

STATUSES: dict[int, type[APIError]] = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    402: errors.APIStatusError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    405: errors.APIStatusError,
    408: errors.APITimeoutError,
    409: errors.ConflictError,
    413: errors.APIStatusError,
    418: errors.APIStatusError,
    422: errors.UnprocessableEntityError,
    429: errors.RateLimitError,
    451: errors.APIStatusError,
    500: errors.InternalServerError,
    501: errors.InternalServerError,
    502: errors.BadGatewayError,
    503: errors.ServiceUnavailableError,
    504: errors.InternalServerError,
    529: errors.InternalServerError,
    599: errors.InternalServerError,
}
"""The class of each status, where no code says more."""

CODES: dict[str, type[APIError]] = {
    "context_length_exceeded": errors.ContextWindowExceededError,
    "content_policy_violation": errors.ContentPolicyViolationError,
    "content_filter": errors.ContentPolicyViolationError,
}
"""The class of each code that wins over the status."""


def ends_in_an_answer_or_our_error(outcome: Outcome) -> None:
    """Nothing but `JackfieldError` was raised; it shows no key and can be shown itself."""
    error = outcome.error
    if error is None:
        return
    assert isinstance(error, JackfieldError), f"{type(error).__name__} got out: {error!r}"
    assert not isinstance(error, errors.PluginError), f"an answer is no plugin's fault: {error!r}"
    assert KEY not in f"{error!r} {error} {getattr(error, 'body', '')}"


def is_of_the_class(error: Any, status: int, code: Any) -> None:
    """An error answer became the class of its code, else of its status."""
    wanted = CODES.get(code) if isinstance(code, str) else None
    wanted = wanted or STATUSES[status]
    assert type(error) is wanted, f"{status} {code!r} became {type(error).__name__}"
    assert error.status_code == status
