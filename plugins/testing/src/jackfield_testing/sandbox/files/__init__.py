"""Uploaded files: ``/files`` and below.

================  ============================================================
``stored``        a file as it is kept
``validation``    what the API rejects about an upload
``endpoints``     the routes
================  ============================================================
"""

from __future__ import annotations

from jackfield_testing.sandbox.files.endpoints import ENDPOINTS

__all__ = ["ENDPOINTS"]
