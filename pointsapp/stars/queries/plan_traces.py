"""What stands behind a plan's item: what shows that it was done, and who changed what. Names are for officers within their remit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor
from pointsapp.core.events import Event
from pointsapp.people.models import Person
from pointsapp.stars.models import Evidence, PlanChange, PlanEvidence, PlanItem
from pointsapp.stars.policies import may_read_names
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.rows import EvidenceRow, evidence_row


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLink:
    """What shows that something was done: a row as this reader may see it, or a note."""

    added_at: datetime
    by: str | None
    row: EvidenceRow | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChangeRow:
    """One line of the trace; `item` is the title of the item it is about, None for the plan's own."""

    at: datetime
    by: str
    field: str
    was: str
    now_is: str
    item: str | None


def links_of(session: Session, item_id: str, branch: BranchRow, actor: Actor | None) -> tuple[PlanLink, ...]:
    """Return what shows that an item was done, the newest first; names are for officers within their remit."""
    adder, worker = aliased(Person), aliased(Person)
    has_names = may_read_names(actor, branch.area_path)
    rows = session.execute(
        select(PlanEvidence, Evidence, Area.name, worker.name, Event.kind, adder.name)
        .join(PlanItem, PlanItem.id == PlanEvidence.item_id)
        .join(adder, adder.id == PlanEvidence.added_by_id)
        .outerjoin(Evidence, Evidence.id == PlanEvidence.evidence_id)
        .outerjoin(Area, Area.id == Evidence.area_id)
        .outerjoin(Event, Event.id == Evidence.event_id)
        .outerjoin(worker, worker.id == Evidence.person_id)
        .where(PlanItem.public_id == item_id)
        .order_by(PlanEvidence.id.desc())
    )
    return tuple(
        PlanLink(
            added_at=link.added_at,
            by=by if has_names else None,
            row=None
            if row is None
            # One row alone would tell who: names are for officers.
            else evidence_row(row, area, name if has_names else None, kind, actor, has_names=has_names),
            note=link.note,
        )
        for link, row, area, name, kind, by in rows
    )


def changes_of(
    session: Session, found: RoundRow, branch: BranchRow, *, item_id: str | None = None, limit: int = 50
) -> tuple[PlanChangeRow, ...]:
    """Return the newest lines of the trace, of one item or of the whole plan. The caller has asked `may_read_names`."""
    query = (
        select(PlanChange, Person.name, PlanItem.title)
        .join(Person, Person.id == PlanChange.by_id)
        .outerjoin(PlanItem, PlanItem.id == PlanChange.item_id)
        .where(PlanChange.round_id == found.id, PlanChange.branch_id == branch.id)
        .order_by(PlanChange.id.desc())
        .limit(limit)
    )
    if item_id is not None:
        query = query.where(PlanItem.public_id == item_id)
    rows = session.execute(query).all()
    names = _names(
        session, [text for row, _by, _title in rows if row.field == "person" for text in (row.was, row.now_is)]
    )
    return tuple(
        PlanChangeRow(
            at=row.at,
            by=by,
            field=row.field,
            was=names.get(row.was, row.was),
            now_is=names.get(row.now_is, row.now_is),
            item=title,
        )
        for row, by, title in rows
    )


def _names(session: Session, public_ids: Sequence[str]) -> dict[str, str]:
    wanted = sorted({text for text in public_ids if text})
    if not wanted:
        return {}
    return {
        row[0]: row[1]
        for row in session.execute(select(Person.public_id, Person.name).where(Person.public_id.in_(wanted)))
    }
