"""Annul a redemption after a dispute: the points go back to the person, not into the voucher, whatever its month says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core.states import must_move
from pointsapp.ledger import accounts
from pointsapp.ledger.services import release_hold, reopen_hold
from pointsapp.merchants.services import GivenBack, give_back
from pointsapp.redemption import memos
from pointsapp.redemption.models import Redemption, Voucher, VoucherState
from pointsapp.redemption.queries import RedemptionRow, voucher_by_public_id
from pointsapp.redemption.services.moves import ledger_facts, move_voucher, reference


def annul_redemption(session: Session, row: RedemptionRow, *, by_id: int, reason: str, now: datetime) -> int:
    """Take a redemption back for good and return what its owner can spend then; StateChanged when somebody just undid it.

    The month it stands in keeps its line: the next one takes it off again.
    """
    must_move(
        session,
        update(Redemption)
        .where(Redemption.id == row.id, Redemption.reversed_at.is_(None))
        .values(reversed_at=now, reversed_by_id=by_id, reversal_reason=reason),
    )
    facts = ledger_facts(row.offer.title, row.merchant_name, row.voucher)
    hold = reopen_hold(
        session,
        row.hold_id,
        from_account=accounts.merchant_earned(row.merchant_id),
        reference=reference(row.voucher, row.holds, "reopen"),
        expires_at=now,
        memo=memos.REVERSED,
        facts=facts,
        now=now,
    )
    move_voucher(
        session,
        row.voucher_id,
        VoucherState.REDEEMED,
        VoucherState.CANCELLED,
        hold_id=hold.hold_id,
        holds=Voucher.holds + 1,
        closed_at=now,
    )
    receipt = release_hold(
        session,
        hold.hold_id,
        reference=reference(row.voucher, row.holds + 1, "release"),
        memo=memos.ANNULLED,
        facts=facts,
        now=now,
    )
    voucher = voucher_by_public_id(session, row.voucher, now=now)
    assert voucher is not None
    give_back(session, [GivenBack(voucher.offer_id, voucher.issued_on)])
    return receipt.balances[accounts.person_available(row.owner_id)]
