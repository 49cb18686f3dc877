"""The table of ``make seeds``."""

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

CALL = Mark("later:a#row:x", CHAT)
SERVER = Mark("later:b#block:1", PROXY)


def state(*said: tuple[Mark, str]) -> str:
    (found,) = report.states((), said)
    return found.state


def test_the_worst_of_its_tests_is_the_state_of_an_item() -> None:
    also = Mark(SERVER.name, CHAT)
    assert state((CALL, "passed"), (CALL, "passed")) == "pass"
    assert state((CALL, "passed"), (CALL, "failed")) == "FAIL"
    assert state((SERVER, "passed"), (also, "skipped")) == "not run"
    assert state((SERVER, "skipped"), (also, "failed")) == "FAIL"


def test_the_table_and_the_counts() -> None:
    twin = Mark("earlier:a#row:x", CHAT)
    also = Mark(SERVER.name, CHAT)
    said = [(CALL, "passed"), (SERVER, "failed"), (also, "passed"), (twin, "passed")]
    found = report.states([CALL.name, "later:c#point:1"], said)
    assert [one.name for one in found] == [
        "later:a#row:x",
        "later:c#point:1",
        "later:b#block:1",
        "earlier:a#row:x",
    ]
    assert report.summary(found) == f"{CHAT}: 2 pass; {PROXY}: 1 FAIL; nobody: 1 not run"
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
        ["later", "block 1", PROXY, "FAIL"],
        ["", "", CHAT, ""],
    ]


def run(tests: str, **env: str) -> str:
    """Run the script for some of the tests; gives its last line."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(
        [sys.executable, report.__file__, "-k", tests],
        env={**kept, "PYTHONUTF8": "1", **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()[-1]


def test_it_runs_the_tests() -> None:
    assert re.search(rf"{CHAT}: 2 pass(;|$)", run("test_usage"))


def test_a_test_that_is_skipped_shows_nothing(tmp_path: Path) -> None:
    counts = run("test_usage or test_proxy_organization", JACKFIELD_SHARED=str(tmp_path))
    assert counts == f"{CHAT}: 2 pass; {PROXY}: 8 not run"
