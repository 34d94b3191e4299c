"""From counted figures and scores given by hand to stars and a total. Pure sums in whole hundredths, rounded down."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from pointsapp.stars.rules.figures import Gap, IndicatorScore, count_score
from pointsapp.stars.rules.scheme import Indicator, Item, ItemKind, Scheme, Source, Star, Tier


class StarState(StrEnum):
    LIT = "lit"
    ON_COURSE = "on_course"
    AT_RISK = "at_risk"
    NOT_AIMED = "not_aimed"
    TAKEN_BACK = "taken_back"  # 摘星: it had been lit when the round was closed
    UNLIT = "unlit"  # only ever read, never stored: what is at risk in a closed round (StarScore.shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemScore:
    """What a bonus, honour or deduction comes to; of a veto anything above 0 says that it applies."""

    item: Item
    score: IndicatorScore

    @property
    def points(self) -> int:
        return self.score.score


@dataclass(frozen=True, slots=True, kw_only=True)
class StarScore:
    """`added` and `taken` are what the star's own bonuses and deductions came to, before the star's maximum cut them.

    `state` is what editions store and digests cover; `is_over` says that it was read from a closed round.
    """

    star: Star
    score: int
    state: StarState
    indicators: tuple[IndicatorScore, ...]
    added: int = 0
    taken: int = 0
    is_over: bool = field(default=False, compare=False)  # how it is read, not what it is

    @property
    def shown(self) -> StarState:
        """The state as readers are told it: of a closed round nothing is at risk any more, it is simply not lit."""
        return shown_state(self.state, is_over=self.is_over)


def shown_state(state: StarState, *, is_over: bool) -> StarState:
    """Return how a state reads. Read so, not stored so: what was frozen keeps its words, and its digest what it covers."""
    return StarState.UNLIT if is_over and state is StarState.AT_RISK else state


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchScore:
    """`tier` is the best one whose conditions hold; who gets it where it has a quota is decided among all (rules/places.py).

    `changes` is what the items without a star change of the total, by kind, after their caps.
    """

    stars: tuple[StarScore, ...]
    total: int
    lit_stars: int
    tier: str | None
    items: tuple[ItemScore, ...] = ()
    changes: dict[ItemKind, int] = field(default_factory=dict)

    @property
    def vetoes(self) -> tuple[Item, ...]:
        """The vetoes that apply."""
        return applying(self.items)


def applying(items: Sequence[ItemScore]) -> tuple[Item, ...]:
    return tuple(one.item for one in items if one.item.kind is ItemKind.VETO and one.points)


def score_branch(
    scheme: Scheme,
    values: Mapping[str, int | None],
    assessed: Mapping[str, int],
    *,
    aims: Sequence[str] | None,
    elapsed: Fraction,
    taken_back: Collection[str] = (),
) -> BranchScore:
    """Score one branch. `elapsed` is the share of the round's days gone by; `aims` are the stars it aims for, None for all.

    `taken_back` are stars that a closed round gave and that were taken back since: their scores stay, they are not lit.
    """
    items = tuple(_score_item(item, values, assessed) for item in scheme.items)
    stars = _Stars(scheme, items, values, assessed, aims=aims, elapsed=elapsed, taken_back=taken_back).all()
    changes = _changes(scheme, items)
    gained = changes.get(ItemKind.BONUS, 0) + changes.get(ItemKind.HONOUR, 0) - changes.get(ItemKind.DEDUCTION, 0)
    total = max(sum(star.score for star in stars) + gained, 0)
    score = BranchScore(
        stars=stars,
        total=total,
        lit_stars=sum(star.state is StarState.LIT for star in stars),
        tier=None,
        items=items,
        changes=changes,
    )
    met = tiers_met(scheme, score)
    return replace(score, tier=scheme.tiers[met[0]].name) if met else score


def tiers_met(scheme: Scheme, score: BranchScore) -> tuple[int, ...]:
    """Return the places of the tiers whose conditions hold, best first; quotas are not asked here."""
    best = max((_best_under(veto, scheme) for veto in score.vetoes), default=0)
    if score.total < scheme.pass_at:
        return ()
    return tuple(n for n, tier in enumerate(scheme.tiers) if n >= best and _meets(tier, score))


def _best_under(veto: Item, scheme: Scheme) -> int:
    """Return the place of the best tier that `veto` leaves; past the last one where it leaves none."""
    if veto.tier_at_most is not None:
        return veto.tier_at_most
    return 0 if veto.stars else len(scheme.tiers)


def _meets(tier: Tier, score: BranchScore) -> bool:
    # What most tiers ask stands first: this is asked of every branch each time somebody's place among them may have changed.
    if score.lit_stars < tier.lit_stars or score.total < tier.total:
        return False
    if tier.each_star_percent and any(one.score * 100 < one.star.most * tier.each_star_percent for one in score.stars):
        return False
    if tier.each_star and any(one.score < tier.each_star for one in score.stars):
        return False
    if not tier.floors and not tier.lit:
        return True
    by_key = {one.star.key: one for one in score.stars}
    return all(by_key[key].score >= floor for key, floor in tier.floors) and all(
        by_key[key].state is StarState.LIT for key in tier.lit
    )


def _changes(scheme: Scheme, items: Sequence[ItemScore]) -> dict[ItemKind, int]:
    added: dict[ItemKind, int] = {}
    for one in items:
        if one.item.star is None and one.item.kind is not ItemKind.VETO:
            added[one.item.kind] = added.get(one.item.kind, 0) + one.points
    return {kind: min(points, scheme.caps.get(kind, points)) for kind, points in added.items()}


def _score_item(item: Item, values: Mapping[str, int | None], assessed: Mapping[str, int]) -> ItemScore:
    score = _score_indicator(item.indicator, values, assessed)
    # Nobody waits for a bonus or a veto: what is not given is not there.
    return ItemScore(item=item, score=replace(score, gap=None) if score.gap is Gap.NOT_ASSESSED else score)


def _score_indicator(
    indicator: Indicator, values: Mapping[str, int | None], assessed: Mapping[str, int]
) -> IndicatorScore:
    if indicator.source is Source.AUTOMATIC:
        return count_score(indicator, values)
    given = assessed.get(indicator.key)
    gap = Gap.NOT_ASSESSED if given is None else None
    # Above the maximum only under a draft version that asks for less than the one it was given under.
    return IndicatorScore(indicator=indicator, score=min(given or 0, indicator.most), inputs={}, gap=gap)


class _Stars:
    """The stars of one branch. A star may require others, so each is judged when it is asked for; the file has no circles."""

    def __init__(
        self,
        scheme: Scheme,
        items: Sequence[ItemScore],
        values: Mapping[str, int | None],
        assessed: Mapping[str, int],
        *,
        aims: Sequence[str] | None,
        elapsed: Fraction,
        taken_back: Collection[str] = (),
    ) -> None:
        self.scheme, self.items, self.aims, self.elapsed = scheme, items, aims, elapsed
        self.scores = {
            star.key: tuple(_score_indicator(one, values, assessed) for one in star.indicators) for star in scheme.stars
        }
        self.by_key = {star.key: star for star in scheme.stars}
        self.states: dict[str, StarState] = {}
        vetoes = applying(items)
        self.all_out = any(not veto.stars and veto.tier_at_most is None for veto in vetoes)
        self.out = {key for veto in vetoes for key in veto.stars}
        self.taken_back = frozenset(taken_back)

    def all(self) -> tuple[StarScore, ...]:
        return tuple(
            StarScore(
                star=star,
                score=self.sum_of(star),
                state=self.state_of(star.key),
                indicators=self.scores[star.key],
                added=self.change_of(star, ItemKind.BONUS, ItemKind.HONOUR),
                taken=self.change_of(star, ItemKind.DEDUCTION),
            )
            for star in self.scheme.stars
        )

    def change_of(self, star: Star, *kinds: ItemKind) -> int:
        return sum(one.points for one in self.items if one.item.star == star.key and one.item.kind in kinds)

    def net(self, star: Star) -> int:
        return self.change_of(star, ItemKind.BONUS, ItemKind.HONOUR) - self.change_of(star, ItemKind.DEDUCTION)

    def sum_of(self, star: Star) -> int:
        counted = sum(one.score for one in self.scores[star.key]) + self.net(star)
        return min(max(counted, 0), star.most)

    def state_of(self, key: str) -> StarState:
        if key not in self.states:
            self.states[key] = self._judge(self.by_key[key])
        return self.states[key]

    def _judge(self, star: Star) -> StarState:
        """Lit from `lit_at` on, if its floors hold, the stars it requires are lit, and no veto puts it out."""
        scores = {one.indicator.key: one for one in self.scores[star.key]}
        if star.key in self.taken_back:
            return StarState.TAKEN_BACK
        is_out = self.all_out or star.key in self.out
        required = {self.state_of(key) for key in star.requires}
        has_floors = all(scores[key].score >= floor for key, floor in star.needs)
        if self.sum_of(star) >= star.lit_at and has_floors and required <= {StarState.LIT} and not is_out:
            return StarState.LIT
        if self.aims is not None and star.key not in self.aims:
            return StarState.NOT_AIMED
        if is_out or not required <= {StarState.LIT, StarState.ON_COURSE}:
            return StarState.AT_RISK
        return StarState.ON_COURSE if self._is_likely(star, scores) else StarState.AT_RISK

    def _is_likely(self, star: Star, scores: Mapping[str, IndicatorScore]) -> bool:
        """Would it be lit at the end of the round if it went on like this?

        Counted indicators are stretched from the days gone by to the whole round; what nobody has assessed yet is left out of
        both sides. Nothing to judge by is on course: nobody is called late before anything could be known.
        """
        elapsed = self.elapsed
        if elapsed >= 1 or not elapsed:
            return not elapsed
        known = [one for one in scores.values() if one.gap is not Gap.NOT_ASSESSED]
        stretched = {one.indicator.key: _stretched(one, elapsed) for one in known}
        most = sum(one.indicator.most for one in known)
        likely = sum(stretched.values()) + self.net(star) * elapsed.numerator
        has_floors = all(stretched[key] >= floor * elapsed.numerator for key, floor in star.needs if key in stretched)
        return has_floors and likely * star.most >= star.lit_at * most * elapsed.numerator


def _stretched(one: IndicatorScore, elapsed: Fraction) -> int:
    """Return what a score would come to by the end of the round, times `elapsed.numerator`: so it is a whole number."""
    if one.indicator.source is Source.ASSESSED:
        return one.score * elapsed.numerator
    return min(one.score * elapsed.denominator, one.indicator.most * elapsed.numerator)
