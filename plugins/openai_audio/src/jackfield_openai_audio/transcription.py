"""Speech to text: ``POST /audio/transcriptions`` and ``/audio/translations``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from jackfield import jsonio
from jackfield.answers import Fetch, Multipart
from jackfield.envelope import Call, Framing, Loss, Result, WireRequest, WireResponse
from jackfield.errors import RequestError
from jackfield_openai_audio import form, speakers, uploads
from jackfield_openai_catalogue import media

_PATHS = {"transcription": "/audio/transcriptions", "translation": "/audio/translations"}
_FRAMING = Framing(terminal=("transcript.text.done",))
_JSON_FORMATS = ("json", "verbose_json", "diarized_json")


def request(call: Call) -> Call | Fetch | WireRequest:
    """A form: the model, the parameters, and the file last, for servers that read as it comes.

    Raises:
        RequestError: the file is given in no known way.
        SourceError: it is empty, or in no format that can be transcribed.
    """
    if "file" not in call.params:
        raise RequestError(f"file is missing: {call.surface} needs it", path="file")
    file = uploads.resolved(call.params["file"], call.origin)
    if file is not call.params["file"]:
        return call.replace(params={**call.params, "file": file})
    given = uploads.upload(file)
    params = {name: value for name, value in call.params.items() if name != "file"}
    fetch = _fetch(given, params, call)
    if fetch is not None:
        return fetch
    as_given = call.unsupported == "pass"
    part, changed = uploads.part(given, call.fetched[given.source], as_given=as_given)
    params = speakers.as_urls(params, call.fetched)
    losses = (*changed, *(_unsaid(path) for path in form.unsaid(params)))
    if any(loss not in call.losses for loss in losses):
        return call.replace(losses=(*call.losses, *losses))
    return WireRequest(
        path=_PATHS[call.surface],
        body=Multipart([("model", call.model), *form.fields(params), ("file", part)]),
        framing=_FRAMING,
        expect=_expected(params),
    )


def _fetch(given: uploads.Upload, params: Mapping[str, Any], call: Call) -> Fetch | None:
    """What has to be read first: the file's beginning, all of a URL, samples of speakers."""
    if given.source not in call.fetched:
        if given.source.kind == "url":
            return Fetch([given.source], max_bytes=uploads.LIMIT)
        return Fetch([given.source], mode="head", max_bytes=media.HEAD)
    samples = [one for one in speakers.samples(params) if one not in call.fetched]
    return Fetch(samples, max_bytes=speakers.LIMIT) if samples else None


def _unsaid(path: str) -> Loss:
    return Loss(path, "dropped", f"{path}: a form has no null, no empty list and no empty object")


def _expected(params: Mapping[str, Any]) -> Literal["json", "text"]:
    """``text`` for ``text``, ``srt``, ``vtt``, and for formats that are not known yet."""
    return "json" if params.get("response_format", "json") in _JSON_FORMATS else "text"


def result(response: WireResponse) -> Result | None:
    """``{"text": …}`` around an answer that is text, exactly as it came.

    Some servers answer with a JSON object whatever the format; its type says so.
    """
    if not isinstance(response.json, str):
        return None
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        try:
            decoded = jsonio.decode(response.json.encode("utf-8"))
        except ValueError:
            decoded = None
        if isinstance(decoded, dict):
            return Result(decoded)
    return Result({"text": response.json})
