"""The phone without a network, in a real browser with its worker: what opens, what is not sent, and whose copy it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, sign_in_by_form
from tests.browser.relay import Relay
from tests.browser.street import Street

HAS_COPY = "caches.open('mine').then((store) => store.match('/me/offline')).then((found) => found ? found.text() : '')"


@pytest.fixture(scope="module")
def relay(street: Street) -> Iterator[Relay]:
    port = urlsplit(street.url).port
    assert port
    wire = Relay(port)
    yield wire
    wire.close()


@pytest.fixture(scope="module")
def voucher(street: Street) -> dict[str, Any]:
    """A voucher of the resident who goes into a cellar, and a task they have ahead."""
    earned = street.task("楼道清扫")
    ahead = street.task("雨天送伞", minutes_ahead=300)
    street.call("traveller", "POST", f"/shifts/{earned['shifts'][0]['id']}/signups")
    code = street.call("traveller", "GET", "/me/code")["code"]
    street.call("staff", "POST", f"/shifts/{earned['shifts'][0]['id']}/checkins", {"code": code})
    street.call("traveller", "POST", f"/shifts/{ahead['shifts'][0]['id']}/signups")
    offer = street.offer("豆浆一杯", points=10)
    return street.call("traveller", "POST", f"/offers/{offer['id']}/vouchers")


@pytest.fixture
def phone(browser: Browser, relay: Relay, voucher: dict[str, Any]) -> Iterator[Page]:
    """A browser whose worker has come, signed in as the traveller, with the copy made."""
    relay.mend()
    context = browser.new_context(
        base_url=relay.url, viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", service_workers="allow"
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/offers")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    sign_in_by_form(page, "traveller")
    _wait_for_copy(page, "豆浆一杯")
    yield page
    relay.mend()
    context.close()


def _wait_for_copy(page: Page, words: str) -> None:
    for _ in range(100):
        if words in page.evaluate(HAS_COPY):
            return
        page.wait_for_timeout(100)
    raise AssertionError("no copy was made")


def _copy(page: Page) -> str:
    return str(page.evaluate(HAS_COPY))


def test_voucher_task_and_code_open_without_a_network(phone: Page, relay: Relay, voucher: dict[str, Any]) -> None:
    relay.cut()
    phone.goto(f"/me/vouchers/{voucher['id']}")
    phone.wait_for_url(re.compile("/me/offline"))
    ticket = phone.locator(f"#v-{voucher['id']}")
    expect(ticket).to_contain_text("豆浆一杯")
    expect(ticket.locator("svg.qr")).to_be_visible()
    expect(phone.locator("main")).to_contain_text("雨天送伞")
    expect(phone.locator("main")).to_contain_text("截至")
    assert phone.locator("form").count() == 0
    # The sheets came from the store, too: the QR stands on pure white.
    assert (
        phone.locator(".qr-box__white").first.evaluate("(it) => getComputedStyle(it).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    phone.goto("/")
    phone.wait_for_url(re.compile("/me/offline"))


def test_other_pages_say_that_there_is_no_network_and_come_back(phone: Page, relay: Relay) -> None:
    relay.cut()
    phone.goto("/tasks")
    expect(phone.locator("main")).to_contain_text("这一页要有网才能打开")
    expect(phone.get_by_role("link", name="看手机里存的兑换码、任务和我的码")).to_be_visible()
    relay.mend()
    phone.get_by_role("link", name="再试一次").click()
    expect(phone.locator("main")).not_to_contain_text("这一页要有网才能打开")


def test_a_press_without_an_answer_says_so_and_is_never_sent_again(
    phone: Page, relay: Relay, street: Street, voucher: dict[str, Any]
) -> None:
    offer = voucher["offer"]["id"]
    before = len(street.call("traveller", "GET", "/me/vouchers")["items"])
    phone.goto(f"/offers/{offer}")
    relay.cut()
    phone.get_by_role("button", name=re.compile("用 10 分兑换")).click()
    if phone.locator("#ask").is_visible():
        phone.locator("#ask button[value=yes]").click()
    expect(phone.locator("main")).to_contain_text("网络断了，没有收到回音")
    relay.mend()
    phone.get_by_role("button", name="回到刚才的页面").click()
    phone.wait_for_url(re.compile(f"/offers/{offer}$"))
    phone.wait_for_timeout(1000)
    assert len(street.call("traveller", "GET", "/me/vouchers")["items"]) == before


def test_a_press_while_the_phone_knows_it_is_offline_goes_nowhere_and_keeps_what_was_typed(
    phone: Page, relay: Relay
) -> None:
    phone.goto("/feedback")
    box = phone.locator("main textarea").first
    box.fill("路灯坏了三天了")
    relay.cut()
    phone.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    box.locator("xpath=ancestor::form").locator("button[type=submit]").first.click()
    expect(phone.locator("#net-bar")).to_contain_text("刚才那一下没有送出")
    expect(box).to_have_value("路灯坏了三天了")


def test_what_was_typed_is_there_after_a_press_without_an_answer(phone: Page, relay: Relay) -> None:
    words = "三号楼的水管漏了两天"
    phone.goto("/feedback")
    phone.locator("[name=kind]").first.check(force=True)
    phone.fill("#f-text", words)
    relay.cut()
    phone.locator("#f-text").locator("xpath=ancestor::form").locator("button[type=submit]").first.click()
    expect(phone.locator("main")).to_contain_text("没有收到回音")
    relay.mend()
    phone.get_by_role("button", name="回到刚才的页面").click()
    phone.wait_for_url(re.compile("/feedback$"))
    expect(phone.locator("#f-text")).to_have_value(words)
    assert words in phone.evaluate("sessionStorage.getItem('keep:feedback')")


def test_signing_out_ends_the_copy(phone: Page, relay: Relay, voucher: dict[str, Any]) -> None:
    phone.goto("/me")
    phone.get_by_role("button", name="退出登录").click()
    phone.locator("#ask button[value=yes]").click()
    phone.wait_for_url(re.compile(r"/$"))
    assert _copy(phone) == ""
    relay.cut()
    phone.goto(f"/me/vouchers/{voucher['id']}")
    expect(phone.locator("main")).to_contain_text("这一页要有网才能打开")
    assert "豆浆一杯" not in phone.content()


def test_signing_out_in_a_cellar_ends_the_copy_and_says_that_nothing_arrived(phone: Page, relay: Relay) -> None:
    phone.goto("/me")
    relay.cut()
    phone.get_by_role("button", name="退出登录").click()
    phone.locator("#ask button[value=yes]").click()
    expect(phone.locator("main")).to_contain_text("没有收到回音")
    assert _copy(phone) == ""


def test_somebody_else_who_signs_in_never_meets_the_copy(phone: Page, relay: Relay) -> None:
    # A cookie that ended by itself: nobody pressed "sign out".
    phone.context.clear_cookies()
    sign_in_by_form(phone, "visitor")
    _wait_for_copy(phone, "我的码")
    assert "豆浆一杯" not in _copy(phone)
    relay.cut()
    phone.goto("/me/vouchers")
    phone.wait_for_url(re.compile("/me/offline"))
    expect(phone.locator("main")).to_contain_text("没有待使用的兑换码")
    assert "豆浆一杯" not in phone.content()


def test_an_ended_session_ends_the_copy_at_the_next_page(phone: Page) -> None:
    phone.context.clear_cookies()
    phone.goto("/tasks")
    phone.wait_for_function("caches.has('mine').then((is) => !is)")


def test_an_expired_voucher_says_so_in_the_copy(phone: Page, relay: Relay, voucher: dict[str, Any]) -> None:
    relay.cut()
    phone.clock.install(time="2031-01-01T00:00:00Z")
    phone.goto("/me/offline")
    ticket = phone.locator(f"#v-{voucher['id']}")
    expect(ticket.locator(".ticket__stamp")).to_contain_text("已过期")
    expect(ticket.locator("svg.qr")).to_be_hidden()
    expect(phone.locator("main")).to_contain_text("已经超过一天")


def test_a_new_worker_takes_over_and_old_files_stay(phone: Page, relay: Relay) -> None:
    sheet = phone.locator("link[rel=stylesheet][href*='css/phone.css']").get_attribute("href")
    phone.evaluate("caches.open('shell-of-long-ago')")
    phone.evaluate("navigator.serviceWorker.getRegistration().then((it) => it.unregister())")
    phone.goto("/tasks")
    phone.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    phone.wait_for_function("caches.has('shell-of-long-ago').then((is) => !is)")
    relay.cut()
    # An old page asks for a version that nobody has any more.
    assert phone.evaluate("(name) => fetch(name.replace(/v=.*/, 'v=older')).then((it) => it.status)", sheet) == 200
