"""Chat on a model that only transcribes: ``completion("whisper-1", file=…)`` is a transcription."""

from __future__ import annotations

from jackfield.envelope import Call
from jackfield.errors import RequestError


def rerouted(call: Call) -> Call:
    """The same call on the transcription surface.

    Raises:
        RequestError: it has messages, which such a model can't read.
    """
    if call.params.get("messages"):
        raise RequestError(
            f"{call.model} turns speech into text and reads no messages: give file=, "
            "and prompt= where the transcript needs a hint",
            path="messages",
        )
    params = {name: value for name, value in call.params.items() if name != "messages"}
    return call.replace(surface="transcription", model=call.name, params=params)
