"""What the console shows of one task and one shift: the effect of a publication before it is sent, the lists of people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.queries import AreaRow, areas_by_ids, ids_in
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest
from pointsapp.ledger.accounts import budget, budget_area
from pointsapp.ledger.models import Balance
from pointsapp.people.queries import names_of
from pointsapp.rewards.queries import band_allows
from pointsapp.rewards.rules import greatest_points_per_place
from pointsapp.tasks.models import ShiftState, Task, TaskState
from pointsapp.tasks.policies import LEADERS_AFTER, may_run_task, may_see_task, may_set_place, sees_full_names
from pointsapp.tasks.queries.briefs import ShiftBrief, leads_shift, leads_task_now, shift_brief
from pointsapp.tasks.queries.details import LeaderName, ShiftView, TaskView, leaders_of, task_view
from pointsapp.tasks.queries.signups import RosterLine, arrived_count, roster_page
from pointsapp.tasks.rules import minutes_between, missing_notice_parts

SCREEN_AFTER = timedelta(minutes=30)  # checkin: the last check-out by a venue code


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetEffect:
    """What a publication would draw, from where, and what would be left; `area` is None when no budget holds enough."""

    needed: int
    area: AreaRow | None
    balance: int
    best: int  # the largest budget at or above, so that staff see how far it is off

    @property
    def remaining(self) -> int:
        return self.balance - self.needed

    @property
    def is_possible(self) -> bool:
        return self.needed == 0 or self.area is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskConsole:
    """One task as its staff see it."""

    task: TaskView
    effect: BudgetEffect
    drawn_from: AreaRow | None
    missing: tuple[str, ...]
    is_above_band: bool
    created_by: str
    approved_by: str
    late_shifts: int  # shifts of a draft that lie in the past

    @property
    def needs_approval(self) -> bool:
        return self.is_above_band and self.task.approved_by_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftConsole:
    """One shift with its people."""

    brief: ShiftBrief
    leaders: tuple[LeaderName, ...]
    roster: Page[RosterLine]
    arrived: int  # of all who signed up, not of the page shown
    is_running: bool  # may still be moved or stopped
    is_over: bool  # it ran, and can be gone through
    takes_arrivals: bool  # the check-in screen still serves
    may_be_led: bool  # until the leaders' time is over


def points_needed(task: TaskView) -> int:
    """Return capacity x greatest points per place, summed over the shifts."""
    return sum(place_cost(task, shift) * shift.capacity for shift in task.shifts)


def place_cost(task: TaskView, shift: ShiftView) -> int:
    """Return the most points one place of the shift can cost its budget: publication reserves so many."""
    return greatest_points_per_place(task.points, task.points_mode, minutes_between(shift.starts_at, shift.ends_at))


def budget_effect(session: Session, area_path: str, needed: int) -> BudgetEffect:
    """Say which budget a publication would draw on: the nearest at or above that holds all of it, as rewards chooses."""
    ids = list(reversed(ids_in(area_path)))
    rows = session.execute(
        select(Balance.account, Balance.amount).where(Balance.account.in_([budget(area_id) for area_id in ids]))
    )
    amounts = {budget_area(account): amount for account, amount in rows}
    nearest = next((area_id for area_id in ids if area_id in amounts and amounts[area_id] >= needed), None)
    area = areas_by_ids(session, [nearest]).get(nearest) if nearest is not None else None
    return BudgetEffect(
        needed=needed,
        area=area,
        balance=amounts.get(nearest, 0) if nearest is not None else 0,
        best=max(amounts.values(), default=0),
    )


def visible_to_staff(session: Session, actor: Actor, task: int | str) -> TaskView:
    """Return the task to who may run it; 404 for a hidden draft, 403 for other readers."""
    view = _known_task(session, actor, task)
    require(may_run_task(actor, view.area.path))
    return view


def _known_task(session: Session, actor: Actor, task: int | str) -> TaskView:
    view = task_view(session, task)
    if view is None or not may_see_task(actor, view.area.path, view.is_draft):
        raise NotFound()
    return view


def place_to_set(
    session: Session, actor: Actor, task: str, *, stands_there: bool = True, now: datetime
) -> tuple[TaskView, bool]:
    """Return the task to who may set its place, and whether they run it: may set it by figures and anywhere."""
    view = _known_task(session, actor, task)
    runs = may_run_task(actor, view.area.path)
    leads = not runs and leads_task_now(session, view.id, actor.person_id, now)
    require(may_set_place(actor, view.area.path, leads_now=leads, stands_there=stands_there))
    return view, runs


def task_console(session: Session, actor: Actor, task: str, *, now: datetime) -> TaskConsole:
    """Return the console's page of one task."""
    view = visible_to_staff(session, actor, task)
    is_draft = view.state is TaskState.DRAFT
    names = names_of(session, [view.created_by_id, view.approved_by_id])
    drawn = None
    if view.budget_account:
        area_id = budget_area(view.budget_account)
        drawn = areas_by_ids(session, [area_id]).get(area_id)
    needed = points_needed(view)
    return TaskConsole(
        task=view,
        effect=budget_effect(session, view.area.path, needed)
        if is_draft
        else BudgetEffect(needed=needed, area=drawn, balance=0, best=0),
        drawn_from=drawn,
        missing=missing_notice_parts(view) if is_draft else (),
        is_above_band=is_draft and not band_allows(session, view.category, view.points, view.points_mode, now),
        created_by=_name(names, view.created_by_id),
        approved_by=_name(names, view.approved_by_id),
        late_shifts=sum(shift.ends_at <= now for shift in view.shifts) if is_draft else 0,
    )


