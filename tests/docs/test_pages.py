"""The documentation names what there is: commands, hooks, names, packages, links."""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import console
import docpages
import pytest

import jackfield
from jackfield import config, hookspecs
from jackfield.client import ATTRIBUTES
from jackfield_cli.main import root
from jackfield_testing import laws, strategies

ROOT = docpages.ROOT
HOOKS = [
    name
    for name, found in vars(hookspecs).items()
    if inspect.isfunction(found) and hasattr(found, "jackfield_spec")
]
PROJECTS = [ROOT / "core", *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]


def project(folder: Path) -> dict:
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]


# Commands -----------------------------------------------------------------------------------------


def commands(word: str) -> Iterator[tuple[str, list[str]]]:
    """Where a command is shown, and its arguments: in shell blocks and between backquotes."""
    for page in docpages.pages():
        lines = [
            (block.line, line)
            for block in page.blocks
            if block.language in docpages.SHELL
            for line in (console.commands if "$ " in block.code else str.splitlines)(block.code)
        ]
        lines += [(0, found) for found in re.findall(r"`([^`\n]+)`", page.prose)]
        for number, line in lines:
            text = line.strip().removeprefix("$ ")
            words = shlex.split(text.partition(" | ")[2] or text, comments=True)
            words = list(
                itertools.takewhile(lambda word: word not in ("&", "&&", "||", ">"), words)
            )
            if words and words[0].endswith(word) and words[0] in (word, f".venv/bin/{word}"):
                yield f"{page.name}:{number}", words[1:]


def test_every_jackfield_command_can_be_parsed() -> None:
    seen = 0
    for where, words in commands("jackfield"):
        if not words or words[0].isupper() or words[0] == "…":
            continue
        seen += 1
        context = click.Context(root, info_name="jackfield")
        if words[0].startswith("-"):
            if where.endswith(":0"):  # prose may speak of options that others could add
                continue
            try:
                root.make_context("jackfield", words)  # with the options that the server adds
            except click.UsageError as error:
                pytest.fail(f"{where}: {error.format_message()}")
            continue
        command = root.get_command(context, words[0])
        assert command is not None, f"{where}: there is no jackfield {words[0]}"
        given = [word for word in words[1:] if not re.fullmatch(r"\[?[A-Z]+\]?|…", word)]
        if len(given) == len(words) - 1 and given:
            try:
                command.make_context(words[0], given, parent=context)
            except click.UsageError as error:
                pytest.fail(f"{where}: {error.format_message()}")
    assert seen > 20


def test_every_command_and_option_is_in_the_reference() -> None:
    text = docpages.page("docs/pages/reference/cli.md").text
    context = click.Context(root, info_name="jackfield")
    for name in root.list_commands(context):
        assert f"\n## jackfield {name}\n" in text, f"jackfield {name} is not documented"
        section = text.partition(f"\n## jackfield {name}\n")[2].partition("\n## ")[0]
        command = root.get_command(context, name)
        assert command is not None
        for param in command.params:
            for option in param.opts if isinstance(param, click.Option) else ():
                if option not in ("--json", "--help"):
                    assert f"{option}" in section, f"{name} {option} is not documented"


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    seen = set()
    for where, words in commands("make"):
        for word in words:
            if "=" not in word:
                assert word in targets, f"{where}: make {word}"
                seen.add(word)
    assert {"demo", "test", "lint", "docs"} <= seen
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) <= targets


def test_continuous_integration_runs_the_commands_of_the_readme() -> None:
    steps = re.findall(r"^step (make .*)$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert steps == ["make test", "make lint", "make docs"]
    assert "\nmake test " in docpages.page("README.md").text


# Names --------------------------------------------------------------------------------------------


def test_there_are_hooks() -> None:
    assert len(HOOKS) >= 4


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_documented_with_its_exact_arguments(hook: str) -> None:
    arguments = ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters)
    page = docpages.page("docs/pages/plugin-authors/hooks.md")
    assert f"\n## {hook}({arguments})\n" in page.text


def test_no_other_hook_is_documented() -> None:
    page = docpages.page("docs/pages/plugin-authors/hooks.md")
    assert re.findall(r"^## (\w+)\(", page.text, re.MULTILINE) == HOOKS


def documented() -> set[str]:
    """The objects that the reference shows, members of whole modules included."""
    found = set()
    for page in docpages.pages():
        if not page.name.startswith("docs/pages/reference/"):
            continue
        for name, options in re.findall(r"^::: (\S+)\n((?: .*\n|\n)*)", page.text, re.MULTILINE):
            found.add(name)
            members = re.search(r"members:((?:\n +- \w+)+| \[.*\])", options)
            try:
                module = importlib.import_module(name)
            except ModuleNotFoundError:
                continue
            listed = re.findall(r"\w+", members[1]) if members else vars(module)
            # Where pytest has rewritten asserts there are names of its own.
            found |= {f"{name}.{member}" for member in listed if member.isidentifier()}
    return found


DOCUMENTED = documented()
METHODS = {name for name in dir(jackfield.Client) if not name.startswith("_")} - {"close"}


