"""An upstream's answer as the error that it is. Pure, and no key is left in any of them.

It is apart from `jackfield.exchange` because calls that succeed have no use for it, and because a
server that passes bytes on meets the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jackfield import jsonio
from jackfield.errors import APIError, APIResponseValidationError, error_from_body

if TYPE_CHECKING:
    from jackfield.config import Secret


def error_answer(
    status: int,
    headers: Mapping[str, str],
    data: bytes,
    key: Secret | None,
    model: str | None,
    provider: str | None,
) -> APIError:
    """The error for an error status; ``data`` is the body, of any kind."""
    text = data.decode("utf-8", "replace")
    if key is not None:
        text = key.hide_in(text)
    try:
        body: Any = jsonio.decode(text.encode("utf-8"))
    except ValueError:
        body = text
    return error_from_body(status, body, headers=headers, model=model, provider=provider)


def error_in_success(
    status: int,
    headers: Mapping[str, str],
    body: Any,
    key: Secret | None,
    model: str | None,
    provider: str | None,
) -> APIError:
    """The error for an error object, ``body``, in an answer that calls itself a success."""
    if key is not None:
        text = key.hide_in(jsonio.encode(body).decode("utf-8"))
        body = jsonio.decode(text.encode("utf-8"))
    error = error_from_body(None, body, headers=headers, model=model, provider=provider)
    error.status_code = status
    return error


def unusable(
    status: int,
    headers: Mapping[str, str],
    what: str,
    data: bytes,
    key: Secret | None,
    model: str | None,
    provider: str | None,
) -> APIResponseValidationError:
    """The error for a success that is not the API's; it quotes the beginning of ``data``."""
    start = data[:4096].decode("utf-8", "replace")
    if key is not None:
        start = key.hide_in(start)
    start = start[:200]
    kind = headers.get("content-type")
    return APIResponseValidationError(
        f"the upstream answered {status} ({kind or 'no content type'}) with {what}"
        + (f": {start}" if start.strip() else ""),
        status_code=status,
        headers=headers,
        request_id=headers.get("x-request-id"),
        body=start,
        model=model,
        provider=provider,
        retryable=False,
    )
