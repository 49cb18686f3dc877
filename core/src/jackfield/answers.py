"""What a hook may answer besides the request or the result itself.

They are apart from `jackfield.envelope`, which names them too, because an ordinary call needs none
of them: they are defined when the first hook uses one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import attrs

from jackfield.envelope import Call, WireRequest
from jackfield.value import Value

if TYPE_CHECKING:
    from jackfield.sources import Source


@attrs.frozen(eq=False, repr=False)
class Fetched(Value):
    """What core read from a `Source` for a `Fetch`: its bytes (all, or the head), name and type."""

    data: bytes
    name: str | None = None
    content_type: str | None = None
    size: int | None = None


@attrs.frozen(eq=False, repr=False)
class Delegate(Value):
    """Run ``call`` and come back: its result or chunks reach this plugin's other hooks as JSON.

    ``state`` is handed back in ``response.state``.
    """

    call: Call
    state: Any = None


@attrs.frozen(eq=False, repr=False)
class Fetch(Value):
    """Ask core to read these sources and to ask again, with the bytes in ``call.fetched``.

    ``mode`` is ``all``, or ``head`` for the first ``max_bytes`` (to look at a file's type).
    With ``all``, a source larger than ``max_bytes`` is a `SourceError`; the caller's
    ``max_file_bytes`` stands in its place.
    """

    refs: Sequence[Source]
    mode: Literal["all", "head"] = "all"
    max_bytes: int | None = None


@attrs.frozen(eq=False, repr=False)
class Decline(Value):
    """This plugin can't serve the call; ``distribution`` names one that could, if known."""

    reason: str
    distribution: str | None = None


@attrs.frozen(eq=False, repr=False)
class FilePart(Value):
    """A file in a `Multipart`: a source (or bytes), with the name and type to send it under.

    A source larger than ``max_bytes`` is a `SourceError`, before anything is sent if its size is
    known; the caller's ``max_file_bytes`` stands in its place.
    """

    source: Source | bytes
    name: str | None = None
    content_type: str | None = None
    max_bytes: int | None = None


@attrs.frozen(eq=False, repr=False)
class Multipart(Value):
    """A ``multipart/form-data`` body: fields in order, text or `FilePart`. Repeats are allowed."""

    fields: Sequence[tuple[str, str | FilePart]]


@attrs.frozen(eq=False, repr=False)
class Next(Value):
    """Send another request, ``after`` so many seconds; its response carries ``state``.

    Attributes:
        within: seconds that all the waiting of this call may take; beyond them core raises an
            `APITimeoutError` (phase ``wait``). None for as long as core allows any call.
        progress: of the job that is waited for, in percent, if known; for ``on_progress``.
        partial: the result as far as it is known now, as raw JSON. Callbacks see it, and an error
            that ends the call carries it, so that the job's id is not lost.
    """

    request: WireRequest
    after: float = 0.0
    state: Any = None
    within: float | None = None
    progress: float | None = None
    partial: Any = None
