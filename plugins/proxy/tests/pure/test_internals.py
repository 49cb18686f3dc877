"""What of uvicorn, Starlette and aiohttp is used beside what their manuals promise is there."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import aiohttp
import pytest
from aiohttp.client_proto import ResponseHandler
from starlette.formparsers import MultiPartParser
from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from jackfield_proxy.upstream import direct


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """An application."""


@pytest.fixture
def protocol() -> Any:
    """A connection's protocol, as a server makes it."""
    loop = asyncio.new_event_loop()
    try:
        settings = Config(nothing, http=HttpToolsProtocol, ws="none", lifespan="off")
        settings.load()
        yield HttpToolsProtocol(settings, ServerState(), {}, loop)
    finally:
        loop.close()


def test_a_connection(protocol: Any) -> None:
    for name in ("loop", "transport", "flow", "cycle", "pipeline", "headers", "scope"):
        assert hasattr(protocol, name) or name in HttpToolsProtocol.__annotations__, name
    for name in (
        *("connection_made", "data_received", "connection_lost", "on_headers_complete", "on_body"),
        *("on_message_complete", "send_400_response", "on_response_complete", "_start_asgi_task"),
        "timeout_keep_alive_handler",
    ):
        assert callable(getattr(protocol, name)), name
    source = inspect.getsource(HttpToolsProtocol)
    for name in (
        *("self.scope", "self.headers", "self.transport", "self.flow", "self.cycle", "self.tasks"),
        *("self.timeout_keep_alive =", "self.server_state.total_requests += 1"),
    ):
        assert name in source, name


def test_the_flow_of_a_connection() -> None:
    from uvicorn.protocols.http.flow_control import FlowControl

    flow = FlowControl(asyncio.Transport())
    assert flow.read_paused is False
    assert callable(flow.resume_reading)


def test_an_answer() -> None:
    """`writing` and `protocol` look into it, and set what they find."""
    made = set(inspect.signature(RequestResponseCycle.__init__).parameters)
    assert {"scope", "transport", "flow"} <= made
    source = inspect.getsource(RequestResponseCycle.__init__)
    for name in (
        *("transport", "disconnected", "response_started", "response_complete", "more_body"),
        *(
            "message_event",
            "chunked_encoding",
            "expected_content_length",
            "keep_alive",
            "on_response",
        ),
        *("access_log", "default_headers", "waiting_for_100_continue"),
    ):
        assert f"self.{name} =" in source or f"self.{name}: " in source, name
    writes = inspect.getsource(RequestResponseCycle.send)
    assert "self.transport.write(" in writes
    assert "self.expected_content_length" in writes


def test_a_server() -> None:
    assert list(inspect.signature(Server.handle_exit).parameters) == ["self", "sig", "frame"]
    server = Server(Config(nothing))
    assert (server.started, server.should_exit, server.force_exit) == (False, False, False)


def test_a_supervisor() -> None:
    assert STARTUP_FAILURE == 3
    assert list(inspect.signature(Multiprocess).parameters) == ["config", "sockets"]
    for name in (
        *("init_processes", "terminate_all", "join_all", "handle_hup", "keep_subprocess_alive"),
        "run",
    ):
        assert list(inspect.signature(getattr(Multiprocess, name)).parameters) == ["self"], name
    source = inspect.getsource(Multiprocess.__init__)
    for name in ("sockets", "processes", "signal_queue"):
        assert f"self.{name}" in source, name
    assert isinstance(inspect.getattr_static(Process, "pid"), property)
    assert isinstance(inspect.getattr_static(Process, "exitcode"), property)
    assert "self.process =" in inspect.getsource(Process.__init__)
    assert callable(Process.kill)


def test_a_reader_of_forms() -> None:
    given = inspect.signature(MultiPartParser.__init__).parameters
    assert {"headers", "stream", "max_files", "max_fields", "max_part_size"} <= set(given)
    assert isinstance(MultiPartParser.spool_max_size, int)
    parser = MultiPartParser(None, None)  # type: ignore[arg-type]  # nothing is read
    assert parser._current_part.file is None
    arguments = ["self", "data", "start", "end"]
    assert list(inspect.signature(MultiPartParser.on_part_data).parameters) == arguments
    assert "self.on_part_data" in inspect.getsource(MultiPartParser.parse)


def test_a_reader_of_forms_takes_no_endless_header() -> None:
    """Starlette adds a part's header up in memory; only what calls it sees where it should end."""
    from python_multipart.multipart import MultipartParser

    assert "max_header_size" in inspect.signature(MultipartParser.__init__).parameters


def test_an_upstream_s_timers() -> None:
    """`handler` has one for all of them; others would be made beside it without notice."""
    for name in ("_reschedule_timeout", "_drop_timeout", "_on_read_timeout"):
        assert list(inspect.signature(getattr(ResponseHandler, name)).parameters) == ["self"], name
    source = inspect.getsource(ResponseHandler)
    assert source.count("call_later(") == 1
    assert "self._read_timeout = " in source


def test_the_short_way_upstream_is_there() -> None:
    """Without it every small request costs twice as much, and nothing else would tell."""
    assert direct.available(), aiohttp.__version__
