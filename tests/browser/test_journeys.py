"""The main job in a real browser: from a stranger at the door to the redeemed voucher and the moving board."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from pointsapp.web.qr import qr_png
from tests.browser.acting import confirm, press, send
from tests.browser.conftest import PATIENCE_MS, Opener, sign_in
from tests.browser.street import PASSWORD, PEOPLE, Street

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


# Half an hour before a shift the same button also leads to the check-in.
GRAB = re.compile("抢名额|报名并签到")
HAS_A_PLACE = re.compile("已报名|去签到|扫一扫")


def register(page: Page, name: str) -> None:
    """Fill the registration page and send it."""
    page.fill("#f-name", name)
    page.select_option("#f-area", label=page.locator("#f-area option", has_text="军区社区").first.inner_text())
    page.fill("#f-password", PASSWORD)
    for box in page.locator("input[type=checkbox][required]").all():
        box.check()
    page.locator("form.panel button[type=submit]").first.click()


def test_a_stranger_earns_and_spends(street: Street, opened: Opener, with_camera: Callable[[str], Browser]) -> None:
    task = street.task("清扫三号楼楼道")
    offer = street.offer("烩面一碗")
    before = street.total()

    # A guest reads everything; only the grab asks who it is, and leads back to the same button.
    page = opened()
    page.goto("/tasks")
    page.get_by_text("清扫三号楼楼道").first.click()
    press(page, GRAB)
    expect(page.locator("#f-account")).to_be_visible()
    press(page, "第一次来？先注册")
    register(page, "赵大妈")
    expect(page.locator("main")).to_contain_text("志愿者编号")
    send(page, "继续刚才的操作")
    page.goto(f"/tasks/{task['id']}")
    expect(page.locator("body")).to_contain_text(HAS_A_PLACE)

    # The camera sees the code at the place.
    camera = with_camera(street.venue_code(task)["payload"])
    phone = opened(in_browser=camera, storage_state=page.context.storage_state(), permissions=["camera"])
    phone.goto("/scan")
    opener = phone.locator("[data-scan-start]")
    phone.wait_for_timeout(500)
    if opener.is_visible():
        opener.click()
    phone.wait_for_url(re.compile("/q/c/"), timeout=PATIENCE_MS)
    phone.locator("main, .action-bar, form").locator("button[type=submit]").filter(has_text="签到").first.click()
    phone.wait_for_url(re.compile("/checkins/"))
    expect(phone.get_by_text("签到成功").first).to_be_visible()
    expect(phone.locator("main")).to_contain_text("50")

    # The points are there, with the reason behind them.
    page.goto("/me/points")
    expect(page.locator("main")).to_contain_text("50")
    page.locator("main a[href*='/me/points/']").first.click()
    expect(page.locator("main")).to_contain_text("50")

    # Earned at once, spent once a person has seen the person: the leader scans the personal code.
    page.goto(f"/offers/{offer['id']}")
    expect(page.get_by_text("还没有核实身份").first).to_be_visible()
    press(page, "先核实身份")
    page.wait_for_url(re.compile("/me/code"))
    code = re.sub(r"\s", "", page.locator(".code-words").first.inner_text())
    shift = task["shifts"][0]["id"]
    street.call("staff", "POST", f"/shifts/{shift}/checkins", {"code": code})

    page.goto(f"/offers/{offer['id']}")
    press(page, "用 30 分兑换")
    confirm(page)
    page.wait_for_url(re.compile("/me/vouchers/"))
    expect(page.locator("svg.qr").first).to_be_visible()
    voucher = re.sub(r"\s", "", page.locator(".code-words, .ticket__code").first.inner_text())
    assert len(voucher) == 10

    # The shop's code gun types and presses Enter.
    till = sign_in(opened(), "clerk")
    till.goto("/till")
    till.locator("[data-gun]").focus()
    till.keyboard.type(voucher.lower())
    till.keyboard.press("Enter")
    # What was read is shown first: whose it is, masked, and what.
    ask = till.locator("[data-answer-kind=ask]")
    expect(ask).to_contain_text("烩面一碗")
    expect(ask).to_contain_text("*")
    till.keyboard.press("Enter")  # the button has the focus
    expect(till.locator("[data-answer-kind=yes]")).to_be_visible()
    expect(till.locator("[data-answer-kind=yes]")).to_contain_text("烩面一碗")
    till.wait_for_timeout(3500)
    till.locator("[data-gun]").focus()
    till.keyboard.type(voucher)
    till.keyboard.press("Enter")
    expect(till.locator("[data-answer-kind=no]")).to_be_visible()

    page.reload()
    expect(page.locator("main")).to_contain_text("已使用")
    page.goto("/me/points")
    expect(page.locator("main")).to_contain_text("20")

    # And the branch's board has moved by itself.
    until = time.monotonic() + 60
    while street.total() <= before and time.monotonic() < until:
        time.sleep(0.5)
    assert street.total() > before
    page.goto("/stars")
    expect(page.get_by_text("第一党支部").first).to_be_visible()
    page.goto("/wall")
    expect(page.get_by_text("第一党支部").first).to_be_visible()


def test_a_refused_scan_says_why_and_what_next(street: Street, opened: Opener) -> None:
    task = street.task("巡逻小区", minutes_ahead=120)
    page = sign_in(opened(), "early")
    page.goto("/scan")
    page.fill("#f-code", "AAAA AAAA")
    page.locator("form button[type=submit]").filter(has_text="确定").click()
    expect(page.locator("main")).to_contain_text("码")
    assert page.locator("main a, main button").count() > 0
    # Too early: the shift is two hours away.
    code = street.venue_code(task)["code"]
    page.goto(f"/q/c/{code}")
    expect(page.locator(".notice, main").first).to_be_visible()
    assert page.locator("button").filter(has_text="签到").count() == 0 or "报名" in page.inner_text("main")
    assert street.call("early", "GET", "/me/points")["balance"] == 0


def test_staff_publish_and_show_the_code(street: Street, opened: Opener) -> None:
    page = sign_in(opened(), "staff")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/console")
    expect(page.locator("main")).to_be_visible()
    task = street.task("夜间巡逻")
    page.goto("/console/tasks")
    expect(page.get_by_text("夜间巡逻").first).to_be_visible()
    page.goto(f"/console/checkin/{task['shifts'][0]['id']}")
    expect(page.locator("svg.qr").first).to_be_visible()


def test_without_scripts_the_main_job_is_the_same(street: Street, opened: Opener) -> None:
    task = street.task("包粽子", points=40)
    offer = street.offer("理发一次", points=20)
    page = sign_in(opened(java_script_enabled=False), "plain")
    page.goto(f"/tasks/{task['id']}")
    press(page, GRAB)
    expect(page.locator("body")).to_contain_text(HAS_A_PLACE)
    page.goto("/scan")
    page.fill("#f-code", street.venue_code(task)["code"])
    page.locator("form button[type=submit]").filter(has_text="确定").click()
    page.locator("button[type=submit]").filter(has_text="签到").first.click()
    expect(page.get_by_text("签到成功").first).to_be_visible()
    page.goto(f"/offers/{offer['id']}")
    press(page, "用 20 分兑换")
    expect(page.locator("svg.qr").first).to_be_visible()
    voucher = re.sub(r"\s", "", page.locator(".code-words, .ticket__code").first.inner_text())
    till = sign_in(opened(java_script_enabled=False), "clerk")
    till.goto("/till")
    till.fill("#f-code", voucher)
    till.locator("button[type=submit]").filter(has_text="查这个码").first.click()
    expect(till.locator("main")).to_contain_text("理发一次")
    till.locator("button[type=submit]").filter(has_text="核销").first.click()
    expect(till.locator("[data-answer-kind=yes]")).to_contain_text("理发一次")


def test_a_photograph_of_a_code_is_read_on_the_server(street: Street, opened: Opener) -> None:
    task = street.task("浇花", points=5)
    page = sign_in(opened(java_script_enabled=False), "photographer")
    page.goto(f"/tasks/{task['id']}")
    press(page, GRAB)
    photo = street.folder / "photo.png"
    photo.write_bytes(qr_png(street.venue_code(task)["payload"]))
    page.goto("/scan")
    page.locator("input[type=file]").set_input_files(str(photo))
    page.locator("form button[type=submit]").filter(has_text="确定").click()
    page.wait_for_url(re.compile("/q/c/"))


def test_what_was_typed_survives_an_expired_session(street: Street, opened: Opener) -> None:
    task = street.task("写春联")
    page = sign_in(opened(), "writer")
    page.goto(f"/tasks/{task['id']}")
    page.wait_for_load_state("networkidle")
    while page.context.cookies():  # an answer on its way may bring the cookie back
        page.context.clear_cookies()
        page.wait_for_timeout(300)
    press(page, GRAB)
    expect(page.locator("main")).to_contain_text("您已退出登录")
    page.fill("#f-account", PEOPLE["writer"][0])
    page.fill("#f-password", PASSWORD)
    page.locator("button[type=submit]").first.click()
    send(page, "继续刚才的操作")
    page.goto(f"/tasks/{task['id']}")
    expect(page.locator("body")).to_contain_text(HAS_A_PLACE)
