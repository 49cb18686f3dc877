"""The examples and tables of the two pages, run against the sandbox over HTTP."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for seedpages and its like

import marks

import jackfield
from jackfield.client import ATTRIBUTES
from jackfield_testing import Sandbox

_COLLECTED = pytest.StashKey[tuple[set[Path], list[marks.Mark]]]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "covers(owner, *names): items of the pages that it shows")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    ours = [item for item in items if item.path.parent == Path(__file__).parent]
    said = [mark for item in ours for mark in marks.marks_of(item)]
    config.stash[_COLLECTED] = ({item.path for item in ours}, said)


@pytest.fixture
def said(request: pytest.FixtureRequest) -> list[marks.Mark]:
    """What all tests here say of the pages; skips where only some of them were collected."""
    files, found = request.config.stash[_COLLECTED]
    if files != set(Path(__file__).parent.glob("test_*.py")):
        pytest.skip("only some of the tests were collected")
    return found


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Put the module's attributes and the environment back, and close sessions left behind."""
    attributes = {name: getattr(jackfield, name) for name in ATTRIBUTES}
    environment = dict(os.environ)
    yield
    left = jackfield.client_session
    for name, value in attributes.items():
        setattr(jackfield, name, value)
    os.environ.clear()
    os.environ.update(environment)
    if left is not None and left is not attributes["client_session"]:
        left.close()


@pytest.fixture
def upstream(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox where the examples find OpenAI, with a key in the environment."""
    monkeypatch.setenv("OPENAI_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-the-environment")
    return sandbox


@pytest.fixture
def messages() -> list[Any]:
    return [{"role": "user", "content": "Hello, how are you?"}]
