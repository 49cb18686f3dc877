"""``-p name=value``: any parameter of the API, and any setting of a call."""

from __future__ import annotations

import json
from typing import Any

import click

_HAVE_OPTIONS = {
    "model": "-m",
    "messages": "MESSAGE and --system",
    "stream": "--stream or --no-stream",
    "api_key": "--api-key",
    "api_base": "--api-base",
    "base_url": "--api-base",
}


def collect(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, Any]:
    """The callback of ``-p``: names and values, which are JSON or else plain text.

    Raises:
        click.BadParameter: no name, one that has an option of its own, or one that is given twice.
            No value is quoted: it may be a key.
    """
    params: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise click.BadParameter("write it as name=value", ctx, param)
        if name in _HAVE_OPTIONS:
            raise click.BadParameter(f"{name} is given with {_HAVE_OPTIONS[name]}", ctx, param)
        if name in params:
            raise click.BadParameter(f"{name} is given twice", ctx, param)
        try:
            params[name] = json.loads(value)
        except ValueError:
            params[name] = value
    return params
