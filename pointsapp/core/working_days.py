"""Working days: what a time limit of an office is counted in. Official holidays and the weekends worked in their place are data.

The State Council's arrangement of a year is published in the autumn before it and comes with the library `chinesecalendar`; for a
year it does not know yet, Saturdays and Sundays are off. `off` and `on` are what a deployment says itself, and go before both.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import cache

import chinese_calendar

from pointsapp.core import clock

SATURDAY = 5


@cache
def _is_official(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # a year whose arrangement the library does not know
        return day.weekday() < SATURDAY


def is_working_day(day: date, *, off: Collection[date] = (), on: Collection[date] = ()) -> bool:
    """Tell whether offices work on `day`; a day that stands in both lists is worked."""
    if day in on:
        return True
    return day not in off and _is_official(day)


def after_working_days(day: date, count: int, *, off: Collection[date] = (), on: Collection[date] = ()) -> date:
    """Return the `count`-th working day after `day` (0: `day` itself)."""
    reached = day
    while count > 0:
        reached += timedelta(days=1)
        count -= is_working_day(reached, off=off, on=on)
    return reached


def end_of_working_days(moment: datetime, count: int) -> datetime:
    """Return the end of the `count`-th local working day after the day of `moment`: by when an office has to answer."""
    return clock.day_bounds(after_working_days(clock.local_day(moment), count))[1]


def read_days(text: str) -> frozenset[date]:
    """Return the dates written in `text` as 2027-02-05, whatever stands between them; what is no date is passed over."""
    days = set()
    for found in re.findall(r"\b\d{4}-\d{2}-\d{2}\b", text):
        try:
            days.add(date.fromisoformat(found))
        except ValueError:
            continue
    return frozenset(days)
