"""Counting requests, in microseconds each."""

from __future__ import annotations

import os
from bisect import bisect_left
from pathlib import Path
from typing import TYPE_CHECKING

from jackfield_proxy.metrics import workers
from jackfield_proxy.metrics.families import (
    ATTEMPTS,
    COOLDOWNS,
    DURATION,
    DURATIONS,
    FIRST,
    GENAI_NAMES,
    IN_FLIGHT,
    LATENCIES,
    LATENCY,
    OVERHEAD,
    OVERHEADS,
    PER_TOKEN,
    REQUESTS,
    STREAMS,
    TOKENS,
    USAGE,
)
from jackfield_proxy.metrics.seen import Seen
from jackfield_proxy.metrics.slots import Slots

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

_KNOWN = 10_000  # combinations of labels whose places are remembered

_Key = tuple[str, str, str, str, str, int, str]
_Places = tuple[int, int, int, int, int, int]


class Metrics:
    """What one worker counts, and what all of them have counted.

    ``directory`` is a folder for this run of the server that all its workers share, empty at first;
    None for a single worker. Make it in the worker itself, not before a fork. One thread counts
    (`began`, `ended`, `attempted`, `cooled`); reading may be done in another.
    """

    def __init__(self, directory: str | None = None) -> None:
        self._directory = None if directory is None else Path(directory)
        self._own: Path | None = None
        if self._directory is not None:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._own = self._directory / f"worker-{os.getpid()}-{os.urandom(4).hex()}"
        self._slots = Slots(self._own)
        self._numbers = self._slots.numbers
        self._in_flight = self._slots.at(IN_FLIGHT, ())
        self._latency = self._slots.at(LATENCIES, ())
        self._places: dict[_Key, _Places] = {}
        self._attempts: dict[tuple[str, str], int] = {}
        self._registry: CollectorRegistry | None = None

    # Counting -------------------------------------------------------------------------------------

    def began(self) -> None:
        """A request has come."""
        self._numbers[self._in_flight] += 1.0

    def ended(self, seen: Seen) -> None:
        """A request that began has ended, however it did."""
        numbers = self._numbers
        numbers[self._in_flight] -= 1.0
        key = (
            seen.endpoint,
            seen.operation,
            seen.model,
            seen.deployment,
            seen.provider,
            seen.status,
            seen.lane,
        )
        places = self._places.get(key) or self._place(key)
        requests, overheads, durations, streams, inputs, outputs = places
        numbers[requests] += 1.0
        seconds = seen.seconds
        at = self._latency
        numbers[at] += seconds
        numbers[at + 1 + bisect_left(LATENCY.bounds, seconds)] += 1.0
        overhead = seen.overhead
        if overhead is not None:
            numbers[overheads] += overhead
            numbers[overheads + 1 + bisect_left(OVERHEAD.bounds, overhead)] += 1.0
        if durations < 0:
            return
        numbers[durations] += seconds
        numbers[durations + 1 + bisect_left(DURATION.bounds, seconds)] += 1.0
        tokens = seen.input_tokens
        if tokens is not None:
            numbers[inputs] += tokens
            numbers[inputs + 1 + bisect_left(TOKENS.bounds, tokens)] += 1.0
        tokens = seen.output_tokens
        if tokens is not None:
            numbers[outputs] += tokens
            numbers[outputs + 1 + bisect_left(TOKENS.bounds, tokens)] += 1.0
        first = seen.first
        if first is not None and seen.status < 400:
            numbers[streams] += first
            numbers[streams + 1 + bisect_left(FIRST.bounds, first)] += 1.0
            if tokens is not None and tokens > 1:
                each = max(seconds - first, 0.0) / (tokens - 1)
                streams += FIRST.width
                numbers[streams] += each
                numbers[streams + 1 + bisect_left(PER_TOKEN.bounds, each)] += 1.0

    def attempted(self, deployment: str, outcome: str) -> None:
        """A request was sent to a deployment.

        ``outcome`` is ``ok``, ``rejected`` (the upstream refused what the client sent),
        ``cancelled`` (the client left), or a word from a fixed set for what went wrong with the
        deployment, e.g. ``429``, ``500``, ``timeout``, ``connection``.
        """
        key = (deployment, outcome)
        at = self._attempts.get(key)
        if at is None:
            at = self._slots.at(ATTEMPTS, key)
            if len(self._attempts) < _KNOWN:
                self._attempts[key] = at
        self._numbers[at] += 1.0

    def cooled(self, deployment: str) -> None:
        """A deployment was sent to rest."""
        self._numbers[self._slots.at(COOLDOWNS, (deployment,))] += 1.0

    def _place(self, key: _Key) -> _Places:
        """Where a request with these labels is counted: one series of each group."""
        endpoint, operation, model, deployment, provider, status, lane = key
        at = self._slots.at
        requests = at(REQUESTS, (endpoint, model, deployment, str(status), lane))
        overheads = at(OVERHEADS, (lane,))
        if operation:
            genai = (GENAI_NAMES.get(operation, operation), provider, model)
            places = (
                requests,
                overheads,
                at(DURATIONS, (*genai, str(status) if status >= 400 else "")),
                at(STREAMS, genai),
                at(USAGE, (*genai, "input")),
                at(USAGE, (*genai, "output")),
            )
        else:
            places = (requests, overheads, -1, -1, -1, -1)
        if len(self._places) < _KNOWN:
            self._places[key] = places
        return places

    # Reading --------------------------------------------------------------------------------------

    def reading(self) -> workers.Reading:
        """Every number of every worker of this server, by series."""
        return workers.read(self._slots, self._directory, self._own)

    @property
    def registry(self) -> CollectorRegistry:
        """These metrics as a registry of their own, for ``prometheus_client``."""
        if self._registry is None:
            from jackfield_proxy.metrics.exposing import registry

            self._registry = registry(self.reading, alone=self._directory is None)
        return self._registry

    def exposition(self, accept: str | None = None) -> tuple[bytes, str]:
        """The body and content type of ``/metrics``, in the format that ``accept`` asks for.

        The first call imports ``prometheus_client`` and may be made in a thread.
        """
        from jackfield_proxy.metrics.exposing import exposition

        return exposition(self.registry, accept)

    def forget(self, pid: int) -> None:
        """A worker has ended: its counts stay, its requests in flight are gone."""
        if self._directory is not None:
            workers.forget(self._directory, pid)

    def close(self) -> None:
        """Let go of memory and files, at the end of the process."""
        self._slots.close()
