"""How many points a small good deed is given: little enough that nobody does it for them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pointsapp.rewards.rules import PER_COMPLETION, Caps, Inputs, RuleVersionRow, Score, SoFar, score

BEHAVIOUR = "deed"  # what the posting is marked with, so that a month's deeds can be added up
_STEPS = {"per_completion": "deed_given", "cap_category_month": "deed_month"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Points: of one deed and of a person's local month; `a_day` is how many deeds a person may hand in on a local day."""

    each: int
    a_month: int
    a_day: int


def score_deed(points: int, limits: Limits, general: RuleVersionRow, so_far: SoFar) -> Score:
    """Return what a deed is given and why: what the reviewer gave, inside the month of deeds and inside the person's caps of all work."""
    version = replace(general, caps=Caps(month=limits.a_month))
    inputs = Inputs(category=BEHAVIOUR, points=points, points_mode=PER_COMPLETION, minutes=0)
    scored = score(version, inputs, so_far)
    steps = tuple({**step, "key": _STEPS.get(step["key"], step["key"])} for step in scored.steps)
    return Score(points=scored.points, steps=steps)


def left_this_month(limits: Limits, so_far: SoFar) -> int:
    """Return how many points of deeds a person can still be given in the local month."""
    return max(0, limits.a_month - so_far.category.get("month", 0))


def share_to_fill(missing: int, most: int, filled: int, held: int) -> int:
    """Return how much a budget puts into the pot now: a fifth of the month's most at a time, never more than is left of it or held.

    0 where that would not be enough for what is missing: the caller says which of the two was short.
    """
    share = min(max(missing, most // 5), most - filled, held)
    return share if share >= missing else 0
