"""Sheets of work recorded on paper, for staff of their areas: what waits, what counts, who typed in and who confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.stars.models import Evidence, PaperLine, PaperSheet, PaperState
from pointsapp.stars.policies import PAPER_READERS
from pointsapp.stars.queries.metrics import MINUTES


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """One sheet; `decided_by` and `reason` are None while it waits."""

    id: int
    public_id: str
    title: str
    area: str
    area_id: int
    area_path: str
    done_on: date
    source: str
    state: PaperState
    by: str
    by_id: int
    at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    people: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLineRow:
    """One person of a sheet; `other_minutes` is what stands on record for them that day already: a double entry would show."""

    name: str
    volunteer_number: str
    person_id: int
    minutes: int
    other_minutes: int


def _sheets(actor: Actor) -> Any:
    writer, decider = aliased(Person), aliased(Person)
    lines = (
        select(
            PaperLine.sheet_id,
            func.count().label("people"),
            func.coalesce(func.sum(PaperLine.minutes), 0).label("minutes"),
        )
        .group_by(PaperLine.sheet_id)
        .subquery()
    )
    return (
        select(PaperSheet, Area.name, Area.path, writer.name, decider.name, lines.c.people, lines.c.minutes)
        .join(Area, Area.id == PaperSheet.area_id)
        .join(writer, writer.id == PaperSheet.by_id)
        .join(lines, lines.c.sheet_id == PaperSheet.id)
        .outerjoin(decider, decider.id == PaperSheet.decided_by_id)
        .where(below_any(Area.path, actor.paths(PAPER_READERS)))
    )


def _row(found: Any) -> PaperRow:
    sheet, area, path, by, decided_by, people, minutes = found
    return PaperRow(
        id=sheet.id, public_id=sheet.public_id, title=sheet.title, area=area, area_id=sheet.area_id, area_path=path, done_on=sheet.done_on,
        source=sheet.source, state=sheet.state, by=by, by_id=sheet.by_id, at=sheet.at, decided_by=decided_by,
        decided_at=sheet.decided_at, reason=sheet.reason, people=people, minutes=int(minutes),
    )  # fmt: skip


def paper_page(session: Session, actor: Actor, page: PageRequest) -> Page[PaperRow]:
    """Return the sheets of the areas this actor works in, the newest first."""
    query = _sheets(actor).order_by(PaperSheet.id.desc()).limit(page.limit + 1)
    if page.after:
        query = query.where(PaperSheet.id < page.after[0])
    return cut([_row(row) for row in session.execute(query)], page.limit, lambda row: (row.id,))


def paper_sheet(session: Session, actor: Actor, sheet_id: str) -> tuple[PaperRow, tuple[PaperLineRow, ...]]:
    """Return one sheet with its lines; NotFound where this actor works in no area it belongs to."""
    found = session.execute(_sheets(actor).where(PaperSheet.public_id == sheet_id)).one_or_none()
    if found is None:
        raise NotFound()
    row = _row(found)
    start, end = clock.day_bounds(row.done_on)
    done = (
        select(func.coalesce(func.sum(Evidence.quantity), 0))
        .where(
            Evidence.person_id == PaperLine.person_id,
            Evidence.metric == MINUTES,
            Evidence.occurred_at >= start,
            Evidence.occurred_at < end,
        )
        .scalar_subquery()
    )
    lines = session.execute(
        select(Person.name, Person.volunteer_number, PaperLine.person_id, PaperLine.minutes, done)
        .join(Person, Person.id == PaperLine.person_id)
        .where(PaperLine.sheet_id == row.id)
        .order_by(PaperLine.id)
        .limit(MOST_LINES)
    )
    return row, tuple(
        PaperLineRow(name=name, volunteer_number=number, person_id=person_id, minutes=minutes, other_minutes=int(other))
        for name, number, person_id, minutes, other in lines
    )


MOST_LINES = 60
