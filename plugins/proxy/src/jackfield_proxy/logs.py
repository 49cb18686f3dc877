"""What is written while the server runs: a line of JSON for each request, and what goes wrong.

Lines are gathered, and written a few at a time: a write for each would cost more than the line. No
prompt and no answer is among them unless that is asked for, and never a key.
"""

from __future__ import annotations

import re
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from jackfield import jsonio
from jackfield.errors import AuthenticationError, ConfigError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from jackfield_proxy.requests.endpoints import Endpoint
    from jackfield_proxy.requests.incoming import Incoming

_EVERY = 0.2
_AT_ONCE = 4096
"""Bytes of whole lines that are written together. As many reach a pipe in one piece, whoever else
writes to it; and what is gathered for longer has left the caches."""
_PLAIN = frozenset(
    {
        *("model", "stream", "n", "temperature", "top_p", "top_k", "top_logprobs", "logprobs"),
        *("max_tokens", "max_completion_tokens", "max_output_tokens", "max_tool_calls"),
        *("frequency_penalty", "presence_penalty", "seed", "best_of", "echo", "store"),
        *("background", "parallel_tool_calls", "reasoning_effort", "verbosity", "service_tier"),
        *("tool_choice", "truncation", "dimensions", "encoding_format", "voice", "speed"),
        *("language", "size", "seconds", "prompt_cache_retention"),
    }
)
"""Parameters that say how a model is asked, not what."""
_WORD = re.compile(r"[\w.:/@+*-]*", re.ASCII)
_NAMES = 40
_SHOWN = 80
_LONGEST = 1024


class Log:
    """The server's log, on standard error.

    Args:
        debug: a line for each call as well, as it is made.
        prompts: what clients say may be in those.
        access: a line for each request.
    """

    def __init__(self, *, debug: bool = False, prompts: bool = False, access: bool = True) -> None:
        self.debug = debug
        self.prompts = prompts
        self._access = access
        self._lines: list[bytes] = []
        self._size = 0
        self._due = False
        self._loop: AbstractEventLoop | None = None

    def access(self, incoming: Incoming, seconds: float) -> None:
        """One request, when it is over."""
        if not self._access:
            return
        client = incoming.scope.get("client")
        line: dict[str, Any] = {
            "time": int(time.time() * 1000) / 1000,
            "id": incoming.id,
            "client": client[0] if client else None,
            "method": incoming.method,
            "path": incoming.path[:_LONGEST],
            "status": incoming.status,
            "ms": int(seconds * 100_000) / 100,
        }
        if incoming.lane != "local":
            line["model"] = incoming.requested or incoming.model
            line["deployment"] = incoming.deployment
            line["lane"] = incoming.lane
            line["attempts"] = incoming.attempts
            line["upstream_ms"] = int(incoming.waited * 100_000) / 100
            if incoming.input_tokens is not None:
                line["input_tokens"] = incoming.input_tokens
            if incoming.output_tokens is not None:
                line["output_tokens"] = incoming.output_tokens
        if incoming.error is not None:
            line["error"] = _without_keys(incoming.error[: 4 * _LONGEST])
        self._write(jsonio.encode(line))

    def call(
        self,
        incoming: Incoming,
        endpoint: Endpoint,
        body: Mapping[str, Any],
        organization: str | None,
    ) -> None:
        """A call as it is about to be made; for debugging."""
        shown = list(self._parameters(body))
        if organization is not None:
            shown.append(f"organization={organization!r}")
        self._write(
            f"jackfield:DEBUG: {incoming.id} - {endpoint.surface}({', '.join(shown)})".encode(
                "utf-8", "backslashreplace"
            )
        )

    def _parameters(self, body: Mapping[str, Any]) -> Iterator[str]:
        for number, (name, value) in enumerate(body.items()):
            if number == _NAMES:
                yield "…"
                return
            # Names are the client's as well: a line break in one would begin another line.
            shown = name if name.isidentifier() and name.isascii() else _shown(name)
            plain = self.prompts or (name in _PLAIN and _is_plain(value))
            yield f"{shown[:_SHOWN]}={_shown(value) if plain else '…'}"

    def failure(self, incoming: Incoming, error: BaseException) -> None:
        """What went wrong here; with where, unless it is the set-up that is wrong."""
        if isinstance(error, (ConfigError, AuthenticationError)):
            text = " ".join(str(error).split())
        else:
            text = "".join(traceback.format_exception(error))
        self.say(f"jackfield:ERROR: {incoming.id} - {_without_keys(text)}")

    def say(self, text: str) -> None:
        """A line for people."""
        self._write(text.encode("utf-8", "backslashreplace"))

    def _write(self, line: bytes) -> None:
        size = len(line) + 1
        if self._size + size > _AT_ONCE:
            self.flush()
        self._lines.append(line)
        self._size += size
        if self._loop is None or size > _AT_ONCE:
            self.flush()
        elif not self._due:
            self._due = True
            self._loop.call_later(_EVERY, self._ring)

    def _ring(self) -> None:
        self._due = False
        self.flush()

    def gather(self, loop: AbstractEventLoop | None) -> None:
        """Write a few times a second on this loop; with None, at once."""
        self._loop = loop

    def flush(self) -> None:
        """Write what was gathered."""
        lines, self._lines, self._size = self._lines, [], 0
        if lines and sys.stderr is not None:
            try:
                sys.stderr.buffer.write(b"\n".join(lines) + b"\n")
                sys.stderr.buffer.flush()
            except (OSError, ValueError):  # nobody reads it any more
                pass


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= _SHOWN and _WORD.fullmatch(value) is not None
    return value is None or isinstance(value, (bool, int, float))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _without_keys(text: str) -> str:
    from jackfield_cli.errors import hide_keys

    return hide_keys(text)
