"""A request's body within its limits, its id, its key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from handed_over import incoming, pieces, run
from hypothesis import given
from hypothesis import strategies as st

from jackfield.config import CALL_SETTINGS, Secret
from jackfield_proxy.requests import ids
from jackfield_proxy.requests.access import check_fields, check_key
from jackfield_proxy.requests.errors import Refused
from jackfield_proxy.requests.incoming import Gone, Incoming
from jackfield_testing import laws

PARTS = st.lists(st.binary(max_size=20), max_size=6)


async def joined(asked: Incoming, limit: int) -> bytes:
    return b"".join([piece async for piece in asked.pieces(limit)])


def outcome(do: Any) -> Any:
    """What is read, or a word for what is raised."""
    try:
        return run(do)
    except Refused as refused:
        return refused.status
    except Gone:
        return "gone"


@given(PARTS, st.integers(0, 60), st.sampled_from([None, 0, -1, 1]), st.booleans())
def test_a_body_is_read_within_its_limit(
    parts: list[bytes], limit: int, said: int | None, leaves: bool
) -> None:
    whole = b"".join(parts)
    headers = [] if said is None else [(b"content-length", b"%d" % max(0, len(whole) + said))]
    announced = 0 if said is None else max(0, len(whole) + said)
    for read in (Incoming.body, joined):
        asked, _ = incoming(pieces(parts, leaves=leaves), headers)
        found = outcome(read(asked, limit))
        if announced > limit:
            assert found == 413
        elif leaves:
            assert found in ((413, "gone") if len(whole) > limit else ("gone",))
        else:
            assert found == (413 if len(whole) > limit else whole)


@pytest.mark.parametrize("length", [b"x", b"-1", b"1e3", b"", "²".encode(), b" 5", b"9" * 30])
def test_a_length_that_is_none(length: bytes) -> None:
    asked, _ = incoming(pieces([b"12345"]), [(b"content-length", length)])
    found = outcome(asked.body(10))
    assert found == (413 if length == b"9" * 30 else b"12345")


@given(st.binary(max_size=140) | st.text(max_size=130).map(str.encode))
def test_a_client_s_id_is_taken_if_it_is_a_word(given_id: bytes) -> None:
    asked, _ = incoming([], [(b"x-request-id", given_id)])
    legal = 0 < len(given_id) <= 128 and all(0x21 <= byte <= 0x7E for byte in given_id)
    assert (asked.id == given_id.decode("latin-1")) is legal
    assert asked.id.startswith("jf_") or legal
    again, _ = incoming([], [(b"x-request-id", asked.id.encode())])
    assert again.id == asked.id


def test_ids_are_short_words_and_all_different() -> None:
    made = [ids.new_id() for _ in range(10_000)]
    ids._anew()  # as after a fork
    made += [ids.new_id() for _ in range(10_000)]
    assert len(set(made)) == len(made)
    assert all(len(id) < 40 and id.isascii() and id.isprintable() and " " not in id for id in made)
    assert made[0][:15] != made[-1][:15]


def test_an_answer_says_who_gave_it() -> None:
    asked, sent = incoming([])
    asked.deployment, asked.attempts = "gpt-4o:é", 2
    run(asked.answer(200, [], b"x"))
    head, *rest = sent
    headers = dict(head["headers"])
    assert (head["status"], b"".join(message.get("body", b"") for message in rest)) == (200, b"x")
    assert headers[b"content-length"] == b"1"
    assert headers[b"x-jackfield-request-id"] == asked.id.encode()
    assert headers[b"x-jackfield-deployment"] == b"gpt-4o:?"
    assert headers[b"x-jackfield-attempts"] == b"2"
    assert float(headers[b"x-jackfield-overhead-ms"]) >= 0


def test_a_refusal_has_one_content_type_and_ends_what_waits() -> None:
    asked, sent = incoming([], [(b"expect", b"100-continue")])
    run(asked.refuse(Refused(400, "no"), [(b"content-type", b"text/html"), (b"x-a", b"1")]))
    names = [name for name, _ in sent[0]["headers"]]
    assert names.count(b"content-type") == 1
    assert (b"connection", b"close") in sent[0]["headers"]
    assert (b"x-a", b"1") in sent[0]["headers"]
    assert json.loads(sent[1]["body"])["error"]["message"] == "no"


# Access ------------------------------------------------------------------------------------------

KEY = Secret("sk-1234")


@pytest.mark.parametrize("header", [None, b"", b"x", b"Bearer wrong", b"Bearer sk-1234"])
def test_without_a_master_key_everybody_may_call(header: bytes | None) -> None:
    check_key(header, None)


@pytest.mark.parametrize(
    "header",
    [b"Bearer sk-1234", b"bearer sk-1234", b"BEARER  sk-1234 ", b"Bearer \tsk-1234"],
)
def test_the_key_in_any_spelling_of_the_scheme(header: bytes) -> None:
    check_key(header, KEY)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "missing_api_key"),
        (b"", "missing_api_key"),
        (b"Bearer", "missing_api_key"),
        (b"Bearer ", "missing_api_key"),
        (b"sk-1234", "missing_api_key"),
        (b"Basic sk-1234", "missing_api_key"),
        (b"Bearersk-1234", "missing_api_key"),
        (b"Bearer sk-123", "invalid_api_key"),
        (b"Bearer sk-12345", "invalid_api_key"),
        (b"Bearer sk-1234 sk-1234", "invalid_api_key"),
        (b"Bearer SK-1234", "invalid_api_key"),
        (b"Bearer \xff", "invalid_api_key"),
    ],
)
def test_anything_else_is_no_key(header: bytes | None, code: str) -> None:
    with pytest.raises(Refused) as caught:
        check_key(header, KEY)
    assert (caught.value.status, caught.value.code) == (401, code)
    assert b"sk-1234" not in caught.value.body()
    assert caught.value.pairs() == [(b"www-authenticate", b"Bearer")]


@given(st.binary(max_size=20))
def test_no_other_bytes_open(header: bytes) -> None:
    right = header.lower().startswith(b"bearer ") and header[7:].strip() == b"sk-1234"
    refused = laws.flows.raised(Refused, lambda: check_key(header, KEY))
    assert (refused is None) is right


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=9))
def test_a_key_may_be_any_text(key: str) -> None:
    check_key(b"Bearer " + key.encode(), Secret(key))


@given(st.lists(st.sampled_from([*CALL_SETTINGS, "model", "messages", "user"]), max_size=4))
def test_settings_are_not_a_client_s_to_make(names: list[str]) -> None:
    refused = laws.flows.raised(Refused, lambda: check_fields(dict.fromkeys(names)))
    first = next((name for name in names if name in CALL_SETTINGS), None)
    assert (refused is None) is (first is None)
    if refused is not None:
        assert (refused.status, refused.param) == (400, first)
