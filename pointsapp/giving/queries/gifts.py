"""Gifts: who can be given something, how much was given this month, one's own last ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.giving.models import Gift
from pointsapp.giving.rules import ThisMonth
from pointsapp.people.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Somebody who can be given points, as a stranger may see them."""

    id: int
    masked_name: str
    area_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftLine:
    """A gift as giver or receiver sees it: `points` below zero where it was given."""

    id: int
    public_id: str
    masked_name: str
    points: int
    at: datetime


def neighbour(session: Session, volunteer_number: str) -> Neighbour | None:
    """Return the verified person with this number, None where there is none."""
    row = session.execute(
        select(Person.id, Person.name, Area.name.label("area_name"))
        .outerjoin(Area, Area.id == Person.home_area_id)
        .where(
            Person.volunteer_number == volunteer_number.strip(),
            Person.verified_at.is_not(None),
            Person.erased_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else Neighbour(id=row.id, masked_name=mask_name(row.name), area_name=row.area_name)


def month_of(session: Session, giver_id: int, receiver_id: int | None, *, now: datetime) -> ThisMonth:
    """Return what was given and received since the local month began."""
    start = clock.period_start("month", now)
    given = select(func.coalesce(func.sum(Gift.points), 0)).where(Gift.giver_id == giver_id, Gift.at >= start)
    received = select(func.coalesce(func.sum(Gift.points), 0)).where(Gift.receiver_id == receiver_id, Gift.at >= start)
    row = session.execute(select(given.scalar_subquery(), received.scalar_subquery())).one()
    return ThisMonth(given=int(row[0]), received=int(row[1]))


def gifts_page(session: Session, person_id: int, page: PageRequest) -> Page[GiftLine]:
    """Return a page of a person's gifts, given and received, the newest first. Key: id."""
    giver, receiver = aliased(Person), aliased(Person)
    statement = (
        select(Gift.id, Gift.public_id, Gift.giver_id, Gift.points, Gift.at, giver.name, receiver.name)
        .join(giver, giver.id == Gift.giver_id)
        .join(receiver, receiver.id == Gift.receiver_id)
        .where(or_(Gift.giver_id == person_id, Gift.receiver_id == person_id))
        .order_by(Gift.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(Gift.id < page.after[0])
    lines = [
        GiftLine(
            id=key,
            public_id=public_id,
            masked_name=mask_name(to if giver_id == person_id else by),
            points=-points if giver_id == person_id else points,
            at=at,
        )
        for key, public_id, giver_id, points, at, by, to in session.execute(statement)
    ]
    return cut(lines, page.limit, lambda line: (line.id,))


def gifts_of(session: Session, person_id: int, *, most: int = 20) -> tuple[GiftLine, ...]:
    """Return a person's last gifts, given and received, the newest first."""
    return gifts_page(session, person_id, PageRequest(limit=most)).items
