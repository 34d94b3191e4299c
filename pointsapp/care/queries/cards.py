"""A person's cards, and one to print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.people.models import Person, PersonalCard

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """One card. The code is for the print page only; `name` is full, mask it on paper."""

    public_id: str
    code: str
    name: str
    issued_at: datetime
    revoked_at: datetime | None


def _select(person_id: int) -> Any:
    return (
        select(PersonalCard.public_id, PersonalCard.code, Person.name, PersonalCard.issued_at, PersonalCard.revoked_at)
        .join(Person, Person.id == PersonalCard.person_id)
        .where(PersonalCard.person_id == person_id)
        .order_by(PersonalCard.id.desc())
    )


def cards_of(session: Session, person_id: int) -> tuple[CardLine, ...]:
    """Return the person's cards, newest first."""
    return tuple(CardLine(**row) for row in session.execute(_select(person_id).limit(SHOWN)).mappings())


def card_to_print(session: Session, person_id: int, card: str) -> CardLine | None:
    """Return the card if it is the person's and still holds."""
    row = (
        session.execute(_select(person_id).where(PersonalCard.public_id == card, PersonalCard.revoked_at.is_(None)))
        .mappings()
        .first()
    )
    return None if row is None else CardLine(**row)
