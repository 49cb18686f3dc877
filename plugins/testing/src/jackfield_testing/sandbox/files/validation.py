"""What the API rejects about an upload, in its own words. Unknown fields are ignored."""

from __future__ import annotations

from typing import Any

import attrs

from jackfield_testing.sandbox.bodies import file_in, members_in, number_in, text_in
from jackfield_testing.sandbox.errors import APIFault, missing
from jackfield_testing.sandbox.field_types import check_choice, check_range
from jackfield_testing.sandbox.forms import FormFile

PURPOSES = ("fine-tune", "assistants", "batch", "user_data", "vision", "evals")
#: Purposes whose files are lines of JSON, and the API that they are for.
_LINES = {"batch": "Batch", "fine-tune": "Fine-Tuning"}
_MONTH = 30 * 86_400  # seconds


@attrs.frozen
class Upload:
    """A valid upload.

    Args:
        file: what is uploaded.
        purpose: what it is for.
        lifetime: seconds until it expires, or None for never.
    """

    file: FormFile
    purpose: str
    lifetime: int | None


def read_upload(fields: dict[str, Any]) -> Upload:
    """Read the fields of a form.

    Raises:
        APIFault: 400.
    """
    file = file_in(fields, "file")
    purpose = text_in(fields, "purpose")
    if purpose is None:
        raise missing("purpose")
    if purpose not in PURPOSES:
        raise APIFault(
            400, f"'{purpose}' is not one of {list(PURPOSES)} - 'purpose'", param="purpose"
        )
    api = _LINES.get(purpose)
    if api is not None and not file.filename.endswith(".jsonl"):
        message = f"Invalid file format for {api} API. Must be .jsonl"
        raise APIFault(400, message, param="file")
    if not file.data:
        raise APIFault(400, "File is empty.", param="file")
    return Upload(file, purpose, _lifetime(members_in(fields, "expires_after"), purpose))


def _lifetime(value: dict[str, Any] | None, purpose: str) -> int | None:
    if value is None:
        return _MONTH if purpose == "batch" else None
    anchor = text_in(value, "anchor")
    if anchor is None:
        raise missing("expires_after[anchor]")
    check_choice("expires_after[anchor]", anchor, ("created_at",))
    seconds = number_in(value, "seconds")
    if seconds is None:
        raise missing("expires_after[seconds]")
    check_range("expires_after[seconds]", int(seconds), 3600, _MONTH)
    return int(seconds)
