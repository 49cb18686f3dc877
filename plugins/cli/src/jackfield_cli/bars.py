"""Progress bars on stderr, where that is a terminal."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any

from jackfield_cli.output import on_terminal, plain

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import Task, TaskID

    from jackfield import Progress

_WORDS = {"upload": "sending", "download": "receiving"}


class Bars:
    """Shows that something goes on, and how far it has come; a context manager.

    Args:
        doing: what goes on, as long as the call doesn't say more.
        units: what percent are of, as (how many, their name): shown as so many of them.
    """

    def __init__(self, doing: str, units: tuple[int, str] | None = None) -> None:
        self._doing = doing
        self._units = units
        self._shown: RichProgress | None = None
        self._task: TaskID | None = None
        self._stage = ""

    def __enter__(self) -> Bars:
        if on_terminal(sys.stderr):
            self._shown = _progress()
            self._show("", self._doing)
            self._shown.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the bar away, for good: something else is printed now."""
        if self._shown is not None:
            self._shown.stop()
            self._shown = None

    @property
    def report(self) -> Any:
        """What a call takes as ``on_progress``; None where nothing is shown."""
        return self._report if self._shown is not None else None

    def _report(self, progress: Progress) -> None:
        if self._shown is None or self._task is None:
            return
        done, total, unit = progress.done, progress.total, "bytes"
        if progress.stage == "wait":
            done, total, unit = self._waited(progress.done)
        status = getattr(progress.partial, "status", None)
        words = _WORDS.get(progress.stage, self._doing)
        if isinstance(status, str):
            words = plain(status).replace("_", " ")
        if progress.stage != self._stage:
            self._show(progress.stage, words, total, unit)
        self._shown.update(self._task, completed=done, total=total, description=words)
        if total is not None and done >= total:
            self._shown.refresh()
            if progress.stage == "upload":  # what follows is the upstream's work
                self._show("", self._doing)

    def _waited(self, percent: float) -> tuple[float, float, str]:
        if self._units is None:
            return percent, 100, "%"
        of, name = self._units
        return round(of * percent / 100), of, name

    def _show(self, stage: str, words: str, total: float | None = None, unit: str = "") -> None:
        assert self._shown is not None
        if self._task is not None:
            self._shown.remove_task(self._task)
        self._stage = stage
        self._task = self._shown.add_task(words, total=total, unit=unit)
        self._shown.refresh()


def _progress() -> RichProgress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.text import Text

    class Amount(ProgressColumn):
        """How much is done, in the task's own unit."""

        def render(self, task: Task) -> Text:
            return Text(_amount(task.completed, task.total, task.fields["unit"]))

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        Amount(),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr, no_color=bool(os.environ.get("NO_COLOR"))),
        transient=True,
        expand=True,
    )


def _amount(done: float, total: float | None, unit: str) -> str:
    from rich.filesize import decimal

    if unit == "bytes":
        return decimal(int(done)) + (f" of {decimal(int(total))}" if total is not None else "")
    if unit == "%":
        return f"{done:.0f} %"
    return f"{done:,.0f} of {total:,.0f} {unit}" if unit and total is not None else ""
