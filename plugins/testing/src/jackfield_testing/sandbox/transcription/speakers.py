"""Known speakers: their names, and samples of their voices."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from jackfield_testing.sandbox.bodies import texts_in
from jackfield_testing.sandbox.errors import rejected
from jackfield_testing.sandbox.field_types import check_length
from jackfield_testing.sandbox.transcription.kinds import Kind
from jackfield_testing.sandbox.transcription.sound import seconds_of

_MOST = 4
_SECONDS = (2.0, 10.0)


def read_speakers(fields: dict[str, Any], model: str, kind: Kind) -> tuple[str, ...]:
    """Read the names of the speakers that the request knows.

    Raises:
        APIFault: 400 where the model cannot use them, or the samples do not fit.
    """
    names = texts_in(fields, "known_speaker_names")
    references = texts_in(fields, "known_speaker_references")
    if (names or references) and not kind.speakers:
        raise rejected(
            f"known_speaker_names is not supported with model '{model}'.", "known_speaker_names"
        )
    check_length("known_speaker_names", names, _MOST)
    if len(names) != len(references):
        raise rejected(
            "known_speaker_names and known_speaker_references must have the same length.",
            "known_speaker_references",
        )
    for reference in references:
        _check_reference(reference)
    return tuple(names)


def _check_reference(reference: str) -> None:
    low, high = _SECONDS
    head, _, data = reference.partition(",")
    try:
        if not (head.startswith("data:") and head.endswith(";base64")):
            raise ValueError("no data URL")
        sound = base64.b64decode(data, validate=True)
        # what is not a WAV file is only estimated, which is no reason to turn it down
        fits = low <= seconds_of(sound) <= high or sound[:4] != b"RIFF"
    except (binascii.Error, ValueError):
        fits = False
    if not fits:
        raise rejected(
            f"Each of known_speaker_references must be a data URL of audio of {low:g} to {high:g} "
            "seconds.",
            "known_speaker_references",
        )
