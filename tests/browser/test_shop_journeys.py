"""Journeys of shopkeepers: somebody joins by a QR, a customer says it was not right, a month goes from the draft to the payment."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.acting import code_on, confirm, press, send
from tests.browser.conftest import Opener, sign_in
from tests.browser.street import Street

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
DESK = {"width": 1280, "height": 800}


def _redeemed(street: Street, who: str) -> str:
    """Let `who` earn, take a voucher and use it; return the voucher's id."""
    task = street.task("搬运物资", points=60)
    shift = task["shifts"][0]["id"]
    street.call(who, "POST", f"/shifts/{shift}/signups")
    street.call("staff", "POST", f"/shifts/{shift}/checkins", {"code": street.call(who, "GET", "/me/code")["code"]})
    offer = street.offer("大份烩面", points=20)
    voucher: dict[str, Any] = street.call(who, "POST", f"/offers/{offer['id']}/vouchers")
    street.call("clerk", "POST", "/redemptions", {"code": voucher["code"]})
    return str(voucher["id"])


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "plain"])
def test_somebody_joins_the_shop_by_a_qr_and_leaves_it(street: Street, opened: Opener, has_scripts: bool) -> None:
    manager = sign_in(opened(java_script_enabled=has_scripts), "manager")
    manager.goto("/shop")
    if not re.search(r"/shop/\w+", manager.url):
        manager.locator("main a[href^='/shop/']").first.click()
    shop = manager.url
    press(manager, "邀请店员")
    code = code_on(manager)
    helper = sign_in(opened(java_script_enabled=has_scripts), "helper")
    helper.goto("/till")
    expect(helper.locator("[data-gun]")).to_have_count(0)
    helper.goto(f"/q/i/{code}")
    expect(helper.locator("main")).to_contain_text("胖婶烩面 邀请您做店员")
    send(helper, "接受")
    helper.goto("/till")
    expect(helper.locator("[data-gun], #f-code").first).to_be_visible()
    second = opened(java_script_enabled=has_scripts)  # it was for one person
    sign_in(second, "customer").goto(f"/q/i/{code}")
    expect(second.locator("main")).to_contain_text("邀请已失效")
    manager.goto(shop)
    manager.locator("li").filter(has_text="丁小姐").get_by_role("button", name="移出").click()
    if has_scripts:
        confirm(manager)
    expect(manager.locator("main")).not_to_contain_text("丁小姐")
    helper.goto("/till")
    expect(helper.locator("[data-gun]")).to_have_count(0)


def test_a_dispute_is_heard_at_both_sides(street: Street, opened: Opener) -> None:
    voucher = _redeemed(street, "complainer")
    before = street.call("complainer", "GET", "/me/points")["balance"]
    page = sign_in(opened(), "complainer")
    page.goto(f"/me/vouchers/{voucher}")
    press(page, "这笔核销有问题")
    page.locator("[name=kind]").first.check(force=True)
    page.fill("#f-words", "要的大份，给的小份。")
    press(page, "提交给社区")
    expect(page.locator("main")).to_contain_text("双方的说法")

    manager = sign_in(opened(), "manager")
    manager.goto("/shop/disputes")
    manager.get_by_role("link", name="大份烩面").first.click()
    expect(manager.locator("main")).to_contain_text("要的大份")
    expect(manager.locator("main")).not_to_contain_text("吕先生")  # a masked name is enough for the shop
    manager.fill("#f-words", "那天大份卖完了，没有说清楚。")
    press(manager, "发送")
    expect(manager.locator("main")).to_contain_text("没有说清楚")

    desk = sign_in(opened(viewport=DESK), "staff")
    desk.goto("/console/disputes")
    desk.get_by_role("link", name="大份烩面").first.click()
    expect(desk.locator("main")).to_contain_text("要的大份")
    expect(desk.locator("main")).to_contain_text("没有说清楚")
    desk.locator("[name=decision][value=uphold]").check(force=True)
    desk.fill("#f-reason", "双方说法一致，退回积分。")
    press(desk, "做出处理")
    confirm(desk)
    expect(desk.locator("main")).to_contain_text("双方说法一致")
    assert street.call("complainer", "GET", "/me/points")["balance"] == before + 20
    for side in (page, manager):
        side.reload()
        expect(side.locator("main")).to_contain_text("双方说法一致")


def test_a_month_goes_through_five_people(on_demo: Opener) -> None:
    manager = on_demo("manager")
    manager.goto("/shop")
    if not re.search(r"/shop/\w+", manager.url):
        manager.locator("main a[href^='/shop/']").first.click()
    press(manager, "月结")
    manager.locator(".month-card").filter(has_text="草稿").or_(
        manager.locator(".month-card").filter(has_text="异议")
    ).first.locator("a").click()
    month = manager.url.split("/")[-1].split("?")[0]
    expect(manager.locator("main")).to_contain_text("异议在等社区答复")
    assert manager.locator("#confirm").count() == 0

    clerk = on_demo("clerk")
    clerk.goto(f"/shop/months/{month}")
    expect(clerk.locator("main")).to_contain_text("由店长确认")

    staff = on_demo("staff", viewport=DESK)
    staff.goto(f"/console/settlements/{month}")
    line = staff.locator("tr").filter(has=staff.locator("[name=answer]")).first
    line.locator("[name=answer]").fill("协议写的是按份计，改为 3 元。")
    line.locator("[name=yuan]").fill("3")
    line.get_by_role("button", name="答复商户").click()
    expect(staff.locator("main")).to_contain_text("协议写的是按份计")

    manager.reload()
    expect(manager.locator("main")).to_contain_text("协议写的是按份计")
    manager.fill("#f-note", "没有别的意见。")
    manager.locator("#confirm button[type=submit]").click()
    confirm(manager)
    expect(manager.locator("#confirm")).to_have_count(0)

    staff.goto(f"/console/settlements/{month}")
    press(staff, "核对无误")
    confirm(staff)
    expect(staff.locator("main")).to_contain_text("轮到街道")
    street = on_demo("street_admin", viewport=DESK)
    street.goto(f"/console/settlements/{month}")
    street.get_by_role("button", name=re.compile("^批准")).click()
    confirm(street)
    expect(street.locator("main")).to_contain_text("要由另一位同事登记付款")  # who approved does not pay
    payer = on_demo("platform_admin", viewport=DESK)
    payer.goto(f"/console/settlements/{month}")
    payer.fill("#f-reference", "转 20261122-007")
    press(payer, "登记付款")
    expect(payer.locator("main")).to_contain_text("转 20261122-007")
    manager.reload()
    expect(manager.locator("main")).to_contain_text("转 20261122-007")
    with manager.expect_download() as saved:
        press(manager, "下载表格")
    assert saved.value.path().read_bytes().startswith(b"PK")
