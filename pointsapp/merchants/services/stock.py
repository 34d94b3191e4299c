"""The offer's counters: one conditional UPDATE takes one, and what comes back is added up and given back in one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from pointsapp.core.bundle import change
from pointsapp.core.states import must_move
from pointsapp.merchants.models import Offer

# Counts one voucher of the offer's live version, as part of an act (core.bundle): StateChanged when the last one, or the
# version, went a moment ago. It stands late in the act, because everybody who wants the offer waits for this row.
TAKE_ONE = change(
    "offer",
    {
        "taken": "offer.taken + 1",
        "day": ":offer_day",
        "day_taken": "CASE WHEN offer.day = :offer_day THEN offer.day_taken + 1 ELSE 1 END",
    },
    where="offer.id = :offer_id AND offer.live_version = :offer_version AND offer.withdrawn_at IS NULL"
    " AND (offer.stock IS NULL OR offer.taken < offer.stock)"
    " AND (offer.daily_limit IS NULL OR offer.day IS NULL OR offer.day <> :offer_day"
    " OR offer.day_taken < offer.daily_limit)",
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
