"""Somebody leaves for good: the places ahead of them go to who waits, whatever the cancelling time says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, delete, func, select
from sqlalchemy.orm import Session

from pointsapp.core.locks import LockKind, lock
from pointsapp.tasks.models import Shift, ShiftLeader, Signup, SignupState
from pointsapp.tasks.queries.briefs import shift_brief, signup_by_id
from pointsapp.tasks.services.signups import give_back


def _ahead(person_id: int, now: datetime) -> ColumnElement[bool]:
    """Places of shifts that have not ended, where the person has not arrived: whoever has is paid as everybody else."""
    return and_(
        Signup.person_id == person_id,
        Signup.state != SignupState.CANCELLED,
        Signup.arrived_at.is_(None),
        Shift.ends_at > now,
    )


def places_ahead(person_id: int, *, now: datetime) -> ScalarSelect[int]:
    """Build the look how many places `leave_ahead` would give back."""
    joined = select(func.count()).select_from(Signup).join(Shift, Shift.id == Signup.shift_id)
    return joined.where(_ahead(person_id, now)).scalar_subquery()


def leave_ahead(session: Session, person_id: int, *, now: datetime) -> int:
    """Give back every place ahead and lead no shift to come; return how many places."""
    lock(session, LockKind.PERSON_TIME, person_id)
    keys = session.scalars(
        select(Signup.id)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(_ahead(person_id, now))
        .order_by(Signup.shift_id)
    ).all()
    for key in keys:
        mine = signup_by_id(session, key)
        assert mine is not None
        brief = shift_brief(session, mine.shift_id)
        assert brief is not None
        give_back(session, brief, mine, because="own", now=now)
    coming = select(Shift.id).where(Shift.starts_at > now)
    session.execute(delete(ShiftLeader).where(ShiftLeader.person_id == person_id, ShiftLeader.shift_id.in_(coming)))
    return len(keys)
