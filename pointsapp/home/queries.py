"""What a person sees of themself, put together from the features below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.areas.queries import AreaRow
from pointsapp.ledger.queries import person_balance, person_minutes
from pointsapp.people.queries import RoleLine, person_card


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who one is, and what the two books hold."""

    public_id: str
    display_name: str
    volunteer_number: str
    area: AreaRow | None
    roles: tuple[RoleLine, ...]
    points_balance: int
    service_minutes: int


def who_am_i(session: Session, person_id: int, *, now: datetime) -> Me:
    """Return the answer of `GET /me`."""
    card = person_card(session, person_id, now=now)
    return Me(
        public_id=card.public_id,
        display_name=card.display_name,
        volunteer_number=card.volunteer_number,
        area=card.area,
        roles=card.roles,
        points_balance=person_balance(session, person_id),
        service_minutes=person_minutes(session, person_id),
    )
