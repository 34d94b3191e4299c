"""Correcting a stored edition: the named branch is scored anew from what the edition holds, and nobody else's tier gets worse.

All branches are placed again by the scheme's rules. Whoever had a tier keeps at least that one, also where a quota is then
exceeded: the place that was given is not taken back from who did nothing wrong. A place that becomes free goes on by the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from pointsapp.stars.rules.editions import Kept, TakenBack, explained
from pointsapp.stars.rules.places import Place, stand
from pointsapp.stars.rules.scheme import Scheme, Source
from pointsapp.stars.rules.score import BranchScore, score_branch

OVER = Fraction(1)  # of the round's days: all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What is right instead: an indicator's score in hundredths where people assess it, else the amount of the metric it counts."""

    indicator: str
    corrected: int
    number: int  # of the edition that says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A star to be taken back, with the reason and the day."""

    star: str
    taken: TakenBack


def revise(scheme: Scheme, rows: Mapping[int, Kept], branch: int, change: Right | Back) -> dict[int, Kept]:
    """Return every branch of the next edition; `rows` is the one before it, by branch."""
    named = _named(scheme, rows[branch], change)
    scores = {key: row.score for key, row in rows.items()} | {branch: named.score}
    places = stand(scheme, scores)
    after = {}
    for key, row in rows.items():
        base = named if key == branch else row
        floor = None if key == branch else row.tier
        after[key] = _placed(scheme, base, places[key], floor=floor, is_named=key == branch)
    return after


def _named(scheme: Scheme, row: Kept, change: Right | Back) -> Kept:
    values, given = figures_of(row.score)
    taken_back, corrected = dict(row.taken_back), dict(row.corrected)
    if isinstance(change, Back):
        taken_back[change.star] = change.taken
    else:
        indicator = scheme.indicator(change.indicator)
        assert indicator is not None
        corrected[change.indicator] = change.number
        if indicator.source is Source.ASSESSED or indicator.formula is None:
            given[indicator.key] = change.corrected
        else:
            values[indicator.formula.of] = change.corrected
    score = score_branch(scheme, values, given, aims=row.aims, elapsed=OVER, taken_back=taken_back)
    return replace(row, score=score, taken_back=taken_back, corrected=corrected)


def figures_of(score: BranchScore) -> tuple[dict[str, int | None], dict[str, int]]:
    """Return what a stored score was made of: the figure of every metric it names, and what was given by hand."""
    every = [one for star in score.stars for one in star.indicators] + [one.score for one in score.items]
    values: dict[str, int | None] = {}
    given: dict[str, int] = {}
    for one in every:
        if one.indicator.source is Source.ASSESSED:
            if one.gap is None:
                given[one.indicator.key] = one.score
        else:
            values |= one.inputs
    return values, given


def _placed(scheme: Scheme, row: Kept, place: Place, *, floor: int | None, is_named: bool) -> Kept:
    names = {tier.name: number for number, tier in enumerate(scheme.tiers)}
    tier = None if place.tier is None else names[place.tier]
    if floor is not None and (tier is None or tier > floor):
        tier = floor
    missed = tuple(number for number in (names[name] for name in place.missed) if tier is None or number < tier)
    score = replace(row.score, tier=None if tier is None else scheme.tiers[tier].name)
    steps = row.steps
    if is_named or missed != row.missed:
        steps = explained(scheme, score, missed, taken_back=row.taken_back, corrected=row.corrected)
    return replace(row, rank=place.rank, tier=tier, score=score, missed=missed, steps=steps)
