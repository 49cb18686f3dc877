"""Samples of known speakers: the API takes data URLs, so a file given as one becomes one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from jackfield.answers import Fetched
from jackfield.errors import SourceError
from jackfield.sources import Source
from jackfield_openai_audio import formats

PARAM = "known_speaker_references"
LIMIT = 10 * 1024 * 1024
"""Bytes of one sample, which is ten seconds at most; ``max_file_bytes`` is the caller's."""


def samples(params: Mapping[str, Any]) -> list[Source]:
    """The files among the samples."""
    given = params.get(PARAM)
    return [one for one in given if isinstance(one, Source)] if isinstance(given, list) else []


def as_urls(params: dict[str, Any], fetched: Mapping[Source, Fetched]) -> dict[str, Any]:
    """The parameters with a data URL in place of each file that was read.

    Raises:
        SourceError: a file is in no known audio format.
    """
    if not samples(params):
        return params
    urls = [
        _url(fetched[one], f"{PARAM}[{index}]") if isinstance(one, Source) else one
        for index, one in enumerate(params[PARAM])
    ]
    return {**params, PARAM: urls}


def _url(sample: Fetched, path: str) -> str:
    found = formats.of_content(sample.data)
    kind = formats.EXTENSIONS.get(formats.extension(sample.name or ""))
    if found is not None:
        kind = found.extensions[found.extension()]
    if kind is None:
        raise SourceError(
            f"{path} is in none of the audio formats: {', '.join(sorted(formats.EXTENSIONS))}",
            path=path,
        )
    return f"data:{kind};base64,{base64.b64encode(sample.data).decode('ascii')}"
