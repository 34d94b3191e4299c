"""The one read before a voucher is issued: the offer's live terms, its counters, the shop, and the person's own count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.clock import local_day
from pointsapp.merchants.models import Merchant, Offer, OfferVersion
from pointsapp.merchants.queries import MerchantCard, card_of
from pointsapp.merchants.rules import Standing, left_of, left_today, standing_of
from pointsapp.redemption.models import Voucher, VoucherState

COUNTS = (VoucherState.ISSUED, VoucherState.REDEEMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLook:
    """What the decision needs; the terms are None while nothing was approved."""

    offer_id: int
    public_id: str
    live_version: int | None
    merchant: MerchantCard
    area_id: int
    area_path: str
    standing: Standing
    own: int
    stock_left: int | None
    left_today: int | None
    terms: OfferVersion | None
    today: date


@cache
def _statement() -> Select[Any]:
    """Build the query once: on the hot path, building a statement costs more than running it."""
    own = _own(bindparam("person_id")).correlate(Offer).scalar_subquery()
    return (
        select(Offer, OfferVersion, Merchant, Area.path, own)
        .join(Merchant, Merchant.id == Offer.merchant_id)
        .join(Area, Area.id == Merchant.area_id)
        .outerjoin(OfferVersion, and_(OfferVersion.offer_id == Offer.id, OfferVersion.number == Offer.live_version))
        .where(Offer.public_id == bindparam("offer"))
        .execution_options(populate_existing=True)
    )


def issue_look(session: Session, person_id: int, offer: str, *, now: datetime) -> IssueLook | None:
    """Return the offer as `person_id` meets it now; None when there is none."""
    found = session.execute(_statement(), {"person_id": person_id, "offer": offer}).one_or_none()
    if found is None:
        return None
    row, terms, merchant, path, own = found
    today = local_day(now)
    return IssueLook(
        offer_id=row.id,
        public_id=row.public_id,
        live_version=row.live_version,
        merchant=card_of(merchant),
        area_id=merchant.area_id,
        area_path=path,
        standing=standing_of(
            live_version=row.live_version,
            is_withdrawn=row.withdrawn_at is not None,
            is_paused=merchant.paused_at is not None,
            starts_at=terms.starts_at if terms else None,
            ends_at=terms.ends_at if terms else None,
            now=now,
        ),
        own=own,
        stock_left=left_of(row.stock, row.taken),
        left_today=left_today(row.daily_limit, row.day, row.day_taken, today),
        terms=terms,
        today=today,
    )


def _own(person_id: Any) -> Select[int]:
    return select(func.count(Voucher.id)).where(
        Voucher.person_id == person_id, Voucher.offer_id == Offer.id, Voucher.state.in_(COUNTS)
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
