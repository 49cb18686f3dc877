"""From a surface and a model name to the plugin that serves it, decided by declared data alone.

The order: aliases make a bare name full; then an exact claim, the longest prefix, a fallback.
Where the most specific level holds only reservations, the call fails and names the distribution
to install: it never falls through to a less specific claim. Nothing depends on load order.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import attrs

from jackfield.discovery import Plugin
from jackfield.dotted import load
from jackfield.errors import AmbiguousRouteError, NoRouteError, PluginError
from jackfield.forks import track
from jackfield.manifest import Claim, Naming, Reserved, Rewriter, Surface, starts_with
from jackfield.relay import Relay

_CACHED_ROUTES = 1024
_LONGEST_NAME = 1000
"""Names come from outside; what takes long to match, and much room to remember, is none."""


@attrs.frozen(eq=False, repr=False)
class Route:
    """Where a call goes: the claim that won, and what of other plugins applies to it."""

    surface: Surface
    name: str
    prefix: str
    model: str
    kind: str
    plugin: Plugin
    claim: Claim
    rewriters: tuple[tuple[Plugin, Rewriter], ...]

    @property
    def provider(self) -> str:
        """The plugin's name, as in errors."""
        return self.plugin.name

    @property
    def vendor(self) -> str:
        """Who runs the model, as names say it: what their prefix begins with, e.g. ``openai``."""
        return self.prefix.partition("/")[0] or self.plugin.name

    def to_dict(self) -> dict[str, Any]:
        """What `Registry.explain` shows of this route alone."""
        manifest = self.plugin.manifest
        endpoint = manifest.endpoint if manifest else None
        return {
            "surface": self.surface.name,
            "name": self.name,
            "model": self.model,
            "plugin": self.plugin.name,
            "distribution": self.plugin.distribution,
            "claim": self.kind,
            "prefix": self.prefix,
            "identity": self.claim.identity,
            "base_url": endpoint.base_url if endpoint else None,
            "rewriters": [f"{p.distribution}: {r.module}" for p, r in self.rewriters],
        }


_T = TypeVar("_T", Claim, Reserved)


class _Table(Generic[_T]):
    """Claims (or reservations) by how specific they are."""

    def __init__(self) -> None:
        self.exact: dict[tuple[str, str], list[tuple[Plugin, _T]]] = {}
        self.prefixes: dict[str, dict[str, list[tuple[Plugin, _T]]]] = {}
        self.namings: dict[tuple[str, Naming], None] = {}

    def add(self, plugin: Plugin, item: _T) -> None:
        if item.models is None:
            rows = self.prefixes.setdefault(item.surface, {})
            rows.setdefault(item.prefix, []).append((plugin, item))
            return
        self.namings[item.prefix, item.naming] = None
        for model in item.models:
            key = (item.surface, item.prefix + model)
            self.exact.setdefault(key, []).append((plugin, item))


