"""Find a model in the installed catalogues, whatever way its name is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from jackfield import Client
    from jackfield.manifest import Naming

_F = TypeVar("_F", bound=Callable[..., Any])
_CONVERSING = {"chat", "responses"}


@dataclass(frozen=True)
class Entry:
    """A row of a catalogue.

    Args:
        name: the full name that the row is kept under.
        row: its facts; the keys are those of the catalogue that it is from.
        variant: the name that was asked for, where that is a dated or fine-tuned variant.
    """

    name: str
    row: Mapping[str, Any]
    variant: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        plain: dict[str, Any] = {"name": self.name, **self.row}
        return {**plain, "variant": self.variant} if self.variant else plain


def namings(client: Client) -> tuple[Naming, ...]:
    """How the installed plugins say that their models' names vary."""
    found: dict[Naming, None] = {}
    for plugin in client.plugins():
        if plugin.usable and plugin.manifest:
            found |= {claim.naming: None for claim in plugin.manifest.claims}
            found |= {reserved.naming: None for reserved in plugin.manifest.reserved}
    return tuple(found)


def find(
    rows: Mapping[str, Mapping[str, Any]], name: str, variants: Iterable[Naming] = ()
) -> list[Entry]:
    """The rows that ``name`` means: none, one, or several where providers share a name.

    Args:
        rows: by full name, as ``Client.list_models`` gives them.
        name: bare or full.
        variants: see `namings`. A fine-tuned variant has its base's row without the prices.
    """
    exact = _named(rows, name)
    if exact:
        return [Entry(full, rows[full]) for full in exact]
    head, slash, tail = name.rpartition("/")
    for naming in variants:
        for base in naming.bases(tail):
            found = _named(rows, head + slash + base) or _named(rows, base)
            if found:
                tuned = tail.startswith(tuple(opening for opening, _ in naming.wrappers))
                return [
                    Entry(full, _without_prices(rows[full]) if tuned else rows[full], name)
                    for full in found
                ]
    return []


def surface_option(command: _F) -> _F:
    """Add ``--surface``; None where it isn't given: see `usual_surface`."""
    return click.option(
        "--surface",
        help="The surface of the call.  [default: chat, or what the catalogue has the model on]",
    )(command)


def usual_surface(client: Client, model: str) -> str:
    """The surface that a model is usually called on: chat, but for models that do not converse."""
    for entry in find(client.list_models(), model, namings(client)):
        surfaces = entry.row.get("surfaces", ())
        if surfaces and not _CONVERSING & {*surfaces}:
            return str(surfaces[0])
    return "chat"


def _named(rows: Mapping[str, Any], name: str) -> list[str]:
    if name in rows:
        return [name]
    return [full for full in rows if "/" not in name and full.rpartition("/")[2] == name]


def _without_prices(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in row.items() if key != "prices"}
