"""A real Chromium at phone size on a real server. Without a browser these tests are skipped; with CI=true that is a failure."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.acting import enter
from tests.browser.demo_site import DemoSite, open_demo
from tests.browser.film import write_film
from tests.browser.street import PASSWORD, PEOPLE, Street, open_street
from tests.shared import the_demo

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE = {"width": 375, "height": 667}
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)  # two cores are often busy with the other half of the tests
# A 401 or 422 page is an answer here, not a trouble, though Chromium reports it; a phone nobody has touched yet may not buzz.
QUIET = ("Failed to load resource", "Blocked call to navigator.vibrate")

Opener = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if os.environ.get("CI"):
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("no Chromium here: install it to run the browser journeys")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def launch(chromium: str, playwright: Playwright) -> Callable[..., Browser]:
    def start(*flags: str) -> Browser:
        return playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", *flags])

    return start


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Iterator[Browser]:
    started = launch()
    yield started
    started.close()


@pytest.fixture(scope="session")
def street(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with open_street(tmp_path_factory.mktemp("street")) as opened:
        yield opened


@pytest.fixture
def troubles() -> Iterator[list[str]]:
    """What went wrong in the browser: script errors, broken content policy, calls to other hosts. Asserted empty at the end."""
    seen: list[str] = []
    yield seen
    assert seen == []


@pytest.fixture
def opened(browser: Browser, street: Street, troubles: list[str]) -> Iterator[Opener]:
    """Return a function that opens a fresh browser session at phone size; `in_browser` and more options as needed.

    No service worker unless asked for: it would answer in the place of what a test lets fail.
    """
    contexts: list[BrowserContext] = []

    def open_one(in_browser: Browser | None = None, **more: Any) -> Page:
        options = {"viewport": PHONE, "service_workers": "block", **more}
        context = (in_browser or browser).new_context(
            base_url=street.url, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=True, **options
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        watch(page, street.url, troubles)
        return page

    yield open_one
    for context in contexts:
        context.close()


def watch(page: Page, home: str, troubles: list[str]) -> None:
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on(
        "console",
        lambda said: (
            troubles.append(f"console: {said.text}")
            if said.type == "error" and not said.text.startswith(QUIET)
            else None
        ),
    )
    page.on(
        "request",
        lambda asked: (
            troubles.append(f"elsewhere: {asked.url}")
            if asked.url.startswith("http") and not asked.url.startswith(home)
            else None
        ),
    )


@pytest.fixture(scope="session")
def signed_in_as(browser: Browser, street: Street) -> Callable[[str], Any]:
    """Return a function that gives a person's cookies, signing them in once."""
    kept: dict[str, Any] = {}

    def cookies(who: str) -> Any:
        if who not in kept:
            context = browser.new_context(base_url=street.url)
            enter(context, PEOPLE[who][0], PASSWORD)
            kept[who] = context.storage_state()
            context.close()
        return kept[who]

    return cookies


def sign_in(page: Page, who: str) -> Page:
    """Give this browser a session of its own, which ends with whatever the test does to it."""
    enter(page.context, PEOPLE[who][0], PASSWORD)
    return page


def sign_in_by_form(page: Page, who: str) -> Page:
    """Sign in through the page itself: where the browser's own worker must see it happen."""
    page.goto("/sign-in")
    page.fill("#f-account", PEOPLE[who][0])
    page.fill("#f-password", PASSWORD)
    page.locator("button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"^(?!.*/sign-in).*$"))
    return page


@pytest.fixture(scope="session")
def demo_site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    with open_demo(the_demo(tmp_path_factory, "demo-site")) as opened:
        yield opened


@pytest.fixture
def on_demo(browser: Browser, demo_site: DemoSite, troubles: list[str]) -> Iterator[Opener]:
    """Return a function that opens the demo street as `who` (None: a guest), at phone size unless told."""
    contexts: list[BrowserContext] = []

    def open_one(who: str | None = None, **more: Any) -> Page:
        options = {"viewport": PHONE, "has_touch": True, "service_workers": "block", **more}
        context = browser.new_context(base_url=demo_site.url, locale="zh-CN", timezone_id="Asia/Shanghai", **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if who is not None:
            demo_site.let_in(context, who)
        page = context.new_page()
        watch(page, demo_site.url, troubles)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def with_camera(launch: Callable[..., Browser], tmp_path: Path) -> Iterator[Callable[[str], Browser]]:
    """Return a function that starts a browser whose camera sees the QR of a payload."""
    started: list[Browser] = []

    def start(payload: str) -> Browser:
        film = write_film(payload, tmp_path / "film.y4m")
        started.append(
            launch(
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            )
        )
        return started[-1]

    yield start
    for each in started:
        each.close()
