"""The reference page of the bridge is what its loss table says."""

from __future__ import annotations

import importlib.util
from typing import Any

import docpages
import pytest


@pytest.fixture(scope="module")
def bridge() -> Any:
    path = docpages.ROOT / "docs" / "bridge.py"
    spec = importlib.util.spec_from_file_location("docs_bridge", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_made_from_the_table(bridge: Any) -> None:
    written = bridge.PAGE.read_text("utf-8")
    assert written == bridge.page(), "run: python docs/bridge.py"


def test_every_row_is_on_the_page(bridge: Any) -> None:
    text = bridge.page()
    for row in bridge.ROWS:
        assert row.name in text
        assert row.reason in text
