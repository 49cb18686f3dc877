"""Measure Jackfield's proxy against a bare relay and, where installed, its peers; see README.md.

Exit status: 0 all targets met, 1 a target missed, 2 the bench can't run here. What could not be
measured is no target missed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import contenders
import environment
import measuring
import payload
import peers
import processes
import report
import soak
import targets
import upstream
from attrs import evolve
from contenders import EVERYONE, PEERS, RELAY, Contender, Setup
from environment import EnvironmentFailure
from load import Generator, LoadFailure
from measuring import Bench, Plan
from processes import ServerFailure
from report import Setting
from results import Results
from rich.console import Console
from soak import Step
from targets import Verdict

CANNOT_RUN = 2


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    add = parser.add_argument
    add("--peers", action="store_true", help="also LiteLLM and Portkey, where installed")
    add("--litellm", type=Path, metavar="DIR", help="the environment that has LiteLLM's proxy")
    add("--portkey", type=Path, metavar="DIR", help="where the gateway was installed by npm")
    add("--quick", action="store_true", help="fewer rounds")
    add("--soak", action="store_true", help="only memory over many requests")
    add("--requests", type=int, default=200_000, metavar="N", help="of the soak")
    add("--aborted", type=int, default=2_000, metavar="N", help="streams that the soak leaves")
    add("--rounds", type=int, metavar="N", help="of each generation of processes")
    add("--generations", type=int, metavar="N", help="how often the servers are started anew")
    add("--starts", type=int, metavar="N", help="of each generation that are only timed")
    add("--batch", type=int, metavar="N", help="requests in one batch, instead of a second")
    add("--connections", type=int, nargs="+", metavar="N", help="instead of 1, 16 and 64")
    add("--only", action="append", choices=payload.KINDS, help="(may be repeated)")
    others = [each.name for each in EVERYONE if each is not RELAY]
    add("--without", action="append", default=[], choices=others, help="(may be repeated)")
    add("--json", type=Path, metavar="FILE", help="also write the report and all samples there")
    add(
        "--here",
        action="store_true",
        help="measure what is installed beside this interpreter, instead of a clean environment",
    )
    return parser.parse_args(argv)


def plan(options: argparse.Namespace) -> Plan:
    base = measuring.QUICK if options.quick else measuring.FULL
    return evolve(
        base,
        rounds=options.rounds or base.rounds,
        generations=options.generations or base.generations,
        starts=base.starts if options.starts is None else options.starts,
        batch=options.batch,
        kinds=tuple(kind for kind in payload.KINDS if kind in (options.only or payload.KINDS)),
        connections=tuple(options.connections or base.connections),
    )


def chosen(options: argparse.Namespace, found: peers.Found) -> list[Contender]:
    missing = {
        name
        for name, where in (("litellm", found.litellm), ("portkey", found.portkey))
        if not where
    }
    absent = {each.name for each in PEERS} if not options.peers else missing
    return [each for each in EVERYONE if each.name not in {*absent, *options.without}]


def _pinned(server: frozenset[int], others: frozenset[int]) -> str:
    if not server:
        return "processes can't be pinned here"
    if server & others:
        return "one CPU for everything: the load and the upstream take part of it"
    places = ", ".join(map(str, sorted(others)))
    return f"measured server on CPU {min(server)}, load and upstream on {places}"


def _soak(
    options: argparse.Namespace,
    setup: Setup,
    generator: Generator,
    server: frozenset[int],
    folder: Path,
    console: Console,
) -> list[Step]:
    steps = []
    wanted = (options.requests, options.aborted)
    for step in soak.soak(setup, generator, server, folder, *wanted):
        steps.append(step)
        console.print(
            f"{step.requests:>9,} requests {step.aborted:>6,} aborted streams "
            f"{step.memory:6.1f} MB {step.files:4} files",
            highlight=False,
        )
    return steps


def bench(
    options: argparse.Namespace,
    server: frozenset[int],
    others: frozenset[int],
    console: Console,
) -> int:
    load = os.getloadavg()[0]
    found = peers.Found()
    if options.peers:
        found = peers.find(options.litellm, options.portkey)
    with console.status("installing"):
        binaries = Path(sys.executable).parent if options.here else environment.install()
    results: Results | None = None
    steps: list[Step] = []
    verdicts: list[Verdict] = []
    with tempfile.TemporaryDirectory(prefix="jackfield-bench-") as place:
        folder = Path(place)
        with upstream.running(binaries / "python", others, folder) as behind:
            config = folder / "config.yaml"
            config.write_text(contenders.configuration(behind), encoding="utf-8")
            setup = Setup(binaries, behind, config, found)
            generator = Generator.here(binaries / "python", others)
            setting = Setting(
                machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
                load=load,
                pinned=_pinned(server, others),
                upstream=behind.title,
                generator=generator.title,
                versions={**environment.versions(binaries), **dict(found.versions)},
                remarks=found.remarks,
            )
            report.show_setting(setting, console)
            if options.soak:
                steps = _soak(options, setup, generator, server, folder, console)
                verdicts = soak.verdicts(steps)
            else:
                everyone = chosen(options, found)
                with console.status("measuring") as status:
                    run = Bench(setup, plan(options), generator, server, folder, status.update)
                    results = run.run(everyone)
                verdicts = targets.verdicts(results)
                report.show(results, run.plan, everyone, console)
    console.print(report.judged(verdicts))
    if options.json:
        text = json.dumps(report.as_json(setting, verdicts, results, steps), indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")
    return int(any(each.met is False for each in verdicts))


def stop(number: int, frame: FrameType | None) -> None:
    """Turn a signal into an exit, so that the servers are ended."""
    raise SystemExit(128 + number)


def main(argv: Sequence[str] | None = None) -> int:
    options = arguments(argv)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    console = Console(width=None if sys.stdout.isatty() else 150)
    try:
        with contextlib.nullcontext() if options.here else environment.locked():
            server, others = processes.cpus()
            # This process looks at servers while they start: not on their CPU.
            with processes.pinned(others):
                return bench(options, server, others, console)
    except (EnvironmentFailure, ServerFailure, LoadFailure) as error:
        print(error, file=sys.stderr)
        return CANNOT_RUN


if __name__ == "__main__":
    raise SystemExit(main())
