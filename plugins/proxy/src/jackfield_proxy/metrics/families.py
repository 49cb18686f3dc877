"""Which metrics there are: names, labels, bucket bounds, and how many label sets each may have.

A group is a set of metrics with the same labels; a series is a group under one set of label values,
and takes ``width`` slots one after the other. A counter or gauge takes one slot. A histogram takes
its sum, then one slot per bucket (not cumulative), the last for all above the highest bound.

``gen_ai_*`` names, labels and bounds are those of OpenTelemetry's semantic conventions for
generative AI, dots turned into underscores and the unit appended as Prometheus has it.
"""

from __future__ import annotations

from typing import NamedTuple

OTHER = "other"
SPARE = 96
"""Series beyond ``most`` in which the rest are counted with most labels ``other``."""


class Single(NamedTuple):
    """A counter or a gauge."""

    name: str
    help: str


class Histogram(NamedTuple):
    """A histogram with its upper bounds, the infinite one left out."""

    name: str
    help: str
    bounds: tuple[float, ...]

    @property
    def width(self) -> int:
        """How many slots it takes."""
        return len(self.bounds) + 2


class Group(NamedTuple):
    """Metrics that share labels. ``keep`` are the labels that stay where there are too many."""

    name: str
    labels: tuple[str, ...]
    metrics: tuple[Single | Histogram, ...]
    most: int
    keep: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """How many slots a series takes."""
        return sum(1 if isinstance(one, Single) else one.width for one in self.metrics)


GENAI_NAMES = {"embedding": "embeddings"}
"""Surfaces for whose calls the GenAI conventions have another word."""
_GENAI = ("gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model")
_DOUBLING = tuple(round(0.01 * 2**n, 2) for n in range(14))

DURATION = Histogram(
    "gen_ai_server_request_duration_seconds",
    "From a model request's arrival to the last byte of its answer.",
    _DOUBLING,
)
FIRST = Histogram(
    "gen_ai_server_time_to_first_token_seconds",
    "From a streamed request's arrival to the first piece of its answer, where it succeeded.",
    (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0),
)
PER_TOKEN = Histogram(
    "gen_ai_server_time_per_output_token_seconds",
    "Time per output token after the first, of streams that succeeded.",
    (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5),
)
TOKENS = Histogram(
    "gen_ai_client_token_usage",
    "Tokens of a request, as the upstream reported them.",
    tuple(float(4**n) for n in range(14)),
)
LATENCY = Histogram(
    "jackfield_request_duration_seconds",
    "From any request's arrival to the last byte of its answer, in finer steps.",
    tuple(round(0.001 * 2 ** (n / 2), 6) for n in range(40)),
)
OVERHEAD = Histogram(
    "jackfield_overhead_seconds",
    "What the proxy itself added to a request.",
    (
        *(0.00005, 0.0001, 0.0002, 0.0003, 0.0005, 0.00075),
        *(0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5),
    ),
)

REQUESTS = Group(
    "requests",
    ("endpoint", "model", "deployment", "status", "lane"),
    (Single("jackfield_requests_total", "Requests that have ended."),),
    2000,
    keep=(3,),
)
DURATIONS = Group("durations", (*_GENAI, "error_type"), (DURATION,), 800, keep=(3,))
STREAMS = Group("streams", _GENAI, (FIRST, PER_TOKEN), 400)
USAGE = Group("usage", (*_GENAI, "gen_ai_token_type"), (TOKENS,), 800, keep=(3,))
LATENCIES = Group("latencies", (), (LATENCY,), 1)
OVERHEADS = Group("overheads", ("lane",), (OVERHEAD,), 8)
ATTEMPTS = Group(
    "attempts",
    ("deployment", "outcome"),
    (Single("jackfield_upstream_attempts_total", "Requests sent upstream, by how they went."),),
    4000,
)
COOLDOWNS = Group(
    "cooldowns",
    ("deployment",),
    (Single("jackfield_deployment_cooldowns_total", "Times a deployment was sent to rest."),),
    2000,
)
IN_FLIGHT = Group(
    "in_flight", (), (Single("jackfield_requests_in_flight", "Requests being served."),), 1
)

COUNTED = (
    REQUESTS,
    DURATIONS,
    STREAMS,
    USAGE,
    LATENCIES,
    OVERHEADS,
    ATTEMPTS,
    COOLDOWNS,
)
"""Every group whose numbers only grow; `IN_FLIGHT` is the one that doesn't."""

SLOTS = sum((group.most + SPARE + 1) * group.width for group in (*COUNTED, IN_FLIGHT))
"""How many slots all series together can ever take."""
