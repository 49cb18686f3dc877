"""Fixtures of the tests that cross packages."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from rawserver import Answer, RawServer

import jackfield


@pytest.fixture(scope="session", autouse=True)
def quick_collections() -> None:
    """Leave what is there before the tests out of the many collections that they ask for."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, no address, no proxy and no ``.env`` from outside."""
    for name in list(os.environ):
        ours = name.startswith(("OPENAI_", "JACKFIELD_")) and name != "JACKFIELD_SHARED"
        if ours or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("JACKFIELD_DOTENV", "0")


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], RawServer]]:
    """Start raw servers that end with the test."""
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(RawServer(answer))


def _pools_in(thing: Any, depth: int = 6) -> Iterator[Any]:
    """The httpcore pools behind one of our transports, however it holds them."""
    if type(thing).__module__.startswith("httpcore") and hasattr(thing, "connections"):
        yield thing
    elif depth and hasattr(thing, "__dict__"):
        for value in vars(thing).values():
            inside = value.values() if isinstance(value, dict) else [value]
            for each in inside:
                if type(each).__module__.startswith(("jackfield", "httpx", "httpcore")):
                    yield from _pools_in(each, depth - 1)


def _settled(pool: Any) -> None:
    active = [c for c in pool.connections if not (c.is_idle() or c.is_closed())]
    assert not active, f"connections still in use: {active}"
    assert not pool._requests, "requests still wait in the pool"


@pytest.fixture
def tidy() -> Callable[[Any], int]:
    """Assert that a client's pools have no connection in use; gives how many pools there are."""

    def check(client: Any) -> int:
        gc.collect()
        if client._made is None:
            return 0
        transport = client._transport
        if isinstance(client, jackfield.AsyncClient):
            own = transport._pools.get(asyncio.get_running_loop())
        else:
            own = transport._pool
        pools = list({id(pool): pool for pool in _pools_in(own)}.values())
        for pool in pools:
            _settled(pool)
        return len(pools)

    return check
