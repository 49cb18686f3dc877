"""``-p name=value``: any parameter of the API, and any setting of a call."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import click

_ALWAYS_TAKEN: dict[str, str | None] = {
    "model": "-m",
    "api_key": "--api-key",
    "api_base": "--api-base",
    "base_url": "--api-base",
    "on_progress": None,
    "save_to": None,
}

Collect = Callable[[click.Context, click.Parameter, tuple[str, ...]], dict[str, Any]]


def collecting(taken: Mapping[str, str | None]) -> Collect:
    """The callback of ``-p``.

    Args:
        taken: parameters that have an option of their own, and which; None for those that can't be
            given at all.
    """
    options = {**_ALWAYS_TAKEN, **taken}

    def collect(
        ctx: click.Context, param: click.Parameter, given: tuple[str, ...]
    ) -> dict[str, Any]:
        """Names and values, which are JSON or else plain text.

        Raises:
            click.BadParameter: no name, one that has an option of its own, or one that is given
                twice. No value is quoted: it may be a key.
        """
        params: dict[str, Any] = {}
        for text in given:
            name, equals, value = text.partition("=")
            name = name.strip()
            if not equals or not name:
                raise click.BadParameter("write it as name=value", ctx, param)
            if name in options:
                option = options[name]
                why = f"is given with {option}" if option else "can't be given here"
                raise click.BadParameter(f"{name} {why}", ctx, param)
            if name in params:
                raise click.BadParameter(f"{name} is given twice", ctx, param)
            try:
                params[name] = json.loads(value)
            except ValueError:
                params[name] = value
        return params

    return collect
