"""Middleware: code around whole calls, attempts and all.

A middleware is a function ``(call, proceed) -> flow``. ``proceed(call)`` gives the flow of the
rest; ``yield from`` it to go on and to get its `Answer`::

    def tracing(call, proceed):
        started = time.monotonic()
        try:
            answer = yield from proceed(call)
        except BaseException as error:   # an error, a closed stream (GeneratorExit), cancellation
            log(call.model, error)
            raise
        log(call.model, time.monotonic() - started)
        return answer

It sees the end of each call exactly once: for a stream, that is when the stream has ended. It may
change the call, answer without going on (``return Answer({...})`` after no yield at all is fine if
the function is a generator), or go on again after an error, as long as no chunk was delivered. To
see or change single attempts, pass the flow through `watched`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from jackfield.effects import Answer, Close, Deliver, Flow, Outgoing, Send
from jackfield.envelope import Call

Proceed: TypeAlias = Callable[[Call], Flow]
Middleware: TypeAlias = Callable[[Call, Proceed], Flow]

__all__ = ["Answer", "Deliver", "Flow", "Middleware", "Outgoing", "Proceed", "watched", "wrap"]


def wrap(stack: Sequence[Middleware], innermost: Proceed) -> Proceed:
    """One function that runs the stack, the first outermost, around ``innermost``."""
    proceed = innermost
    for middleware in reversed(stack):
        proceed = _around(middleware, proceed)
    return proceed


def _around(middleware: Middleware, proceed: Proceed) -> Proceed:
    return lambda call: middleware(call, proceed)


def watched(
    flow: Flow,
    *,
    before: Callable[[Outgoing], Outgoing | None] | None = None,
    after: Callable[[Outgoing, Any], None] | None = None,
) -> Flow:
    """Pass a flow on, and show each of its attempts.

    Args:
        flow: what ``proceed`` gave.
        before: sees each request, already authorised, before it is sent; may give another.
        after: sees the request and its reply (``status``, ``headers``) or the exception.
    """
    value: Any = None
    error: BaseException | None = None
    while True:
        try:
            effect = flow.send(value) if error is None else flow.throw(error)
        except StopIteration as stop:
            answer: Answer = stop.value
            return answer
        sent = effect.outgoing if isinstance(effect, Send) else None
        if sent is not None and before is not None:
            sent = before(sent) or sent
            effect = Send(sent)
        try:
            value, error = (yield effect), None
        except GeneratorExit:
            flow.close()
            raise
        except BaseException as failure:  # noqa: BLE001 - handed on
            value, error = None, failure
        if sent is not None and after is not None:
            try:
                after(sent, value if error is None else error)
            except BaseException as failure:  # noqa: BLE001 - handed on
                if error is None:
                    yield Close(value)  # nobody will read it
                value, error = None, failure
