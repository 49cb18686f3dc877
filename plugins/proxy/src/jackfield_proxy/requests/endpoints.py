"""Which surface and operation a path of the OpenAI API is. Data, and one function that looks."""

from __future__ import annotations

import re
from typing import Literal

from attrs import frozen

from jackfield.manifest import CREATE

Kind = Literal["create", "stored", "models", "model"]


@frozen(eq=False)
class Endpoint:
    """One endpoint.

    Args:
        path: below ``/v1``; a part in braces stands for one segment.
        methods: its HTTP methods.
        surface: the surface whose plugin serves it.
        operation: the operation on it.
        kind: ``create`` for what names a model and is called, ``stored`` for what names an object
            that an upstream keeps, and is forwarded.
        form: whether its body may be a form.
    """

    path: str
    methods: tuple[str, ...]
    surface: str
    operation: str = CREATE
    kind: Kind = "create"
    form: bool = False


_GET, _POST = ("GET",), ("POST",)
_BOTH = ("GET", "POST", "DELETE")

CREATES: tuple[Endpoint, ...] = (
    Endpoint("/chat/completions", _POST, "chat"),
    Endpoint("/completions", _POST, "text_completion"),
    Endpoint("/embeddings", _POST, "embedding"),
    Endpoint("/responses", _POST, "responses"),
    Endpoint("/responses/compact", _POST, "responses", "compact"),
    Endpoint("/responses/input_tokens", _POST, "responses", "count_tokens"),
    Endpoint("/audio/transcriptions", _POST, "transcription", form=True),
    Endpoint("/audio/translations", _POST, "translation", form=True),
    Endpoint("/audio/speech", _POST, "speech"),
    Endpoint("/videos", _POST, "video", form=True),
)
"""What names a model."""

STORED: tuple[Endpoint, ...] = (
    Endpoint("/responses/{id}", ("GET", "DELETE"), "responses", "retrieve", "stored"),
    Endpoint("/responses/{id}/cancel", _POST, "responses", "cancel", "stored"),
    Endpoint("/responses/{id}/input_items", _GET, "responses", "input_items", "stored"),
    Endpoint("/conversations", _POST, "responses", "conversation_create", "stored"),
    Endpoint("/conversations/{id}", _BOTH, "responses", "conversation_retrieve", "stored"),
    Endpoint(
        "/conversations/{id}/items", ("GET", "POST"), "responses", "conversation_items", "stored"
    ),
    Endpoint(
        "/conversations/{id}/items/{item}",
        ("GET", "DELETE"),
        "responses",
        "conversation_item",
        "stored",
    ),
    Endpoint("/videos", _GET, "video", "list", "stored"),
    Endpoint("/videos/edits", _POST, "video", "edit", "stored"),
    Endpoint("/videos/extensions", _POST, "video", "extension", "stored"),
    Endpoint("/videos/{id}", ("GET", "DELETE"), "video", "retrieve", "stored"),
    Endpoint("/videos/{id}/content", _GET, "video", "content", "stored"),
    Endpoint("/videos/{id}/remix", _POST, "video", "remix", "stored"),
)
"""What names an object that an upstream keeps."""

LISTS: tuple[Endpoint, ...] = (
    Endpoint("/models", ("GET", "HEAD"), "", "list", "models"),
    Endpoint("/models/{name:path}", ("GET", "HEAD"), "", "retrieve", "model"),
)
"""What this server answers itself."""

_ALIASED = tuple(e for e in CREATES if e.operation == CREATE and e.surface != "responses")


def _pattern(path: str) -> re.Pattern[str]:
    text = re.escape(path)
    text = re.sub(r"\\{(\w+):path\\}", r"(?P<\1>.+)", text)
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", text))


EXACT: dict[tuple[str, str], Endpoint] = {
    (method, prefix + endpoint.path): endpoint
    for prefix in ("", "/v1")
    for endpoint in (*CREATES, *STORED, *LISTS)
    for method in endpoint.methods
    if "{" not in endpoint.path
}
"""Endpoints whose path is a constant, by method and path: looked up first."""

_PATTERNS = [(_pattern(e.path), e) for e in (*STORED, *CREATES, *LISTS)]
_ALIASES = [
    (re.compile(f"{prefix}/(?P<model>.+?){re.escape(e.path)}"), e)
    for prefix in ("/engines", "/openai/deployments", "/deployments")
    for e in _ALIASED
]
_NOT_OURS = (
    ("GET", re.compile("/chat/completions")),  # lists the stored ones
    ("DELETE", re.compile("/models/.+")),  # of fine-tuned models
)
"""What the API has beside an endpoint of ours, on the same path: it is forwarded."""
_CONSTANT = frozenset(e.path for e in (*CREATES, *STORED, *LISTS) if "{" not in e.path)


@frozen(eq=False)
class Match:
    """What a request line means.

    ``path`` is below ``/v1``; ``names`` hold what stands in its braces, an alias's ``model`` too.
    Without an ``endpoint`` the path is nobody's here; ``allowed`` are then the methods that would
    have had one.
    """

    path: str
    endpoint: Endpoint | None
    names: dict[str, str]
    allowed: tuple[str, ...] = ()


def match(method: str, path: str) -> Match:
    """The endpoint of a request line; a slash at its end makes no difference to one of ours."""
    below = path.removeprefix("/v1") if path.startswith("/v1/") else path
    if below.endswith("/") and is_ours(below[:-1]):
        below = below[:-1]
    allowed: dict[str, None] = {}
    for table in (_PATTERNS, _ALIASES):
        for pattern, endpoint in table:
            found = pattern.fullmatch(below)
            if found is None or (below in _CONSTANT and endpoint.path != below):
                continue
            if method in endpoint.methods:
                return Match(
                    endpoint.path if table is _ALIASES else below, endpoint, found.groupdict()
                )
            allowed |= dict.fromkeys(endpoint.methods)
    if any(method == other and pattern.fullmatch(below) for other, pattern in _NOT_OURS):
        allowed = {}
    return Match(below, None, {}, tuple(allowed))


def is_ours(path: str) -> bool:
    """Whether a path below ``/v1`` is one of an endpoint here, by whatever method."""
    return any(pattern.fullmatch(path) for table in (_PATTERNS, _ALIASES) for pattern, _ in table)
