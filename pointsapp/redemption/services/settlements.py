"""Settlements: a merchant's month is opened with a line per redemption and stands once both sides confirmed the same sums."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from pointsapp.core import clock, events, policy
from pointsapp.core.actor import Actor
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import Forbidden, Invalid, NotFound, StateChanged
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.states import must_move, rows_changed
from pointsapp.redemption.errors import TotalsMoved
from pointsapp.redemption.models import Redemption, Settlement, SettlementLine, SettlementState
from pointsapp.redemption.policies import UNDO_MINUTES, confirms_for_merchant, confirms_for_office
from pointsapp.redemption.queries import SettlementRow, settlement_row, standing_lines


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """Return the instants [start, end) of a local month such as 2026-11."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Invalid({"month": ["2026-11"]}) from None
    following = (first + timedelta(days=32)).replace(day=1)
    return clock.at_local(first), clock.at_local(following)


def open_settlement(session: Session, merchant_id: int, month: str, *, now: datetime) -> SettlementRow | None:
    """Open a merchant's month with a line for every redemption that stands; None when there was none, or it is not over.

    The month is over when its last redemption can no longer be undone. A repeat answers what is there.
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
    lines = session.execute(
        select(Redemption.id, Redemption.points, Redemption.agreed_fen).where(
            Redemption.merchant_id == merchant_id,
            Redemption.redeemed_at >= start,
            Redemption.redeemed_at < end,
            Redemption.reversed_at.is_(None),
        )
    ).all()
    if not lines:
        return None
    public_id = new_public_id()
    settlement_id = session.execute(
        insert(Settlement)
        .values(
            public_id=public_id,
            merchant_id=merchant_id,
            month=month,
            state=SettlementState.OPEN,
            redemptions=len(lines),
            total_points=sum(points for _key, points, _fen in lines),
            total_fen=sum(fen or 0 for _key, _points, fen in lines),
            opened_at=now,
        )
        .returning(Settlement.id)
    ).scalar_one()
    session.execute(
        insert(SettlementLine),
        [
            {"settlement_id": settlement_id, "redemption_id": key, "points": points, "agreed_fen": fen or 0}
            for key, points, fen in lines
        ],
    )
    opened = settlement_row(session, public_id)
    assert opened is not None
    _tell(session, "redemption.settlement_opened", opened, None, now)
    return opened


def open_settlements(session: Session, *, now: datetime) -> int:
    """Open last month's settlements of all merchants that have none yet; return how many (the worker's job)."""
    this_month = clock.local_day(now).replace(day=1)
    month = (this_month - timedelta(days=1)).strftime("%Y-%m")
    start, end = month_bounds(month)
    opened_before = select(Settlement.merchant_id).where(Settlement.month == month)
    merchants = session.scalars(
        select(Redemption.merchant_id)
        .where(
            Redemption.redeemed_at >= start,
            Redemption.redeemed_at < end,
            Redemption.reversed_at.is_(None),
            Redemption.merchant_id.not_in(opened_before),
        )
        .distinct()
        .order_by(Redemption.merchant_id)
        .limit(50)
    ).all()
    return sum(open_settlement(session, merchant_id, month, now=now) is not None for merchant_id in merchants)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmSettlement:
    """The sums are those the person read: nobody confirms figures they have not seen."""

    settlement: str
    redemptions: int
    total_points: int
    total_fen: int


def confirm_settlement(session: Session, actor: Actor, command: ConfirmSettlement, *, now: datetime) -> SettlementRow:
    """Confirm for the side the actor stands on; when both have, its redemptions stand for good. A repeat changes nothing."""
    row = settlement_row(session, command.settlement)
    if row is None:
        raise NotFound()
    # Both sides may press at once: whoever comes second must see the first one's mark, or the month stays open for ever.
    lock(session, LockKind.MERCHANT_MONTH, row.merchant_id)
    row = settlement_row(session, command.settlement)
    assert row is not None
    if confirms_for_merchant(actor, row.merchant_id):
        side, other, confirmed_at = "merchant", row.office_confirmed_at, row.merchant_confirmed_at
    elif confirms_for_office(actor, row.merchant_id, row.area_path):
        side, other, confirmed_at = "office", row.merchant_confirmed_at, row.office_confirmed_at
    else:
        raise Forbidden() if actor.works_for(row.merchant_id) else NotFound()
    if row.state is SettlementState.CONFIRMED or confirmed_at is not None:
        return replace(row, is_repeat=True)
    lines = standing_lines(session, row.id)
    sums = (len(lines), sum(points for _key, points, _fen in lines), sum(fen for _key, _points, fen in lines))
    if sums != (command.redemptions, command.total_points, command.total_fen):
        raise TotalsMoved(redemptions=sums[0], total_points=sums[1], total_fen=sums[2])
    # What the other side confirmed were these sums, or it must look again.
    is_both = other is not None and sums == (row.redemptions, row.total_points, row.total_fen)
    columns: dict[str, Any] = {f"{side}_confirmed_at": now, f"{side}_confirmed_by_id": actor.person_id}
    if other is not None and not is_both:
        against = "office" if side == "merchant" else "merchant"
        columns |= {f"{against}_confirmed_at": None, f"{against}_confirmed_by_id": None}
    if is_both:
        columns |= {"state": SettlementState.CONFIRMED, "confirmed_at": now}
        _settle(session, [key for key, _points, _fen in lines], now)
    must_move(
        session,
        update(Settlement)
        .where(Settlement.id == row.id, Settlement.state == SettlementState.OPEN)
        .values(redemptions=sums[0], total_points=sums[1], total_fen=sums[2], **columns),
    )
    done = settlement_row(session, row.public_id)
    assert done is not None
    _tell(session, f"redemption.settlement_{'confirmed' if is_both else 'half_confirmed'}", done, actor, now)
    return done


def _settle(session: Session, keys: list[int], now: datetime) -> None:
    """Lock the redemptions; one undone a moment ago makes the sums untrue, and they are judged again."""
    settled = rows_changed(
        session,
        update(Redemption)
        .where(Redemption.id.in_(keys), Redemption.reversed_at.is_(None), Redemption.settled_at.is_(None))
        .values(settled_at=now),
    )
    if settled != len(keys):
        raise StateChanged


def _tell(session: Session, kind: str, row: SettlementRow, actor: Actor | None, now: datetime) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=f"settlement:{row.id}",
        area_id=row.area_id,
        actor_id=actor.person_id if actor else None,
        merchant_id=row.merchant_id,
        month=row.month,
        redemptions=row.redemptions,
        points=row.total_points,
        fen=row.total_fen,
    )
