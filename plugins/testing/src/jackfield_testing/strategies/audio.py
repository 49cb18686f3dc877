"""Audio: beginnings of files, parameters of transcriptions, results, and the events of streams."""

from __future__ import annotations

import base64
import struct
from typing import Any

import attrs
from hypothesis import strategies as st

from jackfield_testing.strategies.chunks import pieces_of_text
from jackfield_testing.strategies.json_values import json_values, texts


@attrs.frozen
class Audio:
    """A file: its content, and how OpenAI knows files like it.

    Attributes:
        content: at least the beginning of a file of that format.
        extension: the usual one.
        content_type: of a file with that extension.
        others: other extensions that fit the content.
    """

    content: bytes = attrs.field(repr=lambda content: f"{content[:24]!r}…")
    extension: str
    content_type: str
    others: tuple[str, ...] = ()


def wav(samples: bytes = b"") -> bytes:
    """A WAV file: 8 kHz, mono, 16 bits."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16)
    data = struct.pack("<4sI", b"data", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", 4 + len(form) + len(data)) + b"WAVE" + form + data


def _id3(length: int) -> bytes:
    size = bytes((length >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + size + bytes(length)


def _ftyp(brand: bytes, *compatible: bytes) -> bytes:
    box = b"ftyp" + brand + bytes(4) + b"".join(compatible)
    return struct.pack(">I", len(box) + 4) + box


_FRAMES = st.sampled_from([b"\xff\xfb\x90\x64", b"\xff\xf3\xc4\xc4", b"\xff\xfa\x90\x00"])
_OTHER_FRAMES = st.sampled_from([b"\xff\xe3\x18\xc4", b"\xff\xfd\x94\x04", b"\xff\xf2\x40\xc0"])
_MP3 = st.builds(
    lambda tag, frame: tag + frame,
    st.just(b"") | st.integers(0, 300).map(_id3),
    _FRAMES | _OTHER_FRAMES,
)
_BRANDS = st.sampled_from(
    [
        _ftyp(b"isom", b"isom", b"iso2", b"mp41"),
        _ftyp(b"mp42", b"mp42", b"M4A "),
        _ftyp(b"M4B ", b"M4B ", b"mp42"),
        _ftyp(b"dash", b"iso6"),
        _ftyp(b"3gp4", b"3gp4"),
    ]
)
_FORMATS: tuple[tuple[st.SearchStrategy[bytes], str, str, tuple[str, ...]], ...] = (
    (st.binary(max_size=40).map(wav), "wav", "audio/wav", ()),
    (_MP3, "mp3", "audio/mpeg", ("mpga", "mpeg")),
    (st.just(b"fLaC\x00\x00\x00\x22"), "flac", "audio/flac", ()),
    (st.integers(0, 40).map(lambda n: _id3(n) + b"fLaC\x00\x00\x00\x22"), "flac", "audio/flac", ()),
    (st.just(b"OggS\x00\x02"), "ogg", "audio/ogg", ("oga",)),
    (st.just(_ftyp(b"M4A ", b"M4A ", b"isom")), "m4a", "audio/mp4", ("mp4",)),
    (_BRANDS, "mp4", "video/mp4", ("m4a",)),
    (
        st.sampled_from(
            [
                b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm",
                b"\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\x82\x40\x04webm",
            ]
        ),
        "webm",
        "audio/webm",
        (),
    ),
    (st.just(b"\x00\x00\x01\xba\x44\x00"), "mpeg", "video/mpeg", ()),
)


@st.composite
def audio_files(draw: st.DrawFn) -> Audio:
    """A file in one of the formats that are transcribed, with anything after its beginning."""
    beginning, extension, content_type, others = draw(st.sampled_from(_FORMATS))
    content = draw(beginning) + draw(st.binary(max_size=60))
    return Audio(content, extension, content_type, others)


def not_audio() -> st.SearchStrategy[bytes]:
    """Content in no format that is transcribed; some of it is in another one."""
    return st.sampled_from(
        [
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            b"%PDF-1.7\n",
            b"\xff\xf1\x50\x80\x00\x1f\xfc",  # AAC, which the API does not take
            b"#!AMR\n\x3c",
            b"MThd\x00\x00\x00\x06",
            b"FORM\x00\x00\x00\x10AIFF",
            _ftyp(b"qt  "),
            _id3(5) + b"\xff\xf1\x50\x80\x00\x1f\xfc",
            "Once upon a time".encode("utf-16"),
            b"Once upon a time",
            b"\x00",
        ]
    )


# Parameters -------------------------------------------------------------------------------------

_WORDS = texts(max_size=12)
_NUMBERS = st.floats(0, 1, allow_nan=False) | st.integers(-5, 2**70)
_KEYS = st.sampled_from(["type", "threshold", "prefix_padding_ms", "new", "é"])
_SCALARS = _WORDS | _NUMBERS | st.booleans()
_LISTS = st.lists(_SCALARS, min_size=1, max_size=3)
_OBJECTS = st.recursive(
    st.dictionaries(_KEYS, _SCALARS | _LISTS, min_size=1, max_size=3),
    lambda inner: st.dictionaries(_KEYS, _SCALARS | _LISTS | inner, min_size=1, max_size=3),
    max_leaves=4,
)
_PARAMS: dict[str, st.SearchStrategy[Any]] = {
    "language": _WORDS,
    "languages": st.lists(_WORDS, min_size=1, max_size=3),
    "keywords": st.lists(_WORDS, min_size=1, max_size=3),
    "prompt": texts(max_size=40),
    "response_format": st.sampled_from(
        ["json", "text", "srt", "verbose_json", "vtt", "diarized_json", "new"]
    ),
    "temperature": _NUMBERS,
    "include": st.just(["logprobs"]),
    "timestamp_granularities": st.lists(
        st.sampled_from(["word", "segment"]), min_size=1, max_size=2
    ),
    "chunking_strategy": st.just("auto") | _OBJECTS,
    "known_speaker_names": st.lists(_WORDS, min_size=1, max_size=4),
    "known_speaker_references": st.lists(
        st.just("data:audio/wav;base64,UklGRg=="), min_size=1, max_size=4
    ),
    "vendor": _SCALARS | _LISTS | _OBJECTS,
    "x-new": _SCALARS,
}
_SOME = st.lists(st.sampled_from(sorted(_PARAMS)), max_size=5, unique=True)


@st.composite
def transcription_params(draw: st.DrawFn) -> dict[str, Any]:
    """Parameters beside the file: known ones and new ones, everything that a form can say."""
    return {name: draw(_PARAMS[name]) for name in draw(_SOME)}


# Results and events -----------------------------------------------------------------------------

_COUNTS = st.integers(0, 10**6)
_SECONDS = st.floats(0, 10**4, allow_nan=False)
_TOKENS = st.fixed_dictionaries(
    {
        "type": st.just("tokens"),
        "input_tokens": _COUNTS,
        "output_tokens": _COUNTS,
        "total_tokens": _COUNTS,
    },
    optional={
        "input_token_details": st.none()
        | st.fixed_dictionaries({"text_tokens": _COUNTS, "audio_tokens": _COUNTS}),
    },
)
_USAGE = _TOKENS | st.fixed_dictionaries({"type": st.just("duration"), "seconds": _SECONDS})
_LANGUAGES = st.lists(st.fixed_dictionaries({"code": st.just("de")}), max_size=2)


def transcription_logprobs() -> st.SearchStrategy[dict[str, Any]]:
    """A token of a transcript with its log probability."""
    return st.fixed_dictionaries(
        {"token": texts(max_size=6), "logprob": st.floats(-20, 0)},
        optional={"bytes": st.none() | st.lists(st.integers(0, 255), max_size=4)},
    )


def _verbose_segments() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"id": _COUNTS, "seek": _COUNTS, "start": _SECONDS, "end": _SECONDS, "text": texts()},
        optional={"tokens": st.lists(_COUNTS, max_size=3), "temperature": _SECONDS},
    )


def diarized_segments() -> st.SearchStrategy[dict[str, Any]]:
    """A segment with its speaker; as an event it is the same object."""
    return st.fixed_dictionaries(
        {
            "type": st.just("transcript.text.segment"),
            "id": st.integers(0, 99).map(lambda number: f"seg_{number}"),
            "start": _SECONDS,
            "end": _SECONDS,
            "text": texts(),
            "speaker": st.sampled_from(["A", "B", "agent"]),
        },
        optional={"vendor": json_values(max_leaves=2)},
    )


_RESULT: dict[str, st.SearchStrategy[Any]] = {
    "task": st.none() | st.sampled_from(["transcribe", "translate"]),
    "language": st.none() | st.just("english"),
    "duration": _SECONDS,
    "segments": st.none()
    | st.lists(_verbose_segments(), max_size=3)
    | st.lists(diarized_segments(), max_size=3),
    "words": st.lists(
        st.fixed_dictionaries({"word": texts(), "start": _SECONDS, "end": _SECONDS}), max_size=3
    ),
    "usage": st.none() | _USAGE,
    "logprobs": st.none() | st.lists(transcription_logprobs(), max_size=3),
    "languages": _LANGUAGES,
    "vendor": json_values(max_leaves=3),
}


@st.composite
def transcription_results(draw: st.DrawFn) -> dict[str, Any]:
    """A result of any format: plain, verbose or diarized, with fields of its own perhaps."""
    result: dict[str, Any] = {"text": draw(texts(max_size=40))}
    names = draw(st.lists(st.sampled_from(sorted(_RESULT)), max_size=4, unique=True))
    return result | {name: draw(_RESULT[name]) for name in names}


@st.composite
def transcription_streams(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A result, and the events that an upstream streams of it.

    A diarized one has its segments as events, deltas before each perhaps; a plain one has deltas,
    whose log probabilities together are those of the done event. Events of unknown types may be
    anywhere but after the done event.
    """
    text = draw(texts(max_size=40))
    done: dict[str, Any] = {"type": "transcript.text.done", "text": text, "usage": draw(_TOKENS)}
    if draw(st.booleans()):
        done["languages"] = draw(_LANGUAGES)
    if draw(st.booleans()):
        done["vendor"] = draw(json_values(max_leaves=2))
    result = {key: value for key, value in done.items() if key != "type"}
    events: list[dict[str, Any]] = []
    if draw(st.booleans()):
        result["segments"] = draw(st.lists(diarized_segments(), min_size=1, max_size=3))
        for segment in result["segments"]:
            if draw(st.booleans()):
                events.append(_delta(segment["text"], segment_id=segment["id"]))
            events.append(segment)
    else:
        deltas = [_delta(piece) for piece in draw(pieces_of_text(text))]
        if draw(st.booleans()):
            for delta in deltas:
                delta["logprobs"] = draw(st.lists(transcription_logprobs(), max_size=2))
            result["logprobs"] = [token for delta in deltas for token in delta["logprobs"]]
            if draw(st.booleans()) or not result["logprobs"]:
                done["logprobs"] = result["logprobs"]
        events = deltas
    if draw(st.booleans()):
        events.insert(draw(st.integers(0, len(events))), {"type": "keepalive", "n": 1})
    return result, [*events, done]


def _delta(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "transcript.text.delta", "delta": text, **more}


@st.composite
def speech_streams(draw: st.DrawFn) -> tuple[bytes, list[dict[str, Any]]]:
    """Audio, and the events that an upstream streams of it.

    Each piece is base64 by itself, or the base64 of all of it is cut anywhere.
    """
    pieces = draw(st.lists(st.binary(max_size=12), max_size=5))
    audio = b"".join(pieces)
    encoded = [base64.b64encode(piece).decode("ascii") for piece in pieces]
    if draw(st.booleans()):
        encoded = list(draw(pieces_of_text(base64.b64encode(audio).decode("ascii"))))
    events: list[dict[str, Any]] = [
        {"type": "speech.audio.delta", "audio": piece} for piece in encoded
    ]
    usage = {"input_tokens": 1, "output_tokens": draw(_COUNTS), "total_tokens": 2}
    return audio, [*events, {"type": "speech.audio.done", "usage": usage}]
