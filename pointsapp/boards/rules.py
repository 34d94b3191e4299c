"""The sums of the boards, decided without a database: which periods a day lies in, where a person stands, how ranks are counted.

A period is named by a key that sorts with its kind: `2026-W47`, `2026-11`, `2026-Q4`, `2026`, `all`. A week begins on Monday.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

PERIODS = ("week", "month", "quarter", "year", "all")
EVER = "all"
EVERYWHERE = 0  # the board of those who have no home: everybody who chose to be listed, whatever the area
# A rank is a sum over steps of people, wide steps first: at most 31 + 31 rows and one per 1,024 points above, however many live here.
WIDTHS = (1024, 32, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """One period: its key, and its local days [first, following); None on both sides is for ever."""

    key: str
    first: date | None
    following: date | None


def span_of(period: str, day: date) -> Span:
    """Return the span of kind `period` that `day` lies in."""
    if period == "week":
        first = day - timedelta(days=day.weekday())
        year, week, _ = first.isocalendar()
        return Span(f"{year}-W{week:02}", first, first + timedelta(days=7))
    if period == "month":
        first = day.replace(day=1)
        return Span(f"{first:%Y-%m}", first, _months_on(first, 1))
    if period == "quarter":
        first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        return Span(f"{first:%Y}-Q{(first.month + 2) // 3}", first, _months_on(first, 3))
    if period == "year":
        first = day.replace(month=1, day=1)
        return Span(f"{first:%Y}", first, _months_on(first, 12))
    return Span(EVER, None, None)


def _months_on(first: date, months: int) -> date:
    at = first.month - 1 + months
    return date(first.year + at // 12, at % 12 + 1, 1)


def last_month(day: date) -> Span:
    """Return the month before the one that `day` lies in."""
    return span_of("month", day.replace(day=1) - timedelta(days=1))


@lru_cache(maxsize=4096)
def spans_of(day: date) -> tuple[Span, ...]:
    """Return every span that work posted on `day` counts in; on the day itself, the spans people are ranked in."""
    return tuple(span_of(period, day) for period in PERIODS)


@lru_cache(maxsize=64)
def kept_spans(today: date) -> tuple[Span, ...]:
    """Return the spans whose sums are kept today: the ranked ones, and last month to compare with."""
    return (*spans_of(today), last_month(today))


@lru_cache(maxsize=4096)
def keys_to_fold(day: date, today: date) -> tuple[str, ...]:
    """Return the keys that work posted on `day` is added to today."""
    return tuple(span.key for span in spans_of(day) if is_kept(span.key, today))


@lru_cache(maxsize=4096)
def is_kept(key: str, today: date) -> bool:
    """Tell whether the sums of `key` are kept today."""
    return is_ranked(key, today) or key == last_month(today).key


@lru_cache(maxsize=4096)
def is_ranked(key: str, today: date) -> bool:
    """Tell whether `key` is a period that people are ranked in today, or one that lies ahead.

    Ahead: two machines' clocks differ a little, and what one posts in the new week must not be lost by the other.
    """
    running = next(span.key for span in spans_of(today) if _kind(span.key) == _kind(key))
    return key >= running  # keys of one kind sort by time


@lru_cache(maxsize=64)
def past_keys(today: date) -> tuple[str, ...]:
    """Return the keys that a board kept some time ago and needs no more, two years back."""
    days = [today - timedelta(days=7 * number) for number in range(1, 106)]
    return tuple(sorted({span.key for day in days for span in spans_of(day) if not is_kept(span.key, today)}))


def is_month(key: str) -> bool:
    """Tell whether `key` names a month: the one kind that homes are summed by."""
    return _kind(key) == "month"


def _kind(key: str) -> str:
    if key == EVER:
        return EVER
    if "-" not in key:
        return "year"
    return {"W": "week", "Q": "quarter"}.get(key[5], "month")


def boards_of(path: Iterable[int], everyone: frozenset[int], *, shows: bool) -> tuple[int, ...]:
    """Return the areas on whose board a person stands: near home always, above the own community only if they chose to."""
    near = tuple(area for area in path if shows or area in everyone)
    return (*near, EVERYWHERE) if shows else near


def steps_of(points: int) -> tuple[tuple[int, int], ...]:
    """Return (width, floor) of each step that somebody with so many points stands on."""
    return tuple((width, points // width * width) for width in WIDTHS)


def steps_above(points: int) -> tuple[tuple[int, int, int | None], ...]:
    """Return (width, from, below) of the steps that hold exactly those with more than `points`; below None is no end."""
    found: list[tuple[int, int, int | None]] = []
    end: int | None = None
    for width in WIDTHS:
        start = max(points // width * width + width, 0)
        if end is None or start < end:
            found.append((width, start, end))
        end = start
    return tuple(found)
