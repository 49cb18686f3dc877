"""Speech: ``POST /audio/speech``.

================  ============================================================
``validation``    what the API rejects
``voices``        which model has which voices
``rendering``     text to an audio file
``flac``          samples in a FLAC file, exactly
``mp3``, ``aac``, silence of the same length in the formats whose encoders are
``opus``          beyond this package
``stream``        an audio file to events
``endpoints``     the route
================  ============================================================
"""

from __future__ import annotations

from jackfield_testing.sandbox.speech.endpoints import ENDPOINTS

__all__ = ["ENDPOINTS"]
