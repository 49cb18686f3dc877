"""Workers have one configuration, whatever becomes of the file, and no signal comes too early."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from proxying import COMMAND, Proxy, environment, running
from rawclients import Client, eventually
from scripted import Upstream, fine

BAD = "model_list: [\n"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream({"fine": fine, "new": fine}) as server:
        yield server


def _workers(proxy: Proxy) -> set[int]:
    text = Path(f"/proc/{proxy.process.pid}/task/{proxy.process.pid}/children").read_text()
    found = set()
    for pid in map(int, text.split()):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if b"spawn_main" in command:
            found.add(pid)
    return found


def _models(proxy: Proxy) -> set[str]:
    """The names that a worker serves; which of them answers is chance."""
    with Client(proxy.url) as client:
        return {row["id"] for row in client.get("/v1/models").json["data"]}


def _replaced(proxy: Proxy) -> None:
    """Kill each worker, and wait for another one."""
    for pid in _workers(proxy):
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: pid not in _workers(proxy), "it is gone")  # noqa: B023 - called at once
        eventually(lambda: len(_workers(proxy)) == 2, "another one is there")
    before = _workers(proxy)
    for _ in range(20):  # those that answer are the new ones
        _models(proxy)
    assert _workers(proxy) == before


@pytest.fixture
def shared() -> Iterator[Path]:
    """The directory where the server makes that of its workers."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_workers_start_from_what_was_loaded(upstream: Upstream, shared: Path) -> None:
    with running(upstream.config("fine"), "--workers", "2", env={"TMPDIR": str(shared)}) as proxy:
        [kept] = shared.glob("jackfield-proxy-*/config.yaml")
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        eventually(lambda: len(_workers(proxy)) == 2, "both are there")
        # A file that has become bad, and one that is good but was not asked for.
        for text in (BAD, upstream.config("fine", "new")):
            proxy.config.write_text(text)
            _replaced(proxy)
            assert [_models(proxy) for _ in range(20)] == [{"fine"}] * 20
        assert "Traceback" not in proxy.log()
        # Asked for, the one changes nothing, and the other is what workers start from.
        proxy.config.write_text(BAD)
        proxy.process.send_signal(signal.SIGHUP)
        proxy.logged(r"not reloaded, the old configuration stays:\nconfig.yaml:\d+: ")
        _replaced(proxy)
        assert [_models(proxy) for _ in range(20)] == [{"fine"}] * 20
        proxy.config.write_text(upstream.config("fine", "new"))
        proxy.process.send_signal(signal.SIGHUP)
        eventually(lambda: proxy.log().count("reloaded config.yaml: 2") == 2, "both have it")
        proxy.config.unlink()
        _replaced(proxy)
        assert [_models(proxy) for _ in range(20)] == [{"fine", "new"}] * 20
        assert proxy.log().count("not reloaded") == 1  # not once for each worker
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert "Traceback" not in proxy.log()
    assert not list(shared.iterdir())


def test_what_workers_could_not_start_with_is_not_kept(upstream: Upstream) -> None:
    config = upstream.config("fine")
    with running(config, "--workers", "2") as proxy:
        proxy.config.write_text(config + "general_settings: {redis_url: 'redis://h:port/x'}\n")
        proxy.process.send_signal(signal.SIGHUP)
        proxy.logged("not reloaded, the old configuration stays")
        eventually(lambda: len(_workers(proxy)) == 2, "both are there")
        _replaced(proxy)
        assert _models(proxy) == {"fine"}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_before_it_is_ready_is_heard(
    upstream: Upstream, tmp_path: Path, workers: str
) -> None:
    (tmp_path / "config.yaml").write_text(upstream.config("fine"))
    log = tmp_path / "stderr"
    command = [str(COMMAND), "--config", "config.yaml", "--port", "0", "--workers", workers]
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=errors)
    try:
        eventually(lambda: "Server running" in log.read_text(), "the banner is there")
        process.send_signal(signal.SIGHUP)
        eventually(lambda: log.read_text().count("reloaded") >= int(workers), "it is heard")
        assert process.poll() is None
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def test_what_can_not_be_served_is_told_at_the_start(upstream: Upstream) -> None:
    text = (
        "model_list:\n"
        "  - {model_name: a, params: {model: openai/gpt-4o}}\n"
        "  - {model_name: b, params: {model: opnai/gpt-4o}}\n"
    )
    for workers in ("1", "2"):
        with running(text, "--workers", workers) as proxy:
            said = proxy.log()
            assert said.count("config.yaml:2: model_list[0]: the API key is missing") == 1
            assert said.count("config.yaml:3: model_list[1]: no installed plugin serves") == 1
            with Client(proxy.url) as client:
                assert client.chat("a").answer().status == 500
            proxy.logged(r"^jackfield:ERROR: jf_\S+ - no API key for openai: ")
            assert "Traceback" not in proxy.log()
            proxy.process.send_signal(signal.SIGHUP)
            eventually(lambda: proxy.log().count("the API key is missing") == 2, "once more")
    done = subprocess.run(
        [str(COMMAND), "config", "check", "/dev/stdin"],
        input=text.encode(),
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    for line in (b"the API key is missing: set OPENAI_API_KEY", b"Did you mean openai/gpt-4o?"):
        assert line in done.stderr
