"""How points are counted: pure sums over whole numbers, rounded down once, with the steps that explain them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PER_COMPLETION, PER_HOUR = "per_completion", "per_hour"


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
    band_per_completion: int | None = None
    band_per_hour: int | None = None
    caps: Caps = field(default_factory=Caps)
    person_caps: Caps = field(default_factory=Caps)


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


def score(version: RuleVersionRow, inputs: Inputs, so_far: SoFar) -> Score:
    """Return the points and why: the base, then each cap that bites, in the order a person would check them."""
    points = base_points(inputs.points, inputs.points_mode, inputs.minutes)
    if inputs.points_mode == PER_HOUR:
        first = {"key": "per_hour", "rate": inputs.points, "minutes": inputs.minutes, "result": points}
    else:
        first = {"key": "per_completion", "result": points}
    steps: list[dict[str, Any]] = [first]
    if version.caps.activity is not None and points > version.caps.activity:
        points = version.caps.activity
        steps.append({"key": "cap_activity", "cap": version.caps.activity, "result": points})
    for scope, caps, earned in (
        ("category", version.caps, so_far.category),
        ("person", version.person_caps, so_far.person),
    ):
        for span in ("day", "week", "month"):
            cap = getattr(caps, span)
            if cap is None:
                continue
            left = max(cap - earned.get(span, 0), 0)
            if points > left:
                points = left
                so = earned.get(span, 0)
                steps.append({"key": f"cap_{scope}_{span}", "cap": cap, "so_far": so, "result": points})
    return Score(points=points, steps=tuple(steps))
