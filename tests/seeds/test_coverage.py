"""Every item of the two pages has a test, and every test is about an item that there is."""

from __future__ import annotations

import pytest
import seedpages
from marks import Mark

pytestmark = pytest.mark.usefixtures("needs_pages")


@pytest.fixture
def needs_pages() -> None:
    if not seedpages.items():
        pytest.skip("the pages are not beside this checkout")


def test_the_pages_have_items_of_every_kind() -> None:
    found = {(item.document, item.kind) for item in seedpages.items()}
    assert found == {(d, k) for d in seedpages.DOCUMENTS for k in ("block", "row", "point")}
    names = [item.name for item in seedpages.items()]
    assert len(names) == len(set(names)) > 150


def test_every_item_has_a_test(said: list[Mark]) -> None:
    named = {mark.name for mark in said}
    missing = [item for item in seedpages.items() if item.name not in named]
    assert not missing, "no test for:\n" + "\n".join(
        f"{item.name} (line {item.line}): {item.text.splitlines()[0]}" for item in missing
    )


def test_every_test_is_about_an_item_that_there_is(said: list[Mark]) -> None:
    names = {item.name for item in seedpages.items()}
    assert {mark.name for mark in said} - names == set()