class Registry:
    """The routes of a set of plugins. Safe to share between threads; nothing in it changes but
    its caches.
    """

    def __init__(self, plugins: Iterable[Plugin]) -> None:
        self.plugins = tuple(plugins)
        self._usable = tuple(p for p in self.plugins if p.usable and p.manifest)
        self._claims: _Table[Claim] = _Table()
        self._reserved: _Table[Reserved] = _Table()
        self._fallbacks: list[tuple[Plugin, Claim]] = []
        self._defaults: dict[str, list[tuple[Plugin, Claim]]] = {}
        self._aliases: dict[tuple[str, str], list[Plugin]] = {}
        self._surfaces: dict[str, list[tuple[Plugin, Surface]]] = {}
        self._routes: dict[tuple[str, str], Route] = {}
        self._relays: dict[tuple[str, str], Relay] = {}
        self._lock = threading.RLock()
        track(self)
        for plugin in self._usable:
            self._read(plugin)

    def _read(self, plugin: Plugin) -> None:
        manifest = plugin.manifest
        assert manifest is not None
        for claim in manifest.claims:
            if claim.fallback:
                self._fallbacks.append((plugin, claim))
            else:
                self._claims.add(plugin, claim)
            if claim.default:
                self._defaults.setdefault(claim.surface, []).append((plugin, claim))
        for reserved in manifest.reserved:
            if reserved.surface:
                self._reserved.add(plugin, reserved)
        for alias in manifest.aliases:
            self._aliases.setdefault((alias.pattern, alias.prefix), []).append(plugin)
        for surface in manifest.surfaces:
            rows = self._surfaces.setdefault(surface.name, [])
            if all(surface != other for _, other in rows):
                rows.append((plugin, surface))

    def _forget(self) -> None:
        """In a forked child: the lock may be held by a thread that is not there."""
        self._lock = threading.RLock()

    # Names ------------------------------------------------------------------------------------

    def full_name(self, name: str) -> str:
        """The routing name for ``name``: itself, or with an alias's prefix before it.

        Raises:
            AmbiguousRouteError: two aliases, or an alias and a claim on a bare prefix, fit.
        """
        fits = [key for key in self._aliases if starts_with(key[0], name)]
        claimed = self._claimed_as_given(name)
        if claimed is not None and ("/" in claimed[0] or not fits):
            return name
        if not fits:
            return name
        longest = max(len(pattern.replace("{digit}", "0")) for pattern, _ in fits)
        best = [key for key in fits if len(key[0].replace("{digit}", "0")) == longest]
        owners = {p.distribution for key in best for p in self._aliases[key]}
        if claimed is not None:
            raise _ambiguous(f"the bare name {name!r}", owners | claimed[1])
        if len({prefix for _, prefix in best}) > 1:
            raise _ambiguous(f"the bare name {name!r}", owners)
        return best[0][1] + name

    def _claimed_as_given(self, name: str) -> tuple[str, set[str]] | None:
        """The exact name or the longest prefix that fits on any surface, and whose it is."""
        owners = {
            plugin.distribution
            for (_, exact), rows in self._claims.exact.items()
            if exact == name
            for plugin, _ in rows
        }
        if owners:
            return name, owners
        claimed, held = self._claims.prefixes.values(), self._reserved.prefixes.values()
        fits = {p for rows in claimed for p in rows} | {p for rows in held for p in rows}
        fits = {prefix for prefix in fits if prefix and name.startswith(prefix)}
        if not fits:
            return None
        longest = max(fits, key=len)
        owners = {p.distribution for prefixes in claimed for p, _ in prefixes.get(longest, ())}
        owners |= {r.distribution for prefixes in held for _, r in prefixes.get(longest, ())}
        return longest, owners

    def _variants(self, name: str, table: _Table[Any]) -> list[str]:
        ranked: dict[str, int] = {name: 0}
        for prefix, naming in table.namings:
            if name.startswith(prefix):
                for rank, base in enumerate(naming.bases(name[len(prefix) :])):
                    full = prefix + base
                    ranked[full] = min(rank, ranked.get(full, rank))
        return sorted(ranked, key=ranked.__getitem__)

    # Levels -----------------------------------------------------------------------------------

    def _levels(
        self, surface: str, name: str
    ) -> Iterator[tuple[str, list[tuple[Plugin, Claim]], list[tuple[Plugin, Reserved]]]]:
        """What is claimed and reserved, from the most specific level to the least."""
        ranked: dict[str, None] = {}
        claimed, held = self._variants(name, self._claims), self._variants(name, self._reserved)
        for rank in range(max(len(claimed), len(held))):
            for names in (claimed, held):
                if rank < len(names):
                    ranked[names[rank]] = None
        for variant in ranked:
            key = (surface, variant)
            rows = [
                row for row in self._claims.exact.get(key, []) if _varies(row[1], name, variant)
            ]
            kept = [
                row for row in self._reserved.exact.get(key, []) if _varies(row[1], name, variant)
            ]
            if rows or kept:
                yield "exact", rows, kept
        claims, reserved = (
            self._claims.prefixes.get(surface, {}),
            self._reserved.prefixes.get(surface, {}),
        )
        if name in claims or name in reserved:
            return  # a prefix alone is no model of a shorter one
        lengths = sorted(
            {prefix for prefix in (*claims, *reserved) if _below(prefix, name)}, key=len
        )
        for prefix in reversed(lengths):
            yield "prefix", claims.get(prefix, []), reserved.get(prefix, [])

    def _find(self, surface: str, name: str) -> tuple[str, Plugin, Claim] | None:
        for kind, rows, kept in self._levels(surface, name):
            owners = {plugin.distribution for plugin, _ in rows}
            if _tie(rows):
                raise _ambiguous(f"{name!r} on {surface}", owners)
            if rows:
                return kind, *rows[0]
            raise self._missing(surface, name, sorted({r.distribution for _, r in kept}))
        return None

    def _fallback(self, surface: str, name: str) -> tuple[str, Plugin, Claim] | None:
        fits = [
            (plugin, claim)
            for plugin, claim in self._fallbacks
            if claim.surface == surface
            and _below(claim.prefix, name)
            and (claim.requires is None or self._find(claim.requires, name) is not None)
        ]
        owners = {plugin.distribution for plugin, _ in fits}
        if _tie(fits):
            raise _ambiguous(f"{name!r} on {surface}, as a fallback", owners)
        return ("fallback", *fits[0]) if fits else None

    def _default(self, surface: str) -> tuple[str, Plugin, Claim] | None:
        rows = self._defaults.get(surface, [])
        if _tie(rows):
            raise _ambiguous(
                f"a call on {surface} that names no model", {p.distribution for p, _ in rows}
            )
        if rows:
            return ("default", *rows[0])
        owners = {
            reserved.distribution
            for plugin in self._usable
            for reserved in (plugin.manifest.reserved if plugin.manifest else ())
            if reserved.default and reserved.surface == surface
        }
        if owners:
            raise self._missing(surface, "a call without a model", sorted(owners))
        return None

    # Results ----------------------------------------------------------------------------------

    def surface(self, name: str, model: str = "") -> Surface:
        """The descriptor of a surface.

        Args:
            name: the surface.
            model: what it is wanted for, to name the distribution that would bring both.

        Raises:
            NoRouteError: no installed plugin describes it.
            AmbiguousRouteError: two distributions describe it differently.
        """
        rows = self._surfaces.get(name, [])
        if len(rows) > 1:
            raise _ambiguous(f"the surface {name!r}", {p.distribution for p, _ in rows})
        if not rows:
            if isinstance(model, str) and model:
                self._find(name, self.full_name(model))  # a reservation says who it is
            known = ", ".join(sorted(self._surfaces)) or "none"
            raise NoRouteError(f"no surface {name!r}; the installed plugins have: {known}")
        return rows[0][1]

    def surface_of(self, chunk: type) -> Surface | None:
        """The surface whose chunks have this class, or None."""
        name = f"{chunk.__module__}:{chunk.__qualname__}"
        rows = [row for rows in self._surfaces.values() for row in rows]
        return next((described for _, described in rows if described.chunk == name), None)

    def resolve(self, surface: str, name: str) -> Route:
        """The route of a model name on a surface; cached.

        Without a name (``""``) it is the surface's default claim, for operations that need none.

        Raises:
            NoRouteError: nobody serves it; ``distribution`` says what to install, if known.
            AmbiguousRouteError: two distributions claim it.
        """
        if not isinstance(name, str):
            raise NoRouteError(f"a model name is a string, not {name!r}")
        if len(name) > _LONGEST_NAME:
            raise NoRouteError(f"no model has a name of {len(name)} characters: {name[:40]!r}…")
        route = self._routes.get((surface, name))
        if route is None:
            route = self._resolve(surface, name)
            with self._lock:
                if len(self._routes) >= _CACHED_ROUTES:  # names come from outside
                    self._routes.clear()
                self._routes[surface, name] = route
        return route

    def explain(self, surface: str, name: str) -> dict[str, Any]:
        """What `jackfield.explain` shows of a model name on a surface.

        A fallback's calls go where another surface has them (``over``): the base URL is that one's.

        Raises:
            NoRouteError, AmbiguousRouteError: as for `resolve`.
        """
        route = self.resolve(surface, name)
        shown = {**route.to_dict(), "over": None}
        if route.kind == "fallback" and route.claim.requires is not None:
            over = self.explain(route.claim.requires, route.name)
            shown |= {"base_url": over["base_url"], "over": over}
        return shown

    def _resolve(self, surface: str, name: str) -> Route:
        if name:
            full = self.full_name(name)
            found = self._find(surface, full) or self._fallback(surface, full)
        else:
            full, found = "", self._default(surface)
        if found is None:
            raise self._unknown(surface, name, full)
        kind, plugin, claim = found
        # A fallback's owner routes the whole name again, on another surface.
        prefix = "" if kind == "fallback" or not name else claim.prefix
        rewriters = tuple(
            (other, rewriter)
            for other in self._usable
            if other.manifest
            for rewriter in other.manifest.rewriters
            if surface in rewriter.surfaces
            and (not rewriter.prefixes or full.startswith(rewriter.prefixes))
        )
        model = full[len(prefix) :]
        described = self.surface(surface)
        return Route(described, full, prefix, model, kind, plugin, claim, rewriters)

    def relay(self, plugin: Plugin, module: str) -> Relay:
        """The hooks of a plugin's module, loaded on first use.

        Raises:
            PluginError: it can't be loaded.
        """
        key = (plugin.distribution, module)
        relay = self._relays.get(key)
        if relay is None:
            with self._lock:
                if not module:
                    raise PluginError(
                        f"{plugin.distribution} claims models but names no module",
                        distribution=plugin.distribution,
                    )
                relay = self._relays.get(key) or Relay(module, plugin.distribution)
                self._relays[key] = relay
        return relay

    def parts_reserved(self, part: str) -> str | None:
        """The distribution that handles a content-part type when it needs rewriting, if known."""
        for plugin in self._usable:
            for reserved in plugin.manifest.reserved if plugin.manifest else ():
                if part in reserved.parts:
                    return reserved.distribution
        return None

    def catalogue(self) -> dict[str, Mapping[str, Any]]:
        """The rows of every installed catalogue, by full model name."""
        rows: dict[str, Mapping[str, Any]] = {}
        for plugin in self._usable:
            source = plugin.manifest.catalogue if plugin.manifest else None
            if source:
                with _noted(plugin, f"its catalogue {source}"):
                    rows.update(load(source)())
        return rows

    def middleware(self) -> list[Any]:
        """What the plugins wrap around every call; what can't be loaded is noted and left out."""
        found: list[Any] = []
        for plugin in self._usable:
            for name in plugin.manifest.middleware if plugin.manifest else ():
                with _noted(plugin, f"its middleware {name}"):
                    loaded = load(name)
                    if not callable(loaded):
                        raise TypeError("it is not callable")
                    found.append(loaded)
        return found

    # Errors -----------------------------------------------------------------------------------

    def _failed(self) -> str:
        broken = [f"{p.distribution} ({p.error})" for p in self.plugins if p.error]
        off = [p.distribution for p in self.plugins if not p.enabled]
        text = f" Plugins that could not be used: {'; '.join(broken)}." if broken else ""
        return text + (f" Plugins turned off: {', '.join(off)}." if off else "")

    def _missing(self, surface: str, name: str, owners: list[str]) -> NoRouteError:
        owner = owners[0]
        state = next((p for p in self.plugins if p.distribution == owner), None)
        if state is not None and state.error:
            what = f"its owner {owner} is installed but can't be used: {state.error}"
        elif state is not None and not state.enabled:
            what = f"its owner {owner} is installed but turned off"
        elif state is not None:
            what = f"its owner {owner} {state.version or ''} is installed but does not; update it"
        else:
            what = f"install {owner} (pip install {owner})"
        return NoRouteError(
            f"{name!r} on the {surface} surface is served by {owner}: {what}."
            if state is None
            else f"{name!r} on the {surface} surface can't be served: {what}.",
            distribution=owner,
        )

    def _unknown(self, surface: str, name: str, full: str) -> NoRouteError:
        self.surface(surface)
        others = [
            other
            for other in sorted({s for s, _ in self._claims.exact} | set(self._claims.prefixes))
            if other != surface and self._serves(other, full)
        ]
        if not any(p.manifest and p.manifest.claims for p in self._usable):
            hint = ' No plugin is installed: pip install "jackfield[openai]".'
        elif not name:
            hint = " Name a model, and with it who serves it."
        elif others:
            hint = f" It is served on: {', '.join(others)}."
        else:
            near = self._near(name)
            hint = f" Did you mean {', '.join(near)}?" if near else ""
            known = sorted({p for rows in self._claims.prefixes.values() for p in rows if p})
            hint += f" Known prefixes: {', '.join(known)}." if known else ""
        return NoRouteError(
            f"no installed plugin serves {name!r} on the {surface} surface.{hint}{self._failed()}"
        )

    def _serves(self, surface: str, full: str) -> bool:
        try:
            return self._find(surface, full) is not None
        except (NoRouteError, AmbiguousRouteError):
            return False

    def _near(self, name: str) -> list[str]:
        import difflib

        prefixes = {p for rows in self._claims.prefixes.values() for p in rows if p}
        if "/" in name:
            head, _, rest = name.partition("/")
            close = difflib.get_close_matches(head + "/", sorted(prefixes), 3, 0.75)
            return [prefix + rest for prefix in close]
        short = {row.rpartition("/")[2] for row in self.catalogue()}
        return difflib.get_close_matches(name, sorted(short), 3, 0.6)


