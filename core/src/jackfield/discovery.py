"""Find the installed plugins: entry points in, manifests out, each failure kept to itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import Any

from jackfield.errors import ConfigError, PluginError
from jackfield.manifest import (
    HOOK_API,
    Alias,
    Claim,
    Endpoint,
    Manifest,
    ParamRule,
    Reserved,
    Rewriter,
    Surface,
)

GROUP = "jackfield.plugins"
OWN = "jackfield"
OLDEST_HOOK_API = 1
_HERE = "(given in the process)"


class Plugin:
    """One plugin as found: its ``name``, ``distribution``, ``version``, and ``manifest``.

    ``error`` says why there is no manifest, or why it can't be used; ``enabled`` is False where a
    setting turned it off. Both are for people; only plugins that are `usable` take part.
    """

    __slots__ = ("distribution", "enabled", "error", "manifest", "name", "version")

    def __init__(
        self,
        name: str,
        distribution: str,
        version: str | None = None,
        manifest: Manifest | None = None,
        error: str | None = None,
        enabled: bool = True,
    ) -> None:
        self.name = name
        self.distribution = distribution
        self.version = version
        self.manifest = manifest
        self.error = error
        self.enabled = enabled

    @property
    def usable(self) -> bool:
        """Whether it takes part in routing."""
        return self.enabled and self.error is None and self.manifest is not None

    def to_dict(self) -> dict[str, Any]:
        """What `jackfield plugins` shows."""
        claims = self.manifest.claims if self.manifest else ()
        return {
            "name": self.name,
            "distribution": self.distribution,
            "version": self.version,
            "enabled": self.enabled,
            "error": self.error,
            "surfaces": sorted({claim.surface for claim in claims}),
            "prefixes": sorted({claim.prefix for claim in claims if claim.prefix}),
        }

    def __repr__(self) -> str:
        state = "ok" if self.usable else (self.error or "disabled")
        return f"<Plugin {self.name} from {self.distribution} {self.version}: {state}>"


def _names(variable: str) -> frozenset[str] | None:
    text = os.environ.get(variable, "").strip()
    return frozenset(part.strip() for part in text.split(",") if part.strip()) if text else None


_ROWS = {
    "claims": Claim,
    "aliases": Alias,
    "reserved": Reserved,
    "rewriters": Rewriter,
    "rules": ParamRule,
    "surfaces": Surface,
    "middleware": str,
}


_TEXTS = ("surface", "prefix", "pattern", "module", "name", "base_url", "auth")


def _misshapen(manifest: Any) -> str | None:
    """What is wrong with a manifest's shape: attrs does not check it, and people slip."""
    for name, kind in _ROWS.items():
        rows = getattr(manifest, name)
        if not isinstance(rows, tuple) or not all(isinstance(row, kind) for row in rows):
            return f"{name} must be a tuple of {kind.__name__}, as in ({kind.__name__}(…),)"
        for row in rows:
            wrong = None if kind is str else _row_misshapen(row)
            if wrong is not None:
                return f"{kind.__name__} in {name}: {wrong}"
    if not all(isinstance(text, str) for text in (manifest.name, manifest.module)):
        return "name and module must be text"
    if not isinstance(manifest.catalogue, str | None):
        return "catalogue must be a dotted name"
    if not isinstance(manifest.endpoint, Endpoint | None):
        return "endpoint must be an Endpoint"
    known = manifest.hook_api
    if not isinstance(known, tuple) or [type(number) for number in known] != [int, int]:
        return "hook_api must be two numbers, the oldest and the newest"
    return _row_misshapen(manifest.endpoint) if manifest.endpoint is not None else None


def _row_misshapen(row: Any) -> str | None:
    """Whether fields that default to a tuple hold one of text, and those of text hold text."""
    for field in type(row).__attrs_attrs__:
        value = getattr(row, field.name)
        if isinstance(field.default, tuple) and not isinstance(value, tuple):
            return f"{field.name} must be a tuple"
        if field.name in _TEXTS and not isinstance(value, str):
            return f"{field.name} must be text"
    return None


