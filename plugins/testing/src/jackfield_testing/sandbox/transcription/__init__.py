"""Speech to text: ``POST /audio/transcriptions`` and ``POST /audio/translations``.

================  ============================================================
``kinds``         what each family of models can do
``sound``         which audio a file is, and how long it lasts
``task``          a valid request
``validation``    form to task: what the API rejects
``speakers``      the speakers that a request knows
``languages``     codes and names, and the words of some
``transcript``    sound to words and segments with their times
``answer``        transcript to response body
``subtitles``     transcript to SRT and WebVTT
``stream``        transcript to events
``usage``         the token figures, or the seconds
``endpoints``     the routes
================  ============================================================
"""

from __future__ import annotations

from jackfield_testing.sandbox.transcription.endpoints import ENDPOINTS

__all__ = ["ENDPOINTS"]
