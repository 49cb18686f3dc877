"""Measure Jackfield against bare httpx and, with `--peers`, other clients; see README.md.

Exit status: 0 all budgets met, 1 a budget missed, 2 the bench can't run here.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import environments
import measuring
import report
import upstream
import verdicts
import workload
from attrs import evolve
from contenders import EVERYONE, FRESH, LIVE, PEERS, REFERENCE, SUBJECT, Contender, Measure
from environments import EnvironmentFailure
from processes import WORKERS
from rich.console import Console
from rich.progress import Progress
from upstream import Upstream, UpstreamError

CANNOT_RUN = 2


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--peers", action="store_true", help="also the OpenAI SDK and LiteLLM")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the report there")
    parser.add_argument(
        "--rounds", type=int, metavar="N", help="rounds of each generation of workers"
    )
    parser.add_argument("--runs", type=int, metavar="N", help="runs of the fresh processes")
    parser.add_argument(
        "--only",
        action="append",
        choices=[measure.command for measure in (*LIVE, *FRESH)],
        help="only this measure (may be repeated)",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=[contender.name for contender in EVERYONE if contender is not REFERENCE],
        help="leave this contender out (may be repeated)",
    )
    return parser.parse_args(argv)


def chosen(options: argparse.Namespace) -> list[Contender]:
    everyone = EVERYONE if options.peers else (REFERENCE, SUBJECT)
    return [contender for contender in everyone if contender.name not in options.without]


def plan(options: argparse.Namespace) -> measuring.Plan:
    base = measuring.QUICK if options.quick else measuring.FULL
    return evolve(base, live=options.rounds or base.live, fresh=options.runs or base.fresh)


def measures(options: argparse.Namespace) -> tuple[list[Measure], list[Measure]]:
    wanted = options.only or [measure.command for measure in (*LIVE, *FRESH)]
    return (
        [measure for measure in LIVE if measure.command in wanted],
        [measure for measure in FRESH if measure.command in wanted],
    )


def install(contenders: Sequence[Contender], console: Console) -> tuple[list[Contender], list[str]]:
    """Prepare the environments; return who can be measured, and remarks.

    Raises:
        EnvironmentFailure: the checkout can't be installed.
    """
    ready, notes = [], []
    with console.status("installing"):
        environments.install_checkout(SUBJECT)
        for contender in contenders:
            if contender in PEERS:
                try:
                    remark = environments.install_newest(contender)
                except EnvironmentFailure as failure:
                    notes.append(f"{contender.title} is left out, it can't be installed: {failure}")
                    continue
                if remark:
                    notes.append(f"{contender.title}: {remark}")
            ready.append(contender)
        workers = [Path(workload.__file__), *sorted(WORKERS.glob("*.py"))]
        for interpreter in {environments.python(contender) for contender in ready}:
            environments.compile_all(interpreter, workers)
    return ready, notes


def service(server: Upstream) -> dict[str, float]:
    """Return what nginx itself takes, by operation."""
    times = {}
    for name, messages in {"call": workload.MESSAGES, "stream": workload.STREAM_MESSAGES}.items():
        body = json.dumps({"model": workload.MODEL, "messages": messages}).encode()
        times[name] = server.service_time(body, 300)
    return times


def bench(options: argparse.Namespace, console: Console) -> int:
    load = os.getloadavg()[0]
    contenders, notes = install(chosen(options), console)
    live, fresh = measures(options)
    rounds = plan(options)
    with (
        upstream.running() as server,
        tempfile.TemporaryDirectory(prefix="jackfield-bench-") as home,
        Progress(console=console, transient=True) as progress,
    ):
        times = service(server)
        task = progress.add_task("measuring", total=0)

        def tick() -> None:
            progress.advance(task)

        ticks = len(live) * rounds.generations * rounds.live + len(fresh) * rounds.fresh
        progress.update(task, total=ticks)
        folder = Path(home)
        outcomes = {
            **measuring.live(live, contenders, rounds, server, folder, tick),
            **measuring.fresh_processes(fresh, contenders, rounds, server, folder, tick),
        }
    rows = verdicts.rows([*live, *fresh], contenders, outcomes)
    setting = report.Setting(
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        nginx=server.version,
        load=load,
        service=times,
        versions={each.title: environments.versions(each) for each in contenders},
        notes=notes,
    )
    report.show(rows, setting, console)
    if options.json:
        text = json.dumps(report.as_json(rows, setting), indent=2, ensure_ascii=False)
        options.json.write_text(text + "\n", encoding="utf-8")
    return int(any(row.met is False for row in rows))


def stop(number: int, frame: FrameType | None) -> None:
    """Turn a signal into an exit, so that nginx and the workers are ended."""
    raise SystemExit(128 + number)


def main(argv: Sequence[str] | None = None) -> int:
    options = arguments(argv)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    console = Console(width=None if sys.stdout.isatty() else 150)
    try:
        with environments.locked():
            return bench(options, console)
    except (UpstreamError, EnvironmentFailure) as error:
        print(error, file=sys.stderr)
        return CANNOT_RUN


if __name__ == "__main__":
    raise SystemExit(main())
