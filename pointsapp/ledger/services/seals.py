"""Sealing: once a day's book is cut, its entries are hashed block by block and the root is chained to the day before.

Each call does a bounded part and commits it, so that a first seal over millions never holds SQLite's only writer, and a worker
that dies goes on where it stopped. All three tables are append-only; their keys let two workers seal once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Text, cast, func, insert, select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.db import table_of
from pointsapp.core.locks import LockKind, try_lock
from pointsapp.ledger.models import Entry, Seal, SealBlock, SealCut
from pointsapp.ledger.queries.sealed import SealedEntry, last_number, sealed_entries
from pointsapp.ledger.rules.seals import BLOCK, NO_SEAL, SealText, holes_in, marks_of, root_of

CUT_AFTER = timedelta(minutes=10)  # a day's book is cut so long after midnight: what was begun before it is in
BLOCKS_AT_ONCE = 32

_entry, _cut, _block, _seal = table_of(Entry), table_of(SealCut), table_of(SealBlock), table_of(Seal)


def seal_due(session: Session, *, now: datetime) -> int:
    """Do the next part of sealing the days that are over; return 0 when there is nothing to do, or not yet."""
    if not try_lock(session, LockKind.SEAL, 0):
        return 0
    seal = session.execute(select(_seal).order_by(_seal.c.number.desc()).limit(1)).one_or_none()
    cut = session.execute(select(_cut).order_by(_cut.c.number.desc()).limit(1)).one_or_none()
    if cut is None or (seal is not None and seal.number == cut.number):
        return _cut_book(session, cut, now)
    if _older_is_open(session, cut.horizon):
        return 0
    return _seal_more(session, cut, seal, now)


def _cut_book(session: Session, before: Any, now: datetime) -> int:
    """Say where the next day's book ends: behind the last entry that was posted before the day was over.

    The first cut takes everything so far, under yesterday's date. Every later day has one of its own, be it empty.
    """
    over = clock.local_day(now - CUT_AFTER) - timedelta(days=1)
    number, day, after = 1, over, 0
    if before is not None:
        number, day, after = before.number + 1, before.day + timedelta(days=1), before.last_entry_id
    if day > over:
        return 0
    end = clock.day_bounds(day)[1]
    ahead = select(_entry.c.id).where(_entry.c.id > after)
    first = session.scalar(select(_entry.c.posted_at).where(_entry.c.id > after).order_by(_entry.c.id).limit(1))
    # Looked at first, so that a day without entries costs no walk over those of the days after it.
    is_empty = first is None or first >= end
    last = (
        None
        if is_empty
        else session.scalar(ahead.where(_entry.c.posted_at < end).order_by(_entry.c.id.desc()).limit(1))
    )
    if last is None and before is None:
        return 0  # nothing was ever booked: the chain begins with the first entry
    session.execute(
        insert(_cut).values(number=number, day=day, last_entry_id=last or after, horizon=_horizon(session), cut_at=now)
    )
    return 1


def _horizon(session: Session) -> int | None:
    """Return the first transaction that has not begun, None on SQLite, where `write()` is alone.

    An entry gets its number only after its balances moved, so whoever holds a number at or before the cut is a transaction
    below the horizon. When all of those are over, no entry can appear at or before the cut any more.
    """
    if session.get_bind().dialect.name != "postgresql":
        return None
    return session.scalar(select(cast(cast(func.pg_snapshot_xmax(func.pg_current_snapshot()), Text), BigInteger)))


def _older_is_open(session: Session, horizon: int | None) -> bool:
    """Tell whether another transaction below the horizon is still open. After a restore the count may stand far lower: none is."""
    if horizon is None or session.get_bind().dialect.name != "postgresql":
        return False
    snapshot = func.pg_current_snapshot()
    running = func.pg_snapshot_xip(snapshot).column_valued("running")  # all but our own
    oldest, coming = session.execute(
        select(
            select(func.min(cast(cast(running, Text), BigInteger))).scalar_subquery(),
            cast(cast(func.pg_snapshot_xmax(snapshot), Text), BigInteger),
        )
    ).one()
    return oldest is not None and bool(oldest < horizon <= coming)


def _seal_more(session: Session, cut: Any, seal: Any, now: datetime) -> int:
    start = seal.last_entry_id if seal else 0
    reached, number = session.execute(
        select(func.max(_block.c.last_entry_id), func.count()).where(_block.c.seal_number == cut.number)
    ).one()
    after = start if reached is None else reached
    last, count = last_number(session, after, cut.last_entry_id, BLOCK * BLOCKS_AT_ONCE)
    if count:
        session.execute(insert(_block), _blocks(cut.number, number, after, sealed_entries(session, after, last)))
    if last >= cut.last_entry_id:
        _close(session, cut, seal, start, now)
    return 1


def _blocks(seal_number: int, number: int, after: int, entries: list[SealedEntry]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for at in range(0, len(entries), BLOCK):
        part = entries[at : at + BLOCK]
        last = part[-1].entry_id
        leaves = [each.leaf for each in part]
        number += 1
        rows.append(
            {
                "seal_number": seal_number,
                "number": number,
                "after_entry_id": after,
                "last_entry_id": last,
                "entries": len(part),
                "postings": sum(each.postings for each in part),
                "root": root_of(leaves).hex(),
                "marks": marks_of(leaves),
                "holes": holes_in((each.entry_id for each in part), after, last),
            }
        )
        after = last
    return rows


def _close(session: Session, cut: Any, seal: Any, start: int, now: datetime) -> None:
    """Put the root over all blocks into the chain."""
    blocks = session.execute(
        select(_block.c.root, _block.c.entries, _block.c.postings)
        .where(_block.c.seal_number == cut.number)
        .order_by(_block.c.number)
    ).all()
    said = SealText(
        number=cut.number,
        day=cut.day,
        after_entry=start,
        last_entry=cut.last_entry_id,
        entries=sum(block.entries for block in blocks),
        postings=sum(block.postings for block in blocks),
        root=root_of([bytes.fromhex(block.root) for block in blocks]).hex(),
        previous=seal.digest if seal else NO_SEAL,
    )
    session.execute(
        insert(_seal).values(
            number=said.number,
            day=said.day,
            after_entry_id=said.after_entry,
            last_entry_id=said.last_entry,
            entries=said.entries,
            postings=said.postings,
            root=said.root,
            previous=said.previous,
            digest=said.digest(),
            sealed_at=now,
        )
    )
