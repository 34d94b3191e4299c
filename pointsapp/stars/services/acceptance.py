"""Acceptance 验收 of a plan's items: what is done and shown is looked at by somebody who had no hand in it, and counts from then on.

A secretary alone cannot make a project: the count is of what a second person accepted. Taking an acceptance back is a fact of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.stars.errors import (
    ItemNotAccepted,
    ItemNotDone,
    ItemUnproven,
    OwnBranch,
    OwnPlanItem,
    PlanFrozen,
    PlanItemWithdrawn,
)
from pointsapp.stars.models import PlanChange, PlanEvidence, PlanItem, Proof, ProofUse
from pointsapp.stars.policies import may_accept_item
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.plans import is_shown
from pointsapp.stars.queries.remit import is_own_branch
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.services.gates import hold_open
from pointsapp.stars.services.plans import PlanReceipt, held_item, keep_change, receipt_of


def accept_item(session: Session, actor: Actor, branch_id: str, item_id: str, *, now: datetime) -> PlanReceipt:
    """Accept what is done and shown; it counts for the day on which it was done. Accepted already, it stays as it is."""
    item, found, branch = held_item(session, branch_id, item_id)
    _must_judge(session, actor, item, found, branch, now)
    if item.withdrawn_at is not None:
        raise PlanItemWithdrawn()
    if item.accepted_at is not None:
        return receipt_of(item, found, branch, is_repeat=True)
    if item.progress < 100 or item.finished_at is None:
        raise ItemNotDone(progress=item.progress)
    if session.scalar(select(PlanItem.id).where(PlanItem.id == item.id, is_shown())) is None:
        raise ItemUnproven()
    item.accepted_at, item.accepted_by_id = now, actor.person_id
    _tell(session, actor, "stars.plan_item_accepted", item, found, branch, now)
    _trace(session, actor, item, "accepted", item.title, now)
    return receipt_of(item, found, branch)


def return_item(
    session: Session, actor: Actor, branch_id: str, item_id: str, reason: str, *, now: datetime
) -> PlanReceipt:
    """Take an acceptance back, with a reason: it counts no more, and the branch may work on the item again."""
    item, found, branch = held_item(session, branch_id, item_id)
    _must_judge(session, actor, item, found, branch, now)
    if item.accepted_at is None:
        raise ItemNotAccepted()
    item.accepted_at = item.accepted_by_id = None
    _tell(session, actor, "stars.plan_item_returned", item, found, branch, now)
    _trace(session, actor, item, "returned", reason, now)
    return receipt_of(item, found, branch)


def _must_judge(
    session: Session, actor: Actor, item: PlanItem, found: RoundRow, branch: BranchRow, now: datetime
) -> None:
    """Nobody accepts for their own branch, nor what they wrote, moved on, proved or answer for. Having judged it is no hand in it."""
    require(may_accept_item(actor, branch.area_path))
    require(not is_own_branch(session, actor, branch, now=now), OwnBranch())
    hold_open(session, found, PlanFrozen)
    me = actor.person_id
    wrote = exists().where(
        PlanChange.item_id == item.id, PlanChange.by_id == me, PlanChange.field.not_in(("accepted", "returned"))
    )
    showed = exists().where(PlanEvidence.item_id == item.id, PlanEvidence.added_by_id == me)
    gave = exists().where(
        ProofUse.item_id == item.id, ProofUse.proof_id == Proof.id, or_(ProofUse.by_id == me, Proof.given_by_id == me)
    )
    require(item.person_id != me and not session.scalar(select(or_(wrote, showed, gave))), OwnPlanItem())


def _trace(session: Session, actor: Actor, item: PlanItem, field: str, words: str, now: datetime) -> None:
    session.flush()
    keep_change(session, actor, item.round_id, item.branch_id, field, "", words, item_id=item.id, now=now)


def _tell(
    session: Session, actor: Actor, kind: str, item: PlanItem, found: RoundRow, branch: BranchRow, now: datetime
) -> None:
    """What is done after the quarter's end is of its last moment, and in time by when it was done: the item is of this round's plan."""
    assert item.finished_at is not None
    span = found.span(now)
    done_at = min(max(item.finished_at, span.start), span.end - timedelta(microseconds=1))
    events.record(
        session,
        kind,
        at=now,
        subject=f"plan_item:{item.id}",
        area_id=branch.area_id,
        actor_id=actor.person_id,
        star=item.star,
        occurred_at=done_at.isoformat(),
        received_at=item.finished_at.isoformat(),
    )
