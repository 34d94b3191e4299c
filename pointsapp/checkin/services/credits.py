"""From presence to points: the one road by which an attendance is credited, whatever brought it here.

Which tasks pay at check-in and which at check-out is data (`check_out_required`); here only the sum and its trace are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Update, bindparam, update
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.checkin.policies import STOPPED_FULL_FROM
from pointsapp.checkin.rules.minutes import Span, planned, points_when_stopped
from pointsapp.core import events, policy
from pointsapp.core.db import table_of
from pointsapp.core.states import must_move
from pointsapp.rewards.services import Credit, credit_attendance
from pointsapp.tasks.models import PointsMode
from pointsapp.tasks.queries.briefs import ShiftBrief
from pointsapp.tasks.services import mark_settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """An attendance about to be credited, and who vouched for it (None: the venue code did)."""

    attendance_id: int
    signup_id: int
    person_id: int
    span: Span
    was: AttendanceState
    vouched_by_id: int | None = None
    checked_out_at: datetime | None = None
    decided_by_id: int | None = None


def credit(session: Session, brief: ShiftBrief, earned: Earned, *, now: datetime, settle: bool = True) -> Credit:
    """Pay both books once, close the attendance, tell everyone who listens."""
    rate, from_full = _rate(session, brief, earned.span, now=now)
    receipt = credit_attendance(
        session,
        attendance_id=earned.attendance_id,
        person_id=earned.person_id,
        task_id=brief.task_id,
        category=brief.category,
        points=rate,
        points_mode=brief.points_mode,
        minutes=earned.span.minutes,
        planned_minutes=brief.planned_minutes,
        rule_version_id=brief.rule_version_id,
        budget_account=brief.budget_account,
        now=now,
        task_public_id=brief.task_public_id,
        task_title=brief.title,
        confirmed_by_id=earned.vouched_by_id,
        **({} if from_full is None else {"stopped_from_points": from_full}),
    )
    closing = {"decided_by_id": earned.decided_by_id, "decided_at": now} if earned.decided_by_id else {}
    if earned.checked_out_at is not None:
        closing["checked_out_at"] = earned.checked_out_at
    close(
        session,
        earned.attendance_id,
        earned.was,
        AttendanceState.CREDITED,
        from_at=earned.span.start,
        to_at=earned.span.end,
        minutes=earned.span.minutes,
        points=receipt.points,
        entry_id=receipt.points_entry_id,
        credited_at=now,
        **closing,
    )
    if settle:
        mark_settled(session, earned.signup_id, now)
    actor_id = earned.decided_by_id or earned.vouched_by_id or earned.person_id
    tell_credited(
        session,
        brief,
        earned.attendance_id,
        earned.person_id,
        actor_id,
        minutes=earned.span.minutes,
        points=receipt.points,
        now=now,
    )
    return receipt


def tell_credited(
    session: Session,
    brief: ShiftBrief,
    attendance_id: int,
    person_id: int,
    actor_id: int,
    *,
    minutes: int,
    points: int,
    now: datetime,
) -> None:
    """Tell the boards and the person: work done, hours and points written down."""
    events.record(
        session,
        "checkin.credited",
        at=now,
        subject=f"attendance:{attendance_id}",
        area_id=brief.area_id,
        person_id=person_id,
        actor_id=actor_id,
        attendance_id=attendance_id,
        task_id=brief.task_id,
        shift_id=brief.id,
        category=brief.category,
        minutes=minutes,
        points=points,
        occurred_at=brief.starts_at.isoformat(),  # work belongs to the quarter in which it was done
    )


@cache
def _move(names: tuple[str, ...]) -> Update:
    """Build each form of the UPDATE once: on the hot path, building a statement costs more than running it."""
    table = table_of(Attendance)
    return (
        update(table)
        .where(table.c.id == bindparam("key"), table.c.state == bindparam("was"))
        .values({name: bindparam(name) for name in ("state", *names)})
    )


def close(session: Session, attendance_id: int, was: AttendanceState, to: AttendanceState, **values: object) -> None:
    """Move an attendance along a drawn arrow; StateChanged when somebody else moved it first."""
    if to not in Attendance.transitions[was]:
        raise ValueError(f"no move from {was} to {to}")
    must_move(session, _move(tuple(values)), {"key": attendance_id, "was": was, "state": to, **values})


def _rate(session: Session, brief: ShiftBrief, span: Span, *, now: datetime) -> tuple[int, int | None]:
    """Return the task's points, and, where rain cut a per-completion shift short, the share of them and the full sum."""
    if brief.stopped_at is None or brief.points_mode != PointsMode.PER_COMPLETION or not brief.check_out_required:
        return brief.points, None
    percent = policy.value(session, STOPPED_FULL_FROM, now=now)
    whole = planned(brief.starts_at, brief.ends_at).minutes
    share = points_when_stopped(brief.points, span.minutes, whole, percent)
    return share, None if share == brief.points else brief.points
