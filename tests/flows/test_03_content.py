"""Flow 3: content parts as path, bytes, file object and URL, with a rewriter and without."""

from __future__ import annotations

import asyncio
import base64
import io
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import answers
import plugging
import pytest
from plugging import provider
from rawserver import RawServer

import jackfield
from jackfield.envelope import Call, Fetch
from jackfield.manifest import Manifest, Reserved, Rewriter
from jackfield.sources import Source

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
LIMIT = 100_000


def sources_in(value: Any) -> list[Source]:
    if isinstance(value, Source):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [source for item in items for source in sources_in(item)]


def with_data(value: Any, fetched: Any) -> Any:
    if isinstance(value, Source):
        return "data:image/png;base64," + base64.b64encode(fetched[value].data).decode()
    if isinstance(value, dict):
        return {key: with_data(item, fetched) for key, item in value.items()}
    if isinstance(value, list):
        return [with_data(item, fetched) for item in value]
    return value


def urls_as_sources(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: Source.url(item)
            if key == "url" and isinstance(item, str) and item.startswith("http")
            else urls_as_sources(item)
            for key, item in value.items()
        }
    return [urls_as_sources(item) for item in value] if isinstance(value, list) else value


def inline(call: Call) -> Any:
    """Put data URLs where sources are."""
    params = call.params
    if not sources_in(params):
        params = urls_as_sources(params)
        return call.replace(params=params) if sources_in(params) else None
    missing = [source for source in sources_in(params) if source not in call.fetched]
    if missing:
        return Fetch(missing, max_bytes=LIMIT)
    return call.replace(params=with_data(params, call.fetched))


def content_plugin() -> Manifest:
    rewriter = Rewriter(plugging.module(transform_request=inline), ("chat",), parts=("image_url",))
    return Manifest(name="throwaway-content", rewriters=(rewriter,))


@pytest.fixture
def upstream(serve: Callable[..., RawServer]) -> RawServer:
    return serve(lambda asked, wire: wire.reply(200, answers.completion()))


def message(value: Any) -> list[dict[str, Any]]:
    image = {"type": "image_url", "image_url": {"url": value, "detail": "low"}}
    return [{"role": "user", "content": [{"type": "text", "text": "what?"}, image]}]


def client_with(upstream: RawServer, *plugins: Any, **more: Any) -> jackfield.Client:
    manifest = provider("acme", upstream.base_url)
    return jackfield.Client(plugins=[manifest, *plugins], max_retries=0, **more)


def arrived(upstream: RawServer) -> Any:
    return upstream.requests[-1].json["messages"][0]["content"][1]["image_url"]


EXPECTED = {"url": "data:image/png;base64," + base64.b64encode(PNG).decode(), "detail": "low"}


def given_as(kind: str, folder: Path) -> Any:
    path = folder / "a.png"
    path.write_bytes(PNG)
    if kind == "path":
        return path
    if kind == "bytes":
        return PNG
    file = io.BytesIO(b"skipped" + PNG)
    file.seek(7)
    return file


@pytest.mark.parametrize("kind", ["path", "bytes", "file"])
def test_a_rewriter_gets_the_bytes_of_whatever_was_given(
    upstream: RawServer, tmp_path: Path, kind: str
) -> None:
    given = given_as(kind, tmp_path)
    with client_with(upstream, content_plugin()) as client:
        client.completion("acme/m", message(given))
    assert arrived(upstream) == EXPECTED
    if kind == "file":
        assert given.tell() == 7


@pytest.mark.parametrize("kind", ["path", "bytes", "file"])
def test_a_rewriter_does_on_asyncio_too(upstream: RawServer, tmp_path: Path, kind: str) -> None:
    async def main() -> None:
        plugins = [provider("acme", upstream.base_url), content_plugin()]
        async with jackfield.AsyncClient(plugins=plugins) as client:
            await client.completion("acme/m", message(given_as(kind, tmp_path)))

    asyncio.run(main())
    assert arrived(upstream) == EXPECTED


def test_each_source_is_read_once(upstream: RawServer) -> None:
    class Counting(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            Counting.reads += bool(data)
            return data

    file = Counting(PNG)
    with client_with(upstream, content_plugin()) as client:
        client.completion("acme/m", message(file))
    assert Counting.reads == 1


def test_without_a_trigger_the_rewriter_is_not_asked(upstream: RawServer) -> None:
    def never(call: Call) -> None:
        raise AssertionError("asked")

    rewriter = Rewriter(plugging.module(transform_request=never), ("chat",), parts=("image_url",))
    plugin = Manifest(name="never", rewriters=(rewriter,))
    with client_with(upstream, plugin) as client:
        client.completion("acme/m", answers.HELLO)
        with pytest.raises(jackfield.PluginError, match="asked"):
            client.completion("acme/m", message("data:image/png;base64,AA=="))


# Without the content plugin ------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["https://example.com/a.png", "data:image/png;base64,AAAA", "file-123"]
)
def test_without_it_official_parts_go_as_given(upstream: RawServer, url: str) -> None:
    with jackfield.Client(plugins=["openai"], api_key="k", base_url=upstream.base_url) as client:
        client.completion("gpt-4o", message(url))
    assert arrived(upstream) == {"url": url, "detail": "low"}


