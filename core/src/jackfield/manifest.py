"""What a plugin says about itself: data only, read before any of its code is loaded.

An entry point of the group ``jackfield.plugins`` names a `Manifest`. Its module may import the
standard library, attrs, this module, and data modules that keep to the same rule. The code itself
is named by dotted strings and is loaded on the first route to it.

Model names match through tiny patterns: literal text in which ``{digit}`` stands for one digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import attrs

from jackfield.value import Value

HOOK_API = 1
"""The version of the hooks' contract that this core speaks."""


_DIGIT = "{digit}"


@lru_cache(maxsize=512)
def _parts(pattern: str) -> tuple[str, ...]:
    """The literal texts of a pattern; between two of them is a digit."""
    return tuple(pattern.split(_DIGIT))


def match_length(pattern: str, name: str, start: int = 0) -> int | None:
    """How many characters from ``start`` on the pattern describes, or None where it doesn't fit."""
    at = start
    for index, literal in enumerate(_parts(pattern)):
        if index:
            if not (name[at : at + 1].isascii() and name[at : at + 1].isdigit()):
                return None
            at += 1
        if not name.startswith(literal, at):
            return None
        at += len(literal)
    return at - start


def starts_with(pattern: str, name: str) -> bool:
    """Whether ``name`` begins with what ``pattern`` describes."""
    return match_length(pattern, name) is not None


@attrs.frozen(eq=False, repr=False)
class Naming(Value):
    """How names vary around the one that a table holds.

    ``suffixes`` are patterns that may end a name (a date), ``wrappers`` pairs of an opening text
    and a closing character around it (``ft:`` … ``:``).
    """

    suffixes: tuple[str, ...] = ()
    wrappers: tuple[tuple[str, str], ...] = ()

    def bases(self, name: str) -> Iterator[str]:
        """The names a table may hold for ``name``, the most specific first, ``name`` itself too."""
        yield name
        for opening, closing in self.wrappers:
            if name.startswith(opening):
                inner = name[len(opening) :].split(closing, 1)[0]
                if inner and inner != name:
                    yield from self.bases(inner)
        for suffix in self.suffixes:
            start = len(name) - len(suffix.replace(_DIGIT, "0"))
            if start > 0 and match_length(suffix, name, start) is not None:
                yield from self.bases(name[:start])


def _names(given: Iterable[str] | None) -> frozenset[str] | None:
    return None if given is None else frozenset(given)


@attrs.frozen(eq=False, repr=False)
class Claim(Value):
    """Names on a surface that this plugin serves.

    A claim with ``models`` is exact: those names below ``prefix``, in the variants of ``naming``.
    One without takes every name below ``prefix``; the longest prefix wins. A ``fallback`` serves
    any name that nobody claims on ``surface`` but somebody serves on the surface ``requires``.

    ``identity`` says that responses and events are the surface's own shape already: then core asks
    neither ``transform_response`` nor ``stream_chunk``. With a ``path`` as well, a ``create`` that
    no rewriter and no parameter rule concerns is sent as it is, as ``POST`` to that path: a server
    need not ask ``transform_request``, which would say the same. A ``default`` also serves the
    calls on ``surface`` that name no model, where the operation needs none.

    ``takes`` are forms of content that calls may hold on their way here beyond those of the
    surface, so that no rewriter turns them into others; they are in ``call.takes``. Rewriters and
    owners agree on the names: ``file_url`` is a file that is given by its URL.
    """

    surface: str
    prefix: str = ""
    models: frozenset[str] | None = attrs.field(default=None, converter=_names)
    naming: Naming = Naming()
    identity: bool = False
    fallback: bool = False
    requires: str | None = None
    default: bool = False
    path: str | None = None
    takes: tuple[str, ...] = ()


@attrs.frozen(eq=False, repr=False)
class Reserved(Value):
    """Names whose owner is ``distribution``, installed or not.

    Where that owner is missing, the call fails and names it, instead of falling to a less specific
    claim. ``parts`` reserves content-part types for a rewriter in the same way, ``default`` the
    calls on ``surface`` that name no model.
    """

    distribution: str
    surface: str = ""
    prefix: str = ""
    models: frozenset[str] | None = attrs.field(default=None, converter=_names)
    naming: Naming = Naming()
    parts: tuple[str, ...] = ()
    default: bool = False


@attrs.frozen(eq=False, repr=False)
class Alias(Value):
    """Bare names that begin with ``pattern`` mean ``prefix`` + name."""

    pattern: str
    prefix: str


