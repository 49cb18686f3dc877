"""Where Jackfield spends its time: `hotspots.py stream`, `hotspots.py call --count 2000`.

Runs cProfile over calls or streams against the same nginx as the bench and prints the functions
with the most time of their own. cProfile makes small functions look dearer than they are; decide
with `run.py --only stream`. (Not called `profile.py`: cProfile imports a module of that name.)
"""

from __future__ import annotations

import argparse
import pstats
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import environments
import processes
import upstream
from contenders import EVERYONE, REFERENCE, SUBJECT, Contender
from environments import EnvironmentFailure
from rich.console import Console
from rich.table import Table
from upstream import UpstreamError

COUNTS = {"call": 1000, "stream": 100, "acall": 1000, "astream": 100}


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("command", choices=list(COUNTS))
    parser.add_argument("--count", type=int, help="operations to profile")
    parser.add_argument("--top", type=int, default=30, help="functions to print")
    parser.add_argument("--sort", choices=["own", "total"], default="own")
    parser.add_argument(
        "--contender", choices=[each.name for each in EVERYONE], default="jackfield"
    )
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the cProfile data")
    return parser.parse_args(argv)


def _place(file: str, line: int) -> str:
    if line == 0:
        return ""
    path = Path(file)
    parts = path.parts
    if "site-packages" in parts:
        path = Path(*parts[parts.index("site-packages") + 1 :])
    elif len(parts) > 2:
        path = Path(*parts[-2:])
    return f"{path}:{line}"


def table(stats: pstats.Stats, count: int, top: int, sort: str) -> Table:
    """Return the functions with the most time, in microseconds per operation."""
    raw: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = vars(stats)["stats"]

    def weight(item: tuple[object, tuple[int, int, float, float, object]]) -> float:
        _, _, own, cumulative, _ = item[1]
        return own if sort == "own" else cumulative

    ordered = sorted(raw.items(), key=weight, reverse=True)
    total: float = vars(stats)["total_tt"]
    out = Table(title=f"{total / count * 1e6:.0f} µs per operation under cProfile")
    for heading in ("own µs", "own %", "total µs", "calls"):
        out.add_column(heading, justify="right")
    out.add_column("function")
    out.add_column("where")
    for (file, line, name), (_, calls, own, cumulative, _callers) in ordered[:top]:
        out.add_row(
            f"{own / count * 1e6:.1f}",
            f"{own / total:.1%}",
            f"{cumulative / count * 1e6:.1f}",
            f"{calls / count:.1f}",
            name.replace("[", r"\["),
            _place(file, line),
        )
    return out


def profile(contender: Contender, command: str, count: int, file: Path) -> None:
    """Write the cProfile data of `count` operations to a file.

    Raises:
        UpstreamError: there is no nginx.
        EnvironmentFailure: the worker failed.
    """
    with upstream.running() as server, tempfile.TemporaryDirectory() as home:
        script = processes.WORKERS / "profiled.py"
        what = [contender.name, command, str(count), server.base, str(file)]
        done = subprocess.run(
            [environments.python(contender), script, *what],
            env=processes.environment(home),
            cwd=home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    if done.returncode:
        raise EnvironmentFailure(done.stderr.strip())


def main(argv: Sequence[str] | None = None) -> int:
    options = arguments(argv)
    contender = next(each for each in EVERYONE if each.name == options.contender)
    count = options.count or COUNTS[options.command]
    console = Console(width=None if sys.stdout.isatty() else 150)
    try:
        with environments.locked(), tempfile.TemporaryDirectory() as folder:
            if contender in (REFERENCE, SUBJECT):
                environments.install_checkout(contender)
            else:
                environments.install_newest(contender)
            file = (options.save or Path(folder) / "profile").resolve()
            profile(contender, options.command, count, file)
            console.print(table(pstats.Stats(str(file)), count, options.top, options.sort))
    except (UpstreamError, EnvironmentFailure) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
