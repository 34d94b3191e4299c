"""「为什么是这个分」: the steps from figures to a score, made from what a score keeps and the version it was made under.

A step is a key with facts, no prose: messages.py has the words. Facts are texts and numbers; scores in them are hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from pointsapp.stars.rules.figures import Gap, IndicatorScore, exact_score, figure_of
from pointsapp.stars.rules.scheme import HEADCOUNT, Formula, ItemKind, Scheme, Source
from pointsapp.stars.rules.score import BranchScore, StarScore, StarState

Facts = dict[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    facts: Facts = field(default_factory=dict)


def why_indicator(scheme: Scheme, one: IndicatorScore) -> tuple[Step, ...]:
    """Return the steps to an indicator's score; `scheme` is the version that it was scored under."""
    indicator = one.indicator
    if indicator.source is Source.ASSESSED or indicator.formula is None:
        item = scheme.item(indicator.key)
        if item is not None and item.kind is ItemKind.VETO:
            return (Step("veto_applies" if one.score else "veto_not"),)
        if one.gap is Gap.NOT_ASSESSED:
            return (Step("not_assessed", {"most": indicator.most}),)
        return (Step("given", {"score": one.score, "most": indicator.most}),)
    figure = figure_of(indicator.formula, one.inputs)
    if isinstance(figure, Gap):
        return (_gap(indicator.formula, figure, one),)
    return (_figure(indicator.formula, figure, one), *_worth(indicator.formula, figure, one))


def _gap(formula: Formula, gap: Gap, one: IndicatorScore) -> Step:
    if gap is Gap.NO_HEADCOUNT:
        return Step("no_headcount")
    base = formula.to or HEADCOUNT
    return Step("too_few", {"metric": base, "base": one.inputs.get(base) or 0, "least": formula.least})


def _figure(formula: Formula, figure: Fraction, one: IndicatorScore) -> Step:
    facts: Facts = {"metric": formula.of, "amount": one.inputs.get(formula.of) or 0, "figure": written(figure)}
    if formula.to is not None:
        return Step("figure_ratio", {**facts, "base_metric": formula.to, "base": one.inputs[formula.to]})
    if formula.per is not None:
        return Step("figure_per_head", {**facts, "heads": one.inputs[HEADCOUNT], "per": formula.per})
    return Step("figure", facts)


def _worth(formula: Formula, figure: Fraction, one: IndicatorScore) -> tuple[Step, ...]:
    exact = exact_score(formula, figure, one.indicator.most)
    rounded = (Step("rounded_down"),) if exact != one.score else ()
    if formula.bands:
        reached = next((band for band in formula.bands if figure >= band[0]), None)
        if reached is None:
            return (Step("below_bands", {"lowest": formula.bands[-1][0]}),)
        following = [band for band in reversed(formula.bands) if band[0] > reached[0] and band[1] > reached[1]][:1]
        step = Step("band", {"at_least": reached[0], "score": reached[1]})
        return (step, *(Step("next_band", {"at_least": next_[0], "score": next_[1]}) for next_ in following))
    facts: Facts = {"zero_at": formula.zero_at, "full_at": formula.full_at, "most": one.indicator.most}
    if exact == one.indicator.most:
        return (Step("line_full", facts),)
    return (Step("line", {**facts, "score": one.score}), *rounded)


def why_star(branch: BranchScore, one: StarScore) -> tuple[Step, ...]:
    """Return how a star's score came together, and what it still lacks to be lit."""
    star = one.star
    sum_of = sum(each.score for each in one.indicators)
    steps = [Step("star_sum", {"score": sum_of})]
    if one.added:
        steps.append(Step("star_added", {"score": one.added}))
    if one.taken:
        steps.append(Step("star_taken", {"score": one.taken}))
    if sum_of + one.added - one.taken > star.most:
        steps.append(Step("star_full", {"most": star.most}))
    steps += [Step("star_out", {"veto": veto.indicator.name}) for veto in branch.vetoes if veto.puts_out(star.key)]  # fmt: skip
    if one.state is StarState.LIT:
        return (*steps, Step("star_lit", {"lit_at": star.lit_at}))
    if one.score < star.lit_at:
        steps.append(Step("star_lacks", {"score": star.lit_at - one.score, "lit_at": star.lit_at}))
    scores = {each.indicator.key: each for each in one.indicators}
    for key, floor in star.needs:
        if scores[key].score < floor:
            steps.append(Step("star_needs", {"indicator": scores[key].indicator.name, "floor": floor}))
    dark = {each.star.key: each.star.name for each in branch.stars if each.state is not StarState.LIT}
    steps += [Step("star_requires", {"star": dark[key]}) for key in star.requires if key in dark]
    return tuple(steps)


def why_no_tier(missed: tuple[str, ...]) -> tuple[Step, ...]:
    """Return which better tiers had no room left for the branch."""
    return tuple(Step("no_room", {"tier": tier}) for tier in missed)


def why_taken_back(on: str, reason: str) -> tuple[Step, ...]:
    """Return that a star of a closed round was taken back, on which day (ISO) and why."""
    return (Step("star_taken_back", {"on": on, "reason": reason}),)


def why_corrected(number: int | None) -> tuple[Step, ...]:
    """Return which edition of a closed round corrected an indicator; nothing where none did."""
    return () if number is None else (Step("corrected", {"number": number}),)


def why_total(scheme: Scheme, branch: BranchScore) -> tuple[Step, ...]:
    """Return how the total came together, and which vetoes bound the tier."""
    steps = [Step("total_stars", {"score": sum(one.score for one in branch.stars)})]
    for kind in (ItemKind.BONUS, ItemKind.HONOUR, ItemKind.DEDUCTION):
        points = branch.changes.get(kind, 0)
        if points:
            steps.append(Step(f"total_{kind.value}", {"score": points}))
        if points and points == scheme.caps.get(kind):
            steps.append(Step("total_capped", {"cap": points}))
    steps.append(Step("total_is", {"score": branch.total}))
    if branch.total < scheme.pass_at:
        steps.append(Step("total_short", {"pass_at": scheme.pass_at}))
    for veto in branch.vetoes:
        if veto.tier_at_most is not None:
            facts: Facts = {"veto": veto.indicator.name, "tier": scheme.tiers[veto.tier_at_most].name}
            steps.append(Step("veto_tier", facts))
        elif not veto.stars:
            steps.append(Step("veto_all", {"veto": veto.indicator.name}))
    return tuple(steps)


def written(figure: Fraction) -> str:
    """Return a figure to two decimals, cut and not rounded; `…` says that there is more of it."""
    hundredths = figure.numerator * 100 // figure.denominator
    whole, part = divmod(hundredths, 100)
    text = f"{whole}.{part:02d}".rstrip("0").rstrip(".")
    return text if figure * 100 == hundredths else f"{text}…"
