"""How the server is started: what the command line says, and what workers are told of it."""

from __future__ import annotations

import json

from attrs import asdict, frozen


@frozen
class Options:
    """What a server was started with.

    Args:
        config: the configuration file; None with ``model``.
        model: the model that every request goes to; None with ``config``.
        host: the address to listen on; None for loopback, or with a master key for all addresses.
        port: 0 for any that is free.
        workers: processes.
        debug: a line for each call.
        access_log: a line for each request.
        directory: what the workers of a run share; None for one worker.
    """

    config: str | None = None
    model: str | None = None
    host: str | None = None
    port: int = 4000
    workers: int = 1
    debug: bool = False
    access_log: bool = True
    directory: str | None = None

    def to_text(self) -> str:
        """For a worker's environment; there is no secret in it."""
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str) -> Options:
        """The inverse of `to_text`."""
        return cls(**json.loads(text))
