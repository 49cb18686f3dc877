"""Video jobs, lists of them, ids, and the parameters of every operation on them."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from jackfield_testing.strategies.json_values import json_values, texts

STATUSES = ("queued", "in_progress", "completed", "failed")
SIZES = ("720x1280", "1280x720", "1024x1792", "1792x1024")
OPERATIONS = ("create", "retrieve", "content", "list", "remix", "edit", "extension", "delete")

_TELLING = ("../x?y#z", "a/b", "%2F", "%2e%2e", "a b", "é", "?", "#", "//host", "\\", "a;b")
_TIMES = st.integers(0, 2**31)
_PROMPTS = texts(min_size=1, max_size=30)
_NAMES = st.integers(0, 10**6).map("video_{}".format)
_IDS = (
    _NAMES
    | st.sampled_from(_TELLING)
    | texts(min_size=1).filter(lambda text: text not in (".", ".."))
)
_SECONDS = st.sampled_from(["4", "8", "12", 4, 8, 12, 4.0])
_CODES = st.sampled_from(["server_error", "moderation_blocked", "timeout", "content_filter"])
_ERRORS = st.fixed_dictionaries({"code": _CODES, "message": texts(min_size=1)})
_BROKEN: st.SearchStrategy[Any] = _ERRORS | st.none() | st.just({}) | st.just("it broke")
_UNKNOWN = st.sampled_from(["quality", "characters", "x_new", "élan"])
_ANYTHING = json_values(max_leaves=3)
_GIVEN = _ANYTHING.filter(lambda value: value is not None)
_ONE_IN_FOUR = st.integers(0, 3).map(lambda n: n == 0)
_PERCENT = st.none() | st.integers(-5, 120) | st.floats(0, 100) | st.just("half")
_ENDINGS: list[Any] = ["completed", "failed", "cancelled", "", None, 7, ["queued"], {}]
_ENDING = st.sampled_from(_ENDINGS)
_WAITING = st.lists(st.sampled_from(["queued", "in_progress"]), max_size=6)


def video_ids() -> st.SearchStrategy[str]:
    """Ids: those of the API, and texts that mean something in a URL."""
    return _IDS


@cache
def _jobs(status: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "id": _NAMES,
            "object": st.just("video"),
            "model": st.sampled_from(["sora-2", "sora-2-pro"]),
            "status": st.just(status),
            "progress": st.integers(0, 100),
            "created_at": _TIMES,
            "completed_at": _TIMES if status == "completed" else st.none(),
            "expires_at": st.none() | _TIMES,
            "prompt": st.none() | _PROMPTS,
            "size": st.sampled_from(SIZES),
            "seconds": st.sampled_from(["4", "8", "12"]),
            "remixed_from_video_id": st.none() | st.just("video_0"),
            "error": _ERRORS if status == "failed" else st.none(),
        }
    )


@st.composite
def videos(draw: st.DrawFn, status: str | None = None) -> dict[str, Any]:
    """A video job as the API shows it, with fields that it may add."""
    video = draw(_jobs(status if status is not None else draw(st.sampled_from(STATUSES))))
    if draw(_ONE_IN_FOUR):
        video[draw(_UNKNOWN)] = draw(_ANYTHING)
    return video


_SOME_VIDEOS = st.lists(videos(), max_size=3)


@st.composite
def video_lists(draw: st.DrawFn) -> dict[str, Any]:
    """A page of video jobs."""
    data = draw(_SOME_VIDEOS)
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": draw(st.booleans()),
    }


@st.composite
def video_jobs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """What one job looks like at each look until it has ended, strange statuses and gaps too."""
    known = draw(_jobs("queued"))
    ending = draw(_ENDING)
    found = []
    for status in [*draw(_WAITING), ending]:
        job: dict[str, Any] = {**known, "status": status, "progress": draw(_PERCENT)}
        if draw(_ONE_IN_FOUR):
            del job["progress"]
        found.append(job)
    if ending == "failed":
        found[-1]["error"] = draw(_BROKEN)
    return found


@cache
def _params(operation: str) -> st.SearchStrategy[dict[str, Any]]:
    url = st.sampled_from(["https://example.com/a.png", "data:image/png;base64,iVBORw0KGgo="])
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {"user": texts(max_size=8)}
    if operation == "create":
        optional |= {
            "seconds": _SECONDS,
            "size": st.sampled_from(SIZES),
            "input_reference": url
            | url.map(lambda found: {"image_url": found})
            | st.just({"file_id": "file_1"}),
        }
    if operation in ("create", "remix", "edit", "extension"):
        required["prompt"] = _PROMPTS
    if operation in ("retrieve", "content", "remix", "delete"):
        required["video_id"] = _IDS
    if operation in ("edit", "extension"):
        ids: list[Any] = ["video_1", {"id": "video_1"}]
        required["video"] = st.sampled_from(ids) | videos("completed")
    if operation == "extension":
        required["seconds"] = _SECONDS
    if operation == "content":
        optional["variant"] = st.sampled_from(["video", "thumbnail", "spritesheet"])
    if operation == "list":
        optional |= {
            "after": _IDS,
            "limit": st.integers(0, 100),
            "order": st.sampled_from(["asc", "desc"]),
        }
    return st.fixed_dictionaries(required, optional=optional)


@st.composite
def video_params(draw: st.DrawFn, operation: str = "create") -> dict[str, Any]:
    """The parameters of a call on the video surface, in any order, some of them unknown."""
    found = draw(_params(operation))
    if draw(_ONE_IN_FOUR):
        found[draw(_UNKNOWN)] = draw(_GIVEN)
    return {name: found[name] for name in draw(st.permutations(list(found)))}
