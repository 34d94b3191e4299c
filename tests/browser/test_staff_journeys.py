"""Journeys of staff: a list without a network, a series, a correction by two, a deputy, figures down to a grid, an objection to the stars."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from pointsapp.core import clock
from tests.browser.acting import confirm, press, send
from tests.browser.conftest import Opener, sign_in
from tests.browser.street import PEOPLE, Street

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
DESK = {"width": 1280, "height": 800}


def test_a_list_ticked_without_a_network_gets_a_true_answer_per_row(street: Street, opened: Opener) -> None:
    task = street.task("断网点名")
    shift = task["shifts"][0]["id"]
    first, second = street.newcomer("施大姐"), street.newcomer("苗大叔")
    for who in (first, second):
        street.call(who, "POST", f"/shifts/{shift}/signups")
    leader = sign_in(opened(), "staff")
    leader.goto(f"/lead/{shift}/offline")
    leader.wait_for_load_state("networkidle")
    leader.context.set_offline(True)
    expect(leader.locator("[data-offline-off]")).to_be_visible()
    for name in ("施", "苗"):
        leader.locator("li.panel").filter(has_text=name).locator("[data-tick]").click()
    expect(leader.locator("[data-offline-count]")).to_contain_text("还有 2 条没传")
    expect(leader.locator("[data-offline-send]")).to_be_disabled()
    # Meanwhile one of them is checked in by somebody who has a network.
    street.call("colleague", "POST", f"/shifts/{shift}/checkins", {"code": _code(street, second)})
    leader.context.set_offline(False)
    kept = json.loads(str(leader.evaluate(f"localStorage.getItem('offline:{shift}')")))
    assert len(kept) == 2
    # A row about nobody there is refused and told, the others stand.
    stranger = {**kept[0], "key": "0" * 24, "user_id": "nobodynobody"}
    leader.evaluate(
        "([name, rows]) => localStorage.setItem(name, rows)", [f"offline:{shift}", json.dumps([*kept, stranger])]
    )
    leader.reload()
    expect(leader.locator("[data-offline-count]")).to_contain_text("还有 3 条没传")
    leader.locator("[data-offline-send]").click()
    expect(leader.locator("[data-offline-count]")).to_contain_text("都传上来了")
    expect(leader.locator("main")).to_contain_text("+50 分")
    expect(leader.locator("main")).to_contain_text("早就记过了")
    expect(leader.locator("main")).to_contain_text("没记成")


def _code(street: Street, who: str) -> str:
    return str(street.call(who, "GET", "/me/code")["code"])


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "plain"])
def test_a_series_is_laid_out_looked_at_and_published(street: Street, opened: Opener, has_scripts: bool) -> None:
    page = sign_in(opened(java_script_enabled=has_scripts, viewport=DESK), "staff")
    page.goto("/console/tasks/new")
    first = clock.to_local(clock.now()) + timedelta(days=3)
    title = "每周大扫除" + ("" if has_scripts else "（无脚本）")
    page.fill("#f-title", title)
    page.select_option("#f-category", "environment")
    page.fill("#f-description", "每周一起打扫院子。")
    page.fill("#f-place", "院子里")
    page.fill("#f-shifts-0-starts_at", f"{first:%Y-%m-%d}T09:00")
    page.fill("#f-shifts-0-ends_at", f"{first:%Y-%m-%d}T10:30")
    page.fill("#f-shifts-0-capacity", "8")
    page.select_option("#f-repeat_rhythm", "weekly")
    page.fill("#f-repeat_until", f"{first + timedelta(days=21):%Y-%m-%d}")
    press(page, "排出场次")
    expect(page.locator("#f-shifts-3-starts_at")).to_have_value(f"{first + timedelta(days=21):%Y-%m-%d}T09:00")
    for name in ("starts_at", "ends_at", "capacity"):
        page.fill(f"#f-shifts-2-{name}", "")  # the holiday falls out
    page.fill("#f-points", "10")
    for name in ("conditions", "what_to_bring", "risks", "safeguards", "insurance", "contact", "organiser"):
        page.fill(f"#f-{name}", "按社区统一安排")
    press(page, "保存，去检查")
    expect(page.locator("main")).to_contain_text("发布前检查")
    press(page, "发布")
    if has_scripts:
        confirm(page)
    expect(page.locator("main")).not_to_contain_text("发布前检查")
    expect(page.locator("main tbody tr").filter(has_text="0 / 8")).to_have_count(3)
    guest = opened(java_script_enabled=has_scripts)
    guest.goto(f"/tasks?q={title}")
    expect(guest.locator("main")).to_contain_text("每周大扫除")


def test_minutes_are_corrected_by_two_and_told_to_the_third(street: Street, opened: Opener) -> None:
    task, who = street.task("清运旧家具", points=30), street.newcomer("汪大哥")
    shift = task["shifts"][0]["id"]
    signup = street.call(who, "POST", f"/shifts/{shift}/signups")["id"]
    street.call("staff", "POST", f"/shifts/{shift}/checkins", {"code": _code(street, who)})
    before = street.call(who, "GET", "/me")["service_minutes"]
    page = sign_in(opened(viewport=DESK), "staff")
    page.goto(f"/console/signups/{signup}/correction")
    page.fill("#f-minutes", "20")
    page.fill("#f-reason", "纸质签到表第三行，早退。")
    send(page, "登记，等另一位复核")
    page.goto("/console/review")
    row = page.locator("tr").filter(has_text="清运旧家具")
    expect(row).to_contain_text("要由另一位复核")
    assert row.get_by_role("button", name="通过").count() == 0
    other = sign_in(opened(viewport=DESK, java_script_enabled=False), "colleague")
    other.goto("/console/review")
    other.locator("tr").filter(has_text="清运旧家具").get_by_role("button", name="通过").click()
    expect(other.locator("tr").filter(has_text="清运旧家具")).to_have_count(0)
    after = street.call(who, "GET", "/me")["service_minutes"]
    assert after == before - 40
    own = sign_in(opened(), who)
    own.goto("/me/hours")
    expect(own.locator("main")).to_contain_text("清运旧家具")


def test_a_deputy_may_what_the_office_may_until_it_ends(street: Street, opened: Opener) -> None:
    office, deputy = sign_in(opened(viewport=DESK), "office"), sign_in(opened(viewport=DESK), "eastern")
    deputy.goto("/console/disputes")
    deputy.goto("/console/areas")
    reader = _deputies_of(street, "office")
    office.goto(reader)
    office.fill("[name=deputy]", PEOPLE["eastern"][0])
    office.fill("[name=ends_on]", f"{clock.local_day(clock.now()) + timedelta(days=3):%Y-%m-%d}")
    press(office, "请他代办")
    expect(office.locator("main")).to_contain_text("正在代办")
    deputy.goto("/console/budgets")
    expect(deputy.locator("main form").filter(has_text="拨付").first).to_be_visible()
    press(office, "结束代办")
    expect(office.locator("main")).not_to_contain_text("正在代办")
    deputy.wait_for_timeout(2100)  # what a role allows may be believed for two seconds
    deputy.goto("/console/budgets")
    expect(deputy.locator("main form").filter(has_text="拨付")).to_have_count(0)


def _deputies_of(street: Street, who: str) -> str:
    me: dict[str, Any] = street.call(who, "GET", "/me")
    return f"/console/people/{me['id']}/deputies"


def test_figures_open_from_the_street_down_and_add_up(on_demo: Opener) -> None:
    page = on_demo("street_admin", viewport=DESK)
    page.goto("/console/statistics")
    street = page.locator("tr.sheet__total td").all_inner_texts()
    rows = page.locator("table.sheet--sums tbody tr:not(.sheet__total)")
    columns = [[_number(cell) for cell in row.locator("td").all_inner_texts()] for row in rows.all()]
    assert len(columns) > 2
    for place, total in enumerate(street):
        assert sum(row[place] for row in columns) == _number(total), place
    name = rows.first.locator("th").inner_text().strip()
    below = columns[0]
    rows.first.locator("th a").click()
    expect(page.locator("h1")).to_contain_text(name)
    assert [_number(cell) for cell in page.locator("tr.sheet__total td").all_inner_texts()] == below
    with page.expect_download() as saved:
        press(page, "XLSX")
    assert saved.value.path().read_bytes().startswith(b"PK")
    page.locator("nav a").filter(has_text="街道").first.click()
    assert page.locator("tr.sheet__total td").all_inner_texts() == street


def _number(words: str) -> int:
    """Read a figure as whole units: hours with a decimal become minutes' tenths."""
    found = re.sub(r"[^\d.\-]", "", words.replace("−", "-")) or "0"
    return round(float(found) * 10)


