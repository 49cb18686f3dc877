"""``model_info.mode``: which surface a model is for, in our words or in those of other proxies."""

from __future__ import annotations

SURFACES = (
    "chat",
    "text_completion",
    "embedding",
    "responses",
    "transcription",
    "translation",
    "speech",
    "video",
)
"""Surfaces whose names are known also where their plugin is not installed."""

_ALIASES = {
    "completion": "text_completion",
    "embeddings": "embedding",
    "audio_transcription": "transcription",
    "audio_translation": "translation",
    "audio_speech": "speech",
    "video_generation": "video",
}
_ELSEWHERE = frozenset(
    {
        "batch",
        "image_edit",
        "image_generation",
        "image_variation",
        "moderation",
        "moderations",
        "ocr",
        "realtime",
        "rerank",
        "search",
        "vector_store",
    }
)
"""Modes that configurations have, and that are no surface here unless a plugin brings it."""


def installed() -> frozenset[str]:
    """The surfaces that the installed plugins describe."""
    from jackfield.client import shared_registry

    return frozenset(
        surface.name
        for plugin in shared_registry().plugins
        if plugin.usable and plugin.manifest is not None
        for surface in plugin.manifest.surfaces
    )


def surface_of(mode: str | None) -> str | None:
    """The surface that a mode means, or None where it means none."""
    if mode is None or mode in SURFACES:
        return mode
    if mode in installed():
        return mode
    return _ALIASES.get(mode)


def is_known(mode: str) -> bool:
    """Whether a mode means a surface, or something that other proxies serve."""
    return mode in _ELSEWHERE or surface_of(mode) is not None


def suggestion(mode: str) -> str:
    """What may have been meant instead of an unknown mode, as the end of a sentence."""
    import difflib

    known = sorted({*SURFACES, *installed(), *_ALIASES})
    near = difflib.get_close_matches(mode.lower(), known, 1, 0.6)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
