"""Where the tests find the reference material that is not part of the project.

The official schemas and the recorded traffic lie in a folder named ``shared`` beside the checkout,
or where ``JACKFIELD_SHARED`` says. Tests that need them are skipped where they are absent.
"""

from __future__ import annotations

import json
import lzma
import os
import signal
from functools import cache
from pathlib import Path
from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Let Ctrl-C reach what tests start, also where they were started in the background.

    There a shell has it ignored, and every process below inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


_ROOT = Path(__file__).resolve().parents[2]


def shared() -> Path | None:
    """The folder of reference material, or None where there is none."""
    folder = Path(os.environ.get("JACKFIELD_SHARED") or _ROOT.parent / "shared")
    return folder if (folder / "spec").is_dir() else None


@cache
def recorded(endpoint: str | None = None) -> list[dict[str, Any]]:
    """Every recorded exchange, or those of one normalised endpoint; empty where there are none."""
    folder = shared()
    path = folder / "traffic" / "traffic.jsonl.xz" if folder else None
    if path is None or not path.exists():
        return []
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [r for r in records if endpoint is None or r["ep"] == endpoint]


@cache
def schemas(relaxed: bool = False) -> dict[str, Any] | None:
    """The official JSON Schemas as one document with ``$defs``, or None where there is none."""
    folder = shared()
    name = "openai_schemas_relaxed.json" if relaxed else "openai_schemas.json"
    if folder is None:
        return None
    document: dict[str, Any] = json.loads((folder / "spec" / name).read_text("utf-8"))
    return document


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout's top folder."""
    return _ROOT


@pytest.fixture(scope="session")
def needs_shared() -> Path:
    """The reference material's folder; skips the test where it is absent."""
    folder = shared()
    if folder is None:
        pytest.skip("the reference material is not beside this checkout")
    return folder
