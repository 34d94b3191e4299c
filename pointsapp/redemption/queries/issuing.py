"""The one read before a voucher is issued: the offer's live terms, its counters, the shop, and the person's own count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.clock import local_day
from pointsapp.core.db import next_id, table_of
from pointsapp.core.swift import Swift
from pointsapp.ledger.accounts import person_available
from pointsapp.ledger.models import Balance, Lot
from pointsapp.merchants.models import Funding, Merchant, Offer, OfferVersion
from pointsapp.merchants.queries import MerchantCard
from pointsapp.merchants.rules import Standing, left_of, left_today, standing_of
from pointsapp.redemption.models import Voucher, VoucherState

COUNTS = (VoucherState.ISSUED, VoucherState.REDEEMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTerms:
    """The terms residents get now."""

    number: int
    title: str
    description: str
    points: int
    per_person_limit: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    funding: Funding
    funding_unit: str | None
    agreed_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLook:
    """What the decision needs; the terms are None while nothing was approved. `fresh_id` is the key a new voucher takes."""

    offer_id: int
    public_id: str
    merchant: MerchantCard
    area_id: int
    area_path: str
    standing: Standing
    own: int
    stock_left: int | None
    left_today: int | None
    terms: LiveTerms | None
    today: date
    balance: int
    has_lots: bool  # some of the person's points expire: which ones are spent must be chosen
    fresh_id: int


_offer, _terms, _merchant, _voucher = table_of(Offer), table_of(OfferVersion), table_of(Merchant), table_of(Voucher)
_balance, _lot, _area = table_of(Balance), table_of(Lot), table_of(Area)
_TERMS = tuple(LiveTerms.__dataclass_fields__)
_CARD = tuple(MerchantCard.__dataclass_fields__)
_OFFER = ("stock", "taken", "daily_limit", "day", "day_taken", "live_version", "withdrawn_at")


def _statement() -> Select[Any]:
    person_id: BindParameter[int] = bindparam("person_id")
    own = select(func.count(_voucher.c.id)).where(
        _voucher.c.person_id == person_id,
        _voucher.c.offer_id == _offer.c.id,
        or_(*(_voucher.c.state == state for state in COUNTS)),
    )
    return (
        select(
            _offer.c.id.label("offer_id"),
            _offer.c.public_id,
            *(_offer.c[name].label(f"offer_{name}") for name in _OFFER),
            *(_terms.c[name].label(f"terms_{name}") for name in _TERMS),
            *(_merchant.c[name].label(f"merchant_{name}") for name in _CARD),
            _merchant.c.paused_at,
            _merchant.c.area_id,
            _area.c.path.label("area_path"),
            own.correlate(_offer).scalar_subquery().label("own"),
            select(_balance.c.amount)
            .where(_balance.c.account == bindparam("available"))
            .scalar_subquery()
            .label("balance"),
            exists(select(_lot.c.id).where(_lot.c.person_id == person_id, _lot.c.remaining > 0)).label("has_lots"),
            next_id(_voucher).label("fresh_id"),
        )
        .select_from(_offer)
        .join(_merchant, _merchant.c.id == _offer.c.merchant_id)
        .join(_area, _area.c.id == _merchant.c.area_id)
        .outerjoin(_terms, and_(_terms.c.offer_id == _offer.c.id, _terms.c.number == _offer.c.live_version))
        .where(_offer.c.public_id == bindparam("offer"))
    )


_LOOK = Swift(_statement)


def issue_look(session: Session, person_id: int, offer: str, *, now: datetime) -> IssueLook | None:
    """Return the offer as `person_id` meets it now, to issue a voucher of it; None when there is none."""
    row = _LOOK.one(session, person_id=person_id, offer=offer, available=person_available(person_id))
    if row is None:
        return None
    terms = None
    if row.terms_number is not None:
        terms = LiveTerms(**{name: getattr(row, f"terms_{name}") for name in _TERMS})
    today = local_day(now)
    return IssueLook(
        offer_id=row.offer_id,
        public_id=row.public_id,
        merchant=MerchantCard(**{name: getattr(row, f"merchant_{name}") for name in _CARD}),
        area_id=row.area_id,
        area_path=row.area_path,
        standing=standing_of(
            live_version=row.offer_live_version,
            is_withdrawn=row.offer_withdrawn_at is not None,
            is_paused=row.paused_at is not None,
            starts_at=terms.starts_at if terms else None,
            ends_at=terms.ends_at if terms else None,
            now=now,
        ),
        own=row.own,
        stock_left=left_of(row.offer_stock, row.offer_taken),
        left_today=left_today(row.offer_daily_limit, row.offer_day, row.offer_day_taken, today),
        terms=terms,
        today=today,
        balance=row.balance or 0,
        has_lots=bool(row.has_lots),
        fresh_id=row.fresh_id,
    )


def own_count(session: Session, person_id: int, offer_id: int) -> int:
    """Return how many of an offer a person holds or has used: what counts for the limit."""
    return (
        session.scalar(
            select(func.count(Voucher.id)).where(
                Voucher.person_id == person_id, Voucher.offer_id == offer_id, Voucher.state.in_(COUNTS)
            )
        )
        or 0
    )
