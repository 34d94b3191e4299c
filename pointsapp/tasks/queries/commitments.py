"""What a person has promised to come to: the few words that a first page says of it, by one short look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from pointsapp.core.db import table_of
from pointsapp.core.swift import Swift
from pointsapp.tasks.models import Shift, ShiftState, Signup, SignupState, Task, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One of a person's live sign-ups in a task that still runs, in the few words that a first page says."""

    task_id: int
    task_public_id: str
    shift_public_id: str
    title: str
    state: SignupState
    arrived_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    shift_state: ShiftState

    def is_ahead(self, now: datetime) -> bool:
        return self.shift_state is ShiftState.OPEN and self.ends_at > now


def _commitments() -> Select[Any]:
    signup, shift, task = table_of(Signup), table_of(Shift), table_of(Task)
    return (
        select(
            task.c.id.label("task_id"),
            task.c.public_id.label("task_public_id"),
            shift.c.public_id.label("shift_public_id"),
            task.c.title,
            signup.c.state,
            signup.c.arrived_at,
            shift.c.starts_at,
            shift.c.ends_at,
            shift.c.state.label("shift_state"),
        )
        .join(shift, shift.c.id == signup.c.shift_id)
        .join(task, task.c.id == shift.c.task_id)
        .where(
            signup.c.person_id == bindparam("person_id"),
            signup.c.state != SignupState.CANCELLED,
            task.c.state == TaskState.PUBLISHED,
        )
        .order_by(shift.c.starts_at, signup.c.id)
    )


_COMMITMENTS = Swift(_commitments)


def commitments(session: Session, person_id: int) -> tuple[Commitment, ...]:
    """Return the person's live sign-ups in published tasks, by the start of their shifts: a task closes a day after its last."""
    return tuple(Commitment(**row._asdict()) for row in _COMMITMENTS.rows(session, person_id=person_id))
