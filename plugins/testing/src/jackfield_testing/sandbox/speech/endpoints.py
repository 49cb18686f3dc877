"""The route of speech."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.bodies import json_body
from jackfield_testing.sandbox.journal import RecordedRequest
from jackfield_testing.sandbox.reply import CRLF, NO_STORE, Reply, bytes_reply, stream_reply
from jackfield_testing.sandbox.speech.rendering import format_of, rendered
from jackfield_testing.sandbox.speech.stream import events
from jackfield_testing.sandbox.speech.validation import validate
from jackfield_testing.sandbox.surface import Endpoint
from jackfield_testing.sandbox.world import World


def _speak(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    request = json_body(record)
    validate(request)
    if request.get("stream_format") == "sse":
        return stream_reply(events(request), newline=CRLF, headers=NO_STORE)
    return bytes_reply(rendered(request), format_of(request).content_type, streamed=True)


ENDPOINTS = (Endpoint("POST", "/audio/speech", _speak),)
