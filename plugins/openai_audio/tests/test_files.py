"""A file arrives as it is, in whichever way it was given, under a name that the API knows."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import ask
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield.errors import RequestError, SourceError
from jackfield.sources import Source
from jackfield_openai_audio import formats
from jackfield_testing import laws, strategies
from jackfield_testing.strategies import Audio
from jackfield_testing.strategies.audio import wav

# The names that the API's own complaint about a file lists.
ACCEPTED = {"flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm"}
STEMS = st.sampled_from(["speech", "a.b", "my talk", "Rede", "Ünï", "it's", "v1..2", ".hidden"])
HI = wav(b"\0\0")


def form_of(file: Any, **settings: Any) -> tuple[Any, tuple[Any, ...]]:
    """The file's part of the form, and what was changed about it."""
    outcome = ask("transcription", {"file": file}, **settings)
    assert outcome.error is None, repr(outcome.error)
    [sent] = outcome.sent
    return laws.sent_form(sent)[-1][1], outcome.losses


def refusal(file: Any, **settings: Any) -> RequestError:
    outcome = ask("transcription", {"file": file}, **settings)
    assert outcome.sent == []
    assert isinstance(outcome.error, RequestError), repr(outcome.error)
    return outcome.error


def test_the_extensions_are_those_of_the_api() -> None:
    assert set(formats.EXTENSIONS) == ACCEPTED


# Names and types ------------------------------------------------------------------------------


@given(strategies.audio_files())
def test_bytes_without_a_name_get_one(audio: Audio) -> None:
    part, losses = form_of(audio.content)
    assert part.data == audio.content
    assert (part.filename, part.content_type) == (f"audio.{audio.extension}", audio.content_type)
    assert losses == ()


@given(strategies.audio_files(), STEMS, st.data())
def test_a_fitting_name_is_sent_as_it_is(audio: Audio, stem: str, data: st.DataObject) -> None:
    extension = data.draw(st.sampled_from([audio.extension, *audio.others]))
    name = f"{stem}.{data.draw(st.sampled_from([extension, extension.upper()]))}"
    part, losses = form_of((name, audio.content))
    assert part.filename == name
    assert part.content_type == (
        audio.content_type if extension == audio.extension else formats_type(audio, extension)
    )
    assert losses == ()


def formats_type(audio: Audio, extension: str) -> str:
    own = {"mp4": "video/mp4", "m4a": "audio/mp4"}
    return own.get(extension, audio.content_type)


@given(
    strategies.audio_files(),
    STEMS,
    st.sampled_from([*sorted(ACCEPTED), "opus", "aac", "bin", "MP3", "2024"]),
)
@example(Audio(b"OggS\0\2", "ogg", "audio/ogg"), "PTT", "opus")
@example(Audio(HI, "wav", "audio/wav"), "speech", "mp3")
def test_a_name_that_contradicts_the_content_is_put_right_and_told(
    audio: Audio, stem: str, extension: str
) -> None:
    part, losses = form_of((f"{stem}.{extension}", audio.content))
    if extension.lower() in (audio.extension, *audio.others):
        assert losses == ()
        return
    assert part.filename == f"{stem}.{audio.extension}"
    assert part.content_type == audio.content_type
    [loss] = losses
    assert (loss.path, loss.kind) == ("file", "mapped")
    assert f".{audio.extension}, not .{extension.lower()}" in loss.reason


@pytest.mark.parametrize("name", ["speech", "speech..", ".speech", "dir.d/speech", "dir.d\\speech"])
def test_a_name_without_an_extension_gets_one(name: str) -> None:
    part, losses = form_of((name, HI))
    assert part.filename == f"{name.rstrip('.')}.wav"
    assert losses == ()


@pytest.mark.parametrize(
    ("given", "sent", "told"),
    [
        ("audio/x-wav", "audio/x-wav", False),
        ("audio/wav; codecs=1", "audio/wav; codecs=1", False),
        ("audio/vendor", "audio/vendor", False),
        ("application/octet-stream", "audio/wav", False),
        ("", "audio/wav", False),
        (None, "audio/wav", False),
        ("audio/mpeg", "audio/wav", True),
        ("image/png", "audio/wav", True),
    ],
)
def test_a_type_stays_unless_it_contradicts_the_content(
    given: str | None, sent: str, told: bool
) -> None:
    part, losses = form_of(("speech.wav", HI, given))
    assert (part.filename, part.content_type) == ("speech.wav", sent)
    assert bool(losses) == told


@given(strategies.not_audio(), st.sampled_from(sorted(ACCEPTED)))
def test_content_of_no_known_format_is_believed_its_name(content: bytes, extension: str) -> None:
    part, losses = form_of((f"a.{extension}", content))
    assert (part.filename, part.data, losses) == (f"a.{extension}", content, ())
    assert part.content_type == formats.EXTENSIONS[extension]


