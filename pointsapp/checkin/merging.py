"""Attendances go over with their places; one time that both accounts were paid for must be put right first."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session, aliased

from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.core.merging import Bar, Carry, Pair, Stays
from pointsapp.core.states import rows_changed
from pointsapp.tasks.models import Signup


def _count(absorbed_id: int, _survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
    return select(func.count()).select_from(Attendance).where(Attendance.person_id == absorbed_id).scalar_subquery()


def _move(session: Session, pair: Pair, **_moment: Any) -> int:
    theirs = select(Signup.id).where(Signup.person_id == pair.survivor_id)
    mine = update(Attendance).where(Attendance.person_id == pair.absorbed_id, Attendance.signup_id.in_(theirs))
    return rows_changed(session, mine.values(person_id=pair.survivor_id))


def _present(absorbed_id: int, _survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
    here = Attendance.person_id == absorbed_id, Attendance.state == AttendanceState.PRESENT
    return select(func.count()).select_from(Attendance).where(*here).scalar_subquery()


def _overlapping(absorbed_id: int, survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
    """Count the times that both accounts claim: nobody is in two places, and nobody is paid twice for one hour."""
    old, new = aliased(Attendance), aliased(Attendance)
    return (
        select(func.count())
        .select_from(old)
        .join(new, (new.from_at < old.to_at) & (new.to_at > old.from_at))
        .where(
            old.person_id == absorbed_id,
            new.person_id == survivor_id,
            old.state != AttendanceState.VOIDED,
            new.state != AttendanceState.VOIDED,
        )
        .scalar_subquery()
    )


CARRIES = (
    Carry(
        key="checkin.attendances",
        label=_l("%(n)s 次签到和时长的记录"),
        tables=(("attendance", "person_id"),),
        counts=_count,
        moves=_move,
    ),
)
BARS = (
    Bar(key="checkin.present", label=_l("要并走的账号正在 %(n)s 场活动现场，签退以后再办"), counts=_present),
    Bar(
        key="checkin.overlapping",
        label=_l("有 %(n)s 段时间两个账号都记了，请先把其中一次更正为 0 分钟"),
        counts=_overlapping,
    ),
)
STAYS = (
    Stays(table="scan", columns=("person_id",), why="a log of attempts that nobody changes"),
    Stays(table="offline_tick", columns=("person_id",), why="a log of what a device sent"),
)
