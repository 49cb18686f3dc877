"""Requests to count, and what an exposition says of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from jackfield_proxy.metrics import Metrics, Seen

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]

names = st.sampled_from(["gpt-4o", "o3", "größer/ü", 'quo"ted\\name\n', "other", ""])
amounts = st.floats(0, 2000, allow_nan=False, width=32)

seen = st.builds(
    Seen,
    endpoint=st.sampled_from(["/chat/completions", "/embeddings", "/models"]),
    operation=st.sampled_from(["chat", "embeddings", ""]),
    model=names,
    deployment=st.sampled_from(["a:1", "b:2", ""]),
    provider=st.sampled_from(["openai", "fancy"]),
    status=st.sampled_from([200, 201, 400, 404, 429, 499, 500, 503]),
    lane=st.sampled_from(["bytes", "calls", "forwarded", "local"]),
    seconds=amounts,
    overhead=st.none() | amounts,
    first=st.none() | amounts,
    input_tokens=st.none() | st.integers(0, 10**9),
    output_tokens=st.none() | st.integers(0, 10**9),
)


def samples(metrics: Metrics) -> Samples:
    """Every sample of the exposition, as Prometheus's own parser reads it."""
    body, _ = metrics.exposition(None)
    found: Samples = {}
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found, f"twice: {key}"
            found[key] = sample.value
    return found


def total(found: Samples, name: str, **labels: Any) -> float:
    """The sum of a metric's samples with these labels."""
    wanted = {(key, str(value)) for key, value in labels.items()}
    return sum(value for (one, has), value in found.items() if one == name and wanted <= has)