@given(strategies.not_audio(), st.sampled_from([None, "a", "a.txt", "a.aac", "mp3"]))
def test_content_of_no_known_format_and_no_name_is_refused(content: bytes, name: Any) -> None:
    error = refusal((name, content))
    assert isinstance(error, SourceError)
    assert error.path == "file"
    assert all(extension in error.message for extension in ACCEPTED)


def tag(length: int) -> bytes:
    size = bytes((length >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + size + bytes(length)


def test_a_tag_longer_than_what_is_looked_at_shows_no_more_than_that() -> None:
    """A cover picture in front of FLAC made it an MP3."""
    part, losses = form_of(("song.flac", tag(20_000) + b"fLaC"))
    assert (part.filename, part.content_type, losses) == ("song.flac", "audio/flac", ())
    part, losses = form_of(("song.ogg", tag(20_000) + b"OggS", "audio/x-mine"))
    assert (part.filename, part.content_type, losses) == ("song.ogg", "audio/x-mine", ())
    part, _ = form_of(tag(20_000))
    assert (part.filename, part.content_type) == ("audio.mp3", "audio/mpeg")
    part, _ = form_of(tag(0) * 2000)
    assert (part.filename, part.content_type) == ("audio.mp3", "audio/mpeg")


def test_a_type_is_believed_where_nothing_else_tells() -> None:
    part, _ = form_of((None, b"\0\0\0", "audio/mpeg"))
    assert (part.filename, part.content_type) == ("audio.mp3", "audio/mpeg")
    part, _ = form_of((None, b"\0\0\0", "video/mp4"))
    assert (part.filename, part.content_type) == ("audio.mp4", "video/mp4")
    refusal(("a.txt", b"\0\0\0", "audio/mpeg"))
    refusal((None, b"\0\0\0", "audio/aac"))


@pytest.mark.parametrize("name", ["speech.opus", "speech.mp3", "speech.txt"])
def test_under_pass_it_is_sent_as_given(name: str) -> None:
    part, losses = form_of((name, HI, "audio/x-mine"), unsupported="pass")
    assert (part.filename, part.content_type, losses) == (name, "audio/x-mine", ())


def test_under_pass_any_content_is_sent() -> None:
    part, _ = form_of(b"#!AMR\n\x3c", unsupported="pass")
    assert (part.filename, part.content_type) == ("audio", "application/octet-stream")
    part, _ = form_of(("a.aac", b"\xff\xf1\x50\x80"), unsupported="pass")
    assert (part.filename, part.content_type) == ("a.aac", "application/octet-stream")
    part, _ = form_of(HI, unsupported="pass")
    assert (part.filename, part.content_type) == ("audio.wav", "audio/wav")


# Every way of giving it -----------------------------------------------------------------------


class Pipe(io.RawIOBase):
    """A file object that can be read once."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = len(self._data) if size < 0 else size
        taken, self._data = self._data[:size], self._data[size:]
        return taken


def named(file: Any, name: str) -> Any:
    file.name = name
    return file


@given(strategies.audio_files(), st.sampled_from(["speech.wav", "x", "my talk.opus"]))
def test_every_form_of_a_file_is_the_same_file(audio: Audio, name: str) -> None:
    def ways(folder: Path) -> Iterator[Any]:
        path = folder / name
        path.write_bytes(audio.content)
        source = Source.of(audio.content)
        yield str(path)
        yield path
        yield (name, audio.content)
        yield [name, bytearray(audio.content), None]
        yield (name, memoryview(audio.content))
        yield (name, path)
        yield (name, str(path))
        yield (name, source)
        yield (name, io.BytesIO(audio.content))
        yield (name, Pipe(audio.content))
        yield named(io.BytesIO(audio.content), f"somewhere/{name}")
        yield Source.path(path)
        with path.open("rb") as file:
            yield file
            assert file.tell() == 0
        (folder / "longer").mkdir()
        longer = folder / "longer" / name
        longer.write_bytes(b"12345" + audio.content)
        with longer.open("rb") as file:
            file.seek(5)
            yield file
            assert file.tell() == 5

    with tempfile.TemporaryDirectory() as folder:
        found = [form_of(way) for way in ways(Path(folder))]
    assert found[0][0].data == audio.content
    assert found == [found[0]] * len(found)


def test_a_large_file_arrives_whole_after_its_head_was_looked_at() -> None:
    content = wav(bytes(range(256)) * 1000)
    for file in (content, io.BytesIO(content), Pipe(content)):
        part, _ = form_of(file)
        assert part.data == content


def test_a_spooled_file_has_no_name_of_its_own() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(HI)
        file.seek(0)
        part, _ = form_of(file)
    assert (part.filename, part.data) == ("audio.wav", HI)


# URLs -----------------------------------------------------------------------------------------


def fetched(url: Any, content: bytes = HI, kind: str = "audio/wav", **settings: Any) -> Any:
    download = laws.Reply(headers={"content-type": kind}, body=content)
    answer = laws.Reply(body=b'{"text": "heard"}')
    return ask("transcription", {"file": url}, download, answer, **settings)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://files.invalid/my%20talk.wav?sig=a/b.mp3", "my talk.wav"),
        ("HTTPS://files.invalid/a/", "a.wav"),
        ("http://files.invalid", "files.wav"),
        ("http://files.invalid/talk.opus", "talk.wav"),
    ],
)
def test_a_url_is_downloaded(url: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jackfield.fetching._checked_address", no_address)
    outcome = fetched(url)
    download, sent = outcome.sent
    assert (download.method, download.url) == ("GET", url)
    assert not {"authorization", "Authorization"} & set(download.headers)
    laws.file_arrives(laws.sent_form(sent), HI, name, "audio/wav")


def test_the_type_of_a_download_helps_where_its_name_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jackfield.fetching._checked_address", no_address)
    outcome = fetched("http://files.invalid/get?id=7", b"\0\0\0", "audio/mpeg; q=1")
    laws.file_arrives(laws.sent_form(outcome.sent[1]), b"\0\0\0", "get.mp3", "audio/mpeg")


def test_a_download_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jackfield.fetching._checked_address", no_address)
    outcome = fetched("http://files.invalid/a.wav", bytes(26_214_401))
    assert isinstance(outcome.error, SourceError)
    assert len(outcome.sent) == 1


def no_address(url: str, rules: Any) -> Iterator[Any]:
    """No name is resolved here."""
    return iter(())


def test_a_url_in_a_pair_is_downloaded_under_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jackfield.fetching._checked_address", no_address)
    outcome = fetched(("mine.wav", "http://files.invalid/a.bin"))
    laws.file_arrives(laws.sent_form(outcome.sent[1]), HI, "mine.wav", "audio/wav")


# What can't be sent ---------------------------------------------------------------------------


@pytest.mark.parametrize("empty", [b"", io.BytesIO(b""), ("a.wav", b""), Pipe(b"")])
def test_an_empty_file_is_refused(empty: Any) -> None:
    assert "is empty" in refusal(empty).message


def test_a_file_that_was_read_to_its_end_says_so() -> None:
    file = io.BytesIO(HI)
    file.seek(0, os.SEEK_END)
    assert "from where it stands" in refusal(file).message


@pytest.mark.parametrize(
    "file",
    [
        ["a.wav"],
        [],
        ("a.wav", HI, "audio/wav", {}),
        (1, HI),
        (HI, "a.wav"),
        ("a.wav", 7),
        ("a.wav", HI, 7),
        {"name": "a.wav"},
        7,
        True,
    ],
)
def test_no_known_form_of_a_file_is_refused(file: Any) -> None:
    error = refusal(file)
    assert error.path == "file"


def test_no_file_at_all_is_refused() -> None:
    for surface in ("transcription", "translation"):
        outcome = ask(surface, {"language": "de"})
        assert isinstance(outcome.error, RequestError)
        assert outcome.error.path == "file"
        assert "file is missing" in outcome.error.message


@pytest.mark.parametrize("text", ["data:audio/wav;base64,UklGRg==", "ftp://a/b.wav", "file:///a"])
def test_other_urls_are_refused(text: str) -> None:
    assert "only http and https" in refusal(text).message


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    assert "nowhere.wav" in refusal(str(tmp_path / "nowhere.wav")).message
    assert "not a regular file" in refusal(tmp_path).message
    assert "text mode" in str(raised_by(lambda: refusal(io.StringIO("x"))))


def raised_by(do: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        do()
    return caught.value


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.write(HI)
        file.truncate(26_214_401)
    message = refusal(path).message
    assert "long.wav" in message
    assert "26214401" in message
    assert "26214400" in message
    path.write_bytes(HI + bytes(26_214_400 - len(HI)))
    outcome = ask("transcription", {"file": path})
    assert outcome.error is None
    assert len(outcome.sent) == 1


# Calls from elsewhere -------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["/etc/hostname", "a.wav", ["a.wav", "/etc/hostname"], ""])
def test_a_call_from_elsewhere_names_no_path(file: Any) -> None:
    from jackfield.envelope import Call
    from jackfield_openai_audio import hooks

    call = Call("transcription", "whisper-1", {"file": file}, origin="remote")
    with pytest.raises(RequestError, match="content has to be"):
        hooks.transform_request(call)


def test_a_call_from_elsewhere_brings_content() -> None:
    from jackfield.answers import Fetch
    from jackfield.envelope import Call
    from jackfield_openai_audio import hooks

    source = Source.of(HI)
    call = Call("transcription", "whisper-1", {"file": ["a.wav", source]}, origin="remote")
    assert isinstance(hooks.transform_request(call), Fetch)
