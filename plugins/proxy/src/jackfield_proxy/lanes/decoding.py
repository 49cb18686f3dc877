"""Answers in an encoding that the client did not ask for, without it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

from jackfield.errors import APIResponseValidationError
from jackfield_proxy.lanes.encodings import encoding_of, unreadable
from jackfield_proxy.requests.headers import accepts

_AT_ONCE = 256 * 1024


def undoing(status: int, headers: Mapping[str, str], accepted: bytes | None) -> Decoder | None:
    """What takes an answer's encoding off; None where it may stay, or is an unknown one.

    Args:
        status: the answer's.
        headers: the answer's, by lower-case name.
        accepted: the client's ``Accept-Encoding``.
    """
    encoding = encoding_of(headers)
    if not encoding or unreadable(headers) or accepts(accepted, encoding):
        return None
    if status == 206:  # a part of a body can't be decoded
        return None
    return Decoder(encoding, status, headers)


class Decoder:
    """Takes the encoding off what comes, a piece at a time."""

    def __init__(self, encoding: str, status: int, headers: Mapping[str, str]) -> None:
        self._encoding = encoding
        self._status = status
        self._headers = headers
        self._member: zlib._Decompress | None = None
        self._begun = self._ended = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What more of the body says, in pieces of a moderate size.

        Raises:
            APIResponseValidationError: it is not in its encoding.
        """
        more = False
        while (data or more) and not self._ended:
            if self._member is None:
                # A gzip file may be followed by others. Anything else at its end is filling.
                if self._begun and (self._encoding == "deflate" or data[0] != 0x1F):
                    self._ended = True
                    return
                self._member, self._begun = zlib.decompressobj(self._window(data)), True
            try:
                piece = self._member.decompress(data, _AT_ONCE)
            except zlib.error:
                raise self._broken() from None
            if piece:
                yield piece
            more = len(piece) == _AT_ONCE
            data = self._member.unconsumed_tail
            if self._member.eof:
                more, data, self._member = False, self._member.unused_data, None

    def end(self) -> None:
        """Nothing comes any more.

        Raises:
            APIResponseValidationError: more should have come.
        """
        if self._member is not None:
            raise self._broken()

    def _window(self, data: bytes) -> int:
        if self._encoding != "deflate":
            return zlib.MAX_WBITS | 16
        # Some send it without the frame that the standard wants.
        return zlib.MAX_WBITS if data[0] & 15 == 8 else -zlib.MAX_WBITS

    def _broken(self) -> APIResponseValidationError:
        return APIResponseValidationError(
            f"the upstream's answer is not the {self._encoding} that it says it is",
            status_code=self._status,
            headers=self._headers,
            retryable=False,
        )
