"""The virtual environment `.venv-bench/proxy`: the checkout's distributions as a user has them."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / ".venv-bench"
PROXY = FOLDER / "proxy"
MEASURED = ("aiohttp", "uvicorn", "uvloop", "httptools", "jackfield-proxy")
"""Whose versions the report names."""


class EnvironmentFailure(Exception):
    """The environment can't be made; the message says why."""


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Keep other benches of this checkout out: they would take the CPUs, or reinstall."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another bench to end", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _sources() -> list[Path]:
    """Return the core, the command line, the proxy, and all of OpenAI's plugins."""
    plugins = ROOT / "plugins"
    return [ROOT / "core", plugins / "cli", plugins / "proxy", *sorted(plugins.glob("openai*"))]


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise EnvironmentFailure(f"{command[-1]}: {(lines or ['no message'])[-1]}")
    return done


def install() -> Path:
    """Install the checkout as it is now, not editable; return the environment's commands' folder.

    An index is asked only for what is missing.

    Raises:
        EnvironmentFailure: it doesn't build, or the dependencies can't be had.
    """
    python = PROXY / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    if not python.exists():
        _run(sys.executable, "-m", "venv", PROXY)
    isolation = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    with tempfile.TemporaryDirectory() as folder:
        _run(*pip, "wheel", "--no-deps", *isolation, "--wheel-dir", folder, *_sources())
        wheels = sorted(Path(folder).glob("*.whl"))
        into = (*pip, "--python", python, "install")
        _run(*into, "--no-deps", "--force-reinstall", *wheels)
        try:
            _run(*pip, "--python", python, "check")
        except EnvironmentFailure:
            _run(*into, *wheels)
    _run(python, "-m", "compileall", "-q", PROXY / "lib")
    return python.parent


def versions(binaries: Path) -> dict[str, str]:
    """Return the versions of what is measured, and of Python."""
    code = """
import importlib.metadata, platform, sys
print("Python", platform.python_version())
for name in sys.argv[1:]:
    print(name, importlib.metadata.version(name))
"""
    lines = _run(binaries / "python", "-c", code, *MEASURED).stdout.splitlines()
    return dict(line.split() for line in lines)
