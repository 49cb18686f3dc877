"""Read a configuration: a file, a text, or the name of one model."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import attrs

from jackfield_proxy.config import checks
from jackfield_proxy.config.model import Config, Defaults, File, Model, Params, Router
from jackfield_proxy.config.problems import ConfigFileError, Failed, Problem, Report, Unfit

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILE_BYTES = 16 * 1024 * 1024


@attrs.frozen
class Loaded:
    """A configuration and what is odd about its file, a line of text each.

    ``text`` is what it was read from. It may hold secrets, as the file may.
    """

    config: Config
    warnings: tuple[str, ...] = ()
    text: str = attrs.field(default="", repr=False, eq=False)


def read(path: str | Path) -> Loaded:
    """The configuration in a YAML file.

    ``os.environ/NAME`` as a value stands for a variable of the process or of ``.env``.

    Raises:
        ConfigFileError: it can't be used; nothing else is raised.
    """
    name = shown(path)

    def refuse(message: str, line: int | None = None) -> ConfigFileError:
        return ConfigFileError(name, [Problem(line, (), message)])

    try:
        with open(path, "rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise refuse("there is no such file") from None
    except IsADirectoryError:
        raise refuse("this is a directory, not a file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(f"it can't be read: {reason}") from None
    if len(content) > MAX_FILE_BYTES:
        raise refuse(f"it is too large: more than {MAX_FILE_BYTES} bytes")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].decode("utf-8").count("\n") + 1
        raise refuse("it is not UTF-8 text", line) from None
    return parse(text, name)


def shown(path: str | Path) -> str:
    """A path for people, on one line."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in os.fspath(path))


def parse(text: str, name: str = "config.yaml") -> Loaded:
    """The configuration in a YAML text.

    Args:
        text: the file's content.
        name: of the file, for errors.

    Raises:
        ConfigFileError: it can't be used; nothing else is raised.
    """
    from jackfield_proxy.config import consistency, environment, places, structuring

    report = Report()
    try:
        data = environment.fill(_document(text.removeprefix("\ufeff"), report), report)
        if data is None:
            report.problem(1, (), "it is empty")
        elif not isinstance(data, places.Block):
            report.problem(1, (), f"it must be a mapping at the top, not {checks.kind(data)}")
        else:
            file = structuring.structure(data, File, report)
            report.stop(name)
            config = _merged(file, data, name)
            if not config.models:
                report.problem(data.lines["model_list"], ("model_list",), "has no entries")
            consistency.check(config, data, report)
            report.stop(name)
            return Loaded(config, report.warnings(name), text)
    except Failed:
        pass
    report.stop(name)
    raise AssertionError("a failure without a problem")


def _document(text: str, report: Report) -> object:
    from jackfield_proxy.config import composing

    surrogate = next((i for i, char in enumerate(text) if "\ud800" <= char <= "\udfff"), None)
    if surrogate is not None:
        report.problem(text.count("\n", 0, surrogate) + 1, (), "it is not UTF-8 text")
        raise Failed
    return composing.load(text, report)


def of_model(model: str) -> Config:
    """The configuration in which every request goes to one model, whatever it names.

    Raises:
        ConfigFileError: it is no model's name.
    """
    try:
        found = checks.name(model)
        if "*" in found:
            raise Unfit('must be one model, without "*"')
    except Unfit as unfit:
        raise ConfigFileError("--model", [Problem(None, (), str(unfit))]) from None
    entry = Model(name=found, params=Params(model=found))
    return Config(models=(entry,), only=found, source="--model")


def _merged(file: File, data: dict[str, object], name: str) -> Config:
    """The parts with ``litellm_settings`` and the router's fallbacks where they take effect."""
    defaults = file.litellm_settings
    router = _router(file.router_settings, defaults, data)
    general = file.general_settings
    if general.request_timeout is None:
        general = attrs.evolve(general, request_timeout=defaults.request_timeout)
    models = tuple(_model(model, router, defaults) for model in file.model_list)
    return Config(models=models, general=general, router=router, source=name)


def _router(router: Router, defaults: Defaults, data: dict[str, object]) -> Router:
    own = data.get("router_settings")
    said = isinstance(own, dict) and own.get("num_retries") is not None
    if defaults.num_retries is not None and not said:
        router = attrs.evolve(router, num_retries=defaults.num_retries)
    if defaults.fallbacks:
        fallbacks = dict(router.fallbacks)
        for name, others in defaults.fallbacks.items():
            fallbacks[name] = _union(fallbacks.get(name, ()), others)
        router = attrs.evolve(router, fallbacks=fallbacks)
    return router


def _model(model: Model, router: Router, defaults: Defaults) -> Model:
    params = model.params
    if params.drop_params is None and params.unsupported is None:
        params = attrs.evolve(params, drop_params=defaults.drop_params)
    fallbacks = _union(model.fallbacks, router.fallbacks.get(model.name, ()))
    return attrs.evolve(model, params=params, fallbacks=fallbacks)


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
