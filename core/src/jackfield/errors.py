"""What can go wrong, as one tree.

::

    JackfieldError
    ├── ConfigError                      a setting, header, key or session that cannot be used
    ├── RoutingError
    │   ├── NoRouteError                 nobody installed serves this (surface, model)
    │   └── AmbiguousRouteError          two distributions claim it
    ├── PluginError                      a plugin failed; names its distribution
    ├── RequestError                     the call cannot be turned into a request
    │   └── SourceError                  a file or URL that cannot be read
    ├── TransportError                   mixed into the two connection errors below
    └── APIError                         an answer, or the lack of one
        ├── APIConnectionError           (also a TransportError)
        │   ├── APITimeoutError          alias ``Timeout``
        │   └── StreamInterruptedError   keeps the chunks and the partial result
        ├── APIResponseValidationError   an answer that is not what the API promises
        │   └── StructuredOutputError    text that does not fit the asked-for type
        └── APIStatusError
            ├── BadRequestError          400
            │   ├── ContextWindowExceededError
            │   ├── ContentPolicyViolationError
            │   └── UnsupportedParamsError
            ├── AuthenticationError      401, or no key at all (then ``status_code`` is None)
            ├── PermissionDeniedError    403
            ├── NotFoundError            404
            ├── ConflictError            409
            ├── UnprocessableEntityError 422
            ├── RateLimitError           429
            └── InternalServerError      5xx
                ├── BadGatewayError      502
                └── ServiceUnavailableError 503

API errors are chosen by HTTP status and by ``error.code`` / ``error.type``, never by words in the
message. What the API did not say is ``None``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def _rebuild(cls: type[JackfieldError], args: tuple[Any, ...], state: dict[str, Any]) -> Any:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class JackfieldError(Exception):
    """Root of everything this library raises on purpose."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self.args, dict(self.__dict__))


class ConfigError(JackfieldError):
    """A setting that cannot be used; nothing was sent."""


class RoutingError(JackfieldError):
    """A name that leads nowhere, or to more than one place."""


class NoRouteError(RoutingError):
    """Nobody installed serves this surface and model.

    ``distribution`` is the one to install, where that is known.
    """

    def __init__(self, message: str, *, distribution: str | None = None) -> None:
        super().__init__(message)
        self.distribution = distribution


