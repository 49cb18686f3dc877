"""What holds of items that wait for their distribution."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import waiting
from marks import PROXY, RESPONSES, pending

import jackfield
from jackfield_testing import Sandbox


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param(calls, id=name, marks=pending(RESPONSES, later=name))
        for name, calls in waiting.RESPONSES.items()
    ],
)
def test_a_call_names_the_distribution_to_install(
    upstream: Sandbox, messages: list, calls: list[dict[str, Any]]
) -> None:
    for call in calls:
        with pytest.raises(jackfield.NoRouteError, match=f"install {RESPONSES}") as caught:
            jackfield.completion(messages=messages, **call)
        assert caught.value.distribution == RESPONSES
    assert upstream.requests == []


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
