"""Run the Python blocks of one page, in order and in one namespace. A script, given a JSON file.

Blocks with a title are files and are written first; a ``pyproject.toml`` among them is "installed",
so that its entry points are found. A ``text`` block titled "Output" is what the block before it
prints. ``test_….py`` files are run with pytest.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
import tomllib
from pathlib import Path
from typing import Any


def install(pyproject: str) -> None:
    """Put the metadata of a project where entry points are looked for."""
    project = tomllib.loads(pyproject)["project"]
    info = Path(f"{project['name'].replace('-', '_')}-{project['version']}.dist-info")
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = []
    for group, entries in project.get("entry-points", {}).items():
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in entries.items()), ""]
    (info / "entry_points.txt").write_text("\n".join(lines))


def write_files(blocks: list[dict[str, Any]]) -> list[str]:
    """Write the titled blocks; gives the names of the tests among them."""
    tests = []
    for block in blocks:
        name = block["title"]
        if not name or name == "Output":
            continue
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block["code"], "utf-8")
        if path.name == "pyproject.toml":
            install(block["code"])
        elif path.name.startswith("test_"):
            tests.append(name)
    importlib.invalidate_caches()
    return tests


def main(page: str, blocks: list[dict[str, Any]]) -> None:
    tests = write_files(blocks)
    names: dict[str, Any] = {"__name__": "page"}
    module = type(sys)("page")
    module.__dict__.update(names)
    sys.modules["page"] = module
    names = module.__dict__
    printed = ""
    for block in blocks:
        where = f"{page}, block at line {block['line']}"
        if block["language"] == "python" and not block["title"]:
            # Line numbers of the page, so that a traceback points into it.
            code = compile("\n" * (block["line"] - 1) + block["code"], page, "exec")
            caught = io.StringIO()
            try:
                with contextlib.redirect_stdout(caught):
                    exec(code, names)
            except BaseException:
                print(f"{where} failed; it printed:\n{caught.getvalue()}", file=sys.stderr)
                raise
            printed = caught.getvalue()
        elif block["title"] == "Output" and printed.strip() != block["code"].strip():
            sys.exit(f"{where}: the page says\n{block['code']}\nbut it prints\n{printed}")
    if tests:
        import pytest

        sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-c", "/dev/null", *tests]))


if __name__ == "__main__":
    sys.path.insert(0, "")
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    main(given["page"], given["blocks"])
