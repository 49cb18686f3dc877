"""Another model's name in a body's bytes: the same JSON but for that, and mostly the same bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jackfield import jsonio
from jackfield_proxy.lanes.splice import with_model
from jackfield_testing import laws, strategies

# Lone surrogates too: JSON can hold them in a name.
NAMES = st.sampled_from(["gpt-4o", "a/b", 'q"uote', "back\\slash", "é", "", "model"]) | (
    strategies.texts(surrogates=True)
)
VALUES = st.one_of(
    NAMES, NAMES, st.sampled_from([None, 1, [], {"model": "x"}, ["model"], '"model"'])
)


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Objects with ``model`` at the top, mostly, and the word in other places, too."""
    body = draw(strategies.json_objects(surrogates=True))
    words = st.sampled_from(["model", '"model"', "x", '\\"model"', 'a"model', "\\"])
    elsewhere = st.dictionaries(words, VALUES | words, max_size=2)
    if draw(st.booleans()):
        body["nested"] = draw(elsewhere | st.lists(elsewhere | words, max_size=2))
    if draw(st.integers(0, 9)):
        body["model"] = draw(VALUES)
    order = draw(st.permutations(list(body)))
    return {name: body[name] for name in order}


def doubled(text: bytes, again: dict[str, Any]) -> bytes:
    """A text whose object has these keys a second time."""
    inside = text.strip()[1:-1]
    more = json.dumps(again).encode()[1:-1]
    return b"{" + b",".join(part for part in (inside, more) if part.strip()) + b"}"


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    text = draw(strategies.json_texts(draw(bodies())))
    again = draw(st.just({}) | st.dictionaries(st.sampled_from(["model", "a"]), VALUES, max_size=2))
    if again:
        text = doubled(text, again)
    return draw(st.sampled_from([b"", b" ", b"\r\n\t"])) + text


@given(texts(), NAMES)
@example(rb'{"\u006dodel": "x", "y": "\"model\": 1"}', "m")
@example(rb'{"x": "\"model\":\"y\"", "model": "z"}', "m")
@example(rb'{"model": "x\\", "y": "model"}', "m")
@example(rb'{"y": "model", "model": "x"}', "m")
@example(rb'{"model": "x", "model": "y"}', "m")
@example(rb'{"a": {"model": "x"}}', "m")
@example(rb"{}", "m")
@example(b'{"model"\n:\t"x" , "n": 1e5}', "m")
@example(rb'{"model": "caf\u00e9", "x": "\ud83d"}', "m")
def test_only_the_model_is_another(text: bytes, model: str) -> None:
    body = jsonio.decode(text)
    made = with_model(text, body, model)
    read = jsonio.decode(made)
    assert laws.identical(read, {**body, "model": model}), f"{made!r} of {text!r}"


@settings(max_examples=40)
@given(texts(), NAMES)
def test_where_the_key_is_in_one_place_every_other_byte_stays(text: bytes, model: str) -> None:
    body = jsonio.decode(text)
    one = text.count(b'"model"') == 1 and not any(rb"\u00%d" % n in text for n in range(2, 8))
    if not one or not isinstance(body.get("model"), str):
        return
    made = with_model(text, body, model)
    name = jsonio.encode(model)
    start, found, rest = text.partition(b'"model"')
    gap = rest[: len(rest) - len(rest.lstrip(b" \t\r\n:"))]
    assert made.startswith(start + found + gap + name)
    old = json.JSONDecoder().raw_decode(rest.decode()[len(gap) :])
    assert old[0] == body["model"]
    after = rest.decode()[len(gap) + old[1] :].encode()
    assert made == start + found + gap + name + after


def test_numbers_and_escapes_stay_as_they_were_written() -> None:
    text = '{"temperature": 1.10, "seed": 1E2, "model": "m", "x": "\\/ \\u00e9 é \\ud83d"}'.encode()
    made = with_model(text, jsonio.decode(text), "other")
    assert made == text.replace(b'"m"', b'"other"')


@given(NAMES.filter(lambda name: "\\ud" not in ascii(name)))
def test_the_same_name_makes_no_copy(name: str) -> None:
    text = jsonio.encode({"a": 1, "model": name})
    if text.count(b'"model"') == 1 and b"\\u00" not in text:
        assert with_model(text, jsonio.decode(text), name) is text


@pytest.mark.parametrize("model", ['x"}', '","stream":true,"y":"', "\n", "\ud800", "a\\"])
def test_no_name_breaks_out_of_its_quotes(model: str) -> None:
    body = {"model": "m", "messages": []}
    made = with_model(json.dumps(body).encode(), body, model)
    assert laws.identical(jsonio.decode(made), {**body, "model": model})
