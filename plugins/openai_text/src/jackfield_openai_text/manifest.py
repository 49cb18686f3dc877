"""What this plugin claims: text completions, and chat on models that only complete text."""

from __future__ import annotations

from jackfield.manifest import Claim, Manifest, ParamRule
from jackfield_openai_catalogue.endpoint import ENDPOINT
from jackfield_openai_catalogue.naming import ALIASES, NAMING
from jackfield_openai_catalogue.reserved import RESERVED, TEXT_ONLY

_OWN_PREFIX = "text-completion-openai/"

MANIFEST = Manifest(
    name="openai-text",
    module="jackfield_openai_text.hooks",
    claims=(
        Claim("text_completion", "openai/", identity=True, path="/completions"),
        Claim("text_completion", _OWN_PREFIX, identity=True, path="/completions"),
        Claim("chat", _OWN_PREFIX),
        Claim("chat", "openai/", models=TEXT_ONLY, naming=NAMING),
    ),
    aliases=ALIASES,
    reserved=RESERVED,
    # A prompt has no tools and no roles: every chat parameter is looked at.
    rules=(ParamRule("chat"),),
    endpoint=ENDPOINT,
    catalogue="jackfield_openai_catalogue.lookup:catalogue",
)
