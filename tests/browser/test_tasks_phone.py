"""A resident's phone and tasks, in a real browser: the map, an open page, ten taps, WeChat, no camera, no place, no answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.street import Street

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

HALL = {"latitude": 34.7657, "longitude": 113.678}
AWAY = {"latitude": 34.7657, "longitude": 113.689}  # a kilometre east
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
    " MicroMessenger/8.0.50"
)
Cookies = Callable[[str], Any]


def test_the_map_and_how_far_it_is(street: Street, opened: Opener) -> None:
    street.task("公园捡拾垃圾", **HALL)
    page = opened(geolocation=AWAY, permissions=["geolocation"])
    page.goto("/tasks?view=map&q=公园捡拾垃圾")
    page.locator("svg a.sketch__pin").first.click()
    expect(page).to_have_url(re.compile("#t-1$"))
    page.locator("[data-near]").click()
    expect(page.locator(".task-card").first).to_contain_text("1.0 公里")
    page.goto("/tasks?q=公园捡拾垃圾")  # in this tab it need not be asked again
    expect(page.locator(".task-card").first).to_contain_text("1.0 公里")


def test_who_refuses_the_place_keeps_the_list(street: Street, opened: Opener) -> None:
    street.task("不问位置的任务", **HALL)
    page = opened()
    page.goto("/tasks?q=不问位置的任务")
    page.locator("[data-near]").click()
    expect(page.locator("[data-near-said]")).to_contain_text("没有拿到位置")
    expect(page.locator(".task-card").first).to_contain_text("不问位置的任务")


def test_an_open_page_tells_the_truth_by_itself(street: Street, opened: Opener, signed_in_as: Cookies) -> None:
    task = street.task("最后一个名额", capacity=1, minutes_ahead=600, waitlist=True)
    page = opened(storage_state=signed_in_as("plain"))
    page.goto(f"/tasks/{task['id']}")
    bar = page.locator(".action-bar")
    expect(bar).to_contain_text("抢名额")
    taken = street.call("early", "POST", f"/shifts/{task['shifts'][0]['id']}/signups")
    expect(bar).to_contain_text("去候补")
    expect(bar).to_contain_text("名额已满")
    # Ten taps in a second: the form goes once, and were it ten times it would be one place in the queue.
    page.locator(".action-bar button[type=submit]").evaluate(
        "button => { for (let n = 0; n < 10; n += 1) button.click(); }"
    )
    expect(bar).to_contain_text("候补第 1 位")
    street.call("early", "DELETE", f"/signups/{taken['id']}")
    expect(bar).to_contain_text("已报名")


def test_inside_wechat_the_scanner_comes_first_and_the_date_is_copied(
    street: Street, opened: Opener, signed_in_as: Cookies
) -> None:
    task = street.task("微信里的任务", minutes_ahead=600)
    street.call("photographer", "POST", f"/shifts/{task['shifts'][0]['id']}/signups")
    # No camera, no push, no service worker, no downloads: what WeChat's own browser lacks.
    page = opened(storage_state=signed_in_as("photographer"), user_agent=WECHAT, accept_downloads=False)
    page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
    page.goto("/scan")
    first = page.locator("main section, main form").first
    expect(first).to_contain_text("用微信扫一扫")
    expect(page.locator(".scan__note")).to_contain_text("打不开相机")
    page.goto(f"/tasks/{task['id']}")
    page.get_by_text("记到日历").click()
    expect(page.locator(".copy-line")).to_contain_text("微信里的任务")
    assert page.locator("a[download]").count() == 0


def test_no_camera_and_a_refused_camera_each_say_what_next(street: Street, opened: Opener) -> None:
    for name, words in (("NotAllowedError", "没有被允许"), ("NotFoundError", "没有相机"), ("NotReadableError", "占用")):
        page = opened()
        page.add_init_script(
            f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '{name}'))"
        )
        page.goto("/scan")
        page.locator("[data-scan-start]").click()
        note = page.locator(".scan__note")
        expect(note).to_contain_text(words)
        expect(note).to_contain_text("编号")
        expect(page.locator("#f-code")).to_be_visible()
    # The camera is there, what reads its pictures is not.
    page = opened(service_workers="block")
    page.add_init_script(
        "delete window.BarcodeDetector; navigator.mediaDevices.getUserMedia = async () => new MediaStream()"
    )
    page.route("**/barcode-detector/**", lambda route: route.abort())
    page.goto("/scan")
    page.locator("[data-scan-start]").click()
    expect(page.locator(".scan__note")).to_contain_text("识别程序没有加载好")
    expect(page.locator("[data-scan-start]")).to_be_visible()


def test_right_here_and_too_far_leads_to_the_leader(street: Street, opened: Opener, signed_in_as: Cookies) -> None:
    task = street.task("要到现场的任务", checkin_radius_m=100, **AWAY)
    staff = opened(
        storage_state=signed_in_as("staff"), geolocation={**HALL, "accuracy": 20}, permissions=["geolocation"]
    )
    staff.goto(f"/console/tasks/{task['id']}/place")
    staff.get_by_role("button", name="就在这里").click()
    expect(staff.locator("main")).to_contain_text("34.765700, 113.678000")
    street.call("walker", "POST", f"/shifts/{task['shifts'][0]['id']}/signups")
    code = street.venue_code(task)["payload"]
    far = opened(
        storage_state=signed_in_as("walker"), geolocation={**AWAY, "accuracy": 30}, permissions=["geolocation"]
    )
    far.goto(code)
    far.locator(".action-bar button[type=submit]").click()
    expect(far.locator("main")).to_contain_text("不在现场")
    far.get_by_role("link", name="打开我的码，给负责人扫").click()
    expect(far).to_have_url(re.compile("/me/code"))
    # Beside the line, and the phone says it may be 140 m off: that is added to the radius.
    near = opened(
        storage_state=signed_in_as("walker"), geolocation={"latitude": 34.7657, "longitude": 113.6803, "accuracy": 140},
        permissions=["geolocation"],
    )  # fmt: skip
    near.goto(street.venue_code(task)["payload"])
    near.locator(".action-bar button[type=submit]").click()
    expect(near.get_by_text("签到成功").first).to_be_visible()


def test_a_tap_that_the_network_lost_can_be_made_again(street: Street, opened: Opener, signed_in_as: Cookies) -> None:
    task = street.task("断网也不怕", minutes_ahead=900)
    page = opened(storage_state=signed_in_as("resident"))
    page.goto(f"/tasks/{task['id']}")
    page.route("**/signups", lambda route: route.abort())
    page.locator(".action-bar button[type=submit]").click()
    page.wait_for_timeout(500)
    page.unroute("**/signups")
    page.goto(f"/tasks/{task['id']}")
    page.locator(".action-bar button[type=submit]").click()
    expect(page.locator(".action-bar")).to_contain_text("已报名")
    mine = street.call("resident", "GET", "/me/signups")["items"]
    assert sum(each["task"]["title"] == "断网也不怕" for each in mine) == 1
