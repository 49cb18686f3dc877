"""What holds of items that wait for their distribution."""

from __future__ import annotations

import importlib

import pytest
import waiting
from marks import PROXY, pending


@pytest.mark.parametrize(
    "name",
    [
        *(pytest.param(name, marks=pending(PROXY, both=name)) for name in waiting.PROXY_BOTH),
        *(pytest.param(name, marks=pending(PROXY, later=name)) for name in waiting.PROXY_LATER),
    ],
)
def test_there_is_no_server_yet(name: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(PROXY.replace("-", "_"))
