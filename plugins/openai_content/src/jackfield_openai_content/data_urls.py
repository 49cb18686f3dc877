"""Data URLs (RFC 2397): what they say of themselves, and how they are made.

The base64 inside is not decoded, so that a large image costs no more than a look for whitespace.
"""

from __future__ import annotations

import attrs

from jackfield.errors import RequestError
from jackfield_openai_content.strings import has_whitespace, is_base64, whitespace


@attrs.frozen
class DataURL:
    """A data URL in its pieces.

    Attributes:
        kind: the media type in lower case, ``""`` where none is given.
        payload: everything behind it.
        encoded: whether the payload is base64, rather than percent-encoded.
    """

    kind: str
    payload: str
    encoded: bool

    def with_kind(self, kind: str) -> str:
        """The same data under another media type; its parameters go with the old one."""
        return f"data:{kind}{';base64' if self.encoded else ''},{self.payload}"

    def base64(self, path: str) -> str:
        """The payload, where its characters have to be known as well.

        Raises:
            RequestError: it is no base64.
        """
        if not self.encoded or not is_base64(self.payload):
            raise RequestError(
                f"{path} is a data URL without valid base64 in it: what is behind the comma has to "
                "come from base64.b64encode, and is announced by ;base64",
                path=path,
            )
        return self.payload


def parse(url: str, path: str) -> DataURL:
    """Take a data URL apart.

    Args:
        url: begins with ``data:``.
        path: where it stands in the call's parameters.

    Raises:
        RequestError: it has no comma, no data, or whitespace in its base64.
    """
    head, comma, payload = url.partition(",")
    if not comma:
        raise RequestError(
            f"{path} is no data URL: the comma before the data is missing, as in "
            "data:image/png;base64,iVBORw0…",
            path=path,
        )
    if not payload:
        raise RequestError(f"{path} is a data URL without any data", path=path)
    kind, *parameters = (piece.strip().lower() for piece in head[5:].split(";"))
    encoded = "base64" in parameters
    if encoded and has_whitespace(payload):
        raise whitespace(path)
    return DataURL(kind, payload, encoded)


def data_url(kind: str, encoded: str) -> str:
    """The data URL for base64 of a media type."""
    return f"data:{kind};base64,{encoded}"
