"""「差在哪儿」: the least by which indicators would have to rise to light a star, computed from the scheme. Pure.

A *way* raises indicators of one star: first those that stand below a floor, up to the floor; then some to the most they can reach,
and one of them just as far as is still needed. What a rise costs is its share of the score that the indicator still lacks; a way costs
the sum. Of all ways of this shape the cheapest come first. Only what work can raise is looked at: no head count, no register of
members, no figure of which less is better, no bonus.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, pairwise

from pointsapp.stars.rules.figures import Gap, IndicatorScore, figure_of, whole_score
from pointsapp.stars.rules.scheme import HEADCOUNT, Formula, Indicator, Scheme, Source, Star
from pointsapp.stars.rules.score import BranchScore, StarScore, StarState, score_branch

MOST_WAYS = 3
MOST_RISING = 10  # more indicators of one star are not combined: those with the most left to gain are


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Which metrics work can raise, and how far (people cannot be more than there are)."""

    raisable: Collection[str]
    most: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """One indicator's rise from `score` to `to_score` (hundredths). `missing` is what it lacks of its maximum.

    Of a counted one `metric` has to go from `amount` to `to_amount`, which brings the formula's figure from `figure` to
    `to_figure`; an assessed one has no metric.
    """

    star: str
    indicator: Indicator
    score: int
    to_score: int
    metric: str | None = None
    amount: int = 0
    to_amount: int = 0
    figure: Fraction = Fraction(0)
    to_figure: Fraction = Fraction(0)

    @property
    def missing(self) -> int:
        return self.indicator.most - self.score

    @property
    def share(self) -> Fraction:
        return Fraction(self.to_score - self.score, self.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    rises: tuple[Rise, ...]

    @property
    def cost(self) -> Fraction:
        """The sum of the shares of what each indicator lacks."""
        return sum((one.share for one in self.rises), Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What an unlit star lacks. `missing` are points to the score from which it is lit, `requires` the stars that must be lit first.

    `vetoes` put it out whatever is done. `reach` is the most that its score could come to. `ways` are the cheapest ways to light
    it, none where it cannot be; `stuck` are indicators that no work can raise now (too few people, no head count).
    """

    star: StarScore
    missing: int
    requires: tuple[Star, ...]
    vetoes: tuple[str, ...]
    reach: int
    ways: tuple[Way, ...]
    stuck: tuple[IndicatorScore, ...]


def lacks(scheme: Scheme, score: BranchScore, aims: Collection[str], limits: Limits) -> tuple[Lack, ...]:
    """Return what each unlit star that is aimed for lacks, the one nearest to being lit first, then those that cannot be lit."""
    search = _Search(scheme, score, limits)
    found = [search.lack(one) for one in score.stars if one.star.key in aims and one.state is not StarState.LIT]
    return tuple(sorted(found, key=lambda one: (not one.ways, one.ways[0].cost if one.ways else Fraction(one.missing))))


def applied(scheme: Scheme, score: BranchScore, way: Way) -> BranchScore:
    """Return the score of the branch after `way`, with all stars aimed for and the round over."""
    values: dict[str, int | None] = {}
    given: dict[str, int] = {}
    for one in (*(each for star in score.stars for each in star.indicators), *(item.score for item in score.items)):
        values |= one.inputs
        if one.indicator.source is Source.ASSESSED:
            given[one.indicator.key] = one.score
    for rise in way.rises:
        if rise.metric is None:
            given[rise.indicator.key] = rise.to_score
        else:
            values[rise.metric] = max(values.get(rise.metric) or 0, rise.to_amount)
    return score_branch(scheme, values, given, aims=None, elapsed=Fraction(1))


class _Scale:
    """How far one indicator can rise, and what each step asks for."""

    def __init__(self, one: IndicatorScore, limits: Limits) -> None:
        self.one, self.formula = one, one.indicator.formula
        self.most_amount: int | None = None
        self.reach = one.score
        self._found: dict[int, Rise] = {}
        if one.indicator.source is Source.ASSESSED:
            self.reach = one.indicator.most
        elif self.formula is not None and one.gap is None and self.formula.of in limits.raisable:
            self.most_amount = limits.most.get(self.formula.of)
            self.reach = self._reach(self.formula) if _rises(self.formula) else one.score

    @property
    def is_stuck(self) -> bool:
        return self.one.gap in (Gap.TOO_FEW, Gap.NO_HEADCOUNT)

    def _reach(self, formula: Formula) -> int:
        best = max(score for _at_least, score in formula.bands) if formula.bands else self.one.indicator.most
        if self.most_amount is None or self._amount(formula, best) <= self.most_amount:
            return max(best, self.one.score)
        return max(self._score(formula, self.most_amount), self.one.score)

    def _amount(self, formula: Formula, target: int) -> int:
        """Return the least amount of the metric that is worth `target`: exact, for a score is rounded down."""
        if formula.bands:
            figure = Fraction(min(at_least for at_least, score in formula.bands if score >= target))
        else:
            width = formula.full_at - formula.zero_at
            figure = formula.zero_at + Fraction(target * width, self.one.indicator.most)
        base, times = self._base(formula)
        return -(-figure.numerator * base // (figure.denominator * times))

    def _base(self, formula: Formula) -> tuple[int, int]:
        if formula.to is not None:
            return self.one.inputs[formula.to] or 0, 100
        return (self.one.inputs[HEADCOUNT] or 0, formula.per) if formula.per is not None else (1, 1)

    def _figure(self, formula: Formula, amount: int) -> Fraction:
        figure = figure_of(formula, {**self.one.inputs, formula.of: amount})
        assert isinstance(figure, Fraction)  # an indicator with a gap is never raised
        return figure

    def _score(self, formula: Formula, amount: int) -> int:
        return whole_score(formula, self._figure(formula, amount), self.one.indicator.most)

    def rise_to(self, star: str, target: int) -> Rise:
        """Return the least rise that is worth at least `target`, which it can reach and does not have yet."""
        if target not in self._found:
            self._found[target] = self._rise(star, target)
        return self._found[target]

    def _rise(self, star: str, target: int) -> Rise:
        one, formula = self.one, self.formula
        if formula is None or one.indicator.source is Source.ASSESSED:
            return Rise(star=star, indicator=one.indicator, score=one.score, to_score=target)
        amount, before = self._amount(formula, target), one.inputs[formula.of] or 0
        return Rise(
            star=star,
            indicator=one.indicator,
            score=one.score,
            to_score=self._score(formula, amount),
            metric=formula.of,
            amount=before,
            to_amount=amount,
            figure=self._figure(formula, before),
            to_figure=self._figure(formula, amount),
        )


def _rises(formula: Formula) -> bool:
    """Tell whether more is better."""
    if formula.bands:
        return all(above[1] >= below[1] for above, below in pairwise(formula.bands))
    return formula.full_at > formula.zero_at


class _Search:
    """The search of one branch."""

    def __init__(self, scheme: Scheme, score: BranchScore, limits: Limits) -> None:
        self.scheme, self.score = scheme, score
        self.by_key = {one.star.key: one for one in score.stars}
        self.scales = {each.indicator.key: _Scale(each, limits) for one in score.stars for each in one.indicators}

    def lack(self, one: StarScore) -> Lack:
        star = one.star
        dark = tuple(self.by_key[key].star for key in star.requires if self.by_key[key].state is not StarState.LIT)
        vetoes = tuple(veto.indicator.name for veto in self.score.vetoes if veto.puts_out(star.key))
        scales = [self.scales[each.indicator.key] for each in one.indicators]
        most = sum(scale.reach for scale in scales) + one.added - one.taken
        return Lack(
            star=one,
            missing=max(star.lit_at - one.score, 0),
            requires=dark,
            vetoes=vetoes,
            reach=min(max(most, 0), star.most),
            ways=() if vetoes else self._ways(one),
            stuck=tuple(scale.one for scale in scales if scale.is_stuck),
        )

    def _ways(self, one: StarScore) -> tuple[Way, ...]:
        """Return the cheapest ways that light the star, together with the cheapest for each dark star that it requires."""
        before: tuple[Rise, ...] = ()
        for key in one.star.requires:
            if self.by_key[key].state is not StarState.LIT:
                lack = self.lack(self.by_key[key])
                if not lack.ways:
                    return ()
                before += tuple(rise for rise in lack.ways[0].rises if rise not in before)
        found: dict[frozenset[str], Way] = {}
        for rises in self._own_ways(one):
            way = Way(rises=(*before, *(rise for rise in rises if rise not in before)))
            which = frozenset(rise.indicator.key for rise in way.rises)
            if way.rises and (which not in found or way.cost < found[which].cost):
                found[which] = way
        lit: list[Way] = []
        for way in sorted(found.values(), key=_order):
            # Two indicators may look at one metric: what is suggested is tried, not believed.
            if _state(applied(self.scheme, self.score, way), one.star.key) is StarState.LIT:
                lit.append(way)
            if len(lit) == MOST_WAYS:
                break
        return tuple(lit)

    def _own_ways(self, one: StarScore) -> Iterator[tuple[Rise, ...]]:
        """Yield the ways inside the star: floors first, then what is needed beyond them."""
        star = one.star.key
        forced: dict[str, Rise] = {}
        for key, floor in one.star.needs:
            scale = self.scales[key]
            if scale.one.score < floor:
                if scale.reach < floor:
                    return
                forced[key] = scale.rise_to(star, floor)
        standing = {
            each.indicator.key: forced[each.indicator.key].to_score if each.indicator.key in forced else each.score
            for each in one.indicators
        }
        needed = one.star.lit_at - sum(standing.values()) - one.added + one.taken
        if needed <= 0:
            yield tuple(forced.values())
            return
        rooms = {key: self.scales[key].reach - score for key, score in standing.items()}
        rising = sorted((key for key in rooms if rooms[key] > 0), key=lambda key: -rooms[key])[:MOST_RISING]
        for count in range(len(rising)):
            for full in combinations(rising, count):
                rest = needed - sum(rooms[key] for key in full)
                for last in rising:
                    if last not in full and 0 < rest <= rooms[last]:
                        targets = {key: self.scales[key].reach for key in full} | {last: standing[last] + rest}
                        yield self._rises(star, forced, targets)

    def _rises(self, star: str, forced: Mapping[str, Rise], targets: Mapping[str, int]) -> tuple[Rise, ...]:
        raised = {key: self.scales[key].rise_to(star, target) for key, target in targets.items()}
        return tuple((dict(forced) | raised).values())


def _order(way: Way) -> tuple[Fraction, int, Sequence[str]]:
    """The cheapest first; of two that cost the same, the one that asks fewer scores by hand."""
    by_hand = sum(rise.metric is None for rise in way.rises)
    return way.cost, by_hand, [rise.indicator.key for rise in way.rises]


def _state(score: BranchScore, key: str) -> StarState:
    return next(one.state for one in score.stars if one.star.key == key)
