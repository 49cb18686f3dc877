"""Built wheels in clean environments: what each set of distributions can do, and what it names.

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


@pytest.fixture(scope="module")
def wheels(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheels by short name, built from clean copies of the sources."""
    top = tmp_path_factory.mktemp("wheels")
    skipped = shutil.ignore_patterns("tests", "bench", "__pycache__", "*.egg-info", "dist", ".*")
    sources = {"core": root / "core"}
    sources |= {name: root / "plugins" / name for name in ("openai_catalogue", "openai")}
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


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
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


OPENAI = ("core", "openai_catalogue", "openai")
CALL = """
    import jackfield
    messages = [{"role": "user", "content": "Hello there"}]
"""


def failing(call: str) -> str:
    return f"""
    {CALL}
    try:
        {call}
    except jackfield.JackfieldError as error:
        out["kind"], out["text"] = type(error).__name__, str(error)
        out["distribution"] = getattr(error, "distribution", None)
    """


def test_nothing_of_the_checkout_is_in_a_clean_environment(environment: Any, root: Path) -> None:
    out = environment("core").run(
        "import sys, jackfield\nout['p'] = [jackfield.__file__, *sys.path]"
    )
    ours = [root / name for name in ("core", "plugins", ".venv")]
    assert not [path for path in out["p"] if any(Path(path).is_relative_to(o) for o in ours)]


def test_core_alone_imports_and_says_what_to_install(environment: Any) -> None:
    out = environment("core").run(failing('jackfield.completion("gpt-4o", messages)'))
    assert out["kind"] == "NoRouteError"
    assert "pip install" in out["text"]
    assert "jackfield[openai]" in out["text"]


