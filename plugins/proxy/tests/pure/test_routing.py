"""Names lead to the most specific entry, and fill its model with what its wildcards stand for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jackfield.discovery import discover
from jackfield.registry import Registry
from jackfield_proxy.config.model import Model, Params
from jackfield_proxy.routing.router import _CACHED, Found, Group, Router

REGISTRY = Registry(discover())


class Fake:
    """What routing looks at of a deployment."""

    def __init__(self, id: str, entry: Model) -> None:
        self.id = id
        self.entry = entry


def deployment(name: str, model: str = "openai/*", number: int = 0, **params: Any) -> Any:
    entry = Model(name, Params(model, **params))
    return Fake(id=f"{name}#{number}", entry=entry)


def fits(pattern: str, name: str) -> bool:
    """Whether a name is what a pattern says, by trying every end of each wildcard."""
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(fits(pattern[1:], name[at:]) for at in range(len(name) + 1))
    return name[:1] == pattern[0] and fits(pattern[1:], name[1:])


def leads_to(entries: list[str], name: str) -> str | None:
    """The entry of a name, by a plain reading."""
    if name in entries and "*" not in name:
        return name
    wild = [entry for entry in entries if "*" in entry and name and fits(entry, name)]
    return min(wild, key=lambda entry: (-len(entry.replace("*", "")), entry), default=None)


NAMES = st.text("ab/*.\n", max_size=5)
ENTRIES = st.lists(NAMES.filter(bool), max_size=5)


@settings(max_examples=150)
@given(ENTRIES, st.lists(NAMES, max_size=4))
@example(["*", "a*", "*a"], ["aa", "a", "b", ""])
@example(["a.b", "a*b"], ["a.b", "axb", "a\nb"])
def test_the_most_specific_entry_is_found(entries: list[str], names: list[str]) -> None:
    deployments = [deployment(name, number=number) for number, name in enumerate(entries)]
    router = Router(deployments, REGISTRY)
    for name in [*names, *entries, *names]:
        found = router.find(name)
        wanted = leads_to(entries, name)
        assert (found.group.name if found else None) == wanted
        if found is not None:
            own = [d for d in deployments if d.entry.name == wanted]
            assert list(found.group.deployments) == own
        assert router.find(name) is found
    exact = {group.name for group in router.names()}
    assert exact == set(entries)


@given(st.text("ab*", min_size=1, max_size=6), st.text("ab*", max_size=6))
def test_what_wildcards_stand_for_is_the_name(pattern: str, name: str) -> None:
    stands_for = Group(pattern, [deployment(pattern)]).match(name)
    assert (stands_for is not None) == fits(pattern, name)
    if stands_for is not None:
        literal = pattern.split("*")
        assert len(stands_for) == len(literal) - 1
        mixed = [text for pair in zip(literal, (*stands_for, ""), strict=True) for text in pair]
        assert "".join(mixed) == name


def model_of(entry: str, model: str, name: str, surface: str = "chat") -> str:
    here = deployment(entry, model)
    found = Router([here], REGISTRY).find(name)
    assert found is not None
    return found.model(here, surface)


WORDS = st.text("ab-*", min_size=1, max_size=4)


@given(WORDS, WORDS)
def test_each_wildcard_gets_its_own_text(one: str, two: str) -> None:
    stands_for = Group("x*y*z", [deployment("x*y*z")]).match(f"x{one}y{two}z")
    assert stands_for == (one, two)
    assert model_of("x*y*z", "acme-*-and-*", f"x{one}y{two}z") == f"acme-{one}-and-{two}"
    assert model_of("x*", "openai/*", f"x{one}") == f"openai/{one}"
    assert model_of("x*", "openai/gpt-4o", f"x{one}") == "openai/gpt-4o"


@pytest.mark.parametrize(
    ("entry", "model", "name", "asked"),
    [
        ("*", "openai/*", "gpt-4o", "openai/gpt-4o"),
        ("*", "openai/*", "openai/gpt-4o", "openai/gpt-4o"),
        ("openai/*", "openai/*", "openai/gpt-4o", "openai/gpt-4o"),
        ("*", "openai/*", "openai/responses/gpt-4o", "openai/responses/gpt-4o"),
        ("*", "openai/*", "text-completion-openai/x", "text-completion-openai/x"),
        ("*", "openai/*", "acme/x", "openai/acme/x"),
        ("my-*", "openai/*", "my-openai/x", "openai/openai/x"),
        ("my/*", "openai/*", "my/x", "openai/x"),
        ("*-eu", "openai/*", "gpt-4o-eu", "openai/gpt-4o"),
        ("*", "openai/*", "*", "openai/*"),
        ("*", "openai/ft:*", "x", "openai/ft:x"),
        ("*", "openai/*-*", "x", "openai/x-*"),
        ("*/*", "*/*", "*x/y", "*x/y"),
        ("*/*", "openai/*/*", "*x/*y", "openai/*x/*y"),
        ("*/*", "openai/*", "*x/y", "openai/*x"),
        ("a-*-*", "openai/*:*", "a-*-*-", "openai/*-*:"),
    ],
)
def test_a_wildcard_s_model(entry: str, model: str, name: str, asked: str) -> None:
    assert model_of(entry, model, name) == asked


def test_targets_are_made_once_and_have_their_passage() -> None:
    here = deployment("*")
    found = Router([here], REGISTRY).find("gpt-4o")
    assert found is not None
    target = found.target(here, "chat")
    assert found.target(here, "chat") is target
    assert target.passage is not None
    assert target.passage.path == "/chat/completions"
    assert found.target(here, "embedding").passage is None


def test_names_from_outside_do_not_fill_the_memory() -> None:
    router = Router([deployment("*"), deployment("a")], REGISTRY)
    for number in range(3000):
        assert isinstance(router.find(f"x{number}"), Found)
        assert router.find("a") is router.find("a")
    assert len(router._found) <= _CACHED
    nobody = Router([deployment("a")], REGISTRY)
    for number in range(3000):
        assert nobody.find(f"x{number}") is None
    assert len(nobody._found) <= _CACHED


def test_the_only_model_has_every_name() -> None:
    here = deployment("openai/gpt-4o", "openai/gpt-4o")
    router = Router([here], REGISTRY, only=True)
    for name in ("gpt-4o", "x", "", "*", "acme/y"):
        found = router.find(name)
        assert found is not None
        assert found.model(here, "chat") == "openai/gpt-4o"
    assert [group.name for group in router.names()] == ["openai/gpt-4o"]
    assert router.default() is here


@pytest.mark.parametrize(
    ("entries", "default", "found"),
    [
        (["a", "b"], "b", "b"),
        (["a", "*"], None, "*"),
        (["a", "openai/*"], None, "openai/*"),
        (["openai/*", "*"], None, "*"),
        (["a", "b"], None, "a"),
        ([], None, None),
        (["a"], "nobody", None),
    ],
)
def test_where_a_request_without_a_model_goes(
    entries: list[str], default: str | None, found: str | None
) -> None:
    router = Router([deployment(name) for name in entries], REGISTRY, default=default)
    chosen = router.default()
    assert (chosen.entry.name if chosen else None) == found


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ({"*": "*"}, None),
        ({"*": "*", "openai/*": "openai/*"}, "openai/*"),
        ({"*": "*/x", "a": "openai/a"}, "a"),
        ({"any/*": "*", "a": "openai/a"}, "a"),
    ],
)
def test_what_names_no_model_goes_to_nobody_in_particular(
    entries: dict[str, str], found: str | None
) -> None:
    router = Router([deployment(name, model) for name, model in entries.items()], REGISTRY)
    chosen = router.default()
    assert (chosen.entry.name if chosen else None) == found
    assert [d.entry.name for d in router.upstreams(chosen)] == ([found] if found else [])


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        (["*"], "v"),
        (["a", "v"], "v"),
        (["v*", "*"], "v"),
        (["openai/*"], "openai/v"),
        (["a"], "a"),
        ([], None),
    ],
)
def test_the_name_of_an_api_s_own_choice(entries: list[str], named: str | None) -> None:
    assert Router([deployment(name) for name in entries], REGISTRY).usual("v") == named


def test_two_accounts_are_two_upstreams() -> None:
    one = deployment("a", api_base="https://one.invalid/v1")
    same = deployment("b", api_base="https://one.invalid/v1")
    two = deployment("c", api_base="https://two.invalid/v1")
    router = Router([one, same, two], REGISTRY)
    assert router.default() is None
    assert router.upstreams(None) == [one, two]
    assert router.upstreams(two) == [two, one]


def test_two_providers_are_two_upstreams() -> None:
    """Each has a key of its own in the environment, and neither names it."""

    class Plugins:
        """Routes of two providers."""

        def resolve(self, surface: str, model: str) -> Any:
            vendor = model.partition("/")[0] if "/" in model else "openai"
            manifest = SimpleNamespace(endpoint=SimpleNamespace(base_url=f"https://{vendor}/v1"))
            plugin = SimpleNamespace(manifest=manifest)
            return SimpleNamespace(plugin=plugin, kind="prefix", vendor=vendor)

    bare, prefixed = deployment("a", "gpt-4o"), deployment("b", "openai/gpt-4o")
    other = deployment("c", "acme/m")
    router = Router([bare, prefixed, other], Plugins())  # type: ignore[arg-type]  # all that is asked
    assert router.upstreams(None) == [bare, other]
    assert router.upstreams(other) == [other, bare]
