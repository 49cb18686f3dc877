"""What this plugin claims: speech to text, text to speech, and chat on models that transcribe."""

from __future__ import annotations

from jackfield.manifest import Claim, Manifest, ParamRule
from jackfield_openai_catalogue.endpoint import ENDPOINT
from jackfield_openai_catalogue.naming import ALIASES, NAMING
from jackfield_openai_catalogue.reserved import RESERVED, TRANSCRIBERS

MANIFEST = Manifest(
    name="openai-audio",
    module="jackfield_openai_audio.hooks",
    claims=(
        Claim("transcription", "openai/"),
        Claim("translation", "openai/"),
        Claim("speech", "openai/", identity=True, path="/audio/speech"),
        Claim("chat", "openai/", models=TRANSCRIBERS, naming=NAMING),
    ),
    aliases=ALIASES,
    reserved=RESERVED,
    # The models that cannot stream, says the catalogue; no other call is looked at.
    rules=(
        ParamRule("transcription", models=("whisper",), params=("stream",)),
        ParamRule("speech", models=("tts-1",), params=("stream",)),
    ),
    endpoint=ENDPOINT,
    catalogue="jackfield_openai_catalogue.lookup:catalogue",
)
