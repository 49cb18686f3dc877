"""Streams: bytes to events to chunks, completeness, and the iterators that callers hold.

`Machine` is sans-I/O: bytes in, chunks out. `more` is the flow of a stream that is being read; both
iterators run it with their driver, so there is one implementation for sync and async.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from jackfield import jsonio
from jackfield.dotted import load
from jackfield.effects import Answer, Close, Deliver, Flow, Piece
from jackfield.envelope import END, Chunk, Event, Framing
from jackfield.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    JackfieldError,
    StreamInterruptedError,
    error_from_body,
)
from jackfield.sse import Decoder, RawEvent

if TYPE_CHECKING:
    from types import TracebackType

    from jackfield.config import Secret, Timeouts
    from jackfield.drivers.blocking import SyncDriver
    from jackfield.drivers.on_loop import AsyncDriver
    from jackfield.envelope import Loss
    from jackfield.manifest import Surface
    from jackfield.pipeline import Layer

_C = TypeVar("_C")

_LONGEST = 18  # digits of a number that may go on in the next piece

Stage = Callable[[Event], Sequence[Chunk]]
"""One event in, its chunks out; `END` is the last event of a clean end."""


class Machine:
    """A stream's state: feed it what arrives, take what it gives.

    Chunks are given before the failure that follows them, however the bytes were cut: a failure is
    kept in ``failure`` until the caller has had what came before it. ``done`` means that the
    terminal event was seen; `end` then says whether the stream was whole.
    """

    def __init__(
        self,
        framing: Framing,
        surface: Surface,
        layers: Sequence[Layer],
        *,
        identity: bool,
        timeouts: Timeouts,
        secret: Secret | None = None,
    ) -> None:
        self.kept: list[Chunk] = []
        self.done = False
        self.failure: JackfieldError | None = None
        self.moved = False
        self.timeouts = timeouts
        self._secret = secret
        self._decoder = Decoder()
        self._surface = surface
        self._layers = layers
        self._inner: list[Chunk] = []
        self._framing = framing
        self._done_texts = frozenset(text.encode() for text in framing.done)
        self._terminal = frozenset(framing.terminal)
        self._stages = [] if identity and len(layers) == 1 else _stages(layers, identity)
        self._tail = b""
        self._long = False
        # Nothing but JSON objects that are chunks as they are: most streams, most of the time.
        self._plain = not (self._stages or self._terminal or b"{" in b"".join(self._done_texts))

    def feed(self, piece: bytes) -> list[Chunk]:
        """The chunks that ``piece`` completes."""
        chunks: list[Chunk] = []
        self.moved = b"\n" in piece or b"\r" in piece
        # Once for a whole piece, and for an event that began in an earlier one.
        joined = self._tail + piece
        exact = self._long or jsonio.has_long_number(joined)
        self._tail = joined[-_LONGEST:]
        quick = self._plain and not exact
        loads, keep = jsonio.loads, chunks.append
        try:
            events = self._decoder.feed(piece)
            self._long = exact and self._decoder.pending
            for event in events:
                if self.done:
                    break
                if quick and type(event) is bytes:
                    try:
                        json = loads(event)
                    except ValueError:
                        json = None
                    if type(json) is dict and "error" not in json and "type" not in json:
                        keep(json)
                        continue
                self._event(event, chunks)
        except JackfieldError as error:
            self.failure = error
        except ValueError as error:
            self.failure = self._invalid(str(error))
        self.kept += chunks
        return chunks

    def finish(self) -> list[Chunk]:
        """The connection has ended cleanly: what is still pending, then `done` or a failure."""
        chunks: list[Chunk] = []
        pending = self._decoder.flush()
        if pending is not None and not self.done:
            try:
                if self._whole(pending):
                    self._event(pending, chunks)
            except JackfieldError as error:
                self.failure = error
        self.kept += chunks
        if not self.done and self.failure is None:
            if self._done_texts or self._terminal:
                self.failure = StreamInterruptedError("the stream ended before its terminal event")
            else:
                self.done = True
        return chunks

    def end(self) -> list[Chunk]:
        """The stream was read to its terminal event: the last chunks, if it was whole.

        Raises:
            StreamInterruptedError: it was not.
        """
        chunks: list[Chunk] = []
        if self._stages:
            chunks = self._through(END)
            self.kept += chunks
            self._check(self._inner, self._layers[-1].route.surface)
        self._check(self.kept, self._surface)
        return chunks

    def _check(self, chunks: Sequence[Chunk], surface: Surface) -> None:
        if surface.complete is None:
            return
        try:
            whole = load(surface.complete)(chunks)
        except Exception as error:  # noqa: BLE001 - arbitrary JSON from outside
            raise self._invalid(f"chunks of an unknown shape ({type(error).__name__})") from None
        if not whole:
            raise StreamInterruptedError(
                "the stream ended before every choice had its finish_reason"
                if chunks
                else "the stream ended without a single chunk"
            )

    def _whole(self, event: RawEvent) -> bool:
        """Whether an event without its empty line is all there, or cut in the middle."""
        data = event if isinstance(event, bytes) else event[0]
        if data in self._done_texts:
            return True
        try:
            jsonio.decode(data)
        except ValueError:
            return False
        return True

    def _event(self, event: RawEvent, chunks: list[Chunk]) -> None:
        data, name = (event, None) if isinstance(event, bytes) else event
        if data in self._done_texts:
            self.done = True
            return
        if not data:
            return
        try:
            json = jsonio.decode(data)
        except ValueError:
            shown = data[:4096].decode("utf-8", "replace")
            if self._secret is not None:
                shown = self._secret.hide_in(shown)
            raise self._invalid(f"an event that is not JSON: {shown[:200]}") from None
        if type(json) is not dict:
            raise self._invalid("an event that is not a JSON object")
        if json.get("error") or name == "error" or json.get("type") == "error":
            raise error_from_body(None, self._redacted(json))
        if self._stages:
            chunks += self._through(Event(json, name))
        else:
            chunks.append(json)
        if self._terminal and json.get("type") in self._terminal:
            self.done = True

    def _through(self, event: Event) -> list[Chunk]:
        events = [event]
        for stage in self._stages:
            given: list[Chunk] = []
            for each in events:
                given += stage(each)
            if stage is self._stages[0]:
                self._inner += given
            events = [Event(chunk) for chunk in given]
            if event is END and stage is not self._stages[-1]:
                events.append(END)
        return [each.json for each in events]

    def _redacted(self, json: Any) -> Any:
        if self._secret is None:
            return json
        return jsonio.decode(self._secret.hide_in(jsonio.encode(json).decode()).encode())

    def _invalid(self, what: str) -> APIResponseValidationError:
        return APIResponseValidationError(f"the stream holds {what}")

    def carry(self, error: BaseException, headers: dict[str, str], status: int) -> BaseException:
        """The error with what arrived: a broken connection becomes an interruption."""
        if not isinstance(error, APIError):
            return error
        if isinstance(error, APIConnectionError) and not isinstance(
            error, (APITimeoutError, StreamInterruptedError)
        ):
            interrupted = StreamInterruptedError(f"the stream broke: {error.message}")
            interrupted.__cause__ = error
            error = interrupted
        call = self._layers[0].call
        route = self._layers[-1].route
        error.model = error.model or call.model
        error.provider = error.provider or route.provider
        error.headers = error.headers or headers
        error.request_id = error.request_id or headers.get("x-request-id")
        error.chunks, error.partial = show(self._surface, self.kept, headers)
        return error


def show(
    surface: Surface, chunks: Sequence[Chunk], headers: dict[str, str]
) -> tuple[list[Any], Any]:
    """Chunks as views, and the result folded from them; None where they don't fold."""
    view = load(surface.chunk) if surface.chunk else None
    views = [view(chunk) if view else chunk for chunk in chunks]
    if surface.fold is None or not chunks:
        return views, None
    try:
        return views, load(surface.result)(load(surface.fold)(chunks), headers)
    except Exception:  # noqa: BLE001 - arbitrary JSON from outside; the chunks are still there
        return views, None


