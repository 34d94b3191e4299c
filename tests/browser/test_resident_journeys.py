"""Journeys of residents: an offered place, a promise missed, giving, a lost phone, moving, acting for a mother, a card, a certificate, a word of complaint."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Route, expect

from tests.browser.acting import code_on, confirm, press, send
from tests.browser.conftest import Opener, sign_in
from tests.browser.street import PEOPLE, Street

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
Cookies = Callable[[str], Any]
DESK = {"width": 1280, "height": 800}


def _came(street: Street, who: str, title: str, **over: Any) -> dict[str, Any]:
    """Let `who` come to a task of its own, seen by the staff; return the task."""
    task = street.task(title, **over)
    shift = task["shifts"][0]["id"]
    street.call(who, "POST", f"/shifts/{shift}/signups")
    street.call("staff", "POST", f"/shifts/{shift}/checkins", {"code": street.call(who, "GET", "/me/code")["code"]})
    return task


def test_an_offered_place_is_taken_by_one_tap_before_its_time_is_over(on_demo: Opener) -> None:
    page = on_demo("resident")
    page.goto("/me/tasks")
    waiting = page.locator("li.panel").filter(has_text="待确认").first
    waiting.locator("h3 a").click()
    expect(page.locator("main")).to_contain_text("有名额给您留到")
    expect(page.locator(".action-bar time[data-countdown]")).to_have_text(re.compile(r"^[01]:\d\d:\d\d$"))
    press(page, "接受名额")
    expect(page.locator("main")).to_contain_text("已报名")
    expect(page.locator("main")).not_to_contain_text("待确认")


def test_a_promise_missed_is_explained_refused_and_heard_again_by_another(on_demo: Opener) -> None:
    page = on_demo("resident")
    page.goto("/me/no-shows")
    expect(page.locator("main")).to_contain_text("规则")
    line = page.locator("li.panel").filter(has=page.locator("summary", has_text="说明原因")).first
    number = line.get_attribute("id")
    line.locator("summary").click()
    line.locator("textarea").fill("公交坏在半路，手机也没电了。")
    line.get_by_role("button", name="交给工作人员").click()

    staff = on_demo("staff", viewport=DESK)
    staff.goto("/console/no-shows")
    asked = staff.locator(f"#{number}")
    expect(asked).to_contain_text("公交坏在半路")
    asked.get_by_role("button", name="不同意").click()  # without a word it is no answer
    asked.locator("[name=answer]").fill("调度说那天公交都正常。")
    asked.get_by_role("button", name="不同意").click()

    page.goto("/me/no-shows")
    line = page.locator(f"#{number}")
    expect(line).to_contain_text("调度说那天公交都正常")
    line.locator("summary").click()
    line.locator("textarea").fill("有司机的证明，请再看一次。")
    line.get_by_role("button", name="提交申诉").click()

    staff.goto("/console/no-shows")
    expect(staff.locator(f"#{number}")).to_contain_text("没有经手过的人")
    other = on_demo("street_admin", viewport=DESK)
    other.goto("/console/no-shows")
    with other.expect_navigation():
        other.locator(f"#{number}").get_by_role("button", name="同意，不算").click()
    page.goto("/me/no-shows")
    expect(page.locator(f"#{number}")).to_contain_text("申诉结果")
    expect(page.locator(f"#{number}")).to_contain_text("同意，不算爽约")


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "plain"])
def test_points_are_given_to_a_fund_and_to_a_neighbour(on_demo: Opener, has_scripts: bool) -> None:
    page = on_demo("resident", java_script_enabled=has_scripts)
    page.goto("/funds")
    page.locator("main a[href^='/funds/']").first.click()
    page.fill("#f-points", "3")
    press(page, "捐出")
    if has_scripts:
        confirm(page)
    page.goto("/me/giving")
    expect(page.locator("main")).to_contain_text("捐给基金")
    # A neighbour by number: looked at first, masked, then given.
    elder = on_demo("elder")
    elder.goto("/me")
    number = re.search(r"\d{11}", re.sub(r"\s", "", elder.inner_text("body")))
    assert number is not None
    page.fill("#f-volunteer_number", number[0])
    page.fill("#f-points", "2")
    press(page, "下一步")
    expect(page.locator("main")).to_contain_text("是这位邻居吗")
    expect(page.locator("main")).to_contain_text("*")
    send(page, "确认送出")
    page.goto("/me/giving")
    expect(page.locator("main")).to_contain_text("送给")
    elder.goto("/me/giving")
    expect(elder.locator("main")).to_contain_text("送您")


def test_a_donation_whose_answer_was_lost_is_one_donation(on_demo: Opener) -> None:
    """Going back brings the words and the number of the press back; other words are another donation."""
    page = on_demo("resident")
    page.goto("/funds")
    page.locator("main a[href^='/funds/']").first.click()
    page.wait_for_url(re.compile("/funds/.+"))
    fund, own = page.url, page.locator("main section").filter(has_text="捐给基金").locator(".entry")
    page.goto("/me/giving")
    before = own.count()
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch(max_redirects=0).status)  # it arrives and is done; its answer never comes back
        route.abort()

    def ask(points: str) -> None:
        if points:
            page.fill("#f-points", points)
        press(page, "捐出")

    def give(points: str) -> None:
        ask(points)
        confirm(page)

    page.goto(fund)
    page.route("**/donations", lose, times=1)
    ask("4")
    page.locator("dialog#ask button[value=yes]").click()
    page.wait_for_timeout(1000)
    assert lost == [303]
    page.goto(fund)
    expect(page.locator("#donate")).to_contain_text("您上一次捐给它 4 分，刚刚")
    expect(page.locator("#f-points")).to_have_value("4")
    give("")
    page.wait_for_url(fund)
    expect(page.locator("#f-points")).to_have_value("")
    page.goto("/me/giving")
    assert own.count() == before + 1
    # The same sum once more, wanted: the answer came, so it is another donation.
    page.goto(fund)
    give("4")
    page.wait_for_url(fund)
    page.goto("/me/giving")
    assert own.count() == before + 2


def test_a_lost_phone_opens_nothing_any_more(street: Street, opened: Opener) -> None:
    found, own = sign_in(opened(), "loser"), sign_in(opened(), "loser")
    found.goto("/me/code")
    code = code_on(found)
    own.goto("/me/lost-phone")
    press(own, "手机丢了，全部换掉")
    confirm(own)
    own.wait_for_url(re.compile("(sign-in|/$)"))
    found.goto("/me/code")
    expect(found.locator("#f-account")).to_be_visible()
    again = sign_in(opened(), "loser")
    again.goto("/me/code")
    assert code_on(again) != code
    task = street.task("清理河道")
    with pytest.raises(HTTPError) as refused:
        street.call("staff", "POST", f"/shifts/{task['shifts'][0]['id']}/checkins", {"code": code})
    assert refused.value.code in (404, 410, 422)


def test_moving_is_asked_and_answered_by_the_new_community(street: Street, opened: Opener) -> None:
    page = sign_in(opened(), "mover")
    page.goto("/me/move")
    page.select_option("#f-area", label="东里社区")
    page.fill("#f-words", "搬到东里二号院了。")
    press(page, "申请转过去")
    expect(page.locator("main")).to_contain_text("等 东里社区 答复")
    desk = sign_in(opened(viewport=DESK), "eastern")
    desk.goto("/console/moves")
    expect(desk.locator("main")).to_contain_text("东里二号院")
    press(desk, "接收")
    confirm(desk)
    expect(desk.locator("main")).not_to_contain_text("东里二号院")
    page.goto("/me/move")
    expect(page.locator("main")).to_contain_text("已经转到 东里社区")


def test_a_daughter_acts_for_her_mother_until_she_may_no_longer(street: Street, opened: Opener) -> None:
    street.task("陪老人读报", minutes_ahead=1500)
    mother, daughter = sign_in(opened(), "mother"), sign_in(opened(), "daughter")
    mother.goto("/me/helpers")
    mother.fill("#f-who", PEOPLE["daughter"][0])
    send(mother, "请他帮忙")
    daughter.goto("/me/helpers")
    press(daughter, "答应")
    press(daughter, "替他办")
    press(daughter, "开始替他办")
    expect(daughter.locator(".acting")).to_contain_text("您正在替")
    press(daughter, "替他报名")
    with daughter.expect_navigation():
        daughter.locator("section.panel").filter(has_text="陪老人读报").get_by_role("button", name="报名").click()
    mother.goto("/me/tasks")
    expect(mother.locator("main")).to_contain_text("陪老人读报")
    mother.goto("/me/helpers")
    expect(mother.locator("main")).to_contain_text("高小燕")
    expect(mother.locator("main")).to_contain_text("陪老人读报")
    at = daughter.url
    press(mother, "收回授权")
    confirm(mother)
    expect(mother.locator("main")).not_to_contain_text("收回授权")
    daughter.goto(at)
    expect(daughter.locator("main")).to_contain_text("授权已经结束")


def test_a_card_on_paper_checks_in_until_it_is_lost(street: Street, opened: Opener) -> None:
    first, second = street.task("门口值守"), street.task("楼道值守", minutes_ahead=20)
    street.call("carder", "POST", f"/shifts/{first['shifts'][0]['id']}/signups")
    page = sign_in(opened(java_script_enabled=False), "carder")
    page.goto("/me/cards")
    send(page, "做一张新卡")
    page.goto("/me/cards")
    press(page, "再打印")
    card = code_on(page)
    leader = sign_in(opened(java_script_enabled=False), "staff")
    leader.goto(f"/lead/{first['shifts'][0]['id']}")
    leader.locator("summary").filter(has_text="扫志愿者的码").click()
    leader.fill("#f-code", card)
    send(leader, "确定")
    leader.goto(f"/lead/{first['shifts'][0]['id']}")
    expect(leader.locator("main")).to_contain_text("已记分")
    page.goto("/me/cards")
    press(page, "卡丢了，作废")
    expect(page.locator("main")).to_contain_text("已作废")
    leader.goto(f"/lead/{second['shifts'][0]['id']}")
    leader.locator("summary").filter(has_text="扫志愿者的码").click()
    leader.fill("#f-code", card)
    press(leader, "确定")
    expect(leader.locator(".notice--no").first).to_be_visible()
    expect(leader.locator("main")).not_to_contain_text("已记分")


def test_a_certificate_is_confirmed_and_a_stranger_verifies_it(street: Street, opened: Opener) -> None:
    _came(street, "student", "图书馆整理")
    page = sign_in(opened(), "student")
    page.goto("/me/certificates")
    press(page, "请组织方确认")
    expect(page.locator("main")).to_contain_text("军区社区")
    desk = sign_in(opened(viewport=DESK), "staff")
    desk.goto("/console/certificates")
    desk.locator("tr").filter(has_text="沈同学").get_by_role("link", name="核对").click()
    expect(desk.locator("main")).to_contain_text("图书馆整理")
    with desk.expect_navigation():
        desk.get_by_role("button", name=re.compile("^确认这")).click()
    page.goto("/me/certificates")
    with page.expect_download() as saved:
        press(page, "下载 PDF")
    assert saved.value.path().read_bytes().startswith(b"%PDF")
    check = page.get_by_role("link", name="看核对页").get_attribute("href")
    stranger = opened(java_script_enabled=False)
    stranger.goto(str(check))
    expect(stranger.locator("main")).to_contain_text("证明有效")
    expect(stranger.locator("main")).not_to_contain_text("沈同学")  # masked
    stranger.goto("/q/x/ABCDEFGH")
    expect(stranger.locator("main")).to_contain_text("没有这份证明")


def test_a_guest_complains_follows_it_by_number_and_goes_a_storey_up(street: Street, opened: Opener) -> None:
    guest = opened(java_script_enabled=False)
    guest.goto("/tasks")
    guest.locator("a[href^='/feedback']").first.click()
    guest.locator("[name=kind]").first.check(force=True)
    guest.fill("#f-text", "三号楼的路灯坏了两周，没有人来看。")
    if guest.locator("#f-area").count():
        guest.select_option("#f-area", label="军区社区")
    press(guest, "提交")
    number, secret = (re.sub(r"\s", "", one) for one in guest.locator(".slip__codes dd").all_inner_texts())

    desk = sign_in(opened(viewport=DESK), "staff")
    desk.goto(f"/console/feedback/{number}")
    if desk.locator("button").filter(has_text="我来答复").count():
        press(desk, "我来答复")
    desk.fill("#f-text", "已报修，周五前换好。")
    desk.locator("#answer button[type=submit]").click()

    stranger = opened(java_script_enabled=False)  # another device: number and secret open it
    stranger.goto("/feedback")
    stranger.fill("#f-number", number)
    stranger.fill("#f-code", secret)
    press(stranger, "查询")
    expect(stranger.locator("main")).to_contain_text("已报修")
    stranger.fill("#f-text", "周五过了，还是黑的。")
    press(stranger, "不满意，转上一级")
    expect(stranger.locator("main")).to_contain_text("经八路街道")
    office = sign_in(opened(viewport=DESK), "office")
    office.goto(f"/console/feedback/{number}")
    expect(office.locator("main")).to_contain_text("还是黑的")
