"""Running the pages' own Python: with Jackfield's name in it, and as little else changed as can be.

What is changed: placeholders (hosts, empty keys, paths of files), and the two lines that cannot run
as they stand, a header name with a space in it and a coroutine that nobody awaits.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import io
import re
from pathlib import Path
from typing import Any

import seedpages

import jackfield
from jackfield_testing import Sandbox
from jackfield_testing.sandbox.audio_bytes import wav

CALLS = ("completion", "acompletion", "embedding", "transcription")

#: Names that a block takes from the blocks before it.
PRELUDE = """
import jackfield
from jackfield import completion

messages = [{"role": "user", "content": "Hello, how are you?"}]
audio_file = open("audio.mp3", "rb")
"""

#: Pattern and replacement; ``{base}`` is the sandbox's address.
REPLACED = (
    (r"\blitellm\b", "jackfield"),
    # placeholders
    (r"https://(your_host|oai\.hconeai\.com)/v1|openaiai-api-base|your-openai-proxy-url", "{base}"),
    (r"""(os\.environ\[["']OPENAI_API_KEY["']\] = )"{2}""", r'\1"sk-placeholder"'),
    (r"/path/to/audio\.mp3", "audio.mp3"),
    # lines that cannot run
    (r"AI-Resource Group", "AI-Resource-Group"),
    (r"= jackfield\.acompletion\(", "= await jackfield.acompletion("),
)


def corrected(code: str, base: str) -> str:
    """Give a block as it is run."""
    for pattern, replacement in REPLACED:
        code = re.sub(pattern, replacement.replace("{base}", base), code)
    return code


def calls_in(code: str) -> int:
    """Count the calls of Jackfield in a block."""
    tree = compile(code, "block", "exec", _FLAGS | ast.PyCF_ONLY_AST)
    found = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    names = (f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in found)
    return sum(name in CALLS for name in names)


_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def write_files(folder: Path) -> None:
    """Put the files that the examples open into a folder."""
    (folder / "audio.mp3").write_bytes(wav("a few words, spoken plainly"))
    (folder / "draconomicon.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")


def run(item: seedpages.Item, code: str) -> dict[str, Any]:
    """Run a block, in a namespace with the prelude's names; gives the namespace.

    Lines are numbered as in the page. Files that the block leaves open are closed, and so is the
    session that it makes for asyncio, in the loop that used it.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(PRELUDE, names)
    first = names["audio_file"]
    numbered = "\n" * (item.line - 1) + code
    compiled = compile(numbered, seedpages.DOCUMENTS[item.document], "exec", _FLAGS)

    async def in_a_loop() -> None:
        try:
            await eval(compiled, names)
        finally:
            if jackfield.aclient_session is not None:
                await jackfield.aclient_session.aclose()

    try:
        if compiled.co_flags & inspect.CO_COROUTINE:
            asyncio.run(in_a_loop())
        else:
            exec(compiled, names)
    finally:
        for value in (first, *names.values()):
            if isinstance(value, io.IOBase):
                value.close()
    return names


def check(upstream: Sandbox, calls: int) -> None:
    """Assert that each call came, and was answered."""
    assert [request.status for request in upstream.requests] == [200] * calls
    assert {request.method for request in upstream.requests} == {"POST"}
