"""Which media type a file name's extension stands for, and the other way round.

A table, because what Python knows depends on the machine: it takes the system's list, where there
is one, and that has other ideas of ``.ts`` and ``.rs``.
"""

from __future__ import annotations

_BY_EXTENSION = {
    "aac": "audio/aac",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "flac": "audio/flac",
    "gif": "image/gif",
    "heic": "image/heic",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "mov": "video/quicktime",
    "mpeg": "video/mpeg",
    "mpga": "audio/mpeg",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "opus": "audio/opus",
    "png": "image/png",
    "svg": "image/svg+xml",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "wav": "audio/wav",
    "weba": "audio/webm",
    "webm": "video/webm",
    "webp": "image/webp",
    # Documents and data.
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
    "htm": "text/html",
    "html": "text/html",
    "json": "application/json",
    "markdown": "text/markdown",
    "md": "text/markdown",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "tex": "text/x-tex",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "zip": "application/zip",
    # Source code has names of its own.
    "c": "text/x-c",
    "cpp": "text/x-c++",
    "cs": "text/x-csharp",
    "css": "text/css",
    "java": "text/x-java",
    "js": "text/javascript",
    "php": "text/x-php",
    "py": "text/x-python",
    "rb": "text/x-ruby",
    "sh": "application/x-sh",
    "ts": "application/typescript",
}
# Where several extensions stand for a type, the last one above is the usual one.
_USUAL = {kind: ending for ending, kind in _BY_EXTENSION.items()} | {"audio/webm": "webm"}
# Unregistered names of some types.
_REGISTERED = {
    "audio/x-aiff": "audio/aiff",
    "audio/x-flac": "audio/flac",
    "audio/x-m4a": "audio/mp4",
    "audio/x-wav": "audio/wav",
    "video/x-m4v": "video/mp4",
}
# Names that stand for no type that is known widely: they are text, and are sent as such.
_PLAIN = (
    *("bib", "cfg", "conf", "go", "h", "hpp", "ini", "ipynb", "jsonl", "jsx", "kt", "log", "lua"),
    *("rs", "rst", "scala", "sql", "srt", "swift", "toml", "tsx", "yaml", "yml"),
)


def extension_of(name: str | None) -> str:
    """A file name's extension in lower case, without the dot; ``""`` where there is none."""
    stem, dot, ending = (name or "").rpartition(".")
    return ending.lower() if dot and stem else ""


def named(name: str | None) -> str | None:
    """The media type that a file's name stands for, or None."""
    ending = extension_of(name)
    if ending in _BY_EXTENSION:
        return _BY_EXTENSION[ending]
    return "text/plain" if ending in _PLAIN else None


def extension(kind: str) -> str | None:
    """The usual extension of a media type, without the dot, or None."""
    return _USUAL.get(registered(kind))


def registered(kind: str) -> str:
    """A media type under its registered name, where it is given under another."""
    return _REGISTERED.get(kind, kind)
