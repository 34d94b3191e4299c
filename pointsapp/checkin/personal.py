"""What check-in holds of a person: attendance and scans stay as the record of service, without the words others wrote about it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance
from pointsapp.core.personal import Acts, Chapter, Fate, Holding
from pointsapp.tasks.models import Shift, Task
from pointsapp.web.personal import LAW

_LABEL = _l("报名、签到和服务时长的记录")
PARTS = (
    Holding(
        table="attendance",
        column="person_id",
        fate=Fate.BLANKED,
        label=_LABEL,
        why=LAW,
        blanks={"void_reason": None},
        plain=frozenset({"public_id", "state", "way"}),
    ),
    Acts(table="attendance", columns=("checked_in_by_id", "decided_by_id")),
    Holding(
        table="scan",
        column="person_id",
        fate=Fate.STAYS,
        label=_LABEL,
        why=LAW,
        plain=frozenset({"action", "way", "reason", "seal"}),
    ),
    Acts(table="scan", columns=("by_id",)),
    Holding(
        table="correction",
        column="signup_id",
        through=("signup", "person_id"),
        fate=Fate.BLANKED,
        label=_LABEL,
        why=LAW,
        blanks={"reason": "", "decline_reason": None},
        plain=frozenset({"public_id", "state"}),
    ),
    Acts(table="correction", columns=("asked_by_id", "decided_by_id")),
    Holding(
        table="offline_tick",
        column="person_id",
        fate=Fate.STAYS,
        label=_LABEL,
        why=LAW,
        plain=frozenset({"key", "action", "reason", "facts"}),
    ),
    Acts(table="offline_tick", columns=("by_id",)),
    Acts(table="shift_closing", columns=("closed_by_id",)),
)


def _attendances(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.execute(
        select(Task.title, Shift.starts_at, Attendance.checked_in_at, Attendance.minutes, Attendance.points)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(Attendance.person_id == person_id)
        .order_by(Attendance.id.desc())
    )
    return [tuple(row) for row in rows]


CHAPTERS = (
    Chapter(
        key="attendances",
        title=_l("我的签到和时长"),
        heads=(_l("任务", n=1), _l("开始"), _l("签到时间"), _l("分钟"), _l("积分")),
        lists=_attendances,
    ),
)
