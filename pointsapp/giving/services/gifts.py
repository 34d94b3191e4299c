"""Give points to a person: found by volunteer number, within the month's limits of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core import events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.locks import LockKind, lock
from pointsapp.giving import memos
from pointsapp.giving.errors import GiftToOneself, ReceiverUnknown
from pointsapp.giving.models import Gift
from pointsapp.giving.policies import LIMITS
from pointsapp.giving.queries import month_of, neighbour
from pointsapp.giving.rules import Limits, refusal_of_gift
from pointsapp.ledger.services import GiftDraft, give
from pointsapp.people.errors import NotVerified


@dataclass(frozen=True, slots=True, kw_only=True)
class GivePoints:
    volunteer_number: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftReceipt:
    """`balance`: what the giver has left to spend."""

    public_id: str
    masked_name: str
    points: int
    balance: int
    is_repeat: bool = False


def limits_now(session: Session, *, now: datetime) -> Limits:
    """Return the limits in force."""
    each, given, received = policy.values(session, *LIMITS, now=now)
    return Limits(each=each, given=given, received=received)


def give_points(session: Session, actor: Actor, command: GivePoints, *, now: datetime) -> GiftReceipt:
    """Give some of one's points to another verified person."""
    require(actor.is_verified, NotVerified())
    to = neighbour(session, command.volunteer_number)
    if to is None:
        raise ReceiverUnknown()
    if to.id == actor.person_id:
        raise GiftToOneself()
    lock(session, LockKind.GIFTS, actor.person_id, to.id)  # the month's sums of both
    refusal = refusal_of_gift(
        command.points, limits_now(session, now=now), month_of(session, actor.person_id, to.id, now=now)
    )
    if refusal is not None:
        raise refusal
    row = Gift(giver_id=actor.person_id, receiver_id=to.id, points=command.points, at=now)
    session.add(row)
    session.flush()
    entries = give(
        session,
        GiftDraft(
            reference=f"gift:{row.id}",
            giver_id=actor.person_id,
            receiver_id=to.id,
            points=command.points,
            given=memos.GIVEN,
            received=memos.RECEIVED,
        ),
        now=now,
    )
    events.record(
        session,
        "giving.received",
        at=now,
        subject=f"gift:{row.id}",
        person_id=to.id,
        actor_id=actor.person_id,
        points=command.points,
    )
    return GiftReceipt(
        public_id=row.public_id, masked_name=to.masked_name, points=command.points, balance=entries.balance
    )
