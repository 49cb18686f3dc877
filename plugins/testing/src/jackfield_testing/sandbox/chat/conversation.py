"""What the messages of a request say, as text."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Message = Mapping[str, Any]


def text_of(message: Message) -> str:
    """Give the text of a message: its content, or the text parts of it."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return ""
    parts = (part for part in content if isinstance(part, Mapping))
    texts = (part.get("text") or part.get("refusal") for part in parts)
    return "\n".join(text for text in texts if isinstance(text, str))


def parts_of(messages: Sequence[Message], kind: str) -> Iterator[Mapping[str, Any]]:
    """Give the content parts of one type, of all messages in order."""
    for message in messages:
        content = message.get("content")
        if isinstance(content, Sequence) and not isinstance(content, str):
            for part in content:
                if isinstance(part, Mapping) and part.get("type") == kind:
                    yield part


def last_user_text(messages: Sequence[Message]) -> str:
    """Give the text of the last message from the user, or of the last with any text."""
    for message in reversed(messages):
        if message.get("role") == "user":
            return text_of(message)
    return next((text for message in reversed(messages) if (text := text_of(message))), "")


def tool_results(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Give the name and text of the tool results that the conversation ends with, oldest first."""
    names: dict[str, str] = {}
    for message in messages:
        for call in message.get("tool_calls") or ():
            named = call.get("function") or call.get("custom") or {}
            names[call.get("id", "")] = named.get("name", "the tool")
    results: list[tuple[str, str]] = []
    for message in reversed(messages):
        if message.get("role") not in {"tool", "function"}:
            break
        name = message.get("name") or names.get(message.get("tool_call_id", ""), "the tool")
        results.append((name, text_of(message)))
    return results[::-1]


def excerpt(text: str, most: int = 160) -> str:
    """Give the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def attachments(messages: Sequence[Message]) -> list[str]:
    """Describe the images, files and sounds of a conversation, so that a test can see they came."""
    found = []
    for part in parts_of(messages, "image_url"):
        image = part.get("image_url")
        url = image.get("url", "") if isinstance(image, Mapping) else str(image)
        found.append(f"an image ({_data_url(url)})")
    for part in parts_of(messages, "file"):
        file = part.get("file") or {}
        name = file.get("filename") or file.get("file_id") or "unnamed"
        found.append(f"a file ({name}, {_data_url(file.get('file_data') or '')})")
    for part in parts_of(messages, "input_audio"):
        sound = part.get("input_audio") or {}
        size = _decoded_size(sound.get("data") or "")
        found.append(f"a sound ({sound.get('format')}, {size} bytes)")
    return found


def _data_url(url: str) -> str:
    if not url.startswith("data:"):
        return excerpt(url, 80) or "no data"
    kind, _, data = url[5:].partition(",")
    return f"{kind.partition(';')[0]}, {_decoded_size(data)} bytes"


def _decoded_size(data: str) -> int:
    try:
        return len(base64.b64decode(data.rpartition(",")[2]))
    except (binascii.Error, ValueError):
        return 0
