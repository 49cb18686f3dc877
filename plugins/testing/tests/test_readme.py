"""The README's example for a user's own suite runs, and its table of faults is complete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jackfield_testing import Sandbox, laws, strategies
from jackfield_testing.sandbox import faults

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_example_for_pytest(sandbox_env: Sandbox) -> None:
    names: dict[str, Any] = {}
    exec(BLOCKS[0], names)
    names["test_my_app_retries"](sandbox_env)


def test_the_example_by_hand() -> None:
    exec(BLOCKS[1], {"print": lambda _: None})


def test_the_example_of_a_law() -> None:
    names: dict[str, Any] = {}
    exec(BLOCKS[2], names)
    names["test_requests_are_built_purely"]()


def test_every_strategy_and_law_in_the_tables_is_there() -> None:
    section = README.partition("## Strategies and laws")[2]
    rows = "\n".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE))
    listed = re.findall(r"`(\w+)`", rows)
    assert len(listed) > 20
    assert {*listed} <= {*strategies.__all__, *laws.__all__}


def test_every_directive_is_in_the_table() -> None:
    table = README.partition("| directive |")[2].partition("\n## ")[0]
    listed = set(
        re.findall(r"`([a-z0-9-]+)(?:=[^`]*)?`", "\n".join(re.findall(r"^\| .*? \|", table, re.M)))
    )
    assert listed == set(faults.DIRECTIVES)
