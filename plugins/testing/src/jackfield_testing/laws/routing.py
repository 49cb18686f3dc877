"""Where a name leads, decided by brute force from what manifests say.

A plain reading of the docstring of `jackfield.registry`: an alias makes a
bare name full; then an exact claim, the longest prefix, a fallback. The most specific level at
which anything is claimed or reserved decides: one owner serves, two are a tie, and a level with
nothing but reservations names whom to install.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

from jackfield.discovery import Plugin
from jackfield.errors import AmbiguousRouteError, NoRouteError, RoutingError
from jackfield.manifest import Claim, Reserved, starts_with
from jackfield.registry import Registry
from jackfield_testing.laws.flows import raised

Verdict = tuple[Any, ...]
"""``("route", distribution, kind, prefix, model)``, ``("reserved", owner)``,
``("tie", distributions)`` or ``("nobody",)``.
"""


class _Stop(Exception):
    """Not an error: the verdict, found early."""

    def __init__(self, *verdict: Any) -> None:
        self.verdict = verdict


def verdict(plugins: Sequence[Plugin], surface: str, name: str) -> Verdict:
    """What becomes of a name."""
    usable = [(p, p.manifest) for p in plugins if p.usable and p.manifest is not None]
    claims = [(p, c) for p, m in usable for c in m.claims if not c.fallback]
    held = [r for _, m in usable for r in m.reserved if r.surface]
    aliases = [(p, a) for p, m in usable for a in m.aliases]
    fallbacks = [(p, c) for p, m in usable for c in m.claims if c.fallback]
    try:
        full = _full(name, claims, held, aliases)
        found = _find(surface, full, claims, held)
        if found is not None:
            return found
        fits = [
            (p, c)
            for p, c in fallbacks
            if c.surface == surface
            and _below(c.prefix, full)
            and (c.requires is None or _find(c.requires, full, claims, held) is not None)
        ]
        owners = {p.distribution for p, _ in fits}
        if len(owners) > 1:
            return "tie", owners
        return ("route", *owners, "fallback", "", full) if owners else ("nobody",)
    except _Stop as stop:
        return stop.verdict


def _full(name: str, claims: Any, held: Any, aliases: Any) -> str:
    owned = [
        (c.prefix + model, p.distribution)
        for p, c in claims
        for model in c.models or ()
        if c.prefix + model == name
    ]
    if not owned:
        below = [(c.prefix, p.distribution) for p, c in claims if c.models is None]
        below += [(r.prefix, r.distribution) for r in held if r.models is None]
        below = [(prefix, d) for prefix, d in below if prefix and name.startswith(prefix)]
        longest = max((len(prefix) for prefix, _ in below), default=0)
        owned = [(prefix, d) for prefix, d in below if len(prefix) == longest]
    fits = [(p, a) for p, a in aliases if starts_with(a.pattern, name)]
    if not fits or any("/" in text for text, _ in owned):
        return name

    def size(alias: Any) -> int:
        return len(alias.pattern.replace("{digit}", "0"))

    longest = max(size(a) for _, a in fits)
    best = [(p, a) for p, a in fits if size(a) == longest]
    owners = {p.distribution for p, _ in best} | {d for _, d in owned}
    if owned or len({a.prefix for _, a in best}) > 1:
        raise _Stop("tie", owners)
    return str(best[0][1].prefix + name)


def _rank(item: Claim | Reserved, name: str) -> int | None:
    """How far from the name as given an exact claim's name is; None if it is no match."""
    if item.models is None or not name.startswith(item.prefix):
        return None
    for rank, base in enumerate(item.naming.bases(name[len(item.prefix) :])):
        if base in item.models:
            return rank
    return None


def _find(surface: str, name: str, claims: Any, held: Any) -> Verdict | None:
    claims = [(p, c) for p, c in claims if c.surface == surface]
    held = [r for r in held if r.surface == surface]
    ranks = {r for _, c in claims if (r := _rank(c, name)) is not None}
    ranks |= {r for h in held if (r := _rank(h, name)) is not None}
    levels: list[tuple[str, Callable[[Any], bool]]] = [
        ("exact", lambda item, rank=rank: _rank(item, name) == rank)  # type: ignore[misc]  # a default is not inferred
        for rank in sorted(ranks)
    ]
    prefixes = {i.prefix for i in (*(c for _, c in claims), *held) if i.models is None}
    # A prefix alone names no model, not even of a shorter prefix.
    lengths = set() if name in prefixes else {len(prefix) for prefix in prefixes}
    levels += [
        (
            "prefix",
            lambda item, length=length: (  # type: ignore[misc]  # a default is not inferred
                item.models is None and len(item.prefix) == length and _below(item.prefix, name)
            ),
        )
        for length in sorted(lengths, reverse=True)
    ]
    for kind, here in levels:
        rows = [(p, c) for p, c in claims if here(c)]
        if len({(p, c.identity) for p, c in rows}) > 1:
            raise _Stop("tie", {p.distribution for p, _ in rows})
        if rows:
            plugin, claim = rows[0]
            return "route", plugin.distribution, kind, claim.prefix, name[len(claim.prefix) :]
        reserved = sorted(r.distribution for r in held if here(r))
        if reserved:
            raise _Stop("reserved", reserved[0])
    return None


def _below(prefix: str, name: str) -> bool:
    return name.startswith(prefix) and len(name) > len(prefix)


def outcome(registry: Registry, surface: str, name: str) -> Verdict:
    """What a registry makes of a name, in the model's words."""
    error = raised(RoutingError, lambda: registry.resolve(surface, name))
    if isinstance(error, AmbiguousRouteError):
        assert all(d in str(error) for d in error.distributions), "a tie names both"
        return "tie", set(error.distributions)
    if isinstance(error, NoRouteError):
        if error.distribution is None:
            return ("nobody",)
        assert error.distribution in str(error), "whom to install is named"
        return "reserved", error.distribution
    assert error is None
    route = registry.resolve(surface, name)
    return "route", route.plugin.distribution, route.kind, route.prefix, route.model


def routes_as_declared(plugins: Sequence[Plugin], surface: str, name: str) -> Verdict:
    """A registry agrees with the model, twice, and in whatever order its plugins come."""
    wanted = verdict(plugins, surface, name)
    for order in permutations(plugins):
        registry = Registry(order)
        found = outcome(registry, surface, name)
        assert found == wanted, f"{name!r} on {surface} is {found}, and not {wanted}"
        assert outcome(registry, surface, name) == found, "the second answer differs"
    return wanted
