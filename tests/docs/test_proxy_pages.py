"""The proxy's reference pages are what its code says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import docpages
import pytest

import jackfield_proxy
from jackfield_proxy import local
from jackfield_proxy.config import model
from jackfield_proxy.metrics.families import COUNTED, IN_FLIGHT
from jackfield_proxy.requests import endpoints
from jackfield_proxy.requests.access import FORBIDDEN

HTTP = docpages.page("docs/pages/reference/proxy-http.md")
PACKAGE = Path(jackfield_proxy.__path__[0])
SOURCE = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))


@pytest.fixture(scope="module")
def proxy_config() -> Any:
    path = docpages.ROOT / "docs" / "proxy_config.py"
    spec = importlib.util.spec_from_file_location("docs_proxy_config", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def section(title: str) -> str:
    found = HTTP.text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    assert found, title
    return found


def named(text: str) -> set[str]:
    """What stands between backquotes in the first cells of a section's tables."""
    return {
        name
        for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
        for name in re.findall(r"`([^`]+)`", row)
    }


# The file -----------------------------------------------------------------------------------------


def test_the_page_is_made_from_the_classes(proxy_config: Any) -> None:
    written = proxy_config.PAGE.read_text("utf-8")
    assert written == proxy_config.page(), "run: python docs/proxy_config.py"


def test_every_key_is_on_the_page(proxy_config: Any) -> None:
    text = proxy_config.page()
    for cls in (model.Model, model.Params, model.Info, model.General, model.Router, model.Defaults):
        for field in proxy_config.fields(cls):
            assert "| " + " or ".join(f"`{k}`" for k in proxy_config.keys_of(field)) in text


# HTTP ---------------------------------------------------------------------------------------------


def test_every_endpoint_is_on_the_page() -> None:
    paths = {
        re.sub(r":path", "", endpoint.path)
        for endpoint in (*endpoints.CREATES, *endpoints.STORED, *endpoints.LISTS)
    }
    paths |= {path for _, path in (*local.PUBLIC, *local.PRIVATE)}
    assert named(section("Endpoints")) == paths


def test_every_error_code_is_on_the_page() -> None:
    codes = set(re.findall(r'\bcode="(\w+)"', SOURCE)) | set(re.findall(r'"code":"(\w+)"', SOURCE))
    table = section("Errors")
    shown = set(re.findall(r"^\| \d{3} \| `(\w+)` \|", table, re.MULTILINE))
    assert codes == shown


def test_every_header_of_ours_is_on_the_page() -> None:
    headers = set(re.findall(r'b"(x-jackfield-[a-z-]*[a-z])"', SOURCE))
    assert headers
    assert headers <= named(section("Headers in answers"))


def test_every_field_of_the_log_is_on_the_page() -> None:
    source = (PACKAGE / "logs.py").read_text("utf-8")
    fields = set(re.findall(r'^ +"(\w+)":', source, re.MULTILINE))
    fields |= set(re.findall(r'line\["(\w+)"\]', source))
    assert named(section("The log")) == fields


def test_every_metric_and_label_is_on_the_page() -> None:
    text = section("Metrics")
    for group in (*COUNTED, IN_FLIGHT):
        for metric in group.metrics:
            row = re.search(rf"^\| `{metric.name}` \|.*$", text, re.MULTILINE)
            assert row is not None, metric.name
            assert set(group.labels) <= set(re.findall(r"`(\w+)`", row[0])), metric.name


def test_every_forbidden_field_is_on_the_page() -> None:
    assert set(re.findall(r"`(\w+)`", section("Requests"))) >= FORBIDDEN
