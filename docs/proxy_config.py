"""Write the reference page of the proxy's file: ``python docs/proxy_config.py``.

Sections, keys, values and defaults are those of the classes that the file is read into; what a key
means to its user is said here, and a key of which nothing is said is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import attrs

from jackfield_proxy.config import checks, model, modes

PAGE = Path(__file__).parent / "pages" / "reference" / "proxy-config.md"

_HEAD = """\
# The proxy's configuration file

`jackfield --config FILE` reads YAML, and `jackfield config check FILE` says what is wrong with it.
This page is made from the classes that the file is read into (`python docs/proxy_config.py`);
[the how-to guide](../how-to/proxy.md) has examples.

* **`os.environ/NAME`** in place of any value stands for a variable, of the process or of `.env` in
  the directory where the server starts. One that is unset or empty is an error. Numbers and
  booleans may come from variables too.
* **Errors** name file, line and key, and all of them are shown at once. The server does not start,
  or goes on with what it had. Values are never shown.
* **Unknown keys** are warnings with a suggestion, and change nothing.
* **null** is as if the key were not there; for `master_key`, and for what is required, it is an
  error.
* Of two names for one key, either will do, but not both in one place.

"""
_TAIL = """\
## When it is read

At the start, and again at SIGHUP. All of it then takes effect for the next request, but for
`shutdown_grace`, which is that of the start. Requests that run keep what they began with.
"""

_SECTIONS: tuple[tuple[str, type, str], ...] = (
    (
        "model_list",
        model.Model,
        "A list. Each entry is a deployment; entries with one name share its requests. Two with "
        "the same name and the same parameters are an error.",
    ),
    ("litellm_params", model.Params, "Of an entry: how it is called."),
    (
        "model_info",
        model.Info,
        "Of an entry: what is known of it. Other keys may be in it, and mean nothing here.",
    ),
    ("general_settings", model.General, "The server."),
    ("router_settings", model.Router, "What happens when a deployment fails."),
    (
        "litellm_settings",
        model.Defaults,
        "What of this section means something here. What stands in an entry, in "
        "`router_settings` or in `general_settings` goes before it; fallbacks are added up.",
    ),
)

_MEANS: dict[type, dict[str, str]] = {
    model.Model: {
        "name": "what clients ask for. `*` in it stands for any text",
        "params": "how it is called",
        "info": "what is known of it",
        "fallbacks": "names to go on with when every deployment of this one has failed, beside "
        "those of `router_settings`",
    },
    model.Params: {
        "model": "the model, as [in calls](../how-to/moving.md#what-is-the-same). `*` stands for "
        "what it stands for in `model_name`",
        "api_key": "the upstream's key; else the variable of the model's plugin, such as "
        "`OPENAI_API_KEY`",
        "api_base": "the upstream's address; else the plugin's own, or its variable",
        "organization": "sent as `OpenAI-Organization`",
        "project": "sent as `OpenAI-Project`",
        "headers": "sent upstream, beside what the plugin sets",
        "timeout": "of an attempt; of a stream, until it begins. Else `request_timeout`",
        "stream_idle_timeout": "between two pieces of a stream; else the read timeout",
        "max_retries": "in place of `num_retries`, for requests that begin at this deployment",
        "weight": "its share among the deployments of its name",
        "drop_params": "`true`: unsupported parameters are left out; else they are an error",
        "unsupported": "the same in full, as [in calls](../how-to/parameters.md); goes before "
        "`drop_params`",
    },
    model.Info: {
        "mode": "what it is for; it is shown in `/v1/models`, and deployments of one name must "
        "agree. "
        + ", ".join(f"`{mode}`" for mode in modes.SURFACES)
        + ", or a surface of another plugin. Also "
        + ", ".join(f"`{a}` (`{b}`)" for a, b in sorted(modes._ALIASES.items()))
        + ". Modes of what is no surface here, such as `image_generation`, are only shown",
        "id": "its name in headers, logs and metrics; unique. Else the `model_name` with a hash, "
        "the same on every machine",
    },
    model.General: {
        "master_key": "what clients have to send; without it everybody may call, and the server "
        "listens on loopback",
        "forward_openai_org_id": "whether a client's `OpenAI-Organization` goes upstream, in place "
        "of the deployment's",
        "forward_other_endpoints": "whether endpoints without a plugin are forwarded",
        "default_deployment": "the `model_name` to whose upstream they are; else that of `*`, "
        "`openai/*`, or the only upstream",
        "max_body_bytes": "the largest JSON body, and the most text in a form",
        "max_upload_bytes": "the largest form, and the largest body that is forwarded as it comes",
        "max_header_bytes": "all header lines of a request together",
        "cors_origins": "whose pages may call; without a `master_key`, no others in a browser can",
        "redis_url": "where cooldowns are shared; else each process remembers them for itself. "
        "`redis://[user:password@]host[:port][/database]`, `rediss://…` for TLS, or `unix://path`",
        "log_prompts": "whether the lines of `--detailed_debug` hold what clients say",
        "shutdown_grace": "seconds for which running requests may go on after the signal to stop; "
        "at least 1",
        "request_timeout": "the `timeout` of deployments that have none; else 600 s, 10 s to "
        "connect",
    },
    model.Router: {
        "num_retries": "attempts after the first, at the deployments of one name. Each of the "
        "others is tried once in any case",
        "cooldown_time": "seconds for which a failed deployment is asked last, where its "
        "`Retry-After` says nothing else",
        "allowed_fails": "failures within a minute before that",
        "fallbacks": "names to go on with, by the name that was asked for: "
        "`[{name: [another]}]`. It may be a name that only a wildcard serves",
    },
    model.Defaults: {
        "drop_params": "of entries that have neither this nor `unsupported`",
        "num_retries": "as in `router_settings`",
        "request_timeout": "as in `general_settings`",
        "fallbacks": "as in `router_settings`",
    },
}

_TAKES: dict[Any, str] = {
    checks.text: "text",
    checks.name: "a name",
    checks.url: "a URL",
    checks.origin: "`*`, or origins like `https://example.com`",
    checks.policy: ", ".join(f"`{value}`" for value in checks._POLICIES),
    checks.mode: "a mode",
    checks.key: "a key",
    checks.redis_url: "a URL",
    checks.flag: "`true`, `false`",
    checks.count: "a whole number from 0",
    checks.seconds: "seconds, or `.inf` for no limit",
    checks.delay: "seconds",
    checks.weight: "a number above 0",
    checks.size: "bytes, or a size like `100MB`, `1 GiB`",
}


def page() -> str:
    """The page's text."""
    return _HEAD + "\n".join(_lines()) + "\n" + _TAIL


