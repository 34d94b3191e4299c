"""What check-in tells tasks about a sign-up, so that tasks need not know check-in's tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, exists, update
from sqlalchemy.orm import Session

from pointsapp.core.db import table_of
from pointsapp.core.locks import LockKind, share
from pointsapp.core.states import must_move
from pointsapp.tasks.models import Signup, SignupState, Task, TaskState

# Built once: on the hot path, building a statement costs more than running it.
_signup = table_of(Signup)
_IT = _signup.c.id == bindparam("signup_id")
_MARK_SETTLED = update(_signup).where(_IT).values(settled_at=bindparam("settled_at"))
_MARK_ARRIVED = (
    update(_signup)
    .where(_IT, _signup.c.state == SignupState.CONFIRMED, _signup.c.arrived_at.is_(None))
    .values(arrived_at=bindparam("arrived_at"), settled_at=bindparam("settled_at"))
)

_task = table_of(Task)
_MARK_ARRIVED_WHILE_RUNNING = _MARK_ARRIVED.where(
    exists().where(_task.c.id == bindparam("task_id"), _task.c.state == TaskState.PUBLISHED)
)


def mark_arrived(
    session: Session, signup_id: int, now: datetime, *, task_id: int | None = None, is_settled: bool = False
) -> None:
    """Say that the person was checked in, and with `is_settled` credited at once.

    StateChanged when the place was cancelled, or marked, a moment ago: the same conditional row decides between a
    cancellation and a check-in that race. With `task_id` also when the task was closed or called off meanwhile: what is
    left of its points goes back only while nobody is arriving, or a credit would find the reserve empty.
    """
    marks = {"signup_id": signup_id, "arrived_at": now, "settled_at": now if is_settled else None}
    if task_id is None:
        must_move(session, _MARK_ARRIVED, marks)
        return
    share(session, LockKind.TASK_RESERVE, task_id)
    must_move(session, _MARK_ARRIVED_WHILE_RUNNING, marks | {"task_id": task_id})


def mark_settled(session: Session, signup_id: int, now: datetime) -> None:
    """Say that the attendance is credited or voided: it no longer keeps the task from closing."""
    must_move(session, _MARK_SETTLED, {"signup_id": signup_id, "settled_at": now})
