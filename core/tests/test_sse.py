"""The decoder of event streams follows the WHATWG rules, however the bytes are cut."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield import sse
from jackfield.sse import Decoder
from jackfield_testing import laws, strategies


@given(st.data())
def test_lines_of_every_kind_decode_by_the_rules(data: st.DataObject) -> None:
    stream = data.draw(strategies.lines())
    laws.decodes_by_the_rules(Decoder(), data.draw(strategies.cuts(stream)))


@given(st.lists(strategies.event_data(), max_size=5), strategies.encodings(), st.data())
def test_events_decode_to_their_data(
    datas: list[bytes], encoding: strategies.Encoding, data: st.DataObject
) -> None:
    stream = strategies.encode_events(datas, encoding)
    pieces = data.draw(strategies.cuts(stream))
    laws.decodes_by_the_rules(Decoder(), pieces)
    decoder = Decoder()
    events = [laws.sse.pair(event) for piece in pieces for event in decoder.feed(piece)]
    # An empty line before an event ends a name that was given before it, never one after.
    assert events == [(each, encoding.name) for each in datas]
    assert decoder.flush() is None


@given(st.binary(max_size=40))
@example(b"\xef\xbb")
@example(b"\xef\xbb\xbf\xef\xbb\xbfdata: x\n\n")
@example(b"\r")
@example(b"data: a\r\r\n\ndata: b\n")
def test_any_bytes_at_all_decode_by_the_rules(stream: bytes) -> None:
    laws.decodes_by_the_rules(Decoder(), [stream])
    laws.decodes_by_the_rules(Decoder(), [stream[at : at + 1] for at in range(len(stream))])
    for cut in range(len(stream)):
        laws.decodes_by_the_rules(Decoder(), [stream[:cut], b"", stream[cut:]])


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: x\n\n", [(b"x", None)]),
        (b"data:x\n\n", [(b"x", None)]),
        (b"data:  x\n\n", [(b" x", None)]),
        (b"data: a\ndata: b\n\n", [(b"a\nb", None)]),
        (b"data\n\n", [(b"", None)]),
        (b"data\ndata\n\n", [(b"\n", None)]),
        (b"event: e\ndata: x\n\ndata: y\n\n", [(b"x", "e"), (b"y", None)]),
        (b"event: e\n\ndata: y\n\n", [(b"y", None)]),
        (b"event: e\nevent: f\ndata: y\n\n", [(b"y", "f")]),
        (b": data: x\n\n", []),
        (b"Data: x\n\n", []),
        (b" data: x\n\n", []),
        (b"data: x\r\rdata: y\r\r", [(b"x", None), (b"y", None)]),
        (b"data: x\r\n\r\ndata: y\n\r", [(b"x", None), (b"y", None)]),
        (b"\xef\xbb\xbfdata: x\n\n", [(b"x", None)]),
        (b"data: a\n\ndata: b\n\ndata: c\n\n", [(b"a", None), (b"b", None), (b"c", None)]),
        (b"data: a\n\n\ndata: b\n\n", [(b"a", None), (b"b", None)]),
        (b"data: a\ndata: b\n\ndata: c\n\n\n", [(b"a\nb", None), (b"c", None)]),
        (b"data: a\n\ndata: b\nid: 1\n\n", [(b"a", None), (b"b", None)]),
    ],
)
def test_examples(stream: bytes, events: list[tuple[bytes, str | None]]) -> None:
    assert [laws.sse.pair(event) for event in Decoder().feed(stream)] == events
    assert laws.reference_events(stream) == (events, None)


def test_an_event_that_was_not_ended_is_what_flush_gives() -> None:
    decoder = Decoder()
    assert decoder.feed(b"event: e\ndata: x\ndata") == []
    assert decoder.pending
    assert laws.sse.pair(decoder.flush()) == (b"x\n", "e")
    decoder = Decoder()
    assert decoder.feed(b"data: x") == []
    assert decoder.flush() == b"x"
    assert decoder.flush() is None


def test_an_event_may_be_long_but_not_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT", 100)
    decoder = Decoder()
    assert decoder.feed(b"data: " + b"x" * 90) == []
    with pytest.raises(ValueError, match="longer than 100 bytes"):
        decoder.feed(b"x" * 10)
    decoder = Decoder()
    for _ in range(10):
        assert decoder.feed(b"data: 123456789\n") == []
    with pytest.raises(ValueError, match="longer than 100 bytes"):
        decoder.feed(b"data: 123456789\n" * 2)
