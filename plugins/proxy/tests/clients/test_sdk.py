"""The official SDK gets through the server what it gets without; the upstream is asked alike."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sdk import UPSTREAM, Sdk
from stories import STORIES

from jackfield_testing import Sandbox

# The SDK says of its whole video part, and of some overloads, that they will go.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

Pair = tuple[Sdk, Sdk]
# The sandbox makes an id of a video out of the request's bytes, and a form and JSON have others.
_VIDEO = re.compile(r"video_[0-9a-f]{40,}")


class Names:
    """Ids of videos, numbered as they come."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def _short(self, found: re.Match[str]) -> str:
        return self._known.setdefault(found[0], f"video_{len(self._known)}")

    def of(self, value: Any) -> Any:
        if isinstance(value, str):
            return _VIDEO.sub(self._short, value)
        if isinstance(value, dict):
            return {key: self.of(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.of(item) for item in value]
        return value


def asked(sandbox: Sandbox) -> list[Any]:
    """What reached the upstream."""
    return [
        (request.method, request.path, request.query, said(request)) for request in sandbox.requests
    ]


def said(request: Any) -> Any:
    """The parameters of a request: those of a form that holds no file as JSON has them."""
    if request.json is not None or not request.form:
        return request.json
    assert not request.form_problem
    names = [name for name, _ in request.form]
    if all(isinstance(value, str) for _, value in request.form) and len({*names}) == len(names):
        return dict(request.form)
    return sorted(request.form, key=lambda part: (part[0], repr(part[1])))


@pytest.mark.parametrize("name", STORIES)
def test_through_the_server_is_as_without(pair: Pair, sandbox: Sandbox, name: str) -> None:
    direct, through = pair
    expected, names = STORIES[name](direct), Names()
    assert expected
    expected, wanted = names.of(expected), names.of(asked(sandbox))
    sandbox.clear()
    answered, names = STORIES[name](through), Names()
    assert names.of(answered) == expected
    assert names.of(asked(sandbox)) == wanted
    assert {r.headers["authorization"] for r in sandbox.requests} == {f"Bearer {UPSTREAM}"}
