"""The console's first page counts what waits in one's own areas; policies are set by the platform's administrator, with a reason."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import AreaKind
from pointsapp.checkin.models import AttendanceState
from pointsapp.core import clock, policy
from pointsapp.core.actor import Role
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.events import Event
from pointsapp.core.paging import PageRequest
from pointsapp.home import queries, services
from pointsapp.home.errors import PolicyValueWrong
from pointsapp.home.policies import LEVEL_POINTS
from pointsapp.home.rules import ValueKind, kind_of, read_value
from pointsapp.people.models import Person
from pointsapp.tasks.models import TaskState
from pointsapp.tasks.policies import WEEKLY_QUOTA
from tests.conftest import Clock, HouseClient
from tests.databases import Clone
from tests.factories import (
    actor_of,
    make_area,
    make_clerk,
    make_merchant,
    make_person,
    make_platform_admin,
    make_shift,
    make_signup,
    make_staff,
    make_task,
    make_tree,
)
from tests.home.counting import MOST, counted
from tests.home.test_queries import attend, give

QUOTA = WEEKLY_QUOTA.name


def test_shifts_and_arrivals_of_the_own_areas_only(session: Session, clock: Clock) -> None:
    tree = make_tree(session)
    staff = make_staff(session, tree["community"])
    now = clock.now()
    on = make_shift(session, make_task(session, tree["grid"], title="进行中"), starts_at=now - timedelta(minutes=10))
    make_signup(session, on, make_person(session), arrived_at=now)
    make_signup(session, on, make_person(session))
    make_shift(session, make_task(session, tree["other"], title="别人的"))
    make_shift(session, make_task(session, tree["community"], title="后天"), starts_at=now + timedelta(hours=48))
    make_shift(session, make_task(session, tree["community"], title="草稿", state=TaskState.DRAFT))
    page = queries.console_today(session, actor_of(session, staff), now=now)
    assert [(row.title, row.taken, row.arrived, row.is_on) for row in page.shifts] == [("进行中", 2, 1, True)]


def test_who_leads_a_shift_finds_it_on_the_desk_wherever_it_is(session: Session, clock: Clock) -> None:
    tree = make_tree(session)
    leader = make_staff(session, tree["grid"], Role.GRID_LEADER)
    now = clock.now()
    above = make_task(session, tree["community"], title="社区的场次")
    make_shift(session, above, starts_at=now - timedelta(minutes=10), leaders=(leader,))
    make_shift(session, make_task(session, tree["community"], title="别人带的"), starts_at=now)
    make_shift(session, make_task(session, tree["grid"], title="网格的场次"), starts_at=now)
    page = queries.console_today(session, actor_of(session, leader), now=now)
    assert [(row.title, row.is_led) for row in page.shifts] == [("社区的场次", True), ("网格的场次", False)]


def test_a_leader_is_not_led_to_a_shift_before_their_time(session: Session, clock: Clock, client: HouseClient) -> None:
    """Both links of tomorrow's shift ended at "not yet"; staff of the area may open it at any time."""
    tree = make_tree(session)
    leader, staff = make_staff(session, tree["grid"], Role.GRID_LEADER), make_staff(session, tree["community"])
    task = make_task(session, tree["community"], title="明天的场次")
    starts = clock.now() + timedelta(hours=20)
    shift = make_shift(session, task, starts_at=starts, ends_at=starts + timedelta(hours=1), leaders=(leader,))
    public_id, task_id = shift.public_id, task.public_id

    def doors(person: Person) -> set[str]:
        client.sign_in(person)
        page = client.get("/console").get_data(as_text=True)
        found = re.findall(r'href="(/[^"?]+)', page[page.index("<main") :])
        return {each for each in found if public_id in each or task_id in each}

    before = doors(leader)
    assert before
    assert all(client.get(each).status_code == 200 for each in before)
    assert f"/lead/{public_id}" not in before
    assert f"/console/checkin/{public_id}" in doors(staff)
    clock.at = starts - timedelta(minutes=50)
    assert doors(leader) == {f"/lead/{public_id}", f"/console/checkin/{public_id}"}


