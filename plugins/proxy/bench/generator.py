"""The bench's own load generator: raw asyncio connections, httptools for the answers' ends.

Usage: `generator.py ORDER`, a JSON object with `port`, `path`, `headers` (an object), `body`,
`connections`, and one of `requests` (so many in all) or `seconds` (none is begun later). With
`abort`, a number of bytes, every answer is left after so many bytes, by closing the connection.
It prints a JSON object: requests, seconds, p50 and p99 (ms), failures, and the first one's text.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from functools import partial
from typing import Any, cast

import httptools


class Load:
    """What all connections share."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        body = order["body"].encode()
        head = f"POST {order['path']} HTTP/1.1\r\nHost: 127.0.0.1:{order['port']}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in order["headers"].items())
        self.request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        self.abort: int | None = order.get("abort")
        self.latencies: list[float] = []
        self.failures = 0
        self.failure = ""
        self._left: float = order.get("requests", float("inf"))
        self._until = time.perf_counter() + order.get("seconds", float("inf"))

    def more(self) -> bool:
        """Take one request, if any is left."""
        if self._left <= 0 or time.perf_counter() >= self._until:
            return False
        self._left -= 1
        return True

    def failed(self, why: str) -> None:
        """Count a request that wasn't answered as it should be."""
        self.failures += 1
        self.failure = self.failure or why


class Connection(asyncio.Protocol):
    """One request at a time, until none is left."""

    def __init__(self, load: Load, over: asyncio.Future[bool]) -> None:
        self._load = load
        self._over = over
        self._answering = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name
        self._next()

    def _next(self) -> None:
        self._answering = False
        if not self._load.more():
            self._finish(again=False)
            return
        self._answering = True
        self._received = 0
        self._parser = httptools.HttpResponseParser(self)
        self._begun = time.perf_counter()
        self._transport.write(self._load.request)

    def data_received(self, data: bytes) -> None:
        if not self._answering:
            return
        self._received += len(data)
        self._parser.feed_data(data)
        if self._load.abort is not None and self._received >= self._load.abort:
            self._count()
            self._finish(again=True)

    def on_message_complete(self) -> None:
        self._count()
        self._next()

    def _count(self) -> None:
        self._load.latencies.append(time.perf_counter() - self._begun)
        status = self._parser.get_status_code()
        if status != 200:
            self._load.failed(f"status {status}")

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answering:
            self._load.failed("the connection was closed before the answer's end")
        self._finish(again=self._answering)

    def _finish(self, *, again: bool) -> None:
        self._answering = False
        self._transport.abort()
        if not self._over.done():
            self._over.set_result(again)


async def _one(load: Load) -> None:
    loop = asyncio.get_running_loop()
    again = True
    while again:
        over: asyncio.Future[bool] = loop.create_future()
        port = load.order["port"]
        await loop.create_connection(partial(Connection, load, over), "127.0.0.1", port)
        again = await over


async def run(order: dict[str, Any]) -> dict[str, Any]:
    """Do what was ordered; what came of it."""
    load = Load(order)
    begun = time.perf_counter()
    await asyncio.gather(*(_one(load) for _ in range(order["connections"])))
    seconds = time.perf_counter() - begun
    times = sorted(load.latencies) or [float("nan")]
    return {
        "requests": len(load.latencies),
        "seconds": seconds,
        "p50": times[len(times) // 2] * 1000,
        "p99": times[min(len(times) - 1, len(times) * 99 // 100)] * 1000,
        "failures": load.failures,
        "failure": load.failure,
    }


def main() -> None:
    order = json.loads(sys.argv[1])
    try:
        import uvloop
    except ImportError:
        print(json.dumps(asyncio.run(run(order))))
    else:
        print(json.dumps(uvloop.run(run(order))))


if __name__ == "__main__":
    main()
