"""The vector of a text: made of its hash, so that the same text always has the same."""

from __future__ import annotations

import array
import hashlib
import math
import sys

from jackfield_testing.sandbox.families import base_of

_SIZES = {"text-embedding-3-large": 3072}
_SIZE = 1536


def size_of(model: str) -> int:
    """Give how many numbers a model's vectors have."""
    return _SIZES.get(base_of(model), _SIZE)


def vector(model: str, text: str, size: int) -> array.array[float]:
    """Give the first ``size`` numbers of a text's vector, made one long, as 32-bit floats.

    Args:
        model: another model has another vector.
        text: what is embedded.
        size: how many numbers, at most ``size_of(model)``.
    """
    seed = f"{model}\x1f{text}".encode("utf-8", "surrogatepass")
    numbers = array.array("h", hashlib.shake_256(seed).digest(2 * size))
    if sys.byteorder == "big":
        numbers.byteswap()
    length = math.sqrt(sum(number * number for number in numbers)) or 1.0
    return array.array("f", [number / length for number in numbers])


def little_endian(numbers: array.array[float]) -> bytes:
    """Give the bytes of 32-bit floats, the lowest first."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()