def test_what_the_desk_leaves_out_adds_up_to_what_waits(session: Session, clock: Clock, client: HouseClient) -> None:
    """Three of a shift are one line: lines must not be counted where the figure above counts things."""
    tree = make_tree(session)
    staff = make_staff(session, tree["community"])
    end = clock.now() - timedelta(minutes=1)
    for number in range(8):
        task = make_task(session, tree["community"], title=f"夜巡{number}")
        shift = make_shift(session, task, starts_at=end - timedelta(hours=1), ends_at=end)
        for _each in range(3):
            attend(session, make_person(session), shift, 60, AttendanceState.PROVISIONAL)
    session.commit()
    client.sign_in(staff)
    page = client.get("/console").text
    assert page.count("3 件</span>") == 6
    assert "还有 6 件等您办" in page


def test_what_waits_is_counted_without_what_is_ones_own(session: Session) -> None:
    tree = make_tree(session)
    staff = make_staff(session, tree["community"])
    task = make_task(session, tree["community"])
    make_task(session, tree["community"], state=TaskState.DRAFT)
    make_task(session, tree["other"], state=TaskState.DRAFT)
    shift = make_shift(session, task)
    attend(session, make_person(session), shift, 60, AttendanceState.PROVISIONAL)
    attend(session, staff, shift, 60, AttendanceState.PROVISIONAL)
    page = queries.console_today(session, actor_of(session, staff), now=clock.now())
    assert (page.work.mine, page.work.late, page.begun.drafts, page.begun.deliveries) == (1, 0, 1, None)


def test_the_week_and_its_days(session: Session, clock: Clock) -> None:
    tree = make_tree(session)
    staff = make_staff(session, tree["street"])
    task = make_task(session, tree["community"])

    def served(hours_ago: int, minutes: int) -> None:
        end = clock.now() - timedelta(hours=hours_ago)
        shift = make_shift(session, task, starts_at=end - timedelta(hours=1), ends_at=end)
        attend(session, make_person(session, tree["community"]), shift, minutes)

    served(2, 60)  # this week: the clock stands on a Saturday
    served(24 * 7 + 2, 45)  # the same days of last week
    served(24 * 13, 30)  # before that, but within the chart
    page = queries.console_today(session, actor_of(session, staff), now=clock.now())
    assert (page.week.minutes, page.week.people, page.week.minutes_before) == (60, 1, 45)
    assert sum(minutes for _day, minutes in page.days) == 135
    assert len(page.days) == 14
    assert page.week.joined == 4


def test_budgets_left(session: Session) -> None:
    tree = make_tree(session)
    admin = make_staff(session, tree["district"], Role.STREET_ADMIN)
    give(session, make_person(session), points=5)  # fills the budget of area 1 and spends it again
    page = queries.console_today(session, actor_of(session, admin), now=clock.now())
    assert page.budget_total == 0


@pytest.mark.parametrize("path", ["/console", "/console/settings", f"/console/settings/policies/{QUOTA}"])
def test_the_console_is_for_staff(client: HouseClient, session: Session, path: str) -> None:
    tree = make_tree(session)
    assert client.get(path).status_code == 302
    assert client.sign_in(make_person(session, tree["community"])).get(path).status_code == 403
    assert client.sign_in(make_clerk(session, make_merchant(session, tree["community"]))).get(path).status_code == 403
    assert client.sign_in(make_staff(session, tree["community"])).get(path).status_code == 200


def test_a_grid_leader_works_here_but_has_no_settings(client: HouseClient, session: Session) -> None:
    leader = make_staff(session, make_tree(session)["grid"], Role.GRID_LEADER)
    assert client.sign_in(leader).get("/console").status_code == 200
    assert client.get("/console/settings").status_code == 403
    nav = client.get("/console").get_data(as_text=True)
    assert 'href="/console/settings"' not in nav  # a door that does not open is not shown
    assert 'href="/console/tasks"' in nav


