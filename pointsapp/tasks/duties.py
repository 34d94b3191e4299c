"""What waits around tasks: drafts above the points band for their second person, reasons and appeals of who did not come; and what
hangs on one person of the staff.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CompoundSelect, Select, select

from pointsapp.core.duties import Duties, Held, duty_columns, held_columns
from pointsapp.tasks.models import NoShow, NoShowState, Shift, ShiftLeader, ShiftState, Task, TaskState
from pointsapp.tasks.queries.parts import involved


def approvals(now: datetime) -> Select[Any]:
    """Select drafts whose points are above the band, not yet approved."""
    columns = duty_columns(
        number=Task.id,
        area_id=Task.area_id,
        since=Task.approval_needed_at,
        title=Task.title,
        arg=Task.public_id,
        not_by=Task.created_by_id,
    )
    return select(*columns).where(
        Task.state == TaskState.DRAFT, Task.approval_needed_at.is_not(None), Task.approved_at.is_(None)
    )


def excuses(now: datetime) -> Select[Any]:
    """Select reasons for not coming that nobody has answered; nobody answers their own."""
    columns = duty_columns(
        number=NoShow.id,
        area_id=NoShow.area_id,
        since=NoShow.asked_at,
        title=Task.title,
        note=NoShow.excuse,
        not_by=NoShow.person_id,
    )
    return _of_shifts(columns).where(NoShow.state == NoShowState.EXCUSE_ASKED)


def appeals(now: datetime) -> Select[Any]:
    """Select appeals, which somebody decides who had no part in it."""
    columns = duty_columns(
        number=NoShow.id,
        area_id=NoShow.area_id,
        since=NoShow.appealed_at,
        title=Task.title,
        note=NoShow.appeal,
        not_by=NoShow.person_id,
    )
    return _of_shifts(columns).where(NoShow.state == NoShowState.APPEALED)


def _of_shifts(columns: tuple[Any, ...]) -> Select[Any]:
    return select(*columns).join(Shift, Shift.id == NoShow.shift_id).join(Task, Task.id == Shift.task_id)


def not_by_them(numbers: Collection[int], _now: datetime) -> CompoundSelect[Any]:
    """Select who does not decide each appeal."""
    return involved(numbers)


def led_shifts(person_id: int, now: datetime) -> Select[Any]:
    """Select the shifts still to come that this person leads."""
    columns = held_columns(number=Shift.id, at=Shift.starts_at, title=Task.title, note=Task.place, arg=Shift.public_id)
    return (
        select(*columns)
        .join(ShiftLeader, ShiftLeader.shift_id == Shift.id)
        .join(Task, Task.id == Shift.task_id)
        .where(
            ShiftLeader.person_id == person_id,
            Shift.ends_at > now,
            Shift.state == ShiftState.OPEN,
            Task.state.in_((TaskState.DRAFT, TaskState.PUBLISHED)),
        )
    )


def drafts_of(person_id: int, now: datetime) -> Select[Any]:
    """Select the drafts this person wrote and nobody has published."""
    columns = held_columns(number=Task.id, at=Task.created_at, title=Task.title, note=Task.place, arg=Task.public_id)
    return select(*columns).where(Task.created_by_id == person_id, Task.state == TaskState.DRAFT)


DUTIES = (
    Duties(
        key="tasks.approvals",
        name=_l("复核任务积分"),
        endpoint="tasks.show_console_task",
        arg="public_id",
        waiting=approvals,
    ),
    Duties(key="tasks.excuses", name=_l("答复没来的原因"), endpoint="tasks.show_console_no_shows", waiting=excuses),
    Duties(
        key="tasks.appeals",
        name=_l("答复爽约申诉"),
        endpoint="tasks.show_console_no_shows",
        waiting=appeals,
        barred=not_by_them,
    ),
)
HELD = (
    Held(
        key="tasks.led_shifts",
        name=_l("带队的场次"),
        endpoint="tasks.show_console_shift",
        arg="public_id",
        held=led_shifts,
    ),
    Held(
        key="tasks.drafts",
        name=_l("写好还没发布的任务"),
        endpoint="tasks.show_console_task",
        arg="public_id",
        held=drafts_of,
    ),
)
