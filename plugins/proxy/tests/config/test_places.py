"""YAML as data with the line of every key."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jackfield_proxy.config.composing import load
from jackfield_proxy.config.places import Block, Items, plain
from jackfield_proxy.config.problems import Path, Report, spell
from jackfield_testing.strategies.json_values import texts


def loaded(text: str) -> Any:
    report = Report()
    data = load(text, report)
    report.stop("x.yaml")
    return data


def problems(text: str) -> list[tuple[int | None, str, str]]:
    report = Report()
    load(text, report)
    return [(p.line, spell(p.path), p.message) for p in report._problems]


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False)
    | texts()
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3),
    max_leaves=10,
)


@given(trees, st.booleans())
def test_data_is_what_yaml_says(data: Any, flow: bool) -> None:
    text = yaml.safe_dump(data, default_flow_style=flow)
    assert plain(loaded(text)) == yaml.safe_load(text) == data


words = st.text("abcé_ #:-", min_size=1, max_size=5)
blocks = st.recursive(
    st.integers(0, 9) | words,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(words, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def _write(data: Any, path: Path, rows: list[str], places: dict[Path, int], gaps: Any) -> None:
    """Write block style, an item a line, and note the line of each."""
    pad = "  " * len(path)
    pairs = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in pairs:
        rows.extend([""] * next(gaps))
        head = pad + ("-" if isinstance(key, int) else json.dumps(key, ensure_ascii=False) + ":")
        nested = isinstance(value, (dict, list))
        rows.append(head if nested else f"{head} {json.dumps(value, ensure_ascii=False)}")
        places[(*path, key)] = len(rows)
        if nested:
            _write(value, (*path, key), rows, places, gaps)


@given(
    st.dictionaries(words, blocks, min_size=1, max_size=3),
    st.lists(st.integers(0, 2), min_size=1, max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_each_key_has_its_line(data: dict[str, Any], gaps: list[int], end: str) -> None:
    rows: list[str] = []
    places: dict[Path, int] = {}
    endless = (gaps[i % len(gaps)] for i in range(10_000))
    _write(data, (), rows, places, endless)
    seen: dict[Path, int] = {}

    def visit(value: Any) -> None:
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            inner = value[key]
            # What is nested begins on the next line that holds something.
            first = inner.line if isinstance(inner, (Block, Items)) else None
            seen[(*value.path, key)] = value.lines[key]
            if first is not None:
                visit(inner)

    found = loaded(end.join(rows) + end)
    visit(found)
    assert plain(found) == data
    for path, line in places.items():
        nested_item = isinstance(path[-1], int) and seen[path] != line
        if nested_item:  # a list's item that is nested stands where its content does
            assert rows[line - 1].strip() == "-"
            assert not any(row.strip() for row in rows[line : seen[path] - 1])
        else:
            assert seen[path] == line


def test_dates_stay_text() -> None:
    assert loaded("a: 2024-01-02\nb: 2024-01-02 03:04:05") == {
        "a": "2024-01-02",
        "b": "2024-01-02 03:04:05",
    }


def test_keys_are_text() -> None:
    assert loaded("404: a\non: b\n~: c\n=: d\n2024-01-02: e") == {
        "404": "a",
        "on": "b",
        "~": "c",
        "=": "d",
        "2024-01-02": "e",
    }


def test_a_key_twice() -> None:
    assert problems("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n") == [
        (5, "b.c", "the key is there twice, on line 3 too")
    ]
    assert problems("{a: 1, a: 1}") == [(1, "a", "the key is there twice, on line 1 too")]


def test_anchors_and_merges() -> None:
    data = loaded(
        "one: &one {a: 1, b: 1}\n"
        "two: &two\n"
        "  b: 2\n"
        "  c: 2\n"
        "both:\n"
        "  <<: [*one, *two]\n"
        "  a: 3\n"
        "again: *two\n"
        "quoted: {'<<': 1}\n"
    )
    assert plain(data) == {
        "one": {"a": 1, "b": 1},
        "two": {"b": 2, "c": 2},
        "both": {"a": 3, "b": 1, "c": 2},
        "again": {"b": 2, "c": 2},
        "quoted": {"<<": 1},
    }
    assert data["both"].lines == {"a": 7, "b": 1, "c": 4}


def test_merges_agree_with_pyyaml() -> None:
    text = "x: &x {a: 1, b: 1}\ny: &y {<<: *x, b: 2, c: 2}\nz: {c: 3, <<: [*y, *x]}\n"
    assert plain(loaded(text)) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: 1\nb: {<<: 3}", (2, "b.<<")),
        ("a: 1\nb:\n  <<: [{}, 3]", (3, "b.<<")),
        ("a: 1\nb: &b [*b]", (2, "b")),
        ("a: !!binary eA==", (1, "a")),
        ("a: 1\nb: !mine {}", (2, "b")),
        ("a: !!set {x}", (1, "a")),
        ("a: 1\nb: !!int x", (2, "b")),
        ("a: 9223372036854775808", (1, "a")),
    ],
)
def test_what_means_nothing_here(text: str, where: tuple[int, str]) -> None:
    found = problems(text)
    assert [(line, path.removesuffix("[0]")) for line, path, _ in found] == [where]


def test_paths_are_spelt_for_people() -> None:
    assert spell(("model_list", 1, "litellm_params", "api_key")) == (
        "model_list[1].litellm_params.api_key"
    )
    assert spell(("a b", "c\n", "x" * 99)) == f"['a b']['c\\n']['{'x' * 60}\\u2026']"
