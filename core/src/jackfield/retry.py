"""When to try again, and after how long: pure functions of what was seen.

One policy for every surface: at most ``max_retries + 1`` requests; 408, 409, 429, 5xx, connection
errors and timeouts before the first byte was delivered are tried again; the server's wish goes
first, otherwise the wait is full-jitter exponential.
"""

from __future__ import annotations

from collections.abc import Mapping

from jackfield.errors import APIConnectionError, APIError, APIStatusError

BASE = 0.5
"""The first backoff's upper bound, in seconds."""
CAP = 8.0
"""No backoff is longer, in seconds."""
LONGEST_WISH = 60.0
"""A server that asks for a longer wait is not waited for: the error is raised at once."""

# Whatever the server says: the same request has the same fault.
_NEVER = frozenset({400, 401, 403, 404, 422})


def backoff(attempt: int, jitter: float) -> float:
    """Seconds before attempt ``attempt + 1``, where ``attempt`` counts from 1; jitter in [0, 1)."""
    return jitter * min(CAP, BASE * 2.0 ** min(attempt - 1, 16))


def wish(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that the server asks to wait, or None.

    ``retry-after-ms`` goes before ``retry-after``, which may be seconds or an HTTP date.
    """
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        text = headers.get(name, "").strip()
        if not text:
            continue
        try:
            seconds = float(text) * scale
        except ValueError:
            if scale != 1.0:
                continue
            from datetime import UTC  # rarely needed, slow to import
            from email.utils import parsedate_to_datetime

            try:
                date = parsedate_to_datetime(text)
                # HTTP's dates are in UTC, the obsolete form that doesn't say so too.
                seconds = date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now
            except (ValueError, TypeError, OverflowError):
                continue
        if seconds == seconds and abs(seconds) != float("inf"):
            return max(0.0, seconds)
    return None


def worth_retrying(error: APIError) -> bool:
    """Whether the error is of a kind that is tried again, by status and the server's word."""
    said = (error.headers or {}).get("x-should-retry", "").lower()
    if said == "false":
        return False
    status = error.status_code
    if status is None:
        return error.retryable and isinstance(error, APIConnectionError)
    if status < 400 or status in _NEVER or "insufficient_quota" in (error.code, error.type):
        return False
    if said == "true":
        return True
    if not (isinstance(error, (APIStatusError, APIConnectionError))):
        return False
    return error.retryable and (status in (408, 409, 429) or status >= 500)


def delay(
    error: APIError, attempt: int, max_retries: int, jitter: float, now: float
) -> float | None:
    """Seconds to wait before the next attempt, or None for "raise this error".

    Args:
        error: what attempt number ``attempt`` (from 1) ended with.
        attempt: how many requests were made so far.
        max_retries: how many more than one may be made.
        jitter: a random number in [0, 1).
        now: seconds since the epoch, for HTTP dates.
    """
    if attempt > max_retries or not worth_retrying(error):
        return None
    asked = wish(error.headers or {}, now)
    if asked is None:
        return backoff(attempt, jitter)
    return asked if asked <= LONGEST_WISH else None
