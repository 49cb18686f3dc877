"""Property tests run under the profile that ``HYPOTHESIS_PROFILE`` names, ``ci`` unless told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rawserver import RawServer

from jackfield_testing.strategies import use

sys.path.insert(0, str(Path(__file__).parent))  # for upstream
from upstream import blocking, on_loop

use()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, no address, no proxy and no ``.env`` from outside."""
    for name in list(os.environ):
        ours = name.startswith(("OPENAI_", "JACKFIELD_")) and name != "JACKFIELD_SHARED"
        if ours or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("JACKFIELD_DOTENV", "0")


@pytest.fixture
def server() -> Iterator[RawServer]:
    """A raw server; the test gives it its answers."""
    with RawServer(lambda asked, wire: wire.reply(200, {})) as running:
        yield running


@pytest.fixture(params=[blocking, on_loop], ids=["blocking", "asyncio"])
def make(request: pytest.FixtureRequest, server: RawServer) -> Callable[..., object]:
    """Make a call with ``ask(client)`` on a client of each kind."""
    return lambda ask, **more: request.param(server, ask, **more)
