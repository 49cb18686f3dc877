"""The server from its wheel: what it serves is what is installed beside it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from proxying import Proxy, started

from jackfield_testing import Sandbox

SERVER = ("core", "cli", "proxy")
CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}
ELSEWHERE: dict[str, tuple[str, Any]] = {
    "/v1/completions": ("jackfield-openai-text", {"model": "babbage-002", "prompt": "x"}),
    "/v1/embeddings": ("jackfield-openai-embeddings", {"model": "x", "input": "x"}),
    "/v1/responses": ("jackfield-openai-responses", {"model": "gpt-4o", "input": "x"}),
    "/v1/audio/speech": ("jackfield-openai-audio", {"model": "x", "input": "x", "voice": "y"}),
    "/v1/videos": ("jackfield-openai-video", {"model": "sora-2", "prompt": "x"}),
    "/v1/responses/resp_1": ("jackfield-openai-responses", None),
    "/v1/videos/video_1": ("jackfield-openai-video", None),
}


def ask(proxy: Proxy, path: str, body: Any = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        proxy.url + path, data, {"Content-Type": "application/json"} if data else {}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def serve(environment: Any, folder: Path, config: str, env: dict[str, str], *names: str) -> Any:
    python = environment(*SERVER, *names).python
    (folder / "config.yaml").write_text(config)
    command = [str(python), "-m", "jackfield_cli", "--config", "config.yaml", "--port", "0"]
    return started(command, folder, {**env, "JACKFIELD_DOTENV": "0"})


CONFIG = """
model_list:
  - model_name: "*"
    litellm_params: {model: openai/*}
"""


@pytest.fixture
def upstream(sandbox: Sandbox) -> dict[str, str]:
    return {"OPENAI_BASE_URL": sandbox.base_url, "OPENAI_API_KEY": sandbox.api_key}


def test_the_server_with_one_plugin_names_the_others(
    environment: Any, tmp_path: Path, upstream: dict[str, str]
) -> None:
    with serve(environment, tmp_path, CONFIG, upstream, "openai_catalogue", "openai") as proxy:
        status, answer = ask(proxy, "/v1/chat/completions", CHAT)
        assert (status, answer["object"]) == (200, "chat.completion")
        for path, (distribution, body) in ELSEWHERE.items():
            status, answer = ask(proxy, path, body)
            assert status == 404, (path, answer)
            assert distribution in answer["error"]["message"], path


def test_a_strangers_plugin_is_served_without_any_of_ours(
    environment: Any, tmp_path: Path, sandbox: Sandbox
) -> None:
    config = """
    model_list:
      - model_name: fast
        params: {model: acme/gpt-4o, api_key: os.environ/ACME_KEY}
    """
    env = {"ACME_URL": sandbox.base_url, "ACME_KEY": sandbox.api_key}
    with serve(environment, tmp_path, config, env, "acme") as proxy:
        status, answer = ask(proxy, "/v1/chat/completions", {**CHAT, "model": "fast"})
        assert (status, answer["object"]) == (200, "chat.completion")
        status, answer = ask(proxy, "/v1/chat/completions", CHAT)
        assert (status, answer["error"]["code"]) == (404, "model_not_found")
