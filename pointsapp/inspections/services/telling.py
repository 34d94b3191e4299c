"""Notices about findings: to whoever has to put something right, and to the inspector who waits for it. Each deadline is told once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from pointsapp.core import clock, events, policy
from pointsapp.core.states import rows_changed
from pointsapp.inspections.models import Finding, FindingState, FindingStep, StepKind
from pointsapp.inspections.policies import REMIND_DAYS
from pointsapp.inspections.queries.people import who_rectifies
from pointsapp.inspections.services.visits import branch_of
from pointsapp.stars.queries import BranchRow

FOR_BRANCH, FOR_INSPECTOR = "inspections.finding_for_branch", "inspections.finding_for_inspector"
NEAR, LATE = "near", "late"
AT_ONCE = 100


def tell_of(
    session: Session, row: Finding, branch: BranchRow, step: str, *, actor_id: int | None, now: datetime
) -> None:
    """Tell of a step of a finding (a StepKind, NEAR or LATE): an answer goes to its inspector, all else to the branch's people."""
    if step != StepKind.ANSWERED:
        people = {*who_rectifies(session, branch, now=now), *_who_answered(session, row)}
        _tell(session, FOR_BRANCH, row, branch, step, people, actor_id, now)
    if step in (StepKind.ANSWERED, LATE):
        _tell(session, FOR_INSPECTOR, row, branch, step, [row.by_id], actor_id, now)


def remind_due(session: Session, *, now: datetime) -> int:
    """Tell of deadlines that are near or over, once each; a job. Returns how many were told, 0 when nothing is left."""
    today = clock.local_day(now)
    start, _end = clock.day_bounds(today)
    near_until = today + timedelta(days=int(policy.value(session, REMIND_DAYS, now=now)))
    # Whoever set or moved the deadline today has just told of it.
    moved_today = select(FindingStep.id).where(FindingStep.finding_id == Finding.id, FindingStep.at >= start).exists()
    near = _told_of(session, NEAR, Finding.due_on >= today, Finding.due_on <= near_until, ~moved_today, now=now)
    return near + _told_of(session, LATE, Finding.due_on < today, now=now)


def _told_of(session: Session, step: str, *conditions: ColumnElement[bool], now: datetime) -> int:
    told = Finding.told_near_on if step == NEAR else Finding.told_late_on
    waits = Finding.state.in_((FindingState.OPEN, FindingState.RETURNED))
    rows = session.scalars(
        select(Finding)
        .where(waits, told.is_distinct_from(Finding.due_on), *conditions)
        .order_by(Finding.id)
        .limit(AT_ONCE)
        .execution_options(populate_existing=True)
    ).all()
    number = 0
    for row in rows:
        # Two workers at once: one of them changes the row, and only that one tells.
        changed = rows_changed(
            session,
            update(Finding)
            .where(Finding.id == row.id, waits, Finding.due_on == row.due_on, told.is_distinct_from(row.due_on))
            .values({told: row.due_on}),
        )
        if changed:
            tell_of(session, row, branch_of(session, row.branch_id), step, actor_id=None, now=now)
            number += 1
    return number


def _who_answered(session: Session, row: Finding) -> list[int]:
    return list(
        session.scalars(
            select(FindingStep.by_id)
            .where(FindingStep.finding_id == row.id, FindingStep.kind == StepKind.ANSWERED)
            .distinct()
        )
    )


def _tell(
    session: Session,
    kind: str,
    row: Finding,
    branch: BranchRow,
    step: str,
    people: Iterable[int],
    actor_id: int | None,
    now: datetime,
) -> None:
    events.record_each(
        session,
        kind,
        at=now,
        subject=f"finding:{row.id}",
        person_ids=people,
        area_id=branch.area_id,
        actor_id=actor_id,
        finding_id=row.public_id,
        branch=branch.name,
        due_on=row.due_on.isoformat(),
        step=str(step),
    )
