"""What the tests of this folder share: `scripted`, `rawclients`, `measured`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

if sys.platform != "linux":  # they look into /proc
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(autouse=True)
def no_client_stays() -> Iterator[None]:
    """Close the connections that a test has made."""
    from rawclients import Client

    yield
    while Client.made:
        Client.made.pop().close()