@pytest.mark.parametrize("kind", ["path", "bytes", "file"])
@pytest.mark.parametrize("bare", [False, True], ids=["object", "bare"])
def test_without_it_anything_else_is_an_error_that_names_it(
    upstream: RawServer, tmp_path: Path, kind: str, bare: bool
) -> None:
    given = message(given_as(kind, tmp_path))
    if bare:
        given[0]["content"][1]["image_url"] = given[0]["content"][1]["image_url"]["url"]
    with jackfield.Client(plugins=["openai"], api_key="k", base_url=upstream.base_url) as client:
        with pytest.raises(jackfield.RequestError, match="jackfield-openai-content") as caught:
            client.completion("gpt-4o", given)
        assert caught.value.path is not None
        assert caught.value.path.startswith("messages[0].content[1].image_url")
    assert upstream.requests == []


def test_a_source_in_a_part_that_nobody_reserved_is_an_error_with_its_path(
    upstream: RawServer,
) -> None:
    with (
        client_with(upstream) as client,
        pytest.raises(jackfield.RequestError, match="no installed plugin"),
    ):
        client.completion("acme/m", [{"role": "user", "content": [{"type": "odd", "x": PNG}]}])
    assert upstream.requests == []


def test_any_plugin_can_reserve_parts_for_a_distribution(upstream: RawServer) -> None:
    reserved = Manifest(name="other", reserved=(Reserved("acme-pictures", parts=("odd",)),))
    with (
        client_with(upstream, reserved) as client,
        pytest.raises(jackfield.RequestError, match="acme-pictures"),
    ):
        client.completion("acme/m", [{"role": "user", "content": [{"type": "odd", "x": PNG}]}])


# URLs ----------------------------------------------------------------------------------------


