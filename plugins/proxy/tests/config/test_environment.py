"""``os.environ/NAME`` in any value."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jackfield.config import dotenv
from jackfield_proxy.config import ConfigFileError, parse
from jackfield_proxy.config.model import Config

_KEY = """\
model_list:
  - model_name: a
    litellm_params:
      model: gpt-4o
      api_key: os.environ/MY_KEY
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory of the test's own, whose ``.env`` is not read yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JACKFIELD_DOTENV", raising=False)
    monkeypatch.delenv("MY_KEY", raising=False)
    dotenv.cache_clear()
    yield tmp_path
    dotenv.cache_clear()


def key_of(config: Config) -> str:
    key = config.models[0].params.api_key
    assert key is not None
    return key.reveal()


def refusal(text: str) -> str:
    with pytest.raises(ConfigFileError) as caught:
        parse(text)
    return str(caught.value)


def test_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-process")
    assert key_of(parse(_KEY).config) == "sk-process"


def test_the_process_goes_before_dotenv(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / ".env").write_text("MY_KEY=sk-file\n")
    monkeypatch.setenv("MY_KEY", "sk-process")
    assert key_of(parse(_KEY).config) == "sk-process"


def test_dotenv_fills_what_is_empty(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / ".env").write_text("MY_KEY=sk-file\n")
    monkeypatch.setenv("MY_KEY", "")
    assert key_of(parse(_KEY).config) == "sk-file"


@pytest.mark.parametrize("value", [None, ""])
def test_unset_or_empty(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is not None:
        monkeypatch.setenv("MY_KEY", value)
    message = refusal(_KEY)
    start = "config.yaml:5: model_list[0].litellm_params.api_key: MY_KEY is not set ("
    assert message.startswith(start)
    assert ".env" in message


def test_a_dotenv_that_is_no_text(elsewhere: Path) -> None:
    (elsewhere / ".env").write_bytes(b"MY_KEY=\xff\n")
    message = refusal(_KEY)
    assert message.startswith("config.yaml:5: model_list[0].litellm_params.api_key: MY_KEY can't")


@pytest.mark.parametrize("name", ["", " ", "A=B", "A B", "A\\0B", "A\\nB", "x" * 300])
def test_names_that_no_variable_has(name: str) -> None:
    message = refusal(_KEY.replace("os.environ/MY_KEY", f'"os.environ/{name}"'))
    assert message.startswith("config.yaml:5: ")
    assert message.endswith("os.environ/ is followed by the name of a variable")


def test_every_unset_variable_is_named() -> None:
    message = refusal(
        _KEY
        + "    model_info: {team: [x, os.environ/NO_TEAM]}\n"
        + "general_settings:\n  master_key: os.environ/NO_MASTER\n"
        + "later: {deep: os.environ/NO_LATER}\n"
    )
    assert [line.split(" is not set")[0] for line in message.splitlines()] == [
        "config.yaml:5: model_list[0].litellm_params.api_key: MY_KEY",
        "config.yaml:6: model_list[0].model_info.team[1]: NO_TEAM",
        "config.yaml:8: general_settings.master_key: NO_MASTER",
        "config.yaml:9: later.deep: NO_LATER",
    ]


def test_a_key_is_no_place_for_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-process")
    loaded = parse(_KEY + "    model_info: {os.environ/NOTHING: os.environ/MY_KEY}\n")
    assert loaded.config.models[0].info.extra == {"os.environ/NOTHING": "sk-process"}


def test_every_kind_of_value(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "A_NAME": "gpt-4o",
        "A_URL": "https://x.example/v1",
        "A_COUNT": "7",
        "A_NUMBER": " 2.5 ",
        "A_FLAG": "True",
        "A_NO": "false",
        "A_SIZE": "3 MiB",
        "A_HEADER": "h",
        "A_MODE": "audio_speech",
    }.items():
        monkeypatch.setenv(name, value)
    config = parse(
        "model_list:\n"
        "  - model_name: os.environ/A_NAME\n"
        "    params:\n"
        "      model: os.environ/A_NAME\n"
        "      api_base: os.environ/A_URL\n"
        "      max_retries: os.environ/A_COUNT\n"
        "      timeout: os.environ/A_NUMBER\n"
        "      weight: os.environ/A_COUNT\n"
        "      drop_params: os.environ/A_FLAG\n"
        "      headers: {X-H: os.environ/A_HEADER}\n"
        "    model_info: {mode: os.environ/A_MODE}\n"
        "general_settings:\n"
        "  log_prompts: os.environ/A_FLAG\n"
        "  forward_other_endpoints: os.environ/A_NO\n"
        "  max_body_bytes: os.environ/A_SIZE\n"
        "  cors_origins: [os.environ/A_URL]\n".replace("[os.environ/A_URL]", "['*']")
    ).config
    entry = config.models[0]
    assert (entry.name, entry.params.model) == ("gpt-4o", "gpt-4o")
    assert entry.params.api_base == "https://x.example/v1"
    assert entry.params.max_retries == 7
    assert entry.params.timeout == 2.5
    assert entry.params.weight == 7.0
    assert entry.params.drop_params is True
    assert entry.params.headers == {"X-H": "h"}
    assert entry.info.surface == "speech"
    assert config.general.log_prompts is True
    assert config.general.forward_other_endpoints is False
    assert config.general.max_body_bytes == 3 * 1024 * 1024
    assert all(
        type(text) is str
        for text in (entry.name, entry.params.model, entry.params.api_base, entry.info.mode)
    )


@pytest.mark.parametrize(
    "setting",
    [
        "timeout: os.environ/MY_KEY",
        "max_retries: os.environ/MY_KEY",
        "drop_params: os.environ/MY_KEY",
        "unsupported: os.environ/MY_KEY",
        "api_base: os.environ/MY_KEY",
        "headers: os.environ/MY_KEY",
        "headers: [os.environ/MY_KEY]",
    ],
)
def test_what_a_variable_holds_is_not_shown(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-0123456789")
    message = refusal(
        "model_list:\n"
        f"  - {{model_name: a, params: {{model: b, {setting}}}, fallbacks: os.environ/MY_KEY}}\n"
        "  - {model_name: a, params: {model: b}, model_info: {mode: os.environ/MY_KEY}}\n"
        "general_settings: {default_deployment: os.environ/MY_KEY}\n"
    )
    assert len(message.splitlines()) == 3
    assert "sk-0123456789" not in message


def test_names_from_variables_that_lead_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-0123456789")
    message = refusal(
        "model_list: [{model_name: a, params: {model: b}, fallbacks: [os.environ/MY_KEY]}]\n"
        "general_settings: {default_deployment: os.environ/MY_KEY}\n"
    )
    assert len(message.splitlines()) == 2
    assert "what MY_KEY holds" in message
    assert "sk-0123456789" not in message
