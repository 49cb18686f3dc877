"""Manifests over a small alphabet, so that claims, aliases and reservations meet often."""

from __future__ import annotations

import attrs
from hypothesis import strategies as st

from jackfield.discovery import Plugin
from jackfield.manifest import Alias, Claim, Manifest, Naming, Reserved, Surface

SURFACES = ("s", "t")
PREFIXES = ("", "p/", "p/q/", "r/", "m")
MODELS = ("m", "n", "mm")
DATED = Naming(suffixes=("-{digit}",), wrappers=(("w:", ":"),))
MODULE = "jackfield_testing.laws.passthrough"
_DISTRIBUTIONS = ("dist-a", "dist-b", "dist-c")


@attrs.frozen
class Landscape:
    """Installed plugins, and a name that is asked for on a surface."""

    plugins: tuple[Plugin, ...]
    surface: str
    name: str


def _namings() -> st.SearchStrategy[Naming]:
    return st.sampled_from([Naming(), DATED])


def _model_sets() -> st.SearchStrategy[frozenset[str] | None]:
    return st.none() | st.frozensets(st.sampled_from(MODELS), min_size=1, max_size=2)


def claims() -> st.SearchStrategy[Claim]:
    """Prefix claims, exact ones with or without variants, and fallbacks."""
    surfaces = st.sampled_from(SURFACES)
    plain = st.builds(
        Claim,
        surface=surfaces,
        prefix=st.sampled_from(PREFIXES),
        models=_model_sets(),
        naming=_namings(),
    )
    fallbacks = st.builds(
        Claim,
        surface=surfaces,
        prefix=st.sampled_from(["", "p/"]),
        fallback=st.just(True),
        requires=st.sampled_from([None, "s"]),
    )
    return st.one_of(plain, plain, plain, fallbacks)


def reservations() -> st.SearchStrategy[Reserved]:
    """Names whose owner is one of a few distributions, installed or not."""
    return st.builds(
        Reserved,
        distribution=st.sampled_from((*_DISTRIBUTIONS, "dist-missing")),
        surface=st.sampled_from(SURFACES),
        prefix=st.sampled_from(PREFIXES),
        models=_model_sets(),
        naming=_namings(),
    )


def aliases() -> st.SearchStrategy[Alias]:
    """Patterns that overlap, to prefixes that differ."""
    patterns = st.sampled_from(["m", "n", "mm", "m-{digit}", "w:"])
    return st.builds(Alias, pattern=patterns, prefix=st.sampled_from(["p/", "r/"]))


def names() -> st.SearchStrategy[str]:
    """Model names with and without prefixes, dates and wrappers."""
    bases = st.sampled_from((*MODELS, "z"))
    dated = st.tuples(bases, st.sampled_from(["", "-1", "-1-2"])).map("".join)
    wrapped = st.tuples(dated, st.sampled_from([":org", "", ":org-1"])).map(
        lambda found: f"w:{found[0]}{found[1]}"
    )
    return st.tuples(st.sampled_from(["", "p/", "p/q/", "r/", "no/"]), dated | wrapped).map("".join)


_DESCRIBED = Manifest("core", surfaces=tuple(Surface(name) for name in SURFACES))
_INSTALLED = st.lists(st.sampled_from(_DISTRIBUTIONS), unique=True)
_CLAIMS = st.lists(claims(), max_size=3)
_ALIASES = st.lists(aliases(), max_size=2)
_RESERVATIONS = st.lists(reservations(), max_size=2)
_NAMES = names()


@st.composite
def landscapes(draw: st.DrawFn) -> Landscape:
    """Up to three plugins, each of a distribution of its own, and a name to route."""
    plugins = [Plugin("core", "jackfield", manifest=_DESCRIBED)]
    for distribution in draw(_INSTALLED):
        manifest = Manifest(
            name=distribution.removeprefix("dist-"),
            module=MODULE,
            claims=tuple(draw(_CLAIMS)),
            aliases=tuple(draw(_ALIASES)),
            reserved=tuple(draw(_RESERVATIONS)),
        )
        plugins.append(
            Plugin(
                manifest.name,
                distribution,
                manifest=manifest,
                error=draw(st.sampled_from([None, None, None, "it broke"])),
                enabled=draw(st.sampled_from([True, True, True, False])),
            )
        )
    return Landscape(
        tuple(draw(st.permutations(plugins))), draw(st.sampled_from(SURFACES)), draw(_NAMES)
    )