def resolving(monkeypatch: pytest.MonkeyPatch, names: dict[str, list[list[str]]]) -> list[str]:
    """Answer look-ups from a table; each name's answers in turn, the last one for ever."""
    asked: list[str] = []

    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in names:
            return real(host, port, *args, **kwargs)
        asked.append(host)
        turns = names[host]
        return [
            found
            for address in (turns.pop(0) if len(turns) > 1 else turns[0])
            for found in real(address, port, *args, **kwargs)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/a.png",
        "http://localhost:{port}/a.png",
        "http://[::1]:{port}/a.png",
        "http://[::ffff:127.0.0.1]:{port}/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://0.0.0.0:{port}/",
        "http://2130706433:{port}/a.png",
    ],
)
def test_a_url_to_a_private_address_is_refused(
    upstream: RawServer, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def offline(host: str, *args: Any, **kwargs: Any) -> Any:
        return real("127.0.0.1" if host in ("localhost", "2130706433") else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    with (
        client_with(upstream, content_plugin()) as client,
        pytest.raises(jackfield.SourceError, match="private address"),
    ):
        client.completion("acme/m", message(url.format(port=upstream.port)))
    assert upstream.requests == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.com/a", "gopher://x/"])
def test_other_schemes_are_left_alone_or_refused(upstream: RawServer, url: str) -> None:
    fetching = Rewriter(
        plugging.module(
            transform_request=lambda call: None if call.fetched else Fetch([Source.url(url)])
        ),
        ("chat",),
        always=True,
    )
    with (
        client_with(upstream, Manifest(name="any", rewriters=(fetching,))) as client,
        pytest.raises(jackfield.SourceError, match="only http and https"),
    ):
        client.completion("acme/m", answers.HELLO)


def test_the_connection_goes_to_the_address_that_was_checked(
    upstream: RawServer, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes its mind between check and connection gains nothing."""
    files = serve(lambda asked, wire: wire.reply(200, PNG, content_type="image/png"))
    asked = resolving(monkeypatch, {"files.test": [["127.0.0.1"], ["10.0.0.1"]]})
    monkeypatch.setattr("jackfield.fetching.public", lambda address: address == "127.0.0.1")
    with client_with(upstream, content_plugin()) as client:
        client.completion("acme/m", message(f"http://files.test:{files.port}/a.png"))
    assert asked == ["files.test"]
    assert files.requests[0].headers["host"] == f"files.test:{files.port}"
    assert "authorization" not in files.requests[0].headers
    assert arrived(upstream) == EXPECTED


def test_a_name_with_one_private_address_among_others_is_refused(
    upstream: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, {"files.test": [["93.184.216.34", "127.0.0.1"]]})
    with (
        client_with(upstream, content_plugin()) as client,
        pytest.raises(jackfield.SourceError, match=r"private address 127\.0\.0\.1"),
    ):
        client.completion("acme/m", message("http://files.test/a.png"))


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_redirect_to_a_private_address_is_refused(
    upstream: RawServer, serve: Any, monkeypatch: pytest.MonkeyPatch, asynchronous: bool
) -> None:
    inner = serve(lambda asked, wire: wire.reply(200, b"secret"))
    outer = serve(
        lambda asked, wire: wire.reply(
            302, b"", {"location": f"http://inner.test:{inner.port}/secret"}
        )
    )
    resolving(monkeypatch, {"files.test": [["127.0.0.1"]], "inner.test": [["127.0.0.2"]]})
    monkeypatch.setattr("jackfield.fetching.public", lambda address: address == "127.0.0.1")
    given = message(f"http://files.test:{outer.port}/a.png")
    plugins = [provider("acme", upstream.base_url), content_plugin()]

    async def main() -> None:
        async with jackfield.AsyncClient(plugins=plugins) as client:
            await client.completion("acme/m", given)

    with pytest.raises(jackfield.SourceError, match=r"private address 127\.0\.0\.2"):  # noqa: PT012
        if asynchronous:
            asyncio.run(main())
        else:
            with jackfield.Client(plugins=plugins) as client:
                client.completion("acme/m", given)
    assert len(outer.requests) == 1
    assert inner.requests == []


def test_private_urls_can_be_allowed(upstream: RawServer, serve: Any) -> None:
    files = serve(lambda asked, wire: wire.reply(200, PNG))
    with client_with(upstream, content_plugin(), private_urls=True) as client:
        client.completion("acme/m", message(f"{files.origin}/a.png"))
    assert arrived(upstream) == EXPECTED


@pytest.mark.parametrize("declared", [True, False], ids=["with length", "without"])
def test_a_download_stops_at_its_limit(
    upstream: RawServer, serve: Any, tidy: Any, declared: bool
) -> None:
    sent: list[int] = []

    def endless(asked: Any, wire: Any) -> None:
        wire.head(200, {"content-length": "1000000000"} if declared else {"connection": "close"})
        count = 0
        while wire.send(b"x" * 65536):
            count += 1
        sent.append(count)

    files = serve(endless)
    with client_with(upstream, content_plugin(), private_urls=True) as client:
        with pytest.raises(jackfield.SourceError, match="the limit of 100000"):
            client.completion("acme/m", message(f"{files.origin}/a.png?token=hidden"))
        tidy(client)
    assert upstream.requests == []


def test_a_download_that_fails_says_where_and_shows_no_query(
    upstream: RawServer, serve: Any, tidy: Any
) -> None:
    files = serve(lambda asked, wire: wire.reply(403, b"no"))
    with client_with(upstream, content_plugin(), private_urls=True) as client:
        with pytest.raises(jackfield.SourceError, match="403") as caught:
            client.completion("acme/m", message(f"{files.origin}/a.png?token=hidden"))
        assert "hidden" not in str(caught.value)
        assert files.origin in str(caught.value)
        tidy(client)


@pytest.mark.parametrize("kind", ["path", "bytes", "file"])
def test_local_sources_over_the_limit_are_refused(
    upstream: RawServer, tmp_path: Path, kind: str
) -> None:
    big = b"x" * (LIMIT + 1)
    (tmp_path / "big").write_bytes(big)
    given = {"path": tmp_path / "big", "bytes": big, "file": io.BytesIO(big)}[kind]
    with (
        client_with(upstream, content_plugin()) as client,
        pytest.raises(jackfield.SourceError, match="the limit of"),
    ):
        client.completion("acme/m", message(given))


# Where paths are not read --------------------------------------------------------------------


def test_local_files_can_be_turned_off(upstream: RawServer, tmp_path: Path) -> None:
    path = given_as("path", tmp_path)
    with client_with(upstream, content_plugin(), local_files=False) as client:
        with pytest.raises(jackfield.SourceError, match="local_files=False"):
            client.completion("acme/m", message(path))
        client.completion("acme/m", message(PNG))


def test_a_call_from_a_remote_client_never_reads_a_path(
    upstream: RawServer, tmp_path: Path
) -> None:
    """The proxy's way in: the same flow, with ``origin="remote"``."""
    path = given_as("path", tmp_path)
    with client_with(upstream, content_plugin()) as client:
        ready = client._begin("chat", "acme/m", {"messages": message(path)}, origin="remote")
        with pytest.raises(jackfield.SourceError, match="came over a network"):
            client._driver().run(ready.flow)
    assert upstream.requests == []
