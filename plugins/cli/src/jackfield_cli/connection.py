"""Who is asked: the upstream that the settings lead to, or without a key a sandbox of our own."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jackfield_cli.errors import Failure, note
from jackfield_cli.upstream import upstream_of

if TYPE_CHECKING:
    from jackfield import Client


@dataclass(frozen=True)
class Connection:
    """A client, and whether it asks the sandbox that ends with the command."""

    client: Client
    embedded: bool


@contextlib.contextmanager
def connected(
    model: str,
    surface: str = "chat",
    *,
    api_base: str | None = None,
    api_key: str | None = None,
) -> Iterator[Connection]:
    """A client for a model's calls.

    Where neither a key nor a base URL is given, by option or environment, and calls need a key, it
    is one for a sandbox on this machine, if jackfield-testing is installed; a note says so.

    Args:
        model: the model; empty for the surface's default provider.
        surface: the surface of the calls.
        api_base: instead of what the environment says.
        api_key: likewise.

    Raises:
        NoRouteError: nobody serves the model.
    """
    from jackfield import Client, JackfieldWarning

    with Client(api_key=api_key, api_base=api_base) as client, warnings.catch_warnings():
        # What is dropped is a note on stderr already.
        warnings.simplefilter("ignore", JackfieldWarning)
        variable = None
        if not api_base and not api_key:
            found = upstream_of(client, model, surface)
            if found.needs_key and not found.has_key and found.base_from is None:
                variable = found.key_env[0] if found.key_env else "its key"
        if variable is None or not has_sandbox():
            yield Connection(client, embedded=False)
            return
        with (
            sandbox() as own,
            Client(api_key=own.api_key, api_base=own.base_url) as client,
        ):
            note(f"no {variable}: a sandbox on this machine answers, and makes its answers up")
            yield Connection(client, embedded=True)


def has_sandbox() -> bool:
    """Whether the sandbox is installed."""
    try:
        import jackfield_testing  # noqa: F401 - to see whether it is there
    except ImportError:
        return False
    return True


@contextlib.contextmanager
def sandbox() -> Iterator[Any]:
    """A running sandbox.

    Raises:
        ImportError: it is not installed.
        Failure: it can't listen.
    """
    from jackfield_testing import Sandbox

    try:
        running = Sandbox().start()
    except OSError as error:
        raise Failure(f"the sandbox can't listen on this machine: {error.strerror}") from error
    try:
        yield running
    finally:
        running.stop()
