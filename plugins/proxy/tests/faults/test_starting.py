"""What can't be started says so in a message, and never by a traceback."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest
from proxying import COMMAND, environment

_MODEL = "model_list:\n  - model_name: a\n    params: {model: openai/a, api_key: sk-a}\n"
_TWICE = """\
model_list:
  - model_name: a
    params: {model: openai/a, api_key: sk-a}
    model_info: {id: same}
  - model_name: b
    params: {model: openai/b, api_key: sk-b}
    model_info: {id: same}
"""
_BAD = {
    "not there": (None, "config.yaml"),
    "not yaml": ("model_list: [\n  - {a: b\n", "config.yaml:2: "),
    "a tab": ("model_list:\n\t- model_name: a\n", "config.yaml:2: "),
    "binary": (b"\x00\x01\xff\xfe\x80", "config.yaml"),
    "empty": ("", "empty"),
    "a list": ("- a\n- b\n", "config.yaml"),
    "no models": ("general_settings: {}\n", "model_list"),
    "a number as list": ("model_list: 5\n", "model_list"),
    "no params": ("model_list:\n  - model_name: a\n", "params"),
    "an unset variable": (_MODEL.replace("sk-a", "os.environ/NOT_SET_AT_ALL"), "NOT_SET_AT_ALL"),
    "a key that is there twice": (_MODEL + "model_list: []\n", "model_list"),
    "an id that is there twice": (_TWICE, "model_list[1].model_info.id"),
    "a wrong type": (_MODEL + "general_settings: {max_body_bytes: many}\n", "max_body_bytes"),
}


def _started(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(COMMAND), *args],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _told(ended: subprocess.CompletedProcess[str], *words: str) -> None:
    said = ended.stderr
    assert ended.returncode != 0, said
    assert "Traceback" not in said + ended.stdout
    assert "Server running" not in said + ended.stdout
    for word in words:
        assert word in said
    assert 0 < len(said.strip().splitlines()) <= 8, said
    assert "sk-a" not in said


@pytest.mark.parametrize(("content", "word"), _BAD.values(), ids=_BAD.keys())
def test_a_configuration_that_is_none(
    tmp_path: Path, content: str | bytes | None, word: str
) -> None:
    if content is not None:
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / "config.yaml").write_bytes(data)
    _told(_started("--config", "config.yaml", "--port", "0", cwd=tmp_path), word)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_folder_as_configuration(tmp_path: Path, workers: str) -> None:
    (tmp_path / "config.yaml").mkdir()
    args = ("--config", "config.yaml", "--port", "0", "--workers", workers)
    _told(_started(*args, cwd=tmp_path), "config.yaml", "directory")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_in_use(tmp_path: Path, workers: str) -> None:
    (tmp_path / "config.yaml").write_text(_MODEL)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        args = ("--config", "config.yaml", "--port", port, "--workers", workers)
        _told(_started(*args, cwd=tmp_path), port, "in use", "--port")


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("--config", "config.yaml", "--port", "70000"), "70000"),
        (("--config", "config.yaml", "--port", "x"), "x"),
        (("--config", "config.yaml", "--workers", "0"), "workers"),
        (("--config", "config.yaml", "--host", "host.invalid", "--port", "0"), "host.invalid"),
        (("--config", "config.yaml", "--model", "openai/a"), "--model"),
        (("serve",), "--config"),
    ],
)
def test_arguments_that_are_none(tmp_path: Path, args: tuple[str, ...], word: str) -> None:
    (tmp_path / "config.yaml").write_text(_MODEL)
    _told(_started(*args, cwd=tmp_path), word)


def test_an_unknown_key_is_a_warning(tmp_path: Path) -> None:
    from proxying import running

    text = _MODEL + "general_settings: {max_body_byte: 5}\n"
    with running(text) as proxy:
        said = proxy.log()
        assert "Warning" in said
        assert "max_body_byte" in said
        assert "max_body_bytes" in said  # what was meant
