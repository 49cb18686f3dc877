"""The table of ``make seeds``, and what happens when a distribution arrives."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import report
from marks import CHAT, PROXY, Mark
from rich.console import Console

WORKS = Mark("later:a#row:x", CHAT, False)
WAITS = Mark("later:b#block:1", PROXY, True)


def state(*said: tuple[Mark, bool]) -> str:
    (found,) = report.states((), said)
    return found.state


def test_one_failure_is_a_failure_and_one_wait_a_wait() -> None:
    also = Mark(WAITS.name, CHAT, False)
    assert state((WORKS, True), (WORKS, True)) == "pass"
    assert state((WORKS, True), (WORKS, False)) == "FAIL"
    assert state((WAITS, True)) == f"pending: {PROXY}"
    assert state((also, True), (WAITS, True)) == f"pending: {PROXY}"
    assert state((also, False), (WAITS, True)) == "FAIL"


def test_the_table_and_the_counts() -> None:
    twin = Mark("earlier:a#row:x", CHAT, False)
    said = [(WORKS, True), (WAITS, True), (twin, True)]
    found = report.states([WORKS.name, "later:c#point:1"], said)
    assert [one.name for one in found] == [
        "later:a#row:x",
        "later:c#point:1",
        "later:b#block:1",
        "earlier:a#row:x",
    ]
    assert report.summary(found) == f"{CHAT}: 2 pass; {PROXY}: 1 pending; nobody: 1 not run"
    page = io.StringIO()
    Console(file=page, width=100).print(report.table(found))
    lines = [re.findall(r"[^│┃]+", line) for line in page.getvalue().splitlines()]
    cells = [[cell.strip() for cell in line] for line in lines if len(line) == 4]
    assert cells[1:] == [
        ["", "a", "", ""],
        ["both", "row x", CHAT, "pass"],
        ["", "c", "", ""],
        ["later", "point 1", "", "not run"],
        ["", "b", "", ""],
        ["later", "block 1", PROXY, f"pending: {PROXY}"],
    ]


def test_a_wait_is_over_once_the_distribution_is_installed(tmp_path: Path) -> None:
    info = tmp_path / f"{PROXY.replace('-', '_')}-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PROXY}\nVersion: 0.1\n")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(
        [sys.executable, report.__file__, "-k", "test_there_is_no_server_yet or test_usage"],
        env={**kept, "PYTHONPATH": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert f"{PROXY} is installed: later:2.-start-the-proxy#block:1 needs a test" in done.stdout
    counts = done.stdout.splitlines()[-1]
    assert re.search(rf"{PROXY}: \d+ FAIL(;|$)", counts)
    assert re.search(rf"{CHAT}: 2 pass(;|$)", counts)
    assert "pending" not in counts
