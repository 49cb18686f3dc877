"""Flow 3: content parts as path, bytes, file object and URL, with a rewriter and without."""

from __future__ import annotations

import asyncio
import base64
import contextlib
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
from jackfield.envelope import Call, Fetch, WireRequest
from jackfield.manifest import Manifest, Reserved, Rewriter
from jackfield.sources import Source
from jackfield_testing import laws

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

    with pytest.raises(jackfield.SourceError, match=r"private address 127\.0\.0\.2"):  # noqa: PT012 - with its end
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
    with (
        client_with(upstream, content_plugin(), origin="remote") as client,
        pytest.raises(jackfield.SourceError, match="came over a network"),
    ):
        client.completion("acme/m", message(path))
    assert upstream.requests == []


# The plugin for OpenAI's parts ---------------------------------------------------------------

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(64))
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + bytes(24)
FORMS = ["path", "path as text", "bytes", "file", "stream", "base64", "data URL", "source"]
OFFICIAL: dict[str, dict[str, Any]] = {
    "image": {"type": "image_url", "image_url": EXPECTED},
    "file": {
        "type": "file",
        "file": {
            "file_data": "data:application/pdf;base64," + base64.b64encode(PDF).decode(),
            "filename": "file.pdf",
        },
    },
    "audio": {
        "type": "input_audio",
        "input_audio": {"data": base64.b64encode(WAV).decode(), "format": "wav"},
    },
}
Ask = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest, upstream: RawServer, tidy: Any) -> Ask:
    """Send parts with the plugin installed; gives those that arrive."""

    def blocking(parts: Any, model: str, plugins: list[Any], call: Any, client: Any) -> None:
        with jackfield.Client(plugins=plugins, **client) as made:
            try:
                made.completion(model, [{"role": "user", "content": parts}], **call)
            finally:
                tidy(made)

    async def on_loop(parts: Any, model: str, plugins: list[Any], call: Any, client: Any) -> None:
        async with jackfield.AsyncClient(plugins=plugins, **client) as made:
            try:
                await made.completion(model, [{"role": "user", "content": parts}], **call)
            finally:
                tidy(made)

    def send(
        *parts: Any, model: str = "gpt-4o", call: dict[str, Any] | None = None, **client: Any
    ) -> Any:
        acme = provider("acme", upstream.base_url)
        plugins = ["openai", "openai-content", acme]
        client = {"api_key": "k", "base_url": upstream.base_url, "max_retries": 0} | client
        if request.param == "sync":
            blocking(list(parts), model, plugins, call or {}, client)
        else:
            asyncio.run(on_loop(list(parts), model, plugins, call or {}, client))
        return upstream.requests[-1].json["messages"][0]["content"]

    return send


def part_of(kind: str, value: Any) -> dict[str, Any]:
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": value, "detail": "low"}}
    if kind == "file":
        return {"type": "file", "file": value}
    return {"type": "input_audio", "input_audio": value}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["image", "file", "audio"])
def test_every_form_of_every_kind_arrives_as_the_official_part(
    ask: Ask, upstream: RawServer, tmp_path: Path, kind: str, form: str
) -> None:
    content, name, media = {
        "image": (PNG, "file.png", "image/png"),
        "file": (PDF, "file.pdf", "application/pdf"),
        "audio": (WAV, "file.wav", "audio/wav"),
    }[kind]
    forms = laws.forms_of(content, tmp_path / name, media)
    forms["file"] = forms["file object"]
    given = forms[form]()
    for model in ("gpt-4o", "acme/m"):  # OpenAI's plugin, and one of somebody else
        given = forms[form]()
        assert ask(part_of(kind, given), model=model) == [OFFICIAL[kind]]
    if form == "file":
        assert given.tell() == len(b"read already")


