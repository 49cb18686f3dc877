"""Who is measured, how each is started, and how each is asked."""

from __future__ import annotations

import json
from pathlib import Path

import payload
import upstream
from attrs import frozen
from peers import Found
from upstream import Upstream

HERE = Path(__file__).resolve().parent


@frozen
class Setup:
    """What commands are made of."""

    binaries: Path
    """The folder of `jackfield`, `uvicorn` and `python`."""
    upstream: Upstream
    config: Path
    """The configuration that Jackfield and LiteLLM read."""
    peers: Found


@frozen
class Request:
    """What a client sends: a POST to a port of loopback."""

    port: int
    path: str
    headers: dict[str, str]
    body: bytes


@frozen
class Contender:
    """One server between the client and the upstream; or, without a command, none."""

    name: str
    title: str
    ready: str = "/health/readiness"
    peer: bool = False
    """Peers are measured for scale, in fewer rounds."""

    def command(self, setup: Setup, port: int) -> list[str | Path]:
        """Return the command that makes it listen on a port of loopback."""
        raise NotImplementedError

    def variables(self, setup: Setup) -> dict[str, str]:
        """Return the environment variables that it needs."""
        return {}

    def request(self, setup: Setup, kind: str, port: int) -> Request:
        """Return what a client asks it for a call, a stream or a paced stream."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {payload.KEY}"}
        body = payload.request(kind, payload.name(kind))
        return Request(port, "/v1/chat/completions", headers, body)


class Direct(Contender):
    """The upstream itself."""

    def request(self, setup: Setup, kind: str, port: int) -> Request:
        own = setup.upstream.paced if kind == "paced" else setup.upstream.port
        given = super().request(setup, kind, port)
        body = payload.request(kind, payload.MODEL)
        return Request(own, upstream.prefix(kind) + given.path, given.headers, body)


class Relay(Contender):
    """`relay.py`."""

    def command(self, setup: Setup, port: int) -> list[str | Path]:
        options = "--loop uvloop --http httptools --lifespan off --log-level warning"
        more = [*options.split(), "--no-access-log", "--no-proxy-headers", "--port", str(port)]
        return [setup.binaries / "uvicorn", "--app-dir", HERE, "relay:app", *more]

    def variables(self, setup: Setup) -> dict[str, str]:
        origin = setup.upstream.origin
        return {"UPSTREAM": origin("unary"), "PACED": origin("paced")}

    def request(self, setup: Setup, kind: str, port: int) -> Request:
        given = super().request(setup, kind, port)
        body = payload.request(kind, payload.MODEL)
        return Request(port, upstream.prefix(kind) + given.path, given.headers, body)


@frozen
class Jackfield(Contender):
    """The proxy: one worker, everything as it is by default."""

    options: tuple[str, ...] = ()

    def command(self, setup: Setup, port: int) -> list[str | Path]:
        own: list[str | Path] = [
            "--config",
            setup.config,
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ]
        return [setup.binaries / "jackfield", *own, *self.options]


class LiteLLM(Contender):
    """LiteLLM's proxy: one worker, the same configuration."""

    def command(self, setup: Setup, port: int) -> list[str | Path]:
        assert setup.peers.litellm is not None
        own: list[str | Path] = [
            "--config",
            setup.config,
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ]
        return [setup.peers.litellm, *own, "--telemetry", "False"]


class Portkey(Contender):
    """Portkey's gateway; it is told of the upstream in each request."""

    def command(self, setup: Setup, port: int) -> list[str | Path]:
        assert setup.peers.portkey is not None
        return ["node", setup.peers.portkey, f"--port={port}", "--headless"]

    def request(self, setup: Setup, kind: str, port: int) -> Request:
        given = super().request(setup, kind, port)
        host = {
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": setup.upstream.base(kind),
        }
        body = payload.request(kind, payload.MODEL)
        return Request(port, given.path, {**given.headers, **host}, body)


UPSTREAM = Direct("upstream", "upstream, direct")
RELAY = Relay("relay", "bare relay", "/")
SUBJECT = Jackfield("jackfield", "Jackfield")
QUIET = Jackfield("quiet", "Jackfield, no access log", options=("--no-access-log",))
LITELLM = LiteLLM("litellm", "LiteLLM", peer=True)
PORTKEY = Portkey("portkey", "Portkey", "/", peer=True)
PEERS = (LITELLM, PORTKEY)
EVERYONE = (UPSTREAM, RELAY, SUBJECT, QUIET, *PEERS)


def configuration(upstream: Upstream) -> str:
    """Return the configuration of Jackfield and LiteLLM (JSON, which is YAML)."""
    models = [
        {
            "model_name": payload.name(kind),
            "litellm_params": {
                "model": f"openai/{payload.MODEL}",
                "api_base": upstream.base(kind),
                "api_key": "sk-upstream-00000000000000000000000000000000",
            },
        }
        for kind in payload.KINDS
    ]
    return json.dumps({"model_list": models, "general_settings": {"master_key": payload.KEY}})
