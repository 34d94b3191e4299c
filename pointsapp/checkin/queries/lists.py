"""Lists of check-in: a shift's people, the latest arrivals, today's shifts, what waits for review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.checkin.models import Attendance, AttendanceState, Correction, CorrectionState, Way
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.masking import mask_name
from pointsapp.people.models import Person
from pointsapp.tasks.models import Shift, Signup, SignupState, Task, TaskState
from pointsapp.tasks.queries import ShiftBrief
from pointsapp.tasks.queries.briefs import as_brief, select_briefs

MOST_LINES = 300
LATEST = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLine:
    """One person in a leader's list."""

    signup: str
    user_id: str
    person_id: int
    shown_name: str
    number_tail: str
    phone: str | None
    attendance: str | None
    state: AttendanceState | None
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    cut_off: bool
    minutes: int
    points: int
    way: Way | None
    ticked_by_id: int | None
    is_walk_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many have a place, came, and are still there."""

    expected: int
    came: int
    present: int
    provisional: int

    @property
    def left(self) -> int:
        """How many have been checked out, or closed."""
        return self.came - self.present


def counts_of(session: Session, shift_id: int) -> Counts:
    row = session.execute(
        select(
            func.count(Signup.id).label("expected"),
            func.count(Attendance.id).label("came"),
            func.count(Attendance.id).filter(Attendance.state == AttendanceState.PRESENT).label("present"),
            func.count(Attendance.id).filter(Attendance.state == AttendanceState.PROVISIONAL).label("provisional"),
        )
        .select_from(Signup)
        .outerjoin(Attendance, Attendance.signup_id == Signup.id)
        .where(Signup.shift_id == shift_id, Signup.state == SignupState.CONFIRMED)
    ).one()
    return Counts(expected=row.expected, came=row.came, present=row.present, provisional=row.provisional)


def people_of(session: Session, shift_id: int, *, full_names: bool, text: str = "") -> tuple[ListLine, ...]:
    """Return the people with a place, those who have not come first; `text` finds a name's beginning or a number's end."""
    statement = (
        select(
            Signup.public_id.label("signup"),
            Signup.is_walk_in,
            Person.public_id.label("user_id"),
            Person.id.label("person_id"),
            Person.name,
            Person.volunteer_number,
            Person.phone,
            Attendance.public_id.label("attendance"),
            Attendance.state,
            Attendance.checked_in_at,
            Attendance.checked_out_at,
            Attendance.cut_off,
            Attendance.minutes,
            Attendance.points,
            Attendance.way,
            Attendance.checked_in_by_id.label("ticked_by_id"),
        )
        .join(Person, Person.id == Signup.person_id)
        .outerjoin(Attendance, Attendance.signup_id == Signup.id)
        .where(Signup.shift_id == shift_id, Signup.state == SignupState.CONFIRMED)
        .order_by(Attendance.id.is_not(None), Signup.id)
        .limit(MOST_LINES)
    )
    if text:
        plain = text.replace("%", "").replace("_", "")
        statement = statement.where(or_(Person.name.like(f"{plain}%"), Person.volunteer_number.like(f"%{plain}")))
    lines = []
    for row in session.execute(statement):
        values = row._asdict()
        name, number, phone = values.pop("name"), values.pop("volunteer_number"), values.pop("phone")
        values["cut_off"], values["minutes"] = bool(values["cut_off"]), values["minutes"] or 0
        values["points"] = values["points"] or 0
        lines.append(
            ListLine(
                **values,
                shown_name=name if full_names else mask_name(name),
                number_tail=number[-4:],
                phone=phone if full_names else None,
            )
        )
    return tuple(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody who just came, as a public screen may show it."""

    key: int
    shown_name: str
    at: datetime


def latest_arrivals(
    session: Session, shift_id: int, *, leaving: bool = False, limit: int = LATEST
) -> tuple[Arrival, ...]:
    """Return who came last, or with `leaving` who left last."""
    moment = Attendance.checked_out_at if leaving else Attendance.checked_in_at
    rows = session.execute(
        select(Attendance.id, Person.name, moment.label("at"))
        .join(Person, Person.id == Attendance.person_id)
        .where(Attendance.shift_id == shift_id, moment.is_not(None))
        .order_by(moment.desc(), Attendance.id.desc())
        .limit(limit)
    )
    return tuple(Arrival(key=row.id, shown_name=mask_name(row.name), at=row.at) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLine:
    """One of the day's shifts with who came."""

    brief: ShiftBrief
    came: int
    provisional: int


def shifts_between(session: Session, actor: Actor, start: datetime, end: datetime) -> tuple[ShiftLine, ...]:
    """Return the shifts touching [start, end) in the areas the actor runs, soonest first."""
    came = select(func.count()).where(Attendance.shift_id == Shift.id).correlate(Shift)
    provisional = came.where(Attendance.state == AttendanceState.PROVISIONAL)
    rows = session.execute(
        select_briefs(came.scalar_subquery().label("came"), provisional.scalar_subquery().label("provisional"))
        .where(
            Task.state.in_((TaskState.PUBLISHED, TaskState.CLOSED)),
            Shift.starts_at < end,
            Shift.ends_at > start,
            below_any(Area.path, actor.paths(COMMUNITY_STAFF)),
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(MOST_LINES)
    )
    return tuple(ShiftLine(brief=as_brief(row), came=row.came, provisional=row.provisional) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """Provisional minutes that wait for an organiser. `is_mine`: the reader may not confirm this one."""

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


def provisional_lines(session: Session, actor: Actor, limit: int = 100) -> tuple[ReviewLine, ...]:
    """Return what waits to be confirmed in the areas the actor runs, oldest first."""
    ticker = aliased(Person)
    rows = session.execute(
        select(
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
        .order_by(Shift.ends_at, Attendance.id)
        .limit(limit)
    )
    return tuple(_review_line(row, actor) for row in rows)


def _review_line(row: Any, actor: Actor) -> ReviewLine:
    is_late = not row.cut_off
    return ReviewLine(
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


def pending_corrections(session: Session, actor: Actor, limit: int = 100) -> tuple[CorrectionLine, ...]:
    """Return the corrections that wait in the areas the actor runs, oldest first."""
    asker = aliased(Person)
    rows = session.execute(
        select(Correction, Person, asker.name, Task.title, Shift.starts_at, Shift.ends_at)
        .join(Signup, Signup.id == Correction.signup_id)
        .join(Person, Person.id == Signup.person_id)
        .join(asker, asker.id == Correction.asked_by_id)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(and_(Correction.state == CorrectionState.PENDING, below_any(Area.path, actor.paths(COMMUNITY_STAFF))))
        .order_by(Correction.created_at, Correction.id)
        .limit(limit)
    )
    return tuple(
        CorrectionLine(
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
        for row, person, asked_by, title, starts_at, ends_at in rows
    )
