"""Every row is a valid record, and what is no record is refused."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import date
from typing import Any

import attrs
import cattrs
import pytest

import jackfield_openai_catalogue
from jackfield_openai_catalogue.endpoint import ENDPOINT
from jackfield_openai_catalogue.record import ModelRecord, Prices, records, structured
from jackfield_openai_catalogue.rows import ROWS

MINIMAL: dict[str, Any] = {"surfaces": ("chat",), "source": "a test", "as_of": "2025-01-02"}


def test_every_row_is_a_record() -> None:
    found = records()
    assert [record.name for record in found] == sorted(ROWS)
    assert all(record.source and record.as_of > date(2024, 1, 1) for record in found)


def test_a_record_says_what_its_row_says() -> None:
    fields = {field.name for field in attrs.fields(ModelRecord)} - {"name", "as_of", "prices"}
    for record in records():
        facts = ROWS[record.name]
        for field in fields & facts.keys():
            assert getattr(record, field) == facts[field], (record.name, field)
        assert record.as_of.isoformat() == facts["as_of"]
        assert record.prices == (Prices(**facts["prices"]) if "prices" in facts else None)


def test_what_no_source_says_is_none() -> None:
    record = structured("new", MINIMAL)
    assert (record.effort, record.summary, record.verbosity, record.prices) == (None,) * 4
    assert record.streaming
    assert record.status == "unknown"


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"surfaces": ("telepathy",)},
        {"surfaces": "chat"},
        {"as_of": "yesterday"},
        {"effort": ("huge",)},
        {"status": "fine"},
        {"streaming": 0},
        {"context_window": "400000"},
        {"prices": {"input": 1.0, "output": 2.0, "tip": 1.0}},
        {"prices": {"input": 1.0}},
    ],
)
def test_a_row_with_a_mistake_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(cattrs.BaseValidationError):
        structured("wrong", {**MINIMAL, **wrong})


@pytest.mark.parametrize("missing", sorted(MINIMAL))
def test_surfaces_source_and_date_are_required(missing: str) -> None:
    with pytest.raises(cattrs.BaseValidationError):
        structured("wrong", {key: value for key, value in MINIMAL.items() if key != missing})


def test_the_endpoint() -> None:
    assert ENDPOINT.base_url == "https://api.openai.com/v1"
    assert ENDPOINT.base_env == ("OPENAI_BASE_URL", "OPENAI_API_BASE")
    assert ENDPOINT.organization_env == ("OPENAI_ORGANIZATION", "OPENAI_ORG_ID")
    assert ENDPOINT.needs_key


def test_the_package_offers_its_names_and_no_others() -> None:
    for name in jackfield_openai_catalogue.__all__:
        assert getattr(jackfield_openai_catalogue, name) is not None
    assert sorted(jackfield_openai_catalogue.__all__) == dir(jackfield_openai_catalogue)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = jackfield_openai_catalogue.nothing


def test_manifests_can_import_it_without_weight() -> None:
    code = (
        "import sys, jackfield.manifest\n"
        "before = {*sys.modules}\n"
        "import jackfield_openai_catalogue as c\n"
        "c.row, c.RESERVED, c.ALIASES, c.NAMING, c.ENDPOINT, c.catalogue\n"
        "print(sorted({*sys.modules} - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ast.literal_eval(done.stdout)
    assert loaded
    assert {name.partition(".")[0] for name in loaded} == {"jackfield_openai_catalogue"}
    assert "jackfield_openai_catalogue.record" not in loaded
