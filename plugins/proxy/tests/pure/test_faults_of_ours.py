"""A fault of ours in the middle of an answer breaks it off, and the log says where it was."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from handed_over import incoming, run

from jackfield.errors import APIConnectionError
from jackfield_proxy.app import App
from jackfield_proxy.requests.incoming import Cut


@pytest.mark.parametrize(
    ("error", "logged"), [(KeyError("ours"), True), (APIConnectionError("theirs"), False)]
)
def test_after_the_head(error: Exception, logged: bool) -> None:
    told: list[BaseException] = []
    log: Any = SimpleNamespace(failure=lambda asked, failure: told.append(failure))
    service: Any = SimpleNamespace()
    app = App(service, log)

    async def begun(service: Any, asked: Any) -> None:
        await asked.start(200, [])
        raise error

    app._other = begun  # type: ignore[method-assign]  # what happens after it is the test
    asked, _ = incoming([])
    asked.method = "GET"
    with pytest.raises(Cut, match=r"ours|theirs"):
        run(app._answer(service, asked))
    assert told == ([error] if logged else [])
