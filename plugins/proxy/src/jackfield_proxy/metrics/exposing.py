"""The numbers in Prometheus's own terms. The one module that imports ``prometheus_client``."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import version
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)

from jackfield_proxy.metrics.families import COUNTED, IN_FLIGHT, Group, Single
from jackfield_proxy.metrics.workers import Reading


def registry(reading: Callable[[], Reading], *, alone: bool) -> CollectorRegistry:
    """A registry over the numbers; with what the process itself uses, where it is the only one."""
    made = CollectorRegistry()
    made.register(_Collector(reading))
    if alone:
        ProcessCollector(registry=made)
    return made


def exposition(of: CollectorRegistry, accept: str | None) -> tuple[bytes, str]:
    """Body and content type in the format that an ``Accept`` header asks for."""
    try:
        encode, content_type = choose_encoder(accept or "")
        return encode(of), content_type
    except (ValueError, TypeError):  # a version or an escaping that the client doesn't know
        encode, content_type = choose_encoder("")
        return encode(of), content_type


class _Collector:
    def __init__(self, reading: Callable[[], Reading]) -> None:
        self._reading = reading

    def describe(self) -> Iterable[Metric]:
        """Nothing: the names are known to be our own."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every family, with the series that have counted anything."""
        reading = self._reading()
        by_group: dict[str, list[tuple[tuple[str, ...], list[float]]]] = {}
        for (name, labels), numbers in sorted(reading.items()):
            by_group.setdefault(name, []).append((labels, list(numbers)))
        for group in COUNTED:
            yield from _families(group, by_group.get(group.name, []))
        gauge = IN_FLIGHT.metrics[0]
        in_flight = sum(numbers[0] for _, numbers in by_group.get(IN_FLIGHT.name, []))
        yield GaugeMetricFamily(gauge.name, gauge.help, value=in_flight)
        yield _build()


def _families(group: Group, series: list[tuple[tuple[str, ...], list[float]]]) -> Iterator[Metric]:
    begins = 0
    for metric in group.metrics:
        if isinstance(metric, Single):
            counter = CounterMetricFamily(metric.name, metric.help, labels=group.labels)
            for labels, numbers in series:
                if numbers[begins]:
                    counter.add_metric(labels, numbers[begins])
            begins += 1
            yield counter
            continue
        histogram = HistogramMetricFamily(metric.name, metric.help, labels=group.labels)
        bounds = [*map(repr, metric.bounds), "+Inf"]
        for labels, numbers in series:
            counts = numbers[begins + 1 : begins + metric.width]
            if any(counts):
                buckets = list(zip(bounds, accumulate(counts), strict=True))
                histogram.add_metric(labels, buckets, numbers[begins])
        begins += metric.width
        yield histogram


@cache
def _build() -> Metric:
    facts = {"version": version("jackfield-proxy"), "python": platform.python_version()}
    return InfoMetricFamily("jackfield_build", "Which server this is.", value=facts)
