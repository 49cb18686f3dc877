"""What the page is sent with, and that nothing of it comes from elsewhere."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

from jackfield_proxy.status import JSON_HEADERS, page, page_headers


def test_the_policy_names_the_pages_own_script_and_style() -> None:
    headers = dict(page_headers())
    policy = headers[b"content-security-policy"].decode()
    for tag in ("script", "style"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", page().decode(), re.DOTALL)
        assert f"'sha256-{b64encode(sha256(inside.encode()).digest()).decode()}'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert headers[b"content-type"] == b"text/html; charset=utf-8"
    assert dict(JSON_HEADERS)[b"cache-control"] == b"no-store"


def test_the_page_refers_to_nothing_outside_itself() -> None:
    text = page().decode()
    addresses = set(re.findall(r"https?://[^\s'\"<>]+", text))
    assert addresses == {"http://www.w3.org/2000/svg"}, "only the name of a namespace"
    assert not re.search(r"<(?:link|script|img|iframe)[^>]*\s(?:src|href)=\"(?!data:)", text)
    assert "style=" not in text
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text)
