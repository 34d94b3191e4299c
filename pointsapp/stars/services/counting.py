"""Keep the counts of the branches: the worker's job, so that no reader adds up a quarter's work.

First what was noted becomes a flag on each branch it touched, then flagged branches are counted from their evidence, a few per
transaction. Evidence that arrives meanwhile leaves a new note with its own commit, so it is never missed and never counted twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import ids_in
from pointsapp.core import clock
from pointsapp.core.locks import LockKind, try_lock
from pointsapp.stars.models import Branch, BranchTally, Round, RoundBranch, StaleArea
from pointsapp.stars.queries.counts import count_branches, figures_of, span_to_count
from pointsapp.stars.queries.rounds import rounds_by_ids

NOTES, AT_ONCE = 2_000, 10
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# Events that were recorded before a round's end may be delivered after it.
SETTLES_AFTER = timedelta(days=1)


def count_stale(session: Session, *, now: datetime) -> int:
    """Take up to 2,000 notes and count up to 10 flagged branches; return how many of both. 0: all counts are fresh."""
    if not try_lock(session, LockKind.STANDINGS, 0):
        return 0
    return _flag(session, now) + _count(session, now)


def recount_daily(session: Session, *, now: datetime) -> int:
    """Flag the branches of open rounds that were last counted before today: who is a member may change with the date alone."""
    today, _ = clock.day_bounds(clock.local_day(now))
    open_rounds = select(Round.id).where(Round.closed_at.is_(None))
    flagged = session.execute(
        update(BranchTally)
        .where(~BranchTally.is_stale, BranchTally.counted_at < today, BranchTally.round_id.in_(open_rounds))
        .values(is_stale=True)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(flagged, CursorResult)
    return flagged.rowcount


def _flag(session: Session, now: datetime) -> int:
    notes = session.execute(select(StaleArea.id, StaleArea.area_id).order_by(StaleArea.id).limit(NOTES)).all()
    if not notes:
        return 0
    _add_missing(session)
    where = {note.area_id for note in notes}
    flag = update(BranchTally).where(~BranchTally.is_stale, BranchTally.round_id.in_(_countable(session, now)))
    if None not in where:
        paths = session.scalars(select(Area.path).where(Area.id.in_(where)))
        areas = {area for path in paths for area in ids_in(path)}
        flag = flag.where(BranchTally.branch_id.in_(select(Branch.id).where(Branch.area_id.in_(areas))))
    session.execute(flag.values(is_stale=True).execution_options(synchronize_session=False))
    session.execute(delete(StaleArea).where(StaleArea.id.in_([note.id for note in notes])))
    return len(notes)


def _countable(session: Session, now: datetime) -> list[int]:
    """Return the rounds whose counts may still change: open ones, and those not yet counted since they closed."""
    before_its_end = (
        select(BranchTally.round_id)
        .where(BranchTally.round_id == Round.id, BranchTally.counted_at <= Round.closed_at)
        .exists()
    )
    settles = Round.closed_at > now - SETTLES_AFTER
    return list(session.scalars(select(Round.id).where(or_(Round.closed_at.is_(None), settles, before_its_end))))


def _add_missing(session: Session) -> None:
    missing = session.execute(
        select(RoundBranch.round_id, RoundBranch.branch_id)
        .outerjoin(
            BranchTally,
            (BranchTally.round_id == RoundBranch.round_id) & (BranchTally.branch_id == RoundBranch.branch_id),
        )
        .where(BranchTally.round_id.is_(None))
    ).all()
    if missing:
        rows = [
            {
                "round_id": row.round_id,
                "branch_id": row.branch_id,
                "is_stale": True,
                "counted_at": NEVER,
                "figures": _NOTHING,
            }
            for row in missing
        ]
        session.execute(insert(BranchTally), rows)


_NOTHING = {"sums": {}, "people": {}, "members": {}, "party_members": 0}


def _count(session: Session, now: datetime) -> int:
    stale = session.execute(
        select(BranchTally.round_id, BranchTally.branch_id)
        .where(BranchTally.is_stale)
        .order_by(BranchTally.counted_at, BranchTally.round_id, BranchTally.branch_id)
        .limit(AT_ONCE)
    ).all()
    by_round: dict[int, list[int]] = {}
    for row in stale:
        by_round.setdefault(row.round_id, []).append(row.branch_id)
    for found in rounds_by_ids(session, by_round):
        counted = count_branches(session, by_round[found.id], span_to_count(found, now))
        for branch_id, tally in counted.items():
            session.execute(
                update(BranchTally)
                .where(BranchTally.round_id == found.id, BranchTally.branch_id == branch_id)
                .values(is_stale=False, counted_at=now, figures=figures_of(tally))
                .execution_options(synchronize_session=False)
            )
    return len(stale)