def test_the_callers_messages_stay(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    parts = [part_of("image", tmp_path / "a.png"), part_of("file", {"file_data": PDF})]
    ask(*parts)
    assert parts == [part_of("image", tmp_path / "a.png"), part_of("file", {"file_data": PDF})]


class Counted(io.BytesIO):
    """A file that counts how often it gives anything."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.reads += bool(data)
        return data


def test_a_file_given_twice_is_read_once(ask: Ask) -> None:
    file = Counted(PNG)
    image = part_of("image", file)
    assert ask(image, {"type": "image_url", "image_url": file}, image)[2] == OFFICIAL["image"]
    assert file.reads == 1
    stream = laws.Once(PDF)
    parts = ask(part_of("file", stream), part_of("file", {"file_data": stream}))
    assert parts == [OFFICIAL["file"], OFFICIAL["file"]]


@pytest.mark.parametrize("status", [500, 429])
def test_a_retry_sends_a_stream_again_that_could_be_read_only_once(
    ask: Ask, serve: Any, status: int
) -> None:
    bodies = []

    def second_time(asked: Any, wire: Any) -> None:
        bodies.append(asked.json)
        last = len(bodies) > 1
        wire.reply(200 if last else status, answers.completion() if last else answers.error())

    flaky = serve(second_time)
    with contextlib.suppress(IndexError):  # nothing arrives at the other one
        ask(
            part_of("image", laws.Once(PNG)),
            call={"base_url": flaky.base_url, "max_retries": 1},
            jitter=lambda: 0.0,
        )
    assert [body["messages"][0]["content"] for body in bodies] == [[OFFICIAL["image"]]] * 2


def test_a_stream_of_chunks_may_begin_with_an_image(serve: Any) -> None:
    pieces = answers.events(answers.chunks("a", "cat"))
    upstream = serve(lambda asked, wire: wire.stream(pieces))
    plugins = ["openai", "openai-content"]
    with jackfield.Client(plugins=plugins, api_key="k", base_url=upstream.base_url) as client:
        chunks = list(client.completion("gpt-4o", message(PNG), stream=True))
    assert len(chunks) == 4
    assert arrived(upstream) == EXPECTED


def test_a_corrected_name_is_told_in_the_warnings(upstream: RawServer) -> None:
    part = part_of("file", {"file_data": PDF, "filename": "report.txt"})
    plugins = ["openai", "openai-content"]
    with jackfield.Client(plugins=plugins, api_key="k", base_url=upstream.base_url) as client:
        answer = client.completion("gpt-4o", [{"role": "user", "content": [part]}])
    [loss] = answer.warnings
    assert (loss.path, loss.kind) == ("messages[0].content[0].file.filename", "mapped")
    sent = upstream.requests[-1].json["messages"][0]["content"][0]["file"]
    assert sent["filename"] == "report.pdf"


@pytest.mark.parametrize("name", ["a\0b.png", "\ud800.png", "missing.png", ""])
def test_a_path_that_no_file_has_is_told(ask: Ask, upstream: RawServer, name: str) -> None:
    with pytest.raises(jackfield.SourceError) as caught:
        ask(part_of("image", Path(name)))
    assert name.strip("\0\ud800") in str(caught.value) or "\\" in str(caught.value)
    assert upstream.requests == []


# Its limits ----------------------------------------------------------------------------------


class Large(io.RawIOBase):
    """A file of 200 MB that must not be read."""

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return 0

    def seek(self, offset: int, whence: int = 0) -> int:
        return 200_000_000 if whence == 2 else offset

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("it is read")


@pytest.mark.parametrize("kind", ["image", "file", "audio"])
def test_a_file_of_200_megabytes_is_refused_before_it_is_read(
    ask: Ask, upstream: RawServer, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    path.chmod(0)  # where it can't be opened, it is not
    for value in (path, Large()):
        with pytest.raises(jackfield.SourceError, match="200000000 bytes, more than the limit"):
            ask(part_of(kind, value))
    assert upstream.requests == []


@pytest.mark.parametrize("where", ["client", "call"])
def test_max_file_bytes_sets_another_limit(ask: Ask, upstream: RawServer, where: str) -> None:
    for kind, content in (("image", PNG), ("file", PDF), ("audio", WAV)):
        part = part_of(kind, content)
        size = len(content)
        enough, tight = {"max_file_bytes": size}, {"max_file_bytes": size - 1}
        given = (lambda limit: {"call": limit}) if where == "call" else (lambda limit: limit)
        assert ask(part, **given(enough)) == [OFFICIAL[kind]]
        before = len(upstream.requests)
        with pytest.raises(jackfield.SourceError, match=f"{size} bytes, more than"):
            ask(part, **given(tight))
        assert len(upstream.requests) == before


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("kind", ["image", "file", "audio"])
def test_paths_are_not_read_where_local_files_are_off(
    ask: Ask, upstream: RawServer, tmp_path: Path, kind: str, as_text: bool
) -> None:
    path = given_as("path", tmp_path)
    with pytest.raises(jackfield.SourceError, match="local_files=False"):
        ask(part_of(kind, str(path) if as_text else path), local_files=False)
    assert upstream.requests == []


def test_a_remote_client_names_no_file_and_sends_base64_as_ever(
    upstream: RawServer, tmp_path: Path
) -> None:
    path = str(given_as("path", tmp_path))
    given = [
        {"type": "image_url", "image_url": path},
        {"type": "image_url", "image_url": {"url": path}},
        {"type": "file", "file": path},
        {"type": "file", "file": {"file_data": path, "filename": "a.png"}},
        {"type": "file", "file": {"url": path}},
        {"type": "input_audio", "input_audio": path},
        {"type": "input_audio", "input_audio": {"data": path}},
    ]
    base = {"type": "image_url", "image_url": base64.b64encode(PNG).decode()}
    messages = [{"role": "user", "content": [*given, base]}]
    plugins: list[Any] = ["openai-content", provider("acme", upstream.base_url)]
    with jackfield.Client(plugins=plugins, origin="remote") as client:
        client.completion("acme/m", messages)
    sent = upstream.requests[-1].json["messages"][0]["content"]
    assert sent == [*given, {"type": "image_url", "image_url": {"url": EXPECTED["url"]}}]


# Its downloads -------------------------------------------------------------------------------


def file_at(url: str, field: str = "file_id") -> dict[str, Any]:
    return {"type": "file", "file": {field: url}}


@pytest.mark.parametrize("field", ["file_id", "file_url", "url", "file_data"])
def test_a_files_url_is_downloaded_for_chat(
    ask: Ask, serve: Any, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    files = serve(lambda asked, wire: wire.reply(200, PDF, content_type="application/pdf"))
    resolving(monkeypatch, {"files.test": [["127.0.0.1"]]})
    monkeypatch.setattr("jackfield.fetching.public", lambda address: address == "127.0.0.1")
    url = f"http://files.test:{files.port}/papers/a%20paper.pdf?token=1"
    sent = ask(file_at(url, field))
    assert sent[0]["file"] == {**OFFICIAL["file"]["file"], "filename": "a paper.pdf"}
    assert [asked.target for asked in files.requests] == ["/papers/a%20paper.pdf?token=1"]
    assert "authorization" not in files.requests[0].headers


def test_one_url_given_twice_is_downloaded_once(ask: Ask, serve: Any) -> None:
    files = serve(lambda asked, wire: wire.reply(200, PDF))
    url = f"{files.origin}/file.pdf"
    parts = ask(file_at(url), {"type": "file", "file": url}, private_urls=True)
    assert parts == [OFFICIAL["file"], OFFICIAL["file"]]
    assert len(files.requests) == 1


def test_an_images_url_is_never_asked_for(ask: Ask, serve: Any) -> None:
    files = serve(lambda asked, wire: wire.reply(200, PNG))
    for url in (f"{files.origin}/a.png", "http://169.254.169.254/a.png"):
        [sent] = ask({"type": "image_url", "image_url": url})
        assert sent == {"type": "image_url", "image_url": {"url": url}}
    assert files.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/a.pdf",
        "http://[::1]:{port}/a.pdf",
        "http://[::ffff:127.0.0.1]:{port}/a.pdf",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/a.pdf",
        "http://user:secret@192.168.0.1/a.pdf",
    ],
)
@pytest.mark.parametrize("kind", ["file", "audio"])
def test_a_files_url_to_a_private_address_is_refused(
    ask: Ask, upstream: RawServer, kind: str, url: str
) -> None:
    part = part_of(kind, url.format(port=upstream.port))
    with pytest.raises(jackfield.SourceError, match="private address") as caught:
        ask(part)
    assert "secret" not in str(caught.value)
    assert upstream.requests == []


def test_a_files_url_that_redirects_to_a_private_address_is_refused(
    ask: Ask, serve: Any, upstream: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = serve(lambda asked, wire: wire.reply(200, PDF))
    there = {"location": f"http://inner.test:{inner.port}/a.pdf"}
    outer = serve(lambda asked, wire: wire.reply(302, b"", there))
    resolving(monkeypatch, {"files.test": [["127.0.0.1"]], "inner.test": [["127.0.0.2"]]})
    monkeypatch.setattr("jackfield.fetching.public", lambda address: address == "127.0.0.1")
    with pytest.raises(jackfield.SourceError, match=r"private address 127\.0\.0\.2"):
        ask(file_at(f"http://files.test:{outer.port}/a.pdf"))
    assert (len(outer.requests), inner.requests, upstream.requests) == (1, [], [])


def test_a_name_that_changes_its_mind_is_asked_once(
    ask: Ask, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = serve(lambda asked, wire: wire.reply(200, PDF))
    asked = resolving(monkeypatch, {"files.test": [["127.0.0.1"], ["10.0.0.1"]]})
    monkeypatch.setattr("jackfield.fetching.public", lambda address: address == "127.0.0.1")
    assert ask(file_at(f"http://files.test:{files.port}/file.pdf")) == [OFFICIAL["file"]]
    assert asked == ["files.test"]


@pytest.mark.parametrize(
    ("status", "content", "kind", "words"),
    [
        (404, b"no", "text/plain", "status 404"),
        (200, b"<html>log in</html>", "text/html; charset=utf-8", "web page"),
        (200, PNG, "image/png", "give it in a part of type 'image_url'"),
        (200, b"", "application/pdf", "is empty"),
        (200, PDF, "application/pdf", "the limit of 50 bytes"),
    ],
)
def test_a_download_that_is_not_what_it_should_be(
    ask: Ask,
    serve: Any,
    upstream: RawServer,
    status: int,
    content: bytes,
    kind: str,
    words: str,
) -> None:
    files = serve(lambda asked, wire: wire.reply(status, content, content_type=kind))
    limit = 50 if "limit" in words else 1000
    url = f"{files.origin}/a.pdf?token=hidden"
    with pytest.raises(jackfield.SourceError, match=words) as caught:
        ask(file_at(url), private_urls=True, max_file_bytes=limit)
    assert "hidden" not in str(caught.value)
    assert upstream.requests == []


# Responses -----------------------------------------------------------------------------------


def send_as_responses(call: Call) -> WireRequest:
    return WireRequest(path="/responses", body=call.body())


def test_parts_of_responses(upstream: RawServer, serve: Any, tmp_path: Path) -> None:
    files = serve(lambda asked, wire: wire.reply(200, PDF))
    (tmp_path / "a.pdf").write_bytes(PDF)
    url = f"{files.origin}/a.pdf"
    given: list[dict[str, Any]] = [
        {"type": "input_image", "image_url": PNG, "detail": "low"},
        {"type": "input_file", "file_data": str(tmp_path / "a.pdf")},
        {"type": "input_file", "file_id": url},
        {"type": "input_audio", "input_audio": {"data": io.BytesIO(WAV)}},
        {"type": "input_file", "file_id": "file-1"},
    ]
    data = OFFICIAL["file"]["file"]["file_data"]
    wanted = [
        {"type": "input_image", "image_url": EXPECTED["url"], "detail": "low"},
        {"type": "input_file", "file_data": data, "filename": "a.pdf"},
        {"type": "input_file", "file_url": url},
        OFFICIAL["audio"],
        {"type": "input_file", "file_id": "file-1"},
    ]
    acme = provider(
        "acme",
        upstream.base_url,
        surface="responses",
        hooks={"transform_request": send_as_responses},
    )

    def items(parts: list[Any]) -> list[Any]:
        return [
            {"role": "user", "content": parts},
            {"type": "function_call_output", "call_id": "c", "output": parts},
        ]

    async def on_loop() -> None:
        async with jackfield.AsyncClient(plugins=[acme, "openai-content"]) as client:
            given[3]["input_audio"] = {"data": io.BytesIO(WAV)}
            await client.call("responses", "acme/m", input=items(given))

    with jackfield.Client(plugins=[acme, "openai-content"]) as client:
        client.call("responses", "acme/m", input=items(given))
    asyncio.run(on_loop())
    assert [asked.json["input"] for asked in upstream.requests] == [items(wanted)] * 2
    assert files.requests == []
