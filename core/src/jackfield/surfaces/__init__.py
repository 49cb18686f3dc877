"""The canonical surfaces, described as data; a plugin may list any of them in its manifest."""

from __future__ import annotations

from jackfield.manifest import Manifest, Surface

CHAT = Surface(
    name="chat",
    result="jackfield.surfaces.chat:ChatCompletion",
    chunk="jackfield.surfaces.chat:ChatCompletionChunk",
    fold="jackfield.surfaces.chat:fold",
    split="jackfield.surfaces.chat:split",
    complete="jackfield.surfaces.chat:complete",
    required=("messages",),
    structured="jackfield.surfaces.chat_structured:prepare",
)

MANIFEST = Manifest(name="surfaces", surfaces=(CHAT,))
