"""Whatever a file holds: a configuration, or an error that names a line of it. Nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield_proxy.config import Config, ConfigFileError, Loaded, parse, read
from jackfield_proxy.config.model import Defaults, File, General, Info, Model, Params, Router
from jackfield_testing.strategies.json_values import json_values, texts

_LINE = re.compile(r"x\.yaml:(\d+): .")
_CLASSES: list[Any] = [File, Model, Params, Info, General, Router, Defaults]
_KEYS = sorted(
    {
        key
        for cls in _CLASSES
        for field in attrs.fields(cls)
        for key in field.metadata.get("keys", (field.name,))
    }
)
_HARD = ["*", "a*", "1 GiB", "os.environ/", "os.environ/NOT_SET", "https://x.example", "chat"]


def outcome(text: str) -> Loaded | ConfigFileError:
    """What comes of a text; fails where that is anything else, or a line isn't there."""
    found: Loaded | ConfigFileError
    try:
        found = parse(text, "x.yaml")
    except ConfigFileError as error:
        found = error
    if isinstance(found, ConfigFileError):
        assert found.problems
        messages = str(found).splitlines()
        assert len(messages) == min(len(found.problems), 21)
        if len(found.problems) > 20:
            messages.pop()
    else:
        assert isinstance(found.config, Config)
        messages = list(found.warnings)
    lines = len(re.split("\r\n|\r|\n", text.removesuffix("\n"))) if text else 1
    for message in messages:
        place = _LINE.match(message)
        assert place, message
        assert 1 <= int(place[1]) <= lines, message
        assert message.isprintable(), message
    return found


yaml_like = st.lists(
    st.sampled_from([*"[]{}:,-?&*!|>'\"#%@`=~<\n\t ", "\n  ", ": ", "- ", "<<: ", "&a ", "*a", "a"])
    | st.sampled_from(["model_list:\n", "!!int ", "!!set ", "0b_", "1:2", ".nan", "---\n", "é"])
    | st.sampled_from(_KEYS),
    max_size=30,
).map("".join)


@given(texts(surrogates=True, max_size=60) | yaml_like)
@example("")
@example("\ufeff")
@example("- " * 100_000)
@example("[" * 100_000)
@example("a: &a [*a]")
@example("&a {<<: *a}")
@example("a: &a {<<: [*a, 1]}")
@example("a: !!int x\nb: !!float ''\nc: !!bool x\nd: 0b_\ne: !!python/name:os.system x")
@example("a: 1" + ":1" * 2000 + ".5")
@example("a: " + "9" * 5000)
@example("a: 0x" + "f" * 5000)
@example("? [a]\n: b\n? {c: d}\n: e")
@example("é\u2028: {x: é}\n\x85")
@example("--- {}\n--- {}")
@example("%YAML 9.9\n---\na")
@example("a: 'b\n")
@example("model_list:\n\t- a")
@example("model_list: [{model_name: a, params: {model: b}}]\n? \n: 1")
def test_any_text(text: str) -> None:
    outcome(text)


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """Data around the keys that mean something, most of it wrong."""
    value = json_values(max_leaves=3) | st.sampled_from(_HARD) | st.sampled_from([1, 0.5, True])
    some = st.dictionaries(st.sampled_from(_KEYS) | texts(max_size=5), value, max_size=5)
    params = st.fixed_dictionaries({"model": st.sampled_from(_HARD) | value}) | some
    entry = st.fixed_dictionaries(
        {"model_name": st.sampled_from(["a", "b", "*"]), "litellm_params": params},
        optional={
            "model_info": some | value,
            "fallbacks": st.lists(st.sampled_from(["a", "b", "c"])) | value,
            "line": value,
        },
    )
    rows = st.lists(st.dictionaries(st.sampled_from("ab"), st.lists(st.sampled_from("abc"))))
    top = st.fixed_dictionaries(
        {"model_list": st.lists(entry | value, min_size=1, max_size=3)},
        optional={
            "general_settings": some | value,
            "router_settings": st.fixed_dictionaries({"fallbacks": rows}) | value,
            "litellm_settings": some | value,
            "only": value,
        },
    )
    return draw(top | some | value)


@given(documents(), st.booleans())
def test_any_document(document: Any, flow: bool) -> None:
    outcome(yaml.safe_dump(document, allow_unicode=True, default_flow_style=flow))


@given(st.binary(max_size=40))
@example(b"\xff\xfea\x00")
@example(b"a: 1\nb: \xff")
def test_any_bytes_in_a_file(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "junk.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigFileError):
        read(path)


def _many(levels: int) -> str:
    """A document that doubles with every level of aliases."""
    rows = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, levels)]
    return "\n".join(rows)


def _deep(levels: int) -> str:
    """A document that is shallow to the eye, and deep once its aliases are followed."""
    rows = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [[[*a{n - 1}]]]" for n in range(1, levels)]
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("bomb", "message"), [(_many(45), "it is too large"), (_deep(60), "it is nested more than")]
)
def test_aliases_do_not_explode(bomb: str, message: str) -> None:
    found = outcome("model_list: [{model_name: a, params: {model: b}}]\n" + bomb)
    assert isinstance(found, ConfigFileError)
    assert len(found.problems) == 1
    assert message in str(found)


def test_a_moderate_use_of_aliases_is_fine() -> None:
    found = outcome("model_list: [{model_name: a, params: {model: b}}]\n" + _many(8))
    assert isinstance(found, Loaded)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1: it is empty"),
        ("# only a comment\n", "1: it is empty"),
        ("\ufeff# a byte order mark\nmodel_list: 3", "2: model_list: must be a list"),
        ("- a\n", "1: it must be a mapping at the top, not a list"),
        ("model_list: []\n", "1: model_list: has no entries"),
        ("\nmodel_list:\n", "2: model_list: has no value"),
        ("general_settings: {}\n", "1: model_list: is missing"),
        ("a: 1\n\n[\n", "3: this is not valid YAML"),
        ("a:\n\tb: 1\n", "2: this is not valid YAML"),
        ("a: 'x\n\n", "that begins on line 1"),
        ("a: \0", "1: the character U+0000 is not allowed in YAML"),
        ("é: é\né: \x01", "2: the character U+0001 is not allowed in YAML"),
        ("a: 1\nb: \ud800", "2: it is not UTF-8 text"),
    ],
)
def test_unusable_texts(text: str, message: str) -> None:
    found = outcome(text)
    assert isinstance(found, ConfigFileError)
    assert message in str(found)
    assert len(found.problems) == 1


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileError, match=r"none\.yaml: there is no such file\Z"):
        read(tmp_path / "none.yaml")


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileError, match=r"this is a directory, not a file\Z"):
        read(tmp_path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_bytes("a: é\nb: ".encode() + b"\xe9\n")
    with pytest.raises(ConfigFileError, match=r"c\.yaml:2: it is not UTF-8 text\Z"):
        read(tmp_path / "c.yaml")


@pytest.mark.parametrize("path", ["a\0b", "\ud800", "a\nb", ""])
def test_names_that_no_file_has(path: str) -> None:
    with pytest.raises(ConfigFileError) as caught:
        read(path)
    assert str(caught.value).isprintable()


def test_an_endless_file() -> None:
    with pytest.raises(ConfigFileError, match="it is too large"):
        read("/dev/zero")
