"""``jackfield models``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import click

from jackfield_cli.output import emit_json, json_option
from jackfield_cli.tables import Layout, emit_facts, emit_table, width

_UNKNOWN = "unknown"
_NARROW = 100  # columns of a terminal below which a provider's prefix is said once for all rows
_LAYOUT = Layout(
    styles=("status", {"retired": "red", "deprecated": "yellow"}),
    fixed=("name", "status", "context", "$ in", "$ out", "max output", "as of"),
    right=("context", "$ in", "$ out", "max output"),
    spare=(
        *("as of", "verbosity", "max output", "effort (default)", "surfaces"),
        *("$ out", "$ in", "context", "status"),
    ),
)
_PRICES = {
    "input": "input",
    "cached_input": "cached input",
    "output": "output",
    "batch_input": "batch input",
    "batch_output": "batch output",
}
_SHOWN_APART = ("prices", "tools", "tools_excluded", "streaming", "effort", "effort_default")
_TOKENS = {
    "context_window": "context window",
    "max_input_tokens": "max input",
    "max_output_tokens": "max output",
}
_LABELS = {
    "surfaces": "surfaces",
    **_TOKENS,
    "summary": "reasoning summary",
    "verbosity": "verbosity",
    "input": "input",
    "output": "output",
    "input_excluded": "input excluded",
    "mapping": "mapping",
    "rejects_roles": "roles rejected",
    "status": "status",
    "source": "source",
    "as_of": "as of",
}


@click.command()
@click.argument("name", required=False)
@click.option("--surface", help="Only models of this surface.")
@json_option
def models(name: str | None, surface: str | None, as_json: bool) -> None:
    """List the catalogued models, or show one.

    NAME is a model's name, for everything that is known of it; or a part of names; or a pattern
    with * and ?. Models that are not listed work too: the catalogue refuses nothing.
    """
    from jackfield import Client
    from jackfield_cli.catalogue import Entry, find, namings

    client = Client()
    rows = client.list_models()
    if name and surface is None:
        part = bool(_matching(rows, name))
        found = find(rows, name, () if part else namings(client))
        if found:
            if as_json:
                documents = [entry.to_dict() for entry in found]
                emit_json(documents[0] if len(documents) == 1 else documents)
            else:
                for entry in found:
                    _show(entry)
            return
    entries = [
        Entry(full, rows[full])
        for full in _matching(rows, name or "*")
        if surface is None or surface in rows[full].get("surfaces", ())
    ]
    if not entries:
        _nothing(rows, name, surface)
    if as_json:
        emit_json([entry.to_dict() for entry in entries])
        return
    shared = _shared_prefix(entries) if width() < _NARROW else ""
    emit_table(
        (
            *("name", "status", "context", "$ in", "$ out", "surfaces", "effort (default)"),
            *("max output", "verbosity", "as of"),
        ),
        [_row(entry, shared) for entry in entries],
        _LAYOUT,
    )
    below = f" below {shared}" if shared else ""
    click.echo(
        f"{len(entries)} models{below}; prices are USD per million tokens. "
        "Others work too: the catalogue refuses nothing."
    )


def _matching(rows: Iterable[str], text: str) -> list[str]:
    wanted = text.lower()
    pattern = wanted if any(sign in wanted for sign in "*?") else f"*{wanted}*"
    return sorted(
        full
        for full in rows
        if fnmatchcase(full.lower(), pattern)
        or fnmatchcase(full.rpartition("/")[2].lower(), pattern)
    )


def _nothing(rows: Iterable[str], name: str | None, surface: str | None) -> None:
    from difflib import get_close_matches

    from jackfield_cli.errors import Failure

    what = f"no catalogued model matches {name!r}" if name else "no model is catalogued"
    if surface:
        what += f" on the {surface} surface"
    near = get_close_matches(name or "", {full.rpartition("/")[2] for full in rows}, 3)
    hint = f"Did you mean {', '.join(near)}? " if near else ""
    raise Failure(what, hint=f"{hint}A model that is not catalogued may still work.")


# One row of the table -----------------------------------------------------------------------------


def _shared_prefix(entries: Iterable[Any]) -> str:
    """``openai/`` where all names begin with it, or nothing."""
    prefixes = {"".join(entry.name.partition("/")[:2]) for entry in entries}
    shared = prefixes.pop()
    return shared if not prefixes and shared.endswith("/") else ""


def _row(entry: Any, shared: str) -> tuple[str, ...]:
    row = entry.row
    prices = row.get("prices", {})
    return (
        entry.name.removeprefix(shared),
        row.get("status", _UNKNOWN),
        _count(row.get("context_window")),
        *(_amount(prices[key]) if key in prices else "-" for key in ("input", "output")),
        _listed(row.get("surfaces")),
        _effort(row),
        _count(row.get("max_output_tokens")),
        _listed(row.get("verbosity")),
        row.get("as_of", _UNKNOWN),
    )


def _listed(values: Any) -> str:
    if values is None:
        return "-"
    return ", ".join(map(str, values)) or "none"


def _count(tokens: int | None) -> str:
    return "-" if tokens is None else f"{tokens:,}"


def _amount(price: float) -> str:
    return f"${price:.2f}" if round(price, 2) == price else f"${price:g}"


def _effort(row: Mapping[str, Any]) -> str:
    values, default = row.get("effort"), row.get("effort_default")
    text = _listed(values)
    return f"{text} ({default})" if default else text


# One model ----------------------------------------------------------------------------------------


def _show(entry: Any) -> None:
    row = entry.row
    facts = [("model", entry.name)]
    if entry.variant:
        facts.append(("asked for", f"{entry.variant}, a variant of it"))
    known = {key: _value(key, row[key]) for key in _LABELS if key in row}
    always = {key: known.get(key, _UNKNOWN) for key in _LABELS}
    facts.append((_LABELS["surfaces"], always["surfaces"]))
    facts += [
        (label, always[key])
        for key, label in _TOKENS.items()
        if key in known or key != "max_input_tokens"
    ]
    facts.append(("reasoning effort", _effort_in_words(row)))
    facts += [(_LABELS[key], always[key]) for key in ("summary", "verbosity")]
    facts.append(("streaming", "no: it answers only whole" if _whole(row) else "yes"))
    facts += [(_LABELS[key], always[key]) for key in ("input", "output")]
    if "input_excluded" in known:
        facts.append((_LABELS["input_excluded"], known["input_excluded"]))
    for key in ("tools", "tools_excluded"):
        if key in row:
            facts.append((key.replace("_", " "), _listed(row[key])))
    facts += _prices(row)
    facts += [(_LABELS[key], known[key]) for key in ("mapping", "rejects_roles") if key in known]
    facts += [(_LABELS[key], always[key]) for key in ("status", "source", "as_of")]
    facts += [
        (key, _value(key, value))
        for key, value in row.items()
        if key not in _LABELS and key not in _SHOWN_APART
    ]
    emit_facts(facts)


def _whole(row: Mapping[str, Any]) -> bool:
    return row.get("streaming") is False


def _value(key: str, value: Any) -> str:
    if key in _TOKENS:
        return f"{value:,} tokens"
    if key in ("surfaces", "input", "output") and len(value) == 1:
        return f"{value[0]} only"
    if key == "mapping" and value == "reasoning":
        return "reasoning: max_tokens and sampling parameters need mapping on chat"
    return _listed(value) if isinstance(value, (list, tuple)) else str(value)


def _effort_in_words(row: Mapping[str, Any]) -> str:
    values, default = row.get("effort"), row.get("effort_default")
    if values is None:
        return f"{_UNKNOWN} (default: {default})" if default else _UNKNOWN
    only = " only" if len(values) == 1 else ""
    return f"{_listed(values)}{only} (default: {default or _UNKNOWN})"


def _prices(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    prices = row.get("prices")
    if not prices:
        return [("price", _UNKNOWN)]
    keys = [*(key for key in _PRICES if key in prices), *(k for k in prices if k not in _PRICES)]
    return [
        (f"price, {_PRICES.get(key, key)}", f"{_amount(prices[key])} per million tokens")
        for key in keys
    ]
