"""The virtual environments below `.venv-bench/`, one per contender that needs its own."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from contenders import Contender

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-bench"
LOCAL = ("core", "plugins/openai_catalogue", "plugins/openai")
"""The checkout's distributions that are installed, in the order of their dependencies."""


class EnvironmentFailure(Exception):
    """An environment can't be made; the message says why."""


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Keep other runs of the bench out: they would reinstall what this one measures."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another run of the bench to end", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def python(contender: Contender) -> Path:
    """Return the interpreter of a contender's environment, which may not exist."""
    return FOLDER / contender.environment / "bin" / "python"


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return " / ".join((errors or lines or ["no message"])[-2:])


def _create(contender: Contender) -> Path:
    interpreter = python(contender)
    if _run(interpreter, "-c", "").returncode if interpreter.exists() else True:
        done = _run(sys.executable, "-m", "venv", "--clear", FOLDER / contender.environment)
        if done.returncode:
            raise EnvironmentFailure(f"no virtual environment: {_reason(done)}")
    return interpreter


def _pip(interpreter: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    return _run(*pip, "--python", interpreter, *arguments)


def _wheels(folder: str) -> list[Path]:
    # The build backend comes from the environment that runs the bench where it has it, so that a
    # run needs no network; the measured environment stays what a user has.
    isolation = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    sources = [ROOT / source for source in LOCAL]
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    done = _run(*pip, "wheel", "--no-deps", *isolation, "--wheel-dir", folder, *sources)
    if done.returncode:
        raise EnvironmentFailure(f"the checkout doesn't build: {_reason(done)}")
    return sorted(Path(folder).glob("*.whl"))


def install_checkout(contender: Contender) -> None:
    """Install the checkout as it is now (not editable) and, where missing, what it depends on.

    Raises:
        EnvironmentFailure: it doesn't build, or the dependencies can't be had.
    """
    interpreter = _create(contender)
    with tempfile.TemporaryDirectory() as folder:
        wheels = _wheels(folder)
        done = _pip(interpreter, "install", "--no-deps", "--force-reinstall", *wheels)
        if done.returncode:
            raise EnvironmentFailure(_reason(done))
        missing = _run(interpreter, "-c", "import dotenv").returncode
        if missing or _pip(interpreter, "check").returncode:
            done = _pip(interpreter, "install", *wheels, *contender.requirements)
            if done.returncode:
                raise EnvironmentFailure(_reason(done))


def install_newest(contender: Contender) -> str | None:
    """Install or upgrade a peer; return a remark if an older installation has to do.

    Raises:
        EnvironmentFailure: it isn't installed and can't be (no network, say).
    """
    interpreter = _create(contender)
    done = _pip(interpreter, "install", "--upgrade", *contender.requirements)
    if done.returncode == 0:
        return None
    if contender.distributions[0] not in versions(contender):
        raise EnvironmentFailure(_reason(done))
    return f"not upgraded: {_reason(done)}"


def versions(contender: Contender) -> dict[str, str]:
    """Return the versions of those of a contender's distributions that are installed."""
    code = """
import importlib.metadata, json, sys
found = {each.name.lower(): each.version for each in importlib.metadata.distributions()}
print(json.dumps({name: found[name] for name in sys.argv[1:] if name in found}))
"""
    interpreter = python(contender)
    if not interpreter.exists():
        return {}
    done = _run(interpreter, "-c", code, *contender.distributions)
    if done.returncode:
        return {}
    found: dict[str, str] = json.loads(done.stdout)
    return found


def compile_all(interpreter: Path, workers: Sequence[Path]) -> None:
    """Write the `.pyc` files of the environment and the workers, so that no run has to."""
    library = interpreter.parents[1] / "lib"
    _run(interpreter, "-m", "compileall", "-q", library, *workers)
