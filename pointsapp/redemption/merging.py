"""Vouchers go over: what an open one holds is released, given to who goes on, and held again, each by an entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from pointsapp.core.merging import Carry, Pair
from pointsapp.core.states import must_move, rows_changed
from pointsapp.ledger.services import carry_points, open_hold, release_hold
from pointsapp.merchants.models import Merchant
from pointsapp.redemption import memos
from pointsapp.redemption.models import Voucher, VoucherState
from pointsapp.redemption.services.moves import ledger_facts, reference


def _open(absorbed_id: int, _survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
    mine = Voucher.person_id == absorbed_id, Voucher.state == VoucherState.ISSUED
    return select(func.count()).select_from(Voucher).where(*mine).scalar_subquery()


def _move(session: Session, pair: Pair, *, now: datetime) -> int:
    """Take over the open vouchers, then the rest. Code, terms and end of each stay as they were promised."""
    mine = session.execute(
        select(Voucher, Merchant.name)
        .join(Merchant, Merchant.id == Voucher.merchant_id)
        .where(Voucher.person_id == pair.absorbed_id, Voucher.state == VoucherState.ISSUED)
        .order_by(Voucher.id)
        .with_for_update(of=Voucher)
        .execution_options(populate_existing=True)
    ).all()
    for voucher, merchant in mine:
        _move_one(session, pair, voucher, merchant, now=now)
    closed = update(Voucher).where(Voucher.person_id == pair.absorbed_id, Voucher.state != VoucherState.ISSUED)
    rows_changed(session, closed.values(person_id=pair.survivor_id))
    return len(mine)


def _move_one(session: Session, pair: Pair, voucher: Voucher, merchant: str, *, now: datetime) -> None:
    facts = ledger_facts(voucher.title, merchant, voucher.public_id)
    release_hold(
        session,
        voucher.hold_id,
        reference=reference(voucher.public_id, voucher.holds, "release"),
        memo=memos.CARRIED_OUT,
        facts=facts,
        now=now,
    )
    carry_points(session, pair.absorbed_id, pair.survivor_id, reference=pair.reference, now=now)
    hold = open_hold(
        session,
        reference=reference(voucher.public_id, voucher.holds + 1, "hold"),
        person_id=pair.survivor_id,
        amount=voucher.points,
        expires_at=voucher.expires_at,
        memo=memos.CARRIED_IN,
        facts=facts,
        now=now,
    )
    must_move(
        session,
        update(Voucher)
        .where(Voucher.id == voucher.id, Voucher.state == VoucherState.ISSUED, Voucher.holds == voucher.holds)
        .values(person_id=pair.survivor_id, hold_id=hold.hold_id, holds=voucher.holds + 1),
    )


CARRIES = (
    Carry(
        key="redemption.vouchers",
        label=_l("%(n)s 张没用的兑换码，码和期限不变"),
        tables=(("voucher", "person_id"),),
        counts=_open,
        moves=_move,
    ),
)
