"""Issue a voucher: exact under any concurrency, in few round trips.

One person's vouchers are judged one after another under a lock of their own; then hold, voucher, news and the offer's counter
are one act: the points go by the balance's conditional UPDATE, the last item by the offer's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.core.bundle import Part, insert, write_rows
from pointsapp.core.codes import VOUCHER_LENGTH, new_code, new_public_id
from pointsapp.core.errors import NotFound
from pointsapp.core.events import parts_of
from pointsapp.core.locks import LockKind, lock
from pointsapp.ledger import accounts
from pointsapp.ledger.services import open_hold, prepare_hold
from pointsapp.merchants.policies import may_see_unapproved
from pointsapp.merchants.services import TAKE_ONE
from pointsapp.people.errors import NotVerified
from pointsapp.redemption import memos
from pointsapp.redemption.models import VoucherState
from pointsapp.redemption.policies import MUST_BE_VERIFIED, VOUCHER_DAYS
from pointsapp.redemption.queries import IssueLook, LiveTerms, OfferRef, VoucherView, issue_look
from pointsapp.redemption.rules import expiry_of, refusal_to_issue
from pointsapp.redemption.services.moves import ledger_facts, news_of, reference


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
    if seen.has_lots:
        return _issue_from_lots(session, actor, seen, terms, days, now)
    public_id, expires_at = new_public_id(), expiry_of(now, days, terms.ends_at)
    entry = prepare_hold(balance=seen.balance, **_hold_of(actor, seen, terms, public_id, expires_at, now))
    columns = _columns(actor, seen, terms, public_id, expires_at, now)
    news = news_of(
        "redemption.voucher_issued",
        _view(actor, seen, columns, hold_id=0, balance=0),
        actor_id=actor.person_id,
        now=now,
    )
    values = entry.values | {f"voucher_{name}": value for name, value in columns.items()}
    values |= {"offer_id": seen.offer_id, "offer_version": terms.number, "offer_day": seen.today} | news
    # The offer's row is touched last, because everybody who wants the offer waits for it.
    parts = (*entry.parts, _voucher_part(tuple(columns)), *parts_of("redemption.voucher_issued"), TAKE_ONE)
    written = write_rows(session, parts, values)
    receipt = entry.receipt(session, written, now=now)
    balance = receipt.balances[accounts.person_available(actor.person_id)]
    return _view(actor, seen, columns, hold_id=written["hold.id"], balance=balance)


def _issue_from_lots(
    session: Session, actor: Actor, seen: IssueLook, terms: LiveTerms, days: int, now: datetime
) -> VoucherView:
    """Issue to somebody with expiring points: the hold chooses among them first, then the rest is written."""
    public_id, expires_at = new_public_id(), expiry_of(now, days, terms.ends_at)
    hold = open_hold(session, **_hold_of(actor, seen, terms, public_id, expires_at, now))
    columns = _columns(actor, seen, terms, public_id, expires_at, now)
    voucher = _view(actor, seen, columns, hold_id=hold.hold_id, balance=hold.balance)
    values: dict[str, Any] = {f"voucher_{name}": value for name, value in columns.items()}
    values |= {"offer_id": seen.offer_id, "offer_version": terms.number, "offer_day": seen.today}
    values |= {"voucher_hold_id": hold.hold_id}
    values |= news_of("redemption.voucher_issued", voucher, actor_id=actor.person_id, now=now)
    part = _voucher_part(tuple(columns), hold=":voucher_hold_id")
    write_rows(session, (part, *parts_of("redemption.voucher_issued"), TAKE_ONE), values)
    return voucher


def _hold_of(
    actor: Actor, seen: IssueLook, terms: LiveTerms, public_id: str, expires_at: datetime, now: datetime
) -> dict[str, Any]:
    return {
        "reference": reference(public_id, 1, "hold"),
        "person_id": actor.person_id,
        "amount": terms.points,
        "expires_at": expires_at,
        "memo": memos.ISSUED,
        "facts": ledger_facts(terms.title, seen.merchant.name, public_id),
        "now": now,
    }


def _columns(
    actor: Actor, seen: IssueLook, terms: LiveTerms, public_id: str, expires_at: datetime, now: datetime
) -> dict[str, Any]:
    """Return the voucher's columns but for its hold: the terms are frozen onto it."""
    return {
        "id": seen.fresh_id,
        "public_id": public_id,
        "code": new_code(VOUCHER_LENGTH),
        "person_id": actor.person_id,
        "merchant_id": seen.merchant.id,
        "offer_id": seen.offer_id,
        "offer_version": terms.number,
        "title": terms.title,
        "points": terms.points,
        "agreed_fen": terms.agreed_fen,
        "terms": {
            "description": terms.description,
            "funding": terms.funding.value,
            "funding_unit": terms.funding_unit,
        },
        "state": VoucherState.ISSUED,
        "holds": 1,
        "issued_at": now,
        "issued_on": seen.today,
        "expires_at": expires_at,
    }


@cache
def _voucher_part(columns: tuple[str, ...], hold: str = "@hold.id") -> Part:
    return insert("voucher", {name: f":voucher_{name}" for name in columns} | {"hold_id": hold})


_NOT_SHOWN = ("merchant_id", "offer_version", "title")


def _view(actor: Actor, seen: IssueLook, columns: Mapping[str, Any], *, hold_id: int, balance: int) -> VoucherView:
    return VoucherView(
        owner_name=actor.display_name,
        merchant=seen.merchant,
        area_id=seen.area_id,
        area_path=seen.area_path,
        offer=OfferRef(public_id=seen.public_id, title=columns["title"]),
        hold_id=hold_id,
        closed_at=None,
        balance=balance,
        **{name: value for name, value in columns.items() if name not in _NOT_SHOWN},
    )
