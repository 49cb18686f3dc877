"""Go on where one request was not all: poll, page, split, until there is an answer.

Pure as the rest of a call: waiting is an effect, time comes from the context.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeAlias

from jackfield.answers import Next
from jackfield.effects import Answer, Sleep
from jackfield.envelope import WireRequest
from jackfield.errors import APIError, APITimeoutError, PluginError
from jackfield.exchange import shown
from jackfield.progress import Progress

if TYPE_CHECKING:
    from jackfield.exchange import Context
    from jackfield.pipeline import Layer

MAX_REQUESTS = 2_000
"""Requests that one call may make by `Next` where it sets no time: it ends somewhere."""

_Ask: TypeAlias = Callable[[WireRequest, Any], Generator[Any, Any, Answer | Next]]


def follow(
    step: Next, ask: _Ask, surface_layer: Layer, owner: Layer, context: Context
) -> Generator[Any, Any, Answer]:
    """Send what each answer asks for, until one is the result.

    Args:
        step: what the first answer asked for.
        ask: sends one request, with its retries.
        surface_layer: whose result ``partial`` is.
        owner: the layer that sends.
        context: of the call.

    Raises:
        APITimeoutError: the waiting takes longer than the step's ``within``.
        PluginError: there is no end.
    """
    started, waited, partial, told = context.now(), 0.0, None, False
    for _ in range(MAX_REQUESTS):
        if isinstance(step.partial, dict):
            partial = shown(step.partial, surface_layer)
        # A clock that stands still, as in tests, is no reason to wait for ever.
        elapsed = max(context.now() - started, waited)
        pause = step.after
        if step.within is not None:
            left = step.within - elapsed
            if left < 0 or (left == 0 and pause > 0):
                raise _too_long(step.within, partial, owner)
            pause = min(pause, left)  # so that it is looked at a last time
        if context.report is not None and (partial is not None or step.progress is not None):
            total = None if step.progress is None else 100
            context.report(Progress("wait", step.progress or 0, total, partial))
            told = True
        if pause > 0:
            yield Sleep(pause)
            waited += pause
        try:
            answer = yield from ask(step.request, step.state)
        except APIError as error:
            error.partial = partial if error.partial is None else error.partial
            raise
        if isinstance(answer, Answer):
            if told and context.report is not None:
                done = shown(answer.raw, surface_layer) if isinstance(answer.raw, dict) else partial
                context.report(Progress("wait", 100, 100, done))
            return answer
        step = answer
    if step.within is not None:
        raise _too_long(step.within, partial, owner)
    raise PluginError(
        f"{owner.relay.distribution} made {MAX_REQUESTS} requests without an end",
        distribution=owner.relay.distribution,
    )


def _too_long(within: float, partial: Any, owner: Layer) -> APITimeoutError:
    known = getattr(partial, "id", None)
    named = f" ({known})" if isinstance(known, str) else ""
    error = APITimeoutError(
        f"waited {within:g} s, and the job{named} is not finished; it goes on, and the error's "
        "partial holds what is known of it (timeout phase: wait)"
    )
    error.phase = "wait"
    error.partial = partial
    error.retryable = False
    error.model, error.provider = owner.call.model, owner.route.provider
    return error
