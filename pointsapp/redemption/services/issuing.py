"""Issue a voucher: exact under any concurrency, in few round trips.

One person's vouchers are judged one after another under a lock of their own; the points go by the hold's conditional UPDATE;
the last item goes by the offer's. The offer's row is touched last, because everybody who wants the offer waits for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.core.codes import VOUCHER_LENGTH, new_code, new_public_id
from pointsapp.core.db import table_of
from pointsapp.core.errors import NotFound
from pointsapp.core.locks import LockKind, lock
from pointsapp.ledger.services import HoldReceipt, open_hold
from pointsapp.merchants.models import OfferVersion
from pointsapp.merchants.policies import may_see_unapproved
from pointsapp.merchants.services import take_one
from pointsapp.people.errors import NotVerified
from pointsapp.redemption import memos
from pointsapp.redemption.models import Voucher, VoucherState
from pointsapp.redemption.policies import MUST_BE_VERIFIED, VOUCHER_DAYS
from pointsapp.redemption.queries import IssueLook, OfferRef, VoucherView, issue_look
from pointsapp.redemption.rules import expiry_of, refusal_to_issue
from pointsapp.redemption.services.moves import ledger_facts, reference, tell_owner

_INSERT = insert(table_of(Voucher)).returning(table_of(Voucher).c.id)


def issue_voucher(session: Session, actor: Actor, offer: str, *, now: datetime) -> VoucherView:
    """Turn points into a voucher: a hold, a code, and the offer's terms as they stand now."""
    lock(session, LockKind.PERSON_VOUCHERS, actor.person_id)
    days, must_be_verified = policy.values(session, VOUCHER_DAYS, MUST_BE_VERIFIED, now=now)
    seen = issue_look(session, actor.person_id, offer, now=now)
    if seen is None:
        raise NotFound()
    if seen.terms is None and not may_see_unapproved(actor, seen.merchant.id, seen.area_path):
        raise NotFound()
    if must_be_verified and not actor.is_verified:
        raise NotVerified()
    terms = seen.terms
    refusal = refusal_to_issue(
        standing=seen.standing,
        own=seen.own,
        limit=terms.per_person_limit if terms else None,
        stock_left=seen.stock_left,
        left_today=seen.left_today,
    )
    if refusal is not None:
        raise refusal
    assert terms is not None
    public_id, expires_at = new_public_id(), expiry_of(now, days, terms.ends_at)
    hold = open_hold(
        session,
        reference=reference(public_id, 1, "hold"),
        person_id=actor.person_id,
        amount=terms.points,
        expires_at=expires_at,
        memo=memos.ISSUED,
        facts=ledger_facts(terms.title, seen.merchant.name, public_id),
        now=now,
    )
    voucher = _insert(session, actor, seen, terms, hold, public_id, expires_at, now)
    take_one(session, seen.offer_id, terms.number, seen.today)
    tell_owner(session, "redemption.voucher_issued", voucher, actor_id=actor.person_id, now=now)
    return voucher


def _insert(
    session: Session,
    actor: Actor,
    seen: IssueLook,
    terms: OfferVersion,
    hold: HoldReceipt,
    public_id: str,
    expires_at: datetime,
    now: datetime,
) -> VoucherView:
    frozen: dict[str, Any] = {
        "description": terms.description,
        "funding": terms.funding.value,
        "funding_unit": terms.funding_unit,
    }
    columns: dict[str, Any] = {
        "public_id": public_id,
        "code": new_code(VOUCHER_LENGTH),
        "person_id": actor.person_id,
        "offer_id": seen.offer_id,
        "points": terms.points,
        "agreed_fen": terms.agreed_fen,
        "terms": frozen,
        "state": VoucherState.ISSUED,
        "hold_id": hold.hold_id,
        "holds": 1,
        "issued_at": now,
        "issued_on": seen.today,
        "expires_at": expires_at,
    }
    row = columns | {"merchant_id": seen.merchant.id, "offer_version": terms.number, "title": terms.title}
    key = session.execute(_INSERT, row).scalar_one()
    return VoucherView(
        id=key,
        owner_name=actor.display_name,
        merchant=seen.merchant,
        area_id=seen.area_id,
        area_path=seen.area_path,
        offer=OfferRef(public_id=seen.public_id, title=terms.title),
        closed_at=None,
        balance=hold.balance,
        **columns,
    )
