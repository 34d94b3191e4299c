"""Requests to move to another community: one's own, and those that wait at a community."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.care.models import AreaMove, MoveState
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person

_from, _to = aliased(Area), aliased(Area)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveLine:
    """One request; the name is full, for the community that answers and the person."""

    id: int
    public_id: str
    person_id: int
    name: str
    volunteer_number: str
    from_name: str | None
    to_name: str
    state: MoveState
    words: str
    asked_at: datetime
    due_at: datetime
    decided_at: datetime | None
    reason: str | None


def _select() -> Any:
    return (
        select(
            AreaMove.id,
            AreaMove.public_id,
            AreaMove.person_id,
            Person.name,
            Person.volunteer_number,
            _from.name.label("from_name"),
            _to.name.label("to_name"),
            AreaMove.state,
            AreaMove.words,
            AreaMove.asked_at,
            AreaMove.due_at,
            AreaMove.decided_at,
            AreaMove.reason,
        )
        .join(Person, Person.id == AreaMove.person_id)
        .outerjoin(_from, _from.id == AreaMove.from_area_id)
        .join(_to, _to.id == AreaMove.to_area_id)
        .order_by(AreaMove.id.desc())
    )


def move_of(session: Session, person_id: int) -> MoveLine | None:
    """Return the person's latest request."""
    row = session.execute(_select().where(AreaMove.person_id == person_id).limit(1)).mappings().first()
    return None if row is None else MoveLine(**row)


def moves_page(session: Session, actor: Actor, page: PageRequest, *, waiting: bool) -> Page[MoveLine]:
    """Return requests to join the areas `actor` is staff of: those that wait, or those that were answered."""
    statement = _select().limit(page.limit + 1)
    if not actor.is_platform_admin:
        statement = statement.where(below_any(_to.path, actor.paths(COMMUNITY_STAFF)))
    statement = statement.where((AreaMove.state == MoveState.ASKED) if waiting else (AreaMove.state != MoveState.ASKED))
    if page.after:
        statement = statement.where(AreaMove.id < page.after[0])
    lines = [MoveLine(**row) for row in session.execute(statement).mappings()]
    return cut(lines, page.limit, lambda line: (line.id,))
