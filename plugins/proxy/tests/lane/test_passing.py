"""With the installed plugins, what goes as it is would have been sent alike by the long way."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield.discovery import discover
from jackfield.errors import NoRouteError
from jackfield.passage import passage
from jackfield.registry import Registry
from jackfield_testing import laws, strategies

REGISTRY = Registry(discover())
CLAIMS = [
    (plugin, claim)
    for plugin in REGISTRY.plugins
    if plugin.usable and plugin.manifest
    for claim in plugin.manifest.claims
    if claim.path is not None
]
MADE_UP = ("gpt-9", "my-model", "o1", "o9-mini", "gpt-5", "gpt-5.9-nano", "ft:gpt-5-mini:a::b", "é")


@cache
def names(surface: str, prefix: str) -> list[str]:
    """Routing names that lead to a claim's passage: of the catalogue, and nobody's."""
    known = [*REGISTRY.catalogue(), *(prefix + name for name in MADE_UP)]
    found = []
    for name in sorted(dict.fromkeys(known)):
        try:
            way = passage(REGISTRY, surface, name)
        except NoRouteError:
            continue
        if way is not None and way.route.prefix == prefix:
            found.append(name)
    return found


@st.composite
def speech_params(draw: st.DrawFn) -> dict[str, Any]:
    optional = {
        "instructions": strategies.texts(),
        "response_format": st.sampled_from(["mp3", "wav", "x"]),
        "speed": st.floats(0.25, 4),
        "stream_format": st.sampled_from(["audio", "sse"]),
        "stream": st.booleans(),
        "x_new": strategies.json_values(surrogates=True),
    }
    spoken = {"input": strategies.texts(surrogates=True), "voice": strategies.texts()}
    return draw(st.fixed_dictionaries(spoken, optional=optional))


REQUESTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "chat": strategies.chat_params(surrogates=True) | strategies.bridged_chat_params(),
    "responses": strategies.responses_params(),
    "text_completion": strategies.text_params(surrogates=True),
    "speech": speech_params(),
}
# What some plugin looks at, in the shapes that it does not expect, too.
TELLING = st.dictionaries(
    st.sampled_from(
        [
            *("stream", "reasoning_effort", "reasoning", "temperature", "tools", "verbosity"),
            *("max_tokens", "wait", "text", "model", "functions", "top_p", "stream_options"),
            *("poll_interval", "wait_timeout", "background"),
        ]
    ),
    st.sampled_from(
        [
            *(None, True, False, 0, 1, 0.5, "", "low", "minimal", "openai/gpt-4o", [], {}),
            *({"effort": "low"}, {"effort": None}, {"effort": "low", "summary": "auto"}),
            [{"type": "web_search"}],
            [{"type": "function", "function": {"name": "f", "parameters": {}}}],
            {"format": {"type": "json_object"}, "verbosity": "low"},
        ]
    ),
    max_size=3,
)


def requests(surface: str) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies as a client may send them: a surface's own, any JSON, and both mixed."""
    told = REQUESTS[surface]
    anything = strategies.json_objects(surrogates=True)
    mixed = st.builds(lambda one, two, three: {**one, **two, **three}, told, TELLING, anything)
    return st.one_of(told, st.builds(lambda one, two: {**one, **two}, told, TELLING), mixed)


def test_every_claim_with_a_path_is_looked_at() -> None:
    assert {claim.surface for _, claim in CLAIMS} == set(REQUESTS)
    assert all(names(claim.surface, claim.prefix) for _, claim in CLAIMS)


@pytest.mark.parametrize(
    ("surface", "prefix"),
    sorted({(claim.surface, claim.prefix) for _, claim in CLAIMS}),
    ids=lambda value: str(value).strip("/"),
)
def test_the_long_way_sends_the_same(surface: str, prefix: str) -> None:
    went = []
    requested = requests(surface)

    @settings(max_examples=60)
    @given(st.data())
    def law(data: Any) -> None:
        body = data.draw(requested)
        name = data.draw(st.sampled_from(names(surface, prefix)))
        went.append(
            laws.goes_as_it_is(
                REGISTRY,
                surface,
                name,
                body,
                data.draw(strategies.json_texts(body)),
                # Speech asks for events in its own words; their bytes pass.
                stream=True if body.get("stream_format") == "sse" else None,
                unsupported=data.draw(st.sampled_from(["raise", "warn", "drop", "pass"])),
            )
        )

    law()
    assert sum(went) > len(went) // 10, "hardly anything goes as it is"


@pytest.mark.parametrize("name", ["gpt-4o", "openai/gpt-4o-mini", "openai/nobody-knows"])
def test_an_ordinary_call_goes_as_it_is(name: str) -> None:
    body = {
        "model": "x",
        "messages": [{"role": "user", "content": "héllo"}],
        "temperature": 0.5,
        "max_tokens": 5,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert laws.goes_as_it_is(REGISTRY, "chat", name, body)


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "user", "content": [{"type": kind, kind: {"url": "x"}}]}]}
        for kind in ("image_url", "file", "input_audio")
    ]
    + [{"messages": [], "reasoning_effort": "low"}, {"temperature": 1}],
)
def test_what_a_plugin_has_a_part_in_does_not(body: dict[str, Any]) -> None:
    assert not laws.goes_as_it_is(REGISTRY, "chat", "openai/gpt-4o", body)
