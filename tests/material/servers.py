"""Real servers of the system, started for a test on a free loopback port.

A test that needs one which is not installed is skipped, and says what to install.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from rawserver import PATIENCE, refused_port


class RedisServer:
    """A ``redis-server`` that keeps nothing on disk; it can be killed, frozen and started again.

    ``url`` is for clients and holds the password, where there is one; ``port`` stays the same.
    """

    def __init__(self, binary: str, folder: Path, password: str | None = None) -> None:
        self.port = refused_port()
        self.password = password
        self._binary = binary
        self._folder = folder
        self._log = folder / "redis.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """``redis://[:password@]127.0.0.1:PORT/0``."""
        user = f":{quote(self.password, safe='')}@" if self.password else ""
        return f"redis://{user}127.0.0.1:{self.port}/0"

    def start(self, *options: str) -> None:
        """Start, with more options of redis-server's, and wait until it answers."""
        assert self._process is None, "it runs already"
        command = [self._binary, "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self._folder), "--save", "", "--appendonly", "no"]
        if self.password:
            command += ["--requirepass", self.password]
        deadline = time.monotonic() + PATIENCE
        while True:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen([*command, *options], stdout=log, stderr=log)
            while self._process.poll() is None and time.monotonic() < deadline:
                if self._answers():
                    return
                time.sleep(0.01)
            ended = self._process.poll() is not None
            self.kill()
            if not ended or time.monotonic() > deadline:
                pytest.fail(f"redis-server did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.1)  # somebody else may hold the port for a moment

    def kill(self) -> None:
        """End it at once, as a crash would; what it knew is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

    def restart(self, *options: str) -> None:
        """Kill it and start it again on the same port."""
        self.kill()
        self.start(*options)

    def freeze(self) -> None:
        """Let it hang: connections stay, answers do not come."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on, with what it was asked meanwhile first."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)) as s:
            s.settimeout(PATIENCE)
            s.sendall(b"PING\r\n")
            reply = s.recv(64)
            return reply.startswith((b"+PONG", b"-NOAUTH"))
        return False


@contextlib.contextmanager
def redis_server(*options: str, password: str | None = None) -> Iterator[RedisServer]:
    """A running `RedisServer`; skips the test where ``redis-server`` is not installed."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("redis-server is not installed (the system's package redis-server has it)")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = RedisServer(binary, Path(folder), password)
        try:
            server.start(*options)
            yield server
        finally:
            server.kill()
