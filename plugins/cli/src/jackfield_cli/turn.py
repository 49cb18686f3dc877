"""One question and its answer, printed as it comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from jackfield_cli.errors import note, note_losses
from jackfield_cli.output import emit_json, emit_text

if TYPE_CHECKING:
    from jackfield import ChatCompletion, Client
    from jackfield.surfaces.chat import Choice, Message

_EARLY = {
    "length": "the answer was cut at the token limit",
    "content_filter": "the answer was cut by a content filter",
}


class Turns:
    """Asks with the same settings every time.

    Args:
        client: who is asked.
        model: the model's name.
        params: parameters and settings of every call.
        stream: print the answer while it arrives.
        usage: print the token counts on stderr.
    """

    def __init__(
        self,
        client: Client,
        model: str,
        params: Mapping[str, Any],
        *,
        stream: bool,
        usage: bool = False,
    ) -> None:
        self._client = client
        self._model = model
        self._params = dict(params)
        self._stream = stream
        self._usage = usage
        if stream and usage:
            self._params.setdefault("stream_options", {"include_usage": True})

    def ask(self, messages: list[Any]) -> Message | None:
        """Print the answer; give its message, which can go into the next call.

        Raises:
            JackfieldError: the call failed; what had arrived by then is printed.
        """
        if self._stream:
            result = self._streamed(messages)
        else:
            result = self._client.completion(self._model, messages, **self._params)
            note_losses(result.warnings)
            for choice in result.choices or ():
                _say(choice)
        self._rest(result)
        return result.choices[0].message if result.choices else None

    def ask_for_json(self, messages: list[Any]) -> None:
        """Print the whole result as one JSON document; with streaming, one chunk a line.

        Raises:
            JackfieldError: the call failed.
        """
        if not self._stream:
            result = self._client.completion(self._model, messages, **self._params)
            note_losses(result.warnings)
            self._report(result)
            emit_json(result.to_dict())
            return
        with self._client.completion(self._model, messages, stream=True, **self._params) as stream:
            note_losses(stream.warnings)
            for chunk in stream:
                emit_json(chunk.to_dict(), indent=None)
                if chunk.usage is not None:
                    self._report(chunk)

    def _streamed(self, messages: list[Any]) -> ChatCompletion:
        from jackfield import stream_chunk_builder

        chunks = []
        open_line = False
        try:
            with self._client.completion(
                self._model, messages, stream=True, **self._params
            ) as stream:
                note_losses(stream.warnings)
                for chunk in stream:
                    chunks.append(chunk)
                    for choice in chunk.choices or ():
                        piece = choice.delta and (choice.delta.content or choice.delta.refusal)
                        if piece and choice.index == 0:
                            emit_text(piece, newline=False)
                            open_line = True
        finally:
            if open_line:
                click.echo()
        result = stream_chunk_builder(chunks)
        for other in result.choices[1:]:
            _say(other)
        return result

    def _rest(self, result: ChatCompletion) -> None:
        """Whatever an answer has besides its text."""
        for choice in result.choices or ():
            for call in choice.message.tool_calls or ():
                emit_text(f"→ {called(call)}")
            if choice.message.audio is not None:
                note("the answer has audio; --json shows it")
            if choice.finish_reason in _EARLY:
                note(_EARLY[choice.finish_reason])
        self._report(result)

    def _report(self, result: Any) -> None:
        if self._usage:
            used = result.usage
            note(f"usage: {used_tokens(used.to_dict() if used is not None else None)}")


def _say(choice: Choice) -> None:
    text = choice.message.content or choice.message.refusal
    if text:
        emit_text(text)


def called(call: Any) -> str:
    """A tool call as people write it."""
    if call.custom is not None:
        return f"{call.custom.name}({call.custom.input})"
    return f"{call.function.name}({call.function.arguments})"


def used_tokens(usage: Mapping[str, Any] | None) -> str:
    """Token counts in words; parts that are not zero are named."""
    if not usage:
        return "not reported"
    parts = []
    for side in ("prompt", "completion"):
        count = usage.get(f"{side}_tokens")
        details = usage.get(f"{side}_tokens_details") or {}
        named = [
            f"{details[key]} {key.removesuffix('_tokens')}"
            for key in ("cached_tokens", "reasoning_tokens", "audio_tokens")
            if details.get(key)
        ]
        parts.append(f"{count} {side}" + (f" ({', '.join(named)})" if named else ""))
    return f"{' + '.join(parts)} = {usage.get('total_tokens')} tokens"
