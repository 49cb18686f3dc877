"""Where OpenAI's API is, and which settings reach it."""

from __future__ import annotations

from jackfield.manifest import Endpoint

ENDPOINT = Endpoint(
    base_url="https://api.openai.com/v1",
    base_env=("OPENAI_BASE_URL", "OPENAI_API_BASE"),
    key_env=("OPENAI_API_KEY",),
    organization_env=("OPENAI_ORGANIZATION", "OPENAI_ORG_ID"),
    project_env=("OPENAI_PROJECT_ID",),
    organization_header="OpenAI-Organization",
    project_header="OpenAI-Project",
)
"""One endpoint for every surface. Of two variables the first that is set wins."""
