"""The responses surface: results and events, and how one becomes the other.

Fields are those of the API reference's response object, output items and stream events. Whatever
else an object holds can be read as an attribute too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jackfield.surfaces.responses_events import assembled, events_of
from jackfield.views import ResultView, View, child, children

TERMINAL = ("response.completed", "response.incomplete", "response.failed")
"""The events that end a stream; each carries the whole response."""

_NO_ANSWER = ("failed", "cancelled")


class Annotation(View):
    """An annotation of a text: a citation, or a path to a file."""

    type: str
    start_index: int
    end_index: int
    index: int
    url: str
    title: str
    file_id: str
    filename: str
    container_id: str


class ContentPart(View):
    """A part of a message: ``output_text``, ``refusal``, or one of the input's."""

    type: str
    text: str | None
    refusal: str | None
    annotations: list[Annotation] = children(Annotation)
    logprobs: list[dict[str, Any]] | None


class SummaryPart(View):
    """A part of a reasoning summary."""

    type: str
    text: str


class Item(View):
    """An item of the output (or of a stored input): a message, a call, reasoning, and so on.

    ``type`` says which of the fields are there.
    """

    type: str
    id: str | None
    status: str | None
    role: str | None
    content: list[ContentPart] = children(ContentPart)
    summary: list[SummaryPart] = children(SummaryPart)
    encrypted_content: str | None
    call_id: str | None
    name: str | None
    arguments: str | None
    input: str | None
    output: Any
    action: Any
    code: str | None
    outputs: list[dict[str, Any]] | None
    queries: list[str] | None
    results: list[dict[str, Any]] | None
    result: str | None
    server_label: str | None
    phase: str | None


class ResponseError(View):
    """Why a response failed."""

    code: str
    message: str


class IncompleteDetails(View):
    """Why a response is incomplete: ``max_output_tokens`` or ``content_filter``."""

    reason: str | None


class InputTokensDetails(View):
    """What the input's tokens were."""

    cached_tokens: int | None
    audio_tokens: int | None
    text_tokens: int | None
    image_tokens: int | None


class OutputTokensDetails(View):
    """What the output's tokens were."""

    reasoning_tokens: int | None
    audio_tokens: int | None
    text_tokens: int | None


class ResponseUsage(View):
    """Token counts."""

    input_tokens: int
    input_tokens_details: InputTokensDetails | None = child(InputTokensDetails)
    output_tokens: int
    output_tokens_details: OutputTokensDetails | None = child(OutputTokensDetails)
    total_tokens: int


class Response(ResultView):
    """A response: its output items, and what it was asked."""

    __slots__ = ("_parse",)

    id: str
    object: str
    created_at: float
    completed_at: float | None
    status: str | None
    error: ResponseError | None = child(ResponseError)
    incomplete_details: IncompleteDetails | None = child(IncompleteDetails)
    background: bool | None
    conversation: Any
    instructions: Any
    max_output_tokens: int | None
    max_tool_calls: int | None
    metadata: dict[str, str] | None
    model: str
    output: list[Item] = children(Item)
    parallel_tool_calls: bool | None
    previous_response_id: str | None
    prompt: dict[str, Any] | None
    prompt_cache_key: str | None
    reasoning: dict[str, Any] | None
    safety_identifier: str | None
    service_tier: str | None
    store: bool | None
    temperature: float | None
    text: dict[str, Any] | None
    tool_choice: Any
    tools: list[dict[str, Any]] | None
    top_logprobs: int | None
    top_p: float | None
    truncation: str | None
    usage: ResponseUsage | None = child(ResponseUsage)
    user: str | None

    @property
    def output_text(self) -> str:
        """The text of all messages in the output, joined."""
        return _joined(self._raw, "output_text", "text")

    @property
    def refusal(self) -> str | None:
        """The refusal of the output, or None."""
        return _joined(self._raw, "refusal", "refusal") or None

    @property
    def output_parsed(self) -> Any:
        """The structured value where a Python type was given, or the refusal.

        None where no type was given.

        Raises:
            StructuredOutputError: the text does not fit the type; ``output_text`` still has it.
        """
        parse = getattr(self, "_parse", None)
        return parse(self) if parse is not None else None


def _joined(response: dict[str, Any], kind: str, field: str) -> str:
    """A field of all parts of one kind in the messages of the output, joined."""
    items = response.get("output")
    return "".join(
        str(part.get(field) or "")
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict) and isinstance(item.get("content"), list)
        for part in item["content"]
        if isinstance(part, dict) and part.get("type") == kind
    )


class ResponseEvent(View):
    """One event of a streamed response; ``type`` says which of the fields are there."""

    type: str
    sequence_number: int | None
    response: Response = child(Response)
    item: Item = child(Item)
    part: ContentPart = child(ContentPart)
    annotation: Annotation = child(Annotation)
    item_id: str | None
    output_index: int | None
    content_index: int | None
    summary_index: int | None
    delta: Any
    text: str | None
    refusal: str | None
    arguments: str | None
    code: str | None
    logprobs: list[dict[str, Any]] | None


class DeletedResponse(ResultView):
    """The confirmation that a response or a conversation was deleted."""

    id: str
    object: str
    deleted: bool


class CompactedResponse(ResultView):
    """A conversation in fewer items."""

    id: str
    object: str
    created_at: float
    output: list[Item] = children(Item)
    usage: ResponseUsage | None = child(ResponseUsage)


class ItemList(ResultView):
    """A page of items."""

    object: str
    data: list[Item] = children(Item)
    first_id: str | None
    last_id: str | None
    has_more: bool


class StoredItem(ResultView):
    """One stored item."""

    type: str
    id: str | None
    status: str | None
    role: str | None
    content: list[ContentPart] = children(ContentPart)


class TokenCount(ResultView):
    """How many tokens an input has."""

    object: str
    input_tokens: int


class Conversation(ResultView):
    """A stored conversation."""

    id: str
    object: str
    created_at: float
    metadata: dict[str, str] | None


# Events and results -----------------------------------------------------------------------------


def complete(events: Sequence[dict[str, Any]]) -> bool:
    """Whether there is an event that carries the whole response."""
    return any(event.get("type") in TERMINAL for event in events)


def fold(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The response that a stream gives: the terminal event's, else what has arrived of it.

    A server may leave the output out of an answer in the end: it is what the events before say.
    """
    for event in reversed(events):
        if event.get("type") in TERMINAL and isinstance(event.get("response"), dict):
            whole: dict[str, Any] = event["response"]
            if whole.get("output") or whole.get("status") in _NO_ANSWER:
                return whole
            output = assembled(events)["output"] if len(events) > 1 else None
            return {**whole, "output": output} if output else whole
    return assembled(events)


def split(response: dict[str, Any]) -> list[dict[str, Any]]:
    """A well-formed event sequence of a response: ``fold(split(response)) == response``."""
    return events_of(response)
