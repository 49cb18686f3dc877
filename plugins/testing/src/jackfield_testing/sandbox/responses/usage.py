"""The token figures of a response; their parts add up."""

from __future__ import annotations

import json
from typing import Any

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.chat.conversation import text_of
from jackfield_testing.sandbox.responses.dialogue import Message
from jackfield_testing.sandbox.responses.output import Output
from jackfield_testing.sandbox.responses.turn import Item, Turn

#: Tokens of a content part that is no text.
_PRICED = {"image_url": 85, "file": 250, "input_audio": 250}
#: Less than so many tokens are not cached, and what is cached is cached in steps of so many.
_LEAST_CACHED, _STEP = 1024, 128
#: What costs nothing by its length.
_UNREAD = ("encrypted_content", "result")


def usage(turn: Turn, output: Output) -> dict[str, Any]:
    """Give the ``usage`` of a response."""
    total = input_tokens(turn)
    earlier = sum(map(_size, turn.earlier))
    cached = min(earlier, total) // _STEP * _STEP if earlier >= _LEAST_CACHED else 0
    return {
        "input_tokens": total,
        "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": cached},
        "output_tokens": output.size,
        "output_tokens_details": {"reasoning_tokens": output.reasoning},
        "total_tokens": total + output.size,
    }


def input_tokens(turn: Turn) -> int:
    """Count the tokens of the context: messages, calls, pictures, files, tools, instructions."""
    size = 3 + tokens.count(turn.request.get("instructions", ""))
    if turn.request.get("tools"):
        size += tokens.count(json.dumps(turn.request["tools"]))
    said = sum(4 + _message_tokens(message) for message in turn.messages)
    # what the messages of a chat say nothing of is counted as it is written
    return size + said + sum(_size(found) for found in turn.items if not _is_said(found))


def _message_tokens(message: Message) -> int:
    content = message.get("content")
    parts = content if isinstance(content, list) else ()
    return tokens.count(text_of(message)) + sum(_PRICED.get(p["type"], 0) for p in parts)


def _size(found: Item) -> int:
    return tokens.count(json.dumps({k: v for k, v in found.items() if k not in _UNREAD}))


def _is_said(found: Item) -> bool:
    kind: str = found["type"]
    return kind == "message" or kind.endswith("_call_output")
