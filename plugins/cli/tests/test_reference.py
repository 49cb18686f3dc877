"""Every command line of the reference and of the README does what its page says: it works."""

from __future__ import annotations

import itertools
import os
import re
import shlex
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_samples import PDF, PNG
from click.testing import Result

from jackfield import Client
from jackfield_testing import Sandbox

Run = Callable[..., Result]
PACKAGE = Path(__file__).resolve().parents[1]
REFERENCE = PACKAGE.parents[1] / "docs" / "pages" / "reference" / "cli.md"
PAGES = [page for page in (PACKAGE / "README.md", REFERENCE) if page.exists()]
# They don't end, or ask who types.
NOT_RUN = {
    *("jackfield sandbox --port 4010", "jackfield chat"),
    "jackfield serve --config config.yaml",
    "jackfield --config config.yaml --host 127.0.0.1 --port 8000 --workers 4",
    "jackfield --model gpt-4o --detailed_debug",
}
CONFIG = "model_list:\n  - model_name: fast\n    params: {model: gpt-4o}\n"
PIPED = {"git diff": "a diff", "cat lines.txt": "lines.txt", "cat meeting.wav": "meeting.wav"}


def lines(page: Path) -> list[str]:
    """The commands of the console blocks, without remarks and continuations."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
        for line in block.splitlines():
            text = re.sub(r"\s+#.*$", "", line.removeprefix("$ "))
            if "jackfield" in text and not text.startswith("pip"):
                found.append(text)
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the pages speak of."""
    monkeypatch.chdir(tmp_path)
    Path("photo.png").write_bytes(PNG)
    Path("paper.pdf").write_bytes(PDF)
    Path("config.yaml").write_text(CONFIG)
    Path("lines.txt").write_text("one\ntwo\n")
    with wave.open("meeting.wav", "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16_000))
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_lines_of_a_page_work(run: Run, sandbox_env: Sandbox, folder: Path, page: Path) -> None:
    with Client() as client:
        id = client.video_generation("sora-2", "A cat", wait=True).id
    shown = 0
    for line in lines(page):
        if line in NOT_RUN:
            continue
        before, _, command = line.rpartition(" | ")
        words = [id if word == "video_123" else word for word in shlex.split(command)]
        assert words[0] == "jackfield", line
        done = run(*words[1:], input=piped(before))
        assert done.exit_code == 0, f"{line}\n{done.output}"
        assert done.stdout or {"-o", "--output"} & {*words}, line
        for option, file in itertools.pairwise(words):
            if option in ("-o", "--output"):
                assert os.path.getsize(file) > 0, line
        shown += 1
    assert shown > 5


def piped(command: str) -> bytes | None:
    """What the command before the bar gives."""
    if not command:
        return None
    if command.startswith("echo "):
        return shlex.split(command)[1].encode()
    what = PIPED[command]
    return Path(what).read_bytes() if os.path.exists(what) else what.encode()
