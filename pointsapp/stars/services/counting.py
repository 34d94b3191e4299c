"""Keep the counts of the branches: the worker's job, so that no reader adds up a quarter's work.

New evidence is added to the counts above it. Whatever else was noted becomes a flag on each branch it touched, and flagged branches
are counted from their evidence, a few per transaction. All of it sees one moment: evidence is there with its note, or neither is, so
it is never missed and never counted twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import ids_in
from pointsapp.core import clock
from pointsapp.core.db import table_of
from pointsapp.core.locks import LockKind, try_lock
from pointsapp.core.snapshots import see_one_moment
from pointsapp.stars.models import Branch, BranchTally, Round, RoundBranch, StaleArea
from pointsapp.stars.queries.counts import (
    AT_ONCE,
    EMPTY,
    count_branches,
    figures_of,
    span_to_count,
    tally_of,
    work_of,
)
from pointsapp.stars.queries.metrics import Tally
from pointsapp.stars.queries.rounds import rounds_by_ids
from pointsapp.stars.services.additions import add_evidence

NOTES = 2_000  # to look at one by one
WORK_AT_ONCE = 100_000  # attendances to read in one transaction, beside one branch at least
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# Counting a large branch (a whole street, a district) reads all it did in the quarter, and somebody joins or leaves it often. It
# waits ten times as long as it takes to count, at about 5 µs an attendance (docs/scale.md): never more than a tenth of a core.
LARGE, RESTS_US = 5_000, 50
# Events that were recorded before a round's end may be delivered after it.
SETTLES_AFTER = timedelta(days=1)


def count_stale(session: Session, *, now: datetime) -> int:
    """Take all notes and count up to 100 flagged branches; return how many of both. 0: all counts are as fresh as they need be."""
    see_one_moment(session)
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
    """Take all notes; return how many. Where they are too many to be added up one by one, they say no more than where to count anew."""
    notes = session.execute(
        select(StaleArea.id, StaleArea.area_id, StaleArea.evidence_id).order_by(StaleArea.id).limit(NOTES + 1)
    ).all()
    if not notes:
        return 0
    _add_missing(session)
    rounds = _countable(session, now)
    if len(notes) > NOTES:
        where = set(session.scalars(select(StaleArea.area_id).distinct()))
        _flag_above(session, where, rounds)
        session.execute(delete(StaleArea))
        return len(notes)
    _flag_above(session, {note.area_id for note in notes if note.evidence_id is None}, rounds)
    new = [note.evidence_id for note in notes if note.evidence_id is not None]
    if new:
        add_evidence(session, new, rounds_by_ids(session, rounds), now=now)
    session.execute(delete(StaleArea).where(StaleArea.id.in_([note.id for note in notes])))
    return len(notes)


def _flag_above(session: Session, where: Collection[int | None], rounds: Sequence[int]) -> None:
    """Flag the branches of these areas and above; None among them is anywhere."""
    if not where:
        return
    flag = update(BranchTally).where(~BranchTally.is_stale, BranchTally.round_id.in_(rounds))
    if None not in where:
        paths = session.scalars(select(Area.path).where(Area.id.in_(where)))
        areas = {area for path in paths for area in ids_in(path)}
        flag = flag.where(BranchTally.branch_id.in_(select(Branch.id).where(Branch.area_id.in_(areas))))
    session.execute(flag.values(is_stale=True).execution_options(synchronize_session=False))


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
                "figures": EMPTY,
            }
            for row in missing
        ]
        session.execute(insert(BranchTally), rows)


def _count(session: Session, now: datetime) -> int:
    stale = session.execute(
        select(BranchTally.round_id, BranchTally.branch_id, BranchTally.counted_at, BranchTally.figures)
        .where(BranchTally.is_stale)
        .order_by(BranchTally.counted_at, BranchTally.round_id, BranchTally.branch_id)
        .limit(2 * AT_ONCE)
    ).all()
    by_round: dict[int, list[int]] = {}
    taken, work = 0, 0
    for row in stale:
        work_here = work_of(tally_of(row.figures))
        if work_here >= LARGE and now - row.counted_at < timedelta(microseconds=RESTS_US * work_here):
            continue
        if taken == AT_ONCE or (taken and work + work_here > WORK_AT_ONCE):
            break
        taken, work = taken + 1, work + work_here
        by_round.setdefault(row.round_id, []).append(row.branch_id)
    for found in rounds_by_ids(session, by_round):
        counted = count_branches(session, by_round[found.id], span_to_count(found, now))
        _keep(session, found.id, counted, now)
    return taken


def _keep(session: Session, round_id: int, counted: dict[int, Tally], now: datetime) -> None:
    table = table_of(BranchTally)
    session.connection().execute(
        update(table)
        .where(table.c.round_id == round_id, table.c.branch_id == bindparam("counted"))
        .values(is_stale=False, counted_at=now, figures=bindparam("tally"), row_counts=bindparam("rows")),
        [
            {"counted": branch_id, "tally": figures_of(tally), "rows": tally.rows or {}}
            for branch_id, tally in counted.items()
        ],
    )
