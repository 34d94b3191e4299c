"""The pages of the contest: what everybody sees, what a phone of the panel asks, what a refusal says."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from pointsapp.contest.models import PanelScore, Pledge
from pointsapp.contest.services import close_panel, give_score
from pointsapp.core import clock
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.queries import find_branch
from pointsapp.stars.services import Assess, assess
from tests.conftest import Clock, HouseClient
from tests.contest.things import INDICATOR, World
from tests.stars.things import this_round


def page(client: HouseClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)[:400]
    return str(answer.get_data(as_text=True))


def browser(client: HouseClient, person: Person) -> HouseClient:
    return client.application.test_client().sign_in(person)  # type: ignore[no-any-return,attr-defined]


def test_a_promise_goes_its_way_through_the_pages(world: World, client: HouseClient, clock: Clock) -> None:
    branch, found = find_branch(world.session, world.branch), this_round(world.session)
    secretary, staff = browser(client, world.secretary), browser(client, world.staff)
    at = f"/stars/{branch.public_id}/pledges"
    assert "亮一条承诺" in page(secretary, at)
    assert "亮一条承诺" not in page(client, at)
    form = {"round_id": found.public_id, "star": "first", "promise": "装好十个充电口", "shown_by": "三号院看得见"}
    wrong = secretary.post(at, data={**form, "due_on": "2027-05-01"})
    assert wrong.status_code == 422
    assert "兑现期限不在本轮内" in wrong.get_data(as_text=True)
    assert secretary.post(at, data=form).status_code == 422  # by when is missing
    assert secretary.post(at, data={**form, "due_on": "2026-12-01"}).status_code == 303
    for path in (at, "/stars/contest", f"/stars/{branch.public_id}"):
        page(client, path)
    assert "装好十个充电口" in page(client, "/stars/contest")
    pledge_id = world.session.scalars(select(Pledge.public_id)).one()
    one = f"{at}/{pledge_id}"
    assert "汇报兑现情况" in page(secretary, one)
    assert secretary.post(f"{one}/report", data={"outcome": "kept", "reason": "装好了"}).status_code == 422
    silent = secretary.post(f"{one}/withdrawal", data={"reason": ""}).get_data(as_text=True)
    assert silent.count('href="#f-reason-withdrawal"') == silent.count('id="e-reason-withdrawal"') == 1
    assert 'id="e-reason"' not in silent  # the report's own reason has nothing wrong with it
    said = {"outcome": "kept", "reason": "装好了", "note": "验收单在二号柜"}
    assert secretary.post(f"{one}/report", data=said).status_code == 303
    assert "验收单在二号柜" in page(client, one)
    assert staff.post(f"{one}/verdict", data={"agrees": "false"}).status_code == 422
    assert secretary.post(f"{one}/verdict", data={"agrees": "true"}).status_code == 403
    assert staff.post(f"{one}/verdict", data={"agrees": "true"}).status_code == 303
    shown = page(client, one)
    assert "兑现了" in shown
    assert world.secretary.name not in shown  # a guest reads no name


def test_a_phone_of_the_panel_asks_for_one_number_at_a_time(world: World, client: HouseClient, clock: Clock) -> None:
    people = world.panellists(3)
    panel_id = world.call(people, held_at=clock.now() + timedelta(days=1))
    phone = browser(client, people[0])
    at = f"/panels/{panel_id}/scores"
    branches = sorted((world.branch, world.other_branch))
    first, second = (find_branch(world.session, code).public_id for code in branches)
    assert "评审还没有开始" in page(phone, at)
    clock.forward(days=1)
    assert "下一个" in page(phone, at)
    asked = page(phone, f"{at}/{first}")
    assert 'inputmode="decimal"' in asked
    assert "第 1 个，共 2 个" in asked
    above = phone.post(f"{at}/{first}", data={"score": "10.5"})
    assert above.status_code == 422
    assert "满分是 10 分" in above.get_data(as_text=True)
    for wrong in ("", "八", "8.123", "-1"):
        assert phone.post(f"{at}/{first}", data={"score": wrong}).status_code == 422
    assert world.session.scalar(select(func.count()).select_from(PanelScore)) == 0
    given = phone.post(f"{at}/{first}", data={"score": "8.25"})
    assert given.headers["Location"].endswith(second)
    last = phone.post(f"{at}/{second}", data={"score": "7"})
    assert last.headers["Location"].endswith(at)
    assert "8.25" in page(phone, at)
    # Nobody else reads it while the panel scores: not the public, not the chair.
    for reader in (client, browser(client, world.admin)):
        assert "8.25" not in page(reader, f"/panels/{panel_id}")
    assert "8.25" not in page(browser(client, world.admin), f"/panels/{panel_id}/chair")
    assert page(browser(client, people[1]), at).count("待评") == 2
    assert page(phone, "/panels").count(panel_id) == 1


def test_the_result_stands_unnamed_with_what_was_dropped(world: World, client: HouseClient) -> None:
    people = world.panellists(5)
    panel_id = world.call(people)
    for person, score in zip(people, (950, 800, 800, 725, 600), strict=True):
        for branch in (world.branch, world.other_branch):
            write(give_score, world.actor(person), panel_id, branch, score, now=clock.now())
    chair = browser(client, world.admin)
    assert "结束评审，公布结果" in page(chair, f"/panels/{panel_id}/chair")
    assert chair.post(f"/panels/{panel_id}/closing", data={}).status_code == 303
    shown = page(client, f"/panels/{panel_id}")
    assert shown.count("<del>") == 4  # a highest and a lowest of each branch
    assert "7.75" in shown
    for person in people:
        assert person.name not in shown
    branch = find_branch(world.session, world.branch)
    assert f"/panels/{panel_id}" in page(browser(client, world.admin), f"/stars/{branch.public_id}")


def test_the_office_calls_a_panel_by_its_form(world: World, client: HouseClient, clock: Clock) -> None:
    people = world.panellists(3)
    office = browser(client, world.admin)
    assert "召集一场评审" in page(office, "/console/panels")
    assert "召集一场评审" not in page(browser(client, world.staff), "/console/panels")
    form = {
        "round_id": this_round(world.session).public_id, "indicator": INDICATOR,
        "area": world.tree["street"].public_id, "held_at": clock_text(), "place": "三楼会议室",
        "chair": world.admin.phone, "chair_title": "副书记",
    }  # fmt: skip
    lines = [f"{one.phone} 居民代表" for one in people]
    for seats, words in (
        ("看不懂", "第 1 行看不懂"),
        ("\n".join([*lines, "13999999999 无此人"]), "没有找到 13999999999"),
        ("\n".join(lines[:2]), "评审人数太少"),
    ):
        answer = office.post("/console/panels", data={**form, "seats": seats})
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    assert office.post("/console/panels", data={**form, "seats": "\n".join(lines)}).status_code == 303
    answer = office.post("/console/panels", data={**form, "seats": "\n".join(lines)})
    assert answer.status_code == 409
    assert "已经有评审组" in answer.get_data(as_text=True)


def clock_text() -> str:
    return clock.to_local(clock.now()).strftime("%Y-%m-%dT%H:%M")


def test_two_branches_side_by_side_worked_out_by_hand(world: World, client: HouseClient) -> None:
    """party_life: 8 against 2.5, so 5.5 apart; the first star (max 20) lacks 2 there and 10 in members_active; the second lacks 7.5."""
    for code, score in ((world.branch, 800), (world.other_branch, 250)):
        command = Assess(
            round_id=this_round(world.session).public_id,
            branch_id=code,
            indicator=INDICATOR,
            score=score,
            reason="看过",
        )
        write(assess, world.actor(world.admin), command, now=clock.now())
    shown = page(client, f"/stars/compare?a={world.branch}&b={world.other_branch}")
    assert "+5.5" in shown
    assert "差 7.5 分" in shown
    assert "差 2 分" in shown
    turned = page(client, f"/stars/compare?a={world.other_branch}&b={world.branch}")
    assert "−5.5" in turned
    assert "选两个支部" in page(client, "/stars/compare")
    assert "选两个支部" in page(client, f"/stars/compare?a={world.branch}&b={world.branch}")
    page(client, f"/stars/compare?a={world.branch}&b=b-nowhere", 404)


def test_a_closed_panel_shows_no_way_to_score(world: World, client: HouseClient) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)
    for person in people:
        for branch in (world.branch, world.other_branch):
            write(give_score, world.actor(person), panel_id, branch, 500, now=clock.now())
    write(close_panel, world.actor(world.admin), panel_id, now=clock.now())
    phone = browser(client, people[0])
    at = f"/panels/{panel_id}/scores"
    assert "结束的评审不再改动" in page(phone, at)
    first = find_branch(world.session, world.branch).public_id
    answer = phone.post(f"{at}/{first}", data={"score": "9"})
    assert answer.status_code == 409
    assert "评审已经结束" in answer.get_data(as_text=True)
