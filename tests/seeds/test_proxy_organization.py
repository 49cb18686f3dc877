"""A client's organization goes on to the upstream where the configuration says so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import asked
import httpx
import proxying
import served
from marks import PROXY, covers
from proxying import Proxy

from jackfield_testing import Sandbox

SECTION = "advanced/forwarding-org-id-for-proxy-requests"
MODEL = "gpt-3.5-turbo"
ORGANIZATION = "my-special-org"
DEBUG = re.compile(r"^jackfield:DEBUG: .*$", re.MULTILINE)


@covers(PROXY, both=[f"{SECTION}#block:{number}" for number in (1, 2, 3, 4)])
def test_it_is_sent_on_and_logged(upstream: Sandbox, tmp_path: Path) -> None:
    config, command, client, log = (served.text(f"{SECTION}#block:{n}") for n in (1, 2, 3, 4))
    with served.server(tmp_path, upstream, command, config) as running:
        assert served.python(client, running, tmp_path) == ""
        running.logged('"path":"/chat/completions"')
    [message] = upstream.last.json["messages"]
    assert f'"content": "{message["content"]}"' in client
    body = {"model": MODEL, "messages": [message]}
    asked.chat(upstream, body, openai_organization=ORGANIZATION)
    asked.only(upstream)
    [line] = DEBUG.findall(running.log())
    promised = re.search(r"organization='[^']*'", log)
    assert promised is not None
    assert promised[0] in line
    assert f"model='{MODEL}'" in line
    assert message["content"] not in running.log()
    assert not re.search("sk-", running.log())


def ask(running: Proxy, messages: list[Any]) -> None:
    """Ask as a client with an organization does."""
    answer = httpx.post(
        f"{running.url}/chat/completions",
        json={"model": MODEL, "messages": messages},
        headers={"OpenAI-Organization": ORGANIZATION},
        trust_env=False,
    )
    assert answer.status_code == 200
    running.logged('"path":"/chat/completions"')


def test_without_the_setting_it_stays_here(
    upstream: Sandbox, tmp_path: Path, messages: list[Any]
) -> None:
    config, command = (served.text(f"{SECTION}#block:{number}") for number in (1, 2))
    config = served.changed(config, (r"^general_settings:\n.*\n", ""))
    with served.server(tmp_path, upstream, command, config) as running:
        ask(running, messages)
    asked.chat(upstream, {"model": MODEL, "messages": messages}, openai_organization=None)
    [line] = DEBUG.findall(running.log())
    assert "organization" not in line
    assert ORGANIZATION not in running.log()


def test_without_debugging_it_is_not_logged(upstream: Sandbox, messages: list[Any]) -> None:
    config = served.text(f"{SECTION}#block:1")
    env = {"OPENAI_API_KEY": served.KEY, "OPENAI_BASE_URL": upstream.base_url}
    with proxying.running(config, env=env) as running:
        ask(running, messages)
    asked.chat(upstream, {"model": MODEL, "messages": messages}, openai_organization=ORGANIZATION)
    assert not DEBUG.findall(running.log())
    assert ORGANIZATION not in running.log()
