"""Lots: the soonest-expiring points are spent first. Only expiring points have lots; a fresh database has none.

Whoever calls `spend` has just moved the person's balance and so holds its row: lots of one person never move at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from pointsapp.core.db import table_of
from pointsapp.core.states import must_move
from pointsapp.ledger.models import Lot
from pointsapp.ledger.rules import plan_lots

_lot = table_of(Lot)


def spend(session: Session, person_id: int, amount: int) -> list[tuple[datetime, int]]:
    """Take `amount` from the person's lots, soonest first; return (expiry, points) of what had one."""
    taken = planned(session, person_id, amount)
    for lot_id, _expires_at, part in taken:
        reduce(session, lot_id, part)
    return [(expires_at, part) for _lot_id, expires_at, part in taken]


def planned(session: Session, person_id: int, amount: int) -> list[tuple[int, datetime, int]]:
    """Return (lot, expiry, points) of what `spend` would take."""
    rows = session.execute(
        select(_lot.c.id, _lot.c.remaining, _lot.c.expires_at)
        .where(_lot.c.person_id == person_id, _lot.c.remaining > 0)
        .order_by(_lot.c.expires_at, _lot.c.id)
    ).all()
    expiry = {row.id: row.expires_at for row in rows}
    return [
        (lot_id, expiry[lot_id], part) for lot_id, part in plan_lots([(row.id, row.remaining) for row in rows], amount)
    ]


def reduce(session: Session, lot_id: int, part: int) -> None:
    """Take `part` from one lot."""
    must_move(
        session,
        update(_lot).where(_lot.c.id == lot_id, _lot.c.remaining >= part).values(remaining=_lot.c.remaining - part),
    )


def keep(session: Session, person_id: int, entry_id: int, parts: Iterable[tuple[datetime, int]]) -> None:
    """Give the person lots of (expiry, points)."""
    rows = [
        {"person_id": person_id, "entry_id": entry_id, "amount": part, "remaining": part, "expires_at": expires_at}
        for expires_at, part in parts
    ]
    if rows:
        session.execute(insert(_lot), rows)
