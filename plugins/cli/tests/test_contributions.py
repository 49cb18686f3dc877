"""What other distributions add: commands and root options, found by entry points, kept apart."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Process = Callable[..., "subprocess.CompletedProcess[str]"]
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
[EXAMPLE] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
LOUD = "import sys; print('LOADED ' + __name__, file=sys.stderr)\n"
HELLO = LOUD + (
    "import click, jackfield\n"
    "@click.command()\n"
    "@click.option('--fail', is_flag=True)\n"
    "def hello(fail):\n"
    "    '''Say hello.'''\n"
    "    if fail: raise jackfield.ConfigError('no hello today')\n"
    "    click.echo('hello')\n"
)


class Distribution:
    """A distribution that exists for one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, name: str, modules: dict[str, str], **groups: dict[str, str]) -> None:
        """Write its modules and its metadata; ``commands`` and ``options`` are its groups."""
        for module, source in modules.items():
            (self.folder / f"{module}.py").write_text(source)
        info = self.folder / f"{name.replace('-', '_')}-1.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
        lines = []
        for group, entries in groups.items():
            lines.append(f"[jackfield.{group}]")
            lines += [f"{entry} = {target}" for entry, target in entries.items()]
        (info / "entry_points.txt").write_text("\n".join(lines))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Distribution:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
    return Distribution(folder)


def test_the_sandbox_is_listed(process: Process) -> None:
    assert re.search(r"^  sandbox +Run an upstream", process("--help").stdout, re.MULTILINE)


def test_commands_are_found_and_a_broken_one_harms_no_other(
    process: Process, installed: Distribution
) -> None:
    installed.add(
        "acme-tools",
        {"acme_hello": HELLO, "acme_sad": LOUD + "import nothing_like_it", "acme_odd": "odd = 3"},
        commands={
            "hello": "acme_hello:hello",
            "sad": "acme_sad:sad",
            "odd": "acme_odd:odd",
            "chat": "acme_sad:chat",
        },
    )
    listed = process("--help")
    assert listed.returncode == 0
    assert "hello       Say hello." in listed.stdout
    assert re.search(r"sad +\(broken\) acme-tools can't be loaded: ModuleNotFound", listed.stdout)
    assert re.search(r"odd +\(broken\) acme-tools names a int", listed.stdout)
    assert "chat        Ask a model." in listed.stdout

    hello = process("hello")
    assert (hello.returncode, hello.stdout) == (0, "hello\n")
    assert hello.stderr == "LOADED acme_hello\n"

    failed = process("hello", "--fail")
    assert failed.returncode == 1
    assert "Error: no hello today" in failed.stderr

    sad = process("sad", "--any", "thing")
    assert sad.returncode == 1
    assert "the sad command can't be used: acme-tools can't be loaded" in sad.stderr
    assert "Traceback" not in sad.stderr

    assert "acme-tools 1.5" in process("--version").stdout


def test_two_distributions_with_one_name_are_both_named(
    process: Process, installed: Distribution
) -> None:
    for name in ("acme-one", "acme-two"):
        installed.add(name, {"acme_hello": HELLO}, commands={"hello": "acme_hello:hello"})
    failed = process("hello")
    assert failed.returncode == 1
    assert "acme-one and acme-two both bring it" in failed.stderr


def test_root_options_run_without_a_subcommand(process: Process, installed: Distribution) -> None:
    installed.add(
        "acme-server", {"acme_options": LOUD + EXAMPLE}, options={"server": "acme_options:add"}
    )
    served = process("--persona", "gpt-4o", "--loud")
    assert (served.returncode, served.stdout) == (0, "serving gpt-4o, debug True\n")
    assert process("--bot", "x.yaml").stdout == "serving x.yaml, debug False\n"

    listed = process("--help").stdout
    for option in ("--bot", "--persona", "--loud", "--version"):
        assert option in listed

    both = process("--persona", "gpt-4o", "plugins")
    assert both.returncode == 2
    assert "--persona can't be combined with a command" in both.stderr

    assert process("--version").returncode == 0
    plugins = process("plugins")
    assert plugins.returncode == 0
    assert "LOADED" not in plugins.stderr


def test_broken_options_and_options_that_exist_are_left_out_and_named(
    process: Process, installed: Distribution
) -> None:
    installed.add("acme-a", {"acme_options": EXAMPLE}, options={"a": "acme_options:add"})
    clash = "import click\ndef add(root):\n    root.contribute([click.Option([%r])], run=print)\n"
    installed.add(
        "acme-b",
        {
            "acme_taken": clash % "--bot",
            "acme_json": clash % "--json",
            "acme_sad": "def add(root): 1/0",
            "acme_free": clash % "--free",
        },
        options={
            "b": "acme_taken:add",
            "c": "acme_json:add",
            "d": "acme_sad:add",
            "e": "acme_sad:nothing",
            "f": "acme_free:add",
        },
    )
    shown = process("--bot", "x.yaml")
    assert shown.stdout == "serving x.yaml, debug False\n"
    warnings = shown.stderr.splitlines()
    assert len(warnings) == 4
    assert all(line.startswith("Warning: the options of acme-b can't be") for line in warnings)
    assert "--bot belongs to acme-a already" in warnings[0]
    assert "--json belongs to jackfield-cli already" in warnings[1]
    assert "ZeroDivisionError" in warnings[2]
    mixed = process("--bot", "x.yaml", "--free", "y")
    assert mixed.returncode == 2
    assert "acme-a and acme-b" in mixed.stderr
