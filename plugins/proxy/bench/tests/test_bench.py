"""The bench's pieces run: few requests, and nothing is said about speed."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCH = Path(__file__).resolve().parents[1]
PATIENCE = 120  # s


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Import a module of the bench by name; they are gone again after the test."""
    monkeypatch.syspath_prepend(str(BENCH))
    for path in BENCH.glob("*.py"):
        monkeypatch.delitem(sys.modules, path.stem, raising=False)

    def module(name: str) -> ModuleType:
        return importlib.import_module(name)

    yield module
    for path in BENCH.glob("*.py"):
        sys.modules.pop(path.stem, None)


def run(folder: Path, *options: str) -> dict[str, Any]:
    report = folder / "report.json"
    command = [sys.executable, str(BENCH / "run.py"), "--here", "--json", str(report), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return found


def test_everybody_is_measured(tmp_path: Path) -> None:
    few = "--batch 8 --rounds 1 --generations 1 --starts 0 --connections 2 --without quiet"
    report = run(tmp_path, *few.split(), "--only", "unary", "--only", "stream")
    assert report["failures"] == []
    measured = {(each["kind"], each["contender"]) for each in report["samples"]}
    everybody = ("upstream", "relay", "jackfield")
    assert measured == {(kind, who) for kind in ("unary", "stream") for who in everybody}
    assert all(each["rate"] > 0 and each["p99"] >= each["p50"] > 0 for each in report["samples"])
    assert set(report["figures"]["ready_s"]) == {"relay", "jackfield"}


def test_the_soak_looks_at_the_memory(tmp_path: Path) -> None:
    report = run(tmp_path, "--soak", "--requests", "40", "--aborted", "20")
    assert len(report["soak"]) == 11
    last = report["soak"][-1]
    assert (last["requests"], last["aborted"]) == (40, 20)
    assert len(report["targets"]) == 2


def test_an_answer_that_is_not_the_upstreams_is_no_measure(bench: Any) -> None:
    load, payload = bench("load"), bench("payload")
    whole = b"".join(payload.events())
    assert load._said(whole, "stream") == payload.TEXT
    assert load._said(b"".join(payload.events()[:300]), "stream") != payload.TEXT
    assert load._said(payload.completion(), "unary") == payload.ANSWER


def test_sizes_are_those_of_the_readme(bench: Any) -> None:
    payload = bench("payload")
    assert 400 <= len(payload.request("unary", payload.MODEL)) <= 600
    assert 500 <= len(payload.completion()) <= 700
    assert len(payload.events()) == payload.CHUNKS + 4


def _results(bench: Any, rates: dict[str, list[float]], cpus: dict[str, list[float]]) -> Any:
    results = bench("results")
    found = results.Results()
    for name, own in rates.items():
        found.samples[("unary", 16), name] = {
            (0, number): results.Sample(rate, 1.0, 2.0, cpu)
            for number, (rate, cpu) in enumerate(zip(own, cpus[name], strict=True))
        }
    return found


@pytest.mark.parametrize(("rate", "met"), [(90.0, True), (80.0, True), (70.0, False)])
def test_a_ratio_is_judged_in_its_own_round(bench: Any, rate: float, met: bool) -> None:
    # The second round was disturbed, for both alike.
    rates = {"relay": [100.0, 10.0, 100.0], "jackfield": [rate, rate / 10, rate]}
    cpus = {"relay": [100.0] * 3, "jackfield": [110.0] * 3}
    found = _results(bench, rates, cpus)
    targets, contenders = bench("targets"), bench("contenders")
    verdict = targets.at_least(found, ("unary", 16), contenders.RELAY, 0.8)
    assert verdict.met is met
    assert verdict.measured.median == pytest.approx(rate / 100)
    assert targets.at_least(found, ("unary", 16), contenders.LITELLM, 40).met is None


def test_noisy_throughput_is_judged_by_the_cpu(bench: Any) -> None:
    rates = {"relay": [100.0] * 6, "jackfield": [20.0, 90.0, 40.0, 95.0, 30.0, 60.0]}
    cpus = {"relay": [100.0] * 6, "jackfield": [110.0, 111.0, 110.0, 109.0, 110.0, 110.0]}
    targets, contenders = bench("targets"), bench("contenders")
    found = _results(bench, rates, cpus)
    verdict = targets.at_least(found, ("unary", 16), contenders.RELAY, 0.8)
    assert verdict.met is True
    assert "CPU" in verdict.remark
    found.failures["unary", "jackfield"] = "status 500"
    verdict = targets.at_least(found, ("unary", 16), contenders.RELAY, 0.8)
    assert verdict.met is False
    assert verdict.remark == "status 500"


def test_a_missing_peer_is_a_remark(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BENCH_LITELLM", raising=False)
    monkeypatch.delenv("BENCH_PORTKEY", raising=False)
    peers = bench("peers")
    found = peers.find(tmp_path, tmp_path)
    assert (found.litellm, found.portkey) == (None, None)
    assert len(found.remarks) == 2
    script = tmp_path / "node_modules/@portkey-ai/gateway/build/start-server.js"
    script.parent.mkdir(parents=True)
    script.write_text("")
    assert peers._portkey(tmp_path) == script
    assert peers._litellm(tmp_path) is None
