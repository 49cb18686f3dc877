"""What is counted is what is shown."""

from __future__ import annotations

import subprocess
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

import pytest
from counted import samples, seen, total
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as open_metrics_families,
)

from jackfield_proxy.metrics import Metrics, Seen, families


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    made = Metrics()
    yield made
    made.close()


def _count(metrics: Metrics, requests: list[Seen]) -> None:
    for request in requests:
        metrics.began()
        metrics.ended(request)


def _counted(metrics: Metrics, group: str) -> float:
    """How many were counted in a group, whose one metric ends with its buckets or is a counter."""
    reading = metrics.reading()
    return sum(sum(n[1:] or n) for (name, _), n in reading.items() if name == group)


@given(st.lists(seen, max_size=12))
def test_every_request_is_counted_once_under_its_labels(requests: list[Seen]) -> None:
    metrics = Metrics()
    _count(metrics, requests)
    found = samples(metrics)
    expected = Counter(
        (one.endpoint, one.model, one.deployment, str(one.status), one.lane) for one in requests
    )
    labels = ("endpoint", "model", "deployment", "status", "lane")
    for values, count in expected.items():
        key = frozenset(zip(labels, values, strict=True))
        assert found["jackfield_requests_total", key] == count
    assert total(found, "jackfield_requests_total") == len(requests)
    assert total(found, "jackfield_requests_in_flight") == 0
    assert total(found, "jackfield_request_duration_seconds_count") == len(requests)
    metrics.close()


@given(st.lists(seen, max_size=12))
def test_histograms_hold_what_was_measured(requests: list[Seen]) -> None:
    metrics = Metrics()
    _count(metrics, requests)
    found = samples(metrics)
    calls = [one for one in requests if one.operation]
    streams = [one for one in calls if one.first is not None and one.status < 400]
    measured = {
        "gen_ai_server_request_duration_seconds": [one.seconds for one in calls],
        "gen_ai_server_time_to_first_token_seconds": [one.first for one in streams],
        "jackfield_overhead_seconds": [
            one.overhead for one in requests if one.overhead is not None
        ],
        "gen_ai_client_token_usage": [
            *(one.input_tokens for one in calls if one.input_tokens is not None),
            *(one.output_tokens for one in calls if one.output_tokens is not None),
        ],
    }
    for name, values in measured.items():
        assert total(found, f"{name}_count") == len(values)
        assert total(found, f"{name}_sum") == pytest.approx(sum(values))
        assert total(found, f"{name}_bucket", le="+Inf") == len(values)
        bounds = {dict(labels)["le"] for one, labels in found if one == f"{name}_bucket"} - {"+Inf"}
        for bound in bounds:
            under = sum(value <= float(bound) for value in values)
            assert total(found, f"{name}_bucket", le=bound) == under
    inputs = sum(one.input_tokens or 0 for one in calls)
    assert total(found, "gen_ai_client_token_usage_sum", gen_ai_token_type="input") == inputs
    metrics.close()


@given(st.integers(0, 500), st.integers(0, 500))
def test_requests_in_flight_are_those_that_have_not_ended(begun: int, ended: int) -> None:
    metrics = Metrics()
    for _ in range(max(begun, ended)):
        metrics.began()
    for _ in range(min(begun, ended)):
        metrics.ended(Seen("/chat/completions"))
    assert total(samples(metrics), "jackfield_requests_in_flight") == abs(begun - ended)
    metrics.close()


def test_names_and_labels_are_those_of_the_semantic_conventions(metrics: Metrics) -> None:
    _count(
        metrics,
        [
            Seen("/chat/completions", "chat", "gpt-4o", "a", "openai", 200, "bytes", 2.0)
            for _ in range(3)
        ],
    )
    one = Seen("/chat/completions", "chat", "gpt-4o", "a", "openai", 200, "bytes", 2.0)
    one.first, one.input_tokens, one.output_tokens = 0.5, 12, 31
    failed = Seen("/chat/completions", "chat", "gpt-4o", "a", "openai", 429, "bytes", 0.1)
    _count(metrics, [one, failed])
    found = samples(metrics)
    genai = {
        "gen_ai_operation_name": "chat",
        "gen_ai_provider_name": "openai",
        "gen_ai_request_model": "gpt-4o",
    }
    duration = "gen_ai_server_request_duration_seconds_count"
    assert total(found, duration, **genai, error_type="") == 4
    assert total(found, duration, **genai, error_type="429") == 1
    usage = "gen_ai_client_token_usage_sum"
    assert total(found, usage, **genai, gen_ai_token_type="input") == 12
    assert total(found, usage, **genai, gen_ai_token_type="output") == 31
    assert total(found, "gen_ai_server_time_to_first_token_seconds_sum", **genai) == 0.5
    per_token = "gen_ai_server_time_per_output_token_seconds_sum"
    assert total(found, per_token, **genai) == pytest.approx(1.5 / 30)


