"""Embeddings: vectors survive their encoding, and many requests make the same answer as one."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

from jackfield.effects import Outgoing
from jackfield_testing.laws.flows import Outcome, Reply
from jackfield_testing.laws.json_identity import identical


def packed(vector: Sequence[float]) -> str:
    """A vector as the wire has it: base64 of little-endian 32-bit floats."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")


def decodes_back(decode: Callable[[str], list[float]], vector: Sequence[float]) -> None:
    """``decode`` gives the numbers of a vector of 32-bit floats exactly, as Python floats."""
    found = decode(packed(vector))
    assert type(found) is list
    assert all(type(number) is float for number in found)
    assert list(map(repr, found)) == list(map(repr, vector)), f"{vector} was read as {found}"


def vector_of(given: Any) -> list[float]:
    """The vector that `Embedder` has for an input: another one for each."""
    digest = hashlib.sha256(json.dumps(given).encode()).digest()
    return list(struct.unpack("<4f", bytes(byte & 0xBF for byte in digest[:16])))


class Embedder:
    """A made-up upstream for `jackfield_testing.laws.flows.ask`: a vector and a token per input.

    Args:
        order: what it does to the list of embeddings; ``reversed``, say.
        ignores_format: whether it answers with numbers where base64 was asked for.
    """

    def __init__(
        self,
        order: Callable[[list[Any]], Any] = lambda items: items,
        *,
        ignores_format: bool = False,
    ) -> None:
        self._order = order
        self._ignores_format = ignores_format

    def __call__(self, outgoing: Outgoing) -> Reply:
        """Answer one request."""
        assert isinstance(outgoing.body, bytes)
        asked = json.loads(outgoing.body)
        inputs = asked["input"]
        if isinstance(inputs, str) or (inputs and isinstance(inputs[0], int)):
            inputs = [inputs]
        numbers = asked.get("encoding_format") != "base64" or self._ignores_format
        data = [
            {
                "object": "embedding",
                "index": at,
                "embedding": vector_of(given) if numbers else packed(vector_of(given)),
            }
            for at, given in enumerate(inputs)
        ]
        count = len(inputs)
        usage = {"prompt_tokens": count, "details": {"cached": count}, "total_tokens": count}
        answer = {"object": "list", "data": list(self._order(data)), "model": asked["model"]}
        return Reply(body=json.dumps({**answer, "usage": usage}).encode())


def batches_hold(
    spans: Sequence[tuple[int, int]],
    tokens: Sequence[int],
    max_inputs: int,
    max_tokens: int,
) -> None:
    """Batches have every input once, in order, within both limits, and are as few as in that order.

    Args:
        spans: of each batch the first input, and the one after its last.
        tokens: of each input, how many it has at most.
        max_inputs: how many inputs a batch may have.
        max_tokens: how many tokens; an input that has more is alone.
    """
    assert [at for span in spans for at in range(*span)] == list(range(len(tokens)))
    for start, end in spans:
        assert 0 < end - start <= max_inputs
        assert end - start == 1 or sum(tokens[start:end]) <= max_tokens
        if end < len(tokens):  # one more would be too much
            assert end - start == max_inputs or sum(tokens[start : end + 1]) > max_tokens


def joins_to_the_whole(split: Outcome, whole: Outcome) -> None:
    """A call in several requests asks for and gives what the same call does in one."""
    assert split.error is None, repr(split.error)
    assert whole.error is None, repr(whole.error)
    wanted = json.loads(whole.body())
    asked = []
    for outgoing in split.sent:
        assert isinstance(outgoing.body, bytes)
        asked.append(json.loads(outgoing.body))
    inputs = [item for body in asked for item in body["input"]]
    assert identical(inputs, wanted["input"]), "the inputs are not sent once each, in order"
    for body in asked:
        assert identical({**body, "input": None}, {**wanted, "input": None})
    assert identical(split.value, whole.value), f"{split.value} is not {whole.value}"
