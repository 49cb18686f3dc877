"""A job, and what it is after so many looks."""

from __future__ import annotations

from typing import Any

import attrs

from jackfield_testing.sandbox.videos.script import Script

_SECONDS_A_LOOK = 20
_KEPT = 86_400  # seconds that what was made can be downloaded
_FAILURES = {
    "moderation_blocked": "Your request was blocked by our moderation system.",
}
_FAILURE = "Video generation failed."


@attrs.frozen
class Job:
    """A video that is being made, or was.

    Args:
        id: ``video_…``.
        model: without a fault directive.
        prompt: as given.
        size: ``720x1280`` and its like.
        seconds: how long the video is.
        created_at: in epoch seconds.
        script: what becomes of it.
        remixed_from: the id of the video that it was made from, if it was from one.
        looks: how often it was looked at.
    """

    id: str
    model: str
    prompt: str
    size: str
    seconds: int
    created_at: int
    script: Script
    remixed_from: str | None = None
    looks: int = 0

    def looked_at(self) -> Job:
        """Give the job after one more look, which is all that makes it progress."""
        return attrs.evolve(self, looks=self.looks + 1)

    @property
    def has_ended(self) -> bool:
        """Whether it is completed or failed."""
        return not self.script.stalls and self.looks >= self.script.looks

    @property
    def status(self) -> str:
        """``queued``, ``in_progress``, ``completed`` or ``failed``."""
        if self.has_ended:
            return "failed" if self.script.failure else "completed"
        return "in_progress" if self.looks else "queued"

    @property
    def progress(self) -> int:
        """In percent."""
        if self.status == "completed":
            return 100
        steps = max(self.script.looks, 1)
        return 100 * min(self.looks, steps - 1) // steps

    @property
    def dimensions(self) -> tuple[int, int]:
        """Width and height."""
        width, _, height = self.size.partition("x")
        return int(width), int(height)

    def body(self) -> dict[str, Any]:
        """Describe it, as the API does."""
        completed = self.status == "completed"
        completed_at = self.created_at + _SECONDS_A_LOOK * self.script.looks
        code = self.script.failure
        failed = self.status == "failed"
        error = {"code": code, "message": _FAILURES.get(code, _FAILURE)} if failed else None
        return {
            "id": self.id,
            "object": "video",
            "created_at": self.created_at,
            "status": self.status,
            "completed_at": completed_at if completed else None,
            "error": error,
            "expires_at": completed_at + _KEPT if completed else None,
            "model": self.model,
            "progress": self.progress,
            "prompt": self.prompt,
            "remixed_from_video_id": self.remixed_from,
            "seconds": str(self.seconds),
            "size": self.size,
        }