def _lines() -> Iterator[str]:
    for name, cls, text in _SECTIONS:
        yield f"## {name}\n"
        yield f"{text}\n"
        yield "| key | takes | default | |"
        yield "|---|---|---|---|"
        hints = get_type_hints(cls, include_extras=True)
        for field in fields(cls):
            keys = " or ".join(f"`{key}`" for key in keys_of(field))
            said = _MEANS[cls][field.name]
            yield f"| {keys} | {_takes(hints[field.name])} | {_default(field)} | {said} |"
        yield ""


def fields(cls: type) -> list[attrs.Attribute[Any]]:
    """The fields that are keys in the file."""
    return [f for f in attrs.fields(cls) if f.init and not {"rest", "line"} & set(f.metadata)]


def keys_of(field: attrs.Attribute[Any]) -> tuple[str, ...]:
    """A field's keys, the usual one first."""
    found: tuple[str, ...] = field.metadata.get("keys", (field.name,))
    return found


def _takes(hint: Any) -> str:
    if get_origin(hint) is tuple:
        return "a list: " + _takes(get_args(hint)[0])
    if attrs.has(hint):
        section = next(name for name, cls, _ in _SECTIONS if cls is hint)
        return f"[a mapping](#{section})"
    if hint == checks.Headers:
        return "names with values"
    if hint == checks.Fallbacks:
        return "a list: a name with a list of names"
    said = getattr(hint, "__metadata__", None)
    if said is None:  # optional
        return _takes(next(arg for arg in get_args(hint) if arg is not type(None)))
    return _TAKES[said[0]]


def _default(field: attrs.Attribute[Any]) -> str:
    default: Any = field.default
    if default is attrs.NOTHING:
        return "required"
    if default is None or default == () or isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # a marker
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    for unit, size in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if default and default % size == 0:
            return f"`{default // size} {unit}`"
    return f"`{default:g}`"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
