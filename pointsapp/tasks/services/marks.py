"""What check-in tells tasks about a sign-up, so that tasks need not know check-in's tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from pointsapp.core.db import table_of
from pointsapp.tasks.models import Signup, SignupState
from pointsapp.tasks.services.moving import must_move

# Built once: on the hot path, building a statement costs more than running it.
_signup = table_of(Signup)
_IT = _signup.c.id == bindparam("signup_id")
_MARK_SETTLED = update(_signup).where(_IT).values(settled_at=bindparam("settled_at"))
_MARK_ARRIVED = (
    update(_signup)
    .where(_IT, _signup.c.state == SignupState.CONFIRMED, _signup.c.arrived_at.is_(None))
    .values(arrived_at=bindparam("arrived_at"), settled_at=bindparam("settled_at"))
)


def mark_arrived(session: Session, signup_id: int, now: datetime, *, is_settled: bool = False) -> None:
    """Say that the person was checked in, and with `is_settled` credited at once; StateChanged when the place was cancelled, or marked, a moment ago.

    The same conditional row decides between a cancellation and a check-in that race.
    """
    marks = {"signup_id": signup_id, "arrived_at": now, "settled_at": now if is_settled else None}
    must_move(session, _MARK_ARRIVED, marks)


def mark_settled(session: Session, signup_id: int, now: datetime) -> None:
    """Say that the attendance is credited or voided: it no longer keeps the task from closing."""
    must_move(session, _MARK_SETTLED, {"signup_id": signup_id, "settled_at": now})


def mark_unsettled(session: Session, signup_id: int) -> None:
    """Say that the attendance waits for an organiser again."""
    must_move(session, _MARK_SETTLED, {"signup_id": signup_id, "settled_at": None})