@attrs.frozen(eq=False, repr=False)
class Rewriter(Value):
    """Code that rewrites calls before their owner sees them, for any owner on ``surfaces``.

    ``module`` holds its ``transform_request``. It is asked only when a trigger occurs in the call:
    one of ``parts`` (values of a ``type`` key anywhere in the parameters), one of ``params`` (names
    of parameters), or ``always``. ``prefixes`` limits it to routes below those.
    """

    module: str
    surfaces: tuple[str, ...]
    parts: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    always: bool = False
    prefixes: tuple[str, ...] = ()


@attrs.frozen(eq=False, repr=False)
class ParamRule(Value):
    """Models (patterns of their beginning, without prefix) and parameters that need a look.

    Only where both occur is the plugin's ``supported_params`` asked. An empty tuple means all.
    """

    surface: str
    models: tuple[str, ...] = ()
    params: tuple[str, ...] = ()


@attrs.frozen(eq=False, repr=False)
class Endpoint(Value):
    """Where requests go and how they are authorised; core applies it, hooks never see the key.

    Args:
        base_url: the default.
        base_env, key_env, organization_env, project_env: environment variables, first set wins.
        organization_header, project_header: headers that carry these settings, if any.
        auth: dotted name of a factory ``(key) -> (method, url, headers, body_hash) -> headers``,
            called last before each attempt. Default: ``Authorization: Bearer <key>``.
        auth_headers: lower-case names of the headers ``auth`` sets; where a caller's own headers
            or session bring one of them, no key is needed.
        needs_key: whether a call without a key is an error.
    """

    base_url: str
    base_env: tuple[str, ...] = ()
    key_env: tuple[str, ...] = ()
    organization_env: tuple[str, ...] = ()
    project_env: tuple[str, ...] = ()
    organization_header: str | None = None
    project_header: str | None = None
    auth: str = "jackfield.outgoing:bearer"
    auth_headers: tuple[str, ...] = ("authorization",)
    needs_key: bool = True


@attrs.frozen(eq=False, repr=False)
class Operation(Value):
    """Something else that a surface does than ``create``: look a job up, list, delete.

    Args:
        name: ``retrieve``; a call's ``operation``.
        result: the class of its results.
        required: parameters without which there is no call.
        needs_model: whether the call has to name a model; without one a claim's ``default`` serves.
        streams: whether it can stream, in the surface's chunks.
    """

    name: str
    result: str = "jackfield.views:ResultView"
    required: tuple[str, ...] = ()
    needs_model: bool = False
    streams: bool = False


CREATE = "create"
"""The operation that a surface's own fields describe."""


@attrs.frozen(eq=False, repr=False)
class Surface(Value):
    """A surface as data; code is named by dotted strings (``package.module:name``).

    Args:
        name: ``chat``.
        result: the class of results.
        chunk: the class of chunks, where the surface streams.
        fold: ``(chunks) -> result``, both plain JSON.
        split: ``(result) -> chunks``, its inverse.
        complete: ``(chunks) -> bool``, whether a cleanly ended stream is whole.
        required: parameters without which there is no call.
        structured: ``(params) -> (params, finish)`` for calls whose parameters hold Python types.
        operations: what it does besides ``create``.
        needs_model: whether a call has to name a model; without one a claim's ``default`` serves.
    """

    name: str
    result: str = "jackfield.views:ResultView"
    chunk: str | None = None
    fold: str | None = None
    split: str | None = None
    complete: str | None = None
    required: tuple[str, ...] = ()
    structured: str | None = None
    operations: tuple[Operation, ...] = ()
    needs_model: bool = True

    def operation(self, name: str) -> Operation | None:
        """The operation of that name, ``create`` among them; None where there is none."""
        if name == CREATE:
            streams = self.chunk is not None
            return Operation(CREATE, self.result, self.required, self.needs_model, streams)
        return next((known for known in self.operations if known.name == name), None)


@attrs.frozen(eq=False, repr=False)
class Manifest(Value):
    """One plugin.

    Args:
        name: shown to people, and the ``provider`` of errors.
        module: dotted name of the module with the hooks; empty where there are only rewriters.
        claims, aliases, reserved, rewriters, rules, surfaces, endpoint: see their classes.
        middleware: dotted names of middleware for every call, outermost first.
        catalogue: dotted name of a function that gives the rows of a model catalogue by name.
        hook_api: the oldest and the newest `HOOK_API` that the plugin knows.
    """

    name: str
    module: str = ""
    claims: tuple[Claim, ...] = ()
    aliases: tuple[Alias, ...] = ()
    reserved: tuple[Reserved, ...] = ()
    rewriters: tuple[Rewriter, ...] = ()
    rules: tuple[ParamRule, ...] = ()
    surfaces: tuple[Surface, ...] = ()
    endpoint: Endpoint | None = None
    middleware: tuple[str, ...] = ()
    catalogue: str | None = None
    hook_api: tuple[int, int] = (1, 1)
