"""The commands that a page shows: servers run in the background, everything else to its end.

A page's ports are replaced by free ones, and put back in what is printed. A server that is started
where another one listens takes its place, as for somebody who pressed Ctrl-C in between.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

_PORT = re.compile(r"(?<=localhost:)\d{4}\b|(?<=127\.0\.0\.1:)\d{4}\b|(?<=--port )\d{4}\b")
_USUAL = "4000"
_PATIENCE = 60.0  # s
_STEP = 0.02  # s
_SERVES = re.compile(r"jackfield (--?\w|serve\b|sandbox\b)|redis-server\b")
_RELOADS = re.compile(r"kill -HUP\b")
_NOT_RUN = re.compile(r"pip install\b")
"""What is installed is this checkout."""


def commands(code: str) -> list[str]:
    """A block's commands: each begins with ``$``, and goes on until the next."""
    return [found.strip() for found in re.split(r"^\$ ", code, flags=re.MULTILINE) if found.strip()]


def same(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed; ``…`` there stands for any text."""
    pattern = ".*?".join(re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


class Console:
    """A shell in the working directory, for one page; a context manager.

    ``missing`` is a server that is not installed: what is printed from then on may be different.
    """

    def __init__(self) -> None:
        self._ports: dict[str, str] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: dict[str, Path] = {}
        self._started = 0
        self.missing = ""
        os.environ["CURL_HOME"] = str(Path.cwd())
        Path(".curlrc").write_text("silent\nshow-error\nmax-time = 30\n")
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

    def __enter__(self) -> Console:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for port in list(self._running):
            self._stop(port)
        if error is not None:
            for name, log in self._logs.items():
                print(f"--- port {name}\n{log.read_text('utf-8', 'replace')}", file=sys.stderr)

    def local(self, text: str) -> str:
        """A text of the page with the ports that are used here."""
        return _PORT.sub(lambda found: self._port(found[0]), text)

    def shown(self, text: str) -> str:
        """What was printed, with the page's ports."""
        for page, here in self._ports.items():
            text = re.sub(rf"\b{here}\b", page, text)
        return text

    def log(self) -> str:
        """What the servers that run have written."""
        return "\n".join(
            self.shown(self._logs[port].read_text("utf-8", "replace")) for port in self._running
        )

    def waits_for(self, text: str) -> bool:
        """Whether a server's log gets these lines; they are written a few times a second."""
        lines = [f".*{'.*?'.join(map(re.escape, line.split('…')))}" for line in text.split("\n")]
        pattern = "\n".join(lines[: len(text.strip().split("\n"))])
        deadline = time.monotonic() + _PATIENCE
        while re.search(pattern, self.log()) is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(_STEP)
        return True

    def run(self, command: str) -> tuple[str, int]:
        """Run a command; what it printed, a server's first words included, and its exit code."""
        if _NOT_RUN.match(command):
            return "", 0
        if command.startswith("export "):
            for name, _, value in (word.partition("=") for word in shlex.split(command)[1:]):
                os.environ[name] = self.local(value)
            return "", 0
        if _SERVES.match(command) and "--version" not in command:
            return self._serve(command), 0
        before = self.log().count("reloaded")
        done = subprocess.run(
            ["bash", "-c", self.local(command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            check=False,
        )
        if _RELOADS.match(command):
            self._until(lambda: self.log().count("reloaded") > before, command)
        text = done.stdout.decode("utf-8", "replace").replace("\r\n", "\n")
        return self.shown(text), done.returncode

    def _port(self, page: str) -> str:
        if page not in self._ports:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self._ports[page] = str(free.getsockname()[1])
        return self._ports[page]

    def _serve(self, command: str) -> str:
        program = shlex.split(command)[0]
        if shutil.which(program) is None:
            self.missing = program
            return ""
        if "--port" not in command:
            command = re.sub(r"( &.*)?$", rf" --port {_USUAL}\1", command, count=1)
        [page] = _PORT.findall(command)
        self._stop(page)
        log = self._logs[page] = Path(f"server-{self._started}.log")
        self._started += 1
        with log.open("wb") as out:
            process = subprocess.Popen(
                ["bash", "-c", self.local(command)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running[page] = process
        answers = _is_ready if program == "jackfield" and "sandbox" not in command else _listens
        self._until(lambda: process.poll() or answers(self._port(page)), command)
        if process.poll():
            raise RuntimeError(f"it ended with {process.poll()}: {command}")
        return self.shown(log.read_text("utf-8", "replace"))

    def _until(self, true: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not true():
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing came of: {what}")
            time.sleep(_STEP)

    def _stop(self, page: str) -> None:
        process = self._running.pop(page, None)
        if process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                break
            process.poll()
            deadline = time.monotonic() + _PATIENCE / 4
            while _lives(process.pid) and time.monotonic() < deadline:
                process.poll()
                time.sleep(_STEP)
        process.wait(_PATIENCE)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _listens(port: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(port)), timeout=_PATIENCE).close()
    except OSError:
        return False
    return True


def _is_ready(port: str) -> bool:
    try:
        url = f"http://127.0.0.1:{port}/health/readiness"
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False
