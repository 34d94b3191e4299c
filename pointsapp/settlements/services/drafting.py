"""Draft a merchant's month: a line per redemption that stands, and one back for each drafted before and undone since.

A redemption undone while the draft is being written is in it or not, as the draft's look saw it; if it is in, the month after takes
it off. So no lock is needed between a till and a draft, and no redemption is paid that does not stand.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, insert, select
from sqlalchemy.orm import Session, aliased

from pointsapp.core import clock, policy
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import Invalid
from pointsapp.core.locks import LockKind, lock
from pointsapp.redemption.models import Redemption
from pointsapp.redemption.policies import UNDO_MINUTES
from pointsapp.settlements.models import LineKind, Settlement, SettlementLine, SettlementState
from pointsapp.settlements.queries import SettlementRow, settlement_row
from pointsapp.settlements.rules import months_before
from pointsapp.settlements.services.reading import add_up
from pointsapp.settlements.services.telling import tell_managers

LOOKS_BACK = 3  # months that a worker which slept catches up with
BATCH = 50


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """Return the instants [start, end) of a local month such as 2026-11."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Invalid({"month": ["2026-11"]}) from None
    return clock.at_local(first), clock.at_local((first + timedelta(days=32)).replace(day=1))


def open_settlement(session: Session, merchant_id: int, month: str, *, now: datetime) -> SettlementRow | None:
    """Draft a merchant's month; None when nothing is in it, or it is not over.

    The month is over when its last redemption can no longer be undone at the till. A repeat answers what is there.
    """
    start, end = month_bounds(month)
    if now < end + timedelta(minutes=policy.value(session, UNDO_MINUTES, now=now)):
        return None
    lock(session, LockKind.MERCHANT_MONTH, merchant_id)
    kept = session.scalar(
        select(Settlement.public_id).where(Settlement.merchant_id == merchant_id, Settlement.month == month)
    )
    if kept is not None:
        row = settlement_row(session, kept)
        assert row is not None
        return replace(row, is_repeat=True)
    lines = [_use(*each) for each in session.execute(_uses(start, end).where(Redemption.merchant_id == merchant_id))]
    lines += [
        _correction(*each) for each in session.execute(_undone(month).where(Settlement.merchant_id == merchant_id))
    ]
    if not lines:
        return None
    public_id = new_public_id()
    settlement_id = session.execute(
        insert(Settlement)
        .values(
            public_id=public_id,
            merchant_id=merchant_id,
            month=month,
            state=SettlementState.DRAFT,
            redemptions=0,
            total_points=0,
            total_fen=0,
            opened_at=now,
        )
        .returning(Settlement.id)
    ).scalar_one()
    session.execute(insert(SettlementLine), [line | {"settlement_id": settlement_id} for line in lines])
    add_up(session, settlement_id)
    opened = settlement_row(session, public_id)
    assert opened is not None
    tell_managers(session, "settlements.opened", opened, None, now)
    return opened


def open_settlements(session: Session, *, now: datetime) -> int:
    """Draft the whole months behind us of all merchants that have none yet; return how many (the worker's job)."""
    today = clock.local_day(now)
    return sum(_open_month(session, month, now) for month in months_before(today, LOOKS_BACK))


def _open_month(session: Session, month: str, now: datetime) -> int:
    start, end = month_bounds(month)
    drafted = select(Settlement.merchant_id).where(Settlement.month == month)
    used = session.scalars(
        select(Redemption.merchant_id)
        .where(
            Redemption.redeemed_at >= start,
            Redemption.redeemed_at < end,
            Redemption.reversed_at.is_(None),
            Redemption.merchant_id.not_in(drafted),
        )
        .distinct()
        .order_by(Redemption.merchant_id)
        .limit(BATCH)
    ).all()
    undone = session.scalars(
        _undone(month)
        .with_only_columns(Settlement.merchant_id)
        .order_by(None)
        .where(Settlement.merchant_id.not_in(drafted))
        .distinct()
        .limit(BATCH)
    ).all()
    merchants = sorted({*used, *undone})
    opened = [open_settlement(session, merchant_id, month, now=now) for merchant_id in merchants]
    return sum(each is not None and not each.is_repeat for each in opened)


def _uses(start: datetime, end: datetime) -> Select[int, int, int | None]:
    return (
        select(Redemption.id, Redemption.points, Redemption.agreed_fen)
        .where(Redemption.redeemed_at >= start, Redemption.redeemed_at < end, Redemption.reversed_at.is_(None))
        .order_by(Redemption.redeemed_at, Redemption.id)
    )


def _undone(month: str) -> Select[int, int, int]:
    """Return the lines of earlier months whose redemption was taken back since and that nothing has taken off yet."""
    again = aliased(SettlementLine)
    return (
        select(SettlementLine.redemption_id, SettlementLine.points, SettlementLine.agreed_fen)
        .join(Settlement, Settlement.id == SettlementLine.settlement_id)
        .join(Redemption, Redemption.id == SettlementLine.redemption_id)
        .where(
            Redemption.reversed_at.is_not(None),
            SettlementLine.kind == LineKind.USE,
            Settlement.month < month,
            ~exists().where(
                and_(again.redemption_id == SettlementLine.redemption_id, again.kind == LineKind.CORRECTION)
            ),
        )
        .order_by(SettlementLine.id)
    )


def _use(redemption_id: int, points: int, fen: int | None) -> dict[str, Any]:
    return _line(redemption_id, LineKind.USE, points, fen or 0)


def _correction(redemption_id: int, points: int, fen: int) -> dict[str, Any]:
    return _line(redemption_id, LineKind.CORRECTION, -points, -fen)


def _line(redemption_id: int, kind: LineKind, points: int, fen: int) -> dict[str, Any]:
    return {
        "public_id": new_public_id(),
        "redemption_id": redemption_id,
        "kind": kind,
        "points": points,
        "agreed_fen": fen,
        "drafted_fen": fen,
    }