def _varies(item: Claim | Reserved, name: str, variant: str) -> bool:
    """Whether ``variant`` is one of ``name`` by the item's own naming, and not by another's."""
    if variant == name:
        return True
    start = len(item.prefix)
    return name.startswith(item.prefix) and variant[start:] in item.naming.bases(name[start:])


@contextmanager
def _noted(plugin: Plugin, what: str) -> Iterator[None]:
    """Note a failure with the plugin, where people look for it, and go on without it."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a stranger's code
        plugin.error = f"{what} can't be used: {type(error).__name__}: {error}"


def _tie(rows: Sequence[tuple[Plugin, Claim]]) -> bool:
    """Whether rows of one level differ in who serves, or in how it is served."""
    if not rows:
        return False
    first, how = rows[0]
    return any(p is not first or c.identity != how.identity or c.path != how.path for p, c in rows)


def _below(prefix: str, name: str) -> bool:
    return name.startswith(prefix) and len(name) > len(prefix)


def _ambiguous(what: str, owners: set[str]) -> AmbiguousRouteError:
    names = sorted(owners)
    who = " and ".join(names) if len(names) > 1 else f"{names[0]} more than once"
    return AmbiguousRouteError(
        f"{what} is claimed by {who}; turn one off with JACKFIELD_DISABLE_PLUGINS "
        "or Client(plugins=[…])",
        distributions=names,
    )
