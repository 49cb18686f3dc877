"""YAML composed to plain data that knows where in the file it stands.

Values are those of YAML 1.1 as PyYAML reads it, but dates stay the text they are. A key may occur
once in a mapping; ``<<`` merges other mappings in, below the mapping's own keys.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any

import yaml  # type: ignore[import-untyped]  # it has no types of its own

from jackfield_proxy.config.places import Block, Items
from jackfield_proxy.config.problems import Failed, Path, Report

MAX_DEPTH = 50
MAX_NODES = 100_000
"""How much a file may hold once its aliases are written out."""

_TAG = "tag:yaml.org,2002:"
_MERGE = _TAG + "merge"
_TEXTS = frozenset(_TAG + kind for kind in ("str", "timestamp", "value", "merge"))
_LARGEST = 2**63
_BREAK = re.compile("\r\n|\r|\n")


def load(text: str, report: Report) -> Any:
    """The document: a `Block`, `Items`, a scalar, or None where there is nothing.

    Problems are noted in ``report``; data around them is still there.

    Raises:
        Failed: it can't be read as YAML at all.
    """
    return _Builder(text, report).document()


class _Builder:
    def __init__(self, text: str, report: Report) -> None:
        self._text = text
        self._report = report
        # The ends of all lines but the last; a break at the end of the file begins none.
        self._ends = [found.end() for found in _BREAK.finditer(text) if found.end() < len(text)]
        self._done: dict[int, Any] = {}
        self._open: set[int] = set()

    def document(self) -> Any:
        try:
            self._measure()
            root = yaml.compose(self._text, Loader=yaml.CSafeLoader)
        except yaml.reader.ReaderError as error:
            before = self._text.encode("utf-8")[: error.position].decode("utf-8", "ignore")
            what = f"the character U+{error.character:04X} is not allowed in YAML"
            self._fail(self._line(len(before)), what)
        except yaml.MarkedYAMLError as error:
            self._fail_as(error)
        if root is None:
            return None
        return self._build(root, ())

    # Places -----------------------------------------------------------------------------------

    def _line(self, index: int) -> int:
        return bisect_right(self._ends, index) + 1

    def _line_of(self, node: Any) -> int:
        return self._line(node.start_mark.index)

    def _fail(self, line: int, message: str) -> None:
        self._report.problem(line, (), message)
        raise Failed

    def _fail_as(self, error: Any) -> None:
        mark = error.problem_mark or error.context_mark
        line = self._line(mark.index) if mark else 1
        words = [error.context, error.problem]
        if error.context_mark is not None and error.context:
            begun = self._line(error.context_mark.index)
            words[0] += f" that begins on line {begun}" if begun != line else ""
        said = ", ".join(word for word in words if word)
        start = self._ends[line - 2] if line > 1 else 0
        indent = re.compile(r"[ \t]*").match(self._text, start)
        hint = " (indent with spaces, not tabs)" if indent and "\t" in indent[0] else ""
        self._fail(line, f"this is not valid YAML: {said}{hint}")

    def _measure(self) -> None:
        """Refuse what nests deep or grows huge, before the composer: its recursion has no limit."""
        known: dict[str, tuple[int, int]] = {}
        stack: list[tuple[str | None, int, int]] = [(None, 0, 0)]  # anchor, values, levels below
        for event in yaml.parse(self._text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                anchor, size, height = event.anchor, 0, 0
                stack.append((anchor, 1, 0))
            elif isinstance(event, yaml.CollectionEndEvent):
                anchor, size, height = stack.pop()
                height += 1
            elif isinstance(event, yaml.ScalarEvent):
                anchor, size, height = event.anchor, 1, 0
            elif isinstance(event, yaml.AliasEvent):
                anchor = None
                size, height = known.get(event.anchor, (1, 0))
            else:
                continue
            if anchor is not None:
                known[anchor] = size, height
            above, total, levels = stack[-1]
            stack[-1] = above, total + size, max(levels, height)
            line = self._line(event.start_mark.index)
            if len(stack) - 1 + height > MAX_DEPTH:
                self._fail(line, f"it is nested more than {MAX_DEPTH} deep")
            if total + size > MAX_NODES:
                self._fail(line, f"it is too large: over {MAX_NODES} values, aliases written out")

    # Values -----------------------------------------------------------------------------------

    def _build(self, node: Any, path: Path) -> Any:
        if id(node) in self._done:
            return self._done[id(node)]
        if id(node) in self._open:
            self._report.problem(self._line_of(node), path, "the anchor holds an alias of itself")
            return None
        self._open.add(id(node))
        built: Any
        if isinstance(node, yaml.MappingNode):
            self._check_tag(node, "map", path)
            built = self._mapping(node, path)
        elif isinstance(node, yaml.SequenceNode):
            self._check_tag(node, "seq", path)
            built = self._sequence(node, path)
        else:
            built = self._scalar(node, path)
        self._open.discard(id(node))
        self._done[id(node)] = built
        return built

    def _check_tag(self, node: Any, kind: str, path: Path) -> None:
        if node.tag not in (_TAG + kind, "!"):
            self._report.problem(self._line_of(node), path, "its YAML tag has no meaning here")

    def _sequence(self, node: Any, path: Path) -> Items:
        items = Items(path, self._line_of(node))
        for index, inner in enumerate(node.value):
            items.append(self._build(inner, (*path, index)))
            items.lines.append(self._line_of(inner))
        return items

    def _mapping(self, node: Any, path: Path) -> Block:
        block = Block(path, self._line_of(node))
        seen: dict[str, int] = {}
        merges: list[Any] = []
        for key_node, value_node in node.value:
            line = self._line_of(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._report.problem(line, path, "a key is text, not a list or a mapping")
                continue
            key = key_node.value
            if key in seen:
                message = f"the key is there twice, on line {seen[key]} too"
                self._report.problem(line, (*path, key), message)
                continue
            seen[key] = line
            if key_node.tag == _MERGE:
                merges.append(value_node)
                continue
            block[key] = self._build(value_node, (*path, key))
            block.lines[key] = line
        for merged in self._merged(merges, path):
            for key in merged:
                if key not in block:
                    block[key] = merged[key]
                    block.lines[key] = merged.lines[key]
        return block

    def _merged(self, nodes: list[Any], path: Path) -> Iterator[Block]:
        for node in nodes:
            several = isinstance(node, yaml.SequenceNode)
            for inner in node.value if several else [node]:
                value = self._build(inner, (*path, "<<"))
                if isinstance(value, Block):
                    yield value
                elif id(inner) not in self._open:  # else it was noted
                    message = "what is merged in is a mapping, or a list of mappings"
                    self._report.problem(self._line_of(inner), (*path, "<<"), message)

    def _scalar(self, node: Any, path: Path) -> Any:
        kind = node.tag.removeprefix(_TAG)
        if node.tag in _TEXTS or node.tag == "!":
            return node.value
        if kind == "null":
            return None
        makers: dict[str, Callable[[], Any]] = {
            "bool": lambda: yaml.CSafeLoader.bool_values[node.value.lower()],
            "int": lambda: _integer(node),
            "float": lambda: _SCALARS.construct_yaml_float(node),
        }
        make = makers.get(kind)
        if make is None:
            self._report.problem(self._line_of(node), path, "its YAML tag has no meaning here")
            return None
        try:
            return make()
        except (ValueError, KeyError, IndexError, OverflowError):
            self._report.problem(self._line_of(node), path, f"this is no {kind} that can be used")
            return None


def _integer(node: Any) -> int:
    value: int = _SCALARS.construct_yaml_int(node)
    if abs(value) >= _LARGEST:
        raise OverflowError
    return value


_SCALARS: Any = yaml.constructor.SafeConstructor()
