"""What waits of one quarter's work, as the star board's closing page lists it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, exists, null, select

from pointsapp.checkin.metrics import ATTENDANCE, MINUTES
from pointsapp.checkin.models import Attendance, AttendanceState, Correction, CorrectionState
from pointsapp.core.unfinished import columns
from pointsapp.tasks.models import NoShow, Shift, ShiftState, Signup, SignupState, Task, TaskState
from pointsapp.tasks.policies import LEADERS_AFTER


def attendances_of(start: datetime, end: datetime) -> Select[Any]:
    """Select minutes that an organiser has to confirm, and arrivals without an end (no minutes yet), of shifts in [start, end)."""
    minutes = case((Attendance.state == AttendanceState.PRESENT, null()), else_=Attendance.minutes)
    return (
        select(
            *columns(
                area_id=Task.area_id,
                person_id=Attendance.person_id,
                received_at=Attendance.checked_in_at,
                minutes=minutes,
                starts_at=Shift.starts_at,
                ends_at=Shift.ends_at,
            )
        )
        .select_from(Attendance)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(
            Attendance.state.in_((AttendanceState.PROVISIONAL, AttendanceState.PRESENT)),
            Shift.starts_at >= start,
            Shift.starts_at < end,
        )
    )


def lists_of(start: datetime, end: datetime) -> Select[Any]:
    """Select places in shifts that were over less than a day before `end`, whose list is open: nobody has said yet whether they came.

    A leader may carry the list where there is no connection: until it closes, ticks of theirs may come in.
    """
    return (
        select(
            *columns(
                area_id=Task.area_id,
                person_id=Signup.person_id,
                received_at=Shift.ends_at,
                starts_at=Shift.starts_at,
                ends_at=Shift.ends_at,
            )
        )
        .select_from(Signup)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(
            Signup.state == SignupState.CONFIRMED,
            Signup.arrived_at.is_(None),
            Signup.settled_at.is_(None),
            Shift.state == ShiftState.OPEN,
            Shift.starts_at >= start,
            Shift.ends_at <= end,
            Shift.ends_at > end - LEADERS_AFTER,
            Task.state.in_((TaskState.PUBLISHED, TaskState.CLOSED)),
            ~exists().where(NoShow.signup_id == Signup.id),  # noted when the list has closed
        )
    )


def corrections_of(start: datetime, end: datetime) -> Select[Any]:
    """Select corrections that wait for their second person, of shifts that began in [start, end)."""
    return (
        select(
            *columns(
                area_id=Task.area_id,
                person_id=Signup.person_id,
                received_at=Correction.created_at,
                minutes=Correction.minutes,
                minutes_before=Correction.minutes_before,
            )
        )
        .select_from(Correction)
        .join(Signup, Signup.id == Correction.signup_id)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(Correction.state == CorrectionState.PENDING, Shift.starts_at >= start, Shift.starts_at < end)
    )


def attended(row: Any) -> dict[str, int]:
    """Return what an arrival may leave: its minutes, or at most the whole shift where they are not known."""
    whole = int((row.ends_at - row.starts_at).total_seconds() // 60)
    return {ATTENDANCE: 1, MINUTES: whole if row.minutes is None else row.minutes}


def corrected(row: Any) -> dict[str, int]:
    """Return what a correction changes."""
    return {
        ATTENDANCE: int(row.minutes > 0) - int(row.minutes_before > 0),
        MINUTES: row.minutes - row.minutes_before,
    }
