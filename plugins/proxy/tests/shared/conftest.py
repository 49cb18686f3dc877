"""Clocks that a test moves, and a real Redis."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rawserver import RawServer
from servers import RedisServer, redis_server

sys.path.insert(0, str(Path(__file__).parent))  # for replicas


@pytest.fixture(scope="session")
def one_redis() -> Iterator[RedisServer]:
    """A server that all tests share; each empties it."""
    with redis_server() as server:
        yield server


@pytest.fixture
def redis_alive(one_redis: RedisServer) -> RedisServer:
    """The shared server, empty. Not to be killed."""
    from replicas import emptied

    emptied(one_redis)
    return one_redis


@pytest.fixture
def redis_mortal() -> Iterator[RedisServer]:
    """A server for one test, which may do with it what it likes."""
    with redis_server(password="sésame:ouvre/toi") as server:
        yield server


@pytest.fixture
def serve_bytes() -> Iterator[RawServer]:
    """Something that listens and is no Redis."""
    with RawServer(lambda asked, wire: wire.reply(400)) as server:
        yield server
