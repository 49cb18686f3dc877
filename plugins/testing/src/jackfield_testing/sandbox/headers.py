"""The headers that every reply has."""

from __future__ import annotations

from email.utils import formatdate

from jackfield_testing.sandbox.identity import identify
from jackfield_testing.sandbox.journal import RecordedRequest
from jackfield_testing.sandbox.models import ModelName


def common_headers(record: RecordedRequest, number: int) -> list[tuple[str, str]]:
    """Give the headers for a request; ``number`` tells it from those that are equal to it."""
    identity = identify("headers", {"body": record.fingerprint, "number": number})
    model = record.model or ""
    organization = record.headers.get("openai-organization", "org-sandbox")
    pairs = [
        ("date", formatdate(usegmt=True)),
        ("x-request-id", f"req_{identity.hex('request', 32)}"),
        ("openai-processing-ms", str(20 + identity.number("milliseconds", 400))),
        ("openai-version", "2020-10-01"),
        ("openai-organization", organization),
        ("x-ratelimit-limit-requests", "10000"),
        ("x-ratelimit-limit-tokens", "2000000"),
        ("x-ratelimit-remaining-requests", "9999"),
        ("x-ratelimit-remaining-tokens", "1999985"),
        ("x-ratelimit-reset-requests", "6ms"),
        ("x-ratelimit-reset-tokens", "0s"),
        ("set-cookie", f"__cf_bm={identity.text('cookie', 20)}; path=/; HttpOnly"),
        ("set-cookie", f"_cfuvid={identity.text('visitor', 20)}; path=/; HttpOnly"),
    ]
    if "openai-project" in record.headers:
        pairs.append(("openai-project", record.headers["openai-project"]))
    if model and model.isascii() and model.isprintable():
        pairs.append(("openai-model", ModelName.parse(model).dated))
    return pairs
