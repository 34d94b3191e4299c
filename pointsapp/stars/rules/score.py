"""From counted figures and scores given by hand to stars, tiers and ranks. Pure sums in whole hundredths, rounded down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from pointsapp.stars.rules.scheme import HEADCOUNT, Formula, Indicator, Scheme, Source, Star


class StarState(StrEnum):
    LIT = "lit"
    ON_COURSE = "on_course"
    AT_RISK = "at_risk"
    NOT_AIMED = "not_aimed"


class Gap(StrEnum):
    """Why an indicator has no score of its own yet; it counts as 0 and says so."""

    NOT_ASSESSED = "not_assessed"
    NO_HEADCOUNT = "no_headcount"
    TOO_FEW = "too_few"  # a ratio over so few people would be luck


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorScore:
    indicator: Indicator
    score: int  # hundredths
    inputs: dict[str, int | None]
    gap: Gap | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StarScore:
    star: Star
    score: int
    state: StarState
    indicators: tuple[IndicatorScore, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchScore:
    stars: tuple[StarScore, ...]
    total: int
    lit_stars: int
    tier: str | None


def figure_of(formula: Formula, values: Mapping[str, int | None]) -> Fraction | Gap:
    """Return the figure the formula looks at, or why there is none."""
    amount = values.get(formula.of) or 0
    if formula.to is not None:
        base = values.get(formula.to) or 0
        return Gap.TOO_FEW if base < formula.least else Fraction(amount * 100, base)
    if formula.per is not None:
        heads = values.get(HEADCOUNT)
        return Fraction(amount * formula.per, heads) if heads else Gap.NO_HEADCOUNT
    return Fraction(amount)


def count_score(indicator: Indicator, values: Mapping[str, int | None]) -> IndicatorScore:
    """Return the score of a counted indicator with the inputs it came from."""
    formula = indicator.formula
    assert formula is not None
    inputs = {name: values.get(name) for name in formula.metrics}
    figure = figure_of(formula, values)
    if isinstance(figure, Gap):
        return IndicatorScore(indicator=indicator, score=0, inputs=inputs, gap=figure)
    return IndicatorScore(indicator=indicator, score=_scaled(formula, figure, indicator.most), inputs=inputs, gap=None)


def _scaled(formula: Formula, figure: Fraction, most: int) -> int:
    if formula.bands:
        return next((score for at_least, score in formula.bands if figure >= at_least), 0)
    share = (figure - formula.zero_at) / (formula.full_at - formula.zero_at)
    return int(most * min(max(share, Fraction(0)), Fraction(1)))


def score_branch(
    scheme: Scheme,
    values: Mapping[str, int | None],
    assessed: Mapping[str, int],
    *,
    aims: Sequence[str] | None,
    elapsed: Fraction,
) -> BranchScore:
    """Score one branch. `elapsed` is the share of the round's days gone by; `aims` are the stars it aims for, None for all."""
    stars = tuple(_score_star(star, values, assessed, aims=aims, elapsed=elapsed) for star in scheme.stars)
    total = sum(star.score for star in stars)
    lit = sum(star.state is StarState.LIT for star in stars)
    return BranchScore(stars=stars, total=total, lit_stars=lit, tier=_tier(scheme, stars, total, lit))


def _score_star(
    star: Star,
    values: Mapping[str, int | None],
    assessed: Mapping[str, int],
    *,
    aims: Sequence[str] | None,
    elapsed: Fraction,
) -> StarScore:
    scores = tuple(_score_indicator(one, values, assessed) for one in star.indicators)
    total = sum(one.score for one in scores)
    state = _state(star, scores, total, is_aimed=aims is None or star.key in aims, elapsed=elapsed)
    return StarScore(star=star, score=total, state=state, indicators=scores)


def _score_indicator(
    indicator: Indicator, values: Mapping[str, int | None], assessed: Mapping[str, int]
) -> IndicatorScore:
    if indicator.source is Source.AUTOMATIC:
        return count_score(indicator, values)
    given = assessed.get(indicator.key)
    gap = Gap.NOT_ASSESSED if given is None else None
    return IndicatorScore(indicator=indicator, score=given or 0, inputs={}, gap=gap)


def _state(star: Star, scores: Sequence[IndicatorScore], total: int, *, is_aimed: bool, elapsed: Fraction) -> StarState:
    """Lit from `lit_at` on. Before that: would it be lit at the end of the round if it went on like this?

    Counted indicators are stretched from the days gone by to the whole round; what nobody has assessed yet is left out of
    both sides. Nothing to judge by is on course: nobody is called late before anything could be known.
    """
    if total >= star.lit_at:
        return StarState.LIT
    if not is_aimed:
        return StarState.NOT_AIMED
    known = [one for one in scores if one.gap is not Gap.NOT_ASSESSED]
    if elapsed >= 1 or not elapsed:
        return StarState.AT_RISK if elapsed else StarState.ON_COURSE
    most = sum(one.indicator.most for one in known)
    likely = sum((_stretched(one, elapsed) for one in known), Fraction(0))
    return StarState.ON_COURSE if likely * star.most >= star.lit_at * most else StarState.AT_RISK


def _stretched(one: IndicatorScore, elapsed: Fraction) -> Fraction:
    if one.indicator.source is Source.ASSESSED:
        return Fraction(one.score)
    return min(Fraction(one.score) / elapsed, Fraction(one.indicator.most))


def _tier(scheme: Scheme, stars: Sequence[StarScore], total: int, lit: int) -> str | None:
    for tier in scheme.tiers:
        floors = all(one.score * 100 >= one.star.most * tier.each_star_percent for one in stars)
        if lit >= tier.lit_stars and total >= tier.total and floors:
            return tier.name
    return None


def ranks(totals: Mapping[int, int]) -> dict[int, int]:
    """Return each key's rank by total, highest first; equal totals share a rank and the next rank is passed over (1, 1, 3)."""
    first: dict[int, int] = {}
    for place, total in enumerate(sorted(totals.values(), reverse=True), start=1):
        first.setdefault(total, place)
    return {key: first[total] for key, total in totals.items()}
