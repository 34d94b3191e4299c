"""Visits: begun because a draw decided it or because the office goes there anyway, and closed with a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Conflict, NotFound
from pointsapp.core.states import move
from pointsapp.inspections.errors import OwnFinding
from pointsapp.inspections.models import Inspection, InspectionState
from pointsapp.inspections.policies import may_inspect
from pointsapp.stars.models import Branch
from pointsapp.stars.queries import BranchRow, find_branch, newest_round
from pointsapp.stars.queries.remit import is_own_branch


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionReceipt:
    public_id: str
    branch_id: str
    is_repeat: bool = False


def start_inspection(session: Session, actor: Actor, branch_id: str, *, now: datetime) -> InspectionReceipt:
    """Begin a visit that no draw decided (集中督查). One that this inspector has not finished there is gone on with."""
    branch = find_branch(session, branch_id)
    must_inspect(session, actor, branch, now)
    found = newest_round(session, now=now, branch=branch.public_id)
    if found is None:
        raise NotFound()
    begun = session.scalars(
        select(Inspection)
        .where(
            Inspection.inspector_id == actor.person_id,
            Inspection.branch_id == branch.id,
            Inspection.round_id == found.id,
            Inspection.state == InspectionState.PLANNED,
        )
        .limit(1)
    ).first()
    if begun is not None:
        return InspectionReceipt(public_id=begun.public_id, branch_id=branch.public_id, is_repeat=True)
    row = Inspection(round_id=found.id, branch_id=branch.id, inspector_id=actor.person_id, created_at=now)
    session.add(row)
    session.flush()
    told(session, actor, "inspections.visit_begun", f"inspection:{row.id}", branch, now)
    return InspectionReceipt(public_id=row.public_id, branch_id=branch.public_id)


def finish_inspection(
    session: Session, actor: Actor, inspection_id: str, summary: str, *, now: datetime
) -> InspectionReceipt:
    """Close one's own visit with a sentence about what was seen. The same sentence again changes nothing."""
    row = session.scalars(select(Inspection).where(Inspection.public_id == inspection_id)).one_or_none()
    if row is None:
        raise NotFound()
    branch = branch_of(session, row.branch_id)
    require(row.inspector_id == actor.person_id)
    must_inspect(session, actor, branch, now)
    if row.state is not InspectionState.PLANNED:
        if row.state is InspectionState.DONE and row.summary == summary:
            return InspectionReceipt(public_id=row.public_id, branch_id=branch.public_id, is_repeat=True)
        raise Conflict()
    move(session, row, InspectionState.DONE, done_at=now, summary=summary)
    told(session, actor, "inspections.visit_finished", f"inspection:{row.id}", branch, now)
    return InspectionReceipt(public_id=row.public_id, branch_id=branch.public_id)


def must_inspect(session: Session, actor: Actor, branch: BranchRow, now: datetime) -> None:
    """Refuse who does not inspect there, or whose own branch it is."""
    require(may_inspect(actor, branch.area_path))
    require(not is_own_branch(session, actor, branch, now=now), OwnFinding())


def branch_of(session: Session, branch_id: int) -> BranchRow:
    """Return the branch with this key."""
    return find_branch(session, session.scalars(select(Branch.public_id).where(Branch.id == branch_id)).one())


def told(session: Session, actor: Actor, kind: str, subject: str, branch: BranchRow, now: datetime) -> None:
    """Leave the trace of an act; whom it concerns is told beside it (telling.py)."""
    events.record(session, kind, at=now, subject=subject, area_id=branch.area_id, actor_id=actor.person_id)
