"""Streams: the iterators that callers hold.

A stream is read by one flow, `_Reading._more`, which both iterators run with their driver, so there
is one implementation for sync and async. What the bytes mean is `jackfield.machine`'s.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from jackfield.dotted import load
from jackfield.effects import Answer, Close, Deliver, Flow, Piece
from jackfield.errors import APIResponseValidationError, APITimeoutError, PluginError, RequestError

if TYPE_CHECKING:
    from types import TracebackType

    from jackfield.config import Timeouts
    from jackfield.drivers.blocking import SyncDriver
    from jackfield.drivers.on_loop import AsyncDriver
    from jackfield.envelope import Chunk, Loss
    from jackfield.machine import Machine
    from jackfield.manifest import Surface

_C = TypeVar("_C")


def pump(
    flow: Flow, value: Any = None, error: BaseException | None = None
) -> Generator[Any, Any, Answer | Deliver]:
    """Run a flow until it delivers a stream or returns; all other effects go to the driver."""
    while True:
        try:
            effect = flow.send(value) if error is None else flow.throw(error)
        except StopIteration as stop:
            if not isinstance(stop.value, Answer):
                raise PluginError(
                    f"a middleware returned {type(stop.value).__name__} instead of an Answer"
                ) from None
            return stop.value
        if type(effect) is Deliver:
            return effect
        try:
            value, error = (yield effect), None
        except GeneratorExit:
            flow.close()
            raise
        except BaseException as failure:  # noqa: BLE001 - the flow's to handle, cancellation too
            value, error = None, failure


def _split(answer: Answer, surface: Surface) -> Sequence[Chunk]:
    """The chunks of an answer that came whole although a stream was asked for."""
    try:
        if surface.split is not None:
            found: Sequence[Chunk] = load(surface.split)(answer.raw)
            return found
        what = f"the {surface.name} surface makes no chunks of it"
    except Exception as error:  # noqa: BLE001 - arbitrary JSON from outside
        what = f"it has an unknown shape ({type(error).__name__})"
    raise APIResponseValidationError(
        f"the answer to a streamed call came whole, and {what}",
        headers=answer.headers,
        request_id=answer.headers.get("x-request-id"),
        body=answer.raw,
        retryable=False,
    )


class _Reading(Generic[_C]):
    """What both iterators share: the flow, the machine, and what is ready."""

    def __init__(
        self,
        driver: Any,
        flow: Flow | None,
        outcome: Answer | Deliver,
        surface: Surface,
        finish: Callable[[Any], None] | None = None,
    ) -> None:
        self._driver = driver
        self._ready: deque[Chunk] = deque()
        self._flow = flow
        self._deliver: Deliver | None = None
        self._answer: Answer | None = None
        self._over = False
        self._surface = surface
        self._finish = finish
        self._take(outcome)
        if surface.chunk is None:
            raise RequestError(f"the {surface.name} surface does not stream")
        self._view: Callable[[Chunk], _C] = load(surface.chunk)

    def _take(self, outcome: Answer | Deliver) -> None:
        if isinstance(outcome, Deliver):
            self._deliver = outcome
            return
        self._answer, self._deliver, self._flow = outcome, None, None
        chunks = outcome.chunks
        if chunks is None:
            chunks = _split(outcome, self._surface)
        self._answer.chunks = chunks
        self._ready.extend(chunks)

    def _folded(self) -> Any:
        """The result of all chunks, those that were taken already among them."""
        source: Any = self._deliver.machine.kept if self._deliver is not None else None
        if self._answer is not None:
            source = self._answer.chunks
        if self._surface.fold is None:
            raise RequestError(f"the chunks of the {self._surface.name} surface have no fold")
        raw = load(self._surface.fold)(source)
        view = load(self._surface.result)(raw, self._response_headers, self.warnings)
        if self._finish is not None:
            self._finish(view)
        return view

    @property
    def _response_headers(self) -> dict[str, str]:
        if self._deliver is not None:
            return dict(self._deliver.reply.headers)
        return dict(self._answer.headers) if self._answer else {}

    @property
    def request_id(self) -> str | None:
        """The upstream's ``x-request-id``."""
        return self._response_headers.get("x-request-id")

    @property
    def warnings(self) -> list[Loss]:
        """What was mapped, dropped or passed on the way out."""
        source = self._deliver or self._answer
        return list(source.losses) if source is not None else []

    def __repr__(self) -> str:
        state = "ended" if self._over else "open"
        return f"<{type(self).__name__} of {self._surface.name}, {state}>"

    def _more(self) -> Generator[Any, Any, None]:
        """Fill ``_ready``, or find that the stream is over."""
        deliver = self._deliver
        if deliver is None or self._over:
            self._over = True
            return
        deadline, phase = _idle(deliver.machine.timeouts)
        while not self._ready and not self._over:
            assert self._deliver is not None
            reply, machine = self._deliver.reply, self._deliver.machine
            try:
                if machine.failure is not None:
                    raise machine.failure
                if machine.done:
                    self._ready.extend(machine.end())
                    yield Close(reply, drain=True)
                    yield from self._conclude(machine)
                    return
                piece = yield Piece(reply, deadline)
                self._ready.extend(machine.feed(piece) if piece else machine.finish())
                if machine.moved and phase == "read":
                    deadline, phase = _idle(machine.timeouts)
            except GeneratorExit:
                raise
            except BaseException as error:  # noqa: BLE001 - handed on, cancellation too
                if isinstance(error, APITimeoutError) and phase == "stream idle":
                    error.message = error.message.replace(str(error.phase), phase)
                    error.args, error.phase = (error.message,), phase
                yield Close(reply)
                carried = machine.carry(error, reply.headers, reply.status)
                yield from self._recover(machine, carried)
                if self._deliver is not None:
                    deadline, phase = _idle(self._deliver.machine.timeouts)

    def _conclude(self, machine: Machine) -> Generator[Any, Any, None]:
        flow, self._flow, self._over = self._flow, None, True
        if flow is not None:
            outcome = yield from pump(flow, list(machine.kept))
            if isinstance(outcome, Deliver):
                flow.close()

    def _recover(self, machine: Machine, error: BaseException) -> Generator[Any, Any, None]:
        """Give the flow the error; before the first chunk it may answer with another stream."""
        flow = self._flow
        if flow is None:
            self._over = True
            raise error
        try:
            outcome = yield from pump(flow, error=error)
        except BaseException:
            self._flow, self._over = None, True
            raise
        if machine.kept:
            self._flow, self._over = None, True
            flow.close()
            if isinstance(outcome, Deliver):
                yield Close(outcome.reply)
            raise error
        self._take(outcome)

    def _leave(self) -> tuple[Flow | None, Any]:
        """The caller is gone: the flow that is to be ended, and the reply that is to be closed."""
        flow, self._flow = self._flow, None
        reply = self._deliver.reply if self._deliver is not None and not self._over else None
        self._over = True
        self._ready.clear()
        return flow, reply


