"""Plans 创建计划: a branch's task list for a round, its frozen baseline, and the trace of every change.

Nothing is deleted: what is no longer wanted is withdrawn. After the round has closed every change is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.people.models import Person
from pointsapp.stars.errors import (
    DueOutsideRound,
    EvidenceElsewhere,
    PlanFrozen,
    PlanItemAccepted,
    PlanItemWithdrawn,
    UnknownIndicator,
)
from pointsapp.stars.messages import NOT_ON_DUTY_HERE, UNKNOWN_INDICATOR, UNKNOWN_STAR
from pointsapp.stars.models import PlanChange, PlanEvidence, PlanItem, StarPlan
from pointsapp.stars.policies import may_edit_plan
from pointsapp.stars.queries.baselines import baseline_of
from pointsapp.stars.queries.branches import BranchRow, find_branch
from pointsapp.stars.queries.plan_choices import evidence_of_branch, on_duty
from pointsapp.stars.queries.rounds import RoundRow, find_round, rounds_by_ids
from pointsapp.stars.services.gates import hold_open, must_take_part


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDraft:
    """What an item says. `person_id` is the public id of somebody on duty in the branch's area, None for nobody named."""

    star: str
    indicator: str | None
    title: str
    lead_unit: str
    responsible_unit: str
    person_id: str | None
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AddItem:
    round_id: str
    branch_id: str
    item: ItemDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeItem:
    branch_id: str
    item_id: str
    item: ItemDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEvidence:
    """Exactly one of them: the public id of a row of the board's evidence, or words that say where the paper lies."""

    branch_id: str
    item_id: str
    evidence_id: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReceipt:
    """`item_id` is None for an act on the plan itself."""

    round_id: str
    branch_id: str
    item_id: str | None
    is_repeat: bool = False


def open_plan(session: Session, actor: Actor, round_id: str, branch_id: str, *, now: datetime) -> PlanReceipt:
    """Begin a branch's plan and freeze its baseline; a plan that stands already is left as it is."""
    found, branch = find_round(session, round_id), find_branch(session, branch_id)
    require(may_edit_plan(actor, branch.area_path))
    is_new = _stands(session, actor, found, branch, now)
    return PlanReceipt(round_id=found.public_id, branch_id=branch.public_id, item_id=None, is_repeat=not is_new)


def add_item(session: Session, actor: Actor, command: AddItem, *, now: datetime) -> PlanReceipt:
    """Put an item on the branch's task list; the first one begins the plan."""
    found, branch = find_round(session, command.round_id), find_branch(session, command.branch_id)
    require(may_edit_plan(actor, branch.area_path))
    _stands(session, actor, found, branch, now)
    columns = _checked(session, found, branch, command.item, now)
    item = PlanItem(round_id=found.id, branch_id=branch.id, created_at=now, progress=0, **columns)
    session.add(item)
    session.flush()
    _trace(session, actor, item, "created", "", item.title, now)
    _tell(session, actor, "stars.plan_item_added", item, branch, now)
    return PlanReceipt(round_id=found.public_id, branch_id=branch.public_id, item_id=item.public_id)


def change_item(session: Session, actor: Actor, command: ChangeItem, *, now: datetime) -> PlanReceipt:
    """Bring an item to what the command says; each field that changes leaves a line in the trace."""
    item, found, branch = _editable(session, actor, command.branch_id, command.item_id)
    columns = _checked(session, found, branch, command.item, now, keeps=item.person_id)
    before = {name: getattr(item, name) for name in columns}
    changed = [name for name, value in columns.items() if before[name] != value]
    for name in changed:
        setattr(item, name, columns[name])
    session.flush()
    for name in changed:
        was, now_is = _shown(session, name, before[name]), _shown(session, name, columns[name])
        _trace(session, actor, item, name.removesuffix("_id"), was, now_is, now)
    if changed:
        _tell(session, actor, "stars.plan_item_changed", item, branch, now)
    return receipt_of(item, found, branch, is_repeat=not changed)


def set_progress(
    session: Session, actor: Actor, branch_id: str, item_id: str, progress: int, *, now: datetime
) -> PlanReceipt:
    """Say how far an item has come, in percent; 100 is done, and a smaller number takes that back."""
    item, found, branch = _editable(session, actor, branch_id, item_id)
    if item.progress == progress:
        return receipt_of(item, found, branch, is_repeat=True)
    was, item.progress = item.progress, progress
    item.finished_at = now if progress == 100 else None
    session.flush()
    _trace(session, actor, item, "progress", str(was), str(progress), now)
    _tell(session, actor, "stars.plan_item_changed", item, branch, now)
    return receipt_of(item, found, branch)


def withdraw_item(
    session: Session, actor: Actor, branch_id: str, item_id: str, reason: str, *, now: datetime
) -> PlanReceipt:
    """Take an item off the list, with a reason; it stays to be read, and counts no more."""
    item, found, branch = _editable(session, actor, branch_id, item_id)
    item.withdrawn_at = now
    session.flush()
    _trace(session, actor, item, "withdrawn", "", reason, now)
    _tell(session, actor, "stars.plan_item_withdrawn", item, branch, now)
    return receipt_of(item, found, branch)


