"""Levels by points ever earned, and what counts as soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

SOON = timedelta(days=30)  # points that lapse within this are said on the first page
NEAR = timedelta(hours=36)  # one's own next shift within this is what today is about


@dataclass(frozen=True, slots=True)
class Level:
    """The n-th level, counted from 1; `to_next` points lead to the next one, None at the top."""

    number: int
    starts_at: int
    next_at: int | None
    earned: int

    @property
    def to_next(self) -> int | None:
        return None if self.next_at is None else self.next_at - self.earned


def level_of(earned: int, steps: Sequence[int]) -> Level:
    """Return the level of somebody who has earned so much. Spending never lowers it: it counts what was done."""
    climbed = sorted(step for step in steps if 0 < step <= earned)
    ahead = sorted(step for step in steps if step > max(earned, 0))
    return Level(len(climbed) + 1, climbed[-1] if climbed else 0, ahead[0] if ahead else None, earned)


def part_of_day(hour: int) -> str:
    """Return the key of the greeting for a local hour."""
    if 5 <= hour < 9:
        return "early"
    if 9 <= hour < 12:
        return "morning"
    if 12 <= hour < 18:
        return "afternoon"
    return "evening"
