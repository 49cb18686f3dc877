"""What people are shown of a configuration."""

from __future__ import annotations

import pytest

from jackfield.discovery import Plugin
from jackfield.manifest import Claim, Endpoint, Manifest, Surface
from jackfield.registry import Registry
from jackfield_proxy.config import Loaded, describe, of_model, parse, warnings


@pytest.fixture
def registry() -> Registry:
    """Two plugins: one like an API with a key, one that needs none."""
    keyed = Manifest(
        name="keyed",
        module="nowhere",
        claims=(Claim("chat", "keyed/"), Claim("speech", "keyed/")),
        surfaces=(Surface("speech"), Surface("chat")),
        endpoint=Endpoint("https://keyed.example/v1", key_env=("KEYED_KEY", "KEYED_OTHER")),
    )
    free = Manifest(
        name="free",
        module="nowhere",
        claims=(Claim("haiku", "free/"),),
        surfaces=(Surface("haiku"),),
        endpoint=Endpoint("http://free.example:81", base_env=("FREE_BASE",), needs_key=False),
    )
    return Registry([Plugin("keyed", "keyed", manifest=keyed), Plugin("free", "f", manifest=free)])


def test_a_row_for_each_entry(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-0123456789")
    for name in ("KEYED_KEY", "KEYED_OTHER", "FREE_BASE"):
        monkeypatch.delenv(name, raising=False)
    config = parse(
        "model_list:\n"
        "- {model_name: a, params: {model: keyed/x, api_key: os.environ/MY_KEY}}\n"
        "- {model_name: b, params: {model: keyed/x, api_key: k, api_base: 'http://u:p@h:1/v'},\n"
        "   model_info: {mode: audio_speech}}\n"
        "- {model_name: '*', params: {model: keyed/*}, model_info: {mode: chat}}\n"
        "- {model_name: d, params: {model: free/x}}\n"
        "- {model_name: e, params: {model: nobody/x}}\n"
    ).config
    keys = ("name", "model", "mode", "surfaces", "host", "key")
    rows = [tuple(row[key] for key in keys) for row in describe(config, registry)]
    missing = "missing: set KEYED_KEY or KEYED_OTHER"
    assert rows == [
        ("a", "keyed/x", "", "chat, speech", "keyed.example", "os.environ/MY_KEY"),
        ("b", "keyed/x", "audio_speech", "speech", "h", "the file"),
        ("*", "keyed/*", "chat", "chat", "keyed.example", missing),
        ("d", "free/x", "", "haiku", "free.example", "none needed"),
        ("e", "nobody/x", "", "", "", "not known"),
    ]

    monkeypatch.setenv("KEYED_OTHER", "sk-0123456789")
    assert describe(config, registry)[2]["key"] == "os.environ/KEYED_OTHER"
    monkeypatch.setenv("FREE_BASE", "https://other.example")
    assert describe(config, registry)[3]["host"] == "other.example"
    monkeypatch.setenv("FREE_BASE", "https://[other")
    assert describe(config, registry)[3]["host"] == ""


def test_the_installed_plugins() -> None:
    (row,) = describe(of_model("openai/gpt-4o"))
    assert "chat" in row["surfaces"].split(", ")
    assert row["host"]


def test_what_can_not_be_served_is_told(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KEYED_KEY", "KEYED_OTHER"):
        monkeypatch.delenv(name, raising=False)
    loaded = parse(
        "model_list:\n"
        "- {model_name: a, params: {model: keyed/x}}\n"
        "- {model_name: b, params: {model: keyde/x}}\n"
        "- {model_name: c, params: {model: keyde/x, api_key: k}, model_info: {mode: chat}}\n"
        "- {model_name: '*', params: {model: '*'}}\n"
        "- {model_name: e, params: {model: keyed/y, api_key: k}}\n"
        "- {model_name: f, params: {model: keyed/y, headers: {Authorization: t}}}\n"
        "- {model_name: g, params: {model: free/x}}\n"
        "unheard_of: 1\n",
        "c.yaml",
    )
    found = warnings(loaded, registry)
    assert found[:1] == loaded.warnings
    missing, *unserved = found[1:]
    key = "the API key is missing: set KEYED_KEY or KEYED_OTHER"
    assert missing == f"c.yaml:2: model_list[0]: {key}"
    assert [text.partition(" no installed plugin serves ")[0] for text in unserved] == [
        "c.yaml:3: model_list[1]:",
        "c.yaml:4: model_list[2]:",
    ]
    assert all("Did you mean keyed/x?" in text for text in unserved)
    monkeypatch.setenv("KEYED_KEY", "sk-0123456789")
    assert len(warnings(loaded, registry)) == 3


def test_who_serves_a_model_is_told() -> None:
    (line,) = warnings(Loaded(of_model("opnai/gpt-4o")))
    assert line.startswith("--model: no installed plugin serves 'opnai/gpt-4o'")
    assert "Did you mean openai/gpt-4o?" in line


def test_headers_may_be_the_key(registry: Registry) -> None:
    text = "model_list: [{model_name: a, params: {model: keyed/x, headers: {AUTHORIZATION: t}}}]"
    (row,) = describe(parse(text).config, registry)
    assert row["key"] == "the headers"
