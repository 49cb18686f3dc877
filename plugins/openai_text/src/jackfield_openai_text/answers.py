"""From text completions to chat completions: whole answers, and chunks one by one.

Identity, usage and every field that is not known here stay as the upstream gave them. What has an
unknown shape is left as it is.
"""

from __future__ import annotations

from typing import Any

from jackfield_openai_text.logprobs import chat_logprobs


def completion_of(answer: Any) -> Any:
    """The chat completion for a text completion."""
    if not isinstance(answer, dict):
        return answer
    converted = {**answer, "object": "chat.completion"}
    if isinstance(answer.get("choices"), list):
        converted["choices"] = [_choice(choice, "message", True) for choice in answer["choices"]]
    return converted


def chunk_of(chunk: Any, begun: list[Any]) -> Any:
    """The chat chunk for a text chunk.

    Args:
        chunk: one chunk of the text stream.
        begun: the indices of the choices that have had their role; grows.
    """
    if not isinstance(chunk, dict):
        return chunk
    converted = {**chunk, "object": "chat.completion.chunk"}
    if isinstance(chunk.get("choices"), list):
        converted["choices"] = [_delta_choice(choice, begun) for choice in chunk["choices"]]
    return converted


def _delta_choice(choice: Any, begun: list[Any]) -> Any:
    index = choice.get("index", 0) if isinstance(choice, dict) else None
    first = index not in begun
    if first:
        begun.append(index)
    return _choice(choice, "delta", first)


def _choice(choice: Any, said: str, opening: bool) -> Any:
    """A choice with its text under ``said``; what opens a message has all that one has."""
    if not isinstance(choice, dict) or (said in choice and "text" not in choice):
        return choice
    message: dict[str, Any] = {"role": "assistant"} if opening else {}
    if opening or "text" in choice:
        message["content"] = choice.get("text")
    if opening:
        message["refusal"] = None
    converted: dict[str, Any] = {}
    for key, value in choice.items():
        if key == "text":
            converted[said] = message
        else:
            converted[key] = chat_logprobs(value) if key == "logprobs" else value
    converted.setdefault(said, message)
    return converted
