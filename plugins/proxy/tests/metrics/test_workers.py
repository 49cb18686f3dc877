"""Several workers count apart and are shown together."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from counted import samples, seen, total
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield_proxy.metrics import Metrics, Seen, forget

_WORKER = """
import sys
from jackfield_proxy.metrics import Metrics, Seen
metrics = Metrics(sys.argv[1])
for _ in range(7):
    metrics.began()
for _ in range(5):
    metrics.ended(Seen("/chat/completions", "chat", "m", "d", "openai", 200, "bytes", 0.5))
metrics.attempted("d", "ok")
print("counted", flush=True)
sys.stdin.read()
"""


class Worker:
    """A worker process that has counted 7 beginnings and 5 ends."""

    def __init__(self, directory: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"counted\n"

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def _seen() -> Seen:
    return Seen("/chat/completions", "chat", "m", "d", "openai", 200, "bytes", 0.5)


def test_any_worker_shows_the_sums_of_all_and_a_dead_one_only_loses_its_gauges(
    tmp_path: Path,
) -> None:
    workers = [Worker(tmp_path), Worker(tmp_path)]
    mine = Metrics(str(tmp_path))
    mine.began()
    mine.ended(_seen())
    try:
        found = samples(mine)
        assert total(found, "jackfield_requests_total", model="m", status=200) == 11
        assert total(found, "jackfield_requests_in_flight") == 4
        assert total(found, "gen_ai_server_request_duration_seconds_sum") == 5.5
        assert total(found, "jackfield_upstream_attempts_total") == 2

        workers[0].kill()
        mine.forget(workers[0].pid)
        for _ in range(2):
            found = samples(mine)
            assert total(found, "jackfield_requests_total", model="m", status=200) == 11
            assert total(found, "jackfield_requests_in_flight") == 2
            forget(tmp_path, workers[0].pid)  # once more changes nothing
        assert not list(tmp_path.glob(f"worker-{workers[0].pid}-*"))

        workers[1].kill()
        forget(tmp_path, workers[1].pid)
        found = samples(mine)
        assert total(found, "jackfield_requests_total", model="m", status=200) == 11
        assert total(found, "jackfield_requests_in_flight") == 0
        assert total(found, "gen_ai_server_request_duration_seconds_sum") == 5.5
    finally:
        for worker in workers:
            worker.kill()
        mine.close()


@pytest.mark.skipif(sys.platform == "win32", reason="only POSIX tells who is alive")
def test_a_killed_worker_that_nobody_told_of_has_nothing_in_flight(tmp_path: Path) -> None:
    worker = Worker(tmp_path)
    mine = Metrics(str(tmp_path))
    assert total(samples(mine), "jackfield_requests_in_flight") == 2
    worker.kill()
    found = samples(mine)
    assert total(found, "jackfield_requests_in_flight") == 0
    assert total(found, "jackfield_requests_total") == 5
    mine.close()


@settings(max_examples=20)  # each makes files
@given(st.lists(st.lists(seen, max_size=8), min_size=2, max_size=4), st.data())
def test_how_requests_are_spread_over_workers_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, shares: list[list[Seen]], data: st.DataObject
) -> None:
    directory = str(tmp_path_factory.mktemp("workers"))
    workers = [Metrics(directory) for _ in shares]
    alone = Metrics()
    for worker, share in zip(workers, shares, strict=True):
        for request in share:
            for metrics in (worker, alone):
                metrics.began()
                metrics.ended(request)
    asked = data.draw(st.sampled_from(workers))
    expected = {
        key: value for key, value in samples(alone).items() if not key[0].startswith("process_")
    }
    found = samples(asked)
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert found[key] == pytest.approx(value)
    for metrics in (*workers, alone):
        metrics.close()


def test_a_torn_line_hides_only_itself(tmp_path: Path) -> None:
    one, other = Metrics(str(tmp_path)), Metrics(str(tmp_path))
    other.began()
    other.ended(_seen())
    (names,) = [path for path in tmp_path.glob("*.names") if b"chat" in path.read_bytes()]
    with names.open("ab") as file:
        file.write(b'["requests", ["/chat/comp')
    assert total(samples(one), "jackfield_requests_total") == 1
    for metrics in (one, other):
        metrics.close()


def test_reading_while_another_thread_counts_never_goes_back(tmp_path: Path) -> None:
    metrics = Metrics(str(tmp_path))
    reader = Metrics(str(tmp_path))
    done = threading.Event()

    def count() -> None:
        for n in range(3000):
            metrics.began()
            request = _seen()
            request.model = f"m{n % 300}"
            metrics.ended(request)
        done.set()

    thread = threading.Thread(target=count)
    thread.start()
    before = 0.0
    while not done.is_set():
        for of in (metrics, reader):
            reading = of.reading()
            now = sum(n[0] for (group, _), n in reading.items() if group == "requests")
            assert now >= before
            before = now
    thread.join()
    assert total(samples(reader), "jackfield_requests_total") == 3000
    for each in (metrics, reader):
        each.close()
