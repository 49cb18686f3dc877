"""A server in front of the sandbox, and the official SDK on either side of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from proxying import Proxy, running

from jackfield_testing import Sandbox

sys.path.insert(0, str(Path(__file__).parent))  # for sdk, stories

from sdk import MASTER, UPSTREAM, Sdk


@pytest.fixture(scope="session")
def proxy(sandbox_server: Sandbox) -> Iterator[Proxy]:
    """Every OpenAI model, under its own name; the sandbox is the upstream."""
    config = f"""
        model_list:
          - model_name: "*"
            litellm_params:
              model: openai/*
              api_key: {UPSTREAM}
              api_base: {sandbox_server.base_url}
        general_settings: {{master_key: {MASTER}}}
        router_settings: {{num_retries: 0, cooldown_time: 0}}
    """
    with running(config, "--host", "127.0.0.1") as proxy:
        yield proxy


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for all asynchronous clients, whose connections belong to it."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="session", params=["sync", "async"])
def pair(
    request: pytest.FixtureRequest, proxy: Proxy, sandbox_server: Sandbox, runner: asyncio.Runner
) -> Iterator[tuple[Sdk, Sdk]]:
    """The SDK on the sandbox itself, and on the server in front of it."""
    loop = runner if request.param == "async" else None
    with (
        Sdk(sandbox_server.base_url, UPSTREAM, loop) as direct,
        Sdk(proxy.base_url, MASTER, loop) as through,
    ):
        yield direct, through


@pytest.fixture
def client(proxy: Proxy, sandbox: Sandbox) -> Iterator[openai.OpenAI]:
    """The SDK on the server; the sandbox's journal is empty."""
    options: Any = {"base_url": proxy.base_url, "api_key": MASTER, "max_retries": 0, "timeout": 30}
    with openai.OpenAI(**options) as client:
        yield client