@pytest.mark.parametrize("path", ["/console", "/console/settings", f"/console/settings/policies/{QUOTA}"])
def test_few_statements(client: HouseClient, session: Session, database: Clone, path: str) -> None:
    tree = make_tree(session)
    admin = make_staff(session, tree["street"], Role.STREET_ADMIN)
    for _ in range(5):
        make_signup(session, make_shift(session, make_task(session, tree["community"])), make_person(session))
    client.sign_in(admin)
    with counted(database.engine) as seen:
        assert client.get(path).status_code == 200
    assert len(seen) <= MOST, "\n".join(seen)


@pytest.mark.parametrize(
    ("default", "typed", "value"),
    [
        (None, "", None),
        (None, " 5 ", 5),
        (7, "30", 30),
        (True, "no", False),
        ([1], "100, 500、1500", [100, 500, 1500]),
        ("字", " 话 ", "话"),
    ],
)
def test_a_value_is_read_by_its_kind(default: object, typed: str, value: object) -> None:
    assert read_value(kind_of(default), typed) == value


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (ValueKind.NUMBER, ""),
        (ValueKind.NUMBER, "-1"),
        (ValueKind.NUMBER, "1.5"),
        (ValueKind.NUMBER, "٣"),
        (ValueKind.NUMBER, "99999999999"),
        (ValueKind.NUMBER_OR_NONE, "many"),
        (ValueKind.SWITCH, ""),
        (ValueKind.NUMBERS, "5, 3"),
        (ValueKind.NUMBERS, "3, 3"),
        (ValueKind.NUMBERS, "a"),
        (ValueKind.WORDS, "  "),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: ValueKind, typed: str) -> None:
    with pytest.raises(ValueError):
        read_value(kind, typed)


def test_a_policy_is_set_with_a_reason_and_keeps_its_past(session: Session, clock: Clock) -> None:
    admin = make_platform_admin(session, name="赵建国")
    actor = actor_of(session, admin)
    command = services.SetPolicy(value="3", reason="例会决定")
    receipt = services.set_policy(session, actor, QUOTA, command, now=clock.now())
    assert (receipt.value, receipt.is_repeat) == (3, False)
    assert services.set_policy(session, actor, QUOTA, command, now=clock.now()).is_repeat
    before = clock.now()
    services.set_policy(session, actor, QUOTA, services.SetPolicy(value="", reason="放开"), now=clock.forward(days=1))
    assert policy.value(session, WEEKLY_QUOTA, now=before) == 3
    assert policy.value(session, WEEKLY_QUOTA, now=clock.now()) is None
    history = queries.policy_history(session, QUOTA, PageRequest(), now=clock.now()).items
    assert [(line.value, line.set_by, line.reason) for line in history] == [
        (None, "赵建国", "放开"),
        (3, "赵建国", "例会决定"),
        (None, None, ""),
    ]
    assert session.scalar(select(func.count()).where(Event.kind == "home.policy_set")) == 2


def test_who_may_not_and_what_cannot_be(session: Session) -> None:
    tree = make_tree(session)
    admin = actor_of(session, make_platform_admin(session))
    command = services.SetPolicy(value="3", reason="x")
    for role in (Role.STAFF, Role.STREET_ADMIN):  # a policy holds for every street
        office = actor_of(session, make_staff(session, tree["street"], role))
        with pytest.raises(Forbidden):
            services.set_policy(session, office, QUOTA, command, now=clock.now())
    with pytest.raises(NotFound):
        services.set_policy(session, admin, "tasks.nonsense", command, now=clock.now())
    with pytest.raises(PolicyValueWrong):
        services.set_policy(
            session, admin, LEVEL_POINTS.name, command.__class__(value="9, 1", reason="x"), now=clock.now()
        )


def test_who_is_refused_inside_the_console_keeps_its_menu(client: HouseClient, session: Session) -> None:
    tree = make_tree(session)
    for person, has_menu in (
        (make_staff(session, tree["street"], Role.STREET_ADMIN), True),
        (make_person(session), False),
    ):
        page = client.sign_in(person).get("/console/deliveries")
        assert page.status_code == 403
        assert ('class="side-nav"' in page.get_data(as_text=True)) is has_menu
        assert "not_allowed" in page.get_data(as_text=True)


