"""A fresh process, measured from outside: `once.py <contender> <what> <base URL> <answer file>`.

`first` is import plus one call; `memory` is import, calls and streams; with an `a` in front, the
same on an event loop. Writes the peak resident set in kilobytes and the characters read. Imports
nothing that the contender doesn't need: this process is what is measured.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contract import Worker


def first(worker: Worker, base: str) -> int:
    return worker.first(base)


def memory(worker: Worker, base: str) -> int:
    from workload import MEMORY_CALLS, MEMORY_STREAMS

    client = worker.Sync(base)
    characters = sum([client.call() for _ in range(MEMORY_CALLS)])
    return characters + sum([client.stream() for _ in range(MEMORY_STREAMS)])


def afirst(worker: Worker, base: str) -> int:
    import asyncio

    return asyncio.run(worker.afirst(base))


def amemory(worker: Worker, base: str) -> int:
    import asyncio

    from workload import MEMORY_CALLS, MEMORY_STREAMS

    async def work() -> int:
        client = worker.Async(base)
        characters = sum([await client.call() for _ in range(MEMORY_CALLS)])
        return characters + sum([await client.stream() for _ in range(MEMORY_STREAMS)])

    return asyncio.run(work())


def peak() -> int:
    """Return the peak resident set of this process, in kilobytes.

    Linux's `ru_maxrss` survives `exec` and would count the parent that started us, so its own
    high-water mark is read there.
    """
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except FileNotFoundError:
        pass
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used // 1024 if sys.platform == "darwin" else used


def main() -> None:
    contender, what, base, answer = sys.argv[1:]
    operations = {"first": first, "memory": memory, "afirst": afirst, "amemory": amemory}
    characters = operations[what](__import__(f"{contender}_worker"), base)
    with open(answer, "w", encoding="ascii") as file:
        file.write(f"{peak()} {characters}")


if __name__ == "__main__":
    main()
