"""Taking a copy of everything kept about oneself: who took one and when is kept, the copy itself is made when it is downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import events, policy
from pointsapp.core.actor import Actor
from pointsapp.core.locks import LockKind, lock
from pointsapp.privacy.errors import TooManyCopies
from pointsapp.privacy.models import RecordsCopy
from pointsapp.privacy.policies import COPIES_PER_DAY

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenCopy:
    public_id: str


def take_copy(session: Session, actor: Actor, *, now: datetime) -> TakenCopy:
    """Open a copy for an hour. So many a day: it reads everything there is, and it is what a thief would want."""
    lock(session, LockKind.PERSON_TIME, actor.person_id)
    most = int(policy.value(session, COPIES_PER_DAY, now=now))
    taken = session.scalars(
        select(RecordsCopy.at)
        .where(RecordsCopy.person_id == actor.person_id, RecordsCopy.at > now - DAY)
        .order_by(RecordsCopy.at)
    ).all()
    if len(taken) >= most:
        oldest = taken[-most] if most else now
        raise TooManyCopies(most=most, retry_after=max(1, int((oldest + DAY - now).total_seconds())))
    row = RecordsCopy(person_id=actor.person_id, at=now)
    session.add(row)
    session.flush()
    events.record(
        session,
        "privacy.copy_taken",
        at=now,
        subject=f"person:{actor.person_id}",
        area_id=actor.home_area_id,
        person_id=actor.person_id,
        actor_id=actor.person_id,
    )
    return TakenCopy(public_id=row.public_id)
