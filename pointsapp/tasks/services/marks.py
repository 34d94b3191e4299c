"""What check-in tells tasks about a sign-up, so that tasks need not know check-in's tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core.errors import StateChanged
from pointsapp.tasks.models import Signup, SignupState


def mark_arrived(session: Session, signup_id: int, now: datetime) -> None:
    """Say that the person was checked in; StateChanged when the place was cancelled, or marked, a moment ago.

    The same conditional row decides between a cancellation and a check-in that race.
    """
    _mark(
        session,
        update(Signup)
        .where(Signup.id == signup_id, Signup.state == SignupState.CONFIRMED, Signup.arrived_at.is_(None))
        .values(arrived_at=now),
    )


def mark_settled(session: Session, signup_id: int, now: datetime) -> None:
    """Say that the attendance is credited or voided: it no longer keeps the task from closing."""
    _mark(session, update(Signup).where(Signup.id == signup_id).values(settled_at=now))


def mark_unsettled(session: Session, signup_id: int) -> None:
    """Say that the attendance waits for an organiser again."""
    _mark(session, update(Signup).where(Signup.id == signup_id).values(settled_at=None))


def _mark(session: Session, statement: object) -> None:
    done = session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
    if done.rowcount != 1:
        raise StateChanged
