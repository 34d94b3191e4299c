"""The offer's counters: one conditional UPDATE takes one, and what comes back is added up and given back in one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, case, or_, update
from sqlalchemy.orm import Session

from pointsapp.core.states import must_move
from pointsapp.merchants.models import Offer


def take_one(session: Session, offer_id: int, version: int, today: date) -> None:
    """Count one voucher of the offer's live `version`; StateChanged when the last one, or the version, went a moment ago."""
    is_today = and_(Offer.day.is_not(None), Offer.day == today)
    must_move(
        session,
        update(Offer)
        .where(
            Offer.id == offer_id,
            Offer.live_version == version,
            Offer.withdrawn_at.is_(None),
            or_(Offer.stock.is_(None), Offer.taken < Offer.stock),
            or_(Offer.daily_limit.is_(None), ~is_today, Offer.day_taken < Offer.daily_limit),
        )
        .values(taken=Offer.taken + 1, day=today, day_taken=case((is_today, Offer.day_taken + 1), else_=1)),
    )


@dataclass(frozen=True, slots=True)
class GivenBack:
    """One voucher that was cancelled or expired, and the local day it was issued."""

    offer_id: int
    issued_on: date


def give_back(session: Session, vouchers: Iterable[GivenBack]) -> None:
    """Give stock and, on the same day, the daily limit back; offers in the order of their keys, so nobody waits in a ring."""
    per_day = Counter(vouchers)
    totals: Counter[int] = Counter()
    for voucher, number in per_day.items():
        totals[voucher.offer_id] += number
    for offer_id in sorted(totals):
        days = {voucher.issued_on: number for voucher, number in per_day.items() if voucher.offer_id == offer_id}
        # A day that began anew (the counter was set back) has nothing left to give.
        of_day = case(
            *(
                (Offer.day == day, case((Offer.day_taken < number, 0), else_=Offer.day_taken - number))
                for day, number in days.items()
            ),
            else_=Offer.day_taken,
        )
        must_move(
            session,
            update(Offer).where(Offer.id == offer_id).values(taken=Offer.taken - totals[offer_id], day_taken=of_day),
        )
