"""Which names lead here, on both surfaces, and as what they are sent."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from jackfield import surfaces
from jackfield.discovery import Plugin
from jackfield.errors import NoRouteError
from jackfield.registry import Registry
from jackfield_openai.manifest import MANIFEST as OPENAI
from jackfield_openai_text.manifest import MANIFEST
from jackfield_testing import laws

BOTH = Registry(
    [
        Plugin("openai", "jackfield-openai", manifest=OPENAI),
        Plugin("openai-text", "jackfield-openai-text", manifest=MANIFEST),
        Plugin("surfaces", "jackfield", manifest=surfaces.MANIFEST),
    ]
)
ALONE = Registry([plugin for plugin in BOTH.plugins if plugin.name != "openai"])
PARAMS: dict[str, dict[str, Any]] = {
    "chat": {"messages": [{"role": "user", "content": "Hello"}]},
    "text_completion": {"prompt": "Hello"},
}


@pytest.mark.parametrize("registry", [BOTH, ALONE], ids=["both", "alone"])
@pytest.mark.parametrize("surface", ["chat", "text_completion"])
@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("gpt-3.5-turbo-instruct", "gpt-3.5-turbo-instruct"),
        ("openai/gpt-3.5-turbo-instruct", "gpt-3.5-turbo-instruct"),
        ("gpt-3.5-turbo-instruct-0914", "gpt-3.5-turbo-instruct-0914"),
        ("davinci-002", "davinci-002"),
        ("openai/babbage-002", "babbage-002"),
        ("ft:davinci-002:org::id", "ft:davinci-002:org::id"),
        ("openai/ft:babbage-002:org:name:id", "ft:babbage-002:org:name:id"),
        ("ft:davinci-002", "ft:davinci-002"),
        ("text-completion-openai/anything", "anything"),
        ("text-completion-openai/openai/gpt-4o", "openai/gpt-4o"),
        ("text-completion-openai/gpt-4o", "gpt-4o"),
        ("text-completion-openai/ft:gpt-4o:org::id", "ft:gpt-4o:org::id"),
    ],
)
def test_a_text_model_takes_completions_on_either_surface(
    name: str, model: str, surface: str, registry: Registry
) -> None:
    outcome = laws.ask(PARAMS[surface], model=name, surface=surface, registry=registry)
    assert outcome.error is None
    assert outcome.sent[0].url == "https://upstream.invalid/v1/completions"
    assert json.loads(outcome.body()) == {"model": model, "prompt": "Hello"}


@pytest.mark.parametrize("name", ["gpt-4o", "openai/gpt-9", "ft:gpt-4o:org::id", "openai/x"])
def test_any_other_model_takes_completions_as_text_only(name: str) -> None:
    outcome = laws.ask(
        PARAMS["text_completion"], model=name, surface="text_completion", registry=BOTH
    )
    assert outcome.sent[0].url == "https://upstream.invalid/v1/completions"
    outcome = laws.ask(PARAMS["chat"], model=name, registry=BOTH)
    assert outcome.sent[0].url == "https://upstream.invalid/v1/chat/completions"
    outcome = laws.ask(PARAMS["chat"], model=name, registry=ALONE)
    assert isinstance(outcome.error, NoRouteError)
    assert outcome.error.distribution == "jackfield-openai"


def test_the_routes_are_the_declared_ones() -> None:
    for registry in (BOTH, ALONE):
        for surface in PARAMS:
            route = registry.resolve(surface, "gpt-3.5-turbo-instruct").to_dict()
            assert route["distribution"] == "jackfield-openai-text"
            assert route["identity"] == (surface == "text_completion")


def test_neither_the_manifest_nor_a_text_completion_loads_what_chat_needs() -> None:
    check = """
import sys
import jackfield_openai_text.manifest
own = {name for name in sys.modules if name.startswith("jackfield_openai_text.")}
assert own == {"jackfield_openai_text.manifest"}, own
from jackfield.envelope import Call
from jackfield_openai_text import hooks
hooks.transform_request(Call("text_completion", "m", {"prompt": "x"}))
own = {name for name in sys.modules if name.startswith("jackfield_openai_text.")}
assert own == {"jackfield_openai_text.manifest", "jackfield_openai_text.hooks"}, own
assert "jackfield.params" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", check], check=True)
