"""The text completion surface: results, chunks, and how one becomes the other.

Fields are those of the API reference's completion object. A chunk has the same shape as a result:
each of its choices holds a piece of one text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jackfield.surfaces.chat import Usage, complete
from jackfield.views import ResultView, View, child, children

__all__ = [
    "TextChoice",
    "TextCompletion",
    "TextCompletionChunk",
    "TextLogprobs",
    "complete",
    "fold",
    "split",
]


class TextLogprobs(View):
    """Log probabilities of a choice's tokens: lists of one length, an entry per token.

    ``top_logprobs`` maps alternative tokens to their log probabilities, ``text_offset`` counts
    characters. With ``echo``, the first token of the prompt has no log probability but None.
    """

    tokens: list[str] | None
    token_logprobs: list[float | None] | None
    top_logprobs: list[dict[str, float] | None] | None
    text_offset: list[int] | None


class TextChoice(View):
    """One choice; of several prompts with ``n`` choices each, prompt ``index // n`` is its own."""

    index: int
    text: str
    logprobs: TextLogprobs | None = child(TextLogprobs)
    finish_reason: str | None


class TextCompletion(ResultView):
    """The result of a text completion."""

    id: str
    object: str
    created: int
    model: str
    choices: list[TextChoice] = children(TextChoice)
    usage: Usage | None = child(Usage)
    system_fingerprint: str | None


class TextCompletionChunk(View):
    """One chunk of a streamed text completion; the usage chunk has no choices."""

    id: str
    object: str
    created: int
    model: str
    choices: list[TextChoice] = children(TextChoice)
    usage: Usage | None = child(Usage)
    system_fingerprint: str | None


# Chunks and results -----------------------------------------------------------------------------

# Padding that exists only on the wire.
_WIRE_ONLY = frozenset({"obfuscation"})


def fold(chunks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The non-stream result of the same answer, its choices in the order of their indices."""
    out: dict[str, Any] = {}
    choices: dict[Any, dict[str, Any]] = {}
    for chunk in chunks:
        for key, value in chunk.items():
            if key == "choices":
                out.setdefault(key, None)  # its place among the keys
            elif key not in _WIRE_ONLY and (value is not None or key not in out):
                out[key] = value
        for choice in chunk.get("choices") or ():
            _add_choice(choices.setdefault(choice.get("index", 0), {}), choice)
    ordered = sorted(choices.items(), key=lambda item: (str(type(item[0])), item[0]))
    out["choices"] = [_finish(choice, index) for index, choice in ordered]
    out.setdefault("object", "text_completion")
    return out


def _add_choice(into: dict[str, Any], choice: dict[str, Any]) -> None:
    """Texts join, lists of log probabilities grow, of all else the last value stands."""
    for key, value in choice.items():
        kept = into.get(key)
        if key == "text" and isinstance(value, str) and isinstance(kept, str):
            into[key] = kept + value
        elif key == "logprobs" and isinstance(value, dict):
            into[key] = kept = kept if isinstance(kept, dict) else {}
            _add_logprobs(kept, value)
        elif value is not None or key not in into:
            into[key] = value


def _add_logprobs(into: dict[str, Any], piece: dict[str, Any]) -> None:
    for name, entries in piece.items():
        kept = into.get(name)
        if isinstance(entries, list):
            # What was kept is a list of our own: the chunk's is never the one that grows.
            into[name] = kept = kept if isinstance(kept, list) else []
            kept.extend(entries)
        elif entries is not None or name not in into:
            into[name] = entries


def _finish(choice: dict[str, Any], index: Any) -> dict[str, Any]:
    choice.setdefault("index", index)
    choice.setdefault("finish_reason", None)
    return choice


def split(result: dict[str, Any]) -> list[dict[str, Any]]:
    """A well-formed chunk sequence of a result: one chunk per choice, then usage.

    ``fold(split(result)) == result`` for results in the API's shape: every choice has an index and
    a ``finish_reason``, and they are in the order of their indices.
    """
    usage = result.get("usage")
    shared = result if usage is None else {**result, "usage": None}
    chunks = [{**shared, "choices": [choice]} for choice in result.get("choices") or ()]
    if usage is not None:
        chunks.append({**shared, "choices": [], "usage": usage})
    return chunks or [{**shared, "choices": []}]
