"""A file as it is kept."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class StoredFile:
    """An uploaded file.

    Args:
        id: ``file-…``.
        filename: as uploaded.
        content_type: as uploaded.
        purpose: what it is for.
        data: its bytes.
        created_at: in epoch seconds.
        lifetime: seconds until it expires, or None for never.
    """

    id: str
    filename: str
    content_type: str
    purpose: str
    data: bytes = attrs.field(repr=False)
    created_at: int
    lifetime: int | None

    def body(self) -> dict[str, Any]:
        """Describe it, as the API does."""
        return {
            "object": "file",
            "id": self.id,
            "purpose": self.purpose,
            "filename": self.filename,
            "bytes": len(self.data),
            "created_at": self.created_at,
            "expires_at": None if self.lifetime is None else self.created_at + self.lifetime,
            "status": "processed",
            "status_details": None,
        }
