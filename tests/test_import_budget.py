"""Guards that don't waver as times do: what is imported, and how much work a call and a chunk are.

Work is counted in Python function calls inside our own packages, and in allocated blocks. A bound
is about 15 % above what was measured (the figure is beside it); raise one only with a reason.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import answers
import pytest
from rawserver import RawServer

CHUNKS = 500

MODULES_OF_IMPORT = 36  # measured: 31, enum, typing and re among them
MODULES_OF_FIRST_CALL = 52  # measured: 45, ours and the plugin's alone
CALLS_PER_COMPLETION = 190  # measured: 166
CALLS_PER_CHUNK_EACH_IN_A_PIECE = 29.0  # measured: 25
CALLS_PER_CHUNK_FIFTY_IN_A_PIECE = 9.6  # measured: 8.3
BLOCKS_PER_KEPT_CHUNK = 15.0  # measured: 13

PRELUDE = """
import json, sys
started = set(sys.modules)
out = {}
messages = [{"role": "user", "content": "Hello"}]

def new():
    return sorted(set(sys.modules) - started)

def calls(work):
    counted = 0
    def profile(frame, event, argument):
        nonlocal counted
        if event == "call" and frame.f_globals.get("__name__", "").startswith("jackfield"):
            counted += 1
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted
"""


def run(code: str, *arguments: str) -> Any:
    """Run code that fills ``out`` in a fresh interpreter."""
    program = f"{PRELUDE}\n{textwrap.dedent(code)}\nprint(json.dumps(out))"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def upstream(serve: Callable[..., RawServer]) -> RawServer:
    def answer(asked: Any, wire: Any) -> None:
        if asked.json.get("stream"):
            wire.stream([b"".join(answers.events(answers.chunks("a", "b")))])
        else:
            wire.reply(200, answers.completion())

    return serve(answer)


HEAVY = {
    *("httpx", "httpcore", "httpx2", "cattrs", "pluggy", "attrs", "attr", "orjson", "asyncio"),
    *("importlib_metadata", "email", "ssl", "socket", "http", "json", "logging", "inspect"),
    *("pydantic", "dotenv", "dataclasses", "urllib", "pathlib", "tempfile", "threading"),
}


def test_importing_jackfield_imports_next_to_nothing() -> None:
    out = run("import jackfield\nout['new'] = new()")
    found = {name.partition(".")[0] for name in out["new"]}
    assert not found & HEAVY
    assert [name for name in out["new"] if name.startswith("jackfield")] == [
        "jackfield",
        "jackfield.errors",
    ]
    assert len(out["new"]) <= MODULES_OF_IMPORT


def test_importing_jackfield_opens_and_reads_nothing_but_modules() -> None:
    out = run(
        """
        seen = out["seen"] = []
        def hook(event, arguments):
            if event.startswith(("socket.", "subprocess.", "os.listdir")):
                seen.append(event)
            if event == "open" and not str(arguments[0]).endswith((".py", ".pyc")):
                seen.append(f"open {arguments[0]}")
        sys.addaudithook(hook)
        import jackfield
        jackfield.api_key = "k"
        from jackfield import JackfieldError
        """
    )
    # Python's own finder lists the folders it looks in.
    assert [event for event in out["seen"] if event != "os.listdir"] == []


@pytest.mark.parametrize("name", ["Client", "AsyncClient", "completion", "Stream"])
def test_taking_a_name_imports_no_http_client_and_no_plugin(name: str) -> None:
    out = run(f"from jackfield import {name}\nout['new'] = new()")
    found = {module.partition(".")[0] for module in out["new"]}
    assert not found & {"httpx", "httpcore", "cattrs", "pluggy", "importlib_metadata"}
    assert not [module for module in found if module.startswith("jackfield_")]


def test_a_client_imports_them_when_it_is_first_used() -> None:
    out = run("import jackfield\njackfield.Client()\njackfield.AsyncClient()\nout['new'] = new()")
    found = {module.partition(".")[0] for module in out["new"]}
    assert not found & {"httpx", "httpcore", "cattrs", "pluggy", "importlib_metadata"}


FIRST_CALL = """
import httpx
httpx.Client().close()
brought = set(sys.modules)
import jackfield
client = jackfield.Client(plugins=["openai"], api_key="k", base_url=sys.argv[1])
client.completion("gpt-4o", messages)
list(client.completion("gpt-4o", messages, stream=True))
out["new"] = sorted(set(sys.modules) - brought)
"""


def test_a_first_call_imports_what_it_needs(upstream: RawServer) -> None:
    """Against a process that has used httpx already: what is ours to answer for."""
    out = run(FIRST_CALL, upstream.base_url)
    found = {name.partition(".")[0] for name in out["new"]}
    assert not found & {"cattrs", "asyncio", "pydantic", "dataclasses", "httpx2", "inspect"}
    ours = [name for name in out["new"] if name.startswith("jackfield")]
    for unused in (
        "jackfield.structured",
        "jackfield.fetching",
        "jackfield.multipart",
        "jackfield.middleware",
        "jackfield.drivers.on_loop",
        "jackfield.transport.on_loop",
        "jackfield.surfaces.chat_structured",
        "jackfield_openai_catalogue.record",
        "jackfield_testing",
    ):
        assert unused not in ours
    assert len(ours) <= MODULES_OF_FIRST_CALL, len(ours)


def test_a_completion_is_few_calls_of_our_own(upstream: RawServer) -> None:
    out = run(
        """
        import jackfield
        client = jackfield.Client(plugins=["openai"], api_key="k", base_url=sys.argv[1])
        def work():
            client.completion("gpt-4o", messages).choices[0].message.content
        for _ in range(3):
            work()
        out["calls"] = min(calls(work) for _ in range(7))
        """,
        upstream.base_url,
    )
    assert out["calls"] <= CALLS_PER_COMPLETION, out


PER_CHUNK = """
import httpx, jackfield
chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
         "choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": None}]}
