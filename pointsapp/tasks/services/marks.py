"""What check-in tells tasks about a sign-up, so that tasks need not know check-in's tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.tasks.models import Signup, SignupState
from pointsapp.tasks.services.moving import must_move


def mark_arrived(session: Session, signup_id: int, now: datetime, *, is_settled: bool = False) -> None:
    """Say that the person was checked in, and with `is_settled` credited at once; StateChanged when the place was cancelled, or marked, a moment ago.

    The same conditional row decides between a cancellation and a check-in that race.
    """
    must_move(
        session,
        update(Signup)
        .where(Signup.id == signup_id, Signup.state == SignupState.CONFIRMED, Signup.arrived_at.is_(None))
        .values(arrived_at=now, settled_at=now if is_settled else None),
    )


def mark_settled(session: Session, signup_id: int, now: datetime) -> None:
    """Say that the attendance is credited or voided: it no longer keeps the task from closing."""
    must_move(session, update(Signup).where(Signup.id == signup_id).values(settled_at=now))


def mark_unsettled(session: Session, signup_id: int) -> None:
    """Say that the attendance waits for an organiser again."""
    must_move(session, update(Signup).where(Signup.id == signup_id).values(settled_at=None))
