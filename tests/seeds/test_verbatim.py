"""The pages' own Python runs, block by block and row by row.

Tests of our own say what each does; these say that the text of the pages does it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import seedpages
import verbatim

from jackfield_testing import Sandbox

_SERVER = "//0.0.0.0:"
"""Where clients of the server ask; they are run in test_proxy."""

BLOCKS = [
    item
    for item in seedpages.items()
    if item.kind == "block" and item.language == "python" and _SERVER not in item.text
]
ROWS = [item for item in seedpages.items() if item.kind == "row" and "completion(" in item.cells[1]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    verbatim.write_files(tmp_path)


def run(item: seedpages.Item, code: str, upstream: Sandbox) -> None:
    calls = verbatim.calls_in(code)
    names: dict[str, Any] = verbatim.run(item, code)
    if not calls:  # what it sets is for a call to come
        names["completion"]("gpt-4o", names["messages"])
    verbatim.check(upstream, calls or 1)


@pytest.mark.parametrize("item", BLOCKS, ids=lambda item: item.name)
def test_a_block_runs(upstream: Sandbox, here: None, item: seedpages.Item) -> None:
    run(item, verbatim.corrected(item.text, upstream.base_url), upstream)


@pytest.mark.parametrize("item", ROWS, ids=lambda item: item.name)
def test_the_call_of_a_row_runs(upstream: Sandbox, here: None, item: seedpages.Item) -> None:
    run(item, item.cells[1].strip("`"), upstream)


def test_all_of_them_are_run() -> None:
    if not seedpages.items():
        pytest.skip("the pages are not beside this checkout")
    assert len(BLOCKS) > 25
    assert len(ROWS) > 80


def test_no_more_is_changed_than_is_said() -> None:
    code = (
        'import litellm\nos.environ["OPENAI_API_KEY"] = ""\nos.environ["OPENAI_API_KEY"] = "sk-1"\n'
        'litellm.api_base = "https://your_host/v1"\nurl = "https://example.com/v1"\n'
        "response = litellm.acompletion()\nother = litellm.completion()\n"
    )
    assert verbatim.corrected(code, "http://127.0.0.1:9/v1") == (
        'import jackfield\nos.environ["OPENAI_API_KEY"] = "sk-placeholder"\n'
        'os.environ["OPENAI_API_KEY"] = "sk-1"\n'
        'jackfield.api_base = "http://127.0.0.1:9/v1"\nurl = "https://example.com/v1"\n'
        "response = await jackfield.acompletion()\nother = jackfield.completion()\n"
    )
