"""Whether somebody's time is already claimed. Asked under the lock on the person's time (LockKind.PERSON_TIME)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.core.swift import Swift
from pointsapp.tasks.models import Shift, Task


def title_in_the_way(
    session: Session, person_id: int, start: datetime, end: datetime, *, without_signup: int | None = None
) -> str | None:
    """Return the title of the task that already claims a part of [start, end), None when it is free."""
    asked = {"person_id": person_id, "start": start, "end": end, "without_signup": without_signup or 0}
    found = _IN_THE_WAY.one(session, **asked)
    return None if found is None else str(found.title)


def _statement() -> Select[str]:
    return (
        select(Task.title)
        .join(Shift, Shift.task_id == Task.id)
        .join(Attendance, Attendance.shift_id == Shift.id)
        .where(
            Attendance.person_id == bindparam("person_id"),
            Attendance.from_at < bindparam("end"),
            Attendance.to_at > bindparam("start"),
            Attendance.state != AttendanceState.VOIDED,
            Attendance.signup_id != bindparam("without_signup"),
        )
        .limit(1)
    )


_IN_THE_WAY = Swift(_statement)
