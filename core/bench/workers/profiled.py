"""Profile one contender: `profiled.py <contender> <command> <count> <base URL> <file>`.

Warms up, then writes what cProfile saw to the file, for `hotspots.py` to print.
"""

from __future__ import annotations

import asyncio
import cProfile
import importlib
import sys
from typing import cast

from contract import Worker
from serve import Bench


def main() -> None:
    contender, command, count, base, file = sys.argv[1:]
    worker = cast(Worker, importlib.import_module(f"{contender}_worker"))
    with asyncio.Runner() as runner:
        bench = Bench(worker, base, runner)
        bench.run(command, 3)
        profile = cProfile.Profile()
        profile.enable()
        bench.run(command, int(count))
        profile.disable()
    profile.dump_stats(file)


if __name__ == "__main__":
    main()
