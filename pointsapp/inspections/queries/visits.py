"""Visits as others see them: an inspector's day, one visit, those that a draw decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound
from pointsapp.inspections.models import Finding, FindingState, Inspection, InspectionDraw, InspectionState
from pointsapp.inspections.policies import may_read_findings, may_read_who
from pointsapp.people.models import Person
from pointsapp.stars.messages import round_name
from pointsapp.stars.models import Branch, Round

COUNTED = frozenset(FindingState) - {FindingState.WITHDRAWN}
MOST_VISITS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """`inspector` is empty for who may not know it; `number` is the draw's, None for a visit that no draw decided."""

    id: int
    public_id: str
    branch_id: str
    branch: str
    area_path: str
    inspector_id: int
    inspector: str
    state: InspectionState
    number: int | None
    round_name: str
    created_at: datetime
    done_at: datetime | None
    summary: str
    findings: int


def _visits() -> Select[*tuple[Any, ...]]:
    found = (
        select(Finding.inspection_id, func.count().label("findings"))
        .where(Finding.state.in_(COUNTED), Finding.inspection_id.is_not(None))
        .group_by(Finding.inspection_id)
        .subquery()
    )
    return (
        select(
            Inspection,
            Branch.public_id,
            Branch.name,
            Area.path,
            Person.name,
            InspectionDraw.number,
            Round.starts_on,
            func.coalesce(found.c.findings, 0),
        )
        .join(Branch, Branch.id == Inspection.branch_id)
        .join(Area, Area.id == Branch.area_id)
        .join(Person, Person.id == Inspection.inspector_id)
        .join(Round, Round.id == Inspection.round_id)
        .outerjoin(InspectionDraw, InspectionDraw.id == Inspection.draw_id)
        .outerjoin(found, found.c.inspection_id == Inspection.id)
    )


def _visit(found: Any, actor: Actor) -> VisitRow:
    row, branch_id, branch, path, inspector, number, starts_on, findings = found
    sees = row.inspector_id == actor.person_id or may_read_who(actor, path)
    return VisitRow(
        id=row.id, public_id=row.public_id, branch_id=branch_id, branch=branch, area_path=path,
        inspector_id=row.inspector_id, inspector=inspector if sees else "", state=row.state, number=number,
        round_name=round_name(starts_on), created_at=row.created_at, done_at=row.done_at, summary=row.summary or "",
        findings=findings,
    )  # fmt: skip


def my_visits(session: Session, actor: Actor, *, now: datetime) -> list[VisitRow]:
    """Return what waits for this inspector, and what they did today; what waits first."""
    start, _end = clock.day_bounds(clock.local_day(now))
    rows = session.execute(
        _visits()
        .where(
            Inspection.inspector_id == actor.person_id,
            or_(Inspection.state == InspectionState.PLANNED, Inspection.done_at >= start),
        )
        .order_by(Inspection.done_at.is_not(None), Inspection.id)
        .limit(MOST_VISITS)
    )
    return [_visit(row, actor) for row in rows]


def one_visit(session: Session, actor: Actor, public_id: str) -> VisitRow:
    """Return a visit to its inspector and to who reads findings there; NotFound to everybody else."""
    found = session.execute(_visits().where(Inspection.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound()
    row = _visit(found, actor)
    if row.inspector_id != actor.person_id and not may_read_findings(actor, row.area_path):
        raise NotFound()
    return row


def visits_of_draw(session: Session, actor: Actor, draw_id: int) -> list[VisitRow]:
    """Return the visits that a draw decided, in the order of the draw."""
    rows = session.execute(
        _visits().where(Inspection.draw_id == draw_id).order_by(Inspection.id).limit(MOST_VISITS * 4)
    )
    return [_visit(row, actor) for row in rows]
