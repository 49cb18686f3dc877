"""Videos: ``/videos`` and below.

================  ============================================================
``script``        prompt to what becomes of a job
``job``           a job, and what it is after so many looks
``validation``    what the API rejects
``source``        the video that an edit or an extension starts from
``mp4``           a video file
``stills``        the thumbnail (WebP) and the spritesheet (JPEG)
``endpoints``     the routes
================  ============================================================
"""

from __future__ import annotations

from jackfield_testing.sandbox.videos.endpoints import ENDPOINTS

__all__ = ["ENDPOINTS"]
