"""What each family of models can do."""

from __future__ import annotations

import attrs

from jackfield_testing.sandbox.families import base_of


@attrs.frozen
class Kind:
    """A family of models.

    Args:
        formats: the response formats that it has.
        streams: whether it streams; if not, ``stream`` is ignored.
        by_tokens: whether usage is counted in tokens, or else in seconds.
        logprobs: whether it gives log-probabilities.
        speakers: whether it tells speakers apart.
        languages: whether it says which languages it heard.
        most_seconds: the longest sound that it takes.
    """

    formats: tuple[str, ...]
    streams: bool = True
    by_tokens: bool = True
    logprobs: bool = False
    speakers: bool = False
    languages: bool = False
    most_seconds: float = float("inf")


WHISPER = Kind(("json", "text", "srt", "verbose_json", "vtt"), streams=False, by_tokens=False)
GPT_4O = Kind(("json", "text"), logprobs=True, most_seconds=1400)
DIARIZE = Kind(("json", "text", "diarized_json"), speakers=True, most_seconds=1400)
GPT = Kind(("json",), by_tokens=False, languages=True)


def kind_of(model: str) -> Kind:
    """Give the family of a model; a name that says nothing is taken for a whisper."""
    name = base_of(model)
    if "diarize" in name:
        return DIARIZE
    if name.startswith("gpt-transcribe"):
        return GPT
    return GPT_4O if "transcribe" in name else WHISPER
