"""What the documentation consists of: pages, their fenced blocks, links and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import attrs

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "docs" / "pages"

_FENCE = re.compile(
    r"^(?P<indent>[ ]*)(?P<fence>`{3,})[ ]*(?P<language>[\w-]*)(?P<rest>[^\n`]*)\n"
    r"(?P<code>.*?)"
    r"^(?P=indent)(?P=fence)[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_TITLE = re.compile(r'title="([^"]*)"')
_SKIP = re.compile(r"<!-- test: skip because ([^>]+) -->\s*\Z")
_RUNS = re.compile(r"^<!-- test: run the commands -->$", re.MULTILINE)
SHELL = ("console", "bash", "sh", "shell")


@attrs.frozen
class Block:
    language: str
    title: str | None
    code: str
    line: int
    skipped: str | None = None
    runs: bool = False
    """Whether it stands below the line that has commands run."""


@attrs.frozen
class Page:
    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return _FENCE.sub("", self.text)

    @property
    def blocks(self) -> list[Block]:
        return list(_blocks(self.text))


def _blocks(text: str) -> Iterator[Block]:
    mark = _RUNS.search(text)
    for found in _FENCE.finditer(text):
        skipped = _SKIP.search(text[: found.start()])
        title = _TITLE.search(found["rest"])
        indent = len(found["indent"])
        code = "".join(line[indent:] for line in found["code"].splitlines(keepends=True))
        yield Block(
            found["language"],
            title[1] if title else None,
            code,
            text[: found.start()].count("\n") + 2,
            skipped[1].strip() if skipped else None,
            mark is not None and mark.start() < found.start(),
        )


@cache
def pages() -> tuple[Page, ...]:
    """Every page: the site's, and the READMEs and guides beside the code."""
    found = [
        *sorted(SITE.rglob("*.md")),
        *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")),
        ROOT / "core" / "README.md",
        ROOT / "core" / "bench" / "README.md",
        *sorted(ROOT.glob("plugins/*/README.md")),
        ROOT / "plugins" / "proxy" / "bench" / "README.md",
    ]
    return tuple(Page(path) for path in found)


def page(name: str) -> Page:
    """The page at a path below the checkout."""
    return Page(ROOT / name)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as mkdocs and GitHub make them."""
    found = set(re.findall(r"\{ *#([\w.-]+) *\}", text)) | set(re.findall(r'id="([^"]+)"', text))
    for heading in re.findall(r"^#+ (.*)$", _FENCE.sub("", text), re.MULTILINE):
        plain = re.sub(r"[^\w\s-]", "", re.sub(r"\{ *#.*\}", "", heading).lower()).strip()
        found |= {re.sub(r"[\s-]+", "-", plain), re.sub(r"\s", "-", plain)}
    return found
