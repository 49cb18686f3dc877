"""Streams: the same chunks and the same end, however the bytes arrive."""

from __future__ import annotations

import json
from typing import Any

import plugging
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield import errors
from jackfield.answers import Delegate
from jackfield.envelope import Call
from jackfield.errors import APIConnectionError, StreamInterruptedError
from jackfield.surfaces.chat import ChatCompletion, complete, fold
from jackfield_testing import laws, strategies
from jackfield_testing.laws.streams import read_chat

MODELS = st.sampled_from(["raw/m", "shaped/m"])
ENDINGS = st.sampled_from(
    [
        [b"[DONE]"],
        [b"[DONE]"],
        [],
        [b'{"error": {"message": "boom", "code": "server_error"}}'],
        [b'{"error": {"message": "too long", "code": "context_length_exceeded"}}', b"[DONE]"],
        [b'{"type": "error", "message": "x"}'],
        [b"{not json"],
        [b"[1]"],
        [b"7"],
        [b"[DONE]", b'{"late": 1}'],
        [b""],
    ]
)


def dumped(chunk: Any, indent: bool) -> bytes:
    # Upstreams may spread an event's JSON over several lines.
    return json.dumps(chunk, ensure_ascii=False, indent=1 if indent else None).encode()


@given(strategies.chunk_sequences(max_choices=2), strategies.encodings(), MODELS, st.data())
def test_a_whole_stream_gives_its_chunks_however_it_is_written_and_cut(
    case: tuple[dict[str, Any], list[dict[str, Any]]],
    encoding: strategies.Encoding,
    model: str,
    data: st.DataObject,
) -> None:
    _, chunks = case
    indent = data.draw(st.booleans())
    stream = encoding.encode([*(dumped(chunk, indent) for chunk in chunks), b"[DONE]"])
    outcome = read_chat(data.draw(strategies.cuts(stream)), model=model)
    assert outcome.error is None
    assert laws.identical(outcome.value, chunks)


@given(
    strategies.chunk_sequences(max_choices=2), strategies.encodings(), ENDINGS, MODELS, st.data()
)
def test_any_cut_of_any_stream_ends_alike(
    case: tuple[dict[str, Any], list[dict[str, Any]]],
    encoding: strategies.Encoding,
    ending: list[bytes],
    model: str,
    data: st.DataObject,
) -> None:
    _, chunks = case
    datas = [dumped(chunk, False) for chunk in chunks]
    stream = encoding.encode([*datas[: data.draw(st.integers(0, len(datas)))], *ending])
    stream = stream[: len(stream) - data.draw(st.sampled_from([0, 0, 1, 2, 9]))]
    pieces = data.draw(strategies.cuts(stream))
    outcome = laws.cutting_changes_nothing(pieces, lambda p: read_chat(p, model=model))
    laws.ends_in_an_answer_or_our_error(outcome)
    assert laws.identical(outcome.value, chunks[: len(outcome.value)])
    if outcome.error is None:
        assert complete(outcome.value)


@given(strategies.lines(), MODELS, st.data())
def test_any_bytes_as_a_stream_end_alike_and_in_our_errors(
    stream: bytes, model: str, data: st.DataObject
) -> None:
    pieces = data.draw(strategies.cuts(stream))
    outcome = laws.cutting_changes_nothing(pieces, lambda p: read_chat(p, model=model))
    laws.ends_in_an_answer_or_our_error(outcome)
    assert outcome.error is not None


@given(strategies.bodies(), strategies.bodies(), MODELS, st.data())
def test_any_events_end_alike_and_in_our_errors(
    one: bytes, other: bytes, model: str, data: st.DataObject
) -> None:
    datas = [each.replace(b"\n", b" ").replace(b"\r", b" ")[:2000] for each in (one, other)]
    stream = strategies.Encoding().encode([*datas, b"[DONE]"])
    pieces = data.draw(strategies.cuts(stream)) if len(stream) < 500 else [stream[:99], stream[99:]]
    outcome = laws.cutting_changes_nothing(pieces, lambda p: read_chat(p, model=model))
    laws.ends_in_an_answer_or_our_error(outcome)


@given(st.integers(10**17, 10**45), st.data())
def test_long_integers_stay_exact_across_cuts(number: int, data: st.DataObject) -> None:
    chunks = [
        {"n": number, "choices": []},
        {"choices": [{"index": 0, "delta": {"n": -number}, "finish_reason": "stop"}]},
        {"n": 1.5, "choices": []},
    ]
    stream = strategies.Encoding().encode([*(dumped(c, False) for c in chunks), b"[DONE]"])
    outcome = laws.cutting_changes_nothing(data.draw(strategies.cuts(stream)))
    assert outcome.error is None
    assert laws.identical(outcome.value, chunks)


@given(strategies.chunk_sequences(), st.data())
def test_a_stream_that_breaks_keeps_what_arrived(
    case: tuple[dict[str, Any], list[dict[str, Any]]], data: st.DataObject
) -> None:
    _, chunks = case
    kept = chunks[: data.draw(st.integers(1, len(chunks)))]
    stream = strategies.Encoding().encode(dumped(chunk, False) for chunk in kept)
    pieces: list[Any] = data.draw(strategies.cuts(stream))
    ends: tuple[list[Any], ...] = ([], [APIConnectionError("the connection broke")])
    for end in ends:
        outcome = read_chat([*pieces, *end])
        assert isinstance(outcome.error, StreamInterruptedError)
        assert laws.identical(outcome.value, kept)
        assert outcome.error.chunks == kept
        assert outcome.error.partial == fold(kept)
        assert len(outcome.sent) == 1


