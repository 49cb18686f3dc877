"""Wheels of this checkout, and clean environments that hold some of them.

Every environment has the wheels under test and the third-party packages that they declare, nothing
of this checkout.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import textwrap
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from jackfield_testing import Sandbox

BUILD = """
import os, sys
from hatchling.build import build_wheel
os.chdir(sys.argv[1])
print(build_wheel(sys.argv[2]))
"""

ACME = {
    "pyproject.toml": """
        [build-system]
        requires = ["hatchling"]
        build-backend = "hatchling.build"
        [project]
        name = "acme-models"
        version = "2.0"
        dependencies = ["jackfield"]
        [project.entry-points."jackfield.plugins"]
        acme = "acme_models.manifest:MANIFEST"
        [tool.hatch.build.targets.wheel]
        packages = ["acme_models"]
    """,
    "acme_models/__init__.py": "",
    "acme_models/manifest.py": """
        from jackfield.manifest import Claim, Endpoint, Manifest
        MANIFEST = Manifest(
            name="acme",
            module="acme_models.hooks",
            claims=(Claim("chat", "acme/", identity=True),),
            endpoint=Endpoint("http://127.0.0.1:9", base_env=("ACME_URL",), key_env=("ACME_KEY",)),
        )
    """,
    "acme_models/hooks.py": """
        from jackfield.envelope import WireRequest
        from jackfield.hookspecs import hookimpl
        @hookimpl
        def transform_request(call):
            return WireRequest(path="/chat/completions", body=call.body())
    """,
}
BROKEN = {
    "pyproject.toml": ACME["pyproject.toml"]
    .replace("acme-models", "broken-models")
    .replace("acme_models", "broken_models")
    .replace("acme =", "broken ="),
    "broken_models/__init__.py": "",
    "broken_models/manifest.py": "raise RuntimeError('born broken')",
}


def _project(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return folder


def _build(source: Path, into: Path) -> Path:
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(source), str(into)],
        capture_output=True,
        text=True,
        check=True,
    )
    return into / done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="session")
def wheels(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheels by short name, built from clean copies of the sources."""
    top = tmp_path_factory.mktemp("wheels")
    skipped = shutil.ignore_patterns("tests", "bench", "__pycache__", "*.egg-info", "dist", ".*")
    sources = {"core": root / "core"}
    for pattern in ("openai*", "cli", "proxy"):
        sources |= {path.name: path for path in sorted((root / "plugins").glob(pattern))}
    built = {}
    for name, folder in sources.items():
        copy = top / "sources" / name
        shutil.copytree(folder, copy, ignore=skipped)
        built[name] = _build(copy, top)
    for name, files in (("acme", ACME), ("broken", BROKEN)):
        built[name] = _build(_project(top / "sources" / name, files), top)
    return built


def _declared(wheel: Path) -> set[str]:
    """The third-party distributions that a wheel asks for, and what those ask for."""
    import zipfile
    from email.parser import HeaderParser

    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        metadata = HeaderParser().parsestr(archive.read(name).decode())
    wanted = [Requirement(text) for text in metadata.get_all("Requires-Dist") or ()]
    found: set[str] = set()
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        if name in found or name.startswith("jackfield"):
            continue
        found.add(name)
        for text in importlib.metadata.requires(name) or ():
            wanted.append(Requirement(text))
    return found


@pytest.fixture(scope="session")
def third_party(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the declared dependencies, copied from this environment."""
    folder = tmp_path_factory.mktemp("third-party")
    for name in sorted({dep for wheel in wheels.values() for dep in _declared(wheel)}):
        for file in importlib.metadata.files(name) or ():
            source = Path(str(file.locate()))
            if ".." in file.parts or not source.exists() or source.suffix == ".pyc":
                continue
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return folder


class Environment:
    """A virtual environment with some of the wheels."""

    def __init__(self, folder: Path, wheels: list[Path], third_party: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        self.python = folder / "bin" / "python"
        site = next((folder / "lib").glob("python*/site-packages"))
        (site / "third_party.pth").write_text(str(third_party))
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "--python", str(self.python)),
                *("install", "--no-deps", "--no-index", "--no-compile", "-q"),
                *map(str, wheels),
            ],
            check=True,
            capture_output=True,
        )

    def run(self, code: str, **variables: str) -> Any:
        """Run code that fills ``out``; it comes back through JSON."""
        program = f"import json\nout = {{}}\n{textwrap.dedent(code)}\nprint(json.dumps(out))"
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        done = subprocess.run(
            [str(self.python), "-W", "error", "-c", program],
            capture_output=True,
            text=True,
            env={**kept, "JACKFIELD_DOTENV": "0", **variables},
            cwd=self.python.parent,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="session")
def environment(
    wheels: dict[str, Path], third_party: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Environment]:
    """Environments by the wheels in them, each made once."""
    made: dict[tuple[str, ...], Environment] = {}

    def of(*names: str) -> Environment:
        if names not in made:
            folder = tmp_path_factory.mktemp("-".join(names))
            made[names] = Environment(folder, [wheels[name] for name in names], third_party)
        return made[names]

    return of


@pytest.fixture
def variables(sandbox: Sandbox) -> dict[str, str]:
    return {
        "OPENAI_BASE_URL": sandbox.base_url,
        "OPENAI_API_KEY": sandbox.api_key,
        "ACME_URL": sandbox.base_url,
        "ACME_KEY": sandbox.api_key,
    }
