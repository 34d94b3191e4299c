"""The hours book: every shift somebody served in, and what of it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.core import clock
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.ledger.models import IS_EARNED, Posting, Unit
from pointsapp.ledger.queries import person_minutes
from pointsapp.tasks.models import Shift, Task

MONTHS_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursLine:
    """One shift a person came to. Minutes count once `state` is credited."""

    id: int
    public_id: str
    title: str
    task: str
    place: str
    state: AttendanceState
    starts_at: datetime
    ends_at: datetime
    minutes: int
    points: int
    cut_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursPage:
    """The book's total, the last months, and one page of lines."""

    total: int
    this_year: int
    times: int
    months: tuple[tuple[date, int], ...]
    lines: Page[HoursLine]


def hours_page(session: Session, person_id: int, page: PageRequest, *, now: datetime) -> HoursPage:
    """Return one page of a person's hours book, newest first, with its sums from the ledger."""
    year = clock.period_start("year", now) or now
    rows = session.execute(
        select(Posting.posted_at, Posting.change).where(
            IS_EARNED,
            Posting.person_id == person_id,
            Posting.unit == Unit.MINUTE,
            Posting.posted_at >= min(_months(now)[0], year),
        )
    )
    booked: list[tuple[datetime, int]] = [(posted_at, change or 0) for posted_at, change in rows]
    sums = {clock.local_day(start): 0 for start in _months(now)}
    for posted_at, change in booked:
        month = clock.local_day(posted_at).replace(day=1)
        if month in sums:
            sums[month] += change
    times = select(func.count()).where(
        Attendance.person_id == person_id, Attendance.state == AttendanceState.CREDITED, Attendance.minutes > 0
    )
    return HoursPage(
        total=person_minutes(session, person_id),
        this_year=sum(change for posted_at, change in booked if posted_at >= year),
        times=session.scalar(times) or 0,
        months=tuple(sums.items()),
        lines=_lines(session, person_id, page),
    )


def _months(now: datetime) -> list[datetime]:
    """Return the first instants of the last months, the oldest first."""
    starts: list[datetime] = []
    at = now
    for _ in range(MONTHS_SHOWN):
        start = clock.period_start("month", at)
        assert start is not None
        starts.insert(0, start)
        at = start - timedelta(days=1)
    return starts


def _lines(session: Session, person_id: int, page: PageRequest) -> Page[HoursLine]:
    statement = (
        select(
            Attendance.id,
            Attendance.public_id,
            Task.title,
            Task.public_id.label("task"),
            Task.place,
            Attendance.state,
            Shift.starts_at,
            Shift.ends_at,
            Attendance.minutes,
            Attendance.points,
            Attendance.cut_off,
        )
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(Attendance.person_id == person_id)
        .order_by(Attendance.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(Attendance.id < page.after[0])
    rows = [HoursLine(**row) for row in session.execute(statement).mappings()]
    return cut(rows, page.limit, lambda row: (row.id,))
