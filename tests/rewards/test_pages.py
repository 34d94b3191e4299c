"""The pages: the rules for everybody, one's own book, the desk of budgets and rules, for each role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clock_module
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.ledger.queries import account_balance
from pointsapp.ledger.services import open_hold
from pointsapp.people.models import Person
from pointsapp.rewards.services import AddRuleVersion, add_rule_version, reserve_for_task
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, make_person, make_platform_admin, make_staff, make_tree
from tests.rewards.test_services import books_balance as books_balance
from tests.rewards.test_services import correct, credit


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    areas = make_tree(session)
    session.expunge_all()
    return areas


def someone(session: Session, area: Area | None = None, role: Role | None = None, **over: Any) -> Person:
    person = make_staff(session, area, role, **over) if role and area else make_person(session, area, **over)
    session.expunge_all()
    return person


def body(answer: Any) -> str:
    return " ".join(answer.get_data(as_text=True).split())


def test_anybody_reads_how_points_are_counted(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    page = client.get("/rules")
    assert page.status_code == 200
    assert "现在没有任何上限" in body(page)
    assert "不会到期" in body(page)
    admin = make_platform_admin(session)
    numbers = {"cap_day": 40, "expires_after_months": 36}
    command = AddRuleVersion(category="*", reason="议事会商定", **numbers)
    write(add_rule_version, actor_of(session, admin), command, now=clock_module.now())
    later = AddRuleVersion(
        category="patrol", reason="试行", starts_at=clock_module.now() + timedelta(days=3), cap_activity=25
    )
    write(add_rule_version, actor_of(session, admin), later, now=clock_module.now())
    shown = body(client.get("/rules"))
    for words in ("每人每天最多 40 分", "挣得后 36 个月到期", "第 2 版", "议事会商定", "起有新版本", "一次最多 25 分"):
        assert words in shown, words
    english = body(client.get("/rules?lang=en"))
    assert "At most 40 points a day for one person" in english


def test_a_version_that_only_lapses_is_no_cap(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    admin = make_platform_admin(session)
    command = AddRuleVersion(category="*", reason="三年到期", expires_after_months=36)
    write(add_rule_version, actor_of(session, admin), command, now=clock_module.now())
    never = AddRuleVersion(category="*", reason="又不到期了", starts_at=clock_module.now() + timedelta(days=3))
    write(add_rule_version, actor_of(session, admin), never, now=clock_module.now())
    shown = body(client.get("/rules"))
    assert "现在没有任何上限" in shown
    assert "三年到期" in shown  # why, beside what it changes
    assert "不会到期" in shown.split("起有新版本")[1]


def test_a_guest_is_led_to_the_sign_in(client: HouseClient) -> None:
    for path in ("/me/points", "/me/points/abc", "/console/budgets", "/console/rules"):
        assert client.get(path).status_code == 302, path


def test_an_empty_book_offers_the_first_step(client: HouseClient, session: Session) -> None:
    page = client.sign_in(someone(session)).get("/me/points")
    assert page.status_code == 200
    assert "还没有积分" in body(page)


def test_the_book_shows_balance_days_and_what_expires(
    client: HouseClient, session: Session, tree: dict[str, Area], clock: Clock
) -> None:
    admin = make_platform_admin(session)
    command = AddRuleVersion(category="*", reason="三年到期", expires_after_months=36)
    write(add_rule_version, actor_of(session, admin), command, now=clock.at)
    me = someone(session)
    credit(me, 1)
    clock.forward(days=1)
    credit(me, 2, points=10, points_mode="per_hour", minutes=95)
    order = {"person_id": me.id, "amount": 30, "expires_at": clock.at, "memo": "x", "facts": {}, "now": clock.at}
    write(open_hold, reference="v", **order)
    correct(me, 1)
    client.sign_in(me)
    seen: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    page = client.get("/me/points")
    reads = [statement for statement in seen if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
    assert len(reads) <= 12, reads
    shown = body(page)
    for words in ("今天", "昨天", "换兑换码时占用 30 分", "参加「红专路夜巡」", "还有 15 分待扣回", "mini-bars"):
        assert words in shown, words
    assert "2029年11月" not in shown  # every expiring point is in the hold
    assert client.get("/me/points?cursor=nonsense").status_code == 422


def test_a_line_opens_to_its_reason_for_its_owner_only(client: HouseClient, session: Session, clock: Clock) -> None:
    me, leader = someone(session), someone(session, name="李红梅")
    credit(me, 1, points=10, points_mode="per_hour", minutes=95, confirmed_by_id=leader.id)
    client.sign_in(me)
    book = client.get("/me/points").get_data(as_text=True)
    path = "/me/points/" + book.split('href="/me/points/')[1].split('"')[0]
    shown = body(client.get(path))
    for words in ("每小时 10 分 × 95 分钟 ÷ 60", "通用积分规则 第 1 版", "李**", "1 小时 35 分", "余额 15 分"):
        assert words in shown, words
    assert "李红梅" not in shown
    client.sign_in(someone(session))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/console/budgets", "/console/rules"])
@pytest.mark.parametrize(
    ("role", "status"), [(None, 403), (Role.GRID_LEADER, 200), (Role.STAFF, 200), (Role.STREET_ADMIN, 200)]
)
def test_the_desk_is_for_staff(
    client: HouseClient, session: Session, tree: dict[str, Area], path: str, role: Role | None, status: int
) -> None:
    client.sign_in(someone(session, tree["community"], role))
    page = client.get(path)
    assert page.status_code == status
    assert ("算一算，再核对" in body(page)) is (role is Role.STREET_ADMIN and path.endswith("budgets"))
    assert "发布新版本" not in body(page), "the rules hold for everybody: only the platform words them"
    if status == 200 and path.endswith("rules"):
        assert "只有平台管理员能改" in body(page)


def test_a_grant_shows_its_effect_before_it_is_given(
    client: HouseClient, session: Session, tree: dict[str, Area], clock: Clock
) -> None:
    admin = someone(session, tree["street"], Role.STREET_ADMIN)
    client.sign_in(admin)
    typed = {"area_id": tree["community"].public_id, "points": "500", "memo": "第四季度"}
    preview = client.get("/console/budgets", query_string=typed)
    assert "现在可用 0 分，拨付 500 分，之后可用 500 分" in body(preview)
    assert account_balance(session, f"budget:{tree['community'].id}") == 0
    given = client.post("/console/budgets", data={**typed, "request_id": "once"})
    again = client.post("/console/budgets", data={**typed, "request_id": "once"})
    assert (given.status_code, again.status_code) == (303, 303)
    assert account_balance(session, f"budget:{tree['community'].id}") == 500
    shown = body(client.get("/console/budgets"))
    assert "第四季度" in shown
    assert "军区社区" in shown
    assert "还没用满一周，看不出" in shown
    draw = {"task_id": 7, "area_path": tree["community"].path, "points_needed": 100}
    write(reserve_for_task, **draw, now=clock.now())
    clock.forward(days=10)
    client.sign_in(admin)
    assert "近 10 天没有发出" in body(client.get("/console/budgets"))
    credit(someone(session, tree["community"]), 1, task_id=7, points=50)
    assert "够用到 2027年3月1日" in body(client.get("/console/budgets")), "450 points at five a day"
    more = body(client.get("/console/budgets", query_string={**typed, "points": "100"}))
    assert (
        "照近 10 天发出的快慢（每周约 35 分）：现在够用到 2027年3月1日 周一，拨付后够用到 2027年3月21日 周日。" in more
    )
    bad = client.post("/console/budgets", data={**typed, "points": "0"})
    assert (bad.status_code, "第四季度" in body(bad)) == (422, True)
    elsewhere = client.post("/console/budgets", data={**typed, "area_id": tree["other_street"].public_id})
    assert elsewhere.status_code == 403
    unknown = client.post("/console/budgets", data={**typed, "area_id": "nowhere"})
    assert unknown.status_code == 422


def test_the_street_office_gives_and_the_platform_words(
    client: HouseClient, session: Session, tree: dict[str, Area]
) -> None:
    client.sign_in(someone(session, tree["community"], Role.STAFF))
    typed = {"area_id": tree["community"].public_id, "points": "500", "memo": "x"}
    assert client.post("/console/budgets", data=typed).status_code == 403
    for role in (Role.STAFF, Role.STREET_ADMIN):
        client.sign_in(someone(session, tree["street"], role))
        assert client.post("/console/rules", data={"category": "*", "reason": "x"}).status_code == 403


def test_a_new_version_takes_effect_and_the_old_one_stays(
    client: HouseClient, session: Session, tree: dict[str, Area]
) -> None:
    client.sign_in(make_platform_admin(session))
    typed = {"category": "patrol", "cap_day": "40", "reason": "议事会商定"}
    assert client.post("/console/rules", data=typed).status_code == 303
    again = {**typed, "cap_day": "60", "starts_at": "2026-12-01T00:00"}
    assert client.post("/console/rules", data=again).status_code == 303
    shown = body(client.get("/console/rules?category=patrol"))
    assert 'value="60"' in shown  # the next wording starts from the newest one
    assert "已排定第 2 版" in shown
    assert shown.count("议事会商定") == 2
    too_early = client.post("/console/rules", data={**typed, "cap_day": "50"})
    assert (too_early.status_code, "生效时间不对" in body(too_early)) == (409, True)
    for wrong in ({"cap_day": "-1"}, {"cap_day": "many"}, {"reason": ""}, {"category": "nonsense"}, {"starts_at": "x"}):
        assert client.post("/console/rules", data={**typed, **wrong}).status_code == 422, wrong


def test_two_people_write_off_what_was_spent_already(
    client: HouseClient, session: Session, tree: dict[str, Area], clock: Clock
) -> None:
    resident = someone(session, tree["community"], name="王秀英")
    credit(resident, 1)
    order = {"person_id": resident.id, "amount": 15, "expires_at": clock.at, "memo": "x", "facts": {}, "now": clock.at}
    write(open_hold, reference="v", **order)
    correct(resident, 1)
    staff = someone(session, tree["community"], Role.STAFF)
    office = someone(session, tree["street"], Role.STREET_ADMIN)
    elsewhere = someone(session, tree["other_street"], Role.STREET_ADMIN)
    shown = client.sign_in(staff).get("/console/claims").get_data(as_text=True)
    assert "王**" in shown
    assert "王秀英" not in shown
    path = shown.split('action="/console/claims/')[1].split("/")[0]
    ask, agree = f"/console/claims/{path}/write-off-request", f"/console/claims/{path}/write-off"
    assert "没有待扣回" in body(client.sign_in(elsewhere).get("/console/claims"))
    assert client.post(ask).status_code == 403
    assert client.sign_in(office).post(agree).status_code == 409  # nobody has asked
    assert client.sign_in(resident).post(ask).status_code == 403
    assert client.sign_in(staff).post(ask).status_code == 303
    assert client.post(agree).status_code == 403
    assert "同意不再追回" in body(client.sign_in(office).get("/console/claims"))
    assert client.post(agree).status_code == 303
    assert client.post(agree).status_code == 409
    assert client.post("/console/claims/nothing/write-off").status_code == 404
    assert "没有待扣回" in body(client.get("/console/claims"))
