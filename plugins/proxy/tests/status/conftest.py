"""One browser for all tests of the page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser, chromium

sys.path.insert(0, str(Path(__file__).parent))  # for scripted


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; the test is skipped where there is none."""
    with chromium() as started:
        yield started
