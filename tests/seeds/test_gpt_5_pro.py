"""What the page notes of GPT-5 Pro, which is the catalogue's to know."""

from __future__ import annotations

import pytest
from marks import CATALOGUE, covers

from jackfield_openai_catalogue.lookup import row
from jackfield_openai_catalogue.record import ModelRecord, structured

SECTION = "gpt-5-pro-special-notes"


def note(number: int) -> pytest.MarkDecorator:
    return covers(CATALOGUE, later=f"{SECTION}#point:{number}")


@pytest.fixture(params=["gpt-5-pro", "gpt-5-pro-2025-10-06"])
def pro(request: pytest.FixtureRequest) -> ModelRecord:
    facts = row(request.param)
    assert facts is not None
    return structured(request.param, dict(facts))


@note(1)
def test_it_is_served_by_responses_alone(pro: ModelRecord) -> None:
    assert pro.surfaces == ("responses",)


@note(2)
def test_it_does_not_stream(pro: ModelRecord) -> None:
    assert pro.streaming is False


@note(3)
def test_its_effort_is_the_highest(pro: ModelRecord) -> None:
    assert pro.effort == ("high",)
    assert pro.effort_default == "high"


@note(4)
def test_its_windows(pro: ModelRecord) -> None:
    assert pro.context_window == 400_000
    assert pro.max_output_tokens == 272_000


@note(5)
def test_its_prices(pro: ModelRecord) -> None:
    assert pro.prices is not None
    assert (pro.prices.input, pro.prices.output) == (15.0, 120.0)
    assert (pro.prices.batch_input, pro.prices.batch_output) == (7.5, 60.0)


@note(6)
def test_its_tools(pro: ModelRecord) -> None:
    assert {"web_search", "file_search", "image_generation", "mcp"} <= set(pro.tools)
    assert {"code_interpreter", "computer_use_preview"} <= set(pro.tools_excluded)
    assert not set(pro.tools) & set(pro.tools_excluded)


@note(7)
def test_its_modalities(pro: ModelRecord) -> None:
    assert pro.input == ("text", "image")
    assert pro.output == ("text",)
