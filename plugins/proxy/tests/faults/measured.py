"""What a server's processes hold: memory, open files; and what it counts."""

from __future__ import annotations

import re
from pathlib import Path

from rawclients import Client

MIB = 1024 * 1024


def resident(pid: int) -> int:
    """Bytes of memory in use."""
    return _status(pid, "VmRSS")


def peak(pid: int) -> int:
    """The most bytes of memory that were in use since `forget_peak`."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Begin anew with `peak`."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _status(pid: int, name: str) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def children(pid: int) -> list[int]:
    """The processes that a process started and that serve, oldest first."""
    found = [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    serving = []
    for child in found:
        try:
            command = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        if b"resource_tracker" not in command and command:
            serving.append(child)
    return sorted(serving)


def sample(url: str, name: str) -> float:
    """The sum of a metric's samples."""
    with Client(url) as client:
        text = client.get("/metrics").body.decode()
    found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
    return sum(float(value) for value in found)


def in_flight(url: str) -> float:
    """Requests that are being served; the one that asks is not counted."""
    return sample(url, "jackfield_requests_in_flight")


def ended(url: str, model: str) -> dict[str, float]:
    """How many requests to a model have ended, by status."""
    with Client(url) as client:
        text = client.get("/metrics").body.decode()
    found = re.findall(r"^jackfield_requests_total{([^}]*)} (\S+)$", text, re.MULTILINE)
    sums: dict[str, float] = {}
    for labels, value in found:
        if f'model="{model}"' in labels:
            status = re.search(r'status="(\d+)"', labels)
            assert status is not None
            sums[status[1]] = sums.get(status[1], 0) + float(value)
    return sums
