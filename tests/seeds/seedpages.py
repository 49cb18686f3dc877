"""The two pages that Jackfield implements, and what they consist of.

They lie beside the checkout with the other reference material and are not part of the project. An
item of theirs is a fenced block, a row of a table or a point of a list, and has a name that its
place gives it: ``later:usage#block:1``, ``earlier:openai-vision-models#row:gpt-4o``. Blocks and
points are counted in their section from 1; a row is named by its first cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import attrs
import material

DOCUMENTS = {"later": "openai_docs_later.md", "earlier": "openai_docs_earlier.md"}

_FENCE = re.compile(r"^[ ]*(`{3,})[ ]*([\w-]*)")
_HEADING = re.compile(r"^(#{1,6}) +(.*?)\s*$")
_RULE = re.compile(r"^\|?(\s*:?-{3,}:?\s*\|)+(\s*:?-{3,}:?\s*)?$")


@attrs.frozen
class Item:
    """A block, a row or a point.

    Args:
        document: ``later`` or ``earlier``.
        section: the headings that it is under, without the page's title.
        kind: ``block``, ``row`` or ``point``.
        key: its number, or a row's first cell.
        text: the code, the point, or the row's cells joined by tabs.
        language: a block's.
        line: where its text begins in the document, from 1.
    """

    document: str
    section: str
    kind: str
    key: str
    text: str
    language: str
    line: int

    @property
    def name(self) -> str:
        return f"{self.document}:{self.section}#{self.kind}:{self.key}"

    @property
    def cells(self) -> list[str]:
        return self.text.split("\t")


def folder() -> Path | None:
    """Where the pages lie, or None where they don't."""
    shared = material.shared()
    found = shared / "seeds" if shared is not None else None
    return found if found is not None and found.is_dir() else None


@cache
def items() -> tuple[Item, ...]:
    """Every item of both pages, in their order; none where the pages are absent."""
    where = folder()
    if where is None:
        return ()
    return tuple(
        item
        for document, file in DOCUMENTS.items()
        for item in extract(document, (where / file).read_text("utf-8"))
    )


def extract(document: str, text: str) -> Iterator[Item]:
    """Give the items of one page of Markdown."""
    counts: Counter[tuple[str, str]] = Counter()
    headings: list[tuple[int, str]] = []
    fence, language, start = "", "", 0
    code: list[str] = []
    table = 0  # lines of the table that goes on, its head and rule included
    lines = text.splitlines()

    def item(kind: str, content: str, line: int, key: str = "", language: str = "") -> Item:
        section = "/".join(slug for level, slug in headings if level > 1)
        counts[section, kind] += 1
        key = key or str(counts[section, kind])
        return Item(document, section, kind, key, content, language, line)

    for number, line in enumerate(lines, 1):
        opening = _FENCE.match(line)
        if fence:
            if opening and opening[1].startswith(fence) and line.strip() == opening[1]:
                yield item("block", "\n".join([*code, ""]), start, language=language)
                fence = ""
            else:
                code.append(line)
            continue
        if opening:
            fence, language, code, start = opening[1], opening[2], [], number + 1
            continue
        if heading := _HEADING.match(line):
            level = len(heading[1])
            headings = [*(one for one in headings if one[0] < level), (level, slug(heading[2]))]
        table = table + 1 if line.startswith("|") else 0
        if table == 2 and not _RULE.match(line.strip()):
            raise ValueError(f"{document}, line {number}: a table without a rule below its head")
        if table > 2:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            yield item("row", "\t".join(cells), number, key=cells[0].replace("`", ""))
        if line.startswith("- "):
            yield item("point", line[2:].strip(), number)
    if fence:
        raise ValueError(f"{document}: the block at line {start} has no end")


def slug(heading: str) -> str:
    """Give a heading as it appears in names."""
    return re.sub(r"[^a-z0-9._]+", "-", heading.lower()).strip("-._")
