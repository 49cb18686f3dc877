"""Load on one server: by `wrk` where it is installed, else by `generator.py`; and one question.

Both use one thread. Paced streams, and whatever has a fixed number of requests, are always asked
for by `generator.py`.
"""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import payload
from attrs import frozen
from contenders import Request
from processes import pinned

HERE = Path(__file__).resolve().parent
PATIENCE = 300.0
"""Seconds that one load may take."""

SCRIPT = """\
wrk.method = "POST"
wrk.body = [==[{body}]==]
{headers}
function done(summary, latency, requests)
  local e = summary.errors
  local failures = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format(
    '\\nRESULT {{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "failures": %d, ' ..
    '"failure": "connect %d, read %d, write %d, status %d, timeout %d"}}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, failures, e.connect, e.read, e.write, e.status, e.timeout))
end
"""


class LoadFailure(Exception):
    """The server doesn't answer as it should; the message says how."""


@frozen
class Outcome:
    """What a load came to; latencies in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


@frozen
class Generator:
    """Makes load from these CPUs.

    Args:
        python: the interpreter for `generator.py`.
        where: the CPUs.
        wrk: the `wrk` command, if it is to be used.
    """

    python: Path
    where: frozenset[int]
    wrk: str | None

    @classmethod
    def here(cls, python: Path, where: frozenset[int]) -> Generator:
        """Return one that uses `wrk` if it is installed."""
        return cls(python, where, shutil.which("wrk"))

    @property
    def title(self) -> str:
        """What makes the load."""
        return "wrk" if self.wrk else "generator.py (wrk is not installed)"

    def during(
        self, request: Request, connections: int, seconds: int, *, patient: bool = False
    ) -> Outcome:
        """Ask again and again for some seconds.

        `wrk` leaves what isn't answered by then. With `patient`, all that was begun is waited for
        and counts: the slow would else have answered little, or nothing.

        Raises:
            LoadFailure: nothing was answered, or something wrongly.
        """
        if self.wrk is None or patient:
            return self._own(request, connections, {"seconds": seconds})
        headers = "\n".join(
            f'wrk.headers["{name}"] = "{value}"' for name, value in request.headers.items()
        )
        script = SCRIPT.format(body=request.body.decode(), headers=headers)
        with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as file:
            file.write(script)
            file.flush()
            options = f"-t1 -c{connections} -d{seconds}s --timeout 30s -s".split()
            url = f"http://127.0.0.1:{request.port}{request.path}"
            text = self._run([self.wrk, *options, file.name, url])
        return _outcome(json.loads(text.rpartition("RESULT ")[2]))

    def times(
        self, request: Request, connections: int, requests: int, abort: int | None = None
    ) -> Outcome:
        """Ask so often; with `abort`, leave each answer after so many bytes.

        Raises:
            LoadFailure: something was answered wrongly.
        """
        more = {"requests": requests} | ({} if abort is None else {"abort": abort})
        return self._own(request, connections, more)

    def _own(self, request: Request, connections: int, more: dict[str, int]) -> Outcome:
        order: dict[str, Any] = {
            "port": request.port,
            "path": request.path,
            "headers": request.headers,
            "body": request.body.decode(),
            "connections": connections,
            **more,
        }
        text = self._run([str(self.python), str(HERE / "generator.py"), json.dumps(order)])
        return _outcome(json.loads(text))

    def _run(self, command: list[str]) -> str:
        with pinned(self.where):
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        try:
            text, errors = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise LoadFailure(f"no end after {PATIENCE:.0f} s") from None
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            raise LoadFailure((errors.strip() or "no message").splitlines()[-1])
        return text


def _outcome(result: dict[str, Any]) -> Outcome:
    if result["failures"]:
        raise LoadFailure(f"{result['failures']} failures: {result['failure']}")
    if not result["requests"]:
        raise LoadFailure("nothing was answered")
    return Outcome(result["requests"], result["seconds"], result["p50"], result["p99"])


def check(request: Request, kind: str) -> None:
    """Ask once and read the answer: whoever drops half of it is not fast.

    Raises:
        LoadFailure: it isn't what the upstream says.
    """
    connection = http.client.HTTPConnection("127.0.0.1", request.port, timeout=60)
    try:
        connection.request("POST", request.path, request.body, request.headers)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise LoadFailure(f"{type(error).__name__}: {error}") from None
    finally:
        connection.close()
    if answer.status != 200:
        raise LoadFailure(f"status {answer.status}: {body[:200]!r}")
    try:
        said = _said(body, kind)
    except (ValueError, LookupError, TypeError) as error:
        raise LoadFailure(f"not readable: {type(error).__name__}: {error}") from None
    expected = payload.ANSWER if kind == "unary" else payload.TEXT
    if said != expected:
        raise LoadFailure(f"says {len(said)} characters, not the upstream's {len(expected)}")


def _said(body: bytes, kind: str) -> str:
    if kind == "unary":
        content: str = json.loads(body)["choices"][0]["message"]["content"]
        return content
    said = ""
    for line in body.decode().splitlines():
        text = line.removeprefix("data: ")
        if text != line and text != "[DONE]":
            choices = json.loads(text)["choices"]
            said += (choices[0]["delta"].get("content") or "") if choices else ""
    return said
