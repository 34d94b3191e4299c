"""Pure decisions about offers: which terms can stand, and whether an offer can be taken at a moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from pointsapp.merchants.models import Funding

MAX_POINTS = 100_000
MAX_STOCK = 1_000_000
MAX_LIMIT = 1_000
MAX_FEN = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTerms:
    """What a manager writes down. None is "no bound"; the subsidy's four parts stand together or not at all."""

    title: str
    description: str
    points: int
    stock: int | None = None
    per_person_limit: int | None = None
    daily_limit: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    funding: Funding = Funding.GIVEN
    agreed_fen: int | None = None
    funding_unit: str | None = None
    funded_from_on: date | None = None
    funded_until_on: date | None = None


class Trouble(StrEnum):
    """Why terms cannot stand; the words are in messages.py."""

    ENDS_BEFORE_START = "ends_before_start"
    ENDS_IN_PAST = "ends_in_past"
    NEEDED_FOR_SUBSIDY = "needed_for_subsidy"
    NOT_FOR_GIVEN = "not_for_given"
    FUNDED_BACKWARDS = "funded_backwards"
    OUTSIDE_FUNDING = "outside_funding"


_SUBSIDY = ("agreed_fen", "funding_unit", "funded_from_on", "funded_until_on")


def troubles(terms: OfferTerms, *, now: datetime, at_local: Callable[[date], datetime]) -> dict[str, Trouble]:
    """Return what is wrong with `terms` by field, nothing when they can stand."""
    found: dict[str, Trouble] = {}
    if terms.ends_at is not None:
        if terms.ends_at <= now:
            found["ends_at"] = Trouble.ENDS_IN_PAST
        elif terms.starts_at is not None and terms.ends_at <= terms.starts_at:
            found["ends_at"] = Trouble.ENDS_BEFORE_START
    if terms.funding is Funding.GIVEN:
        return found | {name: Trouble.NOT_FOR_GIVEN for name in _SUBSIDY if getattr(terms, name) is not None}
    missing = {name: Trouble.NEEDED_FOR_SUBSIDY for name in _SUBSIDY if getattr(terms, name) is None}
    if missing:
        return found | missing
    assert terms.funded_from_on is not None
    assert terms.funded_until_on is not None
    if terms.funded_until_on < terms.funded_from_on:
        return found | {"funded_until_on": Trouble.FUNDED_BACKWARDS}
    # Outside the agreed dates nobody would pay the shop: such an offer is not made.
    first, past = _funded_span(terms.funded_from_on, terms.funded_until_on, at_local)
    if past <= now:
        found.setdefault("funded_until_on", Trouble.ENDS_IN_PAST)
    if terms.starts_at is not None and not first <= terms.starts_at < past:
        found.setdefault("starts_at", Trouble.OUTSIDE_FUNDING)
    if terms.ends_at is not None and not first < terms.ends_at <= past:
        found.setdefault("ends_at", Trouble.OUTSIDE_FUNDING)
    return found


def within_funding(terms: OfferTerms, at_local: Callable[[date], datetime]) -> OfferTerms:
    """Return `terms` with an open start or end of a subsidised offer set to the agreed dates."""
    if terms.funded_from_on is None or terms.funded_until_on is None:
        return terms
    first, past = _funded_span(terms.funded_from_on, terms.funded_until_on, at_local)
    # One second before midnight: people read the last day, not the day after.
    return replace(terms, starts_at=terms.starts_at or first, ends_at=terms.ends_at or past - timedelta(seconds=1))


def _funded_span(first: date, last: date, at_local: Callable[[date], datetime]) -> tuple[datetime, datetime]:
    return at_local(first), at_local(last + timedelta(days=1))


class Standing(StrEnum):
    """Whether an offer can be taken now, before anybody's limits, stock and points."""

    OPEN = "open"
    NOT_APPROVED = "not_approved"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"
    NOT_YET = "not_yet"
    ENDED = "ended"


def standing_of(
    *,
    live_version: int | None,
    is_withdrawn: bool,
    is_paused: bool,
    starts_at: datetime | None,
    ends_at: datetime | None,
    now: datetime,
) -> Standing:
    if is_withdrawn:
        return Standing.WITHDRAWN
    if live_version is None:
        return Standing.NOT_APPROVED
    if ends_at is not None and ends_at <= now:
        return Standing.ENDED
    if is_paused:
        return Standing.PAUSED
    if starts_at is not None and starts_at > now:
        return Standing.NOT_YET
    return Standing.OPEN


def left_of(stock: int | None, taken: int) -> int | None:
    """Return how many are left, None for no bound; a stock lowered below what was given out is simply used up."""
    return None if stock is None else max(0, stock - taken)


def left_today(daily_limit: int | None, day: date | None, day_taken: int, today: date) -> int | None:
    return left_of(daily_limit, day_taken if day == today else 0)


def least_left(*left: int | None) -> int | None:
    """Return the tightest of several bounds, None when there is none."""
    return min((each for each in left if each is not None), default=None)
