"""Publishing, approving, cancelling, closing, moving and stopping: states, books, and who is told."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock as clock_module
from pointsapp.core.actor import Role
from pointsapp.core.errors import Conflict, Forbidden, Invalid
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.ledger.accounts import budget, task_reserved
from pointsapp.ledger.errors import InsufficientBudget
from pointsapp.ledger.queries import account_balance, account_sum
from pointsapp.rewards.services import GrantBudget, grant_budget
from pointsapp.tasks.errors import ApprovalRequired, NoticeIncomplete, TextChanged
from pointsapp.tasks.models import (
    NoticeText,
    PointsMode,
    Shift,
    ShiftState,
    Signup,
    SignupState,
    Task,
    TaskState,
)
from pointsapp.tasks.services import (
    MoveShift,
    ShiftDraft,
    TaskDraft,
    approve_task,
    cancel_task,
    close_due_tasks,
    create_draft,
    edit_draft,
    mark_arrived,
    mark_settled,
    move_shift,
    name_leaders,
    publish,
    sign_up,
    stop_shift,
)
from tests import factories as make
from tests.conftest import Clock

NOTICE = dict.fromkeys(
    ("conditions", "risks", "safeguards", "insurance", "what_to_bring", "contact", "organiser"), "有"
)


class Office:
    """A street with money, its staff, and the tasks they write."""

    def __init__(self, session: Session) -> None:
        self.session = session
        tree = make.make_tree(session)
        self.ids = {name: area.id for name, area in tree.items()}
        self.codes = {name: area.code for name, area in tree.items()}
        self.admin = make.actor_of(session, make.make_staff(session, tree["street"], Role.STREET_ADMIN))
        self.staff = make.actor_of(session, make.make_staff(session, tree["community"]))
        self.home = tree["community"]

    def grant(self, area: str, points: int) -> None:
        command = GrantBudget(area=self.codes[area], points=points, memo="季度拨付")
        write(grant_budget, self.admin, command, now=clock_module.now())

    def written(self, *, hours: int = 1, shifts: int = 1, **over: Any) -> TaskDraft:
        start = clock_module.now() + timedelta(hours=hours)
        spans = tuple(
            ShiftDraft(starts_at=start + timedelta(days=day), ends_at=start + timedelta(days=day, hours=2), capacity=5)
            for day in range(shifts)
        )
        values: dict[str, Any] = {
            "title": "夜巡",
            "description": "走一圈",
            "category": "patrol",
            "area_id": self.codes["community"],
            "place": "红专路口",
            "points": 20,
            "points_mode": PointsMode.PER_COMPLETION,
            "check_out_required": False,
            "shifts": spans,
        }
        return TaskDraft(**{**values, **over})

    def draft(self, **over: Any) -> Any:
        return write(create_draft, self.staff, self.written(**over), now=clock_module.now())

    def edit(self, view: Any, **over: Any) -> Any:
        return write(edit_draft, self.staff, view.public_id, self.written(**over), now=clock_module.now())

    def publish(self, view: Any, **kw: Any) -> Any:
        return write(publish, self.staff, view.public_id, now=clock_module.now(), **kw)

    def balance(self, area: str) -> int:
        self.session.rollback()
        return account_balance(self.session, budget(self.ids[area]))

    def reserved(self, view: Any) -> int:
        return account_sum(self.session, task_reserved(view.id))

    def resident(self) -> Any:
        home = self.session.merge(self.home)
        return make.actor_of(self.session, make.make_person(self.session, home))

    def sign_up(self, actor: Any, shift: Any) -> Any:
        return write(sign_up, actor, shift.public_id, now=clock_module.now())

    def told(self, kind: str) -> list[int]:
        return sorted(self.session.scalars(select(Event.person_id).where(Event.kind == kind)))

    def state(self, view: Any) -> TaskState:
        return self.session.scalar(select(Task.state).where(Task.id == view.id))


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def test_publication_draws_on_the_nearest_budget_that_holds_it_all(office: Office) -> None:
    office.grant("community", 150)
    office.grant("street", 1000)
    view = office.publish(office.draft(shifts=2))  # 2 shifts x 5 places x 20
    assert view.state is TaskState.PUBLISHED
    assert view.budget.area.code == office.codes["street"]
    assert (view.budget.reserved, view.budget.remaining) == (200, 800)
    assert (office.balance("community"), office.balance("street"), office.reserved(view)) == (150, 800, 200)
    again = office.publish(view)
    assert again.is_repeat
    assert (again.budget.reserved, again.budget.remaining) == (200, 800)
    near = office.publish(office.draft())
    assert near.budget.area.code == office.codes["community"]
    assert office.balance("community") == 50


def test_hourly_points_reserve_the_planned_length(office: Office) -> None:
    office.grant("street", 1000)
    view = office.draft(points=15, points_mode=PointsMode.PER_HOUR, check_out_required=True)
    assert office.publish(view).budget.reserved == 150  # 5 places x 2 h x 15


def test_without_enough_budget_nothing_is_published(office: Office) -> None:
    office.grant("street", 99)
    view = office.draft()
    with pytest.raises(InsufficientBudget):
        office.publish(view)
    assert office.state(view) is TaskState.DRAFT
    assert office.session.scalars(select(NoticeText)).all() == []


def test_a_task_of_no_points_needs_no_budget(office: Office) -> None:
    view = office.publish(office.draft(points=0))
    assert (view.budget.area, view.budget.reserved) == (None, 0)


def test_the_past_and_a_range_without_a_place_are_refused(office: Office, clock: Clock) -> None:
    late, ranged = office.draft(points=0), office.draft(points=0, hours=9, checkin_radius_m=100)
    clock.forward(hours=3)
    with pytest.raises(Invalid) as refused:
        office.publish(late)
    assert refused.value.errors["shifts"][0]["ends_at"]
    with pytest.raises(Invalid) as refused:
        office.publish(ranged)
    assert "latitude" in refused.value.errors


def test_a_running_shift_may_be_published(office: Office, clock: Clock) -> None:
    view = office.draft(points=0)
    clock.forward(hours=2)
    assert office.publish(view).state is TaskState.PUBLISHED


def test_the_console_refuses_an_incomplete_notice_and_the_api_does_not(office: Office) -> None:
    view = office.draft(points=0)
    with pytest.raises(NoticeIncomplete) as refused:
        office.publish(view, needs_full_notice=True)
    assert "insurance" in refused.value.facts["fields"]
    full = office.draft(points=0, **NOTICE)
    assert office.publish(full, needs_full_notice=True).state is TaskState.PUBLISHED
    assert office.publish(view).state is TaskState.PUBLISHED


def test_the_notice_is_kept_as_it_stood(office: Office) -> None:
    view = office.publish(office.draft(points=0, **NOTICE))
    kept = office.session.scalars(select(NoticeText).where(NoticeText.task_id == view.id)).one()
    assert json.loads(kept.text)["description"] == "走一圈"
    signup = office.sign_up(office.resident(), view.shifts[0])
    row = office.session.get_one(Signup, signup.signup_id)
    assert row.accepted_notice_version == kept.version == 1


def _band(office: Office, points: int) -> None:
    from pointsapp.rewards.services import AddRuleVersion, add_rule_version

    admin = make.make_person(office.session)
    make.grant(office.session, admin, Role.PLATFORM_ADMIN)
    actor = make.actor_of(office.session, admin)
    write(
        add_rule_version,
        actor,
        AddRuleVersion(category="patrol", reason="试行", band_per_completion=points),
        now=clock_module.now(),
    )


def test_above_the_band_a_second_person_approves(office: Office) -> None:
    office.grant("street", 1000)
    _band(office, 10)
    view = office.draft()
    with pytest.raises(ApprovalRequired):
        office.publish(view)
    with pytest.raises(Forbidden):
        write(approve_task, office.staff, view.public_id, now=clock_module.now())
    approved = write(approve_task, office.admin, view.public_id, now=clock_module.now())
    assert not approved.is_repeat
    assert write(approve_task, office.admin, view.public_id, now=clock_module.now()).is_repeat
    assert office.publish(view).state is TaskState.PUBLISHED


def test_who_read_the_old_text_neither_approves_nor_publishes_the_new(office: Office) -> None:
    office.grant("street", 1000)
    _band(office, 10)
    view = office.draft()
    read = view.notice_version
    office.edit(view, title="另一个题目")
    for act in (approve_task, publish):
        with pytest.raises(TextChanged) as refused:
            write(act, office.admin, view.public_id, version=read, now=clock_module.now())
        assert "刚刚改过" in str(refused.value.detail)
    write(approve_task, office.admin, view.public_id, version=read + 1, now=clock_module.now())
    done = write(publish, office.admin, view.public_id, version=read + 1, now=clock_module.now())
    assert (done.state, done.title) == (TaskState.PUBLISHED, "另一个题目")


def test_an_approval_lapses_when_the_draft_changes(office: Office) -> None:
    office.grant("street", 1000)
    _band(office, 10)
    view = office.draft()
    write(approve_task, office.admin, view.public_id, now=clock_module.now())
    start = clock_module.now() + timedelta(hours=1)
    anew = TaskDraft(
        title="更多分",
        description="走一圈",
        category="patrol",
        area_id=office.codes["community"],
        place="红专路口",
        points=30,
        points_mode=PointsMode.PER_COMPLETION,
        check_out_required=False,
        shifts=(ShiftDraft(starts_at=start, ends_at=start + timedelta(hours=1), capacity=5),),
    )
    write(edit_draft, office.staff, view.public_id, anew, now=clock_module.now())
    with pytest.raises(ApprovalRequired):
        office.publish(view)


def test_a_cancelled_task_returns_the_rest_and_tells_everyone(office: Office, clock: Clock) -> None:
    office.grant("street", 1000)
    view = office.publish(office.draft(waitlist=True))
    people = [office.resident() for _ in range(6)]
    signups = [office.sign_up(person, view.shifts[0]) for person in people]
    done = write(cancel_task, office.staff, view.public_id, "下雨", now=clock.at)
    assert (done.state, done.cancel_reason) == (TaskState.CANCELLED, "下雨")
    assert (office.balance("street"), office.reserved(view)) == (1000, 0)
    assert office.told("tasks.cancelled_for_person") == sorted(person.person_id for person in people)
    states = office.session.scalars(select(Signup.state).where(Signup.id.in_([s.signup_id for s in signups])))
    assert set(states) == {SignupState.CANCELLED}
    shift = office.session.get_one(Shift, view.shifts[0].id)
    assert (shift.taken, shift.waiting) == (0, 0)
    assert write(cancel_task, office.staff, view.public_id, "again", now=clock.at).is_repeat
    assert office.balance("street") == 1000


def test_who_is_there_when_a_task_is_cancelled_keeps_what_is_theirs(office: Office, clock: Clock) -> None:
    office.grant("street", 1000)
    view = office.publish(office.draft(check_out_required=True))
    here, away = office.resident(), office.resident()
    place, other = office.sign_up(here, view.shifts[0]), office.sign_up(away, view.shifts[0])
    clock.forward(hours=1)
    write(mark_arrived, place.signup_id, now=clock.at)
    clock.forward(minutes=30)
    write(cancel_task, office.staff, view.public_id, "下雨", now=clock.at)
    states = {row.id: row.state for row in office.session.scalars(select(Signup))}
    assert (states[place.signup_id], states[other.signup_id]) == (SignupState.CONFIRMED, SignupState.CANCELLED)
    assert office.reserved(view) == 100  # their credit still comes out of it
    assert write(close_due_tasks, now=clock.at) == 0
    write(mark_settled, place.signup_id, now=clock.at)
    assert write(close_due_tasks, now=clock.at) == 1
    assert (office.reserved(view), office.balance("street")) == (0, 1000)
    assert office.state(view) is TaskState.CANCELLED


def test_a_task_closes_a_day_after_its_last_shift_when_nothing_is_open(office: Office, clock: Clock) -> None:
    office.grant("street", 1000)
    view = office.publish(office.draft())
    place = office.sign_up(office.resident(), view.shifts[0])
    clock.forward(hours=1)
    write(mark_arrived, place.signup_id, now=clock.at)
    clock.forward(hours=25, minutes=59)
    assert write(close_due_tasks, now=clock.at) == 0
    clock.forward(minutes=2)
    assert write(close_due_tasks, now=clock.at) == 0  # somebody's minutes are still open
    write(mark_settled, place.signup_id, now=clock.at)
    assert write(close_due_tasks, now=clock.at) == 1
    assert office.state(view) is TaskState.CLOSED
    assert (office.reserved(view), office.balance("street")) == (0, 1000)
    assert write(close_due_tasks, now=clock.at) == 0
    closed = office.session.scalars(select(Event).where(Event.kind == "tasks.closed")).one()
    assert closed.facts["participants"] == 1
    with pytest.raises(Conflict):
        write(cancel_task, office.staff, view.public_id, "late", now=clock.at)


def test_a_moved_shift_tells_everyone_and_who_now_clashes(office: Office, clock: Clock) -> None:
    view, other = office.publish(office.draft(points=0)), office.publish(office.draft(points=0, hours=4))
    busy, free = office.resident(), office.resident()
    for person in (busy, free):
        office.sign_up(person, view.shifts[0])
    office.sign_up(busy, other.shifts[0])
    key = office.session.scalar(select(Shift.code_key).where(Shift.id == view.shifts[0].id))
    command = MoveShift(starts_at=clock.at + timedelta(hours=5), ends_at=clock.at + timedelta(hours=6))
    moved = write(move_shift, office.staff, view.shifts[0].public_id, command, now=clock.at)
    assert (moved.told, moved.clashing) == (2, 1)
    events = office.session.scalars(select(Event).where(Event.kind == "tasks.shift_moved_for_person")).all()
    assert {event.person_id: event.facts["clashes"] for event in events} == {
        busy.person_id: True,
        free.person_id: False,
    }
    row = office.session.get_one(Shift, view.shifts[0].id)
    assert (row.starts_at, row.moved_from_at) == (command.starts_at, view.shifts[0].starts_at)
    assert row.code_key != key
    assert office.session.scalar(select(Task.notice_version).where(Task.id == view.id)) == 2
    assert write(move_shift, office.staff, view.shifts[0].public_id, command, now=clock.at).is_repeat


def test_an_hourly_shift_may_not_grow(office: Office, clock: Clock) -> None:
    view = office.publish(office.draft(points=0, points_mode=PointsMode.PER_HOUR, check_out_required=True))
    longer = MoveShift(starts_at=clock.at + timedelta(hours=1), ends_at=clock.at + timedelta(hours=4))
    with pytest.raises(Invalid):
        write(move_shift, office.staff, view.shifts[0].public_id, longer, now=clock.at)


def test_a_stopped_shift_makes_nobody_a_no_show(office: Office, clock: Clock) -> None:
    view = office.publish(office.draft(points=0, shifts=2, waitlist=True))
    here, away, later = office.resident(), office.resident(), office.resident()
    place, gone = office.sign_up(here, view.shifts[0]), office.sign_up(away, view.shifts[0])
    kept = office.sign_up(later, view.shifts[1])
    clock.forward(hours=1, minutes=30)
    write(mark_arrived, place.signup_id, now=clock.at)
    stopped = write(stop_shift, office.staff, view.shifts[0].public_id, "大雨", now=clock.at)
    assert (stopped.state, stopped.told) == (ShiftState.STOPPED, 2)
    assert office.told("tasks.shift_stopped_for_person") == sorted([here.person_id, away.person_id])
    rows = {row.id: (row.state, row.cancelled_because) for row in office.session.scalars(select(Signup))}
    assert rows[place.signup_id] == (SignupState.CONFIRMED, None)
    assert rows[gone.signup_id] == (SignupState.CANCELLED, "shift_stopped")
    assert rows[kept.signup_id] == (SignupState.CONFIRMED, None)
    assert write(stop_shift, office.staff, view.shifts[0].public_id, "大雨", now=clock.at).is_repeat
    # the stopped shift's time is free again for who was there
    overlapping = office.publish(office.draft(points=0, hours=0))
    assert office.sign_up(here, overlapping.shifts[0]).state is SignupState.CONFIRMED


def test_leaders_are_named_by_phone_number_or_id_and_told(office: Office, clock: Clock) -> None:
    view = office.publish(office.draft(points=0))
    first, second = make.make_person(office.session), make.make_person(office.session)
    handles = (first.phone, second.volunteer_number)
    ids = sorted([first.id, second.id])
    write(name_leaders, office.staff, view.shifts[0].public_id, handles, now=clock.at)
    assert office.told("tasks.leader_named") == ids
    with pytest.raises(Invalid):
        write(name_leaders, office.staff, view.shifts[0].public_id, ("13999999999",), now=clock.at)
    write(name_leaders, office.staff, view.shifts[0].public_id, (), now=clock.at)
    assert office.told("tasks.leader_relieved") == ids