@pytest.mark.parametrize("name", jackfield.__all__)
def test_a_public_name_is_in_the_reference(name: str) -> None:
    if name.removeprefix("a") in METHODS:  # the default clients' methods
        assert f"`jackfield.{name}`" in docpages.page("docs/pages/reference/api.md").text
        return
    found = getattr(jackfield, name)
    assert f"{found.__module__}.{found.__qualname__}" in DOCUMENTED


def test_what_the_reference_shows_exists() -> None:
    assert len(DOCUMENTED) > 50
    for name in DOCUMENTED:
        pkgutil.resolve_name(name)


def test_every_setting_is_in_the_table() -> None:
    table = docpages.page("docs/pages/reference/settings.md").text
    rows = {
        name: row
        for row in re.findall(r"^\| `.*$", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert {*config.CALL_SETTINGS, *ATTRIBUTES} <= set(rows)
    for name in config.CALL_SETTINGS:
        assert rows[name].split("|")[2].strip(), f"{name} is an argument of calls"
    for name in ATTRIBUTES:
        assert rows[name].split("|")[4].strip(), f"{name} is an attribute of the module"


def test_every_variable_is_in_the_settings_reference() -> None:
    text = docpages.page("docs/pages/reference/settings.md").text
    for folder in PROJECTS:
        for path in (folder / "src").rglob("*.py"):
            if "jackfield_testing" in path.parts:
                continue
            for name in set(
                re.findall(r"\b(?:JACKFIELD|OPENAI)_[A-Z_]+\b", path.read_text("utf-8"))
            ):
                assert name in text, f"{name} of {path.relative_to(ROOT)}"


# What plugins are tested with ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["plugins/testing/README.md", "docs/pages/plugin-authors/testing.md"]
)
@pytest.mark.parametrize("package", [laws, strategies], ids=["laws", "strategies"])
def test_every_law_and_strategy_is_in_the_tables(package: ModuleType, name: str) -> None:
    named = set(re.findall(r"`(?:\w+\.)?(\w+)(?:\(\))?`", docpages.page(name).prose))
    assert set(package.__all__) - named == set()


# Packages -----------------------------------------------------------------------------------------


def test_the_package_table_is_the_workspace() -> None:
    rows = {
        name: re.findall(r"[\w-]+", needs)
        for name, needs in re.findall(
            r"^\| \[`(jackfield[\w-]*)`\]\([^)]*\) \|[^|]*\| ([^|]*) \|$",
            docpages.page("README.md").text,
            re.MULTILINE,
        )
    }
    declared = {
        project(folder)["name"]: [
            re.split(r"[<>=!~\[; ]", need)[0] for need in project(folder)["dependencies"]
        ]
        for folder in PROJECTS
    }
    assert {name: sorted(needs) for name, needs in rows.items()} == {
        name: sorted(needs) for name, needs in declared.items()
    }


def test_the_changelog_has_the_version_of_every_package() -> None:
    changes = docpages.page("CHANGELOG.md").text
    assert {project(folder)["version"] for folder in PROJECTS} == {jackfield.__version__}
    assert f"\n## {jackfield.__version__}" in changes


# The README's promises ----------------------------------------------------------------------------


def test_the_example_has_ten_lines_at_most() -> None:
    example = next(
        b for b in docpages.page("README.md").blocks if b.language == "python" and not b.title
    )
    assert len(example.code.splitlines()) <= 10


@pytest.mark.parametrize("name", ["README.md", "docs/pages/plugin-authors/index.md"])
def test_the_plugin_has_twenty_lines_at_most(name: str) -> None:
    files = [
        block
        for block in docpages.page(name).blocks
        if block.title and block.title.startswith("jackfield_acme/")
    ]
    assert [block.title for block in files] == [
        "jackfield_acme/manifest.py",
        "jackfield_acme/chat.py",
    ]
    assert sum(len(block.code.splitlines()) for block in files) <= 20


def test_the_tutorials_plugin_is_the_readmes() -> None:
    def shown(name: str) -> list[str]:
        blocks = docpages.page(name).blocks
        return [b.code for b in blocks if b.title and b.title.startswith("jackfield_acme/")]

    assert shown("README.md") == shown("docs/pages/plugin-authors/index.md")


# Links --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", docpages.pages(), ids=lambda page: page.name)
def test_links_lead_somewhere(page: docpages.Page) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.prose):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.path.parent / path).resolve() if path else page.path
        assert found.exists(), f"{page.name}: {target}"
        if anchor.startswith("jackfield"):
            name = f"\n::: {anchor}\n"
            text = found.read_text("utf-8")
            assert name in text or anchor in DOCUMENTED, f"{page.name}: {target}"
        elif anchor:
            assert anchor in docpages.anchors(found.read_text("utf-8")), f"{page.name}: {target}"


@pytest.mark.parametrize("page", docpages.pages(), ids=lambda page: page.name)
def test_pages_name_no_machine(page: docpages.Page) -> None:
    assert not re.search(r"(?<![\w.])/(?:home|root|work|Users|opt)/", page.text)


def test_the_lock_names_no_registry() -> None:
    for path in sorted((ROOT / ".ci").glob("*requirements.txt")):
        for line in path.read_text("utf-8").splitlines():
            text = line.strip()
            assert "://" not in text, path.name
            assert not text.startswith("-") or text.startswith("--hash=sha256:"), path.name
