"""The steps of ``jackfield quickstart``: each asks over HTTP, shows, and gives what it saw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from jackfield_cli.turn import used_tokens

if TYPE_CHECKING:
    from jackfield import ChatCompletion, Client

_ROUNDS = 3
_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")

HELLO = "What is a jackfield? Answer in one sentence."
STREAMED = "Count the sockets of a patch bay, please."
WEATHER = "What's the weather like in San Francisco, Tokyo, and Paris?"
TRIP = "Plan a trip to Kyoto that visits the Golden Pavilion, Nijo Castle, and Gion."

TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": "get_current_weather",
            "description": "Get the current weather in a given location",
            "parameters": {
                "type": "object",
                "properties": {
                    "location": {
                        "type": "string",
                        "description": "The city and state, e.g. San Francisco, CA",
                    },
                    "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                },
                "required": ["location"],
            },
        },
    }
]

_WEATHER = {
    "tokyo": {"location": "Tokyo", "temperature": "10", "unit": "celsius"},
    "san francisco": {"location": "San Francisco", "temperature": "72", "unit": "fahrenheit"},
    "paris": {"location": "Paris", "temperature": "22", "unit": "celsius"},
}


def get_current_weather(location: str, unit: str = "fahrenheit") -> str:
    """Get the current weather in a given location: the local function that the model calls."""
    for city, weather in _WEATHER.items():
        if city in location.lower():
            return json.dumps(weather)
    return json.dumps({"location": location, "temperature": "unknown"})


@dataclass
class Trip:
    """A trip to one city."""

    city: str
    days: int
    sights: list[str]


class Stage(Protocol):
    """Where the steps show what happens."""

    def heading(self, text: str) -> None:
        """The title of a step."""

    def line(self, text: str) -> None:
        """A line of text."""

    def piece(self, text: str) -> None:
        """Text that the next one continues."""


class Demo:
    """The steps, with one client and one model.

    Args:
        client: who is asked.
        model: the model's name.
        stage: where it is shown.
        pacing: headers that make the upstream stream slowly enough to be seen.
    """

    def __init__(
        self, client: Client, model: str, stage: Stage, pacing: Mapping[str, str] | None = None
    ) -> None:
        self._client = client
        self._model = model
        self._stage = stage
        self._pacing = dict(pacing or {})

    def run(self) -> dict[str, Any]:
        """All steps, and the sum of their token counts.

        Raises:
            JackfieldError: one of them failed.
        """
        steps = {
            "chat": self.chat(),
            "stream": self.stream(),
            "tools": self.tools(),
            "structured": self.structured(),
        }
        total = _sum([step["usage"] for step in steps.values()])
        self._stage.heading("Usage")
        for name, step in steps.items():
            self._stage.line(f"{name:<11} {used_tokens(step['usage'])}")
        self._stage.line(f"{'total':<11} {used_tokens(total)}")
        return {**steps, "usage": total}

    def chat(self) -> dict[str, Any]:
        """A question and its answer."""
        self._stage.heading("1. A chat completion")
        self._stage.line(f"you    {HELLO}")
        result = self._client.completion(self._model, [_user(HELLO)])
        answer = _text(result)
        self._stage.line(f"model  {answer}")
        return {"question": HELLO, "answer": answer, "usage": _usage(result)}

    def stream(self) -> dict[str, Any]:
        """An answer piece by piece."""
        from jackfield import stream_chunk_builder

        self._stage.heading("2. An answer, streamed")
        self._stage.line(f"you    {STREAMED}")
        self._stage.piece("model  ")
        chunks, pieces = [], []
        try:
            with self._stream() as stream:
                for chunk in stream:
                    chunks.append(chunk)
                    for choice in chunk.choices or ():
                        if choice.delta and choice.delta.content:
                            pieces.append(choice.delta.content)
                            self._stage.piece(choice.delta.content)
        finally:
            self._stage.line("")
        self._stage.line(f"       ({len(pieces)} pieces)")
        result = stream_chunk_builder(chunks)
        return {
            "question": STREAMED,
            "answer": _text(result),
            "pieces": pieces,
            "usage": _usage(result),
        }

    def _stream(self) -> Any:
        from jackfield.errors import BadRequestError, UnprocessableEntityError

        messages = [_user(STREAMED)]
        try:
            return self._client.completion(
                self._model,
                messages,
                stream=True,
                stream_options={"include_usage": True},
                extra_headers=self._pacing,
            )
        except (BadRequestError, UnprocessableEntityError):
            # Some compatible servers know no stream_options; if that wasn't it, this fails as well.
            return self._client.completion(self._model, messages, stream=True)

    def tools(self) -> dict[str, Any]:
        """The parallel weather example: calls, local results, the answer."""
        self._stage.heading("3. Tool calls, in parallel")
        self._stage.line(f"you    {WEATHER}")
        messages: list[Any] = [_user(WEATHER)]
        calls: list[dict[str, Any]] = []
        usages = []
        for round_ in range(_ROUNDS + 1):
            result = self._client.completion(
                self._model,
                messages,
                tools=TOOLS,
                tool_choice="auto" if round_ < _ROUNDS else "none",
            )
            usages.append(_usage(result))
            message = _message(result)
            asked = [call for call in message.tool_calls or () if call.function is not None]
            if not asked:
                break
            messages.append(message)
            for call in asked:
                made = _run(call.function.name, call.function.arguments)
                calls.append(made)
                self._stage.line(f"model  → {made['name']}({call.function.arguments})")
                self._stage.line(f"local  ← {made['result']}")
                messages.append(
                    {"role": "tool", "tool_call_id": call.id, "content": made["result"]}
                )
        answer = _text(result)
        self._stage.line(f"model  {answer}")
        return {"question": WEATHER, "calls": calls, "answer": answer, "usage": _sum(usages)}

    def structured(self) -> dict[str, Any]:
        """A dataclass as ``response_format``, and the object that comes back."""
        self._stage.heading("4. A structured answer")
        self._stage.line(f"you    {TRIP}")
        self._stage.line("       response_format=Trip, a dataclass: city, days, sights")
        result = self._client.completion(self._model, [_user(TRIP)], response_format=Trip)
        parsed = _message(result).parsed
        self._stage.line(f"model  {parsed!r}")
        return {
            "question": TRIP,
            "type": Trip.__name__,
            "parsed": asdict(parsed) if isinstance(parsed, Trip) else parsed,
            "usage": _usage(result),
        }


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def _message(result: ChatCompletion) -> Any:
    from jackfield.errors import APIResponseValidationError

    if not result.choices or result.choices[0].message is None:
        raise APIResponseValidationError("the upstream's answer has no choices")
    return result.choices[0].message


def _text(result: ChatCompletion) -> str:
    message = _message(result)
    return message.content or message.refusal or ""


def _run(name: str, arguments: str) -> dict[str, Any]:
    """Run the local function with what the model wrote, which may be anything."""
    try:
        given = json.loads(arguments)
        if name != get_current_weather.__name__:
            raise TypeError(f"there is no function {name}")
        result = get_current_weather(**given)
    except (TypeError, ValueError, AttributeError) as error:
        given, result = arguments, json.dumps({"error": str(error)})
    return {"name": name, "arguments": given, "result": result}


def _usage(result: ChatCompletion) -> dict[str, Any] | None:
    used = result.usage
    return {name: used[name] for name in _COUNTS if name in used} if used is not None else None


def _sum(usages: list[dict[str, Any] | None]) -> dict[str, Any] | None:
    known = [usage for usage in usages if usage]
    if not known:
        return None
    return {name: sum(usage.get(name) or 0 for usage in known) for name in _COUNTS}
