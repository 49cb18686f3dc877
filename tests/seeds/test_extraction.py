"""Items are found in Markdown, wherever they are."""

from __future__ import annotations

import pytest
from seedpages import Item, extract

PAGE = """\
# Title

Words, and a line: not | a | table.

## Calls

```python
first()
```

<Tab>
  ```sh
  $ not a heading
  # nor this
  ```
</Tab>

### `deep_er` / Down — there!

````md
```python
inside()
```
| no | row |
- no point
````

| Model | Call |
|-------|:----:|
| `one` | `f("x")` |
| two|  `g()` |

- a point
- another
1. a step

## Other
- third
"""


def found(text: str) -> list[tuple[str, str, str]]:
    return [(item.name, item.language, item.text) for item in extract("page", text)]


def test_blocks_rows_and_points() -> None:
    deep = "page:calls/deep_er-down-there"
    assert found(PAGE) == [
        ("page:calls#block:1", "python", "first()\n"),
        ("page:calls#block:2", "sh", "  $ not a heading\n  # nor this\n"),
        (f"{deep}#block:1", "md", "```python\ninside()\n```\n| no | row |\n- no point\n"),
        (f"{deep}#row:one", "", '`one`\t`f("x")`'),
        (f"{deep}#row:two", "", "two\t`g()`"),
        (f"{deep}#point:1", "", "a point"),
        (f"{deep}#point:2", "", "another"),
        ("page:other#point:1", "", "third"),
    ]


def test_lines_and_cells() -> None:
    by_name = {item.name: item for item in extract("page", PAGE)}
    lines = PAGE.splitlines()
    for item in by_name.values():
        first = item.text.splitlines()[0]
        assert first.split("\t")[-1] in lines[item.line - 1]
    assert by_name["page:calls/deep_er-down-there#row:one"].cells == ["`one`", '`f("x")`']


def test_a_block_without_an_end_and_a_table_without_a_rule_are_errors() -> None:
    with pytest.raises(ValueError, match="line 2 has no end"):
        list(extract("page", "```\ncode\n"))
    with pytest.raises(ValueError, match="line 2: a table without a rule"):
        list(extract("page", "| a |\n| b |\n"))


def test_a_heading_ends_those_of_its_level_and_below() -> None:
    page = "# T\n## A\n#### B\n- 1\n### C\n- 2\n## D\n- 3\n"
    assert [item.section for item in extract("page", page)] == ["a/b", "a/c", "d"]
    assert isinstance(next(extract("page", page)), Item)
