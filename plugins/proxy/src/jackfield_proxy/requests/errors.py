"""Errors as the OpenAI API words them: a status, and an ``error`` object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jackfield import jsonio
from jackfield.errors import (
    AmbiguousRouteError,
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    ConfigError,
    JackfieldError,
    NoRouteError,
    PluginError,
    RequestError,
    UnsupportedParamsError,
)
from jackfield_proxy.requests.headers import answered
from jackfield_proxy.wire.asgi import Pairs

_KINDS = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}


class Refused(Exception):
    """A request that this server answers itself, with an error.

    Args:
        status: the HTTP status.
        message: for people; it says what to do.
        code: OpenAI's word for it, where it has one.
        param: the part of the request that is wrong.
        headers: to answer with.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        kind: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.kind = kind or _kind(status)
        self.headers = dict(headers or {})

    def body(self) -> bytes:
        """The answer's body."""
        return error_body(self.message, self.kind, self.param, self.code)

    def pairs(self) -> Pairs:
        """The headers to answer with."""
        return [(n.encode("latin-1"), v.encode("latin-1")) for n, v in self.headers.items()]


def _kind(status: int) -> str:
    if status in _KINDS:
        return _KINDS[status]
    return "server_error" if status >= 500 else "invalid_request_error"


def error_body(message: str, kind: str | None, param: str | None, code: Any, **more: Any) -> bytes:
    """The JSON of an error object; what is not known is null."""
    details = {"message": message, "type": kind, "param": param, "code": code, **more}
    return jsonio.encode({"error": details})


def model_not_found(name: str, message: str | None = None) -> Refused:
    """404 for a model that nobody here serves."""
    text = message or f"The model `{name}` does not exist or you do not have access to it."
    return Refused(404, text, code="model_not_found", param="model")


_ADVICE = re.compile(
    r', or use unsupported="drop" or "pass"'
    r"| \(max_file_bytes= sets another limit\)"
    r"| \(Client\(private_urls=True\) allows it\)"
)


def _for_clients(message: str) -> str:
    """A message without what only who calls the library can do."""
    return _ADVICE.sub("", message)


def refused(error: Exception) -> Refused:
    """What a failure is to the client.

    An upstream's own error keeps its status, and everything its error object says. What only
    concerns this server's set-up is told in the log, not to the client.
    """
    if isinstance(error, Refused):
        return error
    if isinstance(error, APIError):
        return _of_upstream(error)
    if isinstance(error, (NoRouteError, AmbiguousRouteError)):
        return model_not_found("", error.message)
    if isinstance(error, RequestError):
        return Refused(400, _for_clients(error.message), param=error.path)
    if isinstance(error, PluginError):
        return Refused(500, "A plugin of this server failed; see the server's log.")
    if isinstance(error, ConfigError):
        return Refused(500, "This deployment is not set up correctly; see the server's log.")
    if isinstance(error, JackfieldError):
        return Refused(500, error.message)
    return Refused(500, "The server failed to process this request; see its log.")


class _Upstreams(Refused):
    """An error that an upstream gave."""

    def __init__(self, status: int, error: APIError) -> None:
        super().__init__(
            status,
            error.message,
            code=error.code,
            param=error.param,
            kind=error.type,
            headers=error.headers,
        )
        found = error.body.get("error") if isinstance(error.body, dict) else None
        self._details = found if isinstance(found, dict) else {}

    def body(self) -> bytes:
        known = {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}
        return jsonio.encode({"error": {**known, **self._details}})

    def pairs(self) -> Pairs:
        """Those of the upstream's that the client gets."""
        return answered(self.headers, raw=False)


def _of_upstream(error: APIError) -> Refused:
    if isinstance(error, UnsupportedParamsError):
        message = _for_clients(error.message)
        return Refused(400, message, code="unsupported_parameter", param=error.param)
    if isinstance(error, APIResponseValidationError):
        return Refused(502, error.message, code="invalid_upstream_response")
    status = error.status_code
    if status is None:
        if isinstance(error, APITimeoutError):
            return Refused(504, error.message, code="upstream_timeout")
        if isinstance(error, APIConnectionError):
            return Refused(502, error.message, code="upstream_unreachable")
        if type(error).__name__ == "AuthenticationError":
            return Refused(500, "This deployment has no key for its upstream; see the log.")
        status = _BY_NAME.get(type(error).__name__, 502)
    elif status < 400:  # an error object in a body that called itself a success
        status = _BY_NAME.get(type(error).__name__, 502)
    elif status > 599:  # HTTP has none of these, and clients don't know what to do with them
        status = 502
    return _Upstreams(status, error)


_BY_NAME = {
    "BadRequestError": 400,
    "ContextWindowExceededError": 400,
    "ContentPolicyViolationError": 400,
    "AuthenticationError": 401,
    "PermissionDeniedError": 403,
    "NotFoundError": 404,
    "ConflictError": 409,
    "UnprocessableEntityError": 422,
    "RateLimitError": 429,
    "InternalServerError": 500,
    "BadGatewayError": 502,
    "ServiceUnavailableError": 503,
    "APITimeoutError": 504,
}
"""The status of an error that came without one, inside a stream or a 200."""
