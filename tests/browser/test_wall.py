"""The wall chart on a big screen: it fills the screen and no more, refreshes itself, and keeps its picture when the server is away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.browser.street import Street

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

SCREENS = [(1920, 1080), (3840, 2160), (1366, 768)]
# Of what one reads from far away: the smallest letters in thousandths of the screen's height.
LETTERS = """() => Math.min(...[...document.querySelectorAll('.wall-table tbody .wall-name, .wall-total, .wall-rank, .wall-edge')]
  .map(one => parseFloat(getComputedStyle(one).fontSize))) * 1000 / innerHeight"""


@pytest.mark.parametrize("size", SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_it_fills_the_screen(browser: Browser, street: Street, size: tuple[int, int]) -> None:
    page = browser.new_page(base_url=street.url, viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    try:
        page.goto("/wall")
        expect(page.get_by_text("第一党支部").first).to_be_visible()
        first = page.locator(".wall-first").bounding_box()
        assert first is not None
        assert (first["width"], first["height"]) == size
        foot = page.locator(".wall-first .wall-foot").bounding_box()
        table = page.locator(".wall-table").bounding_box()
        assert foot is not None
        assert table is not None
        assert table["y"] + table["height"] <= foot["y"] + 1
        assert foot["y"] + foot["height"] <= size[1]
        assert table["x"] + table["width"] <= size[0]
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


FOUR_ARRIVALS = """() => {
  const panel = document.querySelector('.screen__arrivals'), list = document.createElement('ul');
  for (let n = 0; n < 4; n++) {
    const title = ['红砖里社区关爱独居老人上门送餐与冬季用气安全检查志愿服务', '夜巡'][n % 2];
    list.insertAdjacentHTML('beforeend',
      `<li><div class="screen__line"><strong>${title}</strong><time class="num">19:0${n}</time></div><p>梧桐里社区</p></li>`);
  }
  panel.querySelector('h2').nextElementSibling.replaceWith(list);
  return [...document.querySelectorAll('.screen__panel')].filter(one => one.scrollHeight > one.clientHeight + 1
    || one.scrollWidth > one.clientWidth + 1).map(one => one.className);
}"""


@pytest.mark.parametrize("size", SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_street_at_a_glance_cuts_no_line(browser: Browser, street: Street, size: tuple[int, int]) -> None:
    page = browser.new_page(base_url=street.url, viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    try:
        page.goto("/screen")
        expect(page.get_by_text("刚刚签到")).to_be_visible()
        assert page.evaluate(FOUR_ARRIVALS) == []
    finally:
        page.close()
