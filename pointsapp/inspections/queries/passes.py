"""Passes as their issuers see them, and what a code opens now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core.actor import STREET_OFFICE, Actor, Role, require
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.inspections.errors import PassOver, PassUnknown
from pointsapp.inspections.models import InspectorPass, PassOpening
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch
from pointsapp.stars.policies import LOG_READERS

PASS_READERS = STREET_OFFICE | {Role.INSPECTOR, Role.AUDITOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRow:
    id: int
    public_id: str
    branch_id: str
    branch: str
    area_path: str
    holder: str
    starts_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    issued_by: str
    openings: int = 0
    last_opened_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and self.starts_at <= now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningRow:
    """One opening; `who` is the person who was signed in, empty for a guest."""

    id: int
    at: datetime
    who: str
    holder: str
    branch: str


_COLUMNS = (
    InspectorPass.id,
    InspectorPass.public_id,
    Branch.public_id.label("branch_id"),
    Branch.name.label("branch"),
    Area.path.label("area_path"),
    InspectorPass.holder,
    InspectorPass.starts_at,
    InspectorPass.ends_at,
    InspectorPass.revoked_at,
    Person.name.label("issued_by"),
)


def valid_pass(session: Session, code_hash: str, *, now: datetime) -> PassRow:
    """Return the pass behind a code's hash while it holds; PassUnknown for none, PassOver when it has ended."""
    row = session.execute(
        select(*_COLUMNS)
        .join(Branch, Branch.id == InspectorPass.branch_id)
        .join(Area, Area.id == Branch.area_id)
        .join(Person, Person.id == InspectorPass.issued_by_id)
        .where(InspectorPass.code_hash == code_hash)
    ).one_or_none()
    if row is None or now < row.starts_at:
        raise PassUnknown()
    found = PassRow(**row._mapping)
    if not found.is_open(now):
        raise PassOver(over_at=(found.revoked_at or found.ends_at).isoformat())
    return found


def passes_page(session: Session, actor: Actor, page: PageRequest) -> Page[PassRow]:
    """Return the passes of the areas in which this actor issues or checks them, the newest first."""
    opened = (
        select(PassOpening.pass_id, func.count().label("openings"), func.max(PassOpening.at).label("last_opened_at"))
        .group_by(PassOpening.pass_id)
        .subquery()
    )
    query = (
        select(*_COLUMNS, func.coalesce(opened.c.openings, 0).label("openings"), opened.c.last_opened_at)
        .join(Branch, Branch.id == InspectorPass.branch_id)
        .join(Area, Area.id == Branch.area_id)
        .join(Person, Person.id == InspectorPass.issued_by_id)
        .outerjoin(opened, opened.c.pass_id == InspectorPass.id)
        .where(below_any(Area.path, actor.paths(PASS_READERS)))
        .order_by(InspectorPass.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        query = query.where(InspectorPass.id < page.after[0])
    return cut([PassRow(**row._mapping) for row in session.execute(query)], page.limit, lambda row: (row.id,))


def openings_page(session: Session, actor: Actor, page: PageRequest) -> Page[OpeningRow]:
    """Return every opening of a pass within this actor's remit, the newest first: for auditors and the street office."""
    require(actor.holds_anywhere(LOG_READERS))
    query = (
        select(PassOpening.id, PassOpening.at, func.coalesce(Person.name, ""), InspectorPass.holder, Branch.name)
        .join(InspectorPass, InspectorPass.id == PassOpening.pass_id)
        .join(Branch, Branch.id == InspectorPass.branch_id)
        .join(Area, Area.id == Branch.area_id)
        .outerjoin(Person, Person.id == PassOpening.person_id)
        .where(below_any(Area.path, actor.paths(LOG_READERS)))
        .order_by(PassOpening.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        query = query.where(PassOpening.id < page.after[0])
    rows = [
        OpeningRow(id=key, at=at, who=who, holder=holder, branch=branch)
        for key, at, who, holder, branch in session.execute(query)
    ]
    return cut(rows, page.limit, lambda row: (row.id,))
