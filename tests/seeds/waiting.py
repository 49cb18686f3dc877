"""Items of the two pages whose distribution is still to come.

They are data, not skipped tests: each has a test that says what holds until then, and that fails
once the distribution is installed.
"""

from __future__ import annotations

from typing import Any

_REASONING = "getting-reasoning-content-in-chat-completions"
_ADVANCED = f"{_REASONING}/advanced-using-reasoning_effort-with-summary-field"
_VERBOSITY = f"{_REASONING}/verbosity-control-for-gpt-5-models"
_BRIDGE = "openai-chat-completion-to-responses-api-bridge"
_FORWARDING = "advanced/forwarding-org-id-for-proxy-requests"

#: Items of the later page for ``jackfield-openai-responses``, and the calls that they make.
RESPONSES: dict[str, list[dict[str, Any]]] = {
    "openai-chat-completion-models#row:gpt-5-pro": [{"model": "gpt-5-pro"}],
    "openai-chat-completion-models#row:gpt-5.1-codex": [{"model": "gpt-5.1-codex"}],
    "openai-chat-completion-models#row:gpt-5.1-codex-mini": [{"model": "gpt-5.1-codex-mini"}],
    f"{_REASONING}#block:1": [{"model": "openai/responses/gpt-5-mini", "reasoning_effort": "low"}],
    f"{_ADVANCED}#block:1": [
        {"model": "openai/responses/gpt-5-mini", "reasoning_effort": effort}
        for effort in ("high", {"effort": "high", "summary": "auto"})
    ],
    **{
        f"{_ADVANCED}#row:{model}": [{"model": model, "reasoning_effort": "high"}]
        for model in ("gpt-5-codex", "gpt-5.1-codex", "gpt-5.1-codex-mini", "gpt-5-pro")
    },
    f"{_BRIDGE}#block:1": [
        {
            "model": "o3-deep-research-2025-06-26",
            "tools": [
                {"type": "web_search_preview"},
                {"type": "code_interpreter", "container": {"type": "auto"}},
            ],
        }
    ],
    "gpt-5-pro-special-notes#point:1": [{"model": "openai/gpt-5-pro"}],
    "gpt-5-pro-special-notes#point:2": [{"model": "gpt-5-pro", "stream": True}],
    "gpt-5-pro-special-notes#point:6": [
        {"model": "gpt-5-pro", "tools": [{"type": kind}]}
        for kind in ("web_search", "code_interpreter")
    ],
    "gpt-5-pro-special-notes#block:1": [{"model": "gpt-5-pro"}],
}

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
