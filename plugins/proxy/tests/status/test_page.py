"""The page in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from browser import Browser
from scripted_status import Scripted

CHARTS = ("rate", "latency", "tokens", "errors")


@pytest.fixture
def start() -> Iterator[Callable[..., Scripted]]:
    """Start scripted servers that end with the test."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(Scripted(**how))


def _polled(browser: Browser, server: Scripted, times: int) -> None:
    wanted = server.polls + times
    browser.until(lambda: server.polls >= wanted, f"{times} polls")


def _legend(browser: Browser, chart: str) -> str:
    return browser.text(f"#chart-{chart} .legend")


def _ours(console: list[str]) -> list[str]:
    """What the page is to blame for; the browser itself notes every refused request."""
    return [line for line in console if " network: " not in line]


def test_charts_are_drawn_from_successive_totals(
    browser: Browser, start: Callable[..., Scripted]
) -> None:
    server = start(each=10)
    browser.open(server.url)
    browser.until(lambda: browser.shown("#chart-rate .curve"), "a curve")
    _polled(browser, server, 8)
    browser.until(lambda: _legend(browser, "rate") == "all5", "10 requests in 2 s")
    assert re.fullmatch(r"output100input500", _legend(browser, "tokens"))
    # All took half a second: between the bounds around it.
    p50, p95 = re.findall(r"p\d\d(\d+) ms", _legend(browser, "latency"))
    assert 350 <= int(p50) <= int(p95) <= 725
    assert _legend(browser, "errors") == "5xx0 %4xx0 %"
    for chart in CHARTS:
        path = browser.run(
            "return document.querySelector(arguments[0]).getAttribute('d')",
            f"#chart-{chart} .curve",
        )
        assert path.count("L") >= 5
        assert "NaN" not in path
        label = browser.run(
            "return document.querySelector(arguments[0]).getAttribute('aria-label')",
            f"#chart-{chart} svg",
        )
        assert "at most" in label
    assert browser.text("#live") == "Live"
    assert browser.text("#version") == "1.2.3"
    assert browser.text("#config") == "config.yaml"
    assert not browser.console()


def test_nothing_but_the_page_and_its_json_is_requested(
    browser: Browser, start: Callable[..., Scripted]
) -> None:
    server = start(each=1)
    browser.open(server.url)
    _polled(browser, server, 3)
    outside = {url for url in browser.requested() if not url.startswith(("data:", "about:"))}
    assert outside == {server.url, f"{server.origin}/status.json"}
    assert all("cookie" not in asked.headers for asked in server.requests)
    assert browser.run("return document.cookie") == ""


def test_the_policy_stops_what_is_not_the_pages_own(
    browser: Browser, start: Callable[..., Scripted]
) -> None:
    server = start()
    browser.open(server.url)
    _polled(browser, server, 1)
    # Run in the page itself: what a driver injects isn't subject to the policy.
    browser.run(
        "const s = document.createElement('style'); s.textContent = 'body { opacity: 0.5 }';"
        "document.head.append(s);"
    )
    assert browser.run("return getComputedStyle(document.body).opacity") == "1"
    assert any("Content Security Policy" in line for line in browser.console())


def test_an_error_message_is_text_whatever_it_says(
    browser: Browser, start: Callable[..., Scripted]
) -> None:
    server = start()
    evil = "<script>window.struck = 1</script><img src=x onerror='window.struck = 1'>"
    server.recent.add(evil, "gpt-4o:a", 500, f"boom {evil}", at=server.now)
    server.deployments = [dict.fromkeys(("id", "model_name", "model", "host", "mode"), evil)]
    browser.open(server.url)
    browser.until(lambda: browser.shown("#errors tbody tr"), "the error")
    _polled(browser, server, 2)
    assert f"boom {evil}" in browser.text("#errors tbody")
    assert evil in browser.text("#deployments tbody")
    assert browser.run("return window.struck ?? null") is None
    assert browser.run("return document.querySelectorAll('script, img').length") == 1
    assert not browser.console()


def test_the_same_error_again_and_again_is_one_row(
    browser: Browser, start: Callable[..., Scripted]
) -> None:
    server = start()
    for _ in range(12):
        server.recent.add("gpt-4o", "gpt-4o:a", 503, "overloaded", at=server.now)
    server.recent.add("gpt-4o", "gpt-4o:a", 400, "another", at=server.now + 1)
    browser.open(server.url)
    browser.until(lambda: browser.shown("#errors tbody tr"), "the errors")
    rows = browser.run(
        "return [...document.querySelectorAll('#errors tbody tr')].map(r => r.innerText)"
    )
    assert len(rows) == 2
    assert "another" in rows[0]
    assert "12 times since" in rows[1]


