"""What crosses the proxy, and what stays on its side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield_proxy.requests.errors import Refused
from jackfield_proxy.requests.headers import READABLE, acceptable, answered, measured
from jackfield_proxy.requests.onward import forwarded, wishes

STAY = (
    *("connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "server"),
    *("proxy-authenticate", "proxy-connection", "date", "set-cookie", "www-authenticate"),
    *("strict-transport-security", "access-control-allow-origin", "x-jackfield-attempts"),
)
CROSS = (
    *("content-type", "x-request-id", "openai-processing-ms", "retry-after", "x-ratelimit-limit"),
    *("openai-version", "content-disposition", "etag", "x-a"),
)
VALUES = st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=9)


@given(
    st.dictionaries(st.sampled_from((*STAY, *CROSS)), VALUES),
    st.sampled_from([{}, {"content-length": "5"}, {"content-encoding": "gzip"}]),
    st.booleans(),
)
def test_answers_bring_what_is_the_client_s(
    headers: dict[str, str], about: dict[str, str], raw: bool
) -> None:
    before = {**headers, **about}
    given_headers = dict(before)
    pairs = answered(given_headers, raw=raw) + (measured(given_headers) if raw else [])
    assert given_headers == before
    wanted = {name: value for name, value in headers.items() if name in CROSS}
    wanted |= about if raw else {}
    found = {name.decode(): value.decode("latin-1") for name, value in pairs}
    assert found == wanted
    assert len(pairs) == len(found), "a header is there twice"


@pytest.mark.parametrize(
    ("connection", "gone"),
    [
        ("X-One", {"x-one"}),
        ("keep-alive, x-one ,\tX-TWO", {"x-one", "x-two"}),
        ("close", set()),
        ("Keep-Alive", set()),
        ("", set()),
        (",,", set()),
    ],
)
def test_what_a_connection_names_stays(connection: str, gone: set[str]) -> None:
    headers = {"connection": connection, "x-one": "1", "x-two": "2", "x-three": "3"}
    names = {name.decode() for name, _ in answered(headers, raw=True)}
    assert names == {"x-one", "x-two", "x-three"} - gone


@given(st.sets(st.sampled_from(["openai-beta", "idempotency-key", "cookie", "accept"])), st.data())
def test_wishes_go_on_unless_they_are_settled(names: set[str], data: st.DataObject) -> None:
    own = data.draw(st.sets(st.sampled_from(["OPENAI-BETA", "Idempotency-Key", "accept"])))
    sent = wishes({name.encode(): b"v" for name in names}, own)
    settled = {name.lower() for name in own}
    assert {name.lower() for name in sent} == (names & {"openai-beta", "idempotency-key"}) - settled


ENCODINGS = st.sampled_from(
    ["gzip", "br", "zstd", "deflate", "identity", "*", "x-gzip", "GZIP", "", "gzip;q=0.5", "br;q=1"]
)


@given(st.lists(ENCODINGS, max_size=5), st.sampled_from([",", ", ", " ,"]))
def test_no_encoding_is_asked_for_that_can_t_be_read(names: list[str], between: str) -> None:
    said = acceptable(between.join(names).encode())
    asked = [part.partition(";")[0].strip().lower() for part in said.split(",")]
    assert asked
    assert set(asked) <= set(READABLE)
    own = [n for n in names if n.partition(";")[0].strip().lower() in READABLE]
    assert said == (", ".join(own) or "identity")


@given(st.none() | st.binary(max_size=30))
def test_any_bytes_may_be_asked_for(said: bytes | None) -> None:
    for part in acceptable(said).split(","):
        assert part.partition(";")[0].strip().lower() in READABLE


@given(st.dictionaries(st.sampled_from([b"accept", b"range", b"cookie", b"authorization"]), VALUES))
def test_requests_bring_little(headers: dict[bytes, str]) -> None:
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    crossing = [headers[name] for name in headers if name in (b"accept", b"range")]
    if not all(value.isascii() and value.isprintable() for value in crossing):
        with pytest.raises(Refused, match="printable ASCII"):
            forwarded(raw)
        return
    sent = forwarded(raw)
    assert {name.lower() for name in sent} == {
        name.decode() for name in headers if name in (b"accept", b"range")
    }
    assert all(sent[name] == headers[name.lower().encode()] for name in sent)


@pytest.mark.parametrize("name", [b"cookie", b"authorization", b"host", b"x-api-key", b"forwarded"])
def test_what_is_secret_stays(name: bytes) -> None:
    assert forwarded({name: b"x"}) == {}
