"""How soon a phone's page shows something, cold and with warm assets, on a slow line and a slow processor, and what it weighs.

By Chromium's own means: 150 ms to the server and back, 1.6 Mbit/s, a processor four times slower. Each cold look is a browser session of
its own; the warm one is the same page once more in it. The worker is kept out: it would answer from its store.
"""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.street import OUT, build

LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER = 4
PHONE = {"width": 390, "height": 844}
# Addresses by role; a pattern is the first link of that form on the page before it.
PAGES: dict[str | None, tuple[str, ...]] = {
    None: (
        "/", "/tasks", r"/tasks/\w{12}", "/offers", r"/offers/\w{12}", "/stars", r"/stars/\w{12}", "/ranks", "/seals", "/statement",
        "/sign-in", "/join", "/feedback",
    ),
    "resident": (
        "/", "/tasks", "/me", "/me/points", "/me/tasks", "/me/vouchers", "/me/code", "/me/notices", "/me/profile", "/me/hours", "/deeds",
        "/scan",
    ),
    "clerk": ("/till", "/till/day"),
}  # fmt: skip
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
PATIENCE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """Medians of one page; the weight is what came over the line when cold, without pictures and the scanner's engine."""

    page: str
    role: str
    kilobytes: float
    cold_ms: int
    warm_ms: int


def measured(times: int, say: Callable[[str], None]) -> list[Paint]:
    """Open each page `times` times cold and as often again warm.

    Raises SystemExit where there is no Chromium.
    """
    from playwright.sync_api import sync_playwright  # the tests' own; no other part needs it

    from tests.browser.conftest import NAMES
    from tests.browser.demo_site import open_demo

    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("no Chromium here: `make setup` installs it on Debian")
    rows = []
    with _street() as folder, open_demo(folder) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        try:
            for role, pages in PAGES.items():

                def enter(context: Any, role: str | None = role) -> None:
                    if role is not None:
                        site.let_in(context, role)

                for path in _addresses(browser, site.url, pages, enter):
                    rows.append(_paint(browser, site.url, path, role or "guest", enter, times))
                    last = rows[-1]
                    say(
                        f"{last.role:9} {path:24} {last.kilobytes:5.1f} KB  {last.cold_ms:5} ms cold  {last.warm_ms:5} ms warm"
                    )
        finally:
            browser.close()
    return rows


@contextmanager
def _street() -> Iterator[Path]:
    """Yield a folder with a copy of the demo street, which is built where nobody has."""
    if not (OUT / "demo.db").exists():
        OUT.mkdir(parents=True, exist_ok=True)
        build(OUT / "demo.db")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copyfile(OUT / "demo.db", folder / "demo.db")
        if (OUT / "instance").is_dir():
            shutil.copytree(OUT / "instance", folder / "instance")
        yield folder


def _addresses(browser: Any, url: str, pages: tuple[str, ...], enter: Callable[[Any], None]) -> list[str]:
    context = browser.new_context(base_url=url)
    enter(context)
    found, text = [], ""
    for page in pages:
        if "\\" in page:
            link = re.search(f'href="({page})', text)
            if link is None:
                raise SystemExit(f"no link like {page} on {found[-1]}")
            found.append(link[1])
            continue
        text = context.request.get(page).text()
        found.append(page)
    context.close()
    return found


def _paint(browser: Any, url: str, path: str, role: str, enter: Callable[[Any], None], times: int) -> Paint:
    cold, warm, weights = [], [], []
    for _ in range(times):
        context = browser.new_context(base_url=url, viewport=PHONE, locale="zh-CN", service_workers="block")
        enter(context)
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", LINE)
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        weight = _weigh(line)
        cold.append(_first_paint(page, path))
        weights.append(weight[0])
        page.goto("about:blank")
        warm.append(_first_paint(page, path))
        context.close()
    return Paint(
        page=path,
        role=role,
        kilobytes=round(statistics.median(weights) / 1000, 1),
        cold_ms=round(statistics.median(cold)),
        warm_ms=round(statistics.median(warm)),
    )


def _first_paint(page: Any, path: str) -> float:
    page.goto(path, wait_until="load", timeout=PATIENCE_MS)
    page.wait_for_function(PAINTED, timeout=PATIENCE_MS)
    return float(page.evaluate(PAINTED))


def _weigh(line: Any) -> list[float]:
    """Return a list whose one number grows by what arrives."""
    kinds: dict[str, str] = {}
    weight = [0.0]

    def begun(told: dict[str, Any]) -> None:
        is_engine = told["response"]["url"].split("?")[0].endswith(".wasm")
        kinds[told["requestId"]] = "Image" if is_engine else told["type"]

    def ended(told: dict[str, Any]) -> None:
        if kinds.get(told["requestId"]) not in (None, "Image", "Media"):
            weight[0] += told["encodedDataLength"]

    line.on("Network.responseReceived", begun)
    line.on("Network.loadingFinished", ended)
    return weight
