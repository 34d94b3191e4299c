"""How many minutes a presence is worth, and what a stopped shift still pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """A claim on somebody's time: whole `minutes` inside [start, end)."""

    start: datetime
    end: datetime
    minutes: int


def whole_minutes(start: datetime, end: datetime) -> int:
    """Return the whole minutes from `start` to `end`, never below 0."""
    return max(0, int((end - start).total_seconds()) // 60)


def planned(starts_at: datetime, ends_at: datetime) -> Span:
    """Return the shift's planned length: what counts where nobody checks out."""
    return Span(starts_at, ends_at, whole_minutes(starts_at, ends_at))


def served(checked_in_at: datetime, checked_out_at: datetime, starts_at: datetime, ends_at: datetime) -> Span:
    """Return the time from the later of check-in and start to the earlier of check-out and end."""
    start = max(checked_in_at, starts_at)
    end = max(start, min(checked_out_at, ends_at))
    return Span(start, end, whole_minutes(start, end))


def corrected(minutes: int, checked_in_at: datetime | None, starts_at: datetime, ends_at: datetime) -> Span:
    """Return the span of corrected minutes, counted from the later of check-in and start (without one, from the start).

    A tick in the list after the end is no arrival time: it counts from the start too.
    """
    arrived = checked_in_at is not None and checked_in_at < ends_at
    start = max(checked_in_at, starts_at) if arrived and checked_in_at is not None else starts_at
    return Span(start, start + timedelta(minutes=minutes), minutes)


def points_when_stopped(points: int, minutes: int, planned_minutes: int, full_from_percent: int) -> int:
    """Return the per-completion points a stopped shift pays: all of them from `full_from_percent` of the time on, below it
    in proportion, rounded down. Rain is nobody's fault, and nobody earns a whole evening for two minutes."""
    if planned_minutes <= 0 or minutes * 100 >= planned_minutes * full_from_percent:
        return points
    return points * minutes // planned_minutes