def test_where_the_conventions_have_another_word(metrics: Metrics) -> None:
    _count(metrics, [Seen("/embeddings", "embedding", "e", "a", "openai", 200, "calls", 1.0)])
    name = "gen_ai_server_request_duration_seconds_count"
    assert total(samples(metrics), name, gen_ai_operation_name="embeddings") == 1


def test_attempts_cooldowns_and_the_build_are_shown(metrics: Metrics) -> None:
    for outcome in ("ok", "ok", "429"):
        metrics.attempted("a", outcome)
    metrics.cooled("a")
    found = samples(metrics)
    assert total(found, "jackfield_upstream_attempts_total", deployment="a", outcome="ok") == 2
    assert total(found, "jackfield_upstream_attempts_total", deployment="a", outcome="429") == 1
    assert total(found, "jackfield_deployment_cooldowns_total", deployment="a") == 1
    assert total(found, "jackfield_build_info") == 1
    (labels,) = [dict(has) for name, has in found if name == "jackfield_build_info"]
    assert labels["version"]


def test_a_request_that_is_no_model_call_has_no_genai_metric(metrics: Metrics) -> None:
    _count(metrics, [Seen("/files", lane="forwarded", status=200, input_tokens=3)])
    assert not [name for name, _ in samples(metrics) if name.startswith("gen_ai_")]


def test_labels_can_not_multiply_without_bound(metrics: Metrics) -> None:
    many = families.REQUESTS.most + 500
    for n in range(many):
        metrics.began()
        metrics.ended(Seen(f"/{n}", "chat", f"m{n}", f"d{n}", status=n % 2 * 300 + 200))
        metrics.attempted(f"d{n}", f"o{n}")
        metrics.attempted(f"d{n}", f"p{n}")
        metrics.cooled(f"d{n}")
    reading = metrics.reading()
    requests = {labels: n[0] for (group, labels), n in reading.items() if group == "requests"}
    assert len(requests) <= families.REQUESTS.most + families.SPARE + 1
    assert sum(requests.values()) == many
    # Which status it was stays known of those that are too many.
    assert sum(n for labels, n in requests.items() if labels[3] == "500") == many / 2
    assert requests["other", "other", "other", "500", "other"] == 250
    assert _counted(metrics, "attempts") == 2 * many
    assert _counted(metrics, "cooldowns") == many
    assert _counted(metrics, "durations") == many


def test_no_number_of_statuses_outgrows_the_room(metrics: Metrics) -> None:
    for status in range(1000):
        for n in range(6):
            metrics.began()
            metrics.ended(Seen("/x", f"op{n}", "m", f"d{n}", status=status))
    assert _counted(metrics, "requests") == 6000
    assert _counted(metrics, "durations") == 6000


def test_every_group_full_to_the_brim_fits() -> None:
    from jackfield_proxy.metrics.slots import Slots

    slots = Slots()
    for group in (*families.COUNTED, families.IN_FLIGHT):
        for n in range(group.most + families.SPARE + 200):
            begins = slots.at(group, tuple(f"{label}{n}" for label in group.labels))
            slots.numbers[begins + group.width - 1] += 1.0
    slots.close()


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/plain; version=0.0.4"),
        ("*/*", "text/plain; version=0.0.4"),
        ("text/plain;version=nonsense", "text/plain; version=0.0.4"),
        ("text/plain;version=1.0.0;escaping=nonsense", "text/plain"),
        ("text/plain;version=1.0.0;escaping=underscores", "text/plain; version=1.0.0"),
        ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text"),
    ],
)
def test_the_format_is_what_the_scraper_accepts(
    metrics: Metrics, accept: str | None, content_type: str
) -> None:
    _count(metrics, [Seen("/chat/completions", "chat", "m", "d", "openai", 200, "bytes", 1.0)])
    body, given = metrics.exposition(accept)
    assert given.startswith(content_type)
    if "openmetrics" in given:
        assert list(open_metrics_families(body.decode()))
        assert body.endswith(b"# EOF\n")


def test_a_name_that_is_no_unicode_does_not_break_the_exposition(metrics: Metrics) -> None:
    _count(metrics, [Seen("/chat/completions", "chat", "m\ud800", "d", "openai", 200)])
    assert total(samples(metrics), "jackfield_requests_total", model="m?") == 1


def test_bounds_include_their_bound() -> None:
    bounds = families.DURATION.bounds
    assert bounds[:3] == (0.01, 0.02, 0.04)
    assert bounds[-1] == 81.92
    assert families.TOKENS.bounds[-1] == 67108864
    assert bisect_left(bounds, 0.02) == 1
    for histogram in (families.LATENCY, families.OVERHEAD, families.FIRST, families.PER_TOKEN):
        assert list(histogram.bounds) == sorted(set(histogram.bounds))


def test_counting_does_not_import_the_prometheus_client() -> None:
    code = (
        "import sys; from jackfield_proxy.metrics import Metrics, Seen; m = Metrics(); m.began();"
        "m.ended(Seen('/chat/completions', 'chat')); m.reading();"
        "sys.exit('prometheus_client' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
