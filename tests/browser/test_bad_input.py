"""What goes wrong on a phone, each in a real browser: every time the page says what to do next, and nothing that was typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from pointsapp.core import clock
from tests.browser.acting import press
from tests.browser.conftest import Opener, sign_in
from tests.browser.street import PASSWORD, PEOPLE, Street
from tests.browser.test_tasks_phone import WECHAT

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

# What WeChat's own browser lacks or forbids, gone before the page's scripts begin.
BARE = """
  for (const [thing, names] of [[Navigator.prototype, ['mediaDevices', 'serviceWorker', 'share', 'clipboard', 'vibrate']],
                                [window, ['PushManager', 'Notification', 'BarcodeDetector', 'caches']]])
    for (const name of names) { try { delete thing[name]; } catch { /* stays */ } }
  Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }});
"""
EVERYDAY = ("/", "/tasks", "/scan", "/offers", "/me", "/me/points", "/me/code", "/me/vouchers", "/me/notices", "/stars")


def _says_what_next(page: Page) -> None:
    """A refusal in words, and something to press that leads on."""
    main = page.locator("main")
    assert len(main.inner_text().strip()) > 15
    assert main.locator("a[href]:visible, button:visible").count() >= 1


def test_inside_wechat_with_nothing_every_page_still_works(street: Street, opened: Opener) -> None:
    page = sign_in(opened(user_agent=WECHAT, accept_downloads=False), "resident")
    page.add_init_script(BARE)
    for path in EVERYDAY:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        assert page.locator("main").inner_text().strip()
    page.goto("/scan")
    expect(page.locator("main")).to_contain_text("用微信扫一扫")
    expect(page.locator("#f-code")).to_be_visible()
    clerk = sign_in(opened(user_agent=WECHAT, accept_downloads=False), "clerk")
    clerk.add_init_script(BARE)
    clerk.goto("/till")
    clerk.fill("#f-code", "ABCDEFGHJK")
    clerk.keyboard.press("Enter")
    expect(clerk.locator("[data-answer-kind=no]")).to_be_visible()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "plain"])
def test_a_photo_without_a_code_says_how_to_take_a_better_one(
    street: Street, opened: Opener, has_scripts: bool
) -> None:
    blank = street.folder / "blank.png"
    Image.new("RGB", (600, 800), "#88aacc").save(blank)
    note = street.folder / "note.txt"
    note.write_text("no picture at all")
    page = sign_in(opened(java_script_enabled=has_scripts), "walker")
    for file in (blank, note):
        page.goto("/scan")
        page.locator("input[type=file]").set_input_files(str(file))
        if not has_scripts:  # with scripts the photograph goes as soon as it is there
            page.locator("form button[type=submit]").filter(has_text="确定").first.click()
        expect(page.locator("body")).to_contain_text("照片里没有找到二维码，请靠近一点再拍，或者输入编号")
        _says_what_next(page)
        expect(page.locator("#f-code")).to_be_visible()


def test_a_code_that_is_somebody_elses_business_says_whose(street: Street, opened: Opener) -> None:
    offer, who = street.offer("洗衣券", points=10), street.newcomer("谭阿姨")
    task = street.task("分发物资", points=30)
    shift = task["shifts"][0]["id"]
    street.call(who, "POST", f"/shifts/{shift}/signups")
    street.call("staff", "POST", f"/shifts/{shift}/checkins", {"code": street.call(who, "GET", "/me/code")["code"]})
    voucher = street.call(who, "POST", f"/offers/{offer['id']}/vouchers")["code"]
    personal = street.call(who, "GET", "/me/code")["code"]
    page = sign_in(opened(java_script_enabled=False), "plain")
    for path, words in (
        (f"/q/v/{voucher}", "这是别人的兑换码"),
        (f"/q/u/{personal}", "这是一位志愿者的个人码"),
        ("/q/i/ABCDEFGHJK", ""),
        ("/q/c/ABCDEFGH", ""),
        ("/q/v/ABCDEFGHJK", ""),
        ("/q/o/ABCDEFGHJK", ""),
        ("/q/p/ABCDEFGHJK", ""),
    ):
        page.goto(path)
        expect(page.locator("main")).to_contain_text(words)
        _says_what_next(page)
    # A shop's clerk scans a personal code, a leader a voucher: each hears what it is.
    clerk = sign_in(opened(), "clerk")
    clerk.goto("/till")
    clerk.fill("#f-code", personal)
    clerk.keyboard.press("Enter")
    expect(clerk.locator("[data-answer-kind=no]")).to_be_visible()
    assert street.call(who, "GET", "/me/vouchers")["items"][0]["state"] == "issued"


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "plain"])
def test_a_long_text_survives_an_expired_session(street: Street, opened: Opener, has_scripts: bool) -> None:
    words = "楼下的台阶松了，老人下楼要扶着墙走，" * 6
    page = sign_in(opened(java_script_enabled=has_scripts), "writer")
    page.goto("/feedback")
    page.locator("[name=kind]").first.check(force=True)
    page.fill("#f-text", words)
    _forget_session(page)
    press(page, "提交")
    _come_back(page, "writer")
    page.wait_for_load_state()
    assert words[:40] in page.content()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "plain"])
def test_a_task_half_written_survives_an_expired_session(street: Street, opened: Opener, has_scripts: bool) -> None:
    page = sign_in(opened(java_script_enabled=has_scripts), "staff")
    page.goto("/console/tasks/new")
    start = clock.to_local(clock.now()) + timedelta(days=9)
    title = f"修剪冬青 {'甲' if has_scripts else '乙'}"
    page.fill("#f-title", title)
    page.fill("#f-description", "写了半个小时的服务内容。")
    page.fill("#f-place", "花坛")
    page.fill("#f-shifts-0-starts_at", f"{start:%Y-%m-%d}T09:00")
    page.fill("#f-shifts-0-ends_at", f"{start:%Y-%m-%d}T10:00")
    page.fill("#f-shifts-0-capacity", "4")
    page.fill("#f-points", "5")
    _forget_session(page)
    press(page, "保存，去检查")
    _come_back(page, "staff")
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text(title)
    expect(page.locator("main")).to_contain_text("写了半个小时的服务内容")


def test_a_long_text_survives_a_press_that_the_network_lost(street: Street, opened: Opener) -> None:
    words = "电梯的灯坏了，晚上看不见台阶，" * 8
    page = sign_in(opened(user_agent=WECHAT, accept_downloads=False), "writer")  # no worker there: the browser's error
    page.goto("/feedback")
    page.locator("[name=kind]").first.check(force=True)
    page.fill("#f-text", words)
    page.route("**/feedback", lambda route: route.abort("connectionreset"))
    press(page, "提交")
    page.wait_for_url("chrome-error://**")
    page.unroute("**/feedback")
    page.goto("/feedback")
    expect(page.locator("#f-text")).to_have_value(words)
    press(page, "提交")
    page.wait_for_url(re.compile("/feedback/.+"))
    page.goto("/feedback")
    expect(page.locator("#f-text")).to_have_value("")


def _forget_session(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    while page.context.cookies():  # an answer on its way may bring the cookie back
        page.context.clear_cookies()
        page.wait_for_timeout(300)


def _come_back(page: Page, who: str) -> None:
    """Do what the pages ask for, until what was begun goes on."""
    expect(page.locator("main")).to_contain_text("您已退出登录")
    if page.locator("button").filter(has_text="登录后提交").count():  # where guests may write, too
        press(page, "登录后提交")
    page.fill("#f-account", PEOPLE[who][0])
    page.fill("#f-password", PASSWORD)
    page.locator("button[type=submit]").first.click()
    press(page, "继续刚才的操作")


def test_ten_grabs_in_a_second_are_one_place(street: Street, opened: Opener) -> None:
    task = street.task("抢着来", capacity=3, minutes_ahead=2000)
    page = sign_in(opened(), "plain")
    page.goto(f"/tasks/{task['id']}")
    button = page.locator(".action-bar button[type=submit]")
    button.evaluate("button => { for (let n = 0; n < 10; n += 1) button.click(); }")
    expect(page.locator(".action-bar")).to_contain_text("已报名")
    mine = [one for one in street.call("plain", "GET", "/me/signups")["items"] if one["task"]["title"] == "抢着来"]
    assert len(mine) == 1


def test_ten_vouchers_in_a_second_are_one(street: Street, opened: Opener) -> None:
    offer, who = street.offer("鸡蛋一份", points=10), street.newcomer("贺奶奶")
    task = street.task("清点库房", points=100)
    shift = task["shifts"][0]["id"]
    street.call(who, "POST", f"/shifts/{shift}/signups")
    street.call("staff", "POST", f"/shifts/{shift}/checkins", {"code": street.call(who, "GET", "/me/code")["code"]})
    page = sign_in(opened(), who)
    page.goto(f"/offers/{offer['id']}")
    button = page.locator("button").filter(has_text="用 10 分兑换").first
    form = button.evaluate_handle("button => button.form")
    form.evaluate("form => { for (let n = 0; n < 10; n += 1) form.requestSubmit(); }")
    page.wait_for_url(re.compile("/me/vouchers/"))
    kept: list[dict[str, Any]] = street.call(who, "GET", "/me/vouchers")["items"]
    assert len([one for one in kept if one["offer"]["title"] == "鸡蛋一份"]) == 1


def test_an_address_that_is_nothing_leads_home(street: Street, opened: Opener) -> None:
    page = opened(java_script_enabled=False)
    for path in ("/nowhere", "/tasks/zzzzzzzzzzzz", "/offers/zzzzzzzzzzzz", "/q/t/zzzzzzzzzzzz"):
        page.goto(path)
        _says_what_next(page)
    with pytest.raises(HTTPError):
        street.call("plain", "GET", "/tasks/zzzzzzzzzzzz")
