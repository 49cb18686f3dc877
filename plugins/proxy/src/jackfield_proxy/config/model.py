"""The configuration as values. Nothing in them changes; secrets are never shown.

A field's metadata has the keys that it has in the file, the first being the usual one. Fields
without are named as their key is; those with ``from_file`` False are not in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from jackfield.config import Secret
from jackfield_proxy.config import modes
from jackfield_proxy.config.checks import (
    Count,
    Delay,
    Fallbacks,
    Flag,
    Headers,
    Key,
    Mode,
    Name,
    OnUnsupported,
    Origin,
    RedisUrl,
    Seconds,
    Size,
    Text,
    Url,
    Weight,
)

MIB = 1024 * 1024


def _keys(*names: str) -> dict[str, Any]:
    return {"keys": names}


def _revealed(secret: Secret | None) -> str | None:
    return None if secret is None else secret.reveal()


@attrs.frozen
class Params:
    """How a deployment is called (``litellm_params`` or ``params``).

    Attributes:
        model: the model's name, as in calls; ``*`` stands for what it stands for in the entry's
            name.
        api_key: None to use the variable of the model's plugin.
        api_base: None to use the plugin's own address.
        organization, project: sent upstream.
        headers: sent upstream, beside what the plugin sets.
        timeout: seconds; None for the server's ``request_timeout``.
        stream_idle_timeout: seconds between two chunks.
        max_retries: attempts after the first; None for the router's ``num_retries``.
        weight: the deployment's share among those of its name.
        drop_params: whether unsupported parameters are left out; None where the file doesn't say.
        unsupported: what happens to them in full; goes before ``drop_params``.
    """

    model: Name
    api_key: Key | None = attrs.field(default=None, eq=_revealed)
    api_base: Url | None = attrs.field(default=None, metadata=_keys("api_base", "base_url"))
    organization: Text | None = None
    project: Text | None = None
    headers: Headers = attrs.field(
        factory=dict, repr=False, hash=False, metadata=_keys("headers", "extra_headers")
    )
    timeout: Seconds | None = None
    stream_idle_timeout: Seconds | None = attrs.field(
        default=None, metadata=_keys("stream_idle_timeout", "stream_timeout")
    )
    max_retries: Count | None = attrs.field(
        default=None, metadata=_keys("max_retries", "num_retries")
    )
    weight: Weight = 1.0
    drop_params: Flag | None = None
    unsupported: OnUnsupported | None = None


@attrs.frozen
class Info:
    """What is known about a model (``model_info``).

    Attributes:
        mode: what it is for, as the file says it.
        surface: the surface that ``mode`` means, None where it means none or there is none.
        id: the deployment's name for people and other systems; unique.
        extra: everything else, as it is in the file.
    """

    mode: Mode | None = None
    id: Text | None = None
    extra: Mapping[str, Any] = attrs.field(
        factory=dict, repr=False, hash=False, metadata={"rest": True}
    )
    surface: str | None = attrs.field(init=False)

    @surface.default
    def _surface(self) -> str | None:
        return modes.surface_of(self.mode)


@attrs.frozen
class Model:
    """One entry of ``model_list``: a deployment.

    Attributes:
        name: what clients ask for; ``*`` in it stands for any text. Several entries may share it.
        params, info: see their classes.
        fallbacks: names to go on with when every deployment of this name has failed; those of
            ``router_settings`` are among them.
        line: where the entry begins in the file, from 1; 0 where there is no file.
    """

    name: Name = attrs.field(metadata=_keys("model_name"))
    params: Params = attrs.field(metadata=_keys("litellm_params", "params"))
    info: Info = attrs.field(factory=Info, metadata=_keys("model_info"))
    fallbacks: tuple[Name, ...] = ()
    line: int = attrs.field(default=0, eq=False, metadata={"line": True})


@attrs.frozen
class General:
    """The server (``general_settings``). Sizes are in bytes, durations in seconds.

    Attributes:
        master_key: what clients have to send; None where everybody may call.
        forward_openai_org_id: whether a client's ``OpenAI-Organization`` goes upstream.
        forward_other_endpoints: whether endpoints without a plugin are forwarded.
        default_deployment: the name of the model whose deployment serves those.
        max_body_bytes: how large a body may be that is read as a whole.
        max_upload_bytes: the same for multipart and forwarded bodies.
        max_header_bytes: all header lines of a request together.
        cors_origins: origins whose pages may call; ``*`` for all.
        redis_url: where cooldowns are shared; None to keep them in the process.
        log_prompts: whether logs may hold what clients and models say.
        shutdown_grace: how long running requests may go on after the signal to stop.
        request_timeout: of deployments that have none; None for the library's.
    """

    master_key: Key | None = attrs.field(default=None, eq=_revealed, metadata={"never_null": True})
    forward_openai_org_id: Flag = False
    forward_other_endpoints: Flag = True
    default_deployment: Name | None = None
    max_body_bytes: Size = 64 * MIB
    max_upload_bytes: Size = 1024 * MIB
    max_header_bytes: Size = 64 * 1024
    cors_origins: tuple[Origin, ...] = attrs.field(
        default=(), metadata=_keys("cors_origins", "allowed_origins")
    )
    redis_url: RedisUrl | None = attrs.field(default=None, eq=_revealed)
    log_prompts: Flag = False
    shutdown_grace: Delay = 60.0
    request_timeout: Seconds | None = None


@attrs.frozen
class Router:
    """What happens when a deployment fails (``router_settings``).

    Attributes:
        num_retries: attempts after the first, in all.
        cooldown_time: seconds for which a failed deployment is left alone.
        allowed_fails: failures before that.
        fallbacks: by requested name, names to go on with. Those of a name in ``model_list`` are in
            its ``fallbacks`` too; the others are of names that only a wildcard serves.
    """

    num_retries: Count = 2
    cooldown_time: Delay = 5.0
    allowed_fails: Count = 0
    fallbacks: Fallbacks = attrs.field(factory=dict, hash=False)


@attrs.frozen
class Defaults:
    """``litellm_settings``: what of it means something here; it is merged into the others."""

    drop_params: Flag | None = None
    num_retries: Count | None = None
    request_timeout: Seconds | None = None
    fallbacks: Fallbacks = attrs.field(factory=dict, hash=False)


@attrs.frozen
class File:
    """A configuration file as it is, before its parts are merged."""

    model_list: tuple[Model, ...]
    general_settings: General = attrs.field(factory=General)
    router_settings: Router = attrs.field(factory=Router)
    litellm_settings: Defaults = attrs.field(factory=Defaults)


@attrs.frozen
class Config:
    """A whole configuration.

    Attributes:
        models: the entries, in the file's order.
        general, router: see their classes.
        only: the model that every request goes to, whatever it names; ``models`` has its entry.
        source: the file, for people.
    """

    models: tuple[Model, ...]
    general: General = attrs.field(factory=General)
    router: Router = attrs.field(factory=Router)
    only: str | None = None
    source: str = ""
