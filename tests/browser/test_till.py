"""The till in a real browser: a lost answer, no network, a session that ended, goods that are out; never two redemptions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.acting import press
from tests.browser.conftest import Opener, sign_in
from tests.browser.street import PASSWORD, PEOPLE, Street

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
CUSTOMER = "customer"


@pytest.fixture(scope="module")
def breakfast(street: Street) -> str:
    """An offer that the customer, who has earned 200 points at one shift, can take many times."""
    task = street.task("扫院子", points=200)
    shift = task["shifts"][0]["id"]
    street.call(CUSTOMER, "POST", f"/shifts/{shift}/signups")
    code = street.call(CUSTOMER, "GET", "/me/code")["code"]
    street.call("staff", "POST", f"/shifts/{shift}/checkins", {"code": code})
    return str(street.offer("早点一份", points=10)["id"])


@pytest.fixture
def voucher(street: Street, breakfast: str) -> dict[str, Any]:
    found = street.call(CUSTOMER, "POST", f"/offers/{breakfast}/vouchers")
    assert isinstance(found, dict)
    return found


def _state(street: Street, voucher: dict[str, Any]) -> dict[str, Any]:
    kept = street.call(CUSTOMER, "GET", "/me/vouchers")["items"]
    return next(each for each in kept if each["id"] == voucher["id"])


def _scan(till: Page, code: str) -> None:
    till.locator("[data-gun]").focus()
    till.keyboard.type(code)
    till.keyboard.press("Enter")


def test_a_press_that_got_no_answer_is_one_redemption(street: Street, opened: Opener, voucher: dict[str, Any]) -> None:
    till = sign_in(opened(), "clerk")
    till.goto("/till")
    before = till.locator("#till-count").inner_text()
    _scan(till, voucher["code"])
    ask = till.locator("[data-answer-kind=ask]")
    expect(ask).to_be_visible()
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)  # it arrives and is done; its answer never comes back
        route.abort()

    till.route(re.compile("/till$"), lose, times=1)
    ask.locator("form[data-till-act] button").first.click()
    expect(till.locator("[data-till-note]")).to_contain_text("不会重复核销")
    assert lost
    ask.locator("form[data-till-act] button").first.click()
    expect(till.locator("[data-answer-kind=yes]")).to_contain_text("早点一份")
    expect(till.locator("#till-count")).not_to_have_text(before)
    assert _state(street, voucher)["state"] == "redeemed"


def test_ten_presses_are_one(street: Street, opened: Opener, voucher: dict[str, Any]) -> None:
    till = sign_in(opened(), "clerk")
    till.goto("/till")
    _scan(till, voucher["code"])
    button = till.locator("[data-answer-kind=ask] form[data-till-act] button").first
    expect(button).to_be_visible()
    button.evaluate("(it) => { for (let n = 0; n < 10; n += 1) it.click(); }")
    expect(till.locator("[data-answer-kind=yes]")).to_be_visible()


def test_without_a_network_it_says_so_and_keeps_the_code(
    street: Street, opened: Opener, voucher: dict[str, Any]
) -> None:
    till = sign_in(opened(), "clerk")
    till.goto("/till")
    # A reader cut off while it loads is another story, which the browser reports.
    till.wait_for_load_state("networkidle")
    till.context.set_offline(True)
    expect(till.locator("#till-net")).to_contain_text("现在没有网")
    _scan(till, voucher["code"])
    expect(till.locator("[data-gun]")).to_have_value(voucher["code"])
    expect(till.locator("[data-answer-kind]")).to_have_count(0)
    till.context.set_offline(False)
    expect(till.locator("#till-net")).to_be_hidden()
    till.locator("[data-gun]").press("Enter")
    expect(till.locator("[data-answer-kind=ask]")).to_be_visible()
    till.keyboard.press("Escape")
    expect(till.locator("[data-answer-kind=ask]")).to_have_count(0)
    assert _state(street, voucher)["state"] == "issued"


def test_a_press_without_a_code_says_what_is_missing_and_a_slow_look_shows_that_it_is_on_its_way(
    opened: Opener, voucher: dict[str, Any]
) -> None:
    till = sign_in(opened(), "clerk")
    till.goto("/till")
    button = till.locator("form[action$='/till/look'] button[type=submit]").first
    button.click()
    expect(till.locator("#till-net")).to_contain_text("还没有码")
    expect(till.locator("[data-gun]")).to_be_focused()
    held: list[Route] = []
    till.route(re.compile("/till/look$"), lambda route: held.append(route), times=1)
    _scan(till, voucher["code"])
    expect(button).to_have_class(re.compile("is-busy"))
    expect(till.locator("#till-net")).to_be_hidden()
    held[0].continue_()
    expect(till.locator("[data-answer-kind=ask]")).to_be_visible()
    till.keyboard.press("Escape")
    expect(button).to_be_enabled()


def test_without_scripts_the_till_has_no_keys_that_do_nothing(opened: Opener) -> None:
    till = sign_in(opened(java_script_enabled=False), "clerk")
    till.goto("/till")
    expect(till.locator("#f-code")).to_be_visible()
    expect(till.locator(".keypad-box")).to_be_hidden()
    helper = sign_in(opened(java_script_enabled=False), CUSTOMER)
    helper.goto("/me/offline")
    expect(helper.locator("[data-with-worker]")).to_be_hidden()  # it says that the page is kept, and it is not


def test_a_session_that_ended_keeps_the_code(street: Street, opened: Opener, voucher: dict[str, Any]) -> None:
    till = sign_in(opened(), "clerk")
    till.goto("/till")
    till.wait_for_load_state("networkidle")
    till.context.clear_cookies()
    _scan(till, voucher["code"])
    expect(till.locator("main")).to_contain_text("您已退出登录")
    till.fill("#f-account", PEOPLE["clerk"][0])
    till.fill("#f-password", PASSWORD)
    till.locator("button[type=submit]").first.click()
    till.locator("form[action$='/till/look'] button[type=submit]").first.click()
    expect(till.locator("[data-answer-kind=ask]")).to_contain_text("早点一份")


def test_goods_that_are_out_are_the_customers_choice(street: Street, opened: Opener, voucher: dict[str, Any]) -> None:
    till = sign_in(opened(), "clerk")
    till.goto("/till")
    _scan(till, voucher["code"])
    press(till, "今天没货")
    expect(till.locator("[data-answer-kind=no]")).to_contain_text("没有用掉")
    page = sign_in(opened(), CUSTOMER)
    page.goto(f"/me/vouchers/{voucher['id']}")
    expect(page.locator("main")).to_contain_text("店里今天没货")
    press(page, "延长 7 天")
    expect(page.locator("body")).to_contain_text("已经延期")
    assert _state(street, voucher)["expires_at"] > voucher["expires_at"]


def test_the_receipt_waits_for_who_is_asked(street: Street, opened: Opener, voucher: dict[str, Any]) -> None:
    till = sign_in(opened(), "clerk")
    done = street.call("clerk", "POST", "/redemptions", {"code": voucher["code"]})
    till.clock.install()
    till.goto(f"/till/redemptions/{done['id']}")
    till.get_by_role("button", name="扫错了，撤销").click()
    till.clock.run_for(10_000)  # by itself it goes back to scanning after three seconds
    dialog = till.locator("dialog#ask")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="撤销").click()
    expect(till).not_to_have_url(re.compile("/till/redemptions/"))
    assert _state(street, voucher)["state"] == "issued"
