"""Videos: an id stays one segment of a path, and waiting for a job comes to an end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from jackfield.answers import Next
from jackfield.envelope import Call, Result, WireRequest, WireResponse
from jackfield.errors import APIError
from jackfield_testing.laws.flows import raised
from jackfield_testing.laws.json_identity import identical
from jackfield_testing.laws.purity import response_is_pure


def stays_one_segment(path: str, identifier: str, before: str = "/videos", after: str = "") -> None:
    """The id is one segment between ``before`` and ``after``, and can be read back from it."""
    assert path.startswith(before + "/"), f"{path!r} is not below {before}"
    assert path.endswith(after), f"{path!r} does not end with {after}"
    segment = path[len(before) + 1 : len(path) - len(after)]
    assert segment not in ("", ".", ".."), f"{segment!r} is no segment of its own"
    assert not set(segment) & set("/?#\\"), f"{segment!r} is more than one segment"
    assert unquote(segment) == identifier, f"{segment!r} is another id than {identifier!r}"
    assert urlsplit(f"http://upstream.invalid{path}").path == path


def waits_to_its_end(
    module: Any, call: Call, jobs: Sequence[Any], headers: Mapping[str, str] | None = None
) -> tuple[list[Next], Any]:
    """Waiting looks at the job until it has ended, and no longer; progress never goes back.

    Args:
        module: the plugin's hooks.
        call: a call that waits.
        jobs: what the job is at each look, the first as the call itself is answered; all but the
            last are unfinished.
        headers: of every answer.

    Returns:
        The looks that were asked for, and what came in the end: the raw job, or the error.
    """
    looks: list[Next] = []
    state: Any = None
    for job in jobs:
        response = WireResponse(200, headers or {}, job, state)
        error = raised(APIError, lambda r=response: response_is_pure(module, call, r))  # type: ignore[misc]  # bound at once
        if error is not None:
            assert job is jobs[-1], "it failed before the job had ended"
            return looks, error
        answer = response_is_pure(module, call, response)
        if not isinstance(answer, Next):
            assert job is jobs[-1], "it stopped before the job had ended"
            return looks, answer.raw if isinstance(answer, Result) else job
        _is_a_look(answer, jobs[0]["id"], job)
        before = [look.progress for look in looks if look.progress is not None]
        assert not before or answer.progress is not None, "progress was forgotten"
        assert answer.progress is None or all(b <= answer.progress for b in before), "it went back"
        looks.append(answer)
        state = answer.state
    raise AssertionError("it would look again at a job that has ended")


def _is_a_look(step: Next, identifier: str, job: Mapping[str, Any]) -> None:
    request = step.request
    assert isinstance(request, WireRequest)
    assert (request.method, request.body, request.expect) == ("GET", None, "json")
    stays_one_segment(request.path, identifier)
    assert 0 <= step.after < float("inf"), f"a pause of {step.after} s"
    assert step.within is not None, "nothing limits the waiting"
    assert identical(step.partial, job), "the job as it is known is not kept"
    assert step.progress is None or 0 <= step.progress <= 100, f"{step.progress} percent"