def test_core_alone_still_folds_streams(environment: Any) -> None:
    chunk = {"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]}
    out = environment("core").run(
        f"import jackfield\nr = jackfield.stream_chunk_builder([{chunk!r}])\n"
        "out['text'] = r.choices[0].message.content"
    )
    assert out["text"] == "x"


def test_the_openai_plugin_talks_to_an_upstream(
    environment: Any, sandbox: Sandbox, variables: dict[str, str]
) -> None:
    out = environment(*OPENAI).run(
        f"""
        {textwrap.dedent(CALL)}
        import asyncio
        out["text"] = jackfield.completion("gpt-4o", messages).choices[0].message.content
        chunks = list(jackfield.completion("openai/gpt-4o", messages, stream=True))
        out["streamed"] = jackfield.stream_chunk_builder(chunks).choices[0].message.content
        result = asyncio.run(jackfield.acompletion("gpt-4o", messages))
        out["asynchronous"] = result.choices[0].message.content
        out["versions"] = {{p.distribution: p.version for p in jackfield.plugins()}}
        out["models"] = len(jackfield.list_models())
        """.replace("\n        ", "\n"),
        **variables,
    )
    assert "Hello there" in out["text"]
    assert out["text"] == out["streamed"] == out["asynchronous"]
    assert out["versions"] == {"jackfield": "0.1.0", "jackfield-openai": "0.1.0"}
    assert out["models"] > 50
    assert len(sandbox.requests) == 3


def test_another_surface_names_its_distribution(
    environment: Any, variables: dict[str, str]
) -> None:
    out = environment(*OPENAI).run(
        failing('jackfield.completion("gpt-5-pro", messages)'), **variables
    )
    assert out["kind"] == "NoRouteError"
    assert out["distribution"] == "jackfield-openai-responses"


def test_a_third_partys_wheel_adds_a_prefix_and_nothing_else_changes(
    environment: Any, sandbox: Sandbox, variables: dict[str, str]
) -> None:
    for names in (("core", "acme"), (*OPENAI, "acme", "broken")):
        sandbox.clear()
        out = environment(*names).run(
            CALL.replace("\n    ", "\n")
            + 'out["id"] = jackfield.completion("acme/gpt-4o", messages).id\n'
            + 'out["where"] = jackfield.explain("acme/x")',
            **variables,
        )
        assert out["id"].startswith("chatcmpl-")
        assert out["where"]["distribution"] == "acme-models"
        assert sandbox.last.json["model"] == "gpt-4o"


WITH_BROKEN = (*OPENAI, "acme", "broken")


def test_a_broken_wheel_is_listed_harms_nobody_and_is_named(
    environment: Any, variables: dict[str, str]
) -> None:
    everything = environment(*WITH_BROKEN)
    out = everything.run(
        CALL.replace("\n    ", "\n")
        + 'out["id"] = jackfield.completion("gpt-4o", messages).id\n'
        + 'out["errors"] = {p.distribution: p.error for p in jackfield.plugins()}',
        **variables,
    )
    assert out["id"].startswith("chatcmpl-")
    assert out["errors"].pop("broken-models") == "RuntimeError: born broken"
    assert set(out["errors"].values()) == {None}
    out = everything.run(failing('jackfield.completion("broken/m", messages)'), **variables)
    assert out["kind"] == "NoRouteError"
    assert "broken-models" in out["text"]
    assert "born broken" in out["text"]


ENABLED = (
    "import jackfield\n"
    "out['on'] = sorted(p.name for p in jackfield.plugins() if p.usable and p.name != 'surfaces')"
)


@pytest.mark.parametrize(
    ("settings", "enabled"),
    [
        ({}, ["acme", "openai"]),
        ({"JACKFIELD_PLUGINS": "openai"}, ["openai"]),
        ({"JACKFIELD_PLUGINS": "acme-models, jackfield-openai"}, ["acme", "openai"]),
        ({"JACKFIELD_PLUGINS": ""}, ["acme", "openai"]),
        ({"JACKFIELD_PLUGINS": "nobody"}, []),
        ({"JACKFIELD_DISABLE_PLUGINS": "jackfield-openai"}, ["acme"]),
        ({"JACKFIELD_DISABLE_PLUGINS": "acme,broken"}, ["openai"]),
        ({"JACKFIELD_PLUGINS": "acme", "JACKFIELD_DISABLE_PLUGINS": "acme"}, []),
    ],
    ids=lambda value: ",".join(value) or "none",
)
def test_variables_choose_the_plugins(
    environment: Any, settings: dict[str, str], enabled: list[str]
) -> None:
    assert environment(*WITH_BROKEN).run(ENABLED, **settings)["on"] == enabled


def test_a_plugin_that_is_turned_off_is_named_where_it_is_missed(
    environment: Any, variables: dict[str, str]
) -> None:
    everything = environment(*WITH_BROKEN)
    for name in ("gpt-4o", "openai/gpt-4o", "acme/m"):
        out = everything.run(
            failing(f'jackfield.completion("{name}", messages)'),
            **variables,
            JACKFIELD_DISABLE_PLUGINS="openai,acme",
        )
        assert out["kind"] == "NoRouteError"
        assert "turned off" in out["text"]
        assert ("acme-models" if name == "acme/m" else "jackfield-openai") in out["text"]


def test_strict_mode_raises_the_first_failure(environment: Any) -> None:
    everything = environment(*WITH_BROKEN)
    out = everything.run(failing("jackfield.plugins()"), JACKFIELD_STRICT_PLUGINS="1")
    assert (out["kind"], out["distribution"]) == ("PluginError", "broken-models")
    fine = everything.run(ENABLED, JACKFIELD_STRICT_PLUGINS="1", JACKFIELD_DISABLE_PLUGINS="broken")
    assert fine["on"] == ["acme", "openai"]


def test_the_wheels_hold_their_types_and_licence_and_no_tests(wheels: dict[str, Path]) -> None:
    import zipfile

    for name in OPENAI:
        with zipfile.ZipFile(wheels[name]) as archive:
            names = archive.namelist()
        assert [n for n in names if n.endswith("/py.typed")], name
        assert [n for n in names if n.endswith("LICENSE")], name
        assert not [n for n in names if "test" in n or "bench" in n], name
