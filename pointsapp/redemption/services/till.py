"""The till: a voucher is used exactly once, by somebody else's hand, and an error is undone while it is fresh."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert as insert_row
from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.core.bundle import change, insert, write_rows
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import Forbidden, NotFound, Refusal, Refused
from pointsapp.core.events import parts_of
from pointsapp.core.masking import mask_name
from pointsapp.core.states import must_move
from pointsapp.ledger import accounts
from pointsapp.ledger.services import prepare_settlement, reopen_hold
from pointsapp.merchants.errors import WrongMerchant
from pointsapp.redemption import memos
from pointsapp.redemption.errors import OwnVoucher
from pointsapp.redemption.models import Redemption, TillScan, Voucher, VoucherState
from pointsapp.redemption.policies import REISSUE_HOURS, UNDO_MINUTES, may_redeem, may_use_till, works_for
from pointsapp.redemption.queries import OfferRef, VoucherView, no_voucher, read_code, redemption_by_public_id
from pointsapp.redemption.queries.till import RedemptionRow
from pointsapp.redemption.queries.vouchers import voucher_by_code, voucher_by_public_id
from pointsapp.redemption.rules import refusal_of, refusal_to_undo, reissued_until
from pointsapp.redemption.services.moves import (
    end_shortages,
    ledger_facts,
    move_voucher,
    news_of,
    reference,
    tell_owner,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """What the till shows: green, the offer's name, its price in points."""

    public_id: str
    voucher: str
    offer: OfferRef
    merchant_id: int
    points: int
    owner: str
    redeemed_at: datetime
    clerk: str


REDEEMED = "redemption.voucher_redeemed"
# The voucher's row decides between two tills; the loser looks again and hears who was first.
USED = change(
    "voucher",
    {"state": "'redeemed'", "closed_at": ":now"},
    where="voucher.id = :voucher_id AND voucher.state = 'issued' AND voucher.expires_at > :now",
)
REDEMPTION = insert(
    "redemption",
    {
        "public_id": ":redemption_public_id",
        "voucher_id": ":voucher_id",
        "merchant_id": ":merchant_id",
        "clerk_id": ":clerk_id",
        "points": ":points",
        "agreed_fen": ":agreed_fen",
        "redeemed_at": ":now",
    },
)


def redeem(session: Session, actor: Actor, code: str, *, now: datetime) -> Redeemed | Refused:
    """Use a voucher at the merchant's till, once. What a till refuses of a known voucher is kept with its reason."""
    voucher = voucher_by_code(session, read_code(code), now=now)
    if voucher is None:
        raise no_voucher(session, code)
    refusal = refusal_at_till(actor, voucher)
    if refusal is not None:
        return _keep_refusal(session, actor, voucher, refusal, now)
    entry = prepare_settlement(
        voucher.hold_id,
        person_id=voucher.person_id,
        amount=voucher.points,
        to_account=accounts.merchant_earned(voucher.merchant.id),
        reference=reference(voucher.public_id, voucher.holds, "settle"),
        memo=memos.REDEEMED,
        facts=ledger_facts(voucher.offer.title, voucher.merchant.name, voucher.public_id),
        now=now,
    )
    public_id = new_public_id()
    values: dict[str, Any] = entry.values | {
        "redemption_public_id": public_id,
        "voucher_id": voucher.id,
        "merchant_id": voucher.merchant.id,
        "clerk_id": actor.person_id,
        "points": voucher.points,
        "agreed_fen": voucher.agreed_fen,
        "now": now,
    }
    values |= news_of(REDEEMED, voucher, actor_id=actor.person_id, now=now, redemption=public_id)
    write_rows(session, (USED, *entry.parts, REDEMPTION, *parts_of(REDEEMED)), values)
    return Redeemed(
        public_id=public_id,
        voucher=voucher.public_id,
        offer=voucher.offer,
        merchant_id=voucher.merchant.id,
        points=voucher.points,
        owner=voucher.owner_masked,
        redeemed_at=now,
        clerk=mask_name(actor.display_name),
    )


