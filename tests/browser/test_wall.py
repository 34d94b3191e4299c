"""The wall chart on a big screen: it fills the screen and no more, refreshes itself, and keeps its picture when the server is away."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, render_template
from playwright.sync_api import Browser, Request, expect

from pointsapp.areas.models import AreaKind
from pointsapp.areas.queries import AreaRow
from pointsapp.statistics.queries.screen import (
    ARRIVALS,
    PARTS,
    SHIFTS,
    SHOPS,
    ArrivalLine,
    PartLine,
    Screen,
    ShiftLine,
    ShopLine,
)
from tests.browser.street import Street

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

SCREENS = [(1920, 1080), (3840, 2160), (1366, 768)]
# Of what one reads from far away: the smallest letters in thousandths of the screen's height.
LETTERS = """() => Math.min(...[...document.querySelectorAll('.wall-table tbody .wall-name, .wall-total, .wall-rank, .wall-edge')]
  .map(one => parseFloat(getComputedStyle(one).fontSize))) * 1000 / innerHeight"""

# In one look: the screen puts a new picture in place of the old one whenever it likes.
BOXES = """() => Object.fromEntries(Object.entries({first: '.wall-first', foot: '.wall-first .wall-foot', table: '.wall-table'})
  .map(([name, place]) => [name, document.querySelector(place).getBoundingClientRect().toJSON()]))"""


@pytest.mark.parametrize("size", SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_it_fills_the_screen(browser: Browser, street: Street, size: tuple[int, int]) -> None:
    page = browser.new_page(base_url=street.url, viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    try:
        page.goto("/wall")
        expect(page.get_by_text("第一党支部").first).to_be_visible()
        seen = page.evaluate(BOXES)
        first, foot, table = seen["first"], seen["foot"], seen["table"]
        assert (first["width"], first["height"]) == size
        assert table["bottom"] <= foot["top"] + 1
        assert foot["bottom"] <= size[1]
        assert table["right"] <= size[0]
        assert page.evaluate(LETTERS) >= 20  # 22 px of 1080
    finally:
        page.close()


def test_it_lives_by_itself_and_keeps_its_picture(browser: Browser, street: Street) -> None:
    page = browser.new_page(base_url=street.url, viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    tags: list[str | None] = []

    def notice(request: Request) -> None:
        if "/wall/screen" in request.url:
            tags.append(request.headers.get("if-none-match"))

    def wait(turns: int) -> None:
        for _ in range(turns):
            page.clock.run_for(21_000)
            page.wait_for_timeout(700)

    try:
        page.on("request", notice)
        page.clock.install()
        page.goto("/wall")
        expect(page.locator("[data-wall-asof]")).to_contain_text("更新于")
        page.wait_for_timeout(700)
        wait(2)
        assert tags[0] is None
        assert any(tags[1:]), tags  # from the second time on it says what it has
        page.route(re.compile("/wall/screen"), lambda route: route.abort())
        wait(1)
        expect(page.locator("[data-wall-asof]")).to_contain_text("连不上服务器，画面停在")
        expect(page.get_by_text("第一党支部").first).to_be_visible()
        page.unroute(re.compile("/wall/screen"))
        wait(1)
        expect(page.locator("[data-wall-asof]")).to_contain_text("更新于")
    finally:
        page.close()


# Every line of the four panels, and number of today's, that is not wholly inside its panel, or whose panel is not wholly inside the screen.
CUT = """() => [...document.querySelectorAll('.screen__panel, .tile')].flatMap(panel => {
  const box = panel.getBoundingClientRect();
  return [...panel.querySelectorAll('li, li > *, tbody tr, tbody th, tbody td, .tile__number, .tile__unit')].filter(line => {
    const is = line.getBoundingClientRect();
    return is.height === 0 || is.bottom > Math.min(box.bottom, innerHeight) || is.right > Math.min(box.right, innerWidth)
      || is.top < box.top || is.left < box.left;
  }).map(line => `${panel.className}: ${line.textContent.trim()}`);
})"""
PANELS = (("shifts", "li"), ("parts", "tbody tr"), ("arrivals", "li"), ("shops", "tbody tr"))
LONG = "红砖里社区关爱独居老人上门送餐与冬季用气安全检查志愿服务"


def full_screen(app: Flask) -> str:
    """Return the page with as many lines in each panel as it ever has, every other one with long words."""
    at = datetime.now(UTC)
    words = lambda n, short: LONG if n % 2 == 0 else short  # noqa: E731
    here = AreaRow(
        id=1, public_id="a" * 12, code="s", name="经八路街道", kind=AreaKind.STREET, path="/1/", parent_id=None
    )
    full = Screen(
        area=here, now=at, on_now=88, arrived_today=12_345, minutes_today=754_321, issued_today=1_234_567, spent_today=987_654,
        redemptions_today=4_321, merchants=1_234, active_month=98_765, minutes_month=9_999_999, counted_at=at,
        shifts=tuple(
            ShiftLine(
                key=f"s{n}", title=words(n, "夜巡"), area="经八路街道军区社区第一网格", starts_at=at, ends_at=at + timedelta(hours=2),
                taken=120, capacity=120, arrived=118, is_on=n < 3,
            )
            for n in range(SHIFTS)
        ),
        arrivals=tuple(
            ArrivalLine(key=f"a{n}", title=words(n, "夜巡"), area="经八路街道军区社区第一网格", at=at) for n in range(ARRIVALS)
        ),
        parts=tuple(
            PartLine(name="经八路街道军区社区" if n % 2 else "东里", is_own=n == 0, registered=23_456, active=2_345, minutes=754_321)
            for n in range(PARTS)
        ),
        shops=tuple(ShopLine(name=f"{n} 号胖婶烩面馆经八路旗舰店", redemptions=1_234, points=123_456) for n in range(SHOPS)),
    )  # fmt: skip
    with app.test_request_context("/screen", headers={"Accept-Language": "zh-CN"}):
        return render_template("statistics/screen.html", screen=full)


@pytest.mark.parametrize("size", SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_street_at_a_glance_cuts_no_line(browser: Browser, street: Street, size: tuple[int, int]) -> None:
    page = browser.new_page(base_url=street.url, viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    shown = full_screen(street.app)
    try:
        page.route(
            re.compile(r"/screen$"), lambda route: route.fulfill(body=shown, content_type="text/html; charset=utf-8")
        )
        page.goto("/screen")
        expect(page.get_by_text("刚刚签到")).to_be_visible()
        lines = [page.locator(f".screen__{name}").locator(line).count() for name, line in PANELS]
        assert lines == [SHIFTS, PARTS, ARRIVALS, SHOPS]
        assert page.evaluate(CUT) == []
    finally:
        page.close()
