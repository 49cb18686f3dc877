"""Finding LiteLLM's proxy and Portkey's gateway where the user has installed them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from attrs import frozen

PACKAGE = Path("node_modules/@portkey-ai/gateway")
START = Path("build/start-server.js")


@frozen
class Found:
    """Where the peers are; None where not, with the reason among the remarks."""

    litellm: Path | None = None
    portkey: Path | None = None
    remarks: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()


def _litellm(given: Path | None) -> Path | None:
    """Find the `litellm` command: an environment's folder, the command itself, or on the path."""
    if given is None:
        on_path = shutil.which("litellm")
        return Path(on_path) if on_path else None
    # Not resolved: an environment's commands are found by their links.
    places = (given, given / "bin" / "litellm", given / "litellm")
    return next((place.absolute() for place in places if place.is_file()), None)


def _portkey(given: Path | None) -> Path | None:
    """Find the gateway's `start-server.js`: below the folder of an `npm install`, or itself."""
    places = []
    if given is not None:
        places = [given, given / PACKAGE / START, given / START]
    else:
        npm = shutil.which("npm")
        if npm:
            asked = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False)
            places = [Path(asked.stdout.strip()) / PACKAGE.relative_to("node_modules") / START]
    return next((place.absolute() for place in places if place.is_file()), None)


def _litellm_version(command: Path) -> str:
    python = command.parent / "python"
    code = "import importlib.metadata; print(importlib.metadata.version('litellm'))"
    asked = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "unknown version"


def _portkey_version(script: Path) -> str:
    about = script.parents[1] / "package.json"
    version: str = json.loads(about.read_text(encoding="utf-8")).get("version", "unknown version")
    return version


def _given(option: Path | None, variable: str) -> Path | None:
    text = os.environ.get(variable)
    return option if option is not None else Path(text) if text else None


def find(litellm: Path | None, portkey: Path | None) -> Found:
    """Look where the options, then `BENCH_LITELLM` and `BENCH_PORTKEY` say; else on the path."""
    command = _litellm(_given(litellm, "BENCH_LITELLM"))
    script = _portkey(_given(portkey, "BENCH_PORTKEY"))
    remarks, versions = [], []
    if command is None:
        remarks.append("LiteLLM is not measured: no `litellm` found (--litellm, BENCH_LITELLM).")
    else:
        versions.append(("LiteLLM", _litellm_version(command)))
    if script is None:
        remarks.append("Portkey is not measured: not found (--portkey, BENCH_PORTKEY).")
    elif shutil.which("node") is None:
        remarks.append("Portkey is not measured: there is no `node` on the path.")
        script = None
    else:
        versions.append(("Portkey", _portkey_version(script)))
    return Found(command, script, tuple(remarks), tuple(versions))
