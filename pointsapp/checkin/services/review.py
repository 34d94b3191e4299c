"""Provisional minutes: a forgotten check-out, a tick after the end. They wait until an organiser confirms or voids them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from pointsapp.checkin.errors import NotProvisional, SamePerson, SecondPerson, TimeTaken
from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.checkin.policies import may_check_others_in, may_review
from pointsapp.checkin.queries import AttendanceRow, Look, look_at_signup, title_in_the_way, why_not_lead
from pointsapp.checkin.rules.judge import CHECK_OUT_AFTER
from pointsapp.checkin.rules.minutes import Span, served
from pointsapp.checkin.services.credits import Earned, close, credit
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.events import EventRow
from pointsapp.core.locks import LockKind, lock
from pointsapp.tasks.models import Shift, Task
from pointsapp.tasks.queries.briefs import shift_brief
from pointsapp.tasks.services import mark_settled

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReceipt:
    """What became of an attendance."""

    id: str
    shift_id: str
    state: AttendanceState
    minutes: int
    points: int
    is_repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """Do not confirm provisional minutes; the person reads the reason."""

    reason: str


def confirm_attendance(session: Session, actor: Actor, attendance: str, *, now: datetime) -> ReviewReceipt:
    """Credit provisional minutes. Never one's own, and never what one ticked oneself after the end."""
    look, came = _reviewed(session, actor, attendance, now=now)
    if came.state is AttendanceState.CREDITED:
        return _receipt(look, came, AttendanceState.CREDITED, came.minutes, came.points, is_repeat=True)
    if came.state is not AttendanceState.PROVISIONAL:
        raise NotProvisional()
    assert look.signup_id is not None
    lock(session, LockKind.PERSON_TIME, look.person_id)
    # The shift may have been moved since the arrival; what is confirmed must still be free time.
    title = title_in_the_way(session, look.person_id, came.from_at, came.to_at, without_signup=look.signup_id)
    if title is not None:
        raise TimeTaken(title=title)
    earned = Earned(
        attendance_id=came.id,
        signup_id=look.signup_id,
        person_id=look.person_id,
        span=Span(came.from_at, came.to_at, came.minutes),
        was=came.state,
        vouched_by_id=actor.person_id,
        decided_by_id=actor.person_id,
        received_at=came.checked_in_at,
    )
    paid = credit(session, look.brief, earned, now=now)
    return _receipt(look, came, AttendanceState.CREDITED, came.minutes, paid.points)


def void_attendance(session: Session, actor: Actor, attendance: str, command: Void, *, now: datetime) -> ReviewReceipt:
    """Leave provisional minutes uncounted, with a reason; only a correction brings them back."""
    look, came = _reviewed(session, actor, attendance, now=now)
    if came.state is AttendanceState.VOIDED:
        return _receipt(look, came, AttendanceState.VOIDED, 0, 0, is_repeat=True)
    if came.state is not AttendanceState.PROVISIONAL:
        raise NotProvisional()
    assert look.signup_id is not None
    close(
        session,
        came.id,
        came.state,
        AttendanceState.VOIDED,
        minutes=0,
        decided_by_id=actor.person_id,
        decided_at=now,
        void_reason=command.reason,
    )
    mark_settled(session, look.signup_id, now)
    events.record(
        session,
        "checkin.voided",
        at=now,
        subject=f"attendance:{came.id}",
        area_id=look.brief.area_id,
        person_id=look.person_id,
        actor_id=actor.person_id,
        attendance_id=came.id,
        task_id=look.brief.task_id,
        shift_id=look.brief.id,
        minutes=came.minutes,
    )
    return _receipt(look, came, AttendanceState.VOIDED, 0, 0)


def _reviewed(session: Session, actor: Actor, attendance: str, *, now: datetime) -> tuple[Look, AttendanceRow]:
    look = look_at_signup(session, actor.person_id, Attendance.public_id == attendance)
    if look is None or look.attendance is None:
        raise NotFound()
    require(may_check_others_in(actor, look, now), why_not_lead(look, now))
    require(look.person_id != actor.person_id, SamePerson())
    require(may_review(actor, look, look.attendance, now), SecondPerson())
    return look, look.attendance


def _receipt(
    look: Look, came: AttendanceRow, state: AttendanceState, minutes: int, points: int, *, is_repeat: bool = False
) -> ReviewReceipt:
    return ReviewReceipt(
        id=came.public_id,
        shift_id=look.brief.public_id,
        state=state,
        minutes=minutes,
        points=points,
        is_repeat=is_repeat,
    )


def cut_off_due(session: Session, *, now: datetime, shift_id: int | None = None) -> int:
    """Close forgotten check-outs at the planned end, 30 minutes after it; return how many. The worker's job, for all shifts.

    Fake hours: a check-out forgotten for ever piles them up (emfcamp/Website issue 2346). A stopped shift is closed by
    `close_stopped`, not here.
    """
    rows = session.execute(
        select(
            Attendance.id,
            Attendance.person_id,
            Attendance.checked_in_at,
            Shift.id.label("shift_id"),
            Shift.starts_at,
            Shift.ends_at,
            Task.area_id,
        )
        .select_from(Attendance)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(
            Attendance.state == AttendanceState.PRESENT,
            Shift.ends_at <= now - CHECK_OUT_AFTER,
            Shift.stopped_at.is_(None),
            true() if shift_id is None else Shift.id == shift_id,
        )
        .order_by(Shift.ends_at)
        .limit(BATCH)
    ).all()
    for row in rows:
        span = served(row.checked_in_at, row.ends_at, row.starts_at, row.ends_at)
        _cut_off(session, row.id, span)
        events.record(
            session,
            "checkin.provisional",
            at=now,
            subject=f"attendance:{row.id}",
            area_id=row.area_id,
            person_id=row.person_id,
            attendance_id=row.id,
            shift_id=row.shift_id,
            minutes=span.minutes,
            cut_off=True,
        )
    return len(rows)


def _cut_off(session: Session, attendance_id: int, span: Span) -> None:
    close(
        session,
        attendance_id,
        AttendanceState.PRESENT,
        AttendanceState.PROVISIONAL,
        cut_off=True,
        from_at=span.start,
        to_at=span.end,
        minutes=span.minutes,
    )


def close_stopped(session: Session, event: EventRow) -> None:
    """Credit everybody who was present when a shift was stopped: the earned part is kept. Hears `tasks.shift_stopped`."""
    brief = shift_brief(session, int(event.facts["shift_id"]))
    if brief is None or brief.stopped_at is None:
        return
    rows = session.execute(
        select(Attendance.id, Attendance.signup_id, Attendance.person_id, Attendance.checked_in_at)
        .where(Attendance.shift_id == brief.id, Attendance.state == AttendanceState.PRESENT)
        .order_by(Attendance.person_id)
    ).all()
    for row in rows:
        earned = Earned(
            attendance_id=row.id,
            signup_id=row.signup_id,
            person_id=row.person_id,
            span=served(row.checked_in_at, brief.last_moment, brief.starts_at, brief.last_moment),
            was=AttendanceState.PRESENT,
            vouched_by_id=event.actor_id,
            checked_out_at=brief.last_moment,
        )
        credit(session, brief, earned, now=max(event.at, brief.last_moment))
