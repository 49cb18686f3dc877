"""Errors in OpenAI's shape: ``{"error": {"message", "type", "param", "code"}}``, real nulls."""

from __future__ import annotations

from typing import Any

INVALID_REQUEST = "invalid_request_error"


class APIFault(Exception):
    """An answer that is an error.

    Args:
        status: the HTTP status.
        message: what a person reads.
        param: the request field that is at fault, as the API spells it (``messages[0].role``).
        code: the machine-readable code.
        type: the error's class; ``invalid_request_error`` for nearly all of them.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        type: str = INVALID_REQUEST,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = error_body(message, type=type, param=param, code=code)


def error_body(
    message: str,
    *,
    type: str = INVALID_REQUEST,
    param: str | None = None,
    code: str | None = None,
) -> dict[str, Any]:
    """Give the JSON body of an error."""
    return {"error": {"message": message, "type": type, "param": param, "code": code}}


_BY_STATUS: dict[int, tuple[str, str | None, str]] = {
    400: (INVALID_REQUEST, None, "The request was rejected."),
    401: (INVALID_REQUEST, "invalid_api_key", "Incorrect API key provided."),
    403: (
        INVALID_REQUEST,
        "unsupported_country_region_territory",
        "Country, region, or territory not supported.",
    ),
    404: (INVALID_REQUEST, None, "The resource was not found."),
    408: ("timeout", None, "The request timed out."),
    409: (INVALID_REQUEST, "conflict", "The resource was changed by another request."),
    422: (INVALID_REQUEST, None, "The request could not be processed."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    500: ("server_error", None, "The server had an error while processing your request."),
    502: ("server_error", None, "Bad gateway."),
    503: ("server_error", None, "The engine is currently overloaded, please try again later."),
    504: ("server_error", None, "The upstream did not answer in time."),
}


def status_error(
    status: int, *, type: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """Give the error body that the API sends with a status; ``type`` and ``code`` override it.

    A code without a type brings the type that belongs to it, as with ``insufficient_quota``.
    """
    default = _BY_STATUS.get(status)
    if default is None:
        default = _BY_STATUS[500] if status >= 500 else _BY_STATUS[400]
    if type is None:
        type = code if code == "insufficient_quota" else default[0]
    return error_body(default[2], type=type, code=default[1] if code is None else code)


def model_not_found(model: str) -> APIFault:
    """Give the error for a model that there is not."""
    return APIFault(
        404,
        f"The model `{model}` does not exist or you do not have access to it.",
        code="model_not_found",
    )


def missing(name: str) -> APIFault:
    """Give the error for a required field that is not there."""
    return APIFault(
        400,
        f"Missing required parameter: '{name}'.",
        param=name,
        code="missing_required_parameter",
    )


def rejected(message: str, param: str | None = None) -> APIFault:
    """Give the error for a field whose value will not do, in words of its own."""
    return APIFault(400, message, param=param, code="invalid_value")
