"""A server of the status page whose numbers the test decides."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rawserver import Asked, RawServer, Wire

from jackfield_proxy.metrics import Metrics, Seen
from jackfield_proxy.status import JSON_HEADERS, Recent, page, page_headers, snapshot

STARTED = 1_800_000_000.0
DEPLOYMENTS = [
    {
        "id": f"gpt-4o:{name}",
        "model_name": "gpt-4o",
        "model": "openai/gpt-4o-2024-08-06",
        "host": f"{name}.upstream.example",
        "weight": weight,
        "mode": "chat",
    }
    for name, weight in (("a", 3), ("b", 1))
]


class Scripted:
    """The page and its ``status.json``; a context manager.

    With each poll the clock goes on by 2 seconds and ``each`` requests are counted. ``key`` is the
    master key; ``broken`` is ``"silent"``, ``"status"`` or ``"nonsense"``.
    """

    def __init__(self, *, key: str | None = None, each: int = 0) -> None:
        self.metrics, self.recent = Metrics(), Recent()
        self.key, self.each, self.broken = key, each, ""
        self.deployments: list[dict[str, Any]] = list(DEPLOYMENTS)
        self.resting: dict[str, tuple[float, str | None]] = {}
        self.now = STARTED
        self.polls = 0
        self._server = RawServer(self._answer)

    def __enter__(self) -> Scripted:
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.__exit__(kind, error, trace)
        self.metrics.close()

    @property
    def origin(self) -> str:
        return self._server.origin

    @property
    def url(self) -> str:
        """The page, polling as often as it may."""
        return f"{self.origin}/?every=0.1"

    @property
    def requests(self) -> list[Asked]:
        return self._server.requests

    def stop(self) -> None:
        """End the server as when its process is gone."""
        self._server.__exit__(None, None, None)

    def served(
        self, count: int, status: int = 200, deployment: str = "a", seconds: float = 0.5
    ) -> None:
        """Count requests as the proxy would."""
        deployment = f"gpt-4o:{deployment}"
        for _ in range(count):
            self.metrics.began()
            self.metrics.attempted(deployment, "ok" if status < 400 else str(status))
            self.metrics.ended(
                Seen(
                    "/chat/completions",
                    "chat",
                    "gpt-4o",
                    deployment,
                    "openai",
                    status,
                    "bytes",
                    seconds,
                    0.0004,
                    0.2,
                    100,
                    20,
                )
            )

    def _answer(self, asked: Asked, wire: Wire) -> None:
        if asked.target.startswith("/?"):
            headers = [(name.decode(), value.decode()) for name, value in page_headers()]
            wire.reply(200, page(), headers, content_type=None)
        elif asked.target != "/status.json":
            wire.reply(404, {})
        elif self.key and asked.headers.get("authorization") != f"Bearer {self.key}":
            wire.reply(401, {"error": {"message": "Incorrect API key provided."}})
        elif self.broken == "silent":
            wire.close()
        elif self.broken == "status":
            wire.reply(500, {})
        elif self.broken == "nonsense":
            wire.reply(200, b"<html>hello</html>", content_type="text/html")
        else:
            self.polls += 1
            self.now += 2.0
            self.served(self.each)
            state = snapshot(
                self.metrics.reading(),
                self.deployments,
                self.resting,
                self.recent.latest(),
                {"version": "1.2.3", "config": "/etc/jackfield/config.yaml", "started": STARTED},
                self.now,
            )
            headers = [(name.decode(), value.decode()) for name, value in JSON_HEADERS]
            wire.reply(200, state, headers, content_type=None)
