"""What the parts of a configuration say about each other."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from jackfield_proxy.config.environment import Held
from jackfield_proxy.config.model import Config, Model
from jackfield_proxy.config.places import Block, Items
from jackfield_proxy.config.problems import Path, Report


def check(config: Config, data: Block, report: Report) -> None:
    """Note duplicates, names that lead nowhere, wildcards without a place, loops.

    Args:
        config: merged, with the entries of ``data`` in their order.
        data: what it was read from, for the lines.
        report: where problems and warnings go.
    """
    names = Names(model.name for model in config.models)
    for index, model in enumerate(config.models):
        path: Path = ("model_list", index)
        _check_wildcards(model, _entry(data, index), path, report)
        _check_key(model, _entry(data, index), report)
        _check_mode(model, _entry(data, index), path, report)
    _check_duplicates(config.models, report)
    _check_fallbacks(config, data, names, report)
    if config.general.default_deployment not in (None, *names.known):
        block: Block = data["general_settings"]
        default: str = block["default_deployment"]
        where = (*block.path, "default_deployment")
        message = f"no entry of model_list is named {_shown(default)}{names.hint(default)}"
        report.problem(block.line_of("default_deployment"), where, message)


def _shown(name: str) -> str:
    return f"what {name.variable} holds" if isinstance(name, Held) else ascii(name)


class Names:
    """The names of the entries: which other names they serve."""

    def __init__(self, names: Iterable[str]) -> None:
        self.known = dict.fromkeys(names)
        self._wild = [
            re.compile(".*".join(re.escape(part) for part in name.split("*")), re.DOTALL)
            for name in self.known
            if "*" in name
        ]

    def serve(self, name: str) -> bool:
        """Whether a request for ``name`` finds an entry."""
        return name in self.known or any(pattern.fullmatch(name) for pattern in self._wild)

    def hint(self, name: str) -> str:
        """What may have been meant instead."""
        near = difflib.get_close_matches(name, self.known, 1, 0.6)
        return f"; did you mean {near[0]!a}?" if near else ""


def _entry(data: Block, index: int) -> Block:
    entry: Block = data["model_list"][index]
    return entry


def _section(entry: Block, *names: str) -> Block:
    """The mapping below one of these keys; where there is none, the one it would be in."""
    found = next((entry[name] for name in names if isinstance(entry.get(name), Block)), entry)
    return found


def _check_wildcards(model: Model, entry: Block, path: Path, report: Report) -> None:
    wanted = model.params.model.count("*")
    if wanted <= model.name.count("*"):
        return
    has = "has fewer" if "*" in model.name else "has none"
    params = _section(entry, "litellm_params", "params")
    report.problem(
        params.line_of("model"),
        (*params.path, "model"),
        f'"*" stands for what it stands for in model_name, and that {has}',
    )


def _check_key(model: Model, entry: Block, report: Report) -> None:
    params = model.params
    if not params.model.startswith("*") or params.api_key is None or params.api_base is not None:
        return
    section = _section(entry, "litellm_params", "params")
    report.problem(
        section.line_of("api_key"),
        (*section.path, "api_key"),
        f"with the model {params.model!a} it is sent to whatever provider a client names; leave it "
        "out, and each gets the key of its own environment variable, or begin the model with a "
        'provider, as "openai/*" does',
    )


def _check_mode(model: Model, entry: Block, path: Path, report: Report) -> None:
    if model.info.mode is None or model.info.surface is not None:
        return
    info = _section(entry, "model_info")
    message = f"no installed plugin has the surface of {model.info.mode}; it is only shown"
    report.warning(info.line_of("mode"), (*info.path, "mode"), message)


def _check_duplicates(models: Sequence[Model], report: Report) -> None:
    same: dict[str, list[Model]] = {}
    ids: dict[str, Model] = {}
    for index, model in enumerate(models):
        path: Path = ("model_list", index)
        others = same.setdefault(model.name, [])
        for other in others:
            if other.params == model.params:
                message = f"a duplicate of the entry on line {other.line}: same name, same params"
                report.problem(model.line, path, message)
                break
        told = next((other for other in others if other.info.mode is not None), None)
        if told is not None and model.info.mode is not None and _meaning(told) != _meaning(model):
            message = (
                f"is {model.info.mode}, but the entry of the same name on line {told.line} is "
                f"{told.info.mode}: deployments of one name do the same"
            )
            report.problem(model.line, (*path, "model_info", "mode"), message)
        others.append(model)
        if model.info.id is not None:
            first = ids.setdefault(model.info.id, model)
            if first is not model:
                message = f"is the id of the entry on line {first.line} too"
                report.problem(model.line, (*path, "model_info", "id"), message)


def _meaning(model: Model) -> str | None:
    return model.info.surface or model.info.mode


# Fallbacks ----------------------------------------------------------------------------------------


def _check_fallbacks(config: Config, data: Block, names: Names, report: Report) -> None:
    at: dict[str, tuple[int, Path]] = {}
    patterns = {model.name for model in config.models if "*" in model.params.model}
    for name, others, line, path in _said(config, data):
        at.setdefault(name, (line, path))
        if not names.serve(name):
            message = f"no entry of model_list serves {name!a}{names.hint(name)}"
            report.problem(line, path, message)
        for other in others:
            if other == name:
                report.problem(line, path, "falls back on itself")
            elif not names.serve(other):
                hint = names.hint(other)
                message = f"no entry of model_list serves {_shown(other)}{hint}"
                report.problem(line, path, message)
            elif other in patterns:
                message = f"{_shown(other)} is a pattern; a fallback needs one model"
                report.problem(line, path, message)
    edges: dict[str, list[str]] = {}
    for model in config.models:
        edges.setdefault(model.name, []).extend(o for o in model.fallbacks if o in at)
    for loop in _loops(edges):
        line, path = at[loop[0]]
        report.problem(line, path, f"goes in a circle: {' → '.join(map(ascii, loop))}")


def _said(config: Config, data: Block) -> Iterable[tuple[str, tuple[str, ...], int, Path]]:
    """Each place that names fallbacks: of what, which, line, path."""
    for index, model in enumerate(config.models):
        entry = _entry(data, index)
        own: Items | None = entry.get("fallbacks")
        if own is not None:
            yield model.name, tuple(own), entry.line_of("fallbacks"), (*entry.path, "fallbacks")
    for section in ("router_settings", "litellm_settings"):
        block: Block | None = data.get(section)
        rows: Items | None = None if block is None else block.get("fallbacks")
        for row in rows or ():
            for name, others in row.items():
                yield name, tuple(others), row.line_of(name), (*row.path, name)


def _loops(edges: Mapping[str, Sequence[str]]) -> Iterable[list[str]]:
    """One path for each loop that a walk finds, its first name at its end again."""
    done: set[str] = set()
    for start in edges:
        trail: dict[str, None] = {}
        waiting = [iter([start])]
        while waiting:
            name = next(waiting[-1], None)
            if name is None:
                waiting.pop()
                if trail:
                    done.add(trail.popitem()[0])
            elif name in trail:
                names = list(trail)
                loop = [*names[names.index(name) :], name]
                if len(loop) > 2:  # on itself: that was noted
                    yield loop
            elif name not in done:
                trail[name] = None
                waiting.append(iter(edges.get(name, ())))
