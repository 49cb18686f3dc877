"""A Response's events as chunks of a chat completion, as they come."""

from __future__ import annotations

from typing import Any, Final

from jackfield.envelope import END, Chunk
from jackfield.errors import APIResponseValidationError, error_from_body
from jackfield_openai_responses.answers.to_chat import answer_of, head
from jackfield_openai_responses.endings import FAILED, failure
from jackfield_openai_responses.streams.events import sayings
from jackfield_openai_responses.streams.listening import Listener
from jackfield_openai_responses.streams.said import Delta

_BEGINNINGS = frozenset({"response.created", "response.queued", "response.in_progress"})
_ENDINGS = {"response.completed": "completed", "response.incomplete": "incomplete"}
_FAILURES = frozenset({"response.failed", "response.cancelled"})
_CHUNK = "chat.completion.chunk"
_STREAM: Final = "stream"


def chat_chunks(event: Any, state: dict[str, Any], *, include_usage: bool = False) -> list[Chunk]:
    """The chunks that one event of a Response's stream makes, in order; often none.

    Folded, the chunks of a whole stream are `chat_answer` of the Response that its last event
    holds. Texts are said as their deltas come. What comes before its turn (a part before the one
    that precedes it in the answer) waits until that is done; what never came as a delta is said
    when it is done, or at the end. Reasoning items and log probabilities come at the end. Progress
    of server tools and events that are not known are in
    ``delta.provider_specific_fields["stream_events"]``, which folding leaves out. An event that
    came before (the same number and content) is ignored.

    Args:
        event: the decoded event, or `END`.
        state: this stream's own, empty before its first event.
        include_usage: whether a last chunk has the usage.

    Raises:
        APIError: the Response failed; the class is that of its error's code.
        APIResponseValidationError: the pieces of a text that came are not its beginning: some were
            lost, or out of order. Like the other, it has the whole answer as its ``partial``.
    """
    if event is END:
        return []
    stream: _Stream | None = state.get(_STREAM)
    if stream is None:
        stream = state[_STREAM] = _Stream(include_usage)
    return stream.hear(event)


class _Stream:
    """One stream: what its chunks have in common, and what was heard of its Response."""

    def __init__(self, include_usage: bool) -> None:
        self._usage = include_usage
        self._head: dict[str, Any] = {"id": "", "object": _CHUNK, "created": 0, "model": ""}
        self._begun = False
        self._ended = False
        self._numbers: dict[int, Any] = {}
        self._numbered = True
        self._listener = Listener()

    def hear(self, event: dict[str, Any]) -> list[Chunk]:
        if self._ended or self._repeated(event):
            return []
        type_, response = event.get("type"), event.get("response")
        if type_ == "error":
            raise error_from_body(None, event)
        if isinstance(response, dict) and isinstance(type_, str):
            if type_ in _BEGINNINGS:
                return self._begin(response)
            failed = type_ in _FAILURES or str(response.get("status")) in FAILED
            if type_ in _ENDINGS and not failed:
                ended = {**response, "status": _ENDINGS[type_]}
                return [*self._begin(response), *self._end(ended)]
            if type_ in _ENDINGS or failed:
                error = failure(response)
                error.partial = answer_of(response, self._listener.output_of(response))
                raise error
        said = sayings(self._listener, event)
        return [*self._begin({}), *map(self._chunk, said)] if said else []

    def _repeated(self, event: dict[str, Any]) -> bool:
        number = event.get("sequence_number")
        if not self._numbered or type(number) is not int:
            return False
        earlier = self._numbers.get(number)
        if earlier is None:
            self._numbers[number] = event
            return False
        # Some servers give every event the same number, which then says nothing.
        self._numbered = earlier == event
        return self._numbered

    def _begin(self, response: dict[str, Any]) -> list[Chunk]:
        known = {key: value for key, value in head(response).items() if value is not None}
        self._head |= {**known, "object": _CHUNK}
        self._listener.expect(response)
        if self._begun:
            return []
        self._begun = True
        return [self._chunk({"role": "assistant", "content": None, "refusal": None})]

    def _end(self, response: dict[str, Any]) -> list[Chunk]:
        self._ended = True
        answer = answer_of(response, self._listener.output_of(response))
        wrong = self._listener.contradicts(response, answer["choices"][0]["message"])
        if wrong is not None:
            error = APIResponseValidationError(
                f"the stream lost pieces of {wrong}, or gave them in disorder: they are not what "
                "its last event says, which partial holds",
                body=response,
                retryable=False,
            )
            error.partial = answer
            raise error
        choice, usage = answer.pop("choices")[0], answer.pop("usage", None)
        chunks = [*map(self._chunk, self._listener.finish(choice))]
        kept = choice["message"].get("provider_specific_fields", {})
        order = {"provider_specific_fields": {"items": kept["items"]}} if "items" in kept else {}
        last = self._chunk(order, choice["logprobs"], choice["finish_reason"])
        fields = {key: value for key, value in answer.items() if key not in self._head}
        chunks.append({**last, **fields})
        if self._usage and usage is not None:
            chunks.append({**self._head, "choices": [], "usage": usage})
        return chunks

    def _chunk(self, delta: Delta, logprobs: Any = None, finish_reason: Any = None) -> Chunk:
        choice = {
            "index": 0,
            "delta": delta,
            "logprobs": logprobs,
            "finish_reason": finish_reason,
        }
        chunk = {**self._head, "choices": [choice]}
        return {**chunk, "usage": None} if self._usage else chunk
