"""A month read under its merchant's lock: what two people do to it at once is judged one after another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.states import must_move
from pointsapp.settlements.models import Settlement, SettlementState
from pointsapp.settlements.policies import may_read_month
from pointsapp.settlements.queries import SettlementRow, settlement_row, sums_of


def locked_month(session: Session, actor: Actor, public_id: str) -> SettlementRow:
    """Return the month for whoever may read it, its merchant's months held still; NotFound for anybody else."""
    merchant_id = session.scalar(select(Settlement.merchant_id).where(Settlement.public_id == public_id))
    if merchant_id is None:
        raise NotFound()
    lock(session, LockKind.MERCHANT_MONTH, merchant_id)
    row = settlement_row(session, public_id)
    assert row is not None
    if not may_read_month(actor, row.merchant_id, row.area_path):
        raise NotFound()
    return row


def allow(is_theirs: bool) -> None:
    """Refuse a step to somebody who may read the month and not take this step."""
    if not is_theirs:
        raise Forbidden()


def change_month(row: SettlementRow, *states: SettlementState) -> Update:
    """Return the UPDATE of a month that must still be in one of `states` (as read, by default)."""
    return update(Settlement).where(Settlement.id == row.id, Settlement.state.in_(states or (row.state,)))


def move_month(session: Session, row: SettlementRow, to: SettlementState, **also: Any) -> SettlementRow:
    """Move a month along an arrow, and read it again."""
    assert to in Settlement.transitions[row.state]
    must_move(session, change_month(row).values(state=to, **also))
    moved = settlement_row(session, row.public_id)
    assert moved is not None
    return moved


def add_up(session: Session, settlement_id: int) -> None:
    """Write a month's sums anew from its lines."""
    uses, points, fen = sums_of(session, settlement_id)
    must_move(
        session,
        update(Settlement)
        .where(Settlement.id == settlement_id, Settlement.state == SettlementState.DRAFT)
        .values(redemptions=uses, total_points=points, total_fen=fen),
    )
