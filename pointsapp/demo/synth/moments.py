"""Instants as both databases take them as text, from whole seconds: a year has more of them than it pays to format one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from pointsapp.core import clock

DAY, HOUR = 86_400, 3_600
_CLOCK = [f"{s // HOUR:02}:{s % HOUR // 60:02}:{s % 60:02}.000000" for s in range(DAY)]


@lru_cache(maxsize=1024)
def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%d ")


def text_of(second: int) -> str:
    """Return the UTC instant `second` (of the epoch) as the database's text."""
    return _date(second // DAY) + _CLOCK[second % DAY]


def iso_of(second: int) -> str:
    """Return it as events and notices write it into their facts."""
    return datetime.fromtimestamp(second, UTC).isoformat()


@lru_cache(maxsize=16_384)
def _local_date(hour: int) -> str:
    return f"{clock.local_day(datetime.fromtimestamp(hour * HOUR, UTC)):%Y-%m-%d}"


def local_date(second: int) -> str:
    """Return the local day as text; zones here differ from UTC by whole hours."""
    return _local_date(second // HOUR)
