"""What is written for a whole answer is what uvicorn would write, whoever writes it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from jackfield_proxy.wire.writing import send_whole, writable


class Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


class Cycle:
    """A request's cycle, and what came of it."""

    def __init__(self, method: str, keep_alive: bool) -> None:
        self.transport = Transport()
        self.completed = 0
        logger = logging.getLogger("unused")
        self.cycle = RequestResponseCycle(
            scope={"type": "http", "method": method},  # type: ignore[typeddict-item]  # all it reads
            transport=self.transport,
            flow=FlowControl(self.transport),
            logger=logger,
            access_logger=logger,
            access_log=False,
            default_headers=[(b"date", b"today")],
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=keep_alive,
            on_response=self.complete,
        )

    def complete(self) -> None:
        self.completed += 1

    def state(self) -> tuple[Any, ...]:
        cycle = self.cycle
        return (
            cycle.response_started,
            cycle.response_complete,
            cycle.message_event.is_set(),
            self.completed,
            self.transport.closed,
        )


async def as_uvicorn(
    cycle: Cycle, status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    headers = [*headers, (b"content-length", b"%d" % len(body))]
    await cycle.cycle.send({"type": "http.response.start", "status": status, "headers": headers})
    await cycle.cycle.send({"type": "http.response.body", "body": body, "more_body": False})


NAMES = st.sampled_from([b"content-type", b"x-request-id", b"etag", b"connection", b"x-a"])
VALUES = st.sampled_from(
    [b"", b"close", b"keep-alive", b"text/plain; charset=utf-8", b"a\tb", b"\xff"]
)
BROKEN = st.sampled_from([b"a\r\nb: c", b"a\nb", b"a\rb", b"a\0b", b"a\x1fb", b"a\x7fb"])


@given(
    st.sampled_from(["GET", "POST", "HEAD"]),
    st.booleans(),
    st.sampled_from([200, 201, 404, 500]),
    st.lists(st.tuples(NAMES, VALUES), max_size=4),
    st.binary(max_size=20),
)
def test_the_bytes_are_uvicorn_s(
    method: str, keep: bool, status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    ours, theirs = Cycle(method, keep), Cycle(method, keep)
    given_headers = list(headers)
    asyncio.run(send_whole(ours.cycle.send, status, headers, body))
    asyncio.run(as_uvicorn(theirs, status, headers, body))
    assert headers == given_headers
    assert b"".join(ours.transport.written) == b"".join(theirs.transport.written)
    assert len(ours.transport.written) == 1
    assert ours.state() == theirs.state()


@given(st.integers(0, 3), NAMES, BROKEN, st.sampled_from(["GET", "HEAD"]))
def test_a_header_that_would_be_two_is_left_out(
    at: int, name: bytes, value: bytes, method: str
) -> None:
    headers = [(b"x-a", b"1")] * 3
    whole = list(headers)
    headers.insert(at, (name, value))
    cycle, other = Cycle(method, True), Cycle(method, True)
    asyncio.run(send_whole(cycle.cycle.send, 200, headers, b"{}"))
    asyncio.run(send_whole(other.cycle.send, 200, whole, b"{}"))
    assert cycle.transport.written == other.transport.written
    assert cycle.state() == other.state()
    assert writable(headers) == whole


def test_a_client_that_left_gets_nothing() -> None:
    cycle = Cycle("POST", True)
    cycle.cycle.disconnected = True
    asyncio.run(send_whole(cycle.cycle.send, 200, [], b"{}"))
    assert cycle.transport.written == []


def test_a_full_client_is_waited_for() -> None:
    async def talk() -> None:
        cycle = Cycle("POST", True)
        cycle.cycle.flow.pause_writing()
        sending = asyncio.ensure_future(send_whole(cycle.cycle.send, 200, [], b"{}"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert cycle.transport.written == []
        cycle.cycle.flow.resume_writing()
        await sending
        assert cycle.completed == 1

    asyncio.run(talk())


def test_any_other_server_gets_messages() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(send_whole(send, 200, [(b"x-a", b"1")], b"{}"))
    assert sent == [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"x-a", b"1"), (b"content-length", b"2")],
        },
        {"type": "http.response.body", "body": b"{}"},
    ]
