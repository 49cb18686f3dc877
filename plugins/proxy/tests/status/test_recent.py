"""The record of recent errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield_proxy.status import Recent
from jackfield_proxy.status import recent as module

anything = st.text(st.characters(), max_size=400) | st.text(max_size=40).map(lambda t: t * 30)


@given(
    st.lists(st.tuples(anything, anything, st.integers(100, 599), anything), max_size=30),
    st.booleans(),
    st.integers(1, 20),
)
def test_the_newest_come_first_and_no_more_than_asked_for(
    tmp_path_factory: pytest.TempPathFactory,
    errors: list[tuple[str, str, int, str]],
    shared: bool,
    size: int,
) -> None:
    recent = Recent(str(tmp_path_factory.mktemp("recent")) if shared else None, size=size)
    for n, (model, deployment, status, message) in enumerate(errors):
        recent.add(model, deployment, status, message, at=float(n))
    latest = recent.latest(10)
    kept = min(len(errors), size, 10)
    assert [error["time"] for error in latest] == [len(errors) - 1.0 - n for n in range(kept)]
    for error in latest:
        assert list(error) == ["time", "model", "deployment", "status", "message"]
        assert error["status"] == errors[int(error["time"])][2]
        assert len(error["message"]) <= 300
        json.dumps(error)
    recent.close()


@pytest.mark.parametrize("shared", [False, True])
def test_no_key_is_kept(tmp_path: Path, shared: bool) -> None:
    recent = Recent(str(tmp_path) if shared else None)
    recent.add("m", "d", 401, "Incorrect API key provided: sk-proj-abcdef123456.")
    recent.add("m", "d", 401, "x" * 290 + " sk-proj-abcdef123456")
    recent.add("m", "d", 401, "asked with Bearer abcdef0123456789 at https://me:secret@host/")
    kept = json.dumps(recent.latest())
    kept += "".join(path.read_text("utf-8") for path in tmp_path.glob("*"))
    for secret in ("abcdef", "secret"):
        assert secret not in kept
    recent.close()


def test_workers_share_a_record_that_stays_small(tmp_path: Path) -> None:
    one, other = Recent(str(tmp_path)), Recent(str(tmp_path))
    for n in range(1500):
        (one if n % 2 else other).add(f"m{n}", "d", 500, "x" * 300, at=float(n))
    for recent in (one, other):
        assert [error["model"] for error in recent.latest(100)] == [
            f"m{n}" for n in range(1499, 1399, -1)
        ]
        recent.close()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 2 * module._FULL + 4096


def test_lines_of_processes_that_write_at_once_stay_whole(tmp_path: Path) -> None:
    code = (
        "import sys; from jackfield_proxy.status import Recent; r = Recent(sys.argv[1])\n"
        "for n in range(150): r.add(sys.argv[2], 'd', 500, 'é' * 300, at=float(n))"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), f"p{n}"]) for n in range(3)
    ]
    assert [process.wait() for process in processes] == [0, 0, 0]
    recent = Recent(str(tmp_path), size=1000)
    latest = recent.latest(1000)
    whole = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    lines = len([line for line in whole.split(b"\n") if line])
    assert len(latest) == lines >= 100
    assert {error["message"] for error in latest} == {"é" * 300}


def test_torn_and_foreign_lines_are_skipped(tmp_path: Path) -> None:
    recent = Recent(str(tmp_path))
    recent.add("before", "d", 500, "m", at=1.0)
    with (tmp_path / "errors.jsonl").open("ab") as file:
        file.write(b'{"time": 2.0, "mod')
    recent.add("after", "d", 500, "m", at=3.0)
    with (tmp_path / "errors.jsonl").open("ab") as file:
        file.write(b'\n[]\n{"time": "soon"}\n\xff\xfe\n')
    assert [error["model"] for error in recent.latest()] == ["after", "before"]
    recent.close()


def test_a_record_that_can_not_be_kept_fails_no_request(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    recent = Recent(str(folder))
    folder.rmdir()
    recent.add("m", "d", 500, "boom")
    assert recent.latest() == []


def test_the_time_is_now_unless_given() -> None:
    recent = Recent()
    recent.add("m", "d", 500, "boom")
    assert recent.latest()[0]["time"] > 1_700_000_000
