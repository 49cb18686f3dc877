"""Run the Python blocks of one page, in order and in one namespace. A script, given a JSON file.

Blocks with a title are files and are written first; a ``pyproject.toml`` among them is "installed",
so that its entry points are found. A ``text`` block titled "Output" is what the block before it
prints. ``test_….py`` files are run with pytest.

Below a line ``<!-- test: run the commands -->`` the commands of shell blocks are run too, see
`console`. There files are written where they stand, so that a page may change one; an "Output" may
show ``…`` for what differs each time, and begins with "Error" where the command fails; a block
titled "Log" is what a server writes.
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

from console import Console, commands, same


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


SHELL = ("console", "bash", "sh", "shell")
NO_FILES = ("Output", "Log")


def write_files(blocks: list[dict[str, Any]]) -> list[str]:
    """Write the titled blocks; gives the names of the tests among them."""
    tests = []
    for block in blocks:
        name = block["title"]
        if not name or name in NO_FILES:
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
    tests = write_files([block for block in blocks if not block["runs"]])
    module = type(sys)("page")
    sys.modules["page"] = module
    with Console() as console:
        run(page, blocks, module.__dict__, console)
    if tests:
        import pytest

        sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-c", "/dev/null", *tests]))


def run(page: str, blocks: list[dict[str, Any]], names: dict[str, Any], console: Console) -> None:
    printed = ""
    for block, following in zip(blocks, [*blocks[1:], {}], strict=True):
        where = f"{page}, block at line {block['line']}"
        title, code = block["title"], block["code"]
        if title == "Output":
            if not console.missing and not (same if block["runs"] else _equal)(code, printed):
                sys.exit(f"{where}: the page says\n{code}\nbut it prints\n{printed}")
        elif title == "Log":
            if not console.waits_for(code):
                sys.exit(f"{where}: the page says\n{code}\nbut the log is\n{console.log()}")
        elif title:
            if block["runs"]:
                write_files([{**block, "code": console.local(code)}])
        elif block["language"] == "python":
            if not block["runs"]:
                printed = execute(page, block, names, where)
            else:
                local = {**block, "code": console.local(code)}
                printed = console.shown(execute(page, local, names, where))
        elif block["runs"] and block["language"] in SHELL:
            fails = following.get("title") == "Output" and following["code"].startswith("Error")
            printed = ""
            for command in commands(code):
                text, status = console.run(command)
                printed += text
                if (status != 0) != fails:
                    sys.exit(f"{where}: {command}\nended with {status}, and printed\n{text}")


def execute(page: str, block: dict[str, Any], names: dict[str, Any], where: str) -> str:
    """Run Python; what it prints."""
    # Line numbers of the page, so that a traceback points into it.
    code = compile("\n" * (block["line"] - 1) + block["code"], page, "exec")
    caught = io.StringIO()
    try:
        with contextlib.redirect_stdout(caught):
            exec(code, names)
    except BaseException:
        print(f"{where} failed; it printed:\n{caught.getvalue()}", file=sys.stderr)
        raise
    return caught.getvalue()


def _equal(shown: str, printed: str) -> bool:
    return shown.strip() == printed.strip()


if __name__ == "__main__":
    sys.path.insert(0, "")
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    main(given["page"], given["blocks"])
