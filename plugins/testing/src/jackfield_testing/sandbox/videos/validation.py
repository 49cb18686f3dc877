"""What the API rejects about a video request, in its own words. Unknown fields are ignored."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from jackfield_testing.sandbox.errors import APIFault, missing, model_not_found, rejected
from jackfield_testing.sandbox.families import family
from jackfield_testing.sandbox.field_types import (
    check_choice,
    check_text_length,
    check_type,
    describe,
    listed,
)
from jackfield_testing.sandbox.forms import FormFile
from jackfield_testing.sandbox.models import ModelName
from jackfield_testing.sandbox.videos.script import Script, script_of
from jackfield_testing.sandbox.world import World

MODELS = (
    "sora-2",
    "sora-2-pro",
    "sora-2-2025-10-06",
    "sora-2-pro-2025-10-06",
    "sora-2-2025-12-08",
)
SECONDS = ("4", "8", "12")
EXTENSION_SECONDS = (*SECONDS, "16", "20")
SIZES = ("720x1280", "1280x720")
PRO_SIZES = (*SIZES, "1024x1792", "1792x1024")
_MOST_CHARACTERS = 32_000
_IMAGES = ("image/jpeg", "image/png", "image/webp")


def read_prompt(fields: dict[str, Any]) -> tuple[str, Script]:
    """Read the prompt, and what becomes of a job with it.

    Raises:
        APIFault: 400.
    """
    prompt = fields.get("prompt")
    if prompt is None:
        raise missing("prompt")
    check_type("prompt", prompt, "a string")
    check_text_length("prompt", prompt, 1, _MOST_CHARACTERS)
    script = script_of(prompt)
    if script.refused:
        raise APIFault(
            400, "Your request was blocked by our moderation system.", code="moderation_blocked"
        )
    return prompt, script


def read_model(fields: dict[str, Any]) -> str:
    """Read the model's name.

    Raises:
        APIFault: 404 where there is no such model, 400 where it makes no videos.
    """
    model = fields.get("model")
    if model is None:
        return MODELS[0]
    check_type("model", model, "a string")
    name = ModelName.parse(model)
    if not name.exists:
        raise model_not_found(model)
    if family(name.name) not in ("media", ""):
        check_choice("model", name.name, MODELS)
    return name.name


def read_size(fields: dict[str, Any], model: str) -> str:
    """Read the size.

    Raises:
        APIFault: 400 for one that the model does not have.
    """
    size = fields.get("size")
    if size is None:
        return SIZES[0]
    check_type("size", size, "a string")
    check_choice("size", size, SIZES if model in MODELS and "pro" not in model else PRO_SIZES)
    return str(size)


def read_seconds(fields: dict[str, Any], choices: Sequence[str], default: str | None) -> int:
    """Read how long a video is to be.

    Args:
        fields: of the request.
        choices: what there is.
        default: where the request says nothing; with None, it has to.

    Raises:
        APIFault: 400 for anything but a string that is one of them, a number included.
    """
    seconds = fields.get("seconds", default)
    if seconds is None:
        if default is None:
            raise missing("seconds")
        seconds = default
    if not isinstance(seconds, str):
        raise APIFault(
            400,
            f"Invalid type for 'seconds': expected one of {listed(choices, 'or')}, but got "
            f"{describe(seconds)} instead.",
            param="seconds",
            code="invalid_type",
        )
    check_choice("seconds", seconds, choices)
    return int(seconds)


def check_reference(fields: dict[str, Any], world: World) -> None:
    """Check ``input_reference``: a picture, or an object that says where one is.

    The API wants it to be of the video's size, too, which is not checked here.

    Raises:
        APIFault: 400.
    """
    reference = fields.get("input_reference")
    if reference is None:
        return
    if isinstance(reference, FormFile):
        kind = reference.content_type.partition(";")[0].strip().lower()
        if kind not in _IMAGES:
            raise APIFault(
                400,
                f"Invalid file 'input_reference': unsupported mimetype ('{kind}'). Supported file "
                f"formats are {listed(_IMAGES)}.",
                param="input_reference",
                code="unsupported_file_mimetype",
            )
        if not reference.data:
            raise APIFault(400, "The reference is empty.", param="input_reference")
        return
    check_type("input_reference", reference, "an object")
    named = [name for name in ("image_url", "file_id") if reference.get(name) is not None]
    if len(named) != 1:
        raise rejected(
            "Exactly one of 'input_reference.image_url' and 'input_reference.file_id' is needed.",
            "input_reference",
        )
    where = f"input_reference.{named[0]}"
    check_type(where, reference[named[0]], "a string")
    if named[0] == "image_url":
        _check_url(where, reference["image_url"])
    elif world.files.get(reference["file_id"]) is None:
        raise APIFault(404, f"No such File object: {reference['file_id']}", param=where)


def _check_url(where: str, url: str) -> None:
    if url.startswith(("https://", "http://")):
        return
    head, _, data = url.partition(",")
    kind, _, coding = head.removeprefix("data:").partition(";")
    try:
        valid = kind in _IMAGES and coding == "base64" and base64.b64decode(data, validate=True)
    except binascii.Error:
        valid = False
    if not (valid and url.startswith("data:")):
        message = f"Invalid '{where}': expected a URL or a data URL of {listed(_IMAGES, 'or')}."
        raise rejected(message, where)
