"""The page and the headers that it is sent with.

The content security policy lets run what the page itself contains, by its hash, and nothing else;
the page reaches no other origin, and can't be put into a frame.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

JSON_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
"""What ``status.json`` is sent with."""


@cache
def page() -> bytes:
    """The page, as UTF-8."""
    return Path(__file__).with_name("page.html").read_bytes()


@cache
def page_headers() -> tuple[tuple[bytes, bytes], ...]:
    """What the page is sent with; ``content-length`` is left to the server."""
    policy = (
        "default-src 'none'",
        f"script-src {_hashed(b'script')}",
        f"style-src {_hashed(b'style')}",
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
    return (
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", "; ".join(policy).encode()),
        (b"cache-control", b"no-cache"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
    )


def _hashed(tag: bytes) -> str:
    """The policy's name for what the page's one element of this kind contains."""
    inside = page().split(b"<%s>" % tag, 1)[1].split(b"</%s>" % tag, 1)[0]
    return f"'sha256-{b64encode(sha256(inside).digest()).decode()}'"
