"""What is tried again and after how long, as a plain reading of decision 6.

At most ``max_retries + 1`` requests. 408, 409, 429, 5xx and connection errors are tried again,
unless the server says otherwise in ``x-should-retry``; 400, 401, 403, 404, 422 and
``insufficient_quota`` never are. The server's wish (``retry-after-ms`` before ``Retry-After``) goes
before backoff, up to a minute; a longer one is not waited for.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jackfield.errors import APIConnectionError
from jackfield_testing.laws.flows import NOW, Outcome, Reply, Upstream, ask

NEVER = frozenset({400, 401, 403, 404, 422})
ALWAYS = frozenset({408, 409, 429})
LONGEST = 60.0


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def wish(headers: Mapping[str, str], now: float) -> float | None:
    """How long the server asks to wait, in seconds."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return max(0.0, milliseconds / 1000)
    text = headers.get("retry-after", "")
    seconds = _number(text)
    if seconds is not None:
        return max(0.0, seconds)
    try:
        date = datetime.strptime(f"{text} +0000", "%a, %d %b %Y %H:%M:%S GMT %z")
    except ValueError:
        return None
    return max(0.0, date.timestamp() - now)


def again(situation: Any) -> bool:
    """Whether a `RetrySituation` is tried again at all."""
    if situation.status is None:
        return True
    if situation.status in NEVER or _quota(situation.body):
        return False
    word = situation.headers.get("x-should-retry", "").lower()
    if word in ("true", "false"):
        return bool(word == "true")
    return situation.status in ALWAYS or situation.status >= 500


def _quota(body: bytes) -> bool:
    return bool(json.loads(body).get("error", {}).get("code") == "insufficient_quota")


def attempts_and_waits(
    situations: Sequence[Any], max_retries: int, jitter: float
) -> tuple[int, list[float]]:
    """How many requests are made, and the waits between them."""
    now, waits = NOW, list[float]()
    for attempt, situation in enumerate(situations, 1):
        if attempt > max_retries or not again(situation):
            return attempt, waits
        pause = wish(situation.headers, now)
        if pause is None:
            pause = jitter * min(8.0, 0.5 * 2 ** (attempt - 1))
        elif pause > LONGEST:
            return attempt, waits
        waits.append(pause)
        now += pause
    return len(situations) + 1, waits


def schedule_holds(situations: Sequence[Any], max_retries: int, jitter: float) -> Outcome:
    """A call that meets these situations, and then succeeds, keeps to the schedule."""
    replies: list[Any] = [
        APIConnectionError("refused")
        if found.status is None
        else Reply(found.status, found.headers, found.body)
        for found in situations
    ]
    upstream = Upstream(*replies, Reply(body=b'{"choices": []}'))
    outcome = ask({"messages": []}, upstream, jitter=lambda: jitter, max_retries=max_retries)
    requests, waits = attempts_and_waits(situations, max_retries, jitter)
    assert len(outcome.sent) <= max_retries + 1
    assert len(outcome.sent) == requests, f"{len(outcome.sent)} requests instead of {requests}"
    assert all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6)
        for a, b in zip(outcome.slept, waits, strict=True)
    ), f"waited {outcome.slept} instead of {waits}"
    assert (outcome.error is None) == (requests > len(situations))
    if outcome.error is not None:
        assert getattr(outcome.error, "attempts", None) == requests
    return outcome
