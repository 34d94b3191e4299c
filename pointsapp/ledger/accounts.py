"""Account keys: a path such as `person:17:available`, and what kind of account stands behind it.

The ledger knows keys, not people, tasks or merchants. One unit per account: points or minutes, never both.
"""

from __future__ import annotations

from enum import StrEnum

from pointsapp.ledger.models import Flow, Unit


class Side(StrEnum):
    """The kind of an account, read off its key."""

    ISSUANCE = "issuance"  # where budgets come from
    SERVICE = "service"  # where minutes come from
    LAPSED = "lapsed"
    BUDGET = "budget"
    RESERVED = "reserved"  # a task's reserve, or a month's pot for reviewed deeds
    AVAILABLE = "available"
    HELD = "held"
    MINUTES = "minutes"
    EARNED = "earned"  # what a merchant took in
    FUND = "fund"
    GIFTS = (
        "gifts"  # what one person gives another is here between the two entries of one transaction, and never longer
    )
    MOVED = "moved"  # the same for minutes, where two accounts of one person become one


ISSUANCE = "system:issuance"
SERVICE = "system:service"
LAPSED = "system:lapsed"
GIFTS = "system:gifts"
MOVED = "system:moved"

# Accounts with a floor keep a stored balance; all others are summed when asked, so that no check-ins share a row.
# A person's minutes are stored too: every check-in answers with them, and they ride on the upsert of the points for nothing.
STORED = frozenset({Side.BUDGET, Side.AVAILABLE, Side.HELD, Side.MINUTES, Side.FUND})


def person_available(person_id: int) -> str:
    return f"person:{person_id}:available"


def person_held(person_id: int) -> str:
    return f"person:{person_id}:held"


def person_minutes(person_id: int) -> str:
    return f"person:{person_id}:minutes"


def budget(area_id: int) -> str:
    return f"budget:{area_id}"


def task_reserved(task_id: int) -> str:
    return f"task:{task_id}:reserved"


def pot_reserved(area_id: int, month: str) -> str:
    """The month's pot for reviewed deeds of an area; `month` as 2026-11."""
    return f"pot:{area_id}:{month}:reserved"


def merchant_earned(merchant_id: int) -> str:
    return f"merchant:{merchant_id}:earned"


def fund(fund_id: int | str) -> str:
    return f"fund:{fund_id}"


_FIRST = {
    "budget": Side.BUDGET,
    "task": Side.RESERVED,
    "pot": Side.RESERVED,
    "merchant": Side.EARNED,
    "fund": Side.FUND,
}
_SYSTEM = {ISSUANCE: Side.ISSUANCE, SERVICE: Side.SERVICE, LAPSED: Side.LAPSED, GIFTS: Side.GIFTS, MOVED: Side.MOVED}


def side_of(key: str) -> Side:
    """Return the kind of the account `key`; ValueError for a key that none of the builders makes."""
    first, _, rest = key.partition(":")
    if first == "person":
        return Side(rest.rpartition(":")[2])
    if first in _FIRST and rest:
        return _FIRST[first]
    if key in _SYSTEM:
        return _SYSTEM[key]
    raise ValueError(f"not an account: {key!r}")


def unit_of(key: str) -> Unit:
    return Unit.MINUTE if side_of(key) in (Side.MINUTES, Side.SERVICE, Side.MOVED) else Unit.POINT


def is_stored(key: str) -> bool:
    return side_of(key) in STORED


def person_of(key: str) -> int | None:
    """Return whose account `key` is, None where it is nobody's."""
    parts = key.split(":")
    return int(parts[1]) if parts[0] == "person" else None


def budget_area(key: str) -> int:
    """Return the area of a budget account."""
    if side_of(key) is not Side.BUDGET:
        raise ValueError(f"not a budget: {key!r}")
    return int(key.partition(":")[2])


# Every arrow that may be drawn, and what it means. Whatever is not here is a bug in the caller, not a refusal.
ARROWS: dict[tuple[Side, Side], Flow] = {
    (Side.ISSUANCE, Side.BUDGET): Flow.GRANTED,
    (Side.BUDGET, Side.ISSUANCE): Flow.UNGRANTED,
    (Side.BUDGET, Side.RESERVED): Flow.RESERVED,
    (Side.RESERVED, Side.BUDGET): Flow.RETURNED,
    (Side.RESERVED, Side.AVAILABLE): Flow.ISSUED,
    (Side.BUDGET, Side.AVAILABLE): Flow.ISSUED,  # a correction after the task's rest was returned
    (Side.AVAILABLE, Side.RESERVED): Flow.REVERSED,
    (Side.AVAILABLE, Side.BUDGET): Flow.REVERSED,
    (Side.SERVICE, Side.MINUTES): Flow.ISSUED,
    (Side.MINUTES, Side.SERVICE): Flow.REVERSED,
    (Side.AVAILABLE, Side.HELD): Flow.HELD,
    (Side.HELD, Side.AVAILABLE): Flow.RELEASED,
    (Side.HELD, Side.EARNED): Flow.SPENT,
    (Side.EARNED, Side.HELD): Flow.UNSPENT,
    (Side.AVAILABLE, Side.FUND): Flow.DONATED,
    (Side.FUND, Side.AVAILABLE): Flow.UNDONATED,
    (Side.AVAILABLE, Side.LAPSED): Flow.LAPSED,
    (Side.LAPSED, Side.AVAILABLE): Flow.UNLAPSED,
    (Side.AVAILABLE, Side.GIFTS): Flow.GIVEN,
    (Side.GIFTS, Side.AVAILABLE): Flow.RECEIVED,
    (Side.MINUTES, Side.MOVED): Flow.GIVEN,
    (Side.MOVED, Side.MINUTES): Flow.RECEIVED,
}


def flow_of(source: str, destination: str) -> Flow:
    """Return what a posting between two accounts means; ValueError where no arrow is drawn."""
    sides = side_of(source), side_of(destination)
    if sides not in ARROWS:
        raise ValueError(f"no posting from {source} to {destination}")
    if Side.HELD in sides and Side.AVAILABLE in sides and person_of(source) != person_of(destination):
        raise ValueError(f"a hold stays with its person: {source} to {destination}")
    return ARROWS[sides]
