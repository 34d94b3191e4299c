"""The list of the day: one's own first, overdue ones climb to the parent area's people, deputies share it, nobody decides for themself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.care.models import AreaMove
from pointsapp.checkin.models import AttendanceState, Correction
from pointsapp.core import clock as time
from pointsapp.core import policy
from pointsapp.core.actor import Role
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.desk.models import Climb
from pointsapp.desk.policies import DUE_DAYS
from pointsapp.desk.queries import WorkList, hand_over, work_list
from pointsapp.desk.services import climb_due
from pointsapp.notices.models import Notice
from pointsapp.people.models import Person
from pointsapp.people.services import NameDeputy, name_deputy
from pointsapp.tasks.models import TaskState
from pointsapp.worker import deliver_events
from tests.conftest import Clock, HouseClient
from tests.factories import (
    actor_of,
    kept,
    make_person,
    make_platform_admin,
    make_shift,
    make_signup,
    make_staff,
    make_task,
    make_tree,
)
from tests.home.counting import MOST, counted
from tests.home.test_queries import attend


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


def seen(session: Session, person: Person, scope: str = "mine") -> WorkList:
    return work_list(session, actor_of(session, person), scope=scope, now=time.now())


def leave_provisional(session: Session, area: Area, whose: Person | None = None, title: str = "夜巡") -> None:
    """Leave one person's minutes of a shift that has just ended for somebody to confirm."""
    end = time.now() - timedelta(minutes=1)
    task = make_task(session, area, title=title)
    shift = make_shift(session, task, starts_at=end - timedelta(hours=2), ends_at=end)
    attend(session, whose or make_person(session), shift, 120, AttendanceState.PROVISIONAL)


def test_it_waits_for_the_own_areas_people_and_the_office_above_sees_it(
    session: Session, tree: dict[str, Area]
) -> None:
    staff, admin = make_staff(session, tree["community"]), make_staff(session, tree["street"], Role.STREET_ADMIN)
    stranger = make_staff(session, tree["other"])
    leave_provisional(session, tree["community"])
    assert (seen(session, staff).mine, seen(session, admin).mine, seen(session, admin).total) == (1, 0, 1)
    assert seen(session, stranger).total == 0
    (line,) = seen(session, admin, "all").lines
    assert (line.endpoint, line.is_mine, [holder.name for holder in line.holders]) == (
        "checkin.show_closing",
        False,
        [staff.name],
    )


def test_things_done_on_one_page_about_one_title_are_one_line(session: Session, tree: dict[str, Area]) -> None:
    staff = make_staff(session, tree["community"])
    end = time.now() - timedelta(minutes=1)
    shift = make_shift(session, make_task(session, tree["community"]), starts_at=end - timedelta(hours=1), ends_at=end)
    for _each in range(3):
        attend(session, make_person(session), shift, 60, AttendanceState.PROVISIONAL)
    page = seen(session, staff)
    assert (page.mine, [line.count for line in page.lines]) == (3, [3])