def test_the_health_of_deployments_is_told_in_words(
    browser: Browser, start: Callable[..., Scripted]
) -> None:
    server = start(each=1)
    browser.open(server.url)
    state = lambda row: browser.text(f"#deployments tbody tr:nth-child({row}) td.state")
    browser.until(lambda: state(1) == "OK", "a deployment that is well")
    assert state(2) == "Not used yet"
    server.served(4, status=503, deployment="b")
    browser.until(lambda: state(2).startswith("Failing4 of 4"), "a deployment that fails")
    server.resting = {"gpt-4o:b": (server.now + 600, "503 three times in a row")}
    browser.until(lambda: state(2).startswith("Resting"), "a deployment that rests")
    assert state(2).endswith(": 503 three times in a row")
    assert "2, 1 not well" in browser.text("#deployments-count")
    server.resting = {}
    server.served(40, deployment="b")
    browser.until(lambda: state(2) == "OK", "a deployment that is well again")
    browser.until(lambda: "5xx" in _legend(browser, "errors"), "the share of errors")
    assert not browser.console()


def test_no_data_yet_is_said(browser: Browser, start: Callable[..., Scripted]) -> None:
    server = start()
    server.deployments = []
    browser.open(server.url)
    _polled(browser, server, 3)
    browser.until(
        lambda: "No request in the last 5 minutes" in browser.text("#chart-latency svg"), "a word"
    )
    assert browser.shown("#no-deployments")
    assert browser.shown("#no-errors")
    assert not browser.shown("#deployments")
    assert browser.text("#first") == "\N{EN DASH}"
    assert not browser.console()


def test_a_key_is_asked_for_kept_in_the_tab_and_forgotten(
    browser: Browser, start: Callable[..., Scripted]
) -> None:
    server = start(key="sk-right", each=1)
    browser.open(server.url)
    browser.until(lambda: browser.shown("#lock"), "the form")
    assert not browser.shown("#board")
    assert browser.run("return document.activeElement.id") == "key"
    assert "authorization" not in server.requests[-1].headers

    field = browser.driver.find_element("id", "key")
    field.send_keys("sk-wrong\n")
    browser.until(lambda: browser.shown("#wrong"), "the refusal")
    assert browser.text("#wrong") == "The server refused this key."
    assert browser.run("return sessionStorage.length") == 0
    field.send_keys("schlüssel-✓\n")
    browser.until(lambda: "no such characters" in browser.text("#wrong"), "no such key")

    field.send_keys("sk-right")
    browser.driver.find_element("css selector", "#lock button").click()
    browser.until(lambda: browser.shown("#chart-rate .curve"), "the charts")
    assert not browser.shown("#lock")
    assert server.requests[-1].headers["authorization"] == "Bearer sk-right"
    assert all("sk-" not in asked.target for asked in server.requests)
    assert browser.run("return localStorage.length") == 0

    browser.driver.refresh()
    browser.until(lambda: browser.shown("#board"), "the board, without asking again")
    browser.driver.find_element("id", "forget").click()
    assert browser.shown("#lock")
    assert not browser.shown("#board")
    assert browser.run("return sessionStorage.length") == 0
    browser.driver.refresh()
    browser.until(lambda: browser.shown("#lock"), "the form once more")
    assert not _ours(browser.console())


def test_a_key_that_changes_is_asked_for_again(
    browser: Browser, start: Callable[..., Scripted]
) -> None:
    server = start(each=1)
    browser.open(server.url)
    browser.until(lambda: browser.shown("#board"), "the board")
    server.key = "sk-new"
    browser.until(lambda: browser.shown("#lock"), "the form")
    assert not browser.shown("#board")
    browser.driver.find_element("id", "key").send_keys("sk-new\n")
    browser.until(lambda: browser.shown("#board"), "the board again")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("silent", "The server does not answer."),
        ("status", "The server is there but has no status."),
        ("nonsense", "The server\N{RIGHT SINGLE QUOTATION MARK}s answer makes no sense."),
    ],
)
def test_trouble_is_told_and_ends(
    browser: Browser, start: Callable[..., Scripted], broken: str, said: str
) -> None:
    server = start(each=1)
    browser.open(server.url)
    browser.until(lambda: browser.shown("#chart-rate .curve"), "the charts")
    server.broken = broken
    browser.until(lambda: browser.shown("#notice"), "the notice")
    assert browser.text("#notice-what") == said
    assert "Its last answer came" in browser.text("#notice-ago")
    assert browser.text("#live") == "No answer"
    assert browser.shown("#chart-rate .curve")
    server.broken = ""
    browser.until(lambda: not browser.shown("#notice"), "the end of the notice")
    assert browser.text("#live") == "Live"
    assert not _ours(browser.console())


