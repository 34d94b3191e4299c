"""What time does: overdue feedback climbs, answers that nobody found wanting close."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import policy
from pointsapp.core.states import move, must_move
from pointsapp.feedback.models import Feedback, FeedbackState, StepKind
from pointsapp.feedback.policies import CLIMBED_DAYS, VERDICT_DAYS
from pointsapp.feedback.services.moves import due_end, office_above, step, tell_handler, tell_person

BATCH = 100


def climb_overdue(session: Session, *, now: datetime) -> int:
    """Carry what is overdue to the office above; at the root it is marked late and stays in sight. Return how many moved."""
    rows = session.execute(
        select(Feedback, Area.path)
        .join(Area, Area.id == Feedback.area_id)
        .where(Feedback.state == FeedbackState.OPEN, Feedback.due_at <= now, Feedback.late_at.is_(None))
        .order_by(Feedback.due_at, Feedback.id)
        .limit(BATCH)
        .with_for_update(of=Feedback, skip_locked=True)
    ).all()
    for row, path in rows:
        _climb(session, row, path, now)
    return len(rows)


def _climb(session: Session, row: Feedback, path: str, now: datetime) -> None:
    office = office_above(session, row, path, now=now)
    same = (Feedback.id == row.id, Feedback.state == FeedbackState.OPEN, Feedback.due_at == row.due_at)
    if office is None:
        must_move(session, update(Feedback).where(*same, Feedback.late_at.is_(None)).values(late_at=now))
        session.refresh(row)
        step(session, row, StepKind.OVERDUE, None, now=now)
        return
    must_move(
        session,
        update(Feedback)
        .where(*same)
        .values(
            area_id=office.area_id,
            handler_id=office.handler_id,
            climbs=Feedback.climbs + 1,
            due_at=due_end(session, CLIMBED_DAYS, now=now),
        ),
    )
    session.refresh(row)
    step(session, row, StepKind.OVERDUE, None, now=now)
    tell_handler(session, row, None, now=now)
    tell_person(session, row, "feedback.climbed", None, now=now, is_overdue=True)


def close_answered(session: Session, *, now: datetime) -> int:
    """Close what was answered and not found wanting within its days; return how many were closed."""
    until = now - timedelta(days=policy.value(session, VERDICT_DAYS, now=now))
    rows = session.scalars(
        select(Feedback)
        .where(Feedback.state == FeedbackState.ANSWERED, Feedback.answered_at < until)
        .order_by(Feedback.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        move(session, row, FeedbackState.CLOSED, closed_at=now)
        step(session, row, StepKind.LAPSED, None, now=now)
    return len(rows)
