"""The video surface: jobs that render a clip, their list, and their deletion.

Fields are those of the API reference's video job object. The clip itself is a
`jackfield.binary.Binary`.
"""

from __future__ import annotations

from jackfield.views import ResultView, View, child, children


class VideoError(View):
    """Why a job failed."""

    code: str
    message: str


class VideoJob(View):
    """One job, as it stands in a list.

    ``status`` is ``queued``, ``in_progress``, ``completed`` or ``failed``; ``progress`` is in
    percent; times are Unix seconds; ``size`` is ``<width>x<height>`` in pixels; ``seconds`` is the
    clip's length, as text.
    """

    id: str
    object: str
    model: str
    status: str
    progress: int
    created_at: int
    completed_at: int | None
    expires_at: int | None
    prompt: str | None
    size: str
    seconds: str
    remixed_from_video_id: str | None
    error: VideoError | None = child(VideoError)


class Video(ResultView, VideoJob):
    """One job, as the answer to a call."""


class VideoList(ResultView):
    """A page of jobs; ``after=page.last_id`` gives the next one while ``has_more``."""

    object: str
    data: list[VideoJob] = children(VideoJob)
    first_id: str | None
    last_id: str | None
    has_more: bool


class DeletedVideo(ResultView):
    """What is left of a deleted job; ``object`` is ``video.deleted``."""

    id: str
    object: str
    deleted: bool
