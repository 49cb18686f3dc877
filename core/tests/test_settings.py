"""Settings: what is sent of them, and what they are refused for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield import Client, config
from jackfield.config import Timeouts
from jackfield.effects import Outgoing
from jackfield.errors import ConfigError, RequestError
from jackfield.outgoing import _url
from jackfield.transport.wire import fail
from jackfield_testing.laws import passthrough

SCALARS = st.none() | st.booleans() | st.integers() | st.text()


def asked(**call: Any) -> httpx.Request:
    """The request that a client sends."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"choices": []})

    with httpx.Client(transport=httpx.MockTransport(answer)) as session:
        client = Client(plugins=[passthrough.MANIFEST], api_key="sk-x", client_session=session)
        client.completion("raw/m", **{"messages": [], **call})
    [request] = seen
    return request


# Timeouts ---------------------------------------------------------------------------------------


@given(st.floats(min_value=0, exclude_min=True) | st.integers(min_value=1))
@example(math.inf)
@example(1e20)
@example(10**400)
def test_a_timeout_is_itself_or_no_limit(seconds: float) -> None:
    limit = float(seconds) if seconds < config.FOREVER else None
    found = Timeouts.of(seconds, seconds)
    assert [found.connect, found.read, found.write, found.pool, found.total] == [limit] * 5
    assert found.idle == (limit or config.FOREVER)
    parts = Timeouts.of(httpx.Timeout(5, read=seconds))
    assert (parts.connect, parts.read) == (5, limit)


# The query --------------------------------------------------------------------------------------


@given(st.dictionaries(st.text(min_size=1), SCALARS | st.lists(SCALARS)))
@example({"a": None, "b": True, "c": [False, None, 1], "d": []})
def test_a_query_is_read_as_it_was_given(extra: dict[str, Any]) -> None:
    url = str(asked(extra_query=extra).url)
    wanted = [
        (name, str(item).lower() if isinstance(item, bool) else str(item))
        for name, value in extra.items()
        for item in (value if isinstance(value, list) else [value])
        if item is not None
    ]
    assert parse_qsl(urlsplit(url).query, keep_blank_values=True) == wanted


@pytest.mark.parametrize("value", ["\ud800", ["a", "\udfff"]])
def test_a_query_that_no_url_can_hold_is_named(value: Any) -> None:
    with pytest.raises(RequestError, match=r"extra_query\.a ") as caught:
        asked(extra_query={"a": value})
    assert caught.value.path == "extra_query.a"


@pytest.mark.parametrize("base", ["http://h/v1", "http://h/v1/"])
def test_a_path_is_below_the_base_with_or_without_its_slash(base: str) -> None:
    assert _url(base, "chat") == _url(base, "/chat") == "http://h/v1/chat"
    assert _url(f"{base}?k=1", "chat") == "http://h/v1/chat?k=1"


# Others -----------------------------------------------------------------------------------------


@given(st.dictionaries(st.from_regex(r"[A-Za-z-]{1,9}", fullmatch=True), st.text()))
@example({"X-A": "é"})
@example({"X-A": "a\tb"})
def test_headers_are_ascii_or_refused_by_name(headers: dict[str, str]) -> None:
    if all(text.isascii() and text.replace("\t", " ").isprintable() for text in headers.values()):
        checked = config.check_headers(headers, "headers")
        assert httpx.Headers(checked).raw is not None
        assert checked == {name: text.strip(" \t") for name, text in headers.items()}
    else:
        with pytest.raises(ConfigError, match=r"header '[A-Za-z-]+' .* outside ASCII"):
            config.check_headers(headers, "headers")


@given(st.text() | st.from_regex(r"(xn--)?[a-zé.-]{0,9}", fullmatch=True))
@example("a..b")
@example("a" * 70)
@example("xn--")
@example("xn--bcher-kva.example")
@example("bücher.example.")
@example("a_b.example")
def test_a_host_can_be_asked_for_or_is_refused(host: str) -> None:
    try:
        base = config._base(f"http://{host}/")
    except ConfigError:
        return
    try:
        url = httpx.URL(base)
        url.raw_host.decode("ascii").encode("idna")
        assert isinstance(url.host, str)
    except (httpx.InvalidURL, UnicodeError) as error:
        outgoing = Outgoing("GET", base, {}, None, config.Timeouts.of(None))
        with pytest.raises(ConfigError):
            fail(error, outgoing)


@pytest.fixture
def no_dotenv_read() -> Iterator[None]:
    config.dotenv.cache_clear()
    yield
    config.dotenv.cache_clear()


def test_a_dotenv_file_that_is_no_text_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_dotenv_read: None
) -> None:
    (tmp_path / ".env").write_bytes("OPENAI_API_KEY=caf\u00e9".encode("latin-1"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JACKFIELD_DOTENV", raising=False)
    with pytest.raises(ConfigError, match=r"\.env"):
        config.environment(["JACKFIELD_NOBODY_SETS_THIS"])


def test_one_message_is_not_taken_for_a_list_of_its_keys() -> None:
    from jackfield.surfaces.chat import Message

    message = {"role": "user", "content": "Hello"}
    sent = asked(messages=Message(message))
    assert b'"messages":{"role":"user","content":"Hello"}' in sent.content
