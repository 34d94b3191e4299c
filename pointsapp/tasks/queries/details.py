"""One task with everything given at its creation: the JSON answer, the resident's page, the console's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.coordinates import CoordinateSystem
from pointsapp.core.db import among, table_of
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.core.swift import Swift
from pointsapp.people.models import Person
from pointsapp.tasks.models import (
    Audience,
    PointsMode,
    Shift,
    ShiftLeader,
    ShiftState,
    Task,
    TaskCategory,
    TaskState,
)
from pointsapp.tasks.queries.placed import Placed


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaName:
    """{id, code, name} of the area, and its path for policies."""

    id: int
    public_id: str
    code: str
    name: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderName:
    person_id: int
    public_id: str
    name: str
    phone: str | None
    volunteer_number: str

    @property
    def number_tail(self) -> str:
        return self.volunteer_number[-4:]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftView:
    """One shift; `task_state` and `signup_opens_at` are its task's, so that one rule reads both."""

    id: int
    public_id: str
    task_id: int
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    waiting: int
    shift_state: ShiftState
    stopped_at: datetime | None
    stop_reason: str | None
    moved_from_at: datetime | None
    task_state: TaskState
    signup_opens_at: datetime | None
    leaders: tuple[LeaderName, ...] = ()

    @property
    def left(self) -> int:
        return self.capacity - self.taken

    @property
    def leader_ids(self) -> list[str]:
        return [leader.public_id for leader in self.leaders]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetView:
    """What a publication drew on."""

    area: AreaName | None
    reserved: int
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView(Placed):
    """Everything about a task. As a receipt: `budget` after a publication, `is_repeat` when it was so before."""

    id: int
    public_id: str
    title: str
    description: str
    category: str
    category_name: str
    place: str
    latitude: float | None
    longitude: float | None
    coordinate_system: CoordinateSystem
    checkin_radius_m: int | None
    has_poster: bool
    points: int
    points_mode: PointsMode
    check_out_required: bool
    conditions: str | None
    risks: str | None
    safeguards: str | None
    insurance: str | None
    what_to_bring: str | None
    contact: str | None
    organiser: str | None
    waitlist: bool
    signup_opens_at: datetime | None
    cancel_until_minutes: int
    audience: Audience
    state: TaskState
    created_by_id: int | None
    approved_by_id: int | None
    budget_account: str | None
    notice_version: int
    picture: str | None
    picture_words: str | None
    created_at: datetime
    published_at: datetime | None
    closed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    area: AreaName
    shifts: tuple[ShiftView, ...]
    budget: BudgetView | None = None
    is_repeat: bool = False

    @property
    def is_draft(self) -> bool:
        return self.state is TaskState.DRAFT


_NOT_COLUMNS = {"category_name", "area", "shifts", "budget", "is_repeat"}
_TASK_FIELDS = tuple(name for name in TaskView.__dataclass_fields__ if name not in _NOT_COLUMNS)
_TASK_COLUMNS: tuple[Any, ...] = tuple(getattr(Task, name) for name in _TASK_FIELDS)
_SHIFT_COLUMNS: tuple[Any, ...] = (
    Shift.id,
    Shift.public_id,
    Shift.task_id,
    Shift.starts_at,
    Shift.ends_at,
    Shift.capacity,
    Shift.taken,
    Shift.waiting,
    Shift.state.label("shift_state"),
    Shift.stopped_at,
    Shift.stop_reason,
    Shift.moved_from_at,
    Task.state.label("task_state"),
    Task.signup_opens_at,
)


def task_view(session: Session, task: int | str) -> TaskView | None:
    """Return the task with this key (int) or public_id (str), whoever asks; the caller judges who may see it."""
    is_it = Task.id == task if isinstance(task, int) else Task.public_id == task
    row = session.execute(
        select(
            *_TASK_COLUMNS,
            TaskCategory.name.label("category_name"),
            Area.public_id.label("area_public_id"),
            Area.code.label("area_code"),
            Area.name.label("area_name"),
            Area.path.label("area_path"),
            Task.area_id,
        )
        .join(Area, Area.id == Task.area_id)
        .outerjoin(TaskCategory, TaskCategory.key == Task.category)
        .where(is_it)
    ).one_or_none()
    if row is None:
        return None
    return TaskView(
        **{name: getattr(row, name) for name in _TASK_FIELDS},
        category_name=row.category_name or row.category,
        area=AreaName(
            id=row.area_id, public_id=row.area_public_id, code=row.area_code, name=row.area_name, path=row.area_path
        ),
        shifts=shifts_of_tasks(session, [row.id], with_leaders=True).get(row.id, ()),
    )


_SHIFTS = Swift(
    lambda: (
        select(*_SHIFT_COLUMNS)
        .join(Task, Task.id == Shift.task_id)
        .where(among(table_of(Shift).c.task_id, "tasks"))
        .order_by(Shift.task_id, Shift.starts_at, Shift.id)  # by time alone, an index of all shifts would look cheap
    )
)


def shifts_of_tasks(
    session: Session, task_ids: Sequence[int], *, with_leaders: bool = False
) -> dict[int, tuple[ShiftView, ...]]:
    """Return the shifts of each task in order of time: one query, and one more for the leaders."""
    if not task_ids:
        return {}
    rows = _SHIFTS.rows(session, tasks=list(task_ids))
    leaders = leaders_of(session, [row.id for row in rows]) if with_leaders else {}
    found: dict[int, list[ShiftView]] = {}
    for row in rows:
        found.setdefault(row.task_id, []).append(ShiftView(**row._asdict(), leaders=leaders.get(row.id, ())))
    return {task_id: tuple(shifts) for task_id, shifts in found.items()}


def leaders_of(session: Session, shift_ids: Sequence[int]) -> dict[int, tuple[LeaderName, ...]]:
    """Return who leads each shift."""
    if not shift_ids:
        return {}
    rows = session.execute(
        select(ShiftLeader.shift_id, Person.id, Person.public_id, Person.name, Person.phone, Person.volunteer_number)
        .join(Person, Person.id == ShiftLeader.person_id)
        .where(ShiftLeader.shift_id.in_(shift_ids))
        .order_by(Person.id)
    )
    found: dict[int, list[LeaderName]] = {}
    for shift_id, person_id, public_id, name, phone, number in rows:
        leader = LeaderName(person_id=person_id, public_id=public_id, name=name, phone=phone, volunteer_number=number)
        found.setdefault(shift_id, []).append(leader)
    return {shift_id: tuple(leaders) for shift_id, leaders in found.items()}


@dataclass(frozen=True, slots=True)
class CategoryName:
    key: str
    name: str
    position: int


def categories(session: Session, page: PageRequest) -> Page[CategoryName]:
    """Return the categories in the operator's order."""
    query = select(TaskCategory.key, TaskCategory.name, TaskCategory.position).order_by(TaskCategory.position)
    if page.after:
        query = query.where(TaskCategory.position > page.after[0])
    rows = [CategoryName(*row) for row in session.execute(query.limit(page.limit + 1))]
    return cut(rows, page.limit, lambda row: (row.position,))


def all_categories(session: Session) -> tuple[CategoryName, ...]:
    """Return every category: what a form or a filter offers."""
    return categories(session, PageRequest(limit=1000)).items
