"""What a person's record says by organiser: the area whose task it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.core import clock
from pointsapp.tasks.models import Shift, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganiserSum:
    """Credited service of one person with one organiser within a span of local days."""

    area_id: int
    times: int
    minutes: int
    first_on: date
    last_on: date


def organiser_sums(session: Session, person_id: int, start: date, end: date) -> dict[int, OrganiserSum]:
    """Return the sums by area, of shifts that began on the local days `start` to `end`."""
    first, _unused = clock.day_bounds(start)
    _unused, last = clock.day_bounds(end)
    rows = session.execute(
        select(
            Task.area_id,
            func.count(Attendance.id).label("times"),
            func.sum(Attendance.minutes).label("minutes"),
            func.min(Shift.starts_at).label("first_at"),
            func.max(Shift.starts_at).label("last_at"),
        )
        .select_from(Attendance)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(
            Attendance.person_id == person_id,
            Attendance.state == AttendanceState.CREDITED,
            Attendance.minutes > 0,
            Shift.starts_at >= first,
            Shift.starts_at < last,
        )
        .group_by(Task.area_id)
        .order_by(Task.area_id)
    )
    return {
        row.area_id: OrganiserSum(
            area_id=row.area_id,
            times=row.times,
            minutes=int(row.minutes),
            first_on=clock.local_day(_instant(row.first_at)),
            last_on=clock.local_day(_instant(row.last_at)),
        )
        for row in rows
    }


def minutes_by_organiser(session: Session, person_id: int, start: date, end: date) -> dict[int, int]:
    """Return the minutes of `organiser_sums` alone, by area."""
    return {area: each.minutes for area, each in organiser_sums(session, person_id, start, end).items()}


def _instant(value: datetime) -> datetime:
    return value
