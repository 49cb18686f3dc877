"""What fails over the bridge, whole and streamed: the same error, with all that is known of it."""

from __future__ import annotations

from typing import Any

import pytest
from rawserver import RawServer
from upstream import lines, message, response, streaming

import jackfield
from jackfield.surfaces.chat import ChatCompletion
from jackfield.surfaces.responses import split

HELLO = [{"role": "user", "content": "Hello"}]
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "So."}]}
SECRET = {**THOUGHT, "id": "rs_2", "encrypted_content": "gAAA"}
HEADERS = {"x-request-id": "req_1", "x-new": "1"}
ERROR = {"code": "server_error", "message": "No."}


def answers(server: RawServer, body: Any) -> None:
    """Answer with a response: whole, or as its events."""

    def answer(asked: Any, wire: Any) -> None:
        if asked.json.get("stream"):
            wire.stream(lines(split(body)), headers=HEADERS)
        else:
            wire.reply(200, body, HEADERS)

    server.answer = answer


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_failure_says_the_same_whole_and_streamed(
    server: RawServer, make: Any, status: str
) -> None:
    failed = response(message("Hel"), THOUGHT, status=status, error=ERROR)
    answers(server, failed)
    found = []
    for stream in (False, True):
        with pytest.raises(jackfield.APIError) as caught:
            make(lambda c, s=stream: c.completion("openai/responses/gpt-4o", HELLO, stream=s))
        found.append(caught.value)
    for error in found:
        assert type(error) is jackfield.InternalServerError
        assert (error.request_id, (error.headers or {})["x-new"]) == ("req_1", "1")
        assert isinstance(error.partial, ChatCompletion)
        [choice] = error.partial.choices
        assert (choice.message.content, choice.finish_reason) == ("Hel", None)
        assert error.partial["usage"]["total_tokens"] == 5
        assert error.partial["status"] == status
        assert error.partial["error"] == ERROR
    whole, streamed = found
    assert whole.partial.to_dict() == streamed.partial.to_dict()
    assert (whole.code, str(whole), whole.body) == (streamed.code, str(streamed), streamed.body)


def test_reasoning_that_was_done_is_there_if_the_stream_is_cut(
    server: RawServer, make: Any
) -> None:
    events = split(response(THOUGHT, message("Hel"), SECRET, message("lo")))
    ends = [at for at, e in enumerate(events) if e["type"] == "response.output_item.done"]
    kept = []
    for end in ends:
        server.answer = streaming(lines(events[: end + 1]))
        with pytest.raises(jackfield.StreamInterruptedError) as caught:
            make(lambda c: c.completion("openai/responses/gpt-4o", HELLO, stream=True))
        kept.append(caught.value.partial.choices[0].message.to_dict().get("reasoning_items"))
    # What is encrypted has another form at the end, and waits for it.
    assert kept == [[THOUGHT]] * 4
