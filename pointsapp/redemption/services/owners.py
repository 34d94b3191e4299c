"""What happens to all open vouchers of one person at once: given back when they leave, new codes when a phone is lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select, update
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.codes import VOUCHER_LENGTH, new_code
from pointsapp.core.states import must_move
from pointsapp.ledger.services import release_hold
from pointsapp.merchants.services import GivenBack, give_back
from pointsapp.redemption import memos
from pointsapp.redemption.models import ShortageChoice, Voucher, VoucherState
from pointsapp.redemption.queries import CODE_REPLACED, replaced, voucher_by_public_id
from pointsapp.redemption.services.moves import end_shortages, ledger_facts, move_voucher, reference, tell_owner


def _issued(person_id: int) -> ColumnElement[bool]:
    return and_(Voucher.person_id == person_id, Voucher.state == VoucherState.ISSUED)


def open_vouchers(person_id: int, **_moment: datetime) -> ScalarSelect[int]:
    """Build the look how many vouchers of the person hold points."""
    return select(func.count()).select_from(Voucher).where(_issued(person_id)).scalar_subquery()


def cancel_open(session: Session, person_id: int, *, now: datetime) -> int:
    """Give back every unused voucher, also one whose time has just come; return how many."""
    keys = session.scalars(select(Voucher.public_id).where(_issued(person_id)).order_by(Voucher.id)).all()
    for key in keys:
        voucher = voucher_by_public_id(session, key, now=now)
        assert voucher is not None
        move_voucher(session, voucher.id, VoucherState.ISSUED, VoucherState.CANCELLED, closed_at=now)
        release_hold(
            session,
            voucher.hold_id,
            reference=reference(voucher.public_id, voucher.holds, "release"),
            memo=memos.CANCELLED,
            facts=ledger_facts(voucher.offer.title, voucher.merchant.name, voucher.public_id),
            now=now,
        )
        end_shortages(session, [voucher.id], now, ShortageChoice.REFUND)
        give_back(session, [GivenBack(voucher.offer_id, voucher.issued_on)])
        tell_owner(session, "redemption.voucher_cancelled", voucher, actor_id=None, now=now)
    return len(keys)


def replace_codes(session: Session, person_id: int, *, now: datetime) -> int:
    """Give every voucher that can still be used another code, so that a picture of the old one is worth nothing; return how many."""
    rows = session.execute(
        select(Voucher.id, Voucher.code).where(_issued(person_id), Voucher.expires_at > now).order_by(Voucher.id)
    ).all()
    for key, code in rows:
        must_move(
            session,
            update(Voucher)
            .where(Voucher.id == key, Voucher.code == code, _issued(person_id))
            .values(code=new_code(VOUCHER_LENGTH)),
        )
        # By its subject a till that is shown the old code finds out why it is no good.
        events.record(session, CODE_REPLACED, at=now, subject=replaced(code), person_id=person_id, voucher_id=key)
    return len(rows)
