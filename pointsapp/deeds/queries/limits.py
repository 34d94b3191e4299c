"""The numbers in force, and where a person stands with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core import clock, policy
from pointsapp.deeds.policies import LIMITS, SAME_PLACES
from pointsapp.deeds.queries.deeds import handed_in_since
from pointsapp.deeds.rules import BEHAVIOUR, Limits, left_this_month
from pointsapp.rewards.queries import earned_so_far


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Points of deeds a person got this month and may still get; deeds handed in today and how many more may be."""

    got: int
    left: int
    today: int
    left_today: int


def limits_now(session: Session, *, now: datetime) -> Limits:
    """Return the limits in force."""
    each, a_month, a_day = policy.values(session, *LIMITS, now=now)
    return Limits(each=each, a_month=a_month, a_day=a_day)


def reviewing_now(session: Session, *, now: datetime) -> tuple[Limits, int]:
    """Return the limits in force, and in how many places two pictures may differ that count as one."""
    each, a_month, a_day, places = policy.values(session, *LIMITS, SAME_PLACES, now=now)
    return Limits(each=each, a_month=a_month, a_day=a_day), places


def standing_of(session: Session, person_id: int, limits: Limits, *, now: datetime) -> Standing:
    """Return where a person stands in the local month and on the local day."""
    so_far = earned_so_far(session, person_id, BEHAVIOUR, now)
    today = handed_in_since(session, person_id, clock.day_bounds(clock.local_day(now))[0])
    return Standing(
        got=so_far.category.get("month", 0),
        left=left_this_month(limits, so_far),
        today=today,
        left_today=max(0, limits.a_day - today),
    )
