"""What is known of one request when it has ended."""

from __future__ import annotations


class Seen:
    """One request, to be filled in while it is served.

    * ``endpoint``: the API path without a prefix, e.g. ``/chat/completions``; from a fixed set.
    * ``operation``: the surface that is called, empty where the request is no model call: then no
      GenAI metric counts it.
    * ``model``: the configuration's model name, ``other`` for one that isn't there.
    * ``deployment``: the deployment's id, empty where none was chosen.
    * ``provider``: `gen_ai.provider.name`, e.g. ``openai``.
    * ``status``: the HTTP status that the client got; 499 where it left first.
    * ``lane``: ``bytes``, ``calls``, ``forwarded`` or ``local``.
    * ``seconds``: from the request's arrival to the last byte of the answer.
    * ``overhead``: how many of them the proxy itself added, None where that isn't known.
    * ``first``: seconds up to the first piece of a stream's answer, None without one.
    * ``input_tokens``, ``output_tokens``: the upstream's usage, None where it told none.
    """

    __slots__ = (
        "deployment",
        "endpoint",
        "first",
        "input_tokens",
        "lane",
        "model",
        "operation",
        "output_tokens",
        "overhead",
        "provider",
        "seconds",
        "status",
    )

    def __init__(
        self,
        endpoint: str,
        operation: str = "",
        model: str = "",
        deployment: str = "",
        provider: str = "",
        status: int = 0,
        lane: str = "local",
        seconds: float = 0.0,
        overhead: float | None = None,
        first: float | None = None,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.operation = operation
        self.model = model
        self.deployment = deployment
        self.provider = provider
        self.status = status
        self.lane = lane
        self.seconds = seconds
        self.overhead = overhead
        self.first = first
        self.input_tokens = input_tokens
        self.output_tokens = output_tokens
