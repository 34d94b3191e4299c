"""Pure decisions about certificates: who issues, and whether what was confirmed still stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

LONGEST_DAYS = 366 * 20


def common_area(paths: Iterable[str]) -> int | None:
    """Return the area below which all of `paths` lie, the lowest: who organised alone issues alone, else who stands above all."""
    shared: list[str] | None = None
    for path in paths:
        parts = [part for part in path.split("/") if part]
        if shared is None:
            shared = parts
            continue
        kept = []
        for ours, theirs in zip(shared, parts, strict=False):
            if ours != theirs:
                break
            kept.append(ours)
        shared = kept
    return int(shared[-1]) if shared else None


def stands(confirmed: Mapping[int, int], now: Mapping[int, int]) -> bool:
    """Tell whether the minutes by organiser that a certificate names are what the record says now."""
    return dict(confirmed) == {area: minutes for area, minutes in now.items() if minutes > 0}


def is_span(start: date, end: date, today: date) -> bool:
    """Tell whether a certificate can be about these days: in order, not in the future, not longer than a life of service."""
    return start <= end <= today and (end - start).days <= LONGEST_DAYS


# What the official volunteer system may be given, in the order a file usually has; the words stand in messages.py.
COLUMNS = (
    "volunteer_number",
    "name",
    "phone",
    "task",
    "category",
    "organiser",
    "place",
    "starts_at",
    "ends_at",
    "hours",
    "minutes",
    "status",
)
STANDARD = ("volunteer_number", "name", "task", "organiser", "starts_at", "ends_at", "hours", "status")


def chosen_columns(wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the known ones of `wanted` in the order they were asked for, each once; the standard ones where none is known."""
    known = tuple(dict.fromkeys(key for key in wanted if key in COLUMNS))
    return known or STANDARD