def test_a_server_that_is_gone_is_told(browser: Browser) -> None:
    with Scripted(each=1) as server:
        browser.open(server.url)
        browser.until(lambda: browser.shown("#board"), "the board")
    browser.until(lambda: browser.shown("#notice"), "the notice")
    assert browser.text("#notice-what") == "The server does not answer."


def test_a_restarted_server_does_not_make_negative_rates(
    browser: Browser, start: Callable[..., Scripted]
) -> None:
    from jackfield_proxy.metrics import Metrics

    server = start(each=20)
    browser.open(server.url)
    _polled(browser, server, 4)
    before, server.metrics = server.metrics, Metrics()
    before.close()
    _polled(browser, server, 4)
    browser.until(lambda: _legend(browser, "rate") == "all10", "20 requests in 2 s")
    paths = browser.run(
        "return [...document.querySelectorAll('#chart-rate .curve')].map(p => p.getAttribute('d'))"
    )
    assert len(paths) == 2, "the curve is broken where the totals began anew"
    assert "-" not in "".join(paths)
    assert not browser.console()


def test_the_arrow_keys_read_a_chart(browser: Browser, start: Callable[..., Scripted]) -> None:
    server = start(each=10)
    browser.open(server.url)
    _polled(browser, server, 4)
    chart = browser.driver.find_element("css selector", "#chart-rate svg")
    browser.until(lambda: browser.shown("#chart-rate .curve"), "a curve")
    chart.send_keys("\ue012")  # arrow left
    browser.until(lambda: browser.text("#readout").endswith("all 5"), "what the point says")
    assert browser.shown("#chart-rate .cross")
    chart.send_keys("\ue00c")  # escape
    browser.until(lambda: not browser.shown("#chart-rate .cross"), "the end of it")


def test_colours_follow_the_visitors_preference(
    browser: Browser, start: Callable[..., Scripted]
) -> None:
    def brightness(selector: str, what: str) -> float:
        colour = browser.run(
            "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]",
            selector,
            what,
        )
        return sum(float(part) for part in re.findall(r"[\d.]+", colour)[:3]) / 3

    server = start(each=1)
    for dark in (False, True):
        browser.open(server.url, dark=dark)
        browser.until(lambda: browser.shown("#board"), "the board")
        page = brightness("body", "backgroundColor")
        text = brightness("body", "color")
        assert (page < 60 and text > 200) if dark else (page > 230 and text < 60)


@pytest.mark.parametrize("width", [320, 375, 768, 901, 1920])
def test_nothing_is_cut_off_at_any_width(
    browser: Browser, start: Callable[..., Scripted], width: int
) -> None:
    server = start(each=3)
    long = "an-address-without-any-place-to-break-" * 6
    server.deployments = [{**one, "host": long, "model": long} for one in server.deployments]
    server.recent.add(long, long, 500, long * 2, at=server.now)
    browser.open(server.url, width=width)
    browser.until(lambda: browser.shown("#chart-rate .curve"), "a curve")
    beyond = browser.run(
        """
        const edge = document.documentElement.clientWidth + 0.5;
        const beyond = e => e.checkVisibility() && e.getBoundingClientRect().right > edge;
        return [...document.querySelectorAll('body *')]
          .filter(e => !e.closest('.unseen, thead') && beyond(e))
          .map(e => e.outerHTML.slice(0, 120));
        """
    )
    assert beyond == []
    wide = browser.run("return document.documentElement.scrollWidth <= innerWidth")
    assert wide


def test_controls_and_tables_have_names(browser: Browser, start: Callable[..., Scripted]) -> None:
    server = start(each=1, key="sk-k")
    server.recent.add("gpt-4o", "gpt-4o:a", 500, "boom", at=server.now)
    browser.open(server.url, width=375)
    browser.until(lambda: browser.shown("#lock"), "the form")
    browser.driver.find_element("id", "key").send_keys("sk-k\n")
    browser.until(lambda: browser.shown("#errors tbody tr"), "the error")
    tree = browser.command("Accessibility.getFullAXTree")["nodes"]
    named: dict[str, list[str]] = {}
    for node in tree:
        if not node.get("ignored"):
            role = node["role"]["value"]
            named.setdefault(role, []).append(node.get("name", {}).get("value", ""))
    # Also where the tables are laid out as lists, they are tables to whoever can't see them.
    assert {name.split(" ")[0] for name in named["table"]} == {"Deployments", "Recent"}
    assert len(named["row"]) == 2 + 2 + 1
    assert all(named["image"])
    assert len(named["image"]) == len(CHARTS)
    assert named["button"] == ["Forget key"]
    assert named["status"]
    assert named["heading"][0].startswith("Jackfield")
