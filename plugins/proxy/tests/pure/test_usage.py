"""Tokens read off the end of an answer's bytes are those that the answer says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield_proxy.lanes import events, usage
from jackfield_proxy.lanes.usage import TAIL, Tail, last, of
from jackfield_testing import strategies


def said(value: Any) -> tuple[int | None, int | None]:
    """What an answer's object, or a stream's event, says by a plain reading."""
    counts = value.get("usage")
    if counts is None and isinstance(value.get("response"), dict):
        counts = value["response"].get("usage")
    found = of(counts)
    return found.input, found.output


def of_stream(chunks: list[dict[str, Any]]) -> tuple[int | None, int | None]:
    """The last that is said in a stream."""
    for chunk in reversed(chunks):
        if said(chunk) != (None, None):
            return said(chunk)
    return None, None


def read(data: bytes) -> tuple[int | None, int | None]:
    found = last(data)
    return found.input, found.output


CHATS = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
RESPONSES = {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13}
SECONDS = {"type": "duration", "seconds": 3}


def metered(results: st.SearchStrategy[Any], *counts: Any) -> st.SearchStrategy[Any]:
    """Answers that say one of these counts."""
    return st.builds(
        lambda result, usage: {**result, "usage": usage}, results, st.sampled_from(counts)
    )


RESULTS = {
    "chat": metered(strategies.chat_results(), None, CHATS),
    "text_completion": metered(strategies.text_results(), None, CHATS),
    "responses": metered(strategies.answered_responses(), None, RESPONSES),
    "embedding": metered(strategies.embedding_results(), None, {"prompt_tokens": 9}),
    "transcription": metered(strategies.transcription_results(), RESPONSES, SECONDS),
}
STREAMS = {
    "chat": strategies.chunk_sequences(),
    "text_completion": strategies.text_chunk_sequences(),
    "responses": strategies.response_streams(),
    "transcription": strategies.transcription_streams(),
    "speech": strategies.speech_streams(),
}


@pytest.mark.parametrize("surface", sorted(RESULTS))
def test_of_an_answer_that_came_whole(surface: str) -> None:
    seen = set()

    @settings(max_examples=25)
    @given(st.data())
    def law(data: Any) -> None:
        answer = data.draw(RESULTS[surface])
        text = data.draw(strategies.json_texts(answer))
        seen.add(said(answer))
        # Nobody spells a name with escapes; who does is not counted.
        assert read(text) == (said(answer) if b'"usage"' in text else (None, None))

    law()
    assert len(seen) > 1, "none said anything"


@pytest.mark.parametrize("surface", sorted(STREAMS))
def test_of_a_stream_however_it_is_cut(surface: str) -> None:
    seen = set()

    @settings(max_examples=60)
    @given(st.data())
    def law(data: Any) -> None:
        _, chunks = data.draw(STREAMS[surface])
        wire = b"".join(events.event(surface, chunk) for chunk in chunks) + events.done(surface)
        tail = Tail()
        for piece in cut(wire, data.draw(strategies.cuts(wire) | st.just(None))):
            tail.add(piece)
        seen.add(of_stream(chunks))
        assert read(tail.bytes()) == of_stream(chunks)

    law()
    assert len(seen) > 1, "none said anything"


def cut(data: bytes, found: Any) -> list[bytes]:
    """In pieces; None for one byte each."""
    if found is None:
        return [data[at : at + 1] for at in range(len(data))]
    return list(found)


COUNTS = st.none() | st.integers(-3, 2**54) | st.floats(0, 9) | strategies.texts(max_size=4)
NESTED = st.dictionaries(
    st.sampled_from(["input_tokens", "prompt_tokens", "usage", "seconds"]), COUNTS, max_size=3
)


@st.composite
def counted(draw: st.DrawFn) -> dict[str, Any]:
    """A usage object with details before and after, some named as the counts are."""
    names = draw(
        st.sampled_from([("prompt_tokens", "completion_tokens"), ("input_tokens", "output_tokens")])
    )
    found = {name: draw(COUNTS) for name in names if draw(st.integers(0, 4))}
    found |= draw(st.dictionaries(st.sampled_from(["details", "billed", "x"]), NESTED, max_size=2))
    order = draw(st.permutations(list(found)))
    return {name: found[name] for name in order}


@given(counted(), st.dictionaries(st.sampled_from(["a", "b"]), NESTED), st.booleans())
def test_what_is_beside_the_counts_is_not_taken_for_them(
    counts: dict[str, Any], beside: dict[str, Any], first: bool
) -> None:
    plain = {"id": "x", "usage": counts}
    beside = {
        key: {name: item for name, item in value.items() if name != "usage"}
        for key, value in beside.items()
    }
    answer = {**plain, **beside} if first else {**beside, **plain}
    counts.pop("usage", None)
    assert read(json.dumps(answer).encode()) == said(answer)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"usage": {"type": "duration", "seconds": 7}, "more": {"input_tokens": 3}}, (None, None)),
        ({"usage": {"details": {"input_tokens": 1}, "input_tokens": 2}}, (2, None)),
        ({"usage": {}}, (None, None)),
        ({"usage": None, "x": {"prompt_tokens": 1}}, (None, None)),
        ({"text": '"usage":{"prompt_tokens":1}'}, (None, None)),
        ({"usage": {"prompt_tokens": 1.5, "completion_tokens": 2}}, (None, 2)),
        ({"usage": {"prompt_tokens": "1", "completion_tokens": True}}, (None, None)),
        ({"usage": {"prompt_tokens": 2**53 - 1, "completion_tokens": 2**53}}, (2**53 - 1, None)),
        ({"usage": {"prompt_tokens": -1, "completion_tokens": 10**30}}, (None, None)),
    ],
)
def test_an_answer(answer: dict[str, Any], found: tuple[int | None, int | None]) -> None:
    assert said(answer) == found
    assert read(json.dumps(answer).encode()) == found
    assert read(json.dumps(answer, indent=1, ensure_ascii=False).encode()) == found


WORDS = st.sampled_from(
    [
        *(b'"usage"', b":", b"{", b"}", b'"prompt_tokens"', b'"output_tokens"', b"12", b" " * 9),
        *(b"\xff\x00", b'"', b"\\", b"[", b",", b'{"usage":{"input_tokens":3', b"9" * 400),
    ]
)


@settings(max_examples=100)
@given(st.lists(WORDS | st.binary(max_size=9), max_size=40).map(b"".join))
def test_junk_has_no_tokens_or_some_and_never_crashes(data: bytes) -> None:
    for count in read(data):
        assert count is None or 0 <= count < 1 << 53
    for kind in (None, 1, "x", [], {"prompt_tokens": []}, {"input_tokens": {}}):
        assert (of(kind).input, of(kind).output) == (None, None)


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from([0, 1, 2, 100, 4096, TAIL - 1, TAIL, TAIL + 1, 5 * TAIL]), max_size=40)
)
def test_a_tail_is_the_end_and_little_more(sizes: list[int]) -> None:
    tail, whole = Tail(), b""
    for number, size in enumerate(sizes):
        piece = bytes([number % 251]) * size
        tail.add(piece)
        whole += piece
        assert sum(map(len, tail._pieces)) <= 4 * TAIL
    assert tail.bytes() == whole[-TAIL:]


def test_many_small_pieces_are_not_copied_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = 0

    class Counted(bytes):
        def join(self, parts: Any) -> bytes:
            nonlocal copied
            made = b"".join(parts)
            copied += len(made)
            return made

    source = Tail.add.__code__
    constants = tuple(Counted(c) if c == b"" else c for c in source.co_consts)
    monkeypatch.setattr(Tail.add, "__code__", source.replace(co_consts=constants))
    tail = Tail()
    for _ in range(200_000):
        tail.add(b"0123456789")
    assert 0 < copied < 2 * 2_000_000


class Watched(bytes):
    """Bytes that count how many of them were looked through."""

    looked = 0

    def rfind(self, what: Any, start: Any = 0, end: Any = None) -> int:
        stop = len(self) if end is None else end
        found = bytes.rfind(self, what, start, stop)
        Watched.looked += stop - max(found, 0)
        return found


ATTACKS = {
    "the word": b'"usage"',
    "open objects": b'"usage":{',
    "in each other": b'{"usage":{"a":',
    "without counts": b'"usage":{"x":1},',
    "spaces": b'"usage"' + b" " * 200,
    "keys": b'"usage":{' + b'"prompt_tokens" ' * 30,
    "digits": b'"usage":{"prompt_tokens":' + b"1" * 300,
    "brackets": b'"usage":{"a":' + b"[" * 300,
    "quotes": b'"usage":{"a":"' + b"\\" * 300,
}


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_no_answer_makes_the_search_long(attack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = ATTACKS[attack]
    data = Watched((piece * (TAIL // len(piece) + 1))[:TAIL])
    Watched.looked = 0
    spent = 0

    def counted(text: str) -> Any:
        nonlocal spent
        spent += len(text)
        return json.JSONDecoder().raw_decode(text)

    monkeypatch.setattr(usage, "_read", counted)
    read(data)
    assert Watched.looked <= 2 * TAIL
    assert spent <= usage.LOOKS * usage.LONGEST
