"""What this plugin rewrites: content parts that hold images, files or audio."""

from __future__ import annotations

from jackfield.manifest import Manifest, Rewriter
from jackfield_openai_catalogue.naming import ALIASES
from jackfield_openai_catalogue.reserved import RESERVED

MANIFEST = Manifest(
    name="openai-content",
    rewriters=(
        Rewriter(
            "jackfield_openai_content.hooks",
            surfaces=("chat", "responses"),
            parts=("image_url", "file", "input_audio", "input_image", "input_file"),
        ),
    ),
    # Without these a bare name would be nobody's, and its owner could not be named.
    aliases=ALIASES,
    reserved=RESERVED,
)
