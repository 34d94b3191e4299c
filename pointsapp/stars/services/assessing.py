"""Scores given by hand: within one's remit, with a reason, never for one's own branch; an older score stays beside the newer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.stars.errors import (
    CountedByPlatform,
    NotYourIndicator,
    OutsideRemit,
    OwnBranch,
    ScoreAboveMax,
    ScoredByPanel,
    ScoreNotAllowed,
    UnknownIndicator,
)
from pointsapp.stars.messages import UNKNOWN_INDICATOR, assessor_name
from pointsapp.stars.models import Assessment, RoundBranch
from pointsapp.stars.policies import ASSESSORS, MAY_SCORE_SOME, may_assess, may_score
from pointsapp.stars.queries.branches import BranchRow, find_branch
from pointsapp.stars.queries.evidence import PANEL_ORIGIN
from pointsapp.stars.queries.remit import is_own_branch
from pointsapp.stars.queries.rounds import RoundRow, find_round
from pointsapp.stars.rules.check import shown
from pointsapp.stars.rules.scheme import Indicator, Source
from pointsapp.stars.services.gates import hold_open, must_take_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Assess:
    """`score` is in hundredths."""

    round_id: str
    branch_id: str
    indicator: str
    score: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    id: int
    public_id: str
    round_id: str
    branch: BranchRow
    indicator: str
    score: int
    reason: str
    at: datetime
    is_repeat: bool = False


def assess(session: Session, actor: Actor, command: Assess, *, now: datetime) -> Assessed:
    """Score one indicator of one branch. The same score with the same reason again is the same assessment."""
    found = find_round(session, command.round_id)
    branch = find_branch(session, command.branch_id)
    require(may_assess(actor, branch.area_path), OutsideRemit() if actor.holds_anywhere(MAY_SCORE_SOME) else None)
    require(not is_own_branch(session, actor, branch, now=now), OwnBranch())
    must_take_part(session, found, branch)
    indicator = must_be_assessed(found, command)
    names = ", ".join(assessor_name(role) for role in indicator.by or sorted(ASSESSORS))
    require(may_score(actor, branch.area_path, indicator.by), NotYourIndicator(by=names))
    hold_open(session, found)
    _hold_place(session, found, branch)
    if _by_panel(session, found, branch, command.indicator):
        raise ScoredByPanel()
    return give(session, actor, found, branch, command, now=now)


def _hold_place(session: Session, found: RoundRow, branch: BranchRow) -> None:
    """Stand in line with a panel that closes: it has scored the branch before this look, or its score is the newer one."""
    session.execute(
        select(RoundBranch.branch_id)
        .where(RoundBranch.round_id == found.id, RoundBranch.branch_id == branch.id)
        .with_for_update()
    )


def _by_panel(session: Session, found: RoundRow, branch: BranchRow, indicator: str) -> bool:
    """What a panel made in public of many scores, one person does not replace alone (complaint: the score changed overnight)."""
    return (
        session.scalar(
            select(Assessment.id)
            .where(
                Assessment.round_id == found.id,
                Assessment.branch_id == branch.id,
                Assessment.indicator == indicator,
                Assessment.origin.startswith(PANEL_ORIGIN, autoescape=True),
            )
            .limit(1)
        )
        is not None
    )


def give(
    session: Session, actor: Actor, found: RoundRow, branch: BranchRow, command: Assess, *, now: datetime
) -> Assessed:
    """Write the score down. The caller has asked whether it may be given."""
    newest = session.scalars(
        select(Assessment)
        .where(
            Assessment.round_id == found.id,
            Assessment.branch_id == branch.id,
            Assessment.indicator == command.indicator,
        )
        .order_by(Assessment.id.desc())
        .limit(1)
    ).first()
    if (
        newest is not None
        and newest.by_id == actor.person_id
        and (newest.score_hundredths, newest.reason) == (command.score, command.reason)
    ):
        return _receipt(newest, found, branch, is_repeat=True)
    row = keep_score(session, actor, found, branch, command, now=now)
    return _receipt(row, found, branch, is_repeat=False)


def keep_score(
    session: Session,
    actor: Actor,
    found: RoundRow,
    branch: BranchRow,
    command: Assess,
    *,
    origin: str | None = None,
    now: datetime,
) -> Assessment:
    """Keep a score that has been judged, and tell of it. `origin` names what it follows from, such as a panel."""
    if origin is not None:
        _hold_place(session, found, branch)
    row = Assessment(
        round_id=found.id,
        branch_id=branch.id,
        indicator=command.indicator,
        score_hundredths=command.score,
        reason=command.reason,
        by_id=actor.person_id,
        at=now,
        origin=origin,
    )
    session.add(row)
    session.flush()
    events.record(
        session,
        "stars.assessed",
        at=now,
        subject=f"assessment:{row.id}",
        area_id=branch.area_id,
        actor_id=actor.person_id,
        branch_id=branch.id,
        indicator=command.indicator,
        score=command.score,
    )
    return row


def must_be_assessed(found: RoundRow, command: Assess) -> Indicator:
    """Return the indicator that is scored; refuse one the platform counts itself, and a score (hundredths) the scheme does not allow."""
    indicator = found.scheme.indicator(command.indicator)
    if indicator is None:
        raise UnknownIndicator(str(UNKNOWN_INDICATOR))
    if indicator.source is not Source.ASSESSED:
        raise CountedByPlatform()
    if command.score > indicator.most:
        whole, part = divmod(indicator.most, 100)
        raise ScoreAboveMax(most=indicator.most / 100 if part else whole)
    item = found.scheme.item(command.indicator)
    step = None if item is None else item.step
    if step is not None and command.score % step:
        raise ScoreNotAllowed(allowed=_allowed(step, indicator.most))
    return indicator


def _allowed(step: int, most: int) -> str:
    scores = [shown(score) for score in range(0, most + 1, step)]
    return ", ".join(scores if len(scores) <= 6 else [*scores[:3], "…", scores[-1]])


def _receipt(row: Assessment, found: RoundRow, branch: BranchRow, *, is_repeat: bool) -> Assessed:
    return Assessed(
        id=row.id,
        public_id=row.public_id,
        round_id=found.public_id,
        branch=branch,
        indicator=row.indicator,
        score=row.score_hundredths,
        reason=row.reason,
        at=row.at,
        is_repeat=is_repeat,
    )
