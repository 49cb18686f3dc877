"""The real server: the `jackfield` command of this environment, as a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import attrs
from rawserver import PATIENCE

COMMAND = Path(sys.executable).parent / "jackfield"
"""The console script."""

_BANNER = re.compile(r"Server running on http://(\[[^]]*\]|[^:/\s]+):(\d+)")
_ANY = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}
_STEP = 0.01  # s
_START = 3 * PATIENCE  # s; many may start at once on a small machine


@attrs.define
class Proxy:
    """A server that runs.

    Args:
        process: its process; a signal for the server goes here.
        folder: where it was started: ``config.yaml`` lies here, and ``stderr`` and ``stdout``.
        url: its address, without a path; loopback's where it listens on all addresses.
    """

    process: subprocess.Popen[bytes]
    folder: Path
    url: str = ""
    _log: str | None = None

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    @property
    def base_url(self) -> str:
        """What an SDK takes."""
        return f"{self.url}/v1"

    @property
    def config(self) -> Path:
        """Its configuration file; write it and send SIGHUP."""
        return self.folder / "config.yaml"

    def log(self) -> str:
        """What it wrote to standard error so far, or until it ended."""
        if self._log is not None:
            return self._log
        return (self.folder / "stderr").read_text("utf-8", "replace")

    def logged(self, pattern: str, timeout: float = PATIENCE) -> re.Match[str]:
        """Wait until the log has a match; lines are written a few times a second.

        Raises:
            AssertionError: it has none after ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            found = re.search(pattern, self.log(), re.MULTILINE)
            if found is not None:
                return found
            assert time.monotonic() < deadline, f"no {pattern!r} in the log:\n{self.log()}"
            time.sleep(_STEP)

    def stop(self, timeout: float = PATIENCE) -> int:
        """Ask it to stop, and end it where it does not; the exit code."""
        self.process.terminate()
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._kill()
            return self.process.wait(timeout)

    def _kill(self) -> None:
        """End it with all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _wait(self) -> None:
        deadline = time.monotonic() + _START
        while (found := _BANNER.search(self.log())) is None:
            self._check(deadline)
        self.url = f"http://{_ANY.get(found[1], found[1])}:{found[2]}"
        while not self._is_ready():
            self._check(deadline)

    def _check(self, deadline: float) -> None:
        ended = self.process.poll()
        assert ended is None, f"the server ended with {ended}:\n{self.log()}"
        assert time.monotonic() < deadline, f"the server did not start:\n{self.log()}"
        time.sleep(_STEP)

    def _is_ready(self) -> bool:
        where = urlsplit(self.url)
        assert where.hostname is not None
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=PATIENCE)
        try:
            connection.request("GET", "/health/readiness")
            answer = connection.getresponse()
            answer.read()
            return answer.status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _end(self) -> None:
        if self.process.poll() is None:
            self.stop()
        self._kill()  # workers that outlived it
        self.process.wait(PATIENCE)
        self._log = self.log()


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without keys, addresses and proxies of ours, and with ``more``.

    The environment's own commands come first, so that a shell finds them.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OPENAI_", "JACKFIELD_", "COV_CORE_"))
        and not name.lower().endswith("_proxy")
    }
    path = os.pathsep.join([str(COMMAND.parent), kept.get("PATH", os.defpath)])
    return {**kept, "PATH": path, "JACKFIELD_DOTENV": "0", **(more or {})}


@contextlib.contextmanager
def running(
    config: str | None = None, *args: str, env: Mapping[str, str] | None = None
) -> Iterator[Proxy]:
    """A server on a free port, ready to be asked; it ends with the block.

    Args:
        config: the text of its configuration file; None where ``args`` have ``--model``.
        *args: more arguments of the command; ``--port`` among them is obeyed.
        env: more variables, such as ``OPENAI_API_KEY`` and ``OPENAI_BASE_URL``.

    Raises:
        AssertionError: it does not start; the text has its log.
    """
    given = [] if config is None else ["--config", "config.yaml"]
    port = [] if "--port" in args else ["--port", "0"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if config is not None:
            (Path(folder) / "config.yaml").write_text(config, "utf-8")
        with started([str(COMMAND), *given, *port, *args], Path(folder), env) as proxy:
            yield proxy


@contextlib.contextmanager
def started(
    command: Sequence[str], folder: Path, env: Mapping[str, str] | None = None
) -> Iterator[Proxy]:
    """As `running`, by any command, and in a folder of the caller's."""
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            start_new_session=True,
        )
    proxy = Proxy(process, folder)
    try:
        proxy._wait()
        yield proxy
    finally:
        proxy._end()
