"""A client gets no encoding that it did not ask for, whatever the upstream sends."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from ordinary import COMPLETION
from plain_http import CHAT, Got, ask
from proxying import Proxy
from rawserver import RawServer

PLAIN = json.dumps(COMPLETION).encode()
EVENTS = (
    b"".join(b'data: {"id":"%d","choices":[]}\n\n' % n for n in range(50)) + b"data: [DONE]\n\n"
)
LARGE = json.dumps({**COMPLETION, "pad": "p" * 3_000_000}).encode()


def through(
    proxy: Proxy, upstream: RawServer, way: str, data: bytes, encoding: str, accepted: str | None
) -> Got:
    """Ask in a way; the upstream answers with these bytes, said to be so encoded."""
    headers = {"content-encoding": encoding}
    more = {} if accepted is None else {"accept-encoding": accepted}
    if way == "stream":
        cut = [data[n : n + 40] for n in range(0, len(data), 40)]
        upstream.answer = lambda asked, wire: wire.stream(cut, headers=headers)
        return ask(proxy.url, body={**CHAT, "stream": True}, headers=more)
    upstream.answer = lambda asked, wire: wire.reply(200, data, headers)
    if way == "chat":
        return ask(proxy.url, body=CHAT, headers=more)
    return ask(proxy.url, "GET", f"/v1/{way}", headers=more)


WAYS: dict[str, bytes] = {
    "chat": PLAIN,
    "stream": EVENTS,
    "files/f/content": b"\x00 any bytes \xff",
    "responses/r": PLAIN,
}
ENCODED: dict[str, Any] = {"gzip": gzip.compress, "deflate": zlib.compress}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("accepted", [None, "identity", "br", "gzip;q=0, deflate;q=0"])
def test_what_nobody_asked_for_is_undone(
    proxy: Proxy, upstream: RawServer, way: str, encoding: str, accepted: str | None
) -> None:
    got = through(proxy, upstream, way, ENCODED[encoding](WAYS[way]), encoding, accepted)
    assert (got.status, got.whole, got.body) == (200, True, WAYS[way])
    assert got.header("content-encoding") is None
    assert got.header("content-length") in (None, str(len(WAYS[way])))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("encoding", ENCODED)
def test_what_was_asked_for_stays(
    proxy: Proxy, upstream: RawServer, way: str, encoding: str
) -> None:
    data = ENCODED[encoding](WAYS[way])
    got = through(proxy, upstream, way, data, encoding, f"{encoding}, br")
    assert (got.status, got.body, got.header("content-encoding")) == (200, data, encoding)


def test_a_large_answer_is_undone(proxy: Proxy, upstream: RawServer) -> None:
    for way in ("chat", "files"):
        got = through(proxy, upstream, way, gzip.compress(LARGE), "gzip", None)
        assert (got.status, got.whole, got.body) == (200, True, LARGE)


def test_what_can_t_be_undone_is_no_answer(proxy: Proxy, upstream: RawServer) -> None:
    got = through(proxy, upstream, "files", b"no gzip at all", "gzip", None)
    assert (got.status, got.error["code"]) == (502, "invalid_upstream_response")
    got = through(proxy, upstream, "files", gzip.compress(LARGE * 2)[:-9], "gzip", None)
    assert not got.whole
    got = through(proxy, upstream, "stream", gzip.compress(EVENTS)[:-9], "gzip", None)
    assert not got.whole
