"""Drafts: everything a lawful recruiting notice states, written down before anybody can see it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.queries import AreaRow, require_area
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import new_public_id
from pointsapp.core.coordinates import CoordinateSystem
from pointsapp.core.errors import Conflict
from pointsapp.core.states import must_move
from pointsapp.people.models import Person
from pointsapp.rewards.queries import band_allows
from pointsapp.tasks.errors import BadField
from pointsapp.tasks.models import Audience, PointsMode, Shift, ShiftLeader, ShiftState, Task, TaskCategory, TaskState
from pointsapp.tasks.policies import may_run_task
from pointsapp.tasks.queries.console import visible_to_staff
from pointsapp.tasks.queries.details import TaskView, task_view
from pointsapp.tasks.rules import shift_errors

MOST_SHIFTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftDraft:
    """`leader_ids`: public ids, phones or volunteer numbers of residents."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    leader_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDraft:
    """What the publisher wrote. `area_id` is an area's id or code."""

    title: str
    description: str
    category: str
    area_id: str
    place: str
    points: int
    points_mode: PointsMode
    check_out_required: bool
    shifts: tuple[ShiftDraft, ...]
    latitude: float | None = None
    longitude: float | None = None
    coordinate_system: CoordinateSystem = CoordinateSystem.WGS84
    checkin_radius_m: int | None = None
    has_poster: bool = False
    waitlist: bool = False
    conditions: str | None = None
    risks: str | None = None
    safeguards: str | None = None
    insurance: str | None = None
    what_to_bring: str | None = None
    contact: str | None = None
    organiser: str | None = None
    signup_opens_at: datetime | None = None
    cancel_until_minutes: int = 0
    audience: Audience = Audience.DISTRICT


_PLAIN = tuple(name for name in TaskDraft.__dataclass_fields__ if name not in ("area_id", "shifts"))


def create_draft(session: Session, actor: Actor, draft: TaskDraft, *, now: datetime) -> TaskView:
    """Write down a new draft; nobody but staff of its area knows that it exists."""
    area = _judge(session, actor, draft)
    task_id = session.execute(
        insert(Task)
        .values(
            public_id=new_public_id(),
            area_id=area.id,
            state=TaskState.DRAFT,
            created_by_id=actor.person_id,
            notice_version=1,
            created_at=now,
            approval_needed_at=_approval_needed_at(session, draft, now),
            **_columns(draft),
        )
        .returning(Task.id)
    ).scalar_one()
    _add_shifts(session, task_id, draft.shifts)
    events.record(
        session, "tasks.drafted", at=now, subject=f"task:{task_id}", area_id=area.id, actor_id=actor.person_id
    )
    return viewed(session, task_id)


def edit_draft(session: Session, actor: Actor, task: str, draft: TaskDraft, *, now: datetime) -> TaskView:
    """Write the draft anew, as its next version. An approval was for the old text and points: it lapses."""
    row = visible_to_staff(session, actor, task)
    if row.state is not TaskState.DRAFT:
        raise Conflict()
    area = _judge(session, actor, draft)
    must_move(
        session,
        update(Task)
        .where(Task.id == row.id, Task.state == TaskState.DRAFT)
        .values(
            area_id=area.id,
            approved_by_id=None,
            approved_at=None,
            approval_needed_at=_approval_needed_at(session, draft, now),
            notice_version=Task.notice_version + 1,
            **_columns(draft),
        ),
    )
    old = select(Shift.id).where(Shift.task_id == row.id)
    # Nobody has been promised anything yet, so a draft's shifts may simply be written anew.
    session.execute(delete(ShiftLeader).where(ShiftLeader.shift_id.in_(old)))
    session.execute(delete(Shift).where(Shift.task_id == row.id))
    _add_shifts(session, row.id, draft.shifts)
    events.record(
        session, "tasks.draft_edited", at=now, subject=f"task:{row.id}", area_id=area.id, actor_id=actor.person_id
    )
    return viewed(session, row.id)


