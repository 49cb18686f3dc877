"""The status page: one static page, the JSON that it polls, and the record of recent errors."""

from __future__ import annotations

from jackfield_proxy.status.page import JSON_HEADERS, page, page_headers
from jackfield_proxy.status.recent import Recent
from jackfield_proxy.status.snapshot import snapshot

__all__ = ["JSON_HEADERS", "Recent", "page", "page_headers", "snapshot"]
