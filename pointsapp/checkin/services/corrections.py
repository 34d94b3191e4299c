"""Corrections: one organiser asks for other minutes, a second one approves, and both books move by new entries.

Nothing is overwritten: the entry that was wrong stays, the correction stands beside it with both names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from pointsapp.checkin.errors import (
    CorrectionDecided,
    CorrectionWaiting,
    NothingToCorrect,
    SamePerson,
    SecondPerson,
    TimeTaken,
)
from pointsapp.checkin.messages import MORE_THAN_PLANNED
from pointsapp.checkin.models import Correction, CorrectionState
from pointsapp.checkin.policies import may_approve_correction, may_correct
from pointsapp.checkin.queries import Look, look_at_signup, title_in_the_way
from pointsapp.checkin.rules.minutes import Span, corrected
from pointsapp.checkin.services.correcting import bring_about, was_credited
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.states import must_move
from pointsapp.tasks.models import Signup
from pointsapp.tasks.policies import may_run_task


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCorrection:
    """The minutes it should have been, and why."""

    minutes: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionReceipt:
    """A correction as it stands; points are known once it is approved."""

    id: str
    signup_id: str
    state: CorrectionState
    minutes_before: int
    minutes: int
    reason: str
    points_before: int | None = None
    points: int | None = None
    is_repeat: bool = False


def ask_correction(
    session: Session, actor: Actor, signup: str, command: AskCorrection, *, now: datetime
) -> CorrectionReceipt:
    """Ask for other minutes on one sign-up; a second person approves."""
    look = look_at_signup(session, actor.person_id, Signup.public_id == signup)
    if look is None:
        raise NotFound()
    require(may_run_task(actor, look.brief.area_path))
    require(may_correct(actor, look), SamePerson())
    planned = look.brief.planned_minutes
    if command.minutes > planned:
        raise Invalid({"minutes": [str(MORE_THAN_PLANNED) % {"most": planned}]})
    if not look.is_confirmed or (look.attendance is None and now < look.brief.starts_at):
        raise NothingToCorrect()
    assert look.signup_id is not None
    waiting = select(Correction.id).where(
        Correction.signup_id == look.signup_id, Correction.state == CorrectionState.PENDING
    )
    if session.scalar(waiting) is not None:
        raise CorrectionWaiting()
    _must_be_free(session, look, _span(look, command.minutes))
    before = look.attendance.minutes if look.attendance else 0
    public_id = new_public_id()
    correction_id: int = session.execute(
        insert(Correction)
        .values(
            public_id=public_id,
            signup_id=look.signup_id,
            minutes=command.minutes,
            minutes_before=before,
            reason=command.reason,
            state=CorrectionState.PENDING,
            asked_by_id=actor.person_id,
            created_at=now,
        )
        .returning(Correction.id)
    ).scalar_one()
    _tell(session, "checkin.correction_asked", look, correction_id, actor.person_id, now, minutes=command.minutes)
    return CorrectionReceipt(
        id=public_id,
        signup_id=signup,
        state=CorrectionState.PENDING,
        minutes_before=before,
        minutes=command.minutes,
        reason=command.reason,
    )


def approve_correction(session: Session, actor: Actor, correction: str, *, now: datetime) -> CorrectionReceipt:
    """Approve as a second person: the minutes become true, both books are corrected by new entries."""
    row, look = _decided(session, actor, correction)
    if row.state is CorrectionState.APPROVED:
        return replace(_receipt(row, look), is_repeat=True)
    if row.state is not CorrectionState.PENDING:
        raise CorrectionDecided()
    lock(session, LockKind.PERSON_TIME, look.person_id)
    look = _seen(session, actor, row)  # under the lock: what another write did meanwhile
    span = _span(look, row.minutes)
    _must_be_free(session, look, span)
    before = look.attendance
    minutes_before, points_before = (before.minutes, before.points) if before else (0, 0)
    attendance_id, paid = bring_about(session, look, row, span, actor, now=now)
    points = points_before + paid.points if was_credited(look) else paid.points
    if not was_credited(look):
        minutes_before, points_before = 0, 0
    _decide(
        session,
        row,
        actor,
        CorrectionState.APPROVED,
        now=now,
        minutes_before=minutes_before,
        points_before=points_before,
        points=points,
    )
    if was_credited(look):  # otherwise this is the first credit, and `checkin.credited` has told it
        _tell(
            session,
            "checkin.corrected",
            look,
            row.id,
            actor.person_id,
            now,
            attendance_id=attendance_id,
            category=look.brief.category,
            minutes_before=minutes_before,
            minutes=row.minutes,
            points_before=points_before,
            points=points,
            occurred_at=look.brief.starts_at.isoformat(),
            received_at=row.created_at.isoformat(),
        )
    return CorrectionReceipt(
        id=row.public_id,
        signup_id=look.signup or "",
        state=CorrectionState.APPROVED,
        minutes_before=minutes_before,
        minutes=row.minutes,
        reason=row.reason,
        points_before=points_before,
        points=points,
    )


def decline_correction(
    session: Session, actor: Actor, correction: str, reason: str, *, now: datetime
) -> CorrectionReceipt:
    """Send a correction back with a reason; nothing moves."""
    row, look = _decided(session, actor, correction)
    if row.state is CorrectionState.REJECTED:
        return replace(_receipt(row, look), is_repeat=True)
    if row.state is not CorrectionState.PENDING:
        raise CorrectionDecided()
    _decide(session, row, actor, CorrectionState.REJECTED, now=now, decline_reason=reason)
    _tell(session, "checkin.correction_declined", look, row.id, actor.person_id, now, minutes=row.minutes)
    return replace(_receipt(row, look), state=CorrectionState.REJECTED)


def _span(look: Look, minutes: int) -> Span:
    came = look.attendance
    return corrected(minutes, came.checked_in_at if came else None, look.brief.starts_at, look.brief.ends_at)


def _must_be_free(session: Session, look: Look, span: Span) -> None:
    title = title_in_the_way(session, look.person_id, span.start, span.end, without_signup=look.signup_id)
    if title is not None:
        raise TimeTaken(title=title)


def _decided(session: Session, actor: Actor, correction: str) -> tuple[Correction, Look]:
    row = session.scalars(select(Correction).where(Correction.public_id == correction)).one_or_none()
    if row is None:
        raise NotFound()
    look = _seen(session, actor, row)
    require(may_run_task(actor, look.brief.area_path))
    require(may_correct(actor, look), SamePerson())
    require(may_approve_correction(actor, look, row.asked_by_id), SecondPerson())
    return row, look


def _seen(session: Session, actor: Actor, row: Correction) -> Look:
    look = look_at_signup(session, actor.person_id, Signup.id == row.signup_id)
    assert look is not None
    return look


def _decide(
    session: Session, row: Correction, actor: Actor, to: CorrectionState, *, now: datetime, **values: object
) -> None:
    must_move(
        session,
        update(Correction)
        .where(Correction.id == row.id, Correction.state == CorrectionState.PENDING)
        .values(state=to, decided_by_id=actor.person_id, decided_at=now, **values),
    )


def _receipt(row: Correction, look: Look) -> CorrectionReceipt:
    return CorrectionReceipt(
        id=row.public_id,
        signup_id=look.signup or "",
        state=row.state,
        minutes_before=row.minutes_before,
        minutes=row.minutes,
        reason=row.reason,
        points_before=row.points_before,
        points=row.points,
    )


def _tell(
    session: Session,
    kind: str,
    look: Look,
    correction_id: int,
    actor_id: int,
    now: datetime,
    *,
    attendance_id: int | None = None,
    **facts: object,
) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=f"correction:{correction_id}",
        area_id=look.brief.area_id,
        person_id=look.person_id,
        actor_id=actor_id,
        attendance_id=attendance_id,
        task_id=look.brief.task_id,
        shift_id=look.brief.id,
        **facts,
    )
