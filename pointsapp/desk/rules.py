"""Whose turn it is: the own area's people first, and one area further up for every limit that has passed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime


def limits_passed(limits: Sequence[datetime], now: datetime) -> int:
    """Return how many of the limits, the earliest first, have passed at `now`."""
    return sum(limit <= now for limit in limits)


def turn_of(chain: Sequence[Collection[int]], passed: int) -> tuple[int, frozenset[int]]:
    """Return the step that now answers for a thing, and everybody whose turn it is or was.

    `chain` lists who may do it, area by area upwards, without empty steps. Who had it before keeps it: a thing that climbs is
    seen by more people, not taken from anybody.
    """
    if not chain:
        return 0, frozenset()
    step = min(passed, len(chain) - 1)
    return step, frozenset(person for holders in chain[: step + 1] for person in holders)
