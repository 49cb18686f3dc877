"""A server in front of an upstream that answers what a test wants."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from proxying import Proxy, running
from rawserver import Asked, RawServer, Wire

sys.path.insert(0, str(Path(__file__).parent))  # for plain_http, ordinary

from ordinary import COMPLETION

Answer = Callable[[Asked, Wire], Any]


def complete(asked: Asked, wire: Wire) -> None:
    """An ordinary answer."""
    wire.reply(200, COMPLETION)


@pytest.fixture(scope="session")
def server() -> Iterator[RawServer]:
    with RawServer(complete) as running_server:
        yield running_server


@pytest.fixture
def upstream(server: RawServer) -> Iterator[RawServer]:
    """An upstream that was asked nothing yet; its ``answer`` may be set."""
    server.answer = complete
    server.requests.clear()
    yield server
    server.answer = complete


@pytest.fixture(scope="session")
def proxy(server: RawServer) -> Iterator[Proxy]:
    """Every model of OpenAI's, tried once, without a key."""
    config = f"""
        model_list:
          - model_name: "*"
            litellm_params:
              model: openai/*
              api_key: sk-upstream
              api_base: {server.base_url}
              timeout: 20
        router_settings: {{num_retries: 0, cooldown_time: 0}}
    """
    with running(config) as proxy:
        yield proxy
