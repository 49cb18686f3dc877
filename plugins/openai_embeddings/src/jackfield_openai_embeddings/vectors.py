"""Vectors as the wire has them: base64 of little-endian 32-bit floats."""

from __future__ import annotations

import base64
import sys
from array import array
from math import isfinite


def decode(text: str) -> list[float]:
    """The numbers of a vector.

    Raises:
        ValueError: it is not base64, not a whole number of floats, or has a NaN or an infinity,
            which no JSON result can hold.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:  # binascii.Error too
        raise ValueError(f"no base64 ({error})") from None
    if len(data) % 4:
        raise ValueError(f"{len(data)} bytes, no whole number of 32-bit floats")
    numbers = array("f", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    found = numbers.tolist()
    if not isfinite(sum(found)):  # finite 32-bit numbers never add up to an infinite 64-bit one
        raise ValueError("not finite in every number")
    return found
