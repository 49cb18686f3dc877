"""Server-sent events out of bytes, in whatever pieces they come.

Follows the WHATWG rules: lines end with CR, LF or CRLF, a leading byte-order mark is dropped, a
line that starts with a colon is a comment, several ``data`` lines join with a newline, an empty
line ends the event. An event may be as long as `MAX_EVENT`.
"""

from __future__ import annotations

from typing import TypeAlias

MAX_EVENT = 128 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


RawEvent: TypeAlias = bytes | tuple[bytes, str]
"""An event's data, with its name where it has one; mostly it has none."""


class Decoder:
    """Feed it bytes; it gives the events that are complete. Any split gives the same events."""

    __slots__ = ("_buffer", "_data", "_name", "_searched", "_skip_lf", "_started")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._data: list[bytes] = []
        self._name: str | None = None
        self._started = False
        self._skip_lf = False

    def feed(self, piece: bytes) -> list[RawEvent]:
        """The events that ``piece`` completes.

        Raises:
            ValueError: an event is longer than `MAX_EVENT`.
        """
        if not self._started:
            piece = self._first(piece)
            if not self._started:
                return []
        if b"\r" in piece or self._skip_lf:
            piece = self._newlines(piece)
        return self._events(piece)

    def _first(self, piece: bytes) -> bytes:
        self._buffer += piece
        head = bytes(self._buffer)
        if len(head) < len(_BOM) and _BOM.startswith(head):
            return b""
        self._started = True
        self._buffer.clear()
        return head.removeprefix(_BOM)

    def _newlines(self, piece: bytes) -> bytes:
        """All line ends as LF; a CR at the very end counts, and a LF after it is then skipped."""
        if self._skip_lf and piece:
            piece = piece[1:] if piece[:1] == b"\n" else piece
            self._skip_lf = False
        if piece[-1:] == b"\r":
            self._skip_lf = True
        return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _events(self, piece: bytes) -> list[RawEvent]:
        buffer = self._buffer
        if buffer:
            buffer += piece
            cut = buffer.rfind(b"\n", self._searched)
            if cut < 0:
                self._searched = len(buffer)
                self._check(len(buffer))
                return []
            whole = bytes(buffer[: cut + 1])
            del buffer[: cut + 1]
        else:
            cut = piece.rfind(b"\n")
            whole = piece[: cut + 1]
            buffer += piece[cut + 1 :]
        self._searched = len(buffer)
        return self._lines(whole)

    @property
    def pending(self) -> bool:
        """Whether part of an event has arrived."""
        return bool(self._data or self._buffer)

    def _lines(self, whole: bytes) -> list[RawEvent]:
        if (
            whole[:6] == b"data: "
            and whole[-2:] == b"\n\n"
            and not self._data
            and self._name is None
        ):
            # The usual shape, and nearly all that there is: one line of data to an event.
            usual = whole[6:-2].split(b"\n\ndata: ")
            if whole.count(b"\n") == 2 * len(usual):
                return usual  # type: ignore[return-value]  # bytes are events
        events: list[RawEvent] = []
        data = self._data
        for line in whole.split(b"\n")[:-1]:
            if line[:6] == b"data: ":
                data.append(line[6:])
            elif not line:
                if data:
                    text = data[0] if len(data) == 1 else b"\n".join(data)
                    events.append(text if self._name is None else (text, self._name))
                    data.clear()
                self._name = None
            else:
                self._field(line)
        if len(data) > 1:
            self._check(sum(map(len, data)))
        return events

    def _field(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace") or None

    def _check(self, size: int) -> None:
        if size > MAX_EVENT:
            raise ValueError(f"an event is longer than {MAX_EVENT} bytes")

    def flush(self) -> RawEvent | None:
        """What is pending at the end of the input: an event whose empty line never came."""
        if not self._started and self._buffer:
            self._started = True
        rest = bytes(self._buffer)
        self._buffer.clear()
        if rest:
            self._lines(rest + b"\n")
        if not self._data:
            return None
        text = b"\n".join(self._data)
        self._data.clear()
        return text if self._name is None else (text, self._name)
