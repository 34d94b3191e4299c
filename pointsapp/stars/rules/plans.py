"""How a plan item stands today, by rules that the page states. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ItemState(StrEnum):
    DONE = "done"
    ON_COURSE = "on_course"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRule:
    """At risk: due within `days` with less than `progress` percent done, or less than half of what the days gone by ask for."""

    days: int
    progress: int


def item_state(
    *, today: date, starts_on: date, due_on: date, progress: int, is_withdrawn: bool, rule: RiskRule
) -> ItemState:
    """Say how an item stands at the end of `today`. Its time began on `starts_on`; on its due day it is not yet overdue.

    The days are those since it was put down, so that an item added late in the quarter is not late at once.
    """
    if is_withdrawn:
        return ItemState.WITHDRAWN
    if progress >= 100:
        return ItemState.DONE
    if today > due_on:
        return ItemState.OVERDUE
    if (due_on - today).days < rule.days and progress < rule.progress:
        return ItemState.AT_RISK
    days, gone = (due_on - starts_on).days + 1, (today - starts_on).days
    if gone > 0 and progress * 2 * days < 100 * gone:
        return ItemState.AT_RISK
    return ItemState.ON_COURSE


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCounts:
    """How many items of a star stand how; withdrawn ones are not counted."""

    done: int = 0
    on_course: int = 0
    at_risk: int = 0
    overdue: int = 0

    @property
    def all(self) -> int:
        return self.done + self.on_course + self.at_risk + self.overdue

    def plus(self, state: ItemState) -> ItemCounts:
        """Return the counts with one more item of `state`."""
        return ItemCounts(
            done=self.done + (state is ItemState.DONE),
            on_course=self.on_course + (state is ItemState.ON_COURSE),
            at_risk=self.at_risk + (state is ItemState.AT_RISK),
            overdue=self.overdue + (state is ItemState.OVERDUE),
        )
