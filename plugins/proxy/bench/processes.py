"""Servers as processes: started on given CPUs, waited for, looked at, ended."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import define, field

TICK = 0.002
"""Seconds between two looks at a server that starts: what its time to ready may be off by."""
PATIENCE = 120.0
"""Seconds that a server may take until it is ready."""
GRACE = 10.0
"""Seconds that a server may take to end."""


class ServerFailure(Exception):
    """A server doesn't start; the message has its last words."""


def cpus() -> tuple[frozenset[int], frozenset[int]]:
    """Return the CPUs for the measured server (one), and those for the load and the upstream."""
    if not hasattr(os, "sched_getaffinity"):
        return frozenset(), frozenset()
    first, *others = sorted(os.sched_getaffinity(0))
    return frozenset({first}), frozenset(others or {first})


@contextlib.contextmanager
def pinned(where: frozenset[int]) -> Iterator[None]:
    """Have the processes that are started inside run on these CPUs; nothing where empty."""
    if not where:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, where)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def environment(home: Path) -> dict[str, str]:
    """Return a server's environment variables: nothing of the caller's but the path.

    No proxies, no keys, no `.env` file. LiteLLM reads its price list from its own files instead
    of the network; Portkey runs as in production.
    """
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "JACKFIELD_DOTENV": "0",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "NODE_ENV": "production",
    }


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@define
class Server:
    """A process and its children, which share a session of their own.

    Args:
        process: the process.
        port: where it listens, on loopback.
        log: the file that has its output.
        ready: seconds from its start to the first good answer.
        spent: CPU seconds that it had used by then.
    """

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    ready: float = 0.0
    spent: float = 0.0
    _members: list[int] = field(factory=list)

    def await_ready(self, path: str) -> None:
        """Ask for a path until the answer is no failure of the server's.

        Raises:
            ServerFailure: it ended, or is not ready in time.
        """
        begun = time.perf_counter()
        while not self._answers(path):
            if self.process.poll() is not None:
                raise ServerFailure(f"it ended: {self.last_words()}")
            if time.perf_counter() - begun > PATIENCE:
                raise ServerFailure(f"not ready after {PATIENCE:.0f} s: {self.last_words()}")
            time.sleep(TICK)

    def _answers(self, path: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def last_words(self) -> str:
        """Return the last line that it wrote."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "no message")

    def cpu(self) -> float:
        """Return the CPU seconds that it and its children have used, or NaN where unknown."""
        # The process's CPU clock is exact to the nanosecond; /proc/…/stat counts hundredths.
        try:
            return sum(time.clock_gettime((~pid << 3) | 2) for pid in self.members())
        except (OSError, AttributeError):
            return float("nan")

    def memory(self) -> float:
        """Return the resident memory of it and its children in MB, or NaN where unknown."""
        kilobytes = 0
        try:
            for pid in self.members():
                text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
                kilobytes += int(text.partition("VmRSS:")[2].split()[0])
        except (OSError, IndexError):
            return float("nan")
        return kilobytes / 1024

    def members(self) -> list[int]:
        """Return the processes of its session, as they were when first asked."""
        if not self._members:
            for entry in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    if os.getsid(int(entry.name)) == self.process.pid:
                        self._members.append(int(entry.name))
        return self._members or [self.process.pid]

    def settle(self, patience: float = 15.0) -> None:
        """Wait until it does nothing any more: what a load left behind is not the next one's."""
        deadline = time.monotonic() + patience
        before = self.cpu()
        while time.monotonic() < deadline:
            time.sleep(0.05)
            now = self.cpu()
            if not now - before > 0.005:
                return
            before = now

    def stop(self) -> None:
        """End it and what it started."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def running(
    command: Sequence[str | Path],
    port: int,
    where: frozenset[int],
    folder: Path,
    ready: str,
    more: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Start a server, wait until it is ready, and end it with the block.

    Args:
        command: the command, which makes it listen on the port.
        port: that port, on loopback.
        where: its CPUs.
        folder: where it runs and its log lies.
        ready: the path to ask for.
        more: more environment variables.

    Raises:
        ServerFailure: it doesn't start.
    """
    log = folder / f"{port}.log"
    begun = time.perf_counter()
    with log.open("wb") as output, pinned(where):
        try:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=folder,
                env={**environment(folder), **(more or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise ServerFailure(str(error)) from None
    server = Server(process, port, log)
    try:
        server.await_ready(ready)
        server.ready = time.perf_counter() - begun
        server.spent = server.cpu()
        yield server
    finally:
        server.stop()
        log.unlink(missing_ok=True)
