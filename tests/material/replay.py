"""Answer with recorded exchanges, and fold recorded streams without the library's help."""

from __future__ import annotations

import json
import random
from typing import Any

from material import recorded
from rawserver import Asked, RawServer, Wire

_LEFT_OUT = {"content-encoding", "content-length", "transfer-encoding", "connection"}


def pieces_of(text: str, seed: int) -> list[bytes]:
    """A text cut at random places, always the same for a seed; also inside characters."""
    data, rng = text.encode(), random.Random(seed)
    cuts = sorted(rng.randrange(len(data) + 1) for _ in range(rng.randrange(12)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True) if b > a]


class Replay:
    """The exchanges of one endpoint, served under ``/<index>/…``; every request is kept."""

    def __init__(self, endpoint: str) -> None:
        self.records = recorded(endpoint)
        self.arrived: dict[int, list[Any]] = {}
        self.server = RawServer(self._answer)

    def base_url(self, index: int) -> str:
        return f"{self.server.origin}/{index}/v1"

    def _answer(self, asked: Asked, wire: Wire) -> None:
        index = int(asked.target.split("/")[1])
        self.arrived.setdefault(index, []).append(asked.json if asked.body else None)
        response = self.records[index]["response"]
        headers = {k: v for k, v in response["headers"].items() if k.lower() not in _LEFT_OUT}
        if "sse" in response:
            kind = {"content-type": "text/event-stream"}
            wire.stream(pieces_of(response["sse"], index), headers=kind | headers)
        else:
            given = {k: v for k, v in headers.items() if k.lower() != "content-type"}
            body = json.dumps(response["json"], ensure_ascii=False).encode()
            wire.reply(response["status"], body, given)


def recorded_events(text: str) -> list[Any]:
    """The JSON of each event, read the naive way: recorded streams have one line per event."""
    lines = [line[5:].strip() for line in text.splitlines() if line.startswith("data:")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def independent_fold(events: list[Any]) -> dict[str, Any]:
    """What a stream says: per choice content, refusal, tool calls and finish reason; usage."""
    folded: dict[int, dict[str, Any]] = {}
    usage = None
    for event in events:
        usage = event.get("usage") or usage
        for choice in event.get("choices", []):
            kept = folded.setdefault(
                choice["index"], {"content": "", "refusal": "", "calls": {}, "reason": None}
            )
            delta = choice["delta"]
            kept["content"] += delta.get("content") or ""
            kept["refusal"] += delta.get("refusal") or ""
            for call in delta.get("tool_calls") or []:
                there = kept["calls"].setdefault(call["index"], ["", "", ""])
                there[0] = there[0] or call.get("id", "")
                function = call.get("function", {})
                there[1] = there[1] or function.get("name", "")
                there[2] += function.get("arguments") or ""
            kept["reason"] = choice.get("finish_reason") or kept["reason"]
    for kept in folded.values():
        kept["calls"] = [tuple(call) for _, call in sorted(kept["calls"].items())]
    return {"choices": folded, "usage": usage}


def said(result: Any) -> dict[str, Any]:
    """The same of a folded result."""
    choices = {}
    for choice in result.choices:
        message = choice.message
        calls = [(c.id, c.function.name, c.function.arguments) for c in message.tool_calls or []]
        choices[choice.index] = {
            "content": message.content or "",
            "refusal": message.refusal or "",
            "calls": calls,
            "reason": choice.finish_reason,
        }
    return {"choices": choices, "usage": result.usage.to_dict() if result.usage else None}
