"""A real browser for tests of pages: headless Chromium, driven through chromedriver.

Both are the system's own (packages ``chromium`` and ``chromium-driver``); nothing is downloaded.
Where they or ``selenium`` are absent, the test is skipped with a message.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest

_BINARIES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--window-size=1280,1000",
)
PATIENCE = 20.0
"""Seconds after which a page that doesn't get where it should has failed."""

T = TypeVar("T")


class Browser:
    """A tab, and what it said and asked for. ``driver`` is selenium's."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, url: str, *, dark: bool = False, width: int = 1280, height: int = 1000) -> None:
        """Go to a page as a visitor who has never been there, forgetting what was logged."""
        self.command(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        )
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.driver.get("about:blank")
        self.console()
        self.requested()
        self.driver.get(url)

    def command(self, name: str, **params: Any) -> Any:
        """Run a command of the browser's DevTools."""
        return self.driver.execute_cdp_cmd(name, params)

    def run(self, script: str, *args: Any) -> Any:
        """The value that a piece of JavaScript returns."""
        return self.driver.execute_script(script, *args)

    def text(self, selector: str) -> str:
        """The text of an element as it is in the document, shown or not."""
        found = self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector)
        return str(found)

    def shown(self, selector: str) -> bool:
        """Whether the first such element is there and visible."""
        return bool(
            self.run(
                "const e = document.querySelector(arguments[0]);"
                "return Boolean(e && e.checkVisibility({visibilityProperty: true}));",
                selector,
            )
        )

    def until(self, true: Callable[[], T], what: str) -> T:
        """Wait for something to be true, and give it."""
        end = time.monotonic() + PATIENCE
        while not (found := true()):
            if time.monotonic() > end:
                page = self.run("return document.body.innerText")
                raise AssertionError(f"never came: {what}\n{page}")
            time.sleep(0.02)
        return found

    def console(self) -> list[str]:
        """What was written to the console since the last look, as ``LEVEL source: message``."""
        return [
            f"{entry['level']} {entry['source']}: {entry['message']}"
            for entry in self.driver.get_log("browser")
        ]

    def requested(self) -> list[str]:
        """The URLs that were requested since the last look."""
        events = [json.loads(entry["message"]) for entry in self.driver.get_log("performance")]
        return [
            event["message"]["params"]["request"]["url"]
            for event in events
            if event["message"]["method"] == "Network.requestWillBeSent"
        ]

    def screenshot(self, path: str, *, whole: bool = True) -> None:
        """Write what is seen, or the whole page, as a PNG."""
        import base64

        shot = self.command("Page.captureScreenshot", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser with a fresh profile; skip the test where there is none."""
    binary = next(filter(None, map(shutil.which, _BINARIES)), None)
    driver_path = shutil.which("chromedriver")
    if binary is None or driver_path is None:
        pytest.skip("no Chromium: install the system's packages chromium and chromium-driver")

    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = binary
        for argument in (*_ARGUMENTS, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = Service(executable_path=driver_path, env={**os.environ, "HOME": profile})
        with _direct():
            driver = webdriver.Chrome(options=options, service=service)
            try:
                yield Browser(driver)
            finally:
                driver.quit()


@contextmanager
def _direct() -> Iterator[None]:
    """Let nothing stand between the test and the driver on this machine."""
    names = ("no_proxy", "NO_PROXY")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "127.0.0.1,localhost"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
