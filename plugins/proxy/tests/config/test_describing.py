"""What people are shown of a configuration."""

from __future__ import annotations

import pytest

from jackfield.discovery import Plugin
from jackfield.manifest import Claim, Endpoint, Manifest, Surface
from jackfield.registry import Registry
from jackfield_proxy.config import describe, of_model, parse


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
