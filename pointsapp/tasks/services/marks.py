"""What check-in tells tasks about a sign-up, so that tasks need not know check-in's tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from pointsapp.core.bundle import change
from pointsapp.core.db import table_of
from pointsapp.core.states import must_move
from pointsapp.tasks.models import Signup, SignupState

# Built once: on the hot path, building a statement costs more than running it.
_signup = table_of(Signup)
_IT = _signup.c.id == bindparam("signup_id")
_MARK_SETTLED = update(_signup).where(_IT).values(settled_at=bindparam("settled_at"))
_MARK_ARRIVED = (
    update(_signup)
    .where(_IT, _signup.c.state == SignupState.CONFIRMED, _signup.c.arrived_at.is_(None))
    .values(arrived_at=bindparam("arrived_at"), settled_at=bindparam("settled_at"))
)

# The same two moves as parts of one act (core.bundle): the first is the row that decides who was first.
ARRIVED = change(
    "signup",
    {"arrived_at": ":arrived_at", "settled_at": ":settled_at"},
    name="arrived",
    where="signup.id = :signup_id AND signup.state = 'confirmed' AND signup.arrived_at IS NULL"
    " AND EXISTS (SELECT 1 FROM task WHERE task.id = :task_id AND task.state = 'published')",
)
SETTLED = change("signup", {"settled_at": ":settled_at"}, name="settled", where="signup.id = :signup_id")


def mark_arrived(session: Session, signup_id: int, now: datetime) -> None:
    """Say that the person was there; StateChanged when the place was cancelled, or marked, a moment ago.

    Who checks in writes ARRIVED within their act instead, under the shared lock `TASK_RESERVE`: it also fails when the task was
    closed or called off meanwhile, since what is left of its points goes back only while nobody is arriving.
    """
    must_move(session, _MARK_ARRIVED, {"signup_id": signup_id, "arrived_at": now, "settled_at": None})


def mark_settled(session: Session, signup_id: int, now: datetime) -> None:
    """Say that the attendance is credited or voided: it no longer keeps the task from closing."""
    must_move(session, _MARK_SETTLED, {"signup_id": signup_id, "settled_at": now})
