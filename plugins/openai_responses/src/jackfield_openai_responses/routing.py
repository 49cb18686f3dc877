"""Which calls on responses a chat model serves."""

from __future__ import annotations

from jackfield.envelope import Call
from jackfield_openai_catalogue.naming import NAMING
from jackfield_openai_catalogue.reserved import CHAT_ONLY


def elsewhere(call: Call) -> bool:
    """Whether the call came by the fallback: nobody but a chat provider serves its model."""
    return bool(call.name) and not call.prefix


def over_chat(call: Call) -> bool:
    """Whether the call's answer is a chat model's: another provider's, or OpenAI's own."""
    if elsewhere(call):
        return True
    return call.operation == "create" and _is_chat_only(call.model)


def is_chats(model: str) -> bool:
    """The same of a model's name alone, which is whole where another provider serves it."""
    return "/" in model or _is_chat_only(model)


def _is_chat_only(model: str) -> bool:
    return not CHAT_ONLY.isdisjoint(NAMING.bases(model))
