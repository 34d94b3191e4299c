"""A personal code on paper: printed for who has no phone, revoked by itself when it is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pointsapp.care.errors import TooManyCards
from pointsapp.care.policies import CARDS_MOST, may_report_lost
from pointsapp.care.services.desk import person_at_desk
from pointsapp.core import events, policy
from pointsapp.core.actor import Actor
from pointsapp.core.codes import PERSONAL_LENGTH, new_code
from pointsapp.core.errors import NotFound
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.states import rows_changed
from pointsapp.people.models import PersonalCard


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCard:
    public_id: str
    person_id: int


def issue_card(session: Session, actor: Actor, person: str, *, now: datetime) -> IssuedCard:
    """Make a card for oneself, or for who stands at the desk."""
    found = person_at_desk(session, actor, person, may_report_lost, now=now)
    return make_card(session, found.id, by_id=actor.person_id, now=now)


def make_card(session: Session, person_id: int, *, by_id: int, now: datetime) -> IssuedCard:
    """Make a card; the caller has judged whether `by_id` may. More than a few at once lie about in drawers."""
    lock(session, LockKind.PERSON_TIME, person_id)
    most = int(policy.value(session, CARDS_MOST, now=now))
    valid = select(func.count()).where(PersonalCard.person_id == person_id, PersonalCard.revoked_at.is_(None))
    if (session.scalar(valid) or 0) >= most:
        raise TooManyCards(most=most)
    row = PersonalCard(person_id=person_id, code=new_code(PERSONAL_LENGTH), issued_by_id=by_id, issued_at=now)
    session.add(row)
    session.flush()
    _tell(session, "care.card_issued", row.id, person_id, by_id, now)
    return IssuedCard(public_id=row.public_id, person_id=person_id)


def revoke_card(session: Session, actor: Actor, person: str, card: str, *, now: datetime) -> IssuedCard:
    """End a card at once; a repeat changes nothing. The code on the phone and other cards stay good."""
    found = person_at_desk(session, actor, person, may_report_lost, now=now)
    row = session.execute(
        select(PersonalCard.id, PersonalCard.public_id).where(
            PersonalCard.public_id == card, PersonalCard.person_id == found.id
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    ended = rows_changed(
        session,
        update(PersonalCard)
        .where(PersonalCard.id == row.id, PersonalCard.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by_id=actor.person_id),
    )
    if ended:
        _tell(session, "care.card_revoked", row.id, found.id, actor.person_id, now)
    return IssuedCard(public_id=row.public_id, person_id=found.id)


def _tell(session: Session, kind: str, card_id: int, person_id: int, by_id: int, now: datetime) -> None:
    events.record(session, kind, at=now, subject=f"personal_card:{card_id}", person_id=person_id, actor_id=by_id)
