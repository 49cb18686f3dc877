"""A request with everything that it is answered from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import attrs

from jackfield_testing.sandbox.chat.conversation import last_user_text
from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.identity import Identity, identify
from jackfield_testing.sandbox.models import ModelName
from jackfield_testing.sandbox.responses.dialogue import Message, last_word, messages_of
from jackfield_testing.sandbox.responses.input_checks import check_pairs
from jackfield_testing.sandbox.responses.input_items import kept_items
from jackfield_testing.sandbox.responses.model_facts import ModelFacts
from jackfield_testing.sandbox.responses.parts import PREFIXES
from jackfield_testing.sandbox.responses.script import Script, script_of
from jackfield_testing.sandbox.world import World

#: What answers a prompt template that names no model.
_PROMPTED = "gpt-4.1"
Item = dict[str, Any]


@attrs.frozen(slots=False)
class Turn:
    """A valid request and its context.

    Args:
        request: its fields, without nulls; the model without a fault directive.
        earlier: the items that were there before it, oldest first.
        given: its own items.
        identity: where ids and figures come from.
        messages: what all items say, as the messages of a chat.
    """

    request: Mapping[str, Any]
    earlier: tuple[Item, ...]
    given: tuple[Item, ...]
    identity: Identity
    messages: tuple[Message, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """The whole context, oldest first."""
        return (*self.earlier, *self.given)

    @cached_property
    def model(self) -> ModelFacts:
        """What is known of the model."""
        return ModelFacts(self.request["model"])

    @cached_property
    def text(self) -> str:
        """The last thing that the user said."""
        return last_user_text(self.messages)

    @cached_property
    def script(self) -> Script:
        """What becomes of the response."""
        return script_of(self.text)

    @property
    def last_word(self) -> str:
        """Who has it: a role, ``tool``, or an empty string."""
        return last_word(self.items)

    @property
    def is_structured(self) -> bool:
        """Whether the text has to be JSON."""
        format = (self.request.get("text") or {}).get("format") or {}
        return bool(format.get("type", "text") != "text")

    @property
    def conversation(self) -> str | None:
        """The id of the conversation that it belongs to."""
        return conversation_id(self.request)

    def id(self, kind: str, purpose: str) -> str:
        """Give the id of an item that is made."""
        return f"{PREFIXES[kind]}_{self.identity.hex(f'{kind} {purpose}', 50)}"


def read_turn(body: Mapping[str, Any], world: World) -> Turn:
    """Put together a request whose fields are checked, and what came before it.

    Raises:
        APIFault: 400 or 404 where what it refers to is not there, or does not fit.
    """
    request = {name: value for name, value in body.items() if value is not None}
    request["model"] = ModelName.parse(request.get("model") or _PROMPTED).name
    earlier = _earlier(request, world)
    ids = [found["id"] for found in earlier]
    identity = identify("response", {**request, "earlier items": ids})
    given = kept_items(request.get("input"), identity, world)
    check_pairs((*earlier, *given))
    messages = messages_of((*earlier, *given), world)
    if "prompt" in request and not given:
        text = " ".join(_variables(request["prompt"])) or request["prompt"]["id"]
        messages.append({"role": "user", "content": text})
    return Turn(request, earlier, given, identity, tuple(messages))


def _earlier(request: Mapping[str, Any], world: World) -> tuple[Item, ...]:
    previous, conversation = request.get("previous_response_id"), conversation_id(request)
    if previous is not None and conversation is not None:
        raise APIFault(
            400,
            "Mutually exclusive parameters: ['conversation', 'previous_response_id']. Ensure you "
            "are only providing one of: 'previous_response_id' or 'conversation'.",
            param="previous_response_id",
            code="mutually_exclusive_parameters",
        )
    if previous is not None:
        response = world.responses.get(previous)
        if response is None:
            raise APIFault(
                400,
                f"Previous response with id '{previous}' not found.",
                param="previous_response_id",
                code="previous_response_not_found",
            )
        return response.context
    if conversation is not None:
        found = world.conversations.get(conversation)
        if found is None:
            raise no_conversation(conversation)
        return found.items
    return ()


def conversation_id(request: Mapping[str, Any]) -> str | None:
    """Give the id in ``conversation``, which is a string or an object."""
    value = request.get("conversation")
    return value.get("id") if isinstance(value, Mapping) else value


def no_conversation(id: str) -> APIFault:
    """Give the error for a conversation that there is not."""
    return APIFault(404, f"Conversation with id '{id}' not found.")


def _variables(prompt: Mapping[str, Any]) -> list[str]:
    values = (prompt.get("variables") or {}).values()
    texts = [v.get("text") if isinstance(v, Mapping) else v for v in values]
    return [text for text in texts if isinstance(text, str)]
