"""The request of every operation on the video surface, as the API reference has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from jackfield.answers import Fetch
from jackfield.envelope import Call, WireRequest
from jackfield_openai_catalogue import waiting
from jackfield_openai_catalogue.media import HEAD
from jackfield_openai_catalogue.queries import query
from jackfield_openai_video import forms, paths, references


def create(call: Call) -> Call | Fetch | WireRequest:
    """``POST /videos``."""
    given = call.params.get("input_reference")
    reference = references.image(given, local=call.origin == "local")
    if reference is not given:
        # Asked again with it: a source is known by its identity, and must not be made twice.
        return call.replace(params={**call.params, "input_reference": reference})
    model = {"model": call.model} if call.model else {}
    return _post(call, paths.VIDEOS, model | _with_seconds(_sent(call)))


def retrieve(call: Call) -> WireRequest:
    """``GET /videos/{id}``."""
    return _look(call, paths.of_video(call.params.get("video_id")))


def content(call: Call) -> WireRequest:
    """``GET /videos/{id}/content``, whose answer is bytes."""
    path = paths.of_video(call.params.get("video_id"), "/content")
    return _look(call, path, expect="bytes")


def page(call: Call) -> WireRequest:
    """``GET /videos``."""
    return WireRequest("GET", paths.VIDEOS, query=query(_sent(call)))


def remix(call: Call) -> Fetch | WireRequest:
    """``POST /videos/{id}/remix``."""
    path = paths.of_video(call.params.get("video_id"), "/remix")
    return _post(call, path, _sent(call, "video_id"))


def edit(call: Call) -> Fetch | WireRequest:
    """``POST /videos/edits``."""
    return _post(call, paths.EDITS, _with_video(_sent(call)))


def extension(call: Call) -> Fetch | WireRequest:
    """``POST /videos/extensions``."""
    return _post(call, paths.EXTENSIONS, _with_seconds(_with_video(_sent(call))))


def delete(call: Call) -> WireRequest:
    """``DELETE /videos/{id}``."""
    return _look(call, paths.of_video(call.params.get("video_id")), method="DELETE")


TABLE: Mapping[str, Callable[[Call], Call | Fetch | WireRequest]] = {
    "create": create,
    "retrieve": retrieve,
    "content": content,
    "list": page,
    "remix": remix,
    "edit": edit,
    "extension": extension,
    "delete": delete,
}


def _sent(call: Call, *elsewhere: str) -> dict[str, Any]:
    """The parameters that go upstream and are not ``elsewhere`` in the request."""
    kept = {*waiting.PARAMS, *elsewhere}
    return {name: value for name, value in call.params.items() if name not in kept}


def _with_seconds(params: dict[str, Any]) -> dict[str, Any]:
    """A length in seconds as text, which is what the API takes."""
    seconds = params.get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        return params
    return params | {"seconds": f"{int(seconds) if seconds == int(seconds) else seconds}"}


def _with_video(params: dict[str, Any]) -> dict[str, Any]:
    return params | {"video": references.video(params["video"])} if "video" in params else params


def _look(
    call: Call, path: str, *, method: str = "GET", expect: Literal["json", "bytes"] = "json"
) -> WireRequest:
    return WireRequest(method, path, query=query(_sent(call, "video_id")), expect=expect)


def _post(call: Call, path: str, params: dict[str, Any]) -> Fetch | WireRequest:
    unseen = [source for source in forms.files(params) if source not in call.fetched]
    if unseen:  # the type of a file is in its first bytes
        return Fetch(unseen, "head", HEAD)
    return WireRequest(path=path, body=forms.body(params, call.fetched))
