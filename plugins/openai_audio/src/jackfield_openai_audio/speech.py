"""Text to speech: ``POST /audio/speech``, as bytes or as events."""

from __future__ import annotations

from jackfield.envelope import Call, Framing, WireRequest
from jackfield.errors import RequestError

_FRAMING = Framing(terminal=("speech.audio.done",))


def request(call: Call) -> WireRequest:
    """The parameters as JSON. ``stream=True`` is asked for as ``stream_format="sse"``.

    Raises:
        RequestError: events are asked for without ``stream=True``.
    """
    if call.params.get("stream_format") == "sse" and not call.stream:
        raise RequestError(
            'stream_format="sse" asks for events: give stream=True, and the call gives them',
            path="stream_format",
        )
    body = {}
    for name, value in call.body().items():
        if name != "stream":
            body[name] = value
        elif value and "stream_format" not in call.params:
            body["stream_format"] = "sse"
    return WireRequest(path="/audio/speech", body=body, framing=_FRAMING, expect="bytes")
