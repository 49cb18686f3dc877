"""An encoding that nobody asked for is taken off, however the body is cut."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.errors import APIResponseValidationError
from jackfield_proxy.lanes.decoding import undoing
from jackfield_proxy.requests.headers import accepts


def raw_deflate(data: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(data) + squeeze.flush()


WAYS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZIP", gzip.compress),
    "members": ("gzip", lambda data: gzip.compress(data[:3]) + gzip.compress(data[3:])),
    "filled": ("gzip", lambda data: gzip.compress(data) + bytes(9)),
    "deflate": ("deflate", zlib.compress),
    "raw": ("deflate", raw_deflate),
}
BODIES = st.binary(max_size=400) | st.sampled_from([b"a" * 3_000_000, bytes(range(256)) * 5000])


def undone(encoding: str, pieces: list[bytes]) -> bytes:
    decoder = undoing(200, {"content-encoding": encoding}, None)
    assert decoder is not None
    plain = [part for piece in pieces for part in decoder.pieces(piece)]
    decoder.end()
    assert max(map(len, plain), default=0) <= 256 * 1024
    return b"".join(plain)


@given(st.sampled_from(sorted(WAYS)), BODIES, st.integers(1, 60))
def test_the_body_comes_back(way: str, body: bytes, size: int) -> None:
    encoding, encode = WAYS[way]
    data = encode(body)
    size = max(size, len(data) // 50)
    assert undone(encoding, [data[n : n + size] for n in range(0, len(data), size)]) == body


@pytest.mark.parametrize("way", ["gzip", "deflate"])
def test_what_is_not_whole_or_nothing_of_the_kind_is_told(way: str) -> None:
    encoding, encode = WAYS[way]
    data = encode(b"hello" * 100)
    for bad in (data[:-1], data[:5], b"\xff\xff hello", data[: len(data) // 2] + b"\xff" * 30):
        with pytest.raises(APIResponseValidationError, match=way):
            undone(encoding, [bad])
    assert undone(encoding, []) == b""


@pytest.mark.parametrize(
    ("encoding", "accepted", "status"),
    [
        ("gzip", b"gzip", 200),
        ("GZIP", b"deflate, Gzip;q=0.1", 200),
        ("x-gzip", b"gzip", 200),
        ("gzip", b"*", 200),
        ("br", None, 200),
        ("identity", None, 200),
        ("", None, 200),
        ("gzip, gzip", None, 200),
        ("gzip", None, 206),
    ],
)
def test_what_may_stay_stays(encoding: str, accepted: bytes | None, status: int) -> None:
    assert undoing(status, {"content-encoding": encoding}, accepted) is None
    assert undoing(status, {}, accepted) is None


@pytest.mark.parametrize(
    ("given_", "encoding", "taken"),
    [
        (None, "gzip", False),
        (b"", "gzip", False),
        (b"identity", "gzip", False),
        (b"gzip;q=0", "gzip", False),
        (b"*;q=1, gzip;q=0", "gzip", False),
        (b"*;q=0.5", "gzip", True),
        (b"*;q=0", "deflate", False),
        (b"x-gzip", "gzip", True),
        (b" br , DEFLATE ; Q=0.3", "deflate", True),
        (b"gzip;q=high", "gzip", False),
        (b"\xff", "gzip", False),
    ],
)
def test_what_a_client_takes(given_: bytes | None, encoding: str, taken: bool) -> None:
    assert accepts(given_, encoding) is taken