def test_nobody_is_asked_to_decide_for_themself(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    staff, second = make_staff(session, tree["community"]), make_staff(session, tree["community"])
    leave_provisional(session, tree["community"], staff)
    assert (seen(session, staff).mine, seen(session, second).mine) == (0, 1)
    (line,) = seen(session, staff, "all").lines
    assert not line.may_do
    linked = '<a class="strong" href='
    for person, is_linked in ((kept(session, second), True), (kept(session, staff), False)):
        page = client.sign_in(person).get("/console/work?scope=all").text
        assert (line.title in page, linked in page) == (True, is_linked), (
            "no line leads where its reader may do nothing"
        )


def test_a_correction_waits_for_the_second_person(session: Session, tree: dict[str, Area]) -> None:
    staff, second = make_staff(session, tree["community"]), make_staff(session, tree["community"])
    shift = make_shift(session, make_task(session, tree["community"]))
    signup = make_signup(session, shift, make_person(session))
    session.add(
        Correction(
            signup_id=signup.id,
            minutes=30,
            minutes_before=60,
            reason="早退",
            asked_by_id=staff.id,
            created_at=time.now(),
        )
    )
    session.commit()
    assert (seen(session, staff).mine, seen(session, second).mine) == (0, 1)


def test_the_limit_is_two_working_days(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    staff = make_staff(session, tree["community"])
    leave_provisional(session, tree["community"])  # ends on Saturday, 00:29
    (line,) = seen(session, staff).lines
    assert time.local_day(line.due_at - timedelta(seconds=1)).isoformat() == "2026-11-24"  # Tuesday
    clock.at = line.due_at - timedelta(seconds=1)
    page = seen(session, staff)
    assert (page.late, page.today) == (0, 1)
    clock.at = line.due_at
    page = seen(session, staff)
    assert (page.late, page.today, page.mine) == (1, 0, 1)


def test_the_policy_says_how_many_days(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    staff = make_staff(session, tree["community"])
    leave_provisional(session, tree["community"])
    policy.set_value(session, DUE_DAYS, 5, now=clock.at)
    session.commit()
    (line,) = seen(session, staff).lines
    assert time.local_day(line.due_at - timedelta(seconds=1)).isoformat() == "2026-11-27"


def test_overdue_it_climbs_one_area_for_each_limit(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    leader = make_staff(session, tree["grid"], Role.GRID_LEADER)
    staff = make_staff(session, tree["community"])
    admin = make_staff(session, tree["street"], Role.STREET_ADMIN)
    root = make_platform_admin(session)
    leave_provisional(session, tree["grid"])

    def turns() -> list[int]:
        return [seen(session, person).mine for person in (leader, staff, admin, root)]

    assert turns() == [1, 0, 0, 0]
    clock.forward(days=4)  # Wednesday
    assert turns() == [1, 1, 0, 0]
    shared = [seen(session, person).lines[0].is_still_mine for person in (leader, staff)]
    assert shared == [True, False], "it says who answers now, and that who had it first may do it still"
    clock.forward(days=2)  # Friday
    assert turns() == [1, 1, 1, 0]
    clock.forward(days=30)
    assert turns() == [1, 1, 1, 1]


def test_where_nobody_holds_a_role_the_area_above_is_first(session: Session, tree: dict[str, Area]) -> None:
    admin = make_staff(session, tree["street"], Role.STREET_ADMIN)
    leave_provisional(session, tree["grid"])
    assert seen(session, admin).mine == 1


def test_who_becomes_responsible_is_told_once(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    make_staff(session, tree["community"])
    admin = make_staff(session, tree["street"], Role.STREET_ADMIN)
    who = admin.id
    leave_provisional(session, tree["community"])
    leave_provisional(session, tree["community"], title="早巡")
    assert write(climb_due, now=clock.at) == 0
    clock.forward(days=5)
    assert write(climb_due, now=clock.at) == 2
    assert write(climb_due, now=clock.at) == 0
    assert session.scalar(select(func.count()).select_from(Climb)) == 2
    told = session.scalars(select(Event).where(Event.kind == "desk.climbed")).all()
    assert [(event.person_id, event.facts) for event in told] == [(who, {"things": 2})]
    deliver_events(clock.at)
    assert session.scalars(select(Notice.facts).where(Notice.person_id == who)).all() == [{"things": 2}]


def test_a_deputy_finds_it_on_the_own_list(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    leader = make_staff(session, tree["grid"], Role.GRID_LEADER)
    colleague = make_staff(session, tree["community"])
    number, name = colleague.volunteer_number, leader.name
    leave_provisional(session, tree["grid"])
    assert seen(session, colleague).mine == 0
    grant = hand_over(session, actor_of(session, leader), leader.public_id, now=clock.at).roles[0].line.public_id
    command = NameDeputy(deputy=number, ends_at=clock.at + timedelta(days=2))
    write(name_deputy, actor_of(session, leader), grant, command, now=clock.at)
    page = seen(session, colleague)
    assert page.mine == 1
    assert name in [holder.stands_in_for for holder in page.lines[0].holders]
    clock.forward(days=2)
    assert [holder.name for holder in seen(session, leader).lines[0].holders] == [name]


def test_a_draft_above_the_band_waits_for_somebody_else(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    staff, second = make_staff(session, tree["community"]), make_staff(session, tree["community"])
    make_task(session, tree["community"], state=TaskState.DRAFT, created_by_id=staff.id, approval_needed_at=clock.at)
    make_task(session, tree["community"], state=TaskState.DRAFT, created_by_id=staff.id)
    assert (seen(session, staff).mine, seen(session, second).mine) == (0, 1)


def test_somebody_who_moves_in_waits_by_a_masked_name_until_the_limit_they_were_given(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    staff, neighbour = make_staff(session, tree["community"]), make_person(session, tree["other"], name="李桂兰")
    due_at = clock.at + timedelta(hours=5)
    session.add(AreaMove(person_id=neighbour.id, to_area_id=tree["community"].id, asked_at=clock.at, due_at=due_at))
    session.commit()
    (line,) = seen(session, staff).lines
    assert (line.title, line.due_at, line.endpoint) == ("李**", due_at, "care.show_console_moves")


def test_the_hand_over_list_says_what_hangs_on_somebody_and_who_else_is_there(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    staff = make_staff(session, tree["community"])
    office = make_staff(session, tree["street"], Role.STREET_ADMIN)
    make_shift(session, make_task(session, tree["community"], title="带队的"), leaders=(staff,))
    make_task(session, tree["community"], title="草稿", state=TaskState.DRAFT, created_by_id=staff.id)
    page = hand_over(session, actor_of(session, office), staff.public_id, now=clock.at)
    assert [(group.key, [line.title for line in group.lines]) for group in page.groups] == [
        ("tasks.led_shifts", ["带队的"]),
        ("tasks.drafts", ["草稿"]),
    ]
    assert [role.others for role in page.roles] == [()]
    second = make_staff(session, tree["community"], Role.BRANCH_SECRETARY)
    page = hand_over(session, actor_of(session, office), staff.public_id, now=clock.at)
    assert [holder.name for holder in page.roles[0].others] == [second.name]


def test_the_pages(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    staff = make_staff(session, tree["community"])
    leave_provisional(session, tree["community"], title="红专路夜巡")
    assert client.get("/console/work").status_code == 302
    assert client.sign_in(make_person(session, tree["community"])).get("/console/work").status_code == 403
    client.sign_in(staff)
    for path in ("/console/work", "/console/work?scope=all", "/console", "/console/work?scope=nonsense&kind=x"):
        with counted(session.get_bind().engine) as statements:  # type: ignore[union-attr]
            page = client.get(path)
        assert page.status_code == 200
        assert len(statements) <= MOST, path
    assert "红专路夜巡" in client.get("/console/work").text
    own = client.get(f"/console/people/{staff.public_id}/hand-over")
    assert own.status_code == 200
    colleague = make_staff(session, tree["community"])
    assert client.get(f"/console/people/{colleague.public_id}/hand-over").status_code == 404
