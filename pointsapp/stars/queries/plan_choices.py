"""What a plan's item may name: who is on duty in the branch's area, and the rows that can show that something was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.events import Event
from pointsapp.people.models import Person, RoleGrant
from pointsapp.stars.models import Evidence
from pointsapp.stars.policies import may_read_names
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.metrics import one_branch, reach
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.rows import EvidenceRow, evidence_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Somebody on duty in a branch's area, who can be made responsible for an item."""

    id: int
    public_id: str
    name: str


def on_duty(session: Session, branch: BranchRow, *, now: datetime, also: int | None = None) -> list[Officer]:
    """Return who holds an office in the branch's area or below, by name; `also` is somebody who may have left it."""
    holds = (
        select(RoleGrant.person_id)
        .join(Area, Area.id == RoleGrant.area_id)
        .where(
            RoleGrant.role.in_(COMMUNITY_STAFF),
            below(Area.path, branch.area_path),
            RoleGrant.starts_at <= now,
            or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
        )
    )
    chosen = Person.id.in_(holds) if also is None else or_(Person.id.in_(holds), Person.id == also)
    rows = session.execute(
        select(Person.id, Person.public_id, Person.name)
        .where(chosen, Person.erased_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    return [Officer(id=id_, public_id=public_id, name=name) for id_, public_id, name in rows]


def evidence_of_branch(
    session: Session, found: RoundRow, branch: BranchRow, evidence_id: str, *, now: datetime
) -> int | None:
    """Return the key of a row of evidence if it is of this branch's area and this round's time; None otherwise."""
    reached = reach(one_branch(branch.id))
    return session.scalar(
        select(Evidence.id)
        .join(reached, reached.c.area_id == Evidence.area_id)
        .where(Evidence.public_id == evidence_id, found.span(now).holds())
        .limit(1)
    )


def rows_to_link(
    session: Session, found: RoundRow, branch: BranchRow, actor: Actor, *, now: datetime
) -> list[EvidenceRow]:
    """Return the newest rows of the branch and round that an item can be shown by. The caller may edit the plan."""
    reached = reach(one_branch(branch.id))
    rows = session.execute(
        select(Evidence, Area.name, Person.name, Event.kind)
        .join(reached, reached.c.area_id == Evidence.area_id)
        .join(Area, Area.id == Evidence.area_id)
        .join(Event, Event.id == Evidence.event_id)
        .outerjoin(Person, Person.id == Evidence.person_id)
        .where(found.span(now).holds(), Evidence.quantity > 0)
        .order_by(Evidence.occurred_at.desc(), Evidence.id.desc())
        .limit(30)
    )
    has_names = may_read_names(actor, branch.area_path)
    return [evidence_row(row, area, name, kind, actor, has_names=has_names) for row, area, name, kind in rows]
