"""Throw-away plugins: modules made of functions, and manifests around them."""

from __future__ import annotations

import itertools
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

from jackfield.hookspecs import hookimpl
from jackfield.manifest import Claim, Endpoint, Manifest

_numbers = itertools.count()


def module(**contents: Any) -> str:
    """Register a module that holds these, functions as hooks; its dotted name."""
    name = f"throwaway_{next(_numbers)}"
    made = types.ModuleType(name)
    for key, value in contents.items():
        setattr(made, key, hookimpl(value) if isinstance(value, types.FunctionType) else value)
    sys.modules[name] = made
    return name


def plain(name: str, value: Any) -> str:
    """Register a module that holds one thing, which is no hook; its dotted name with ``:name``."""
    home = f"throwaway_{next(_numbers)}"
    made = types.ModuleType(home)
    setattr(made, name, value)
    sys.modules[home] = made
    return f"{home}:{name}"


def endpoint(base_url: str, **more: Any) -> Endpoint:
    """An endpoint that needs no key."""
    return Endpoint(base_url=base_url, **({"needs_key": False} | more))


def provider(
    name: str,
    base_url: str = "http://127.0.0.1:9/v1",
    *,
    surface: str = "chat",
    prefix: str | None = None,
    identity: bool = True,
    hooks: Mapping[str, Callable[..., Any]] | None = None,
    **more: Any,
) -> Manifest:
    """A provider that sends OpenAI-shaped chat to ``base_url``, unless hooks say otherwise."""
    given: dict[str, Any] = {"transform_request": send_as_chat, **(hooks or {})}
    return Manifest(
        name=name,
        module=module(**given),
        claims=more.pop("claims", None)
        or (Claim(surface, f"{name}/" if prefix is None else prefix, identity=identity),),
        endpoint=more.pop("endpoint", None) or endpoint(base_url),
        **more,
    )


def send_as_chat(call: Any) -> Any:
    """What most providers do."""
    from jackfield.envelope import WireRequest

    return WireRequest(path="/chat/completions", body=call.body())
