"""A person's record: services with what may be asked about them, trainings, honours, evaluations, and requests to correct."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.certificates.models import RecordItem, RecordKind, RecordRequest, RequestState
from pointsapp.checkin.models import Attendance, AttendanceState, Correction, CorrectionState
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.tasks.models import Shift, Signup, Task

SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """A correction of the minutes that two people agreed on, both by surname, and why."""

    at: datetime
    minutes_before: int
    minutes: int
    reason: str
    asked_by: str
    approved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """One service; `signup` names it when something about it is to be corrected. `changes` are its corrections, the newest first."""

    id: int
    signup: str
    title: str
    organiser: str
    starts_at: datetime
    minutes: int
    state: AttendanceState
    changes: tuple[RecordChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordItemView:
    public_id: str
    kind: RecordKind
    title: str
    words: str
    happened_on: date
    area_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """A request to correct; the name is full, for the organiser and the person. `signup` leads to the correction's form."""

    id: int
    public_id: str
    person_id: int
    name: str
    area_name: str
    title: str | None
    starts_at: datetime | None
    signup: str | None
    words: str
    state: RequestState
    asked_at: datetime
    due_at: datetime
    answer: str | None
    answered_at: datetime | None


def record_page(session: Session, person_id: int, page: PageRequest) -> Page[RecordLine]:
    """Return the person's services, newest first."""
    statement = (
        select(
            Attendance.id,
            Signup.public_id.label("signup"),
            Task.title,
            Area.name.label("organiser"),
            Shift.starts_at,
            Attendance.minutes,
            Attendance.state,
        )
        .select_from(Attendance)
        .join(Signup, Signup.id == Attendance.signup_id)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(Attendance.person_id == person_id)
        .order_by(Attendance.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(Attendance.id < page.after[0])
    rows = session.execute(statement).mappings().all()
    changes = _changes(session, [row["id"] for row in rows])
    lines = [RecordLine(**row, changes=tuple(changes[row["id"]])) for row in rows]
    return cut(lines, page.limit, lambda line: (line.id,))


def _changes(session: Session, attendances: Sequence[int]) -> Mapping[int, list[RecordChange]]:
    """Return the corrections of these attendances that hold, the newest first."""
    asked, approved = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Attendance.id, Correction, asked.name.label("asked_by"), approved.name.label("approved_by"))
        .join(Correction, Correction.signup_id == Attendance.signup_id)
        .join(asked, asked.id == Correction.asked_by_id)
        .outerjoin(approved, approved.id == Correction.decided_by_id)
        .where(Attendance.id.in_(attendances), Correction.state == CorrectionState.APPROVED)
        .order_by(Correction.id.desc())
    )
    found: dict[int, list[RecordChange]] = defaultdict(list)
    for key, row, asked_by, approved_by in rows:
        found[key].append(
            RecordChange(
                at=row.decided_at or row.created_at, minutes_before=row.minutes_before, minutes=row.minutes,
                reason=row.reason, asked_by=mask_name(asked_by), approved_by=mask_name(approved_by or ""),
            )
        )  # fmt: skip
    return found


def items_of(session: Session, person_id: int) -> tuple[RecordItemView, ...]:
    """Return trainings, honours and evaluations that stand, newest first."""
    rows = session.execute(
        select(
            RecordItem.public_id,
            RecordItem.kind,
            RecordItem.title,
            RecordItem.words,
            RecordItem.happened_on,
            Area.name.label("area_name"),
        )
        .join(Area, Area.id == RecordItem.area_id)
        .where(RecordItem.person_id == person_id, RecordItem.taken_back_at.is_(None))
        .order_by(RecordItem.happened_on.desc(), RecordItem.id.desc())
        .limit(SHOWN)
    )
    return tuple(RecordItemView(**row) for row in rows.mappings())


def _requests() -> Any:
    return (
        select(
            RecordRequest.id,
            RecordRequest.public_id,
            RecordRequest.person_id,
            Person.name,
            Area.name.label("area_name"),
            Task.title,
            Shift.starts_at,
            Signup.public_id.label("signup"),
            RecordRequest.words,
            RecordRequest.state,
            RecordRequest.asked_at,
            RecordRequest.due_at,
            RecordRequest.answer,
            RecordRequest.answered_at,
        )
        .join(Person, Person.id == RecordRequest.person_id)
        .join(Area, Area.id == RecordRequest.area_id)
        .outerjoin(Signup, Signup.id == RecordRequest.signup_id)
        .outerjoin(Shift, Shift.id == Signup.shift_id)
        .outerjoin(Task, Task.id == Shift.task_id)
    )


def requests_of(session: Session, person_id: int) -> tuple[RequestView, ...]:
    """Return the person's latest requests."""
    rows = session.execute(
        _requests().where(RecordRequest.person_id == person_id).order_by(RecordRequest.id.desc()).limit(SHOWN)
    )
    return tuple(RequestView(**row) for row in rows.mappings())


def requests_page(session: Session, actor: Actor, page: PageRequest) -> Page[RequestView]:
    """Return requests that wait for the areas `actor` is staff of, the first due first."""
    statement = (
        _requests().where(RecordRequest.state == RequestState.ASKED).order_by(RecordRequest.id).limit(page.limit + 1)
    )
    if not actor.is_platform_admin:
        statement = statement.where(below_any(Area.path, actor.paths(COMMUNITY_STAFF)))
    if page.after:
        statement = statement.where(RecordRequest.id > page.after[0])
    lines = [RequestView(**row) for row in session.execute(statement).mappings()]
    return cut(lines, page.limit, lambda line: (line.id,))
