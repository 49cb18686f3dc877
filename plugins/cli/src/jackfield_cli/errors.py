"""Expected errors as one readable message on stderr, with a hint and without any key."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any

import click

from jackfield.errors import APIError, JackfieldError
from jackfield_cli.output import coloured, plain

if TYPE_CHECKING:
    from jackfield.envelope import Loss

_KEYS = re.compile(r"\b(sk|sess|pk|rk)-[\w*.-]{4,}")
_BEARER = re.compile(r"(?i)\b(bearer\s+)(?=\S*\d)[^\s'\",}]{8,}")
_USERINFO = re.compile(r"(://)[^/\s@]+@")

# By class name; the nearest class of an error's ancestry wins.
_HINTS = {
    "NoRouteError": "`jackfield plugins` shows what is installed, `jackfield models` what is known "
    "of their models.",
    "AmbiguousRouteError": "`jackfield plugins` shows who claims what.",
    "PluginError": "`jackfield plugins` shows the state of every plugin.",
    "UnsupportedParamsError": "`jackfield params MODEL` shows what the model takes; "
    "-p unsupported=drop leaves out what it doesn't.",
    "AuthenticationError": "Set OPENAI_API_KEY to a key of this upstream, or give --api-key; "
    "`jackfield quickstart` needs none.",
    "PermissionDeniedError": "The key is known but may not do this: check its project and limits.",
    "NotFoundError": "Check the model's name (`jackfield models`) and the base URL "
    "(`jackfield explain MODEL`).",
    "ContextWindowExceededError": "`jackfield models MODEL` shows the context window.",
    "RateLimitError": "Wait and try again, or check the quota of the account.",
    "APITimeoutError": "-p timeout=SECONDS allows more time.",
    "StreamInterruptedError": "The answer above is incomplete; try again, or use --no-stream.",
    "APIConnectionError": "Is the base URL right and reachable? `jackfield explain MODEL` "
    "shows it.",
    "APIResponseValidationError": "Does the base URL lead to an OpenAI-compatible API? It usually "
    "ends in /v1.",
    "StructuredOutputError": "Not every model and upstream keeps to a schema; try another --model.",
    "InternalServerError": "The upstream failed; trying again may help.",
}


def hide_keys(text: str) -> str:
    """``text`` without anything that looks like a key or a password in a URL.

    Upstreams quote parts of a refused key in their messages; not even those are shown.
    """
    text = _KEYS.sub(lambda found: f"{found[1]}-…", text)
    return _USERINFO.sub(r"\1…@", _BEARER.sub(r"\1…", text))


def hint_for(error: BaseException) -> str | None:
    """What to do about an error, where there is something general to say."""
    for cls in type(error).__mro__:
        if cls.__name__ in _HINTS:
            return _HINTS[cls.__name__]
    return None


def describe(error: JackfieldError) -> str:
    """The message of an error, with what else the API says of it: status, code, request id, …"""
    message = str(error) or type(error).__name__
    if not isinstance(error, APIError):
        return message
    facts = [
        str(fact)
        for fact in (
            error.status_code and f"status {error.status_code}",
            error.code and f"code {error.code}",
            error.param and error.param not in message and f"param {error.param}",
            error.request_id and f"request {error.request_id}",
        )
        if fact
    ]
    return f"{message} ({', '.join(facts)})" if facts else message


class Failure(click.ClickException):
    """An expected error: a message, a hint, exit code 1."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(hide_keys(plain(message)))
        self.hint = hint

    @classmethod
    def of(cls, error: JackfieldError) -> Failure:
        """The failure that an error of the library is to people."""
        return cls(describe(error), hint=hint_for(error))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print message and hint on stderr."""
        _say("Error", self.message, "red", file)
        if self.hint:
            _say("Hint", self.hint, "cyan", file)


def warn(message: str) -> None:
    """Print a warning on stderr."""
    _say("Warning", hide_keys(plain(message)), "yellow")


def note(message: str) -> None:
    """Print a remark on stderr."""
    _say("Note", hide_keys(plain(message)), "cyan")


def note_losses(losses: Iterable[Loss]) -> None:
    """Print what was mapped, dropped or passed on the way, a remark each."""
    for loss in losses:
        note(f"{loss.kind}: {loss.path}: {loss.reason}")


def _say(label: str, message: str, colour: str, file: IO[Any] | None = None) -> None:
    to = file or sys.stderr
    if to is None:  # it was closed before the start
        return
    head = click.style(f"{label}:", fg=colour, bold=True) if coloured(to) else f"{label}:"
    click.echo(f"{head} {message}", file=to, color=coloured(to))


class PipeClosed(Exception):
    """Whoever read our output has left."""


@contextlib.contextmanager
def expected() -> Iterator[None]:
    """Turn what is expected to go wrong into exceptions that `jackfield_cli.main` reports.

    Raises:
        Failure: for every `JackfieldError`, and for what can't be read or written here.
        PipeClosed: for a stdout whose reader has left.
    """
    try:
        yield
    except JackfieldError as error:
        if isinstance(error.__cause__, BrokenPipeError):  # bytes went to stdout
            raise PipeClosed from None
        raise Failure.of(error) from error
    except BrokenPipeError:
        raise PipeClosed from None
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        raise Failure(f"can't read or write: {error.strerror or error}{where}") from error
