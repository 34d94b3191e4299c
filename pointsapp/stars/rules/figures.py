"""What one counted indicator scores: its figure from the counts, and the score from the figure, in exact fractions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from pointsapp.stars.rules.scheme import HEADCOUNT, Formula, Indicator


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


def figure_of(formula: Formula, values: Mapping[str, int | None]) -> Fraction | Gap:
    """Return the figure the formula looks at, or why there is none."""
    amount = values.get(formula.of) or 0
    if formula.to is not None:
        base = values.get(formula.to) or 0
        return Gap.TOO_FEW if base < formula.least else Fraction(amount * 100, base)
    if formula.per is not None:
        heads = values.get(HEADCOUNT)
        if heads is None:
            return Gap.NO_HEADCOUNT
        return Gap.TOO_FEW if heads < formula.least else Fraction(amount * formula.per, heads)
    return Fraction(amount)


def count_score(indicator: Indicator, values: Mapping[str, int | None]) -> IndicatorScore:
    """Return the score of a counted indicator with the inputs it came from."""
    formula = indicator.formula
    assert formula is not None
    inputs = {name: values.get(name) for name in formula.metrics}
    figure = figure_of(formula, values)
    if isinstance(figure, Gap):
        return IndicatorScore(indicator=indicator, score=0, inputs=inputs, gap=figure)
    return IndicatorScore(
        indicator=indicator, score=whole_score(formula, figure, indicator.most), inputs=inputs, gap=None
    )


def whole_score(formula: Formula, figure: Fraction, most: int) -> int:
    """Return `exact_score` rounded down, by whole numbers alone: it is asked for every indicator of every branch."""
    above, below = figure.numerator, figure.denominator
    if formula.bands:
        return next((score for at_least, score in formula.bands if above >= at_least * below), 0)
    share, whole = above - formula.zero_at * below, (formula.full_at - formula.zero_at) * below
    if whole < 0:
        share, whole = -share, -whole
    return most * min(max(share, 0), whole) // whole


def exact_score(formula: Formula, figure: Fraction, most: int) -> Fraction:
    """Return what `figure` is worth before it is rounded down to whole hundredths."""
    if formula.bands:
        return Fraction(next((score for at_least, score in formula.bands if figure >= at_least), 0))
    share = (figure - formula.zero_at) / (formula.full_at - formula.zero_at)
    return most * min(max(share, Fraction(0)), Fraction(1))
