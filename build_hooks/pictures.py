"""Photograph the demo for README and docs/pictures: `make run`, then `python -m build_hooks.pictures [URL]` (default port 8000).

A resident, a shop clerk and the offices walk one morning through the pages in Chromium; each picture is what the page shows,
made smaller and of few colours. The demo afterwards has one sign-up, one check-in and one redemption more.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from pointsapp.demo.log_ins import LOG_INS, PASSWORD

OUT = Path(__file__).resolve().parent.parent / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE, DESK, WALL = (390, 844), (1440, 900), (1920, 1080)
WIDTHS = {PHONE: 420, DESK: 1200, WALL: 1200}  # of the pictures kept, in pixels
COLOURS = 256
MOST_BYTES, MOST_IN_ALL = 150_000, 1_500_000
SHOP = "爱心粥屋"  # where the demo's clerk works
PHONES = {each.key: each.phone for each in LOG_INS}


def keep(page: Page, name: str) -> None:
    """Write what the page's window shows to docs/pictures/<name>.png."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    size = page.viewport_size or {"width": PHONE[0], "height": PHONE[1]}
    window = (size["width"], size["height"])
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    width = WIDTHS[window]
    small = image.resize((width, round(window[1] * width / window[0])), Image.Resampling.LANCZOS)
    few = small.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(OUT / f"{name}.png", optimize=True)


def enter(browser: Browser, url: str, who: str, window: tuple[int, int]) -> Page:
    """Open a window of the given size as one of the demo's people."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": window[0], "height": window[1]},
        device_scale_factor=2 if window == PHONE else 1,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#f-account", PHONES[who])
    page.fill("#f-password", PASSWORD)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url(lambda now: "/sign-in" not in now)
    return page


def press(page: Page, what: Any) -> None:
    """Press it and, where the page asks, say yes."""
    what.click()
    asked = page.locator("dialog#ask[open] button[value=yes]")
    if asked.count():
        asked.click()
    page.wait_for_load_state("networkidle")


def of_the_resident(browser: Browser, url: str) -> Page:
    page = enter(browser, url, "resident", PHONE)
    for name, address in (("home", "/"), ("tasks", "/tasks"), ("points", "/me/points"), ("stars", "/stars")):
        page.goto(address)
        keep(page, name)
    page.goto("/tasks")
    page.locator(".task-card__title a").nth(1).click()
    keep(page, "task")
    return page


def of_the_shop(browser: Browser, url: str, page: Page) -> None:
    """Let the till of the clerk's own shop use a voucher: one that is kept for it, or one that is taken now."""
    page.goto("/me/vouchers")
    kept = page.locator(".offer-card").filter(has_text=SHOP).locator("a")
    if kept.count():
        press(page, kept.first)
    else:
        page.goto("/offers")
        page.locator(".offer-card:not(.offer-card--far)").filter(has_text=SHOP).locator("a").first.click()
        press(page, page.locator(".action-bar button[type=submit]"))
    code = page.locator(".code-words").first.inner_text()
    keep(page, "voucher")
    till = enter(browser, url, "clerk", PHONE)
    till.goto("/till")
    till.locator("[data-gun]").focus()
    till.keyboard.type(code)
    till.keyboard.press("Enter")
    till.locator("[data-answer-kind=ask] form[data-till-act] button").first.click()
    till.locator("[data-answer-kind=yes]").wait_for()
    keep(till, "till")


def of_the_task(browser: Browser, url: str, page: Page) -> None:
    """Let the resident join what runs just now, by the code on the screen beside the door."""
    screen = enter(browser, url, "staff", DESK)
    screen.goto("/console")
    keep(screen, "console-today")
    screen.goto("/console/checkin")
    screen.locator("a", has_text="签到屏").first.click()
    code = screen.locator(".code-words").first.inner_text()
    page.goto("/scan")
    page.fill("#f-code", code)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state("networkidle")
    act = page.locator("main form[method=post] button[type=submit], .action-bar button[type=submit]")
    if not page.locator(".result--yes").count():
        press(page, act.first)
    page.locator(".result--yes").wait_for()
    keep(page, "checked-in")
    screen.reload()
    keep(screen, "check-in-screen")


def of_the_offices(browser: Browser, url: str) -> None:
    office = enter(browser, url, "street_admin", DESK)
    office.goto("/console/statistics")
    keep(office, "statistics")
    office.set_viewport_size({"width": WALL[0], "height": WALL[1]})
    for name, address in (("wall-chart", "/wall"), ("screen", "/screen")):
        office.goto(address)
        keep(office, name)


def main(url: str) -> int:
    """Take all pictures; return 1 when one is too large."""
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None:
        sys.stderr.write("no Chromium here\n")
        return 1
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = of_the_resident(browser, url)
        of_the_task(browser, url, page)
        of_the_shop(browser, url, page)
        of_the_offices(browser, url)
        browser.close()
    sizes = {path.name: path.stat().st_size for path in sorted(OUT.glob("*.png"))}
    for name, size in sizes.items():
        sys.stdout.write(f"{name} {size // 1000} kB\n")
    return int(max(sizes.values()) > MOST_BYTES or sum(sizes.values()) > MOST_IN_ALL)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"))
