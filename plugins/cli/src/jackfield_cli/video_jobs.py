"""Video jobs: started, waited for, saved, shown."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jackfield_cli.bars import Bars
from jackfield_cli.destination import STDOUT, bytes_to
from jackfield_cli.errors import Failure, describe, note, note_losses
from jackfield_cli.output import emit_json, emit_text
from jackfield_cli.tables import Layout, emit_facts, emit_table

if TYPE_CHECKING:
    from jackfield import Video
    from jackfield.surfaces.video import VideoJob
    from jackfield_cli.connection import Connection
    from jackfield_cli.options import How

SURFACE = "video"
_WAITING = ("poll_interval", "wait_timeout")
_LAYOUT = Layout(
    styles=("status", {"failed": "red", "completed": "green"}),
    fixed=("id", "status", "progress", "model", "seconds", "size", "created"),
    right=("progress", "seconds"),
    below=("prompt", "created", "size", "seconds", "model", "progress"),
)


class Jobs:
    """The jobs of one provider, as one command sees them.

    Args:
        connection: who is asked.
        model: whose jobs they are; None for the default provider.
        how: the command's settings.
    """

    def __init__(self, connection: Connection, model: str | None, how: How) -> None:
        from jackfield.config import CALL_SETTINGS

        self._client = connection.client
        self._embedded = connection.embedded
        self._model = model
        self._how = how
        settings = {*CALL_SETTINGS} - {"extra_body"}
        given = how.params
        self.request = {name: given[name] for name in given if name not in _WAITING}
        self._settings = {name: given[name] for name in given if name in settings}
        self._waiting = {name: given[name] for name in given if name in _WAITING}

    # One job --------------------------------------------------------------------------------------

    def run(self, start: Callable[..., Video], *, wait: bool, output: str | None) -> None:
        """Start a job, say its id at once, and see it through.

        Args:
            start: makes the call; it is given settings.
            wait: whether to wait for the end.
            output: where to save the video, if anywhere.

        Raises:
            Failure: the job failed, or can't be waited for any longer.
        """
        save_to = bytes_to(output) if output is not None else None
        if save_to is not None:
            _check(save_to)
        with self._explained(), Bars("starting") as bars:
            job = start(on_progress=bars.report, **self.request)
        note_losses(job.warnings)
        if not isinstance(job.id, str):
            raise Failure("the upstream began a video and gave it no id")
        if self._how.as_json or output == STDOUT:
            note(f"{job.id} is {job.status}")
        else:
            emit_text(job.id)
        if wait:
            job = self.waited(job.id)
            if save_to is not None:
                self._saved(job.id, save_to, {})
            else:
                self._ready(job.id)
        else:
            self._left(job.id)
        if self._how.as_json:
            emit_json(job.to_dict())

    def waited(self, id: str) -> Video:
        """The job when it has ended.

        Raises:
            Failure: it failed, or can't be waited for any longer.
            KeyboardInterrupt: Ctrl-C; what to do then is told.
        """
        from jackfield.errors import APIError, APITimeoutError

        settings = self._settings | self._waiting
        try:
            with self._explained(), Bars("waiting") as bars:
                return self._client.video_status(
                    id, model=self._model, wait=True, on_progress=bars.report, **settings
                )
        except KeyboardInterrupt:
            note(f"interrupted; {self._goes_on(id)}")
            raise
        except APIError as error:
            if error.partial is None or getattr(error.partial, "status", None) == "failed":
                raise
            what = describe(error)
            if isinstance(error, APITimeoutError) and error.phase == "wait":
                what = f"{id} is not ready yet, and was waited for long enough; " + _LONGER
            raise Failure(what, hint=self._goes_on(id)) from error

    def status(self, id: str, *, wait: bool) -> None:
        """Show a job, as it is or as it ended."""
        if wait:
            job = self.waited(id)
        else:
            with self._explained():
                job = self._client.video_status(id, model=self._model, **self.request)
        if self._how.as_json:
            emit_json(job.to_dict())
        else:
            emit_facts(_facts(job))

    def download(self, id: str, variant: str | None, output: str) -> None:
        """Save a video, or what is made along with it."""
        saved = self._saved(id, bytes_to(output), {"variant": variant, **self.request})
        if self._how.as_json:
            kind = saved.content_type
            emit_json({"id": id, "path": saved.path, "size": saved.size, "content_type": kind})

    def delete(self, id: str) -> None:
        """Delete a job and its video."""
        with self._explained():
            gone = self._client.video_delete(id, model=self._model, **self.request)
        if self._how.as_json:
            emit_json(gone.to_dict())
        elif gone.deleted is False:
            raise Failure(f"{id} was not deleted")
        else:
            emit_text(f"{gone.id or id} is deleted")

    # All of them ----------------------------------------------------------------------------------

    def listed(self, page: Mapping[str, Any]) -> None:
        """Show a page of jobs."""
        with self._explained():
            found = self._client.video_list(model=self._model, **page, **self.request)
        if self._how.as_json:
            emit_json(found.to_dict())
            return
        jobs = list(found.data or ())
        if jobs:
            columns = ("id", "status", "progress", "model", "seconds", "size", "created", "prompt")
            emit_table(columns, [_row(job) for job in jobs], _LAYOUT)
        else:
            note("there are no videos")
            if self._embedded:
                note(_FORGETS)
        if found.has_more:
            note(f"there are more: --after {found.last_id or jobs[-1].id}")

    # Parts ----------------------------------------------------------------------------------------

    def _saved(self, id: str, save_to: Any, params: Mapping[str, Any]) -> Any:
        with self._explained(), Bars("asking for the video") as bars:
            try:
                saved = self._client.video_content(
                    id,
                    model=self._model,
                    save_to=save_to,
                    on_progress=bars.report,
                    **{**self._settings, **params},
                )
            except KeyboardInterrupt:
                bars.clear()
                if not self._embedded:
                    again = f"`jackfield video download {id} --output FILE` starts again"
                    note(f"interrupted, nothing is saved; {again}")
                raise
        if saved.path is not None:
            kind = saved.content_type or "an unknown type"
            note(f"{saved.size:,} bytes of {kind} are in {saved.path}")
        return saved

    def _ready(self, id: str) -> None:
        if self._embedded:
            note(f"{id} is ready, and gone with the sandbox; --output FILE saves it")
        else:
            note(f"{id} is ready: `jackfield video download {id} --output FILE` saves it")

    def _left(self, id: str) -> None:
        if self._embedded:
            note(_FORGETS)
        else:
            note(f"`jackfield video status {id} --wait` waits for its end")

    def _goes_on(self, id: str) -> str:
        if self._embedded:
            return f"{id} is gone with the sandbox."
        return f"the job goes on, and `jackfield video status {id} --wait` waits for it again"

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """What to do about a video that there is not."""
        from jackfield.errors import NotFoundError

        try:
            yield
        except NotFoundError as error:
            hint = _FORGETS if self._embedded else "`jackfield video list` shows the videos."
            raise Failure(describe(error), hint=hint) from error


_LONGER = "-p wait_timeout=SECONDS allows more"
_FORGETS = (
    "The sandbox forgets its videos when the command ends; `jackfield sandbox` runs one that stays."
)


def _check(save_to: Any) -> None:
    """Find what is wrong with a destination before anything is made that costs money.

    Raises:
        SourceError: it can't be written.
    """
    from jackfield.sources import Sink

    Sink(save_to).check()


# For people ---------------------------------------------------------------------------------------


def _row(job: VideoJob) -> tuple[str, ...]:
    known = dict(_known(job))
    columns = ("id", "status", "progress", "model", "seconds", "size", "created")
    prompt = " ".join((job.prompt or "").split()) or "-"
    return (*(known.get(column, "-") for column in columns), prompt)


def _facts(job: VideoJob) -> Iterable[tuple[str, str]]:
    yield from _known(job)
    if job.remixed_from_video_id:
        yield "made from", job.remixed_from_video_id
    if job.prompt:
        yield "prompt", job.prompt
    if job.error is not None:
        yield "error", ": ".join(filter(None, (job.error.code, job.error.message)))


def _known(job: VideoJob) -> Iterable[tuple[str, str]]:
    """The facts of a job that are there, in words."""
    for name in ("id", "status", "progress", "model", "seconds", "size"):
        value = job.get(name)
        if value is not None:
            yield name, f"{value} %" if name == "progress" else str(value)
    for name in ("created", "completed", "expires"):
        value = job.get(f"{name}_at")
        if value is not None:
            yield name, _moment(value)


def _moment(seconds: Any) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (TypeError, ValueError, OverflowError, OSError):
        return str(seconds)
