"""A stream's state, without I/O: bytes to events to chunks, and whether it was whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from jackfield import jsonio
from jackfield.dotted import load
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
    from jackfield.config import Secret, Timeouts
    from jackfield.manifest import Surface
    from jackfield.pipeline import Layer

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
            self._check_inner()
        self._check(self.kept, self._surface)
        return chunks

    def _check_inner(self) -> None:
        self._check(self._inner, self._layers[-1].route.surface)

    def _check(self, chunks: Sequence[Chunk], surface: Surface) -> None:
        if surface.complete is None:
            return
        try:
            whole = load(surface.complete)(chunks)
        except Exception as error:  # noqa: BLE001 - arbitrary JSON from outside
            raise self._invalid(f"chunks of an unknown shape ({type(error).__name__})") from None
        if not whole:
            raise StreamInterruptedError(
                "the stream ended before it was whole: something in it has no end"
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
        if name and self._terminal and json.get("type") is None:
            json = {**json, "type": name}  # some servers say it in the event's name alone
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
            try:
                for each in events:
                    given += stage(each)
            except APIError as error:
                if stage is not self._stages[-1]:
                    error.partial = None  # of another surface than the caller's
                raise
            if stage is self._stages[0]:
                self._inner += given
            events = [Event(chunk) for chunk in given]
            if event is END and stage is not self._stages[-1]:
                self._check_inner()  # what waits for the end makes a whole of it
                events.append(END)
        return [each.json for each in events]

    def _redacted(self, json: Any) -> Any:
        if self._secret is None:
            return json
        return jsonio.decode(self._secret.hide_in(jsonio.encode(json).decode()).encode())

    def _invalid(self, what: str) -> APIResponseValidationError:
        return APIResponseValidationError(f"the stream holds {what}")

    def carry(self, error: BaseException, headers: dict[str, str], status: int) -> BaseException:
        """The error with what arrived: a broken connection becomes an interruption.

        A result that a hook gave it as ``partial`` stays: it may know more than its chunks said.
        """
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
        known = error.partial
        error.chunks, error.partial = show(self._surface, self.kept, headers)
        if type(known) is dict:
            error.partial = load(self._surface.result)(known, headers)
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