def link_evidence(session: Session, actor: Actor, command: LinkEvidence, *, now: datetime) -> PlanReceipt:
    """Show by a row of this branch and quarter, or by a note, that something was done. The same row twice is one link."""
    item, found, branch = _editable(session, actor, command.branch_id, command.item_id)
    row_id = None
    if command.evidence_id is not None:
        row_id = evidence_of_branch(session, found, branch, command.evidence_id, now=now)
        if row_id is None:
            raise EvidenceElsewhere()
    same = select(PlanEvidence.id).where(
        PlanEvidence.item_id == item.id,
        PlanEvidence.evidence_id == row_id if row_id is not None else PlanEvidence.note == command.note,
    )
    if session.scalar(same.limit(1)) is not None:
        return receipt_of(item, found, branch, is_repeat=True)
    row = PlanEvidence(
        item_id=item.id,
        evidence_id=row_id,
        note=command.note if row_id is None else None,
        added_by_id=actor.person_id,
        added_at=now,
    )
    session.add(row)
    session.flush()
    _trace(session, actor, item, "evidence", "", row.note or f"#{command.evidence_id}", now)
    return receipt_of(item, found, branch)


def _stands(session: Session, actor: Actor, found: RoundRow, branch: BranchRow, now: datetime) -> bool:
    """Begin the plan unless it stands; tell whether it was new. Not in a round that is over."""
    must_take_part(session, found, branch)
    hold_open(session, found, PlanFrozen)
    if session.get(StarPlan, (found.id, branch.id)) is not None:
        return False
    session.add(
        StarPlan(
            round_id=found.id,
            branch_id=branch.id,
            baseline=baseline_of(session, found, branch),
            opened_at=now,
            opened_by_id=actor.person_id,
        )
    )
    session.flush()
    return True


def held_item(session: Session, branch_id: str, item_id: str) -> tuple[PlanItem, RoundRow, BranchRow]:
    """Return an item, locked: a trace must tell what really stood before. The caller asks who may, and holds the round open."""
    branch = find_branch(session, branch_id)
    item = session.scalars(
        select(PlanItem)
        .where(PlanItem.public_id == item_id, PlanItem.branch_id == branch.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if item is None:
        raise NotFound()
    return item, rounds_by_ids(session, [item.round_id])[0], branch


def _editable(session: Session, actor: Actor, branch_id: str, item_id: str) -> tuple[PlanItem, RoundRow, BranchRow]:
    """Return an item that this actor may change now."""
    item, found, branch = held_item(session, branch_id, item_id)
    require(may_edit_plan(actor, branch.area_path))
    hold_open(session, found, PlanFrozen)
    if item.withdrawn_at is not None:
        raise PlanItemWithdrawn()
    if item.accepted_at is not None:
        raise PlanItemAccepted()
    return item, found, branch


def _checked(
    session: Session, found: RoundRow, branch: BranchRow, draft: ItemDraft, now: datetime, *, keeps: int | None = None
) -> dict[str, Any]:
    """Return the columns that `draft` asks for; `keeps` is who stands on the item already and may have left their office."""
    star = next((one for one in found.scheme.stars if one.key == draft.star), None)
    if star is None:
        raise Invalid({"star": [str(UNKNOWN_STAR)]})
    if draft.indicator is not None and draft.indicator not in {one.key for one in star.indicators}:
        raise UnknownIndicator(str(UNKNOWN_INDICATOR))
    if not found.starts_on <= draft.due_on <= found.ends_on:
        raise DueOutsideRound(starts_on=found.starts_on.isoformat(), ends_on=found.ends_on.isoformat())
    person_id = None
    if draft.person_id is not None:
        people = {one.public_id: one.id for one in on_duty(session, branch, now=now, also=keeps)}
        if draft.person_id not in people:
            raise Invalid({"person_id": [str(NOT_ON_DUTY_HERE)]})
        person_id = people[draft.person_id]
    return {
        "star": draft.star,
        "indicator": draft.indicator,
        "title": draft.title,
        "lead_unit": draft.lead_unit,
        "responsible_unit": draft.responsible_unit,
        "person_id": person_id,
        "due_on": draft.due_on,
    }


def _shown(session: Session, name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "person_id":
        return session.scalar(select(Person.public_id).where(Person.id == value)) or ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _trace(session: Session, actor: Actor, item: PlanItem, field: str, was: str, now_is: str, now: datetime) -> None:
    keep_change(session, actor, item.round_id, item.branch_id, field, was, now_is, item_id=item.id, now=now)


def keep_change(
    session: Session,
    actor: Actor,
    round_id: int,
    branch_id: int,
    field: str,
    was: str,
    now_is: str,
    *,
    item_id: int | None = None,
    now: datetime,
) -> None:
    """Write one line of a plan's trace."""
    session.execute(
        insert(PlanChange).values(
            round_id=round_id,
            branch_id=branch_id,
            item_id=item_id,
            field=field,
            was=was[:200],
            now_is=now_is[:200],
            by_id=actor.person_id,
            at=now,
        )
    )


def _tell(session: Session, actor: Actor, kind: str, item: PlanItem, branch: BranchRow, now: datetime) -> None:
    events.record(
        session, kind, at=now, subject=f"plan_item:{item.id}", area_id=branch.area_id, actor_id=actor.person_id,
        star=item.star, progress=item.progress,
    )  # fmt: skip


def receipt_of(item: PlanItem, found: RoundRow, branch: BranchRow, *, is_repeat: bool = False) -> PlanReceipt:
    """Return what an act on an item answers."""
    return PlanReceipt(
        round_id=found.public_id, branch_id=branch.public_id, item_id=item.public_id, is_repeat=is_repeat
    )
