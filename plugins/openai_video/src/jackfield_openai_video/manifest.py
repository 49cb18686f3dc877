"""What this plugin claims: every video model below ``openai/``, and video jobs without a name."""

from __future__ import annotations

from jackfield.manifest import Claim, Manifest
from jackfield_openai_catalogue.endpoint import ENDPOINT
from jackfield_openai_catalogue.naming import ALIASES
from jackfield_openai_catalogue.reserved import RESERVED

MANIFEST = Manifest(
    name="openai-video",
    module="jackfield_openai_video.hooks",
    claims=(Claim("video", "openai/", default=True),),
    aliases=ALIASES,
    reserved=RESERVED,
    endpoint=ENDPOINT,
    catalogue="jackfield_openai_catalogue.lookup:catalogue",
)