CHUNK = {"id": "x", "choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": None}]}
LAST = {"id": "x", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def test_a_cut_at_every_byte_is_an_interruption_until_the_end_is_there() -> None:
    stream = strategies.Encoding().encode([dumped(CHUNK, False), dumped(LAST, False), b"[DONE]"])
    for end in range(len(stream) + 1):
        outcome = read_chat([stream[:end]])
        if end < len(stream) - len(b"\n\n"):
            assert isinstance(outcome.error, StreamInterruptedError)
            assert outcome.value in ([], [CHUNK], [CHUNK, LAST])
        else:
            assert outcome.error is None
            assert outcome.value == [CHUNK, LAST]


@pytest.mark.parametrize(
    ("event", "kind", "code"),
    [
        ({"error": {"message": "m", "code": "server_error"}}, errors.InternalServerError, None),
        ({"error": {"message": "m", "type": "server_error"}}, errors.InternalServerError, None),
        (
            {"error": {"message": "m", "code": "context_length_exceeded"}},
            errors.ContextWindowExceededError,
            None,
        ),
        ({"error": {"code": "rate_limit_exceeded"}}, errors.RateLimitError, None),
        ({"error": {"code": 429}}, errors.RateLimitError, "429"),
        ({"error": "text"}, errors.APIError, None),
    ],
)
def test_an_error_event_is_the_mapped_error(event: Any, kind: type, code: str | None) -> None:
    stream = strategies.Encoding().encode([dumped(CHUNK, False), dumped(event, False)])
    outcome = read_chat([stream])
    assert type(outcome.error) is kind
    assert isinstance(outcome.error, errors.APIError)
    assert outcome.value == [CHUNK]
    assert outcome.error.chunks == [CHUNK]
    assert outcome.error.partial.choices[0].message.content == "a"
    if code is not None:
        assert outcome.error.code == code


@pytest.mark.parametrize("own", [None, {"id": "whole", "choices": []}, "odd"])
@pytest.mark.parametrize("stream", [True, False])
def test_a_result_that_a_hook_knows_stays_with_its_error(own: Any, stream: bool) -> None:
    def stream_chunk(call: Any, event: Any, state: Any) -> Any:
        if event.json and event.json.get("fails"):
            error = errors.InternalServerError("no")
            error.partial = own
            raise error
        return () if event.json is None else (event.json,)

    def over(call: Any) -> Any:
        return Delegate(Call("chat", f"inner/{call.model}", call.params))

    inner = plugging.provider("inner", identity=False, hooks={"stream_chunk": stream_chunk})
    outer = plugging.provider(
        "outer",
        identity=False,
        hooks={"transform_request": over, "stream_chunk": lambda call, event, state: ()},
    )
    stream_ = strategies.Encoding().encode([dumped(CHUNK, False), dumped({"fails": 1}, False)])
    registry = laws.registry_of(inner, outer)

    def ask(model: str) -> laws.Outcome:
        kind = "text/event-stream" if stream else "text/plain"
        upstream = laws.Upstream(laws.Reply(headers={"content-type": kind}, body=[stream_]))
        params = {"messages": [], "stream": True}
        return laws.ask(params, upstream, model=model, stream=True, registry=registry)

    outcome = ask("inner/m")
    assert isinstance(outcome.error, errors.InternalServerError)
    if isinstance(own, dict):
        assert isinstance(outcome.error.partial, ChatCompletion)
        assert outcome.error.partial.to_dict() == own
    else:
        assert outcome.error.partial == fold([CHUNK])
    assert outcome.error.chunks == [CHUNK]
    # It is a result of its own surface: a caller of another one has none.
    outcome = ask("outer/m")
    assert isinstance(outcome.error, errors.InternalServerError)
    assert outcome.error.partial is None


def test_an_event_named_error_is_an_error_whatever_it_holds() -> None:
    encoding = strategies.Encoding(name="error")
    outcome = read_chat([encoding.encode([b'{"message": "m"}'])])
    assert isinstance(outcome.error, errors.APIError)


def test_before_the_first_chunk_a_broken_stream_is_asked_for_again() -> None:
    broken = laws.Reply(
        headers={"content-type": "text/event-stream"}, body=[b": hi\n", APIConnectionError("gone")]
    )
    whole = strategies.Encoding().encode([dumped(LAST, False), b"[DONE]"])
    good = laws.Reply(headers={"content-type": "text/event-stream"}, body=[whole])
    upstream = laws.Upstream(broken, good)
    outcome = laws.ask({"messages": [], "stream": True}, upstream, stream=True, max_retries=2)
    assert outcome.error is None
    assert outcome.value == [LAST]
    assert len(outcome.sent) == 2
    assert broken.closed
    assert good.closed


@given(strategies.chat_results())
def test_an_answer_that_does_not_stream_becomes_a_stream(result: dict[str, Any]) -> None:
    reply = laws.Reply(body=json.dumps(result).encode())
    outcome = laws.ask({"messages": [], "stream": True}, laws.Upstream(reply), stream=True)
    assert outcome.error is None
    assert fold(outcome.value) == result
