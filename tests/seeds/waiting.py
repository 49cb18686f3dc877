"""Items of the two pages whose distribution is still to come.

They are data, not skipped tests: each has a test that says what holds until then, and that fails
once the distribution is installed.
"""

from __future__ import annotations

_REASONING = "getting-reasoning-content-in-chat-completions"
_ADVANCED = f"{_REASONING}/advanced-using-reasoning_effort-with-summary-field"
_VERBOSITY = f"{_REASONING}/verbosity-control-for-gpt-5-models"
_BRIDGE = "openai-chat-completion-to-responses-api-bridge"
_FORWARDING = "advanced/forwarding-org-id-for-proxy-requests"

#: Items of both pages for ``jackfield-proxy``.
PROXY_BOTH = (
    "2.-start-the-proxy#block:1",
    "2.-start-the-proxy#block:2",
    "2.-start-the-proxy#block:3",
    "3.-test-it#block:1",
    "3.-test-it#block:2",
    "3.-test-it#block:3",
    *(f"{_FORWARDING}#block:{number}" for number in (1, 2, 3, 4)),
)

#: Items of the later page for ``jackfield-proxy``.
PROXY_LATER = (
    *(f"pdf-file-parsing#block:{number}" for number in (2, 3, 4)),
    f"{_REASONING}#block:2",
    f"{_ADVANCED}#block:2",
    f"{_VERBOSITY}#block:2",
    *(f"{_BRIDGE}#block:{number}" for number in (2, 3, 4)),
    *(f"openai-audio-transcription#block:{number}" for number in (2, 3, 4)),
)
