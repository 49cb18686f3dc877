"""An upstream that does what a test tells it, byte by byte, and counts what becomes of it.

One thread with a loop of its own. The first part of a request's path says which behaviour answers,
so that a deployment's ``api_base`` chooses one. A behaviour is ``async def (asked, wire)``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import socket
import struct
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

PATIENCE = 10.0
_PIECE = 64 * 1024


class Asked:
    """A request's head. ``number`` counts those of the behaviour, ``nth`` those of the connection.

    Both count from 1.
    """

    def __init__(self, head: bytes, number: int, nth: int) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = first.split(" ", 2)
        self.headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        self.number = number
        self.nth = nth
        self.body = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """The upstream's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ahead = b""
        self.sent = 0
        self.open = True

    async def send(self, data: bytes) -> None:
        """Send, no faster than the other side takes it."""
        self._writer.write(data)
        await self._writer.drain()
        self.sent += len(data)

    async def head(self, status: int = 200, *lines: str) -> None:
        await self.send("\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode("latin-1"))

    async def reply(self, status: int, body: bytes, *lines: str) -> None:
        """A whole answer in JSON."""
        kind = "content-type: application/json"
        await self.head(status, kind, f"content-length: {len(body)}", *lines)
        await self.send(body)

    async def begin(self, *lines: str) -> None:
        """The head of a chunked stream of events."""
        kind = "content-type: text/event-stream"
        await self.head(200, kind, "transfer-encoding: chunked", *lines)

    async def piece(self, data: bytes) -> None:
        """A chunk."""
        await self.send(b"%x\r\n%s\r\n" % (len(data), data))

    async def end(self) -> None:
        """The last chunk."""
        await self.send(b"0\r\n\r\n")

    def close(self) -> None:
        """Close as one does."""
        self.open = False
        self._writer.close()

    def reset(self) -> None:
        """Close with a reset."""
        self.open = False
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def read(self) -> bytes:
        """Some of what comes."""
        if self._ahead:
            data, self._ahead = self._ahead, b""
            return data
        return await self._reader.read(_PIECE)

    async def until(self, mark: bytes) -> bytes | None:
        """What comes before ``mark``; None where the other side leaves first."""
        data = self._ahead
        while mark not in data:
            more = await self._reader.read(_PIECE)
            if not more:
                return None
            data += more
        before, _, self._ahead = data.partition(mark)
        return before

    async def exactly(self, size: int) -> bytes | None:
        while len(self._ahead) < size:
            more = await self._reader.read(_PIECE)
            if not more:
                return None
            self._ahead += more
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        return data

    async def body(self, headers: dict[str, str]) -> bytes | None:
        """A request's body; None where the other side leaves first."""
        if "chunked" not in headers.get("transfer-encoding", ""):
            return await self.exactly(int(headers.get("content-length", 0)))
        parts: list[bytes] = []
        while True:
            size = await self.until(b"\r\n")
            if size is None:
                return None
            piece = await self.exactly(int(size, 16) + 2)
            if piece is None:
                return None
            if len(piece) == 2:
                return b"".join(parts)
            parts.append(piece[:-2])

    async def left(self) -> None:
        """Return when the other side has left."""
        with contextlib.suppress(OSError):
            while more := await self._reader.read(_PIECE):
                self._ahead += more


Behaviour = Callable[[Asked, Wire], Awaitable[None]]


def unread(behaviour: Behaviour) -> Behaviour:
    """Leave the request's body to the behaviour."""
    behaviour.unread = True  # type: ignore[attr-defined]  # noted on it
    return behaviour


class Upstream:
    """A listening upstream; a context manager.

    Attributes:
        behaviours: by name.
        asked: how many requests each had.
        running: how many requests are being answered, by behaviour.
        abandoned: how many requests were left before they were answered, by behaviour.
        connections: how many connections are open.
        accepted: how many there ever were.
    """

    def __init__(self, behaviours: dict[str, Behaviour] | None = None) -> None:
        self.behaviours = dict(behaviours or {})
        self.asked: Counter[str] = Counter()
        self.running: Counter[str] = Counter()
        self.abandoned: Counter[str] = Counter()
        self.connections = 0
        self.accepted = 0
        self.failures: list[BaseException] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Upstream:
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        if self.failures:
            raise self.failures[0]

    def base(self, behaviour: str) -> str:
        """The ``api_base`` of deployments that a behaviour answers."""
        return f"http://127.0.0.1:{self.port}/{behaviour}"

    def config(self, *names: str, more: str = "", params: str = "") -> str:
        """A configuration in which each behaviour is a model of the same name."""
        lines = ["model_list:"]
        for name in names or tuple(self.behaviours):
            lines += [
                f"  - model_name: {name}",
                f"    params: {{model: openai/{name}, api_key: sk-test-{name},"
                f" api_base: '{self.base(name)}'{params and ', ' + params}}}",
            ]
        return "\n".join([*lines, more, ""])

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            server = self._loop.run_until_complete(
                asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=2048)
            )
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            self._loop.run_forever()
            server.close()
            for task in list(self._tasks):
                task.cancel()
            gathered = asyncio.gather(*self._tasks, return_exceptions=True)
            self._loop.run_until_complete(gathered)
            self._loop.run_until_complete(asyncio.sleep(0))
        finally:
            self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.accepted += 1
        wire = Wire(reader, writer)
        try:
            await self._serve(wire)
        except OSError:
            pass
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            self.failures.append(error)
        finally:
            self._tasks.discard(task)
            self.connections -= 1
            writer.transport.abort()

    async def _serve(self, wire: Wire) -> None:
        nth = 0
        while wire.open and (head := await wire.until(b"\r\n\r\n")) is not None:
            nth += 1
            name = head.split(b" ", 2)[1].split(b"/")[1].decode("latin-1")
            self.asked[name] += 1
            asked = Asked(head, self.asked[name], nth)
            behaviour = self.behaviours[name]
            whole = not hasattr(behaviour, "unread")
            self.running[name] += 1
            try:
                if whole:
                    body = await wire.body(asked.headers)
                    if body is None:
                        self.abandoned[name] += 1
                        return
                    asked.body = body
                    finished = await self._watched(behaviour, asked, wire)
                else:
                    await behaviour(asked, wire)
                    finished = True
            finally:
                self.running[name] -= 1
            if not finished:
                self.abandoned[name] += 1
                return

    async def _watched(self, behaviour: Behaviour, asked: Asked, wire: Wire) -> bool:
        """Run a behaviour for as long as the other side stays; whether it came to its end."""
        answering = asyncio.ensure_future(behaviour(asked, wire))
        leaving = asyncio.ensure_future(wire.left())
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                return False
            try:
                answering.result()
            except OSError:
                return False
            return True
        finally:
            for task in (answering, leaving):
                task.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)


