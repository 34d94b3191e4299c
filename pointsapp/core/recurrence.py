"""Days that come again: every day, every working day, every week or every other one, on the local wall clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum

from pointsapp.core import clock
from pointsapp.core.working_days import is_working_day


class Rhythm(StrEnum):
    DAILY = "daily"
    WORKING_DAYS = "working_days"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"


_STEPS = {Rhythm.DAILY: 1, Rhythm.WORKING_DAYS: 1, Rhythm.WEEKLY: 7, Rhythm.FORTNIGHTLY: 14}


def days_again(
    first: date,
    until: date,
    rhythm: Rhythm,
    *,
    most: int,
    off: Collection[date] = (),
    on: Collection[date] = (),
) -> list[date]:
    """Return the days from `first` to `until`, both included, at most `most` of them; `first` is always one of them.

    `off` and `on` are the deployment's own days, which only the working days ask about.
    """
    found, step = [first], timedelta(days=_STEPS[rhythm])
    day = first + step
    while day <= until and len(found) < most:
        if rhythm is not Rhythm.WORKING_DAYS or is_working_day(day, off=off, on=on):
            found.append(day)
        day += step
    return found


def on_day(instant: datetime, day: date) -> datetime:
    """Return the moment of the local `day` at which the wall clock shows what it shows at `instant`."""
    return clock.at_local(day, clock.to_local(instant).time())


def next_weeks(instant: datetime, now: datetime) -> datetime:
    """Return `instant` moved on by whole weeks until it lies after `now`: the same weekday and hour; unchanged if it does already."""
    day = clock.local_day(instant)
    while on_day(instant, day) <= now:
        day += timedelta(days=max(7, (clock.local_day(now) - day).days // 7 * 7))
    return on_day(instant, day)
