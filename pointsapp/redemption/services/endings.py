"""A voucher that ends unused gives everything back: points, stock, the day's and the person's limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.states import rows_changed
from pointsapp.ledger.services import release_hold
from pointsapp.merchants.models import Merchant
from pointsapp.merchants.services import GivenBack, give_back
from pointsapp.redemption import memos
from pointsapp.redemption.models import ShortageChoice, Voucher, VoucherState
from pointsapp.redemption.policies import may_read_voucher
from pointsapp.redemption.queries import VoucherView, voucher_by_public_id
from pointsapp.redemption.rules import refusal_of
from pointsapp.redemption.services.moves import end_shortages, ledger_facts, move_voucher, reference, tell_owner

BATCH = 200


def cancel_voucher(session: Session, actor: Actor, public_id: str, *, now: datetime) -> VoucherView:
    """Give an unused voucher back; a repeat is the same answer."""
    voucher = voucher_by_public_id(session, public_id, now=now)
    if voucher is None:
        raise NotFound()
    if voucher.person_id != actor.person_id:
        may_read = may_read_voucher(actor, voucher.person_id, voucher.merchant.id, voucher.area_path)
        raise Forbidden() if may_read else NotFound()
    if voucher.state is VoucherState.CANCELLED:
        return replace(voucher, is_repeat=True)
    refusal = refusal_of(
        voucher.state,
        expires_at=voucher.expires_at,
        redeemed_at=voucher.redeemed_at,
        redeemed_by=voucher.redeemed_by,
    )
    if refusal is not None:
        raise refusal
    move_voucher(session, voucher.id, VoucherState.ISSUED, VoucherState.CANCELLED, valid_at=now, closed_at=now)
    receipt = release_hold(
        session,
        voucher.hold_id,
        reference=reference(voucher.public_id, voucher.holds, "release"),
        memo=memos.CANCELLED,
        facts=ledger_facts(voucher.offer.title, voucher.merchant.name, voucher.public_id),
        now=now,
    )
    end_shortages(session, [voucher.id], now, ShortageChoice.REFUND)
    give_back(session, [GivenBack(voucher.offer_id, voucher.issued_on)])
    tell_owner(session, "redemption.voucher_cancelled", voucher, actor_id=actor.person_id, now=now)
    balance = next((amount for account, amount in receipt.balances.items() if account.endswith("available")), None)
    return replace(voucher, state=VoucherState.CANCELLED, closed_at=now, balance=balance)


def expire_due(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Expire a batch of vouchers whose time has come and return how many; each gives its points back.

    Rows are taken in one order everywhere - vouchers, then people's balances, then offers - so that the worker and a till
    never wait for each other in a ring. A voucher somebody is using right now is passed over and met again.
    """
    due = session.execute(
        select(Voucher, Merchant.name, Merchant.area_id)
        .join(Merchant, Merchant.id == Voucher.merchant_id)
        .where(Voucher.state == VoucherState.ISSUED, Voucher.expires_at <= now)
        .order_by(Voucher.expires_at, Voucher.id)
        .limit(limit)
        .with_for_update(of=Voucher, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    if not due:
        return 0
    keys = [voucher.id for voucher, _name, _area in due]
    rows_changed(
        session,
        update(Voucher)
        .where(Voucher.id.in_(keys), Voucher.state == VoucherState.ISSUED)
        .values(state=VoucherState.EXPIRED, closed_at=now),
    )
    for voucher, merchant, _area in sorted(due, key=lambda row: (row[0].person_id, row[0].id)):
        release_hold(
            session,
            voucher.hold_id,
            reference=reference(voucher.public_id, voucher.holds, "release"),
            memo=memos.EXPIRED,
            facts=ledger_facts(voucher.title, merchant, voucher.public_id),
            now=now,
            expired=True,
        )
    end_shortages(session, keys, now)
    give_back(session, [GivenBack(voucher.offer_id, voucher.issued_on) for voucher, _name, _area in due])
    for voucher, merchant, area_id in due:
        events.record(
            session,
            "redemption.voucher_expired",
            at=now,
            subject=f"voucher:{voucher.id}",
            area_id=area_id,
            person_id=voucher.person_id,
            voucher=voucher.public_id,
            title=voucher.title,
            merchant=merchant,
            points=voucher.points,
        )
    return len(due)