def test_the_form_of_a_policy(client: HouseClient, session: Session) -> None:
    tree = make_tree(session)
    path = f"/console/settings/policies/{QUOTA}"
    for role in (Role.STAFF, Role.STREET_ADMIN):
        client.sign_in(make_staff(session, tree["street"], role))
        assert "从现在起生效" not in client.get(path).get_data(as_text=True)
        assert client.post(path, data={"value": "3", "reason": "x"}).status_code == 403
    client.sign_in(make_platform_admin(session))
    wrong = client.post(path, data={"value": "many", "reason": "例会决定"})
    assert wrong.status_code == 422
    assert "many" in wrong.get_data(as_text=True)
    assert "例会决定" in wrong.get_data(as_text=True)
    assert client.post(path, data={"value": "3"}).status_code == 422
    assert client.post(path, data={"value": "3", "reason": "例会决定"}).status_code == 303
    assert "例会决定" in client.get(path).get_data(as_text=True)
    page = client.get("/console/settings").get_data(as_text=True)
    assert "例会决定" in page
    jumps = re.findall(r'class="pill-link" href="#(of-\w+)"', page)
    assert len(jumps) > 10, "as many kinds as there are features with numbers"
    assert all(page.count(f'id="{jump}"') == 1 for jump in jumps)
    assert client.get("/console/settings/policies/none.such").status_code == 404


def test_statistics_sum_by_week_kind_and_community(session: Session, clock: Clock) -> None:
    tree = make_tree(session)
    admin = make_staff(session, tree["street"], Role.STREET_ADMIN)
    person = make_person(session)

    def served(area: str, category: str, days_ago: int, who: Person, minutes: int) -> None:
        end = clock.now() - timedelta(days=days_ago, hours=2)
        task = make_task(session, tree[area], category=category)
        attend(session, who, make_shift(session, task, starts_at=end - timedelta(hours=1), ends_at=end), minutes)

    served("grid", "patrol", 0, person, 60)
    served("community", "patrol", 7, person, 30)
    served("other", "health", 7, make_person(session), 45)
    served("other_street", "health", 7, person, 999)
    served("community", "patrol", 40, person, 15)  # last month: in the weeks, not in the month's sums
    page = queries.figures(session, actor_of(session, admin), "month", now=clock.now())
    assert (page.total.people, page.total.times, page.total.minutes) == (2, 3, 135)
    assert [(row.name, row.people, row.times, row.minutes) for row in page.communities] == [
        ("军区社区", 1, 2, 90),
        ("建文社区", 1, 1, 45),
    ]
    assert [row.minutes for row in page.categories] == [90, 45]
    assert [minutes for _monday, minutes, _points in page.weeks][-2:] == [75, 60]
    assert sum(minutes for _monday, minutes, _points in page.weeks) == 150


def test_work_deep_below_a_community_is_the_communitys(session: Session, clock: Clock) -> None:
    """Trees are five deep; one of nine is added up all the same, and what lies above all communities stands for itself."""
    tree = make_tree(session)
    place, deep = tree["grid"], []
    for _ in range(5):
        place = make_area(session, place, AreaKind.MICRO_GRID)
        deep.append(place)
    admin, end = make_staff(session, tree["street"], Role.STREET_ADMIN), clock.now() - timedelta(hours=2)
    for area in (*deep, tree["street"]):
        task = make_task(session, area, category="patrol")
        shift = make_shift(session, task, starts_at=end - timedelta(hours=1), ends_at=end)
        attend(session, make_person(session), shift, 10)
    page = queries.figures(session, actor_of(session, admin), "month", now=clock.now())
    assert {row.name: (row.people, row.minutes) for row in page.communities} == {
        "军区社区": (5, 50),
        tree["street"].name: (1, 10),
    }


def test_the_page_of_statistics(client: HouseClient, session: Session, database: Clone) -> None:
    tree = make_tree(session)
    assert client.get("/console/figures").status_code == 302
    assert client.sign_in(make_person(session, tree["community"])).get("/console/figures").status_code == 403
    client.sign_in(make_staff(session, tree["community"]))
    with counted(database.engine) as seen:
        page = client.get("/console/figures?period=decade")
    assert page.status_code == 200
    assert "这段时间还没有记录" in page.get_data(as_text=True)
    assert len(seen) <= MOST
