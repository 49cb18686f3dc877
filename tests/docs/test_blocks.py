"""Every Python block of the documentation runs, and prints what the page says it prints."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import docpages
import pytest

from jackfield_testing import Sandbox

RUNNABLE = [
    page
    for page in docpages.pages()
    if any(block.runs or block.language == "python" for block in page.blocks)
]
SKIPPED = [
    (page.name, block.line) for page in docpages.pages() for block in page.blocks if block.skipped
]


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: page.name)
def test_the_blocks_of_a_page_run(page: docpages.Page, sandbox: Sandbox, tmp_path: Path) -> None:
    blocks = [attrs.asdict(block) for block in page.blocks if not block.skipped]
    if any("curl " in block["code"] for block in blocks if block["runs"]):
        needs("curl", "bash")
    script = tmp_path / "page.json"
    script.write_text(json.dumps({"page": page.name, "blocks": blocks}), "utf-8")
    work = tmp_path / "work"
    work.mkdir()
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OPENAI_", "JACKFIELD_", "PYTEST_", "COV_"))
        and not name.lower().endswith("_proxy")
    }
    where = {f"{who}_BASE_URL": sandbox.base_url for who in ("OPENAI", "ACME")}
    keys = {f"{who}_API_KEY": sandbox.api_key for who in ("OPENAI", "ACME")}
    done = subprocess.run(
        [sys.executable, "-W", "error", Path(__file__).with_name("run_page.py"), script],
        cwd=work,
        env={**kept, **where, **keys, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_no_more_is_skipped_than_is_known() -> None:
    assert SKIPPED == []


def test_output_follows_a_block_that_runs() -> None:
    for page in docpages.pages():
        before = None
        for block in page.blocks:
            if block.title == "Output":
                assert before is not None, f"{page.name}:{block.line}"
                runs = ("python", *(docpages.SHELL if block.runs else ()))
                assert before.language in runs, f"{page.name}:{block.line}"
            before = block
