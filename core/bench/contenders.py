"""Who is measured: names, what each one needs installed, and the budgets."""

from __future__ import annotations

from attrs import frozen


@frozen
class Contender:
    """One client library, run in an environment of its own unless it shares one."""

    name: str
    """The worker is `workers/<name>_worker.py`."""
    title: str
    environment: str
    """Folder below `.venv-bench/`."""
    requirements: tuple[str, ...]
    """What to install from the package index."""
    distributions: tuple[str, ...]
    """Whose versions the report names where they are installed; its own comes first."""
    peer: bool = False
    """Peers are measured for scale: in fewer rounds, and they never fail the run."""


REFERENCE = Contender("httpx", "httpx", "jackfield", ("python-dotenv",), ("httpx",))
"""Bare httpx shares Jackfield's environment, so that both use the same httpx."""

SUBJECT = Contender(
    "jackfield", "Jackfield", "jackfield", ("python-dotenv",), ("jackfield", "jackfield-openai")
)

PEERS = (
    Contender(
        "openai", "OpenAI SDK", "openai", ("openai",), ("openai", "httpx", "httpx2"), peer=True
    ),
    Contender(
        "litellm", "LiteLLM", "litellm", ("litellm",), ("litellm", "openai", "httpx"), peer=True
    ),
)

EVERYONE = (REFERENCE, SUBJECT, *PEERS)


@frozen
class Measure:
    """One thing that is measured: a row group of the report."""

    command: str
    """What the worker is told to do."""
    title: str
    quantities: tuple[str, ...]
    """What a sample holds: wall and CPU nanoseconds, peak kilobytes."""
    judged: tuple[str, ...]
    """The quantities a budget may be judged on; the second stands in where the first is noisy."""
    budget: float | None = None
    """The highest ratio of Jackfield to bare httpx; None where it is for information only."""


LIVE = (
    Measure("call", "one call", ("wall", "cpu"), ("wall", "cpu"), 1.15),
    Measure("stream", "500-chunk stream", ("wall", "cpu"), ("wall", "cpu"), 1.0),
    Measure("acall", "one call, async", ("wall", "cpu"), ("wall", "cpu")),
    Measure("astream", "500-chunk stream, async", ("wall", "cpu"), ("wall", "cpu")),
)
"""Measured on workers that stay alive."""

FRESH = (
    Measure("first", "import + first call", ("wall", "cpu"), ("cpu",), 1.25),
    Measure("memory", "peak memory", ("memory",), ("memory",), 1.3),
    Measure("afirst", "import + first call, async", ("wall", "cpu"), ("cpu",)),
    Measure("amemory", "peak memory, async", ("memory",), ("memory",)),
)
"""Measured on fresh processes."""