# Behaviours ---------------------------------------------------------------------------------------

ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "All well.", "refusal": None},
                "finish_reason": "stop",
                "logprobs": None,
            }
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }
).encode()


def chunk(number: int, text: str) -> bytes:
    """An event of a chat stream."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": f"{number}:{text}"}, "finish_reason": None}],
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


async def fine(asked: Asked, wire: Wire) -> None:
    """Answer at once: a stream of three chunks, or a whole answer."""
    if asked.body and asked.json.get("stream"):
        await wire.begin()
        for number in range(3):
            await wire.piece(chunk(number, "fine"))
        await wire.piece(DONE)
        await wire.end()
    else:
        await wire.reply(200, ANSWER)


async def hang(asked: Asked, wire: Wire) -> None:
    """Never answer."""
    await asyncio.Event().wait()


async def endless(asked: Asked, wire: Wire) -> None:
    """A stream without an end, a chunk every 20 ms."""
    await wire.begin()
    number = 0
    while True:
        await wire.piece(chunk(number, "more"))
        number += 1
        await asyncio.sleep(0.02)


async def stuck(asked: Asked, wire: Wire) -> None:
    """Two chunks, and then nothing any more."""
    await wire.begin()
    for number in range(2):
        await wire.piece(chunk(number, "stuck"))
    await asyncio.Event().wait()


def enough_files(wanted: int) -> int:
    """Raise the limit on open files, which children inherit; how many there may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft
