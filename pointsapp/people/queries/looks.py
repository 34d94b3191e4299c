"""Who looked at somebody's record, and why: for the person themself, and for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.events import Event
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person

KINDS = ("people.record_opened", "people.phone_shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookLine:
    """One look: by whom (by surname), of which area, what for."""

    id: int
    at: datetime
    by: str
    area_name: str
    kind: str
    why: str


def looks_at(session: Session, person_id: int, page: PageRequest) -> Page[LookLine]:
    """Return who opened this person's record, the newest first."""
    statement = (
        select(Event.id, Event.at, Event.kind, Event.facts, Person.name, Area.name.label("area_name"))
        .outerjoin(Person, Person.id == Event.actor_id)
        .outerjoin(Area, Area.id == Event.area_id)
        .where(Event.subject == f"person:{person_id}", Event.kind.in_(KINDS))
        .order_by(Event.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(Event.id < page.after[0])
    lines = [
        LookLine(
            id=row.id,
            at=row.at,
            by=mask_name(row.name or ""),
            area_name=row.area_name or "",
            kind=row.kind,
            why=str(row.facts.get("why", "call")),
        )
        for row in session.execute(statement)
    ]
    return cut(lines, page.limit, lambda line: (line.id,))
