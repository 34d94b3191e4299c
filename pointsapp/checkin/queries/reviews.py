"""What waits for an organiser: provisional minutes, and corrections that need their second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.checkin.models import Attendance, AttendanceState, Correction, CorrectionState
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.tasks.models import Shift, Signup, Task


def waiting_counts(session: Session, actor: Actor) -> tuple[int, int]:
    """Return how many provisional minutes and how many corrections wait in the areas the actor runs."""
    is_mine = below_any(Area.path, actor.paths(COMMUNITY_STAFF))
    provisional = (
        select(func.count())
        .select_from(Attendance)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(Attendance.state == AttendanceState.PROVISIONAL, is_mine)
    )
    corrections = (
        select(func.count())
        .select_from(Correction)
        .join(Signup, Signup.id == Correction.signup_id)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(Correction.state == CorrectionState.PENDING, is_mine)
    )
    first, second = session.execute(select(provisional.scalar_subquery(), corrections.scalar_subquery())).one()
    return first, second


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """Provisional minutes that wait for an organiser. `is_mine`: the reader may not confirm this one."""

    id: int
    attendance: str
    shown_name: str
    number_tail: str
    title: str
    shift: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    cut_off: bool
    checked_in_at: datetime
    ticked_by: str | None
    is_mine: bool


def provisional_page(session: Session, actor: Actor, page: PageRequest) -> Page[ReviewLine]:
    """Return a page of what waits to be confirmed in the areas the actor runs, who came first first."""
    ticker = aliased(Person)
    statement = (
        select(
            Attendance.id,
            Attendance.public_id.label("attendance"),
            Attendance.person_id,
            Attendance.checked_in_by_id,
            Attendance.minutes,
            Attendance.cut_off,
            Attendance.checked_in_at,
            Person.name,
            Person.volunteer_number,
            ticker.name.label("ticked_by"),
            Task.title,
            Shift.public_id.label("shift"),
            Shift.starts_at,
            Shift.ends_at,
        )
        .join(Person, Person.id == Attendance.person_id)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .outerjoin(ticker, ticker.id == Attendance.checked_in_by_id)
        .where(Attendance.state == AttendanceState.PROVISIONAL, below_any(Area.path, actor.paths(COMMUNITY_STAFF)))
        .order_by(Attendance.id)
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(Attendance.id > page.after[0])
    lines = [_review_line(row, actor) for row in session.execute(statement)]
    return cut(lines, page.limit, lambda line: (line.id,))


def _review_line(row: Any, actor: Actor) -> ReviewLine:
    is_late = not row.cut_off
    return ReviewLine(
        id=row.id,
        attendance=row.attendance,
        shown_name=mask_name(row.name),
        number_tail=row.volunteer_number[-4:],
        title=row.title,
        shift=row.shift,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        minutes=row.minutes,
        cut_off=row.cut_off,
        checked_in_at=row.checked_in_at,
        ticked_by=row.ticked_by if is_late else None,
        is_mine=actor.person_id == row.person_id or (is_late and actor.person_id == row.checked_in_by_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionLine:
    """A correction that waits for its second person."""

    id: int
    correction: str
    shown_name: str
    number_tail: str
    title: str
    starts_at: datetime
    ends_at: datetime
    minutes_before: int
    minutes: int
    reason: str
    asked_by: str
    created_at: datetime
    is_mine: bool


def corrections_page(session: Session, actor: Actor, page: PageRequest) -> Page[CorrectionLine]:
    """Return a page of the corrections that wait in the areas the actor runs, oldest first."""
    asker = aliased(Person)
    statement = (
        select(Correction, Person, asker.name, Task.title, Shift.starts_at, Shift.ends_at)
        .join(Signup, Signup.id == Correction.signup_id)
        .join(Person, Person.id == Signup.person_id)
        .join(asker, asker.id == Correction.asked_by_id)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(and_(Correction.state == CorrectionState.PENDING, below_any(Area.path, actor.paths(COMMUNITY_STAFF))))
        .order_by(Correction.id)
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(Correction.id > page.after[0])
    lines = [
        CorrectionLine(
            id=row.id,
            correction=row.public_id,
            shown_name=mask_name(person.name),
            number_tail=person.volunteer_number[-4:],
            title=title,
            starts_at=starts_at,
            ends_at=ends_at,
            minutes_before=row.minutes_before,
            minutes=row.minutes,
            reason=row.reason,
            asked_by=asked_by,
            created_at=row.created_at,
            is_mine=actor.person_id in (row.asked_by_id, person.id),
        )
        for row, person, asked_by, title, starts_at, ends_at in session.execute(statement)
    ]
    return cut(lines, page.limit, lambda line: (line.id,))
