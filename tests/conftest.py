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


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, no address, no proxy and no ``.env`` from outside."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "JACKFIELD_")) or name.lower().endswith("_proxy"):
            if name != "JACKFIELD_SHARED":
                monkeypatch.delenv(name)
    monkeypatch.setenv("JACKFIELD_DOTENV", "0")


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], RawServer]]:
    """Start raw servers that end with the test."""
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(RawServer(answer))


def _settled(pool: Any) -> None:
    active = [c for c in pool.connections if not (c.is_idle() or c.is_closed())]
    assert not active, f"connections still in use: {active}"
    assert not pool._requests, "requests still wait in the pool"


@pytest.fixture
def tidy() -> Iterator[Callable[[Any], None]]:
    """Assert that a client's pool has no connection in use, and that nothing was left behind."""

    def check(client: Any) -> None:
        gc.collect()
        if client._made is None:
            return
        transport = client._transport
        if isinstance(client, jackfield.AsyncClient):
            pool = transport._pools.get(asyncio.get_running_loop())
        else:
            pool = transport._pool
        if pool is not None:
            _settled(pool.client._transport._pool)

    yield check
    gc.collect()
