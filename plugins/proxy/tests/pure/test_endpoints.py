"""A request line is an endpoint by its path's parts, whatever stands in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield.surfaces import MANIFEST
from jackfield_proxy.requests.endpoints import CREATES, EXACT, LISTS, STORED, Endpoint, match

ALL = (*STORED, *CREATES, *LISTS)
METHODS = ("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "BREW")
ALIASES = ("/engines", "/openai/deployments", "/deployments")
# What the API has on a path of ours, and we have not.
FORWARDED = {("GET", "/chat/completions")}


def below_v1(path: str) -> str:
    """What is left of a path; of one of ours without the slash at its end."""
    below = path[3:] if path.startswith("/v1/") else path
    short = below.removesuffix("/")
    return short if any(parts(e.path, short) is not None for e in ALL) else below


def by_parts(method: str, path: str) -> tuple[Endpoint | None, dict[str, str], set[str]]:
    """A plain reading of the table: constant paths before those with braces."""
    below = below_v1(path)
    fits = [(e, {}) for e in ALL if e.path == below]
    if not fits:
        fits = [(e, names) for e in ALL if (names := parts(e.path, below)) is not None]
    allowed = {method for endpoint, _ in fits for method in endpoint.methods}
    for endpoint, names in fits:
        if method in endpoint.methods:
            return endpoint, names, allowed
    if (method, below) in FORWARDED or (method == "DELETE" and below.startswith("/models/")):
        allowed = set()
    return None, {}, allowed


def parts(pattern: str, path: str) -> dict[str, str] | None:
    if "{name:path}" in pattern:
        head = pattern.removesuffix("{name:path}")
        rest = path[len(head) :]
        fits = path.startswith(head) and rest and "\n" not in rest
        return {"name": rest} if fits else None
    wanted, given = pattern.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    names = {}
    for one, other in zip(wanted, given, strict=True):
        if one.startswith("{"):
            names[one[1:-1]] = other
            if not other:
                return None
        elif one != other:
            return None
    return names


SEGMENTS = st.sampled_from(
    [
        *("v1", "", "chat", "completions", "responses", "compact", "videos", "edits", "models"),
        *("x", "resp_1", "conversations", "items", "content", "audio", "é", "%2f", "..", "{id}"),
        *("input_items", "cancel", "embeddings", "speech", "extensions", "remix", "\n", "a b"),
    ]
)
PATHS = st.lists(SEGMENTS, max_size=6).map(lambda found: "/" + "/".join(found))
OTHERS = st.text(max_size=12)


@st.composite
def filled(draw: st.DrawFn) -> str:
    path = draw(st.sampled_from(ALL)).path
    for name in ("{id}", "{item}", "{name:path}"):
        path = path.replace(name, draw(SEGMENTS))
    return (
        draw(st.sampled_from(["", "/v1", "/v1/v1"])) + path + draw(st.sampled_from(["", "", "/"]))
    )


@settings(max_examples=400)
@given(st.sampled_from(METHODS), PATHS | filled() | OTHERS)
def test_a_path_is_what_its_parts_say(method: str, path: str) -> None:
    found = match(method, path)
    assert found.path == below_v1(path)
    endpoint, names, allowed = by_parts(method, path)
    assert (found.endpoint, found.names) == (endpoint, names)
    assert set(found.allowed) == (set() if endpoint else allowed)


def test_the_constant_paths_are_the_same_in_both_places() -> None:
    assert len(EXACT) == 2 * sum(len(e.methods) for e in ALL if "{" not in e.path)
    for (method, path), endpoint in EXACT.items():
        assert match(method, path).endpoint is endpoint
        for other in METHODS:
            if (other, path) not in EXACT:
                assert match(other, path).endpoint is None


MODELS = st.sampled_from(["gpt-4o", "azure/gpt-4", "ft:x:y", "a b", "é", "engines/x", "v1"]) | (
    st.text(st.characters(exclude_characters="\n\r"), min_size=1, max_size=8)
)


@given(st.sampled_from(ALIASES), st.sampled_from(["", "/v1"]), MODELS, st.data())
def test_an_alias_names_its_model_slashes_and_all(
    alias: str, version: str, model: str, data: Any
) -> None:
    aliased = [e for e in CREATES if e.operation == "create" and e.surface != "responses"]
    endpoint = data.draw(st.sampled_from(aliased))
    found = match("POST", f"{version}{alias}/{model}{endpoint.path}")
    meant = [e for e in aliased if (model + endpoint.path).endswith(e.path)]
    assert found.endpoint in meant
    assert found.path == found.endpoint.path
    assert (model + endpoint.path).startswith(found.names["model"])
    if len(meant) == 1:
        assert (found.endpoint, found.names) == (endpoint, {"model": model})
    refused = match("PUT", f"{version}{alias}/{model}{endpoint.path}")
    assert refused.endpoint is None
    assert "POST" in refused.allowed


@pytest.mark.parametrize(
    "path", ["/chat/completions/", "/v1/models/", "/v1/responses/r/", "/engines/a/b/embeddings/"]
)
def test_a_slash_at_the_end_makes_no_difference(path: str) -> None:
    for method in METHODS:
        one, other = match(method, path), match(method, path[:-1])
        assert (one.endpoint, one.names, one.allowed) == (
            other.endpoint,
            other.names,
            other.allowed,
        )
        assert one.path == other.path


def test_chat_of_an_alias_is_not_text() -> None:
    for path in ("/engines/x/chat/completions", "/openai/deployments/a/b/chat/completions"):
        found = match("POST", path)
        assert found.endpoint is not None
        assert (found.endpoint.surface, found.path) == ("chat", "/chat/completions")
    found = match("POST", "/engines/x/completions")
    assert found.endpoint is not None
    assert found.endpoint.surface == "text_completion"


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "//", "/v1//", "x", "\0"])
def test_nothing_is_nobodys(path: str) -> None:
    for method in METHODS:
        found = match(method, path)
        assert (found.endpoint, found.allowed) == (None, ())


def test_every_surface_and_operation_is_one() -> None:
    known = {surface.name: surface for surface in MANIFEST.surfaces}
    for endpoint in CREATES:
        assert known[endpoint.surface].operation(endpoint.operation) is not None
    assert {e.surface for e in STORED} <= set(known)


def test_a_long_path_is_not_searched_again_and_again() -> None:
    # Nothing of this backtracks: a path as long as a head may be is answered at once.
    path = "/engines/" + "/chat/completion" * 4000
    assert match("POST", path).endpoint is None
    assert match("GET", "/v1/conversations/" + "a/items/" * 8000).endpoint is None
