"""Which lots a payment takes, how long returned points live, how much a claim may take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

RETURNED_LIVE_AT_LEAST = timedelta(days=30)


def plan_lots(lots: Iterable[tuple[int, int]], amount: int) -> list[tuple[int, int]]:
    """Return (lot, points taken) for `amount`, given (lot, points left) soonest-expiring first.

    What the lots do not cover comes from points that never expire: those are spent last.
    """
    taken = []
    for lot, left in lots:
        part = min(left, amount)
        if part <= 0:
            break
        taken.append((lot, part))
        amount -= part
    return taken


def returned_expiry(expires_at: datetime, now: datetime) -> datetime:
    """Return when points that came back expire: as before, but never within 30 days."""
    return max(expires_at, now + RETURNED_LIVE_AT_LEAST)


def set_off_amount(credited: int, owed: int) -> int:
    """Return what a credit gives to open claims: at most half of it, so that work always pays."""
    return min(owed, credited // 2)
