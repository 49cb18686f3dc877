"""Ways to run the command: in this process or as a process, without the settings around it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jackfield_cli.main import root
from jackfield_testing.strategies import use

sys.path.insert(0, str(Path(__file__).parent))  # for terminals
use()

VARIABLES = ("OPENAI_", "JACKFIELD_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONWARNINGS")


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(VARIABLES):
            monkeypatch.delenv(name)
    monkeypatch.setenv("JACKFIELD_DOTENV", "0")


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run the command in this process."""

    def run(*args: str, **settings: Any) -> Result:
        return CliRunner().invoke(root, args, prog_name="jackfield", **settings)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run ``python -m jackfield_cli`` in an empty folder; variables are keyword arguments."""

    def process(*args: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "jackfield_cli", *args],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            env={**os.environ, **env},
            timeout=30,
        )

    return process
