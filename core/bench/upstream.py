"""The upstream: a private nginx on loopback that answers with the canned bodies.

One process, no access log, keep-alive without a limit. Both answers live under the one URL that a
client knows, `/v1/chat/completions`. nginx doesn't look into bodies, so it tells them apart by
length: a request of 1,000 bytes or more is answered with the stream (`workload.py` gives
the streamed request the longer prompt).
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import payload
from attrs import frozen

CONFIGURATION = """\
daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
error_log error.log warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path temporary/body;
    proxy_temp_path temporary/proxy;
    fastcgi_temp_path temporary/fastcgi;
    uwsgi_temp_path temporary/uwsgi;
    scgi_temp_path temporary/scgi;
    sendfile on;
    tcp_nodelay on;
    keepalive_timeout 3600s;
    keepalive_requests 1000000000;
    client_body_buffer_size 64k;
    open_file_cache max=8 inactive=3600s;
    open_file_cache_valid 3600s;
    map $content_length $answer {{ ~^[0-9][0-9][0-9][0-9] /stream.sse; default /completion.json; }}
    add_header openai-organization "org-bench";
    add_header openai-processing-ms "412";
    add_header openai-project "proj_bench";
    add_header openai-version "2020-10-01";
    add_header x-ratelimit-limit-requests "10000";
    add_header x-ratelimit-limit-tokens "2000000";
    add_header x-ratelimit-remaining-requests "9999";
    add_header x-ratelimit-remaining-tokens "1999958";
    add_header x-ratelimit-reset-requests "6ms";
    add_header x-ratelimit-reset-tokens "1ms";
    add_header x-request-id "req_5f1c9be2a7d04c3e8b6a90d1f2c37e44";
    server {{
        listen 127.0.0.1:{port};
        root answers;
        location = /v1/chat/completions {{ error_page 418 =200 $answer; return 418; }}
        location = /completion.json {{ internal; types {{ }} default_type application/json; }}
        location = /stream.sse {{
            internal; types {{ }} default_type "text/event-stream; charset=utf-8";
        }}
        location = /status {{ stub_status; }}
    }}
}}
"""

SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin"


class UpstreamError(Exception):
    """nginx is missing or did not start; the message says what to do."""


@frozen
class Counters:
    """What nginx has served since it started."""

    connections: int
    requests: int


@frozen
class Upstream:
    """A running nginx."""

    base: str
    """Base URL as clients want it, with `/v1`."""
    port: int
    version: str

    def counters(self) -> Counters:
        """Return connections and requests so far (nginx's `stub_status`), this look included."""
        # The caller's proxy settings are not for loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}/status", timeout=10) as answer:
            text = answer.read().decode()
        found = re.search(r"^\s*(\d+)\s+\d+\s+(\d+)\s*$", text, re.MULTILINE)
        if found is None:
            raise UpstreamError(f"unexpected status page: {text!r}")
        return Counters(int(found[1]), int(found[2]))

    def service_time(self, body: bytes, count: int) -> float:
        """Return the median microseconds of one exchange over a bare kept-alive socket.

        This is nginx, the loopback and two system calls, without an HTTP client: the part of a
        measured time that no client can save.
        """
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        request = head.encode() + body
        times = []
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            for _ in range(count):
                start = time.perf_counter_ns()
                connection.sendall(request)
                _receive(connection)
                times.append(time.perf_counter_ns() - start)
        return statistics.median(times) / 1000


def _receive(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            raise UpstreamError("nginx closed a kept-alive connection")
        received += piece
    head, _, rest = received.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    if length is None or not head.startswith(b"HTTP/1.1 200"):
        raise UpstreamError(f"unexpected answer: {head!r}")
    missing = int(length[1]) - len(rest)
    while missing > 0:
        piece = connection.recv(65536)
        if not piece:
            raise UpstreamError("nginx cut an answer short")
        missing -= len(piece)


def _find() -> str:
    found = shutil.which("nginx") or shutil.which("nginx", path=SYSTEM_FOLDERS)
    if found is None:
        raise UpstreamError("nginx is not installed; install it with: apt-get install nginx-light")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            # Somebody else may have taken the port between the look and the start.
            time.sleep(0.05)
            return process.poll() is None
        time.sleep(0.02)
    return False


def _prepare(prefix: Path) -> None:
    (prefix / "temporary").mkdir()
    answers = prefix / "answers"
    answers.mkdir()
    (answers / "completion.json").write_bytes(payload.completion())
    (answers / "stream.sse").write_bytes(payload.stream())


@contextlib.contextmanager
def running() -> Iterator[Upstream]:
    """Start nginx in a private folder on a free port; stop it and remove the folder at the end.

    Raises:
        UpstreamError: nginx is not installed or does not start.
    """
    program = _find()
    about = subprocess.run([program, "-v"], capture_output=True, text=True, check=True)
    version = about.stderr.strip().rpartition(": ")[2]
    with tempfile.TemporaryDirectory(prefix="jackfield-bench-") as folder:
        prefix = Path(folder)
        _prepare(prefix)
        for _attempt in range(5):
            port = _free_port()
            (prefix / "nginx.conf").write_text(CONFIGURATION.format(port=port), encoding="utf-8")
            process = subprocess.Popen(
                [program, "-p", f"{prefix}/", "-c", "nginx.conf", "-e", "error.log"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                if _answers(process, port):
                    yield Upstream(f"http://127.0.0.1:{port}/v1", port, version)
                    return
            finally:
                process.terminate()
                try:
                    process.wait(timeout=5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        log = prefix / "error.log"
        reason = log.read_text(encoding="utf-8").strip() if log.exists() else "no message"
        raise UpstreamError(f"nginx did not start: {reason}")


def main() -> int:
    """Serve until the input ends; for trying things by hand."""
    try:
        with running() as upstream:
            print(json.dumps({"base": upstream.base, "version": upstream.version}), flush=True)
            sys.stdin.read()
    except UpstreamError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
