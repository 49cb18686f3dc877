"""``status.json``: the state of the server at one moment.

Everything that is counted is a total since the server started; the page takes two of them and
computes rates. So it doesn't matter which worker answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from jackfield_proxy.metrics.families import (
    ATTEMPTS,
    COOLDOWNS,
    FIRST,
    IN_FLIGHT,
    LATENCIES,
    LATENCY,
    OVERHEAD,
    OVERHEADS,
    REQUESTS,
    STREAMS,
    USAGE,
    Group,
    Histogram,
)
from jackfield_proxy.metrics.workers import Reading

_FACTS = ("id", "model_name", "model", "host", "weight", "mode")
_NO_FAULT = ("rejected", "cancelled")


def snapshot(
    reading: Reading,
    deployments: Iterable[Any],
    resting: Mapping[str, tuple[float, str | None]],
    errors: Sequence[Mapping[str, Any]],
    meta: Mapping[str, Any],
    now: float,
) -> dict[str, Any]:
    """The JSON object that the page shows.

    Args:
        reading: `Metrics.reading`'s.
        deployments: objects or mappings with ``id, model_name, model, host, weight, mode``.
        resting: by deployment id, until when (Unix time) and why.
        errors: `Recent.latest`'s.
        meta: ``version``, ``config`` (the file's path or None), ``started`` (Unix time).
        now: Unix time in seconds.
    """
    requests = {"total": 0, "rejected": 0, "failed": 0}
    by_deployment: dict[str, int] = {}
    for (_, _, deployment, status, _), numbers in _of(reading, REQUESTS):
        count = int(numbers[0])
        requests["total"] += count
        if status[:1] == "4":
            requests["rejected"] += count
        elif status[:1] == "5":
            requests["failed"] += count
        by_deployment[deployment] = by_deployment.get(deployment, 0) + count
    tokens = {"input": 0, "output": 0}
    for labels, numbers in _of(reading, USAGE):
        if labels[-1] in tokens:
            tokens[labels[-1]] += int(numbers[0])
    attempts: dict[str, dict[str, int]] = {}
    for (deployment, outcome), numbers in _of(reading, ATTEMPTS):
        attempts.setdefault(deployment, {})[outcome] = int(numbers[0])
    cooldowns = {labels[0]: int(numbers[0]) for labels, numbers in _of(reading, COOLDOWNS)}
    config = meta.get("config")
    return {
        "time": now,
        "server": {
            "version": meta.get("version"),
            "config": PurePath(config).name if config else None,
            "uptime": max(0.0, now - meta.get("started", now)),
        },
        "in_flight": max(0, int(sum(numbers[0] for _, numbers in _of(reading, IN_FLIGHT)))),
        "requests": requests,
        "tokens": tokens,
        "latency": _histogram(reading, LATENCIES, LATENCY),
        "first": _histogram(reading, STREAMS, FIRST),
        "overhead": _histogram(reading, OVERHEADS, OVERHEAD),
        "deployments": [
            _deployment(one, attempts, by_deployment, cooldowns, resting, now)
            for one in deployments
        ],
        "errors": [dict(error) for error in errors],
    }


def _of(reading: Reading, group: Group) -> list[tuple[tuple[str, ...], Sequence[float]]]:
    return [(labels, numbers) for (name, labels), numbers in reading.items() if name == group.name]


def _histogram(reading: Reading, group: Group, histogram: Histogram) -> dict[str, Any]:
    """The bounds, and the sums of the counts up to each and above the last; the group's first."""
    counts = [0] * (histogram.width - 1)
    total = 0.0
    for _, numbers in _of(reading, group):
        total += numbers[0]
        for place in range(len(counts)):
            counts[place] += int(numbers[place + 1])
    return {"bounds": list(histogram.bounds), "counts": counts, "sum": total}


def _deployment(
    one: Any,
    attempts: Mapping[str, Mapping[str, int]],
    requests: Mapping[str, int],
    cooldowns: Mapping[str, int],
    resting: Mapping[str, tuple[float, str | None]],
    now: float,
) -> dict[str, Any]:
    facts = {name: _fact(one, name) for name in _FACTS}
    name = facts["id"]
    outcomes = attempts.get(name, {})
    good = outcomes.get("ok", 0)
    no_fault = sum(outcomes.get(outcome, 0) for outcome in _NO_FAULT)
    failed = sum(outcomes.values()) - good - no_fault
    until, why = resting.get(name, (0.0, None))
    rests = until > now
    state = "resting" if rests else "failing" if failed and not good and not no_fault else "ok"
    return {
        **facts,
        "state": state,
        "rest": {"until": until, "seconds": until - now, "why": why} if rests else None,
        "requests": requests.get(name, 0),
        "attempts": {"ok": good, "failed": failed, "no_fault": no_fault},
        "outcomes": dict(outcomes),
        "cooldowns": cooldowns.get(name, 0),
    }


def _fact(one: Any, name: str) -> Any:
    return one.get(name) if isinstance(one, Mapping) else getattr(one, name, None)
