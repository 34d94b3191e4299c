"""Pledges 亮承诺: published at the beginning of a round, reported by the branch at its end, confirmed or disputed by a second person.

A pledge's words never change; it is withdrawn with a reason and stays to be read. Every step is a row of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.contest.errors import (
    DueOutsidePledge,
    OwnPledge,
    PledgeSettled,
    PledgeTooLate,
    ShownByAnother,
    TooManyPledges,
)
from pointsapp.contest.messages import NEEDS_EVIDENCE, NEEDS_REASON, UNKNOWN_STAR_HERE
from pointsapp.contest.models import Outcome, Pledge, PledgeState, PledgeStep, StepKind
from pointsapp.contest.policies import PLEDGE_DAYS, PLEDGES_AT_MOST, may_judge_pledge, may_pledge
from pointsapp.contest.queries.interest import interested
from pointsapp.contest.queries.pledges import opened_on
from pointsapp.contest.rules import last_day_to_pledge
from pointsapp.core import clock, events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.core.states import move
from pointsapp.stars.models import PlanItem
from pointsapp.stars.queries import BranchRow, RoundRow, find_branch, find_round
from pointsapp.stars.queries.plan_choices import evidence_of_branch
from pointsapp.stars.queries.rounds import rounds_by_ids
from pointsapp.stars.services.gates import hold_open, must_take_part

# What a confirmed pledge leaves for the metrics (contest/metrics.py).
PUBLISHED, CONFIRMED = "contest.pledge_published", "contest.pledge_confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPledge:
    """`shown_by` says how people will see it. `star` is a key of the round's scheme."""

    round_id: str
    branch_id: str
    star: str
    promise: str
    shown_by: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPledge:
    """What became of it, and why; shown by an item of the branch's plan, a row of its evidence, or words: any of them."""

    branch_id: str
    pledge_id: str
    outcome: Outcome
    reason: str
    plan_item_id: str | None = None
    evidence_id: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePledge:
    branch_id: str
    pledge_id: str
    agrees: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeReceipt:
    round_id: str
    branch_id: str
    pledge_id: str
    state: PledgeState
    is_repeat: bool = False


def publish_pledge(session: Session, actor: Actor, command: PublishPledge, *, now: datetime) -> PledgeReceipt:
    """Promise something in public. From then on its words stand. The same words for the same round again are the same pledge."""
    found, branch = find_round(session, command.round_id), find_branch(session, command.branch_id)
    require(may_pledge(actor, branch.area_path))
    # Locked, so that two published at once are counted one after the other.
    must_take_part(session, found, branch, locked=True)
    standing = select(Pledge).where(
        Pledge.round_id == found.id, Pledge.branch_id == branch.id, Pledge.state != PledgeState.WITHDRAWN
    )
    same = session.scalars(standing.where(Pledge.promise == command.promise, Pledge.star == command.star)).first()
    if same is not None:
        return _receipt(same, found, branch, is_repeat=True)
    hold_open(session, found)
    _must_be_early(session, found, now)
    if command.star not in {star.key for star in found.scheme.stars}:
        raise Invalid({"star": [str(UNKNOWN_STAR_HERE)]})
    today = clock.local_day(now)
    if not max(found.starts_on, today) <= command.due_on <= found.ends_on:
        raise DueOutsidePledge(starts_on=today.isoformat(), ends_on=found.ends_on.isoformat())
    most = policy.value(session, PLEDGES_AT_MOST, now=now)
    # Withdrawn ones count: whoever could withdraw and promise again would promise without end.
    made = select(func.count()).select_from(Pledge).where(Pledge.round_id == found.id, Pledge.branch_id == branch.id)
    if (session.scalar(made) or 0) >= most:
        raise TooManyPledges(most=most)
    pledge = Pledge(
        round_id=found.id,
        branch_id=branch.id,
        star=command.star,
        promise=command.promise,
        shown_by=command.shown_by,
        due_on=command.due_on,
        published_at=now,
    )
    session.add(pledge)
    session.flush()
    _step(session, actor, pledge, StepKind.PUBLISHED, now=now)
    _tell(session, actor, PUBLISHED, pledge, branch, now, occurred_at=now.isoformat())
    return _receipt(pledge, found, branch)


def withdraw_pledge(
    session: Session, actor: Actor, branch_id: str, pledge_id: str, reason: str, *, now: datetime
) -> PledgeReceipt:
    """Take a pledge back, with a reason, before anything was said of it. It stays on the page as withdrawn."""
    pledge, found, branch = _locked(session, branch_id, pledge_id)
    require(may_pledge(actor, branch.area_path))
    hold_open(session, found)
    if pledge.state is PledgeState.WITHDRAWN:
        return _receipt(pledge, found, branch, is_repeat=True)
    _must_be(pledge, PledgeState.PROMISED)
    move(session, pledge, PledgeState.WITHDRAWN)
    _step(session, actor, pledge, StepKind.WITHDRAWN, reason=reason, now=now)
    _tell(session, actor, "contest.pledge_withdrawn", pledge, branch, now)
    return _receipt(pledge, found, branch)


