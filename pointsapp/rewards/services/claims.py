"""Claims at the desk: one person asks to write off what a resident owes, another agrees; nobody for themself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.ledger.services import ask_write_off, write_off
from pointsapp.rewards.policies import may_ask_write_off, may_write_off
from pointsapp.rewards.queries.claims import ClaimPlace, claim_place


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReceipt:
    public_id: str
    written_off: int


def ask_claim_write_off(session: Session, actor: Actor, public_id: str, *, now: datetime) -> ClaimReceipt:
    """Propose to write a claim off."""
    place = _place(session, public_id)
    require(may_ask_write_off(actor, place.person_id, place.area_path))
    ask_write_off(session, place.id, by_id=actor.person_id)
    _record(session, "rewards.write_off_asked", place, actor, now, 0)
    return ClaimReceipt(public_id=public_id, written_off=0)


def write_claim_off(session: Session, actor: Actor, public_id: str, *, now: datetime) -> ClaimReceipt:
    """Agree to write off what is left of a claim; never the person who asked."""
    place = _place(session, public_id)
    require(may_write_off(actor, place.person_id, place.area_path, place.asked_by_id))
    points = write_off(session, place.id, by_id=actor.person_id, now=now)
    _record(session, "rewards.claim_written_off", place, actor, now, points)
    return ClaimReceipt(public_id=public_id, written_off=points)


def _place(session: Session, public_id: str) -> ClaimPlace:
    place = claim_place(session, public_id)
    if place is None:
        raise NotFound()
    return place


def _record(session: Session, kind: str, place: ClaimPlace, actor: Actor, now: datetime, points: int) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=f"claim:{place.id}",
        person_id=place.person_id,
        actor_id=actor.person_id,
        points=points,
    )
