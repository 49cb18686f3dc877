"""Fixtures for pytest: ``sandbox`` and ``sandbox_env``.

pytest loads this module in every run, so that it imports nothing of the sandbox by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from jackfield_testing.sandbox.server import Sandbox


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    """The server behind ``sandbox``, started once per session (per worker under pytest-xdist)."""
    from jackfield_testing.sandbox.server import Sandbox

    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(sandbox_server: Sandbox) -> Sandbox:
    """A running sandbox that has been asked nothing yet."""
    sandbox_server.clear()
    return sandbox_server


@pytest.fixture
def sandbox_env(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox, with ``OPENAI_API_KEY`` and ``OPENAI_BASE_URL`` set to it."""
    monkeypatch.setenv("OPENAI_API_KEY", sandbox.api_key)
    monkeypatch.setenv("OPENAI_BASE_URL", sandbox.base_url)
    return sandbox
