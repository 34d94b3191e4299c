"""Scores given by hand: within one's remit, with a reason, never for one's own branch; an older score stays beside the newer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, Role, require
from pointsapp.core.errors import NotFound
from pointsapp.people.messages import ROLE_NAMES
from pointsapp.stars.errors import (
    CountedByPlatform,
    NotYourIndicator,
    OwnBranch,
    RoundClosed,
    ScoreAboveMax,
    ScoreNotAllowed,
    UnknownIndicator,
)
from pointsapp.stars.messages import UNKNOWN_INDICATOR
from pointsapp.stars.models import Assessment, Membership, RoundBranch, RoundState
from pointsapp.stars.policies import is_secretary_of, may_assess, may_score
from pointsapp.stars.queries.rounds import BranchRow, RoundRow, find_branch, find_round
from pointsapp.stars.rules.check import shown
from pointsapp.stars.rules.scheme import Indicator, Source


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
    require(may_assess(actor, branch.area_path))
    require(not _is_own(session, actor, branch, now), OwnBranch())
    _must_take_part(session, found, branch)
    indicator = _must_be_assessed(found, command)
    names = ", ".join(str(ROLE_NAMES[Role(role)]) for role in indicator.by)
    require(may_score(actor, branch.area_path, indicator.by), NotYourIndicator(by=names))
    if found.state is not RoundState.OPEN:
        raise RoundClosed()
    newest = session.scalars(
        select(Assessment)
        .where(
            Assessment.round_id == found.id,
            Assessment.branch_id == branch.id,
            Assessment.indicator == indicator.key,
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
    row = Assessment(
        round_id=found.id,
        branch_id=branch.id,
        indicator=indicator.key,
        score_hundredths=command.score,
        reason=command.reason,
        by_id=actor.person_id,
        at=now,
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
        indicator=indicator.key,
        score=command.score,
    )
    return _receipt(row, found, branch, is_repeat=False)


def _is_own(session: Session, actor: Actor, branch: BranchRow, now: datetime) -> bool:
    if is_secretary_of(actor, branch.area_path):
        return True
    return (
        session.scalar(
            select(Membership.id).where(
                Membership.person_id == actor.person_id,
                Membership.branch_id == branch.id,
                or_(Membership.ended_at.is_(None), Membership.ended_at > now),
            )
        )
        is not None
    )


def _must_take_part(session: Session, found: RoundRow, branch: BranchRow) -> None:
    if session.get(RoundBranch, (found.id, branch.id)) is None:
        raise NotFound()


def _must_be_assessed(found: RoundRow, command: Assess) -> Indicator:
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
        public_id=row.public_id,
        round_id=found.public_id,
        branch=branch,
        indicator=row.indicator,
        score=row.score_hundredths,
        reason=row.reason,
        at=row.at,
        is_repeat=is_repeat,
    )
