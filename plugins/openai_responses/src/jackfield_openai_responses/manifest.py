"""What this plugin claims: the Responses API, and chat on models that only it serves."""

from __future__ import annotations

from jackfield.manifest import Claim, Manifest, ParamRule, Rewriter
from jackfield_openai_catalogue.endpoint import ENDPOINT
from jackfield_openai_catalogue.naming import ALIASES, NAMING
from jackfield_openai_catalogue.reserved import CHAT_ONLY, RESERVED, RESPONSES_ONLY

_BRIDGE = "openai/responses/"
_REWRITING = "jackfield_openai_responses.rewriting"

# Models of which the catalogue knows limits on Responses, and the parameters that it knows of.
_FAMILIES = ("gpt-5", "o{digit}", "codex", "ft:gpt-5", "ft:o{digit}", "computer-use")
_LOOKED_AT = ("reasoning", "text", "tools", "input", "stream")

MANIFEST = Manifest(
    name="openai-responses",
    module="jackfield_openai_responses.hooks",
    claims=(
        # Events and responses are passed on unseen; what is waited for takes the other name.
        Claim("responses", "openai/", identity=True, path="/responses"),
        Claim("responses", _BRIDGE, default=True),
        # Over chat: OpenAI's own models that are there alone, and any other that somebody serves.
        Claim("responses", "openai/", models=CHAT_ONLY, naming=NAMING),
        Claim("responses", fallback=True, requires="chat"),
        # The Responses API fetches a file itself.
        Claim("chat", _BRIDGE, takes=("file_url",)),
        Claim("chat", "openai/", models=RESPONSES_ONLY, naming=NAMING, takes=("file_url",)),
    ),
    aliases=ALIASES,
    reserved=RESERVED,
    rewriters=(
        # What only the Responses API can do is a reason to take it.
        Rewriter(
            _REWRITING,
            surfaces=("chat",),
            params=("reasoning_effort",),
            prefixes=("openai/",),
        ),
        Rewriter(
            _REWRITING,
            surfaces=("chat",),
            params=("tools", "functions"),
            prefixes=("openai/gpt-5", "openai/ft:gpt-5"),
        ),
        # What is waited for takes another way; none of these is the API's, and none is sent.
        Rewriter(
            _REWRITING,
            surfaces=("responses",),
            params=("wait", "poll_interval", "wait_timeout"),
            prefixes=("openai/",),
        ),
    ),
    rules=(
        # From chat, every parameter is looked at: the Responses API lacks some.
        ParamRule("chat"),
        ParamRule("responses", models=_FAMILIES, params=_LOOKED_AT),
    ),
    endpoint=ENDPOINT,
    catalogue="jackfield_openai_catalogue.lookup:catalogue",
)
