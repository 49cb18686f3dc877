"""The JSON that the page shows."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield_proxy.metrics import Metrics, Seen
from jackfield_proxy.status import snapshot

META = {"version": "1.2.3", "config": "/somewhere/config.yaml", "started": 1000.0}
IDS = ("a", "b", "c")

requests = st.lists(
    st.builds(
        Seen,
        endpoint=st.just("/chat/completions"),
        operation=st.sampled_from(["chat", ""]),
        model=st.just("m"),
        deployment=st.sampled_from([*IDS, ""]),
        status=st.sampled_from([200, 400, 429, 499, 500, 503]),
        seconds=st.floats(0, 3000),
        overhead=st.none() | st.floats(0, 1),
        first=st.none() | st.floats(0, 100),
        input_tokens=st.none() | st.integers(0, 10**6),
        output_tokens=st.none() | st.integers(0, 10**6),
    ),
    max_size=30,
)
attempts = st.lists(
    st.tuples(
        st.sampled_from(IDS), st.sampled_from(["ok", "rejected", "cancelled", "429", "timeout"])
    ),
    max_size=30,
)


def _deployment(name: str, **more: Any) -> dict[str, Any]:
    facts = {"model_name": "m", "model": "openai/m", "host": "h", "weight": 1, "mode": "chat"}
    return {"id": name, **facts, **more}


def _shot(metrics: Metrics, **given: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "deployments": [_deployment(name) for name in IDS],
        "resting": {},
        "errors": [],
        "meta": META,
        "now": 1060.0,
    }
    shot = snapshot(metrics.reading(), **(arguments | given))
    return json.loads(json.dumps(shot, allow_nan=False))  # type: ignore[no-any-return]  # JSON


@given(requests, attempts)
def test_totals_are_what_was_counted(asked: list[Seen], tried: list[tuple[str, str]]) -> None:
    metrics = Metrics()
    for one in asked:
        metrics.began()
        metrics.ended(one)
    for deployment, outcome in tried:
        metrics.attempted(deployment, outcome)
    shot = _shot(metrics)
    statuses = [one.status for one in asked]
    assert shot["requests"] == {
        "total": len(asked),
        "rejected": sum(400 <= status < 500 for status in statuses),
        "failed": sum(status >= 500 for status in statuses),
    }
    calls = [one for one in asked if one.operation]
    assert shot["tokens"] == {
        "input": sum(one.input_tokens or 0 for one in calls),
        "output": sum(one.output_tokens or 0 for one in calls),
    }
    assert sum(shot["latency"]["counts"]) == len(asked)
    assert sum(shot["overhead"]["counts"]) == sum(one.overhead is not None for one in asked)
    streams = sum(one.first is not None and one.status < 400 for one in calls)
    assert sum(shot["first"]["counts"]) == streams
    for name in ("latency", "first", "overhead"):
        assert len(shot[name]["counts"]) == len(shot[name]["bounds"]) + 1
    for one in shot["deployments"]:
        own = [outcome for deployment, outcome in tried if deployment == one["id"]]
        assert one["requests"] == sum(seen.deployment == one["id"] for seen in asked)
        assert one["attempts"] == {
            "ok": own.count("ok"),
            "failed": own.count("429") + own.count("timeout"),
            "no_fault": own.count("rejected") + own.count("cancelled"),
        }
        assert sum(one["outcomes"].values()) == len(own)
        assert (one["state"] == "failing") == (
            bool(one["attempts"]["failed"]) and set(own) <= {"429", "timeout"}
        )
    metrics.close()


def test_a_deployment_rests_until_its_time() -> None:
    metrics = Metrics()
    metrics.cooled("a")
    resting = {"a": (1090.0, "429 Too Many Requests"), "b": (1060.0, "over")}
    a, b, _ = _shot(metrics, resting=resting)["deployments"]
    assert a["state"] == "resting"
    assert a["rest"] == {"until": 1090.0, "seconds": 30.0, "why": "429 Too Many Requests"}
    assert a["cooldowns"] == 1
    assert (b["state"], b["rest"]) == ("ok", None)
    metrics.close()


@pytest.mark.parametrize("kind", [dict, SimpleNamespace])
def test_deployments_are_objects_or_mappings(kind: Any) -> None:
    metrics = Metrics()
    (one,) = _shot(metrics, deployments=[kind(**_deployment("a", weight=2.5))])["deployments"]
    assert (one["id"], one["weight"], one["host"]) == ("a", 2.5, "h")
    metrics.close()


def test_what_server_it_is() -> None:
    metrics = Metrics()
    for _ in range(3):
        metrics.began()
    shot = _shot(metrics)
    assert shot["server"] == {"version": "1.2.3", "config": "config.yaml", "uptime": 60.0}
    assert shot["in_flight"] == 3
    assert shot["time"] == 1060.0
    assert _shot(metrics, meta={**META, "config": None})["server"]["config"] is None
    metrics.close()


def test_errors_are_passed_on_as_they_are() -> None:
    metrics = Metrics()
    error = {"time": 1.0, "model": "m", "deployment": "a", "status": 500, "message": "<b>"}
    assert _shot(metrics, errors=[error])["errors"] == [error]
    metrics.close()
