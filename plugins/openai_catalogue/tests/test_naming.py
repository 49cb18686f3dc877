"""Variants of names find their base; families are OpenAI's without a table."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.manifest import starts_with
from jackfield_openai_catalogue.lookup import catalogue, only_on, row, served_on
from jackfield_openai_catalogue.naming import ALIASES, NAMING
from jackfield_openai_catalogue.rows import ROWS

names = st.sampled_from(sorted(ROWS))
days = st.dates(date(2020, 1, 1), date(2039, 12, 31))
dated_suffixes = days.flatmap(lambda day: st.sampled_from([f"-{day:%Y-%m-%d}", f"-{day:%m%d}"]))
labels = st.text(st.characters(codec="utf-8", exclude_characters=":"), max_size=20)


def unpriced(facts: object) -> dict[str, object]:
    assert isinstance(facts, dict)
    return {key: value for key, value in facts.items() if key != "prices"}


@given(names)
def test_a_catalogued_name_finds_its_own_row(name: str) -> None:
    assert row(name) is ROWS[name]


@given(names, dated_suffixes)
def test_a_dated_name_finds_its_own_row_or_the_one_it_is_a_snapshot_of(
    name: str, suffix: str
) -> None:
    assert row(name + suffix) is ROWS.get(name + suffix, ROWS[name])


@given(names, st.one_of(st.just(""), dated_suffixes), st.lists(labels, max_size=4))
def test_a_fine_tuned_name_finds_the_row_of_its_base_without_prices(
    name: str, suffix: str, tail: list[str]
) -> None:
    base = row(name + suffix)
    assert base is not None
    assert row(":".join(["ft:" + name + suffix, *tail])) == unpriced(base)


@given(st.text(max_size=60))
def test_no_name_is_an_error(name: str) -> None:
    found = row(name)
    assert found is None or "surfaces" in found


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("ft:gpt-4o-2024-08-06:org::id", "gpt-4o-2024-08-06"),
        ("ft:gpt-4o-2099-01-01:org:custom:id:ckpt-step-90", "gpt-4o"),
        ("ft:gpt-4-0613", "gpt-4-0613"),
        ("ft:gpt-3.5-turbo-0125:org", "gpt-3.5-turbo-0125"),
        ("ft:babbage-002:org", "babbage-002"),
        ("gpt-3.5-turbo-instruct-0914", "gpt-3.5-turbo-instruct"),
        ("gpt-5.4-2026-03-05", "gpt-5.4"),
        ("gpt-audio-mini-2025-12-15", "gpt-audio-mini"),
    ],
)
def test_examples_of_variants(name: str, base: str) -> None:
    found = row(name)
    assert found is not None
    assert unpriced(found) == unpriced(ROWS[base])


@pytest.mark.parametrize("name", ["", "ft:", "ft::org", "-2024-08-06", "gpt-99", "openai/gpt-4o"])
def test_names_without_a_row(name: str) -> None:
    assert row(name) is None


def test_a_model_is_not_taken_for_a_smaller_name_that_it_begins_with() -> None:
    assert row("gpt-4o-mini") is not row("gpt-4o")
    assert row("gpt-5-pro-mini") is None


@given(names, st.sampled_from(["{}", "ft:{}:org::id"]), st.one_of(st.just(""), dated_suffixes))
def test_every_name_is_openai_s_by_its_family_alone(name: str, form: str, suffix: str) -> None:
    bare = form.format(name + suffix)
    assert {alias.prefix for alias in ALIASES if starts_with(alias.pattern, bare)} == {"openai/"}


@pytest.mark.parametrize(
    "name", ["gpt-99", "o9-mini", "codex-next", "sora-7", "tts-9", "whisper-9"]
)
def test_models_of_tomorrow_are_openai_s(name: str) -> None:
    assert any(starts_with(alias.pattern, name) for alias in ALIASES)


@pytest.mark.parametrize("name", ["claude-x", "oxide", "mistral", "openai/gpt-4o", "gemini"])
def test_other_names_are_left_alone(name: str) -> None:
    assert not any(starts_with(alias.pattern, name) for alias in ALIASES)


@given(names)
def test_bases_begin_with_the_name_itself(name: str) -> None:
    assert next(NAMING.bases(name)) == name


def test_surfaces_as_sets() -> None:
    for surface in {s for facts in ROWS.values() for s in facts["surfaces"]}:
        assert only_on(surface) <= served_on(surface) <= ROWS.keys()
        for name in ROWS:
            assert (name in only_on(surface)) == (ROWS[name]["surfaces"] == (surface,))
    assert "whisper-1" in served_on("translation") - only_on("transcription")
    assert only_on("no such surface") == served_on("no such surface") == frozenset()


def test_full_names_carry_the_prefix() -> None:
    full = catalogue()
    assert {name.removeprefix("openai/"): facts for name, facts in full.items()} == ROWS
    assert all(name.startswith("openai/") for name in full)
