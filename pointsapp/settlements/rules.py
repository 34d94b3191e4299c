"""Pure decisions about months: which ones are over, and whether a shop has had its time."""

from __future__ import annotations

from datetime import date, datetime, timedelta


def months_before(today: date, count: int) -> list[str]:
    """Return the last `count` whole months before `today`, oldest first."""
    found, first = [], today.replace(day=1)
    for _ in range(count):
        first = (first - timedelta(days=1)).replace(day=1)
        found.append(first.strftime("%Y-%m"))
    return found[::-1]


def shop_had_its_time(opened_at: datetime, returned_at: datetime | None, days: int, now: datetime) -> bool:
    """Tell whether the community need not wait for the shop any longer; a month sent back gives it the time anew."""
    return now >= max(opened_at, returned_at or opened_at) + timedelta(days=days)