def viewed(session: Session, task_id: int) -> TaskView:
    """Return the task that was just written, as its page reads it."""
    row = task_view(session, task_id)
    assert row is not None
    return row


def _judge(session: Session, actor: Actor, draft: TaskDraft) -> AreaRow:
    area = require_area(session, draft.area_id, "area_id")
    require(may_run_task(actor, area.path))
    if not 1 <= len(draft.shifts) <= MOST_SHIFTS:
        raise BadField("shifts", words="number_of_shifts")
    for place, fields in shift_errors([(shift.starts_at, shift.ends_at) for shift in draft.shifts]).items():
        raise BadField("shifts", place, "ends_at", words=fields["ends_at"][0])
    if draft.points_mode is PointsMode.PER_HOUR and not draft.check_out_required:
        raise BadField("check_out_required", words="check_out_needed")
    if not session.scalar(select(exists().where(TaskCategory.key == draft.category))):
        raise BadField("category", words="unknown_category")
    return area


def _approval_needed_at(session: Session, draft: TaskDraft, now: datetime) -> datetime | None:
    """Return `now` where the points stand above the band: from then on the draft is on the second person's list."""
    return None if band_allows(session, draft.category, draft.points, draft.points_mode, now) else now


def _columns(draft: TaskDraft) -> dict[str, object]:
    return {name: getattr(draft, name) for name in _PLAIN}


def _add_shifts(session: Session, task_id: int, shifts: Sequence[ShiftDraft]) -> None:
    # Kept in order of time, so that lists and the person's own reading agree.
    known = _people_called(session, {handle for shift in shifts for handle in shift.leader_ids})
    leaders = [_named(known, shift.leader_ids, ("shifts", place, "leader_ids")) for place, shift in enumerate(shifts)]
    rows = [
        {
            "public_id": new_public_id(),
            "task_id": task_id,
            "starts_at": shift.starts_at,
            "ends_at": shift.ends_at,
            "capacity": shift.capacity,
            "taken": 0,
            "waiting": 0,
            "state": ShiftState.OPEN,
            "code_key": secrets.token_hex(32),
        }
        for shift in shifts
    ]
    ids = session.scalars(insert(Shift).returning(Shift.id, sort_by_parameter_order=True), rows).all()
    named = [
        {"shift_id": shift_id, "person_id": person_id}
        for shift_id, people in zip(ids, leaders, strict=True)
        for person_id in people
    ]
    if named:
        session.execute(insert(ShiftLeader), named)


def find_leaders(session: Session, handles: Sequence[str], path: tuple[str | int, ...]) -> list[int]:
    """Return the persons named by public id, phone or volunteer number; 422 for a name nobody has."""
    return _named(_people_called(session, set(handles)), handles, path)


def _named(known: dict[str, int], handles: Sequence[str], path: tuple[str | int, ...]) -> list[int]:
    if any(handle not in known for handle in handles):
        raise BadField(*path, words="unknown_person")
    return sorted({known[handle] for handle in handles})


def _people_called(session: Session, handles: set[str]) -> dict[str, int]:
    """Return who goes by each handle. A phone may read like somebody's number: the id goes first, then the phone."""
    if not handles:
        return {}
    rows = session.execute(
        select(Person.id, Person.public_id, Person.phone, Person.volunteer_number).where(
            or_(Person.public_id.in_(handles), Person.phone.in_(handles), Person.volunteer_number.in_(handles)),
            Person.erased_at.is_(None),
        )
    ).all()
    called: dict[str, int] = {}
    for name in ("volunteer_number", "phone", "public_id"):
        called.update({str(getattr(row, name)): row.id for row in rows if getattr(row, name) in handles})
    return called


def set_leaders(session: Session, shift_id: int, person_ids: Sequence[int]) -> None:
    """Let these people lead the shift, and nobody else; whom that concerns is told by the caller."""
    session.execute(delete(ShiftLeader).where(ShiftLeader.shift_id == shift_id))
    if person_ids:
        rows = [{"shift_id": shift_id, "person_id": person_id} for person_id in person_ids]
        session.execute(insert(ShiftLeader), rows)