class AmbiguousRouteError(RoutingError):
    """Several distributions claim the same name; ``distributions`` names them."""

    def __init__(self, message: str, *, distributions: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.distributions = tuple(distributions)


class PluginError(JackfieldError):
    """A plugin broke its contract or failed; ``distribution`` names it."""

    def __init__(self, message: str, *, distribution: str | None = None) -> None:
        super().__init__(message)
        self.distribution = distribution


class RequestError(JackfieldError):
    """The call cannot be turned into a request; ``path`` says where, as in ``messages[0].x``."""

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


class SourceError(RequestError):
    """A file, file object or URL given in a call cannot be read, may not be, or is too large."""


class TransportError(JackfieldError):
    """The connection failed, or there never was one."""


class APIError(JackfieldError):
    """An error answer, an unusable answer, or no answer.

    Attributes:
        status_code: the HTTP status, or None where there was none.
        code, param, type: from the API's error object.
        request_id: the upstream's ``x-request-id``.
        headers: response headers, lower-case names.
        body: the decoded error body (or its text).
        model, provider: the model and plugin of the call.
        retryable: whether trying again may help.
        chunks, partial: on streams, the raw chunks so far and the result folded from them; where a
            call waits for a job or sends several requests, ``partial`` is the result so far.
        attempts: how many requests were made.
    """

    retryable: bool = False

    def __init__(
        self,
        message: str = "",
        *,
        status_code: int | None = None,
        code: str | None = None,
        param: str | None = None,
        type: str | None = None,
        request_id: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        model: str | None = None,
        provider: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.code = code
        self.param = param
        self.type = type
        self.request_id = request_id
        self.headers = dict(headers) if headers is not None else None
        self.body = body
        self.model = model
        self.provider = provider
        if retryable is not None:
            self.retryable = retryable
        self.chunks: list[Any] | None = None
        self.partial: Any = None
        self.attempts: int | None = None


class APIConnectionError(APIError, TransportError):
    """The upstream could not be reached, or the connection broke."""

    retryable = True


class APITimeoutError(APIConnectionError):
    """Too slow; ``phase`` is connect, read, write, pool, stream idle or wait (None for a 408)."""

    phase: str | None = None


Timeout = APITimeoutError


class StreamInterruptedError(APIConnectionError):
    """A stream ended before it was complete; ``chunks`` and ``partial`` hold what arrived."""


class APIResponseValidationError(APIError):
    """A success status with a body that is not the API's: HTML, nothing, or broken JSON."""


class StructuredOutputError(APIResponseValidationError):
    """The answer's text does not fit the type given as ``response_format``; ``text`` keeps it."""

    text: str | None = None


class APIStatusError(APIError):
    """An error status without a class of its own."""


class BadRequestError(APIStatusError):
    """400."""


class ContextWindowExceededError(BadRequestError):
    """``error.code`` (or ``type``) is ``context_length_exceeded``."""


class ContentPolicyViolationError(BadRequestError):
    """``error.code`` (or ``type``) says so: ``content_policy_violation``, ``content_filter``, …"""


class UnsupportedParamsError(BadRequestError):
    """A parameter or value that the route cannot carry, found before anything was sent."""


class AuthenticationError(APIStatusError):
    """401, or no key where one is needed."""


class PermissionDeniedError(APIStatusError):
    """403."""


class NotFoundError(APIStatusError):
    """404."""


class ConflictError(APIStatusError):
    """409."""

    retryable = True


class UnprocessableEntityError(APIStatusError):
    """422."""


class RateLimitError(APIStatusError):
    """429; ``retryable`` is False for ``insufficient_quota``."""

    retryable = True


class InternalServerError(APIStatusError):
    """5xx."""

    retryable = True


class BadGatewayError(InternalServerError):
    """502."""


class ServiceUnavailableError(InternalServerError):
    """503."""


_BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: APITimeoutError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    502: BadGatewayError,
    503: ServiceUnavailableError,
}
# Where these codes appear the code says more than the status, or there is no error status at all.
_BY_CODE: dict[str, type[APIError]] = {
    "context_length_exceeded": ContextWindowExceededError,
    "content_policy_violation": ContentPolicyViolationError,
    "content_filter": ContentPolicyViolationError,
    "moderation_blocked": ContentPolicyViolationError,
    "image_content_policy_violation": ContentPolicyViolationError,
    "bio_policy": ContentPolicyViolationError,
}
_WITHOUT_STATUS: dict[str, type[APIError]] = {
    "invalid_api_key": AuthenticationError,
    "authentication_error": AuthenticationError,
    "permission_error": PermissionDeniedError,
    "permission_denied": PermissionDeniedError,
    "model_not_found": NotFoundError,
    "not_found_error": NotFoundError,
    "rate_limit_exceeded": RateLimitError,
    "rate_limit_error": RateLimitError,
    "insufficient_quota": RateLimitError,
    "tokens": RateLimitError,
    "requests": RateLimitError,
    "server_error": InternalServerError,
    "internal_server_error": InternalServerError,
    "service_unavailable": ServiceUnavailableError,
    "overloaded_error": ServiceUnavailableError,
    "timeout": APITimeoutError,
    "invalid_request_error": BadRequestError,
    # What the Responses API says of a response that failed, beside codes that are above.
    "vector_store_timeout": InternalServerError,
    "data_residency_mismatch": BadRequestError,
    "invalid_prompt": BadRequestError,
    "invalid_image": BadRequestError,
    "invalid_image_format": BadRequestError,
    "invalid_image_mode": BadRequestError,
    "invalid_image_url": BadRequestError,
    "invalid_base64_image": BadRequestError,
    "image_too_large": BadRequestError,
    "image_too_small": BadRequestError,
    "image_parse_error": BadRequestError,
    "image_file_too_large": BadRequestError,
    "image_file_not_found": BadRequestError,
    "unsupported_image_media_type": BadRequestError,
    "empty_image_file": BadRequestError,
    "failed_to_download_image": BadRequestError,
}


def error_class(status: int | None, code: str | None, type_: str | None) -> type[APIError]:
    """The class for an HTTP status (None or 2xx: there was none) and the error's code and type."""
    for word in (code, type_):
        if word in _BY_CODE:
            return _BY_CODE[word]
    if status is None or status < 400:
        for word in (code, type_):
            if word is None:
                continue
            if word in _WITHOUT_STATUS:
                return _WITHOUT_STATUS[word]
            if word.isascii() and word.isdigit() and 400 <= int(word[:4]) < 600:
                return error_class(int(word[:4]), None, None)
        return APIError
    found = _BY_STATUS.get(status)
    if found is not None:
        return found
    return InternalServerError if status >= 500 else APIStatusError


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) else None


def error_from_body(
    status: int | None,
    body: Any,
    *,
    headers: Mapping[str, str] | None = None,
    model: str | None = None,
    provider: str | None = None,
) -> APIError:
    """Build the error for an upstream's error answer.

    Args:
        status: the HTTP status, or None inside a stream or a 200.
        body: decoded JSON, or the text of a body that is no JSON. Any shape is taken.
        headers: response headers with lower-case names.
        model: the call's model.
        provider: the plugin's name.
    """
    found = body.get("error", body) if isinstance(body, Mapping) else body
    details: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    code = _text(details.get("code"))
    type_ = _text(details.get("type"))
    message = _text(details.get("message"))
    if not message and isinstance(found, str):
        message = found[:500]
    if not message:
        message = f"the upstream answered with status {status}" if status else "upstream error"
    cls = error_class(status, code, type_)
    error = cls(
        message,
        status_code=status,
        code=code,
        param=_text(details.get("param")),
        type=type_,
        request_id=(headers or {}).get("x-request-id"),
        headers=headers,
        body=body,
        model=model,
        provider=provider,
    )
    if "insufficient_quota" in (code, type_):
        error.retryable = False
    return error
