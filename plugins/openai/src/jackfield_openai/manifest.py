"""What this plugin claims: every chat model below ``openai/``, bare names included."""

from __future__ import annotations

from jackfield.manifest import Claim, Manifest, ParamRule
from jackfield_openai_catalogue.endpoint import ENDPOINT
from jackfield_openai_catalogue.naming import ALIASES
from jackfield_openai_catalogue.reserved import RESERVED

# Parameters that some catalogued model maps, limits or refuses; no other call is looked at.
_LOOKED_AT = (
    "max_tokens",
    "temperature",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "logprobs",
    "top_logprobs",
    "reasoning_effort",
    "verbosity",
    "stream",
    "tools",
    "messages",
)
_FAMILIES = ("gpt-5", "o{digit}", "codex", "ft:gpt-5", "ft:o{digit}", "computer-use")

MANIFEST = Manifest(
    name="openai",
    module="jackfield_openai.chat",
    claims=(Claim("chat", "openai/", identity=True, path="/chat/completions"),),
    aliases=ALIASES,
    reserved=RESERVED,
    rules=(
        ParamRule("chat", models=_FAMILIES, params=_LOOKED_AT),
        # An object as effort needs a look on any model.
        ParamRule("chat", params=("reasoning_effort",)),
    ),
    endpoint=ENDPOINT,
    catalogue="jackfield_openai_catalogue.lookup:catalogue",
)
