"""Log probabilities: from parallel lists, an entry per token, to chat's one list of objects.

``text_offset`` has no place in chat; it is where the tokens' texts end when they are joined.
"""

from __future__ import annotations

from typing import Any


def chat_logprobs(logprobs: Any) -> Any:
    """Chat's ``logprobs`` for those of a text choice; what is no object is left as it is."""
    if not isinstance(logprobs, dict):
        return logprobs
    tokens = logprobs.get("tokens")
    if not isinstance(tokens, list):
        return {"content": None, "refusal": None}
    content = [
        {
            **_entry(token, _at(logprobs.get("token_logprobs"), index)),
            "top_logprobs": _alternatives(_at(logprobs.get("top_logprobs"), index)),
        }
        for index, token in enumerate(tokens)
    ]
    return {"content": content, "refusal": None}


def _at(values: Any, index: int) -> Any:
    return values[index] if isinstance(values, list) and index < len(values) else None


def _entry(token: Any, logprob: Any) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": _octets(token)}


def _alternatives(tokens: Any) -> list[dict[str, Any]]:
    """The alternatives of one token, the most likely first."""
    if not isinstance(tokens, dict):
        return []
    return [_entry(token, value) for token, value in sorted(tokens.items(), key=_likeliest)]


def _likeliest(item: tuple[str, Any]) -> float:
    value = item[1]
    return -value if isinstance(value, (int, float)) else float("inf")


def _octets(token: Any) -> list[int] | None:
    r"""The token in UTF-8; None where it is a part of a character, given as ``bytes:\xe2\x80``."""
    if not isinstance(token, str) or (token.startswith("bytes:") and "\\x" in token):
        return None
    try:
        return list(token.encode("utf-8"))
    except UnicodeEncodeError:  # half a surrogate pair
        return None
