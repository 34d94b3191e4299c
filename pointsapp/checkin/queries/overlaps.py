"""Whether somebody's time is already claimed. Asked under the lock on the person's time (LockKind.PERSON_TIME)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.tasks.models import Shift, Task


def title_in_the_way(
    session: Session, person_id: int, start: datetime, end: datetime, *, without_signup: int | None = None
) -> str | None:
    """Return the title of the task that already claims a part of [start, end), None when it is free."""
    found: str | None = session.scalar(
        select(Task.title)
        .join(Shift, Shift.task_id == Task.id)
        .join(Attendance, Attendance.shift_id == Shift.id)
        .where(
            Attendance.person_id == person_id,
            Attendance.from_at < end,
            Attendance.to_at > start,
            Attendance.state != AttendanceState.VOIDED,
            Attendance.signup_id != (without_signup or 0),
        )
        .limit(1)
    )
    return found
