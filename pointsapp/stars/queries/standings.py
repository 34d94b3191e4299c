"""Standings: every branch of a round scored at once, from kept counts, by the rules of the round's scheme version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.stars.models import Assessment, Branch, RoundBranch, RoundState, StandingSnapshot
from pointsapp.stars.queries.branches import BRANCH_COLUMNS, BranchRow, branch_row
from pointsapp.stars.queries.counts import (
    EMPTY,
    HEAD_COLUMNS,
    TALLY_COLUMNS,
    beside_round,
    round_tallies,
    tally_of,
    waiting,
)
from pointsapp.stars.queries.editions import KeptBranch, kept_branches
from pointsapp.stars.queries.metrics import Headcount, Tally, values_of
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.rules.editions import Kept
from pointsapp.stars.rules.figures import Gap, IndicatorScore
from pointsapp.stars.rules.places import stand
from pointsapp.stars.rules.scheme import Scheme
from pointsapp.stars.rules.score import BranchScore, score_branch

# Movement is told against the last day at least this long ago.
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a branch stands. `movement` is places gained since last week, `gained` points in hundredths (None: nothing to compare with).

    `missed` are better tiers whose conditions hold but which have no room left. `kept` is what the edition of a closed round stores,
    its explanations included; None where the standing was computed.
    """

    branch: BranchRow
    rank: int
    score: BranchScore
    tally: Tally
    aims: tuple[str, ...]
    movement: int | None = None
    gained: int | None = None
    missed: tuple[str, ...] = ()
    kept: Kept | None = None

    @property
    def headcount(self) -> Headcount | None:
        return self.tally.headcount

    @property
    def too_small(self) -> tuple[IndicatorScore, ...]:
        """The indicators for which the branch has too few people, or no head count, to make a fair ratio."""
        gaps = (Gap.TOO_FEW, Gap.NO_HEADCOUNT)
        return tuple(one for star in self.score.stars for one in star.indicators if one.gap in gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """All that a branch is scored by. `aims` is None where it aims for every star; `given` are scores by hand, by indicator."""

    branch: BranchRow
    aims: tuple[str, ...] | None
    tally: Tally
    given: Mapping[str, int]


def standings(session: Session, found: RoundRow, *, now: datetime) -> list[Standing]:
    """Return all branches of the round, best first; equal ones share a rank and stand in the order of their codes.

    A closed round is read from its stored edition in force, and never counted again.
    """
    if found.state is RoundState.CLOSED:
        stored = stored_standings(session, found)
        if stored is not None:
            return stored
    return computed_standings(session, found, now=now)


def computed_standings(session: Session, found: RoundRow, *, now: datetime, is_exact: bool = False) -> list[Standing]:
    """Return the standings as evidence and assessments give them; `is_exact`: as of now also in a crowd, which is what a freeze stores."""
    return placed(found.scheme, entries(session, found, now=now, is_exact=is_exact), found.elapsed(now))


def stored_standings(session: Session, found: RoundRow, number: int | None = None) -> list[Standing] | None:
    """Return the standings of an edition of a closed round (without `number`, of the one in force); None where none is stored."""
    rows = kept_branches(session, found, number)
    return None if rows is None else [_stored(found.scheme, row) for row in rows]


def _stored(scheme: Scheme, row: KeptBranch) -> Standing:
    kept = row.kept
    tally = tally_of({**EMPTY, **kept.figures})
    if kept.headcount is not None:
        counted_on = date.fromisoformat(kept.headcount["counted_on"])
        tally.headcount = Headcount(
            people=kept.headcount["people"], counted_on=counted_on, source=kept.headcount["source"]
        )
    return Standing(
        branch=row.branch,
        rank=kept.rank,
        score=kept.score,
        tally=tally,
        aims=tuple(star.key for star in scheme.stars) if kept.aims is None else kept.aims,
        missed=tuple(scheme.tiers[place].name for place in kept.missed),
        kept=kept,
    )


def entries(
    session: Session,
    found: RoundRow,
    *,
    now: datetime,
    only: str | None = None,
    is_exact: bool = False,
) -> list[Entry]:
    """Return what the branches of the round are scored by; of the branch with the id or code `only`, where one is named."""
    waits = waiting(session)
    asked = (
        select(*BRANCH_COLUMNS, RoundBranch.aims, *TALLY_COLUMNS, *HEAD_COLUMNS)
        .join(Area, Area.id == Branch.area_id)
        .join(RoundBranch, RoundBranch.branch_id == Branch.id)
        .where(RoundBranch.round_id == found.id)
    )
    asked = beside_round(asked, found.span(now).as_of)
    if only is not None:
        asked = asked.where(or_(Branch.public_id == only, Branch.code == only))
    branches = session.execute(asked).all()
    if only is not None:  # a code may by chance read like another's id: the id goes first
        branches = sorted(branches, key=lambda row: row.public_id != only)[:1]
    counted = round_tallies(session, found, branches, waits, now=now, is_exact=is_exact)
    named = [row.id for row in branches] if only is not None else None
    given = _assessed(session, found, found.closed_at or now, named)
    return [
        Entry(
            branch=branch_row(row),
            aims=None if row.aims is None else tuple(row.aims),
            tally=counted[row.id],
            given=given.get(row.id, {}),
        )
        for row in branches
    ]


def scored(scheme: Scheme, row: Entry, elapsed: Fraction) -> BranchScore:
    """Score one branch; who gets a tier that has a quota is only known among all."""
    return score_branch(scheme, values_of(row.tally), row.given, aims=row.aims, elapsed=elapsed)


def placed(
    scheme: Scheme, rows: Iterable[Entry], elapsed: Fraction, known: Mapping[int, BranchScore] | None = None
) -> list[Standing]:
    """Score every branch under `scheme` and say where it stands, best first; `known` are scores that need not be reckoned again."""
    by_id = {row.branch.id: row for row in rows}
    known = known or {}
    scores = {key: known.get(key) or scored(scheme, row, elapsed) for key, row in by_id.items()}
    places = stand(scheme, scores)
    every_star = tuple(star.key for star in scheme.stars)
    found = [
        Standing(
            branch=row.branch,
            rank=places[key].rank,
            score=_in_tier(scores[key], places[key].tier),
            tally=row.tally,
            aims=every_star if row.aims is None else row.aims,
            missed=places[key].missed,
        )
        for key, row in by_id.items()
    ]
    return sorted(found, key=lambda row: (row.rank, row.branch.code))


def _in_tier(score: BranchScore, tier: str | None) -> BranchScore:
    return score if score.tier == tier else replace(score, tier=tier)


def last_assessed_at(session: Session, found: RoundRow) -> datetime | None:
    """Return when the last score was given by hand in the round; None where none was."""
    return session.scalar(select(func.max(Assessment.at)).where(Assessment.round_id == found.id))


def _assessed(
    session: Session, found: RoundRow, as_of: datetime, branches: Iterable[int] | None
) -> dict[int, dict[str, int]]:
    """Return the newest score given by hand per branch (of these, or of all) and indicator, as of the closing, not of the cut-off."""
    rows = (
        select(Assessment.branch_id, Assessment.indicator, Assessment.score_hundredths)
        .where(Assessment.round_id == found.id, Assessment.at <= as_of)
        .order_by(Assessment.id)
    )
    if branches is not None:
        rows = rows.where(Assessment.branch_id.in_(branches))
    given: dict[int, dict[str, int]] = defaultdict(dict)
    for branch_id, indicator, score in session.execute(rows):
        given[branch_id][indicator] = score  # the newest comes last and stays
    return given


def with_movement(session: Session, found: RoundRow, rows: list[Standing], *, now: datetime) -> list[Standing]:
    """Return `rows` with the places and points gained since the snapshot of a week ago."""
    return moved(rows, stood_on(session, found, day_before(found, now)))


def day_before(found: RoundRow, now: datetime) -> date:
    """Return the day until which the snapshot was taken that the standings are compared with."""
    return clock.local_day(found.closed_at or now) - WEEK


def moved(rows: Iterable[Standing], before: Mapping[int, tuple[int, int]]) -> list[Standing]:
    """Return `rows` with what they gained since `before`, rank and total by branch."""
    return [_moved(row, *before[row.branch.id]) if row.branch.id in before else row for row in rows]


def _moved(row: Standing, rank: int, total: int) -> Standing:
    return replace(row, movement=rank - row.rank, gained=row.score.total - total)


def stood_on(session: Session, found: RoundRow, day: date) -> dict[int, tuple[int, int]]:
    """Return rank and total of each branch in the last snapshot taken until `day`."""
    taken = (
        select(func.max(StandingSnapshot.taken_on))
        .where(StandingSnapshot.round_id == found.id, StandingSnapshot.taken_on <= day)
        .scalar_subquery()
    )
    rows = session.execute(
        select(StandingSnapshot.branch_id, StandingSnapshot.rank, StandingSnapshot.total_hundredths).where(
            StandingSnapshot.round_id == found.id, StandingSnapshot.taken_on == taken
        )
    )
    return {row.branch_id: (row.rank, row.total_hundredths) for row in rows}