def test_an_objection_to_a_star_is_answered_in_public(on_demo: Opener) -> None:
    resident = on_demo("resident")
    office = on_demo("platform_admin", viewport=DESK)
    office.goto("/console/star-rounds")
    expect(office.locator("a").filter(has_text="公开页").first).to_be_visible()
    branch = _branch_that_takes_objections(resident)
    resident.fill("#f-text", "我们楼院清扫了四回，这里只有三回。")
    press(resident, "提交异议")
    expect(resident.locator("main")).to_contain_text("收到的异议")
    office.goto(f"/console/star-objections?round={branch[1]}")
    row = office.locator("tr").filter(has_text="我们楼院清扫了四回")
    row.get_by_role("link", name="答复").click()
    office.locator("[name=verdict][value=rejected]").check(force=True)
    office.fill("#f-answer", "逐场核对了签到，第四回没有登记。")
    with office.expect_navigation():
        office.locator("#answer button[type=submit]").click()
    resident.goto(branch[0])
    expect(resident.locator("main")).to_contain_text("第四回没有登记")
    guest = on_demo(None, java_script_enabled=False)
    guest.goto(branch[0])
    expect(guest.locator("main")).to_contain_text("第四回没有登记")
    expect(guest.locator("main")).not_to_contain_text("我们楼院清扫了四回")  # what was objected is not public


def _branch_that_takes_objections(page: Any) -> tuple[str, str]:
    """Open the objections of a branch whose round hangs out now; return the address and the round."""
    page.goto("/stars")
    ahead, seen = _rounds_on(page), set()
    while ahead:
        found = ahead.pop(0)
        if found in seen:
            continue
        seen.add(found)
        page.goto(f"/star-rounds/{found}")
        ahead += _rounds_on(page)
        if "公示中" in page.inner_text("main"):
            page.goto(f"/stars?round={found}")
            branch = re.search(r"/stars/(\w{12})", page.inner_html("main"))
            assert branch is not None
            address = f"/stars/{branch[1]}/objections?round={found}"
            page.goto(address)
            return address, found
    raise AssertionError("no round hangs out")


def _rounds_on(page: Any) -> list[str]:
    return re.findall(r"(?:star-rounds/|round=)(\w{12})", page.inner_html("main"))