def report_pledge(session: Session, actor: Actor, command: ReportPledge, *, now: datetime) -> PledgeReceipt:
    """Say what became of a pledge. What was kept, wholly or in part, is shown by something; what was not has a reason alone."""
    pledge, found, branch = _locked(session, command.branch_id, command.pledge_id)
    require(may_pledge(actor, branch.area_path))
    hold_open(session, found)
    _must_be(pledge, PledgeState.PROMISED, PledgeState.DISPUTED)
    shown = (command.plan_item_id, command.evidence_id, command.note)
    if command.outcome is not Outcome.NOT_KEPT and not any(shown):
        raise Invalid({"note": [str(NEEDS_EVIDENCE)]})
    item_id = _plan_item(session, found, branch, command.plan_item_id)
    row_id = None
    if command.evidence_id is not None:
        row_id = evidence_of_branch(session, found, branch, command.evidence_id, now=now)
        require(row_id is not None, ShownByAnother())
    move(session, pledge, PledgeState.REPORTED, outcome=command.outcome)
    _step(
        session, actor, pledge, StepKind.REPORTED, outcome=command.outcome, reason=command.reason,
        plan_item_id=item_id, evidence_id=row_id, note=command.note, now=now,
    )  # fmt: skip
    _tell(session, actor, "contest.pledge_reported", pledge, branch, now, outcome=command.outcome.value)
    return _receipt(pledge, found, branch)


def judge_pledge(session: Session, actor: Actor, command: JudgePledge, *, now: datetime) -> PledgeReceipt:
    """Agree with what the branch said of its pledge, or disagree with a reason; by somebody who neither said it nor belongs to it."""
    pledge, found, branch = _locked(session, command.branch_id, command.pledge_id)
    require(may_judge_pledge(actor, branch.area_path))
    said = _last_report(session, pledge)
    is_own = bool(interested(session, [actor.person_id], [branch], now=now))
    require(not is_own and (said is None or said.by_id != actor.person_id), OwnPledge())
    hold_open(session, found)
    _must_be(pledge, PledgeState.REPORTED)
    assert said is not None
    if not command.agrees and not command.reason:
        raise Invalid({"reason": [str(NEEDS_REASON)]})
    move(session, pledge, PledgeState.CONFIRMED if command.agrees else PledgeState.DISPUTED)
    kind = StepKind.CONFIRMED if command.agrees else StepKind.DISPUTED
    _step(session, actor, pledge, kind, outcome=pledge.outcome, reason=command.reason, now=now)
    if command.agrees:
        # It counts in the round it was made for, also where it was reported in the days after.
        last = clock.at_local(found.ends_on + timedelta(days=1)) - timedelta(seconds=1)
        at = min(said.at, last)
        is_kept = int(pledge.outcome is Outcome.KEPT)
        # Reported before the cut-off is in time, whenever the second person looks.
        told = {"occurred_at": at.isoformat(), "received_at": said.at.isoformat()}
        _tell(session, actor, CONFIRMED, pledge, branch, now, kept=is_kept, **told)
    else:
        _tell(session, actor, "contest.pledge_disputed", pledge, branch, now)
    return _receipt(pledge, found, branch)


def _locked(session: Session, branch_id: str, pledge_id: str) -> tuple[Pledge, RoundRow, BranchRow]:
    branch = find_branch(session, branch_id)
    pledge = session.scalars(
        select(Pledge)
        .where(Pledge.public_id == pledge_id, Pledge.branch_id == branch.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if pledge is None:
        raise NotFound()
    return pledge, rounds_by_ids(session, [pledge.round_id])[0], branch


def _must_be(pledge: Pledge, *states: PledgeState) -> None:
    if pledge.state not in states:
        raise PledgeSettled()


def _must_be_early(session: Session, found: RoundRow, now: datetime) -> None:
    days = policy.value(session, PLEDGE_DAYS, now=now)
    last_on = last_day_to_pledge(found.starts_on, opened_on(session, found), found.ends_on, days)
    if clock.local_day(now) > last_on:
        raise PledgeTooLate(last_on=last_on.isoformat())


def _last_report(session: Session, pledge: Pledge) -> PledgeStep | None:
    return session.scalars(
        select(PledgeStep)
        .where(PledgeStep.pledge_id == pledge.id, PledgeStep.kind == StepKind.REPORTED)
        .order_by(PledgeStep.id.desc())
        .limit(1)
    ).first()


def _plan_item(session: Session, found: RoundRow, branch: BranchRow, item_id: str | None) -> int | None:
    if item_id is None:
        return None
    key = session.scalar(
        select(PlanItem.id).where(
            PlanItem.public_id == item_id,
            PlanItem.branch_id == branch.id,
            PlanItem.round_id == found.id,
            PlanItem.withdrawn_at.is_(None),
        )
    )
    require(key is not None, ShownByAnother())
    return key


def _step(
    session: Session,
    actor: Actor,
    pledge: Pledge,
    kind: StepKind,
    *,
    now: datetime,
    outcome: Outcome | None = None,
    reason: str = "",
    plan_item_id: int | None = None,
    evidence_id: int | None = None,
    note: str | None = None,
) -> None:
    session.add(
        PledgeStep(
            pledge_id=pledge.id,
            kind=kind,
            outcome=outcome,
            reason=reason,
            plan_item_id=plan_item_id,
            evidence_id=evidence_id,
            note=note,
            by_id=actor.person_id,
            at=now,
        )
    )
    session.flush()


def _tell(
    session: Session, actor: Actor, kind: str, pledge: Pledge, branch: BranchRow, now: datetime, **facts: Any
) -> None:
    events.record(
        session, kind, at=now, subject=f"pledge:{pledge.id}", area_id=branch.area_id, actor_id=actor.person_id,
        branch_id=branch.id, star=pledge.star, **facts,
    )  # fmt: skip


def _receipt(pledge: Pledge, found: RoundRow, branch: BranchRow, *, is_repeat: bool = False) -> PledgeReceipt:
    return PledgeReceipt(
        round_id=found.public_id,
        branch_id=branch.public_id,
        pledge_id=pledge.public_id,
        state=pledge.state,
        is_repeat=is_repeat,
    )
