"""Standings: every branch of a round scored at once, from kept counts, by the rules of the round's scheme version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

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
from pointsapp.stars.rules.scheme import Scheme
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """All that a branch is scored by. `aims` is None where it aims for every star; `given` are scores by hand, by indicator."""

    branch: BranchRow
    aims: tuple[str, ...] | None
    tally: Tally
    given: Mapping[str, int]


def standings(session: Session, found: RoundRow, *, now: datetime) -> list[Standing]:
    """Return all branches of the round, best first; equal ones share a rank and stand in the order of their codes."""
    return placed(found.scheme, entries(session, found, now=now), found.elapsed(now))


def entries(session: Session, found: RoundRow, *, now: datetime) -> list[Entry]:
    """Return what the branches of the round are scored by."""
    waits = waiting(session)
    branches = session.execute(
        select(*BRANCH_COLUMNS, RoundBranch.aims, *TALLY_COLUMNS)
        .join(Area, Area.id == Branch.area_id)
        .join(RoundBranch, RoundBranch.branch_id == Branch.id)
        .outerjoin(BranchTally, OF_ITS_ROUND)
        .where(RoundBranch.round_id == found.id)
    ).all()
    counted = round_tallies(session, found, branches, waits, now=now)
    given = _assessed(session, found, found.span(now))
    return [
        Entry(
            branch=branch_row(row),
            aims=None if row.aims is None else tuple(row.aims),
            tally=counted[row.id],
            given=given.get(row.id, {}),
        )
        for row in branches
    ]


def placed(scheme: Scheme, rows: Iterable[Entry], elapsed: Fraction) -> list[Standing]:
    """Score every branch under `scheme` and say where it stands, best first."""
    by_id = {row.branch.id: row for row in rows}
    scores = {
        key: score_branch(scheme, values_of(row.tally), row.given, aims=row.aims, elapsed=elapsed)
        for key, row in by_id.items()
    }
    places = stand(scheme, scores)
    every_star = tuple(star.key for star in scheme.stars)
    found = [
        Standing(
            branch=row.branch,
            rank=places[key].rank,
            score=replace(scores[key], tier=places[key].tier),
            tally=row.tally,
            aims=every_star if row.aims is None else row.aims,
            missed=places[key].missed,
        )
        for key, row in by_id.items()
    ]
    return sorted(found, key=lambda row: (row.rank, row.branch.code))


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
