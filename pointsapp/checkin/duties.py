"""What waits for an organiser after an event: minutes to confirm, and corrections that need their second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, select

from pointsapp.checkin.models import Attendance, AttendanceState, Correction, CorrectionState
from pointsapp.core.duties import Duties, duty_columns
from pointsapp.tasks.models import Shift, Signup, Task


def provisional(now: datetime) -> Select[Any]:
    """Select minutes that somebody other than the person, and than whoever ticked them in late, has to confirm."""
    ticked_by = case((Attendance.cut_off, None), else_=Attendance.checked_in_by_id)
    columns = duty_columns(
        number=Attendance.id,
        area_id=Task.area_id,
        since=Attendance.to_at,
        title=Task.title,
        arg=Shift.public_id,
        not_by=Attendance.person_id,
        nor_by=ticked_by,
    )
    return (
        select(*columns)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(Attendance.state == AttendanceState.PROVISIONAL)
    )


def corrections(now: datetime) -> Select[Any]:
    """Select corrections that wait for a second person."""
    columns = duty_columns(
        number=Correction.id,
        area_id=Task.area_id,
        since=Correction.created_at,
        title=Task.title,
        note=Correction.reason,
        arg=Shift.public_id,
        not_by=Correction.asked_by_id,
        nor_by=Signup.person_id,
    )
    return (
        select(*columns)
        .join(Signup, Signup.id == Correction.signup_id)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(Correction.state == CorrectionState.PENDING)
    )


DUTIES = (
    Duties(
        key="checkin.provisional",
        name=_l("确认时长"),
        endpoint="checkin.show_closing",
        arg="shift",
        waiting=provisional,
    ),
    Duties(
        key="checkin.corrections",
        name=_l("复核更正"),
        endpoint="checkin.show_closing",
        arg="shift",
        waiting=corrections,
    ),
)
