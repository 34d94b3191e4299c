"""Standings: every branch of a round scored at once, from kept counts, by the rules of the round's scheme version."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.core.errors import NotFound
from pointsapp.stars.models import Assessment, Branch, BranchTally, RoundBranch, StandingSnapshot
from pointsapp.stars.queries.counts import OF_ITS_ROUND, TALLY_COLUMNS, round_tallies, waiting
from pointsapp.stars.queries.metrics import Headcount, Span, Tally, values_of
from pointsapp.stars.queries.rounds import BRANCH_COLUMNS, BranchRow, RoundRow, branch_row
from pointsapp.stars.rules.places import stand
from pointsapp.stars.rules.score import BranchScore, score_branch

# Movement is told against the last day at least this long ago.
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a branch stands. `movement` is places gained since last week (None: nothing to compare with).

    `missed` are better tiers whose conditions hold but which have no room left.
    """

    branch: BranchRow
    rank: int
    score: BranchScore
    tally: Tally
    aims: tuple[str, ...]
    movement: int | None = None
    missed: tuple[str, ...] = ()

    @property
    def headcount(self) -> Headcount | None:
        return self.tally.headcount


def standings(session: Session, found: RoundRow, *, now: datetime) -> list[Standing]:
    """Return all branches of the round, best first; equal totals share a rank and stand in the order of their codes."""
    span = found.span(now)
    waits = waiting(session)
    branches = session.execute(
        select(*BRANCH_COLUMNS, RoundBranch.aims, *TALLY_COLUMNS)
        .join(Area, Area.id == Branch.area_id)
        .join(RoundBranch, RoundBranch.branch_id == Branch.id)
        .outerjoin(BranchTally, OF_ITS_ROUND)
        .where(RoundBranch.round_id == found.id)
    ).all()
    counted = round_tallies(session, found, branches, waits, now=now)
    given = _assessed(session, found, span)
    elapsed = found.elapsed(now)
    every_star = tuple(star.key for star in found.scheme.stars)
    scores = {
        row.id: score_branch(
            found.scheme, values_of(counted[row.id]), given.get(row.id, {}), aims=row.aims, elapsed=elapsed
        )
        for row in branches
    }
    places = stand(found.scheme, scores)
    rows = [
        Standing(
            branch=branch_row(row),
            rank=places[row.id].rank,
            score=replace(scores[row.id], tier=places[row.id].tier),
            missed=places[row.id].missed,
            tally=counted[row.id],
            aims=every_star if row.aims is None else tuple(row.aims),
        )
        for row in branches
    ]
    return sorted(rows, key=lambda row: (row.rank, row.branch.code))


def one_standing(
    session: Session, found: RoundRow | None, branch_id: str, *, now: datetime
) -> tuple[RoundRow, Standing]:
    """Return the round and where the branch with this id or code stands in it; NotFound when it takes no part.

    All branches are counted: a rank is only known among the others.
    """
    for row in standings(session, found, now=now) if found is not None else ():
        if found is not None and branch_id in (row.branch.public_id, row.branch.code):
            return found, row
    raise NotFound()


def _assessed(session: Session, found: RoundRow, span: Span) -> dict[int, dict[str, int]]:
    """Return the newest score given by hand per branch and indicator."""
    newest = (
        select(func.max(Assessment.id))
        .where(Assessment.round_id == found.id, Assessment.at <= span.as_of)
        .group_by(Assessment.branch_id, Assessment.indicator)
    )
    given: dict[int, dict[str, int]] = defaultdict(dict)
    for branch_id, indicator, score in session.execute(
        select(Assessment.branch_id, Assessment.indicator, Assessment.score_hundredths).where(Assessment.id.in_(newest))
    ):
        given[branch_id][indicator] = score
    return given


def with_movement(session: Session, found: RoundRow, rows: list[Standing], *, now: datetime) -> list[Standing]:
    """Return `rows` with the places gained since the snapshot of a week ago."""
    before = _ranks_on(session, found, clock.local_day(found.closed_at or now) - WEEK)
    return [replace(row, movement=before[row.branch.id] - row.rank) if row.branch.id in before else row for row in rows]


def _ranks_on(session: Session, found: RoundRow, day: date) -> dict[int, int]:
    taken = (
        select(func.max(StandingSnapshot.taken_on))
        .where(StandingSnapshot.round_id == found.id, StandingSnapshot.taken_on <= day)
        .scalar_subquery()
    )
    rows = session.execute(
        select(StandingSnapshot.branch_id, StandingSnapshot.rank).where(
            StandingSnapshot.round_id == found.id, StandingSnapshot.taken_on == taken
        )
    )
    return {row.branch_id: row.rank for row in rows}
