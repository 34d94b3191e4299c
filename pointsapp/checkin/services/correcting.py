"""What an approved correction writes: the first credit of somebody who was in no list, or the difference to what was paid.

Called under the lock on the person's time. While the task runs the points come from its reserve, afterwards from its budget.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, AttendanceState, Correction, Way
from pointsapp.checkin.queries import Look
from pointsapp.checkin.rules.minutes import Span
from pointsapp.checkin.services.credits import Earned, close, credit, tell_credited
from pointsapp.core.actor import Actor
from pointsapp.core.codes import new_public_id
from pointsapp.core.locks import LockKind, share
from pointsapp.core.states import must_move
from pointsapp.rewards.services import Credit, correct_attendance
from pointsapp.tasks.models import Task
from pointsapp.tasks.services import mark_arrived, mark_settled


def bring_about(
    session: Session, look: Look, row: Correction, span: Span, actor: Actor, *, now: datetime
) -> tuple[int, Credit]:
    """Make the corrected `span` true for the person; return the attendance and what moved."""
    brief, came = look.brief, look.attendance
    assert look.signup_id is not None
    share(session, LockKind.TASK_RESERVE, brief.task_id)  # the task's rest goes back before this credit, or after it
    is_closed = session.scalar(select(Task.closed_at).where(Task.id == brief.task_id)) is not None
    attendance_id = came.id if came else _arrive_late(session, look, row, span)
    was = came.state if came else AttendanceState.PROVISIONAL
    if not was_credited(look) and not is_closed:
        earned = Earned(
            attendance_id=attendance_id,
            signup_id=look.signup_id,
            person_id=look.person_id,
            span=span,
            was=was,
            vouched_by_id=actor.person_id,
            decided_by_id=actor.person_id,
            received_at=row.created_at,
        )
        return attendance_id, credit(session, brief, earned, now=now)
    minutes_before, points_before = (came.minutes, came.points) if came and was_credited(look) else (0, 0)
    paid = correct_attendance(
        session,
        attendance_id=attendance_id,
        correction_id=row.id,
        person_id=look.person_id,
        task_id=brief.task_id,
        category=brief.category,
        points=brief.points,
        points_mode=brief.points_mode,
        minutes_before=minutes_before,
        minutes=span.minutes,
        points_before=points_before,
        rule_version_id=brief.rule_version_id,
        budget_account=brief.budget_account,
        task_is_closed=is_closed,
        now=now,
        task_public_id=brief.task_public_id,
        task_title=brief.title,
        confirmed_by_id=actor.person_id,
    )
    points = points_before + paid.points
    if was_credited(look):
        _put_right(session, attendance_id, span, points, minutes_before=minutes_before)
    else:
        _credit_late(session, look, row, attendance_id, span, points, was, actor, now=now)
    return attendance_id, paid


def _put_right(session: Session, attendance_id: int, span: Span, points: int, *, minutes_before: int) -> None:
    """Say in the attendance what the books say now, unless another correction was first."""
    must_move(
        session,
        update(Attendance)
        .where(
            Attendance.id == attendance_id,
            Attendance.state == AttendanceState.CREDITED,
            Attendance.minutes == minutes_before,
        )
        .values(points=points, from_at=span.start, to_at=span.end, minutes=span.minutes),
    )


def _credit_late(
    session: Session, look: Look, row: Correction, attendance_id: int, span: Span, points: int,
    was: AttendanceState, actor: Actor, *, now: datetime,
) -> None:  # fmt: skip
    """Close an attendance that was first paid after its task's rest had gone back, and tell the person as of any other."""
    assert look.signup_id is not None
    close(
        session, attendance_id, was, AttendanceState.CREDITED, points=points, credited_at=now,
        from_at=span.start, to_at=span.end, minutes=span.minutes,
    )  # fmt: skip
    mark_settled(session, look.signup_id, now)
    tell_credited(
        session, look.brief, attendance_id, look.person_id, actor.person_id,
        minutes=span.minutes, points=points, now=now, received_at=row.created_at,
    )  # fmt: skip


def _arrive_late(session: Session, look: Look, row: Correction, span: Span) -> int:
    """Write the attendance of somebody who was there and in no list."""
    assert look.signup_id is not None
    attendance_id: int = session.execute(
        insert(Attendance)
        .values(
            public_id=new_public_id(),
            signup_id=look.signup_id,
            shift_id=look.brief.id,
            person_id=look.person_id,
            state=AttendanceState.PROVISIONAL,
            checked_in_at=span.start,
            from_at=span.start,
            to_at=span.end,
            minutes=span.minutes,
            points=0,
            cut_off=False,
            way=Way.LEADER_LIST,
            checked_in_by_id=row.asked_by_id,
        )
        .returning(Attendance.id)
    ).scalar_one()
    mark_arrived(session, look.signup_id, span.start)
    return attendance_id


def was_credited(look: Look) -> bool:
    """Tell whether the attendance was paid before: then a correction moves the difference."""
    return look.attendance is not None and look.attendance.state is AttendanceState.CREDITED
