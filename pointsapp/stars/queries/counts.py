"""What the branches of a round brought together, read from counts that the worker keeps, and counted anew only where it must be.

The cost of a reader depends on the number of branches, never on how much was done. Something that happened a moment ago is counted
at once as long as it touched few branches; in a crowd, a branch's figures are as old as the worker's last count: seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import ids_in
from pointsapp.stars.models import Branch, BranchTally, RoundBranch, StaleArea
from pointsapp.stars.queries.metrics import Span, Tally, headcounts, in_round, tallies
from pointsapp.stars.queries.rounds import RoundRow

MOST_LIVE = 20  # branches that a reader counts itself when the worker has not come round to them
MOST_MARKS = 500
SKEW = timedelta(minutes=5)  # another server's clock may be ahead: what it recorded must not be passed over


def span_to_count(found: RoundRow, now: datetime) -> Span:
    """Return the work that a count of the round takes in: all that is recorded, of a closed round what was then."""
    span = found.span(now)
    return span if found.closed_at else Span(start=span.start, end=span.end, as_of=span.as_of + SKEW)


# What `round_tallies` must be told of each branch, beside its id and area.
TALLY_COLUMNS = (BranchTally.figures, BranchTally.is_stale)
OF_ITS_ROUND = (BranchTally.round_id == RoundBranch.round_id) & (BranchTally.branch_id == RoundBranch.branch_id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where something waits to be counted: these areas, or anywhere."""

    areas: frozenset[int]
    is_anywhere: bool

    def touches(self, area_id: int) -> bool:
        return self.is_anywhere or area_id in self.areas


def waiting(session: Session) -> Waiting:
    """Return what waits. Ask before the counts are read: one made in between only makes a live one superfluous."""
    marks = select(StaleArea.area_id).order_by(StaleArea.id).limit(MOST_MARKS).subquery()
    found = session.execute(
        select(marks.c.area_id, Area.path).outerjoin(Area, Area.id == marks.c.area_id).distinct()
    ).all()
    areas = frozenset(area for row in found for area in ids_in(row.path or ""))
    return Waiting(areas, any(row.area_id is None for row in found))


def round_tallies(
    session: Session, found: RoundRow, rows: Sequence[Any], waits: Waiting, *, now: datetime
) -> dict[int, Tally]:
    """Return the tally of every branch in `rows` (id, area_id and TALLY_COLUMNS)."""
    kept = {row.id: tally_of(row.figures) for row in rows if row.figures is not None}
    is_open = found.closed_at is None
    old = [row.id for row in rows if row.id in kept and (row.is_stale or (is_open and waits.touches(row.area_id)))]
    live = [row.id for row in rows if row.id not in kept] + old[:MOST_LIVE]
    if live:
        kept |= count_branches(session, live, span_to_count(found, now))
    for branch_id, headcount in headcounts(session, in_round(found.id), found.span(now)).items():
        kept[branch_id].headcount = headcount
    return kept


def count_branches(session: Session, branches: Iterable[int], span: Span) -> dict[int, Tally]:
    """Count these branches from the evidence."""
    wanted = sorted(branches)
    chosen: Select[int, int] = select(Branch.id.label("branch_id"), Branch.area_id.label("area_id")).where(
        Branch.id.in_(wanted)
    )
    counted = tallies(session, chosen, span)
    return {branch_id: counted.get(branch_id) or Tally() for branch_id in wanted}


def wrong_tallies(session: Session, rounds: Sequence[RoundRow], *, now: datetime) -> list[str]:
    """Return the branches of `rounds` whose kept count differs from their evidence though nothing waits to be counted."""
    waits = waiting(session)
    wrong = []
    for found in rounds:
        rows = session.execute(
            select(Branch.id, Branch.code, Branch.area_id, *TALLY_COLUMNS)
            .join(BranchTally, BranchTally.branch_id == Branch.id)
            .where(BranchTally.round_id == found.id, ~BranchTally.is_stale)
            .order_by(Branch.id)
        ).all()
        fresh = [row for row in rows if not waits.touches(row.area_id)]
        due = count_branches(session, [row.id for row in fresh], span_to_count(found, now)) if fresh else {}
        wrong += [
            f"branch_tally: {found.starts_on}, {row.code}: {figures_of(due[row.id])}, {row.figures}"
            for row in fresh
            if figures_of(due[row.id]) != row.figures
        ]
    return wrong


def figures_of(tally: Tally) -> dict[str, Any]:
    """Return what is kept of a tally; head counts are read when asked, they are few."""
    return {
        "sums": tally.sums,
        "people": tally.people,
        "members": tally.members,
        "party_members": tally.party_members,
    }


def tally_of(figures: dict[str, Any]) -> Tally:
    """Return the tally that was kept."""
    return Tally(
        sums=dict(figures["sums"]),
        people=dict(figures["people"]),
        members=dict(figures["members"]),
        party_members=figures["party_members"],
    )
