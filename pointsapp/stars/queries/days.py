"""Time limits in working days, by the calendar of this deployment."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from pointsapp.core import clock, policy
from pointsapp.core.policy import Policy
from pointsapp.core.working_days import after_working_days, read_days
from pointsapp.stars.policies import DAYS_OFF, DAYS_WORKED

MOST_DAYS = 90  # a limit longer than a quarter is a slip of the keyboard


def days_after(session: Session, day: date, count: Policy, *, now: datetime) -> datetime:
    """Return the end of the n-th working day after the local `day`, n being what the policy `count` says at `now`."""
    number, off, on = policy.values(session, count, DAYS_OFF, DAYS_WORKED, now=now)
    last = after_working_days(day, min(number, MOST_DAYS), off=read_days(str(off)), on=read_days(str(on)))
    return clock.day_bounds(last)[1]
