"""The text of the configuration that workers start from: the one that was last loaded as a whole.

The file may have been edited since, well or badly. Workers that begin at different times are to
have the same configuration, and one that takes the place of another is to start in any case.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_NAME = "config.yaml"


def keep(directory: str, text: str) -> None:
    """Keep a text for the workers of a run; only its owner may read it, for it may hold secrets."""
    handle, path = tempfile.mkstemp(dir=directory)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode("utf-8"))
    os.replace(path, Path(directory, _NAME))


def kept(directory: str) -> str:
    """The text that is kept.

    Raises:
        OSError: there is none any more.
    """
    return Path(directory, _NAME).read_bytes().decode("utf-8")
