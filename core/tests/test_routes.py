"""Routing is decided by declared data, never by the order of plugins."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings

from jackfield.discovery import Plugin
from jackfield.errors import AmbiguousRouteError, NoRouteError
from jackfield.manifest import Alias, Claim, Manifest, Naming, Reserved, Surface
from jackfield.registry import Registry
from jackfield_testing import laws, strategies
from jackfield_testing.strategies.manifests import DATED, Landscape


def plugin(name: str, *, error: str | None = None, **declared: Any) -> Plugin:
    manifest = Manifest(name, module="jackfield_testing.laws.passthrough", **declared)
    return Plugin(name, f"dist-{name}", manifest=manifest, error=error)


SURFACES = plugin("core", surfaces=(Surface("s"), Surface("t")))
DAY = Naming(suffixes=("-{digit}",))


@hypothesis_settings(max_examples=400)
@given(strategies.landscapes())
@example(
    # A naming is that of its own claim: "n-1" is no variant of another plugin's "n".
    Landscape(
        (
            SURFACES,
            plugin("a", claims=(Claim("s", "p/", models={"m"}, naming=DATED),)),
            plugin("b", claims=(Claim("s", "p/", models={"n"}), Claim("s", "p/"))),
        ),
        "s",
        "p/n-1",
    )
)
@example(
    # A bare name that two plugins claim and a third has an alias for: all of them are named.
    Landscape(
        (
            SURFACES,
            plugin("a", claims=(Claim("s", models={"m"}),)),
            plugin("b", claims=(Claim("t", models={"m"}),)),
            plugin("c", aliases=(Alias("m", "p/"),), claims=(Claim("s", "p/"),)),
        ),
        "s",
        "m",
    )
)
def test_every_name_leads_where_the_model_says(landscape: Landscape) -> None:
    laws.routes_as_declared(landscape.plugins, landscape.surface, landscape.name)


def resolved(*plugins: Plugin, name: str, surface: str = "s") -> tuple[str, str, str, str]:
    route = Registry([SURFACES, *plugins]).resolve(surface, name)
    return route.plugin.name, route.kind, route.prefix, route.model


def test_exact_is_more_specific_than_the_longest_prefix() -> None:
    a = plugin("a", claims=(Claim("s", "p/"), Claim("s", "p/q/")))
    b = plugin("b", claims=(Claim("s", "p/", models={"q/m", "n"}, naming=DAY),))
    assert resolved(a, b, name="p/q/m") == ("b", "exact", "p/", "q/m")
    assert resolved(a, b, name="p/q/x") == ("a", "prefix", "p/q/", "x")
    assert resolved(a, b, name="p/n-1") == ("b", "exact", "p/", "n-1")
    assert resolved(a, b, name="p/x") == ("a", "prefix", "p/", "x")


def test_only_a_near_prefix_is_suggested() -> None:
    a = plugin("a", claims=(Claim("s", "openai/"),))
    for name, near in (("opena/x", True), ("opneai/x", True), ("nope/x", False)):
        with pytest.raises(NoRouteError) as caught:
            resolved(a, name=name)
        assert ("Did you mean openai/x?" in str(caught.value)) is near


def test_a_dated_name_that_is_claimed_itself_beats_its_base() -> None:
    a = plugin("a", claims=(Claim("s", "p/", models={"m"}, naming=DAY),))
    b = plugin("b", claims=(Claim("s", "p/", models={"m-1"}, naming=DAY),))
    assert resolved(a, b, name="p/m-1")[0] == "b"
    assert resolved(a, b, name="p/m-2")[0] == "a"


def test_a_reservation_is_not_passed_over_for_a_shorter_prefix() -> None:
    a = plugin("a", claims=(Claim("s", "p/"),), reserved=(Reserved("dist-z", "s", "p/q/"),))
    with pytest.raises(NoRouteError, match="dist-z") as caught:
        resolved(a, name="p/q/m")
    assert caught.value.distribution == "dist-z"
    assert "pip install dist-z" in str(caught.value)


def test_a_reserved_owner_that_is_broken_or_off_is_said_to_be() -> None:
    a = plugin("a", claims=(Claim("s", "p/"),), reserved=(Reserved("dist-z", "s", "p/q/"),))
    z = plugin("z", error="it broke", claims=(Claim("s", "p/q/"),))
    with pytest.raises(NoRouteError, match="it broke"):
        resolved(a, z, name="p/q/m")
    z.error, z.enabled = None, False
    with pytest.raises(NoRouteError, match="turned off"):
        resolved(a, z, name="p/q/m")


def test_a_tie_names_both_and_the_way_out() -> None:
    a, b = (plugin(name, claims=(Claim("s", "p/"),)) for name in "ab")
    with pytest.raises(AmbiguousRouteError) as caught:
        resolved(a, b, name="p/m")
    assert caught.value.distributions == ("dist-a", "dist-b")
    assert "JACKFIELD_DISABLE_PLUGINS" in str(caught.value)


def test_a_fallback_serves_what_another_surface_has() -> None:
    a = plugin("a", claims=(Claim("s", "p/"),))
    b = plugin("b", claims=(Claim("t", fallback=True, requires="s"),))
    assert resolved(a, b, name="p/m", surface="t") == ("b", "fallback", "", "p/m")
    with pytest.raises(NoRouteError):
        resolved(b, name="p/m", surface="t")


def test_an_alias_makes_a_bare_name_full_and_leaves_a_full_one_alone() -> None:
    a = plugin("a", claims=(Claim("s", "p/"), Claim("s", "m/")), aliases=(Alias("m", "p/"),))
    assert resolved(a, name="mx") == ("a", "prefix", "p/", "mx")
    assert resolved(a, name="p/mx") == ("a", "prefix", "p/", "mx")
    assert resolved(a, name="m/x") == ("a", "prefix", "m/", "x")


def test_the_longest_alias_wins_and_digits_count_as_one() -> None:
    a = plugin(
        "a",
        claims=(Claim("s", "p/"), Claim("s", "r/")),
        aliases=(Alias("o", "p/"), Alias("o{digit}", "r/")),
    )
    assert resolved(a, name="o1-mini")[2] == "r/"
    assert resolved(a, name="omni")[2] == "p/"


@pytest.mark.parametrize("name", [None, 5, ["m"], {"m": 1}])
def test_what_is_no_name_is_a_routing_error(name: Any) -> None:
    a = plugin("a", claims=(Claim("s", ""),))
    with pytest.raises(NoRouteError, match="a model name is a string"):
        resolved(a, name=name)


def test_an_unknown_name_is_told_its_neighbours() -> None:
    a = plugin("a", claims=(Claim("s", "openai/"), Claim("t", "other/")))
    with pytest.raises(NoRouteError, match="openai/m"):
        resolved(a, name="openi/m")
    with pytest.raises(NoRouteError, match="served on: t"):
        resolved(a, name="other/m")
    with pytest.raises(NoRouteError, match="no surface 'u'"):
        resolved(a, name="openai/m", surface="u")


def test_two_unequal_descriptions_of_a_surface_are_a_conflict() -> None:
    a = plugin("a", surfaces=(Surface("s", required=("x",)),), claims=(Claim("s", "p/"),))
    same = plugin("b", surfaces=(Surface("s"),))
    with pytest.raises(AmbiguousRouteError, match="surface 's'"):
        resolved(a, name="p/m")
    assert Registry([SURFACES, same]).surface("s") == Surface("s")


def test_many_names_do_not_fill_the_memory() -> None:
    registry = Registry([SURFACES, plugin("a", claims=(Claim("s", "p/"),))])
    for number in range(3000):
        registry.resolve("s", f"p/{number}")
    assert len(registry._routes) <= 1024
