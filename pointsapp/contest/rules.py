"""What a panel's scores come to, and when a pledge may still be made. Pure; scores are whole hundredths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# Below three, nothing would be left.
LEAST_TO_DROP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`scores` ascending; where `is_cut`, the first and the last were dropped. `mean` is rounded down to whole hundredths."""

    scores: tuple[int, ...]
    is_cut: bool
    mean: int

    @property
    def counted(self) -> tuple[int, ...]:
        return self.scores[1:-1] if self.is_cut else self.scores


def judge(scores: Sequence[int], *, drop_from: int) -> Verdict:
    """Return what `scores` (at least one) come to: from `drop_from` of them on without one highest and one lowest.

    Of equal extremes one is dropped, the others count. The mean is exact and only then rounded down.
    """
    ordered = tuple(sorted(scores))
    is_cut = len(ordered) >= max(drop_from, LEAST_TO_DROP)
    counted = ordered[1:-1] if is_cut else ordered
    return Verdict(scores=ordered, is_cut=is_cut, mean=sum(counted) // len(counted))


def last_day_to_pledge(starts_on: date, opened_on: date, ends_on: date, days: int) -> date:
    """Return the last day on which a branch may still promise: `days` from the round's first day, or from when it was opened."""
    return min(max(starts_on, opened_on) + timedelta(days=max(days, 1) - 1), ends_on)
