"""Running the pages' own server: their YAML, commands, `curl` and Python, with real processes.

What is changed: the command's name, placeholders, the port, and what cannot run as it stands. The
pages take ports 4000 and 8000, which others of this machine may hold; here the server chooses one,
and clients are given that number for the page's. The host stays the page's ``0.0.0.0``.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import proxying
import pytest
import seedpages
from proxying import Proxy
from rawserver import PATIENCE

from jackfield_testing import Sandbox

KEY = "sk-from-the-environment"
"""The upstream's key, which only the server has."""

START = "litellm --config config.yaml"
"""How a server is started where the page only gives its file."""

_CLIENT = 6 * PATIENCE  # s; a large library takes its time to be imported

#: Pattern and replacement, for commands that start the server.
_COMMANDS = (
    (r"^\$ ", ""),
    # ``exec``: the process that runs is the server, and not a shell that waits for it
    (r"^litellm( .*)$", r"exec jackfield\1 --port 0"),
)
_PORT = r"(?<=//0\.0\.0\.0:)(?:4000|8000)\b"

#: The same for LangChain: its old modules are gone, and a model is no longer called as a function.
_LANGCHAIN = (
    (r"^from langchain\.chat_models import", "from langchain_openai import"),
    (r"^from langchain\.prompts\.chat import", "from langchain_core.prompts.chat import"),
    (r"^from langchain\.schema import", "from langchain_core.messages import"),
    (r"\bchat\(messages\)", "chat.invoke(messages)"),
)

#: What makes a body of JSON invalid: a comma after the last element.
_LAST_COMMA = (r",(\s*[}\]])", r"\1")

_DATA = re.compile(r"(?:--data|-d) '([^']*)'")
_CURLRC = 'silent\nshow-error\nmax-time = 30\nwrite-out = "\\n<%{http_code}>\\n"\n'
_ANSWERED = re.compile(r"(.*?)\n<(\d{3})>\n", re.DOTALL)


@attrs.frozen
class Answered:
    """What `curl` printed of one answer, and its status."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def text(place: str) -> str:
    """Give a block by its name without the document; skips where the pages are absent.

    Where both pages have it, it is the same in both.
    """
    found = {item.text for item in seedpages.items() if item.name.partition(":")[2] == place}
    if not found:
        pytest.skip("the pages are not beside this checkout")
    [block] = found
    return block


def changed(code: str, *pairs: tuple[str, str]) -> str:
    """Give code with patterns replaced; each occurs."""
    for pattern, replacement in pairs:
        code, count = re.subn(pattern, replacement, code, flags=re.MULTILINE)
        assert count, f"{pattern} is not in:\n{code}"
    return code


def bodies(command: str) -> list[str]:
    """Give the texts that a block of `curl` commands sends."""
    found = _DATA.findall(command)
    assert len(found) == command.count("curl "), command
    return found


def without_last_commas(command: str) -> str:
    """Give a command whose JSON has no comma after a last element."""
    return changed(command, _LAST_COMMA)


def langchain(code: str) -> str:
    """Give a block for LangChain as its present versions have it."""
    return changed(code, *_LANGCHAIN)


@contextlib.contextmanager
def server(folder: Path, upstream: Sandbox, command: str, config: str | None) -> Iterator[Proxy]:
    """Run the page's command in a shell, with its YAML as ``config.yaml``.

    The server has the sandbox's address and its key by environment variables.
    """
    if config is not None:
        (folder / "config.yaml").write_text(config, "utf-8")
    corrected = command
    for pattern, replacement in _COMMANDS:
        corrected = re.sub(pattern, replacement, corrected, flags=re.MULTILINE)
    assert corrected.count("exec jackfield") == 1, corrected
    env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": upstream.base_url}
    with proxying.started(["/bin/sh", "-c", corrected], folder, env) as running:
        yield running


def curl(command: str, running: Proxy, folder: Path) -> list[Answered]:
    """Run a block of `curl` commands in a shell.

    Statuses are printed because a ``.curlrc`` says so, and not by a change of the command.
    """
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed (the system's package curl has it)")
    (folder / ".curlrc").write_text(_CURLRC)
    done = _run(
        ["/bin/sh", "-c", changed(command, (_PORT, str(running.port)))],
        folder,
        {"HOME": str(folder), "CURL_HOME": str(folder)},
    )
    found = [Answered(int(status), body) for body, status in _ANSWERED.findall(done)]
    assert len(found) == command.count("curl "), done
    return found


def python(code: str, running: Proxy, folder: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a block of Python by itself; gives what it printed."""
    script = folder / "client.py"
    script.write_text(changed(code, (_PORT, str(running.port))), "utf-8")
    return _run([sys.executable, str(script)], folder, env)


def _run(command: list[str], folder: Path, env: Mapping[str, str] | None) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=proxying.environment({"PYTHONUTF8": "1", **(env or {})}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=_CLIENT,
        check=False,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stderr}"
    return done.stdout