last = {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}

def pieces(count, together):
    events = [b"data: %s\\n\\n" % json.dumps(c).encode() for c in [chunk] * (count - 1) + [last]]
    for start in range(0, count, together):
        yield b"".join(events[start : start + together])
    yield b"data: [DONE]\\n\\n"

def client_with(count, together):
    def answer(request):
        kind = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=kind, content=pieces(count, together))
    session = httpx.Client(transport=httpx.MockTransport(answer))
    return jackfield.Client(plugins=["openai"], api_key="k", client_session=session)

def read(client):
    return sum(len(c.choices[0].delta.content or "")
               for c in client.completion("gpt-4o", messages, stream=True))
"""


@pytest.mark.parametrize(
    ("together", "bound"),
    [(1, CALLS_PER_CHUNK_EACH_IN_A_PIECE), (50, CALLS_PER_CHUNK_FIFTY_IN_A_PIECE)],
)
def test_a_chunk_is_few_calls_of_our_own(together: int, bound: float) -> None:
    """What one more chunk costs, read as far as its content; the stream's fixed cost left out."""
    out = run(
        f"""{PER_CHUNK}
few, many = client_with(100, {together}), client_with(100 + {CHUNKS}, {together})
read(few), read(many)
out["calls"] = (calls(lambda: read(many)) - calls(lambda: read(few))) / {CHUNKS}
"""
    )
    assert out["calls"] <= bound, out


def test_a_chunk_that_is_kept_is_few_blocks() -> None:
    out = run(
        f"""{PER_CHUNK}
import gc
client = client_with({CHUNKS}, 50)
list(client.completion("gpt-4o", messages, stream=True))
gc.collect()
before = sys.getallocatedblocks()
kept = list(client.completion("gpt-4o", messages, stream=True))
gc.collect()
out["blocks"] = (sys.getallocatedblocks() - before) / {CHUNKS}
"""
    )
    assert out["blocks"] <= BLOCKS_PER_KEPT_CHUNK, out


def test_calls_and_streams_leave_no_blocks_behind(upstream: RawServer) -> None:
    out = run(
        """
        import gc, jackfield
        client = jackfield.Client(plugins=["openai"], api_key="k", base_url=sys.argv[1])
        def work():
            client.completion("gpt-4o", messages)
            list(client.completion("gpt-4o", messages, stream=True))
        def blocks():
            gc.collect()
            return sys.getallocatedblocks()
        for _ in range(20):
            work()
        before = blocks()
        for _ in range(100):
            work()
        out["left"] = blocks() - before
        """,
        upstream.base_url,
    )
    assert out["left"] < 100, out


def test_routes_of_names_from_outside_are_bounded() -> None:
    out = run(
        """
        import gc, jackfield
        client = jackfield.Client(plugins=["openai"])
        for number in range(5000):
            client.explain(f"gpt-{number}")
        out["routes"] = len(client._registry()._routes)
        """
    )
    assert out["routes"] <= 1024