def _end(flow: Flow | None) -> None:
    """Close a flow: middleware sees ``GeneratorExit``, and may not ask for anything more."""
    try:
        if flow is not None:
            flow.close()
    except RuntimeError as error:
        if "ignored GeneratorExit" not in str(error):
            raise
        raise PluginError("a middleware yields while its flow is being closed") from None


def _idle(timeouts: Timeouts) -> tuple[float | None, str]:
    if timeouts.idle is not None:
        return time.monotonic() + timeouts.idle, "stream idle"
    return (None if timeouts.read is None else time.monotonic() + timeouts.read), "read"


class Stream(_Reading[_C], Iterator[_C]):
    """A stream of chunks: an iterator and a context manager.

    It owns its connection. Leaving it early (``close``, the end of a ``with``, or dropping it)
    closes the connection at once. ``_response_headers`` and ``warnings`` are there from the start.

    Raises:
        StreamInterruptedError: while iterating, if the stream ends before it is whole; it carries
            ``chunks`` and ``partial``. An error event raises its API error, with the same.
    """

    _driver: SyncDriver

    def __iter__(self) -> Iterator[_C]:
        # A generator is resumed in less time than a method is called. It keeps nothing of its own
        # and ends nothing when it is dropped, so it may be left and another one taken.
        ready, view = self._ready, self._view
        while ready or self._filled():
            yield view(ready.popleft())

    def _filled(self) -> bool:
        if not self._over:
            self._driver.run(self._more())
        return bool(self._ready)

    def __next__(self) -> _C:
        if self._ready or self._filled():
            return self._view(self._ready.popleft())
        raise StopIteration

    def result(self) -> Any:
        """Read what is left, and fold the whole stream into what it is without streaming.

        ``parsed`` works on it where ``response_format`` was a Python type.

        Raises:
            StreamInterruptedError: as while iterating.
        """
        for _ in self:
            pass
        return self._folded()

    def close(self) -> None:
        """Close the connection; no chunk follows."""
        flow, reply = self._leave()
        try:
            _end(flow)
        finally:
            if reply is not None:
                self._driver.close(reply)

    def __enter__(self) -> Stream[_C]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if not getattr(self, "_over", True):
            self.close()


class AsyncStream(_Reading[_C], AsyncIterator[_C]):
    """As `Stream`, for ``async for`` and ``async with``; closed with ``aclose`` (or ``close``)."""

    _driver: AsyncDriver

    def __aiter__(self) -> AsyncStream[_C]:
        return self

    async def __anext__(self) -> _C:
        if not self._ready:
            if not self._over:
                await self._driver.run(self._more())
            if not self._ready:
                raise StopAsyncIteration
        return self._view(self._ready.popleft())

    async def result(self) -> Any:
        """As `Stream.result`."""
        async for _ in self:
            pass
        return self._folded()

    async def aclose(self) -> None:
        """Close the connection; no chunk follows."""
        flow, reply = self._leave()
        try:
            _end(flow)
        finally:
            if reply is not None:
                await self._driver.close(reply)

    async def close(self) -> None:
        """The same as `aclose`."""
        await self.aclose()

    async def __aenter__(self) -> AsyncStream[_C]:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        if not getattr(self, "_over", True):
            flow, reply = self._leave()
            try:
                _end(flow)
            finally:
                if reply is not None:
                    self._driver.close_soon(reply)
