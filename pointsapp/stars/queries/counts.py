"""What the branches of a round brought together, read from counts that the worker keeps, and counted anew only where it must be.

The cost of a reader depends on the number of branches, never on how much was done. Something that happened a moment ago is counted
at once as long as it touched few branches; in a crowd, a branch's figures are as old as the worker's last count: seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import ids_in
from pointsapp.stars.models import AreaHeadcount, Branch, BranchTally, RoundBranch, StaleArea
from pointsapp.stars.queries.metrics import ATTENDANCE, Headcount, Span, Tally, tallies
from pointsapp.stars.queries.rounds import RoundRow

# What a reader counts itself when the worker has not come round to it: so many branches, with so many attendances in all.
MOST_LIVE, MOST_LIVE_WORK = 20, 20_000
# Whoever looks at all branches looks again two seconds later: the worker has come round by then, and the look must not wait for a sum.
MOST_LIVE_WORK_OF_ALL = 2_000
MOST_NEW = 200  # branches that nobody has counted yet; further ones show nothing until the worker has come
AT_ONCE = 100  # branches counted by one statement: what it holds of people is bounded by that
MOST_MARKS = 500
T = TypeVar("T")
SKEW = timedelta(minutes=5)  # another server's clock may be ahead: what it recorded must not be passed over


def span_to_count(found: RoundRow, now: datetime) -> Span:
    """Return the work that a count of the round takes in: all that is recorded, of a published round what was then."""
    return found.span(now + SKEW)


EMPTY: dict[str, Any] = {"sums": {}, "people": {}, "members": {}, "party_members": 0}
# What `round_tallies` must be told of each branch, beside its id and area; `beside_round` brings it.
TALLY_COLUMNS = (BranchTally.figures, BranchTally.row_counts, BranchTally.is_stale)
HEAD_COLUMNS = (AreaHeadcount.people, AreaHeadcount.counted_on, AreaHeadcount.source)
_OF_ITS_ROUND = (BranchTally.round_id == RoundBranch.round_id) & (BranchTally.branch_id == RoundBranch.branch_id)
_EARLIER = aliased(AreaHeadcount)


def beside_round(asked: Any, as_of: Any) -> Any:
    """Let a select of branches in a round have TALLY_COLUMNS and HEAD_COLUMNS: the newest official head count on record at `as_of`."""
    newest = (
        select(func.max(_EARLIER.counted_on))
        .where(_EARLIER.area_id == Branch.area_id, _EARLIER.recorded_at <= as_of)
        .correlate(Branch)
        .scalar_subquery()
    )
    return asked.outerjoin(BranchTally, _OF_ITS_ROUND).outerjoin(
        AreaHeadcount, (AreaHeadcount.area_id == Branch.area_id) & (AreaHeadcount.counted_on == newest)
    )


def head_of(row: Any) -> Headcount | None:
    """Return the head count in a row with HEAD_COLUMNS."""
    if row.people is None:
        return None
    return Headcount(people=row.people, counted_on=row.counted_on, source=row.source)


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
    session: Session,
    found: RoundRow,
    rows: Sequence[Any],
    waits: Waiting,
    *,
    now: datetime,
    is_exact: bool = False,
) -> dict[int, Tally]:
    """Return the tally of every branch in `rows` (id, area_id and what `beside_round` brings); `is_exact`: none is out of date."""
    kept = {row.id: tally_of(row.figures, row.row_counts) for row in rows if row.figures is not None}
    is_open = found.closed_at is None
    old = [row.id for row in rows if row.id in kept and (row.is_stale or (is_open and waits.touches(row.area_id)))]
    new = [row.id for row in rows if row.id not in kept]
    if is_exact:
        live = new + old
    else:
        kept |= {branch_id: Tally() for branch_id in new[MOST_NEW:]}
        live = new[:MOST_NEW] + light({branch_id: kept[branch_id] for branch_id in old}, MOST_LIVE_WORK)
    kept |= count_some(session, found, live, now=now)
    for row in rows:
        kept[row.id].headcount = head_of(row)
    return kept


def work_of(tally: Tally) -> int:
    """Return about how many attendances must be read to count the branch again: what it held when it was last counted."""
    return tally.sums.get(ATTENDANCE, 0)


def light(old: Mapping[int, Tally], most_work: int) -> list[int]:
    """Return those of `old`, whose kept tallies are out of date, that a reader may count: a few small branches, never a street's quarter.

    In a crowd none: that a few of many are newer would help nobody.
    """
    found: list[int] = []
    work = 0
    for branch_id, tally in old.items() if len(old) <= MOST_LIVE else ():
        work_here = work_of(tally)
        if work + work_here <= most_work:
            found.append(branch_id)
            work += work_here
    return found


def count_some(session: Session, found: RoundRow, branches: Sequence[int], *, now: datetime) -> dict[int, Tally]:
    """Count these branches of the round, a hundred to a statement."""
    counted: dict[int, Tally] = {}
    for some in batched(branches, AT_ONCE):
        counted |= count_branches(session, some, span_to_count(found, now))
    return counted


def count_branches(session: Session, branches: Iterable[int], span: Span) -> dict[int, Tally]:
    """Count these branches from the evidence."""
    wanted = sorted(branches)
    chosen: Select[int, int] = select(Branch.id.label("branch_id"), Branch.area_id.label("area_id")).where(
        Branch.id.in_(wanted)
    )
    counted = tallies(session, chosen, span)
    return {branch_id: counted.get(branch_id) or Tally(rows={}) for branch_id in wanted}


def kept_row_counts(session: Session, found: RoundRow, branch_id: int, tally: Tally) -> dict[str, int] | None:
    """Return how many rows are behind the figures that a closed round stored, kept when they were last counted; None where that is gone.

    An edition has no such numbers, and to count a street's quarter for each reader takes a fifth of a second, a district's two.
    """
    row = session.execute(
        select(BranchTally.figures, BranchTally.row_counts).where(
            BranchTally.round_id == found.id, BranchTally.branch_id == branch_id
        )
    ).one_or_none()
    return None if row is None or row.figures != figures_of(tally) else row.row_counts


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
        for some in batched(fresh, AT_ONCE):
            due = count_branches(session, [row.id for row in some], span_to_count(found, now))
            wrong += [
                f"branch_tally: {found.starts_on}, {row.code}: {figures_of(due[row.id])}, {row.figures}"
                for row in some
                if figures_of(due[row.id]) != row.figures or row.row_counts not in (None, due[row.id].rows or {})
            ]
    return wrong


def batched(rows: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    """Yield `rows` in parts of `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def figures_of(tally: Tally) -> dict[str, Any]:
    """Return what is kept of a tally; head counts are read when asked, they are few."""
    return {
        "sums": tally.sums,
        "people": tally.people,
        "members": tally.members,
        "party_members": tally.party_members,
    }


def tally_of(figures: dict[str, Any], rows: dict[str, int] | None = None) -> Tally:
    """Return the tally that was kept."""
    return Tally(
        sums=dict(figures["sums"]),
        people=dict(figures["people"]),
        members=dict(figures["members"]),
        party_members=figures["party_members"],
        rows=rows,
    )