def _examine(plugin: Plugin, found: Any) -> None:
    if not isinstance(found, Manifest):
        plugin.error = f"its entry point names a {type(found).__name__}, not a Manifest"
        return
    wrong = _misshapen(found)
    if wrong is not None:
        plugin.error = f"its manifest is malformed: {wrong}"
        return
    plugin.manifest = found
    oldest, newest = found.hook_api
    if oldest > HOOK_API:
        plugin.error = (
            f"needs hook API {oldest}, this jackfield speaks {HOOK_API}: update jackfield"
        )
    elif newest < OLDEST_HOOK_API:
        plugin.error = (
            f"knows hook API {newest} at most, this jackfield needs {OLDEST_HOOK_API}: "
            "update the plugin"
        )


def _entries() -> Iterator[tuple[Any, str, str | None]]:
    """The entry points of the group, with their distributions' names and versions.

    Only what is needed is parsed: nearly all installed distributions have no plugin, and of those
    that have, a name and a version are wanted, not the whole metadata.
    """
    import importlib_metadata

    seen: set[str] = set()
    for dist in importlib_metadata.distributions():
        if GROUP not in (dist.read_text("entry_points.txt") or ""):
            continue
        name, version = _identity(dist)
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in seen:  # the one that comes first on the path is the one that is imported
            continue
        seen.add(key)
        for entry in dist.entry_points.select(group=GROUP):
            yield entry, name, version


def _identity(dist: Any) -> tuple[str, str | None]:
    head = (dist.read_text("METADATA") or "").partition("\n\n")[0]
    fields = dict(line.partition(": ")[::2] for line in head.splitlines() if line[:1] != " ")
    name = fields.get("Name") or dist.name
    return str(name), fields.get("Version") or dist.version


def discover(wanted: Iterable[str | Manifest] | None = None) -> list[Plugin]:
    """Read the entry points and load every manifest; a failure is recorded, never raised.

    Args:
        wanted: names of plugins or distributions to use, and manifests to add as they are; None
            for every installed one that ``JACKFIELD_PLUGINS`` and ``JACKFIELD_DISABLE_PLUGINS``
            leave on.

    Raises:
        ConfigError: ``wanted`` names a plugin that is not installed.
        PluginError: with ``JACKFIELD_STRICT_PLUGINS=1``, the first failure.
    """
    given = list(wanted) if wanted is not None else None
    manifests = [item for item in given or () if isinstance(item, Manifest)]
    names = {item for item in given or () if isinstance(item, str)}
    for item in given or ():
        if not isinstance(item, (str, Manifest)):
            raise ConfigError(f"plugins holds names and manifests, not {item!r}")
    allowed, disabled = _names("JACKFIELD_PLUGINS"), _names("JACKFIELD_DISABLE_PLUGINS") or ()
    plugins: list[Plugin] = []
    unknown = set(names)
    for entry, distribution, version in _entries():
        plugin = Plugin(entry.name, distribution, version)
        known_as = {plugin.name, plugin.distribution}
        unknown -= known_as
        if plugin.distribution == OWN:
            pass  # the canonical surfaces are described by core itself and are always there
        elif given is not None:
            plugin.enabled = bool(known_as & names)
        else:
            plugin.enabled = (allowed is None or bool(known_as & allowed)) and not (
                known_as & set(disabled)
            )
        plugins.append(plugin)
        if not plugin.enabled:
            continue
        try:
            _examine(plugin, entry.load())
        except Exception as error:  # noqa: BLE001 - whatever a stranger's module raises
            plugin.error = f"{type(error).__name__}: {error}"
    if unknown:
        raise ConfigError(f"no installed plugin or distribution is named {sorted(unknown)}")
    for number, manifest in enumerate(manifests, 1):
        again = sum(earlier.name == manifest.name for earlier in manifests[: number - 1])
        label = f"{manifest.name} #{again + 1}" if again else manifest.name
        plugin = Plugin(manifest.name, f"{label} {_HERE}")
        _examine(plugin, manifest)
        plugins.append(plugin)
    if os.environ.get("JACKFIELD_STRICT_PLUGINS") == "1":
        for plugin in plugins:
            if plugin.error:
                raise PluginError(
                    f"plugin {plugin.name} of {plugin.distribution} failed: {plugin.error}",
                    distribution=plugin.distribution,
                )
    plugins.sort(key=lambda plugin: (plugin.distribution, plugin.name))
    return plugins
