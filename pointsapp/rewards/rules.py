"""How points are counted: pure sums over whole numbers, rounded down once, with the steps that explain them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

ALL_CATEGORIES = "*"  # the category of the general rule, which binds whatever has none of its own
PER_COMPLETION, PER_HOUR = "per_completion", "per_hour"
SPANS = ("day", "week", "month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Most points at once, and per local day, week and month; None is no cap."""

    activity: int | None = None
    day: int | None = None
    week: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersionRow:
    """The version in force for one category. `caps` bind this category, `person_caps` all categories of one person."""

    id: int
    rule: str
    number: int
    general_number: int = 1
    band_per_completion: int | None = None
    band_per_hour: int | None = None
    caps: Caps = field(default_factory=Caps)
    person_caps: Caps = field(default_factory=Caps)
    expires_after_months: int | None = None

    @property
    def has_span_caps(self) -> bool:
        """Tell whether any cap needs to know what was earned before."""
        return any(
            cap is not None for caps in (self.caps, self.person_caps) for cap in (caps.day, caps.week, caps.month)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What goes into one score. `minutes` are the accepted ones."""

    category: str
    points: int
    points_mode: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """Points earned before, in this category and in all, by span (`day`, `week`, `month`)."""

    category: Mapping[str, int] = field(default_factory=dict)
    person: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Points and the steps of the sum, each a message key with facts."""

    points: int
    steps: tuple[dict[str, Any], ...]


def base_points(points: int, points_mode: str, minutes: int) -> int:
    """Return the points before any cap: fixed, or per hour rounded down."""
    return points * minutes // 60 if points_mode == PER_HOUR else points


def greatest_points_per_place(points: int, points_mode: str, planned_minutes: int) -> int:
    """Return the most one place can cost: what publication reserves per place."""
    return base_points(points, points_mode, planned_minutes)


def is_within_band(version: RuleVersionRow, points: int, points_mode: str) -> bool:
    """Tell whether a task's points stay inside the band; above it a second person approves."""
    band = version.band_per_hour if points_mode == PER_HOUR else version.band_per_completion
    return band is None or points <= band


def score(version: RuleVersionRow, inputs: Inputs, so_far: SoFar, *, stopped_from_points: int | None = None) -> Score:
    """Return the points and why: the base, then each cap that bites, in the order a person would check them.

    `stopped_from_points` is what the whole shift would have given, where rain cut it short and `inputs.points` is the share.
    """
    points, steps = _base(version, inputs)
    if stopped_from_points is not None:
        steps.insert(0, {"key": "stopped", "full": stopped_from_points, "result": inputs.points})
    points, capped = _within_caps(version, points, so_far)
    return Score(points=points, steps=(*steps, *capped))


def rescore(version: RuleVersionRow, inputs: Inputs, so_far: SoFar, points_before: int) -> Score:
    """Return what an attendance is worth after a correction of its minutes, and why.

    `per_completion` points fall only at 0 minutes. What was earned before stays inside the caps it was judged by: caps per
    day, week and month bind only what is added now.
    """
    if inputs.minutes == 0:
        return Score(points=0, steps=({"key": "no_minutes", "result": 0},))
    points, steps = _base(version, inputs)
    if inputs.points_mode != PER_HOUR and points_before > 0:
        points = points_before
    capped: list[dict[str, Any]] = []
    if points > points_before:
        added, capped = _within_caps(version, points - points_before, so_far)
        points = points_before + added
    return Score(
        points=points, steps=(*steps, *capped, {"key": "corrected", "before": points_before, "result": points})
    )


def _base(version: RuleVersionRow, inputs: Inputs) -> tuple[int, list[dict[str, Any]]]:
    points = base_points(inputs.points, inputs.points_mode, inputs.minutes)
    steps: list[dict[str, Any]] = [{"key": "per_completion", "result": points}]
    if inputs.points_mode == PER_HOUR:
        steps = [{"key": "per_hour", "rate": inputs.points, "minutes": inputs.minutes, "result": points}]
    if version.caps.activity is not None and points > version.caps.activity:
        points = version.caps.activity
        steps.append({"key": "cap_activity", "cap": points, "result": points})
    return points, steps


def _within_caps(version: RuleVersionRow, points: int, so_far: SoFar) -> tuple[int, list[dict[str, Any]]]:
    steps: list[dict[str, Any]] = []
    for scope, caps, earned in (
        ("category", version.caps, so_far.category),
        ("person", version.person_caps, so_far.person),
    ):
        for span in SPANS:
            cap, before = getattr(caps, span), earned.get(span, 0)
            if cap is not None and points > max(cap - before, 0):
                points = max(cap - before, 0)
                steps.append({"key": f"cap_{scope}_{span}", "cap": cap, "so_far": before, "result": points})
    return points, steps


def end_of_life(now: datetime, months: int | None) -> datetime | None:
    """Return when points earned now expire: `months` later, None for never. The 31st becomes the month's last day."""
    if months is None:
        return None
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


PACE_DAYS = 28  # whole weeks: a Saturday's tasks weigh as often as a Tuesday's
LEAST_PACE_DAYS = 7
FURTHEST_DAYS = 730


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a budget was used of late: points that came to people within the last `days` days, corrections taken off."""

    spent: int
    days: int

    @property
    def per_week(self) -> int:
        """Points a week, to the nearest."""
        return (14 * self.spent + self.days) // (2 * self.days)

    def lasts_until(self, held: int, today: date) -> date | None:
        """Return the last local day for which `held` points are enough at this pace, yesterday where nothing is left; None beyond two
        years or where nothing is used."""
        if self.spent <= 0:
            return None
        left = held * self.days // self.spent if held else -1
        return today + timedelta(days=left) if left <= FURTHEST_DAYS else None


def pace_of(spent: int, first_use: datetime | None, now: datetime) -> Pace | None:
    """Return the pace over four weeks, or since `first_use` (a task, a deed) where that is later; None in a budget's first week, which tells too little."""
    if first_use is None:
        return None
    days = min(PACE_DAYS, (now - first_use).days)
    return Pace(spent=max(0, spent), days=days) if days >= LEAST_PACE_DAYS else None
