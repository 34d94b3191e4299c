"""What a feature says about its counted metrics; wiring.py hands them to the star board, which knows none of them by name.

A feature's room `metrics.py` holds GIVES (which of its events leave evidence, and how much) and METRICS (named figures over it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Counting(StrEnum):
    """How a metric reads its evidence in an area and below, in a period."""

    SUM = "sum"  # the quantities added up
    PEOPLE = "people"  # different people with more than nothing
    MEMBERS = "members"  # of these, who was a member of the branch that day
    REGISTER = "register"  # members in the register; from no evidence
    OFFICIAL = "official"  # the newest official head count; from no evidence
    EVENTS = "events"  # event rows of one kind, counted when asked: for information only


@dataclass(frozen=True, slots=True, kw_only=True)
class Gives:
    """An event of `kind` leaves `amount(facts)` of `evidence`, in the event's area, by the event's person; 0 leaves none."""

    kind: str
    evidence: str
    amount: Callable[[Mapping[str, Any]], int]


def one(_facts: Mapping[str, Any]) -> int:
    """The amount of an event that is itself the thing counted."""
    return 1


def one_less(_facts: Mapping[str, Any]) -> int:
    """The amount of an event that takes such a thing back: evidence of its own, never a row less."""
    return -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A named figure. `name`, `unit`, `counts` and `formula` are words for people (lazy strings).

    `evidence` are the rows it is made of (of EVENTS: the kind of event). With `over`, the figure is `times` its amount divided by
    the metric of that key, rounded down, and None where that is nothing. What cannot score (国办函〔2026〕12号: log-ins, installs,
    registrations, redemptions) is shown for information, and a scheme that names it is refused.
    """

    key: str
    name: Any
    unit: Any
    counts: Any
    formula: Any
    by: Counting = Counting.SUM
    evidence: str | None = None
    over: str | None = None
    times: int = 1
    can_score: bool = True

    @property
    def shows_members(self) -> bool:
        """Whether its rows would tell who is a party member."""
        return self.by is Counting.MEMBERS
