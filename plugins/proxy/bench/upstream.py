"""The upstream on loopback: nginx for calls and streams, `answering.py` for paced streams.

nginx is one process without access log. Where it isn't installed, `answering.py` does all, and is
then a good part of what limits fast contenders; the report says so.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import payload
import processes
from attrs import frozen

CONFIGURATION = """\
daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
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
    add_header openai-organization "org-bench";
    add_header openai-processing-ms "412";
    add_header openai-version "2020-10-01";
    add_header x-ratelimit-limit-requests "10000";
    add_header x-ratelimit-limit-tokens "2000000";
    add_header x-ratelimit-remaining-requests "9999";
    add_header x-ratelimit-remaining-tokens "1999958";
    add_header x-request-id "req_5f1c9be2a7d04c3e8b6a90d1f2c37e44";
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        root answers;
        location = /v1/chat/completions {{ error_page 418 =200 /completion.json; return 418; }}
        location = /stream/v1/chat/completions {{ error_page 418 =200 /stream.sse; return 418; }}
        location = /completion.json {{ internal; types {{ }} default_type application/json; }}
        location = /stream.sse {{
            internal; types {{ }} default_type "text/event-stream; charset=utf-8";
        }}
    }}
}}
"""

SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin"
HERE = Path(__file__).resolve().parent
PAUSE = 0.002
"""Seconds between the events of a paced stream."""


@frozen
class Upstream:
    """The running servers."""

    port: int
    """Answers calls and streams."""
    paced: int
    """Answers paced streams."""
    title: str

    def origin(self, kind: str) -> str:
        """Return the scheme and authority that serve a kind."""
        return f"http://127.0.0.1:{self.paced if kind == 'paced' else self.port}"

    def base(self, kind: str) -> str:
        """Return the base URL of a kind, with `/v1`."""
        return f"{self.origin(kind)}{prefix(kind)}/v1"


def prefix(kind: str) -> str:
    """Return what comes before `/v1` in the upstream's paths."""
    return "" if kind == "unary" else f"/{kind}"


def _nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path=SYSTEM_FOLDERS)


def _version(program: str) -> str:
    about = subprocess.run([program, "-v"], capture_output=True, text=True, check=True)
    return about.stderr.strip().rpartition(": ")[2]


def _prepare(folder: Path, port: int) -> None:
    (folder / "temporary").mkdir()
    answers = folder / "answers"
    answers.mkdir()
    (answers / "completion.json").write_bytes(payload.completion())
    (answers / "stream.sse").write_bytes(b"".join(payload.events()))
    (folder / "nginx.conf").write_text(CONFIGURATION.format(port=port), encoding="utf-8")


@contextlib.contextmanager
def running(python: Path, where: frozenset[int], folder: Path) -> Iterator[Upstream]:
    """Start the upstream's servers in a folder on these CPUs; end them with the block.

    Raises:
        ServerFailure: one doesn't start.
    """
    with contextlib.ExitStack() as stack:
        port = processes.free_port()
        command: list[str | Path] = [python, HERE / "answering.py", str(port), str(PAUSE)]
        own = stack.enter_context(processes.running(command, port, where, folder, "/v1"))
        program = _nginx()
        if program is None:
            yield Upstream(own.port, own.port, "asyncio (nginx is not installed)")
            return
        port = processes.free_port()
        _prepare(folder, port)
        command = [program, "-p", f"{folder}/", "-c", "nginx.conf", "-e", "stderr"]
        stack.enter_context(processes.running(command, port, where, folder, "/"))
        yield Upstream(port, own.port, f"{_version(program)}, paced streams: asyncio")
