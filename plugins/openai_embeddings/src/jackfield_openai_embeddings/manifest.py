"""What this plugin claims: every embedding model below ``openai/``, bare names included."""

from __future__ import annotations

from jackfield.manifest import Claim, Manifest
from jackfield_openai_catalogue.endpoint import ENDPOINT
from jackfield_openai_catalogue.naming import ALIASES
from jackfield_openai_catalogue.reserved import RESERVED

MANIFEST = Manifest(
    name="openai-embeddings",
    module="jackfield_openai_embeddings.hooks",
    claims=(Claim("embedding", "openai/"),),
    aliases=ALIASES,
    reserved=RESERVED,
    endpoint=ENDPOINT,
    catalogue="jackfield_openai_catalogue.lookup:catalogue",
)
