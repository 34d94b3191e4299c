"""Lists of check-in: a shift's people, the latest arrivals, a day's shifts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.checkin.models import Attendance, AttendanceState, Way
from pointsapp.checkin.queries.looks import leads_it
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut, instant
from pointsapp.people.models import Person
from pointsapp.tasks.models import Shift, Signup, SignupState, Task, TaskState
from pointsapp.tasks.queries import ShiftBrief
from pointsapp.tasks.queries.briefs import as_brief, select_briefs

LATEST = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLine:
    """One person in a leader's list."""

    signup: str
    signup_id: int
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
    """Return how many have a place, how many came, and of these who is there still and who waits to be confirmed."""
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


def people_page(
    session: Session, shift_id: int, page: PageRequest, *, full_names: bool, text: str = ""
) -> Page[ListLine]:
    """Return a page of the people with a place, those who have not come first.

    `text` finds a name's beginning or a number's end. Key: 0 or 1 (has come), the sign-up's id.
    """
    has_come = case((Attendance.id.is_(None), 0), else_=1)
    statement = (
        select(
            Signup.public_id.label("signup"),
            Signup.id.label("signup_id"),
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
        .order_by(has_come, Signup.id)
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(tuple_(has_come, Signup.id) > tuple_(*map(literal, page.after)))
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
    return cut(lines, page.limit, lambda line: (int(line.attendance is not None), line.signup_id))


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


def shifts_page(session: Session, actor: Actor, start: datetime, end: datetime, page: PageRequest) -> Page[ShiftLine]:
    """Return a page of the shifts touching [start, end) that the actor runs or leads, soonest first. Key: start, id."""
    came = select(func.count()).where(Attendance.shift_id == Shift.id).correlate(Shift)
    provisional = came.where(Attendance.state == AttendanceState.PROVISIONAL)
    statement = (
        select_briefs(came.scalar_subquery().label("came"), provisional.scalar_subquery().label("provisional"))
        .where(
            Task.state.in_((TaskState.PUBLISHED, TaskState.CLOSED)),
            Shift.starts_at < end,
            Shift.ends_at > start,
            or_(below_any(Area.path, actor.paths(COMMUNITY_STAFF)), leads_it(actor.person_id)),
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(page.limit + 1)
    )
    if page.after:
        at, shift_id = instant(page.after[0]), page.after[1]
        statement = statement.where(or_(Shift.starts_at > at, and_(Shift.starts_at == at, Shift.id > shift_id)))
    lines = [
        ShiftLine(brief=as_brief(row), came=row.came, provisional=row.provisional) for row in session.execute(statement)
    ]
    return cut(lines, page.limit, lambda line: (line.brief.starts_at.isoformat(), line.brief.id))