def look_to_redeem(session: Session, actor: Actor, code: str, *, now: datetime) -> VoucherView | Refused:
    """Look at a voucher that a till scanned; what it would refuse is kept with its reason."""
    voucher = voucher_by_code(session, read_code(code), now=now)
    if voucher is None:
        raise no_voucher(session, code)
    refusal = refusal_at_till(actor, voucher)
    return voucher if refusal is None else _keep_refusal(session, actor, voucher, refusal, now)


def refusal_at_till(actor: Actor, voucher: VoucherView) -> Refusal | None:
    """Return why this person cannot use this voucher here and now, in the contract's order: 403 before state and time."""
    if not works_for(actor, voucher.merchant.id):
        return WrongMerchant() if may_use_till(actor) else Forbidden()
    if not may_redeem(actor, voucher.merchant.id, voucher.person_id):
        return OwnVoucher()
    return refusal_of(
        voucher.state,
        expires_at=voucher.expires_at,
        redeemed_at=voucher.redeemed_at,
        redeemed_by=voucher.redeemed_by,
    )


def _keep_refusal(session: Session, actor: Actor, voucher: VoucherView, refusal: Refusal, now: datetime) -> Refused:
    """Keep the scan; who has no till at all leaves no row, or anybody could fill the table."""
    if not may_use_till(actor):
        raise refusal
    at_home = works_for(actor, voucher.merchant.id)
    row = {
        "voucher_id": voucher.id,
        "merchant_id": voucher.merchant.id if at_home else actor.merchant_ids[0],
        "clerk_id": actor.person_id,
        "scanned_at": now,
        "reason": refusal.code,
    }
    session.execute(insert_row(TillScan), [row])
    return Refused(refusal)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseRedemption:
    redemption: str
    reason: str


def reverse_redemption(session: Session, actor: Actor, command: ReverseRedemption, *, now: datetime) -> RedemptionRow:
    """Undo a redemption: the points go back into a hold and the voucher can be used again. A repeat changes nothing."""
    row = redemption_by_public_id(session, command.redemption)
    if row is None:
        raise NotFound()
    if not works_for(actor, row.merchant_id):
        raise WrongMerchant() if may_use_till(actor) else Forbidden()
    if row.owner_id == actor.person_id:
        raise OwnVoucher()
    if row.reversed_at is not None:
        return replace(row, is_repeat=True)
    minutes, hours = policy.values(session, UNDO_MINUTES, REISSUE_HOURS, now=now)
    refusal = refusal_to_undo(redeemed_at=row.redeemed_at, settled_at=row.settled_at, minutes=minutes, now=now)
    if refusal is not None:
        raise refusal
    must_move(
        session,
        update(Redemption)
        # A month approved a moment ago has set settled_at: then no till undoes this redemption any more.
        .where(Redemption.id == row.id, Redemption.reversed_at.is_(None), Redemption.settled_at.is_(None))
        .values(reversed_at=now, reversed_by_id=actor.person_id, reversal_reason=command.reason),
    )
    end_shortages(session, [row.voucher_id], now)  # what was missing before it was used is no news any more
    voucher = _give_again(session, row, reissued_until(row.expires_at, now, hours), now)
    tell_owner(
        session,
        "redemption.voucher_reversed",
        voucher,
        actor_id=actor.person_id,
        now=now,
        redemption=row.public_id,
        reason=command.reason,
    )
    return replace(row, reversed_at=now, reversal_reason=command.reason)


def _give_again(session: Session, row: RedemptionRow, expires_at: datetime, now: datetime) -> VoucherView:
    hold = reopen_hold(
        session,
        row.hold_id,
        from_account=accounts.merchant_earned(row.merchant_id),
        reference=reference(row.voucher, row.holds, "reopen"),
        expires_at=expires_at,
        memo=memos.REVERSED,
        facts=ledger_facts(row.offer.title, row.merchant_name, row.voucher),
        now=now,
    )
    move_voucher(
        session,
        row.voucher_id,
        VoucherState.REDEEMED,
        VoucherState.ISSUED,
        hold_id=hold.hold_id,
        holds=Voucher.holds + 1,
        expires_at=expires_at,
        closed_at=None,
    )
    voucher = voucher_by_public_id(session, row.voucher, now=now)
    assert voucher is not None
    return voucher