def _name(names: dict[int, str], person_id: int | None) -> str:
    return "" if person_id is None else names.get(person_id, "")


def shift_console(session: Session, actor: Actor, shift: str, page: PageRequest, *, now: datetime) -> ShiftConsole:
    """Return the console's page of one shift. Names are masked here as everywhere, except for its leaders in their time."""
    brief = shift_brief(session, shift)
    if brief is None or not may_see_task(actor, brief.area_path, brief.is_draft):
        raise NotFound()
    require(may_run_task(actor, brief.area_path))
    is_leader = leads_shift(session, brief.id, actor.person_id)
    return ShiftConsole(
        brief=brief,
        leaders=leaders_of(session, [brief.id]).get(brief.id, ()),
        roster=roster_page(session, brief.id, page, full_names=sees_full_names(is_leader, brief, now)),
        arrived=arrived_count(session, brief.id),
        is_over=brief.task_state in (TaskState.PUBLISHED, TaskState.CLOSED) and brief.last_moment <= now,
        takes_arrivals=brief.ends_at + SCREEN_AFTER > now,
        may_be_led=brief.task_state in (TaskState.DRAFT, TaskState.PUBLISHED) and brief.ends_at + LEADERS_AFTER > now,
        is_running=brief.task_state is TaskState.PUBLISHED
        and brief.shift_state is ShiftState.OPEN
        and brief.ends_at > now,
    )


def last_notice(session: Session, person_id: int) -> dict[str, str]:
    """Return what this person's newest task says of safeguards, insurance, contact and organiser; nobody types them twice."""
    names = (Task.safeguards, Task.insurance, Task.contact, Task.organiser)
    newest = select(*names).where(Task.created_by_id == person_id).order_by(Task.id.desc()).limit(1)
    row = session.execute(newest).one_or_none()
    return {} if row is None else {name: text for name, text in row._asdict().items() if text}


def leader_handles(leaders: Iterable[LeaderName]) -> str:
    """Return the leaders as the form's box holds them: a phone, else the volunteer number."""
    return " ".join(leader.phone or leader.volunteer_number for leader in leaders)