def _stages(layers: Sequence[Layer], identity: bool) -> list[Stage]:
    """Innermost first: the sender's own hook, then those of the layers that wait for it."""
    stages = []
    for layer in reversed(layers):
        shaped = identity and layer is layers[-1]
        state = {} if layer.state is None else {"delegate": layer.state}
        stages.append(_as_is if shaped else _stage(layer, state))
    return stages


def _as_is(event: Event) -> Sequence[Chunk]:
    return () if event is END else (event.json,)


def _stage(layer: Layer, state: dict[str, Any]) -> Stage:
    if "stream_chunk" not in layer.relay.implements:
        return _as_is

    def stage(event: Event) -> Sequence[Chunk]:
        chunks = layer.relay.ask("stream_chunk", call=layer.call, event=event, state=state)
        if chunks is None:
            return ()
        if not isinstance(chunks, (list, tuple)) or any(type(c) is not dict for c in chunks):
            raise layer.relay.broken("stream_chunk", "returned something else than chunks")
        return chunks

    return stage


def pump(
    flow: Flow, value: Any = None, error: BaseException | None = None
) -> Generator[Any, Any, Answer | Deliver]:
    """Run a flow until it delivers a stream or returns; all other effects go to the driver."""
    while True:
        try:
            effect = flow.send(value) if error is None else flow.throw(error)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
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

    def __init__(self, flow: Flow | None, outcome: Answer | Deliver, surface: Surface) -> None:
        self._ready: deque[Chunk] = deque()
        self._flow = flow
        self._deliver: Deliver | None = None
        self._answer: Answer | None = None
        self._over = False
        self._surface = surface
        self._take(outcome)
        assert surface.chunk is not None
        self._view: Callable[[Chunk], _C] = load(surface.chunk)

    def _take(self, outcome: Answer | Deliver) -> None:
        if isinstance(outcome, Deliver):
            self._deliver = outcome
            return
        self._answer, self._deliver, self._flow = outcome, None, None
        chunks = outcome.chunks
        if chunks is None:
            chunks = _split(outcome, self._surface)
        self._ready.extend(chunks)

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
                    error.phase = phase
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

    def _leave(self) -> Any:
        """The caller is gone: end the flow, and give the reply that is to be closed."""
        flow, self._flow = self._flow, None
        reply = self._deliver.reply if self._deliver is not None and not self._over else None
        self._over = True
        self._ready.clear()
        if flow is not None:
            flow.close()
        return reply


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

    def __init__(
        self, driver: SyncDriver, flow: Flow | None, outcome: Answer | Deliver, surface: Surface
    ) -> None:
        super().__init__(flow, outcome, surface)
        self._driver = driver

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

    def close(self) -> None:
        """Close the connection; no chunk follows."""
        reply = self._leave()
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

    def __init__(
        self, driver: AsyncDriver, flow: Flow | None, outcome: Answer | Deliver, surface: Surface
    ) -> None:
        super().__init__(flow, outcome, surface)
        self._driver = driver

    def __aiter__(self) -> AsyncStream[_C]:
        return self

    async def __anext__(self) -> _C:
        if not self._ready:
            if not self._over:
                await self._driver.run(self._more())
            if not self._ready:
                raise StopAsyncIteration
        return self._view(self._ready.popleft())

    async def aclose(self) -> None:
        """Close the connection; no chunk follows."""
        reply = self._leave()
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
            reply = self._leave()
            if reply is not None:
                self._driver.close_soon(reply)
