"""The embedding surface: vectors for texts or token lists.

Fields are those of the API reference's embedding object and of the list it comes in.
"""

from __future__ import annotations

from typing import Any

from jackfield.views import ResultView, View, child, children

_SHOWN = 3


class Embedding(View):
    """One vector: numbers, or base64 of little-endian 32-bit floats where that was asked for.

    ``index`` is the place of its input among those of the call, from 0. The repr shows how a vector
    begins, not the whole of it.
    """

    object: str
    index: int
    embedding: list[float] | str

    def __repr__(self) -> str:
        shown = ", ".join(f"{key}={_short(self[key])}" for key in self._raw)
        return f"{type(self).__name__}({shown})"


def _short(value: Any) -> str:
    if isinstance(value, list) and len(value) > _SHOWN:
        return f"[{', '.join(map(repr, value[:_SHOWN]))}, … {len(value)} numbers]"
    if isinstance(value, str) and len(value) > 40:
        return f"{value[:20] + '…'!r}"
    return repr(value)


class EmbeddingUsage(View):
    """Token counts; of all requests together where a call took several."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingResponse(ResultView):
    """The result of an embedding call: one `Embedding` per input, in the order of the inputs."""

    object: str
    data: list[Embedding] = children(Embedding)
    model: str
    usage: EmbeddingUsage | None = child(EmbeddingUsage)
