"""What a scheme version says, as frozen rows. Scores are whole hundredths, so that sums are exact.

The stored definition is plain JSON; `read_scheme` is its only reader. A key that an older version does not have means what it
meant then: definitions are stored sparsely, and none is ever rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

HUNDREDTHS = 100
# The colours of static/css/tokens.css, --star-1 … --star-5: each reads in light, dark and on the wall.
COLOURS = ("red", "orange", "blue", "pink", "green")
HEADCOUNT = "headcount"
# Named by an indicator's `by` beside the roles: a panel 亮赛比评审组 scores it (feature contest), nobody by hand.
PANEL = "panel"


class Source(StrEnum):
    AUTOMATIC = "automatic"  # counted from event rows
    ASSESSED = "assessed"  # scored by hand, with a reason


class ItemKind(StrEnum):
    """What stands beside the indicators; all but vetoes change the score."""

    BONUS = "bonus"
    HONOUR = "honour"  # worth exactly its points, once
    DEDUCTION = "deduction"
    VETO = "veto"  # 一票否决: it applies or it does not


class TieRule(StrEnum):
    """What becomes of branches that are equal at the edge of a quota."""

    OUT = "out"  # none of them gets the tier: the quota is never exceeded
    IN = "in"  # all of them get it, even if the quota is exceeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """How a counted figure becomes a score.

    The figure is `of`, or `of` per `per` heads, or `of` in percent of `to`. With `bands` the highest band reached gives its
    score; otherwise the score rises in a straight line from `zero_at` to `full_at` (less is better where they stand the
    other way round). `least` is the smallest `to` or head count that still makes a fair figure.
    """

    of: str
    to: str | None = None
    per: int | None = None
    zero_at: int = 0
    full_at: int = 0
    bands: tuple[tuple[int, int], ...] = ()  # (at least, score in hundredths), highest first
    least: int = 1

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics this formula reads."""
        if self.to is not None:
            return (self.of, self.to)
        return (self.of, HEADCOUNT) if self.per is not None else (self.of,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """`by` are the roles that may assess it (empty: whoever may assess the branch at all)."""

    key: str
    name: str
    unit: str
    most: int  # hundredths
    source: Source
    formula: Formula | None = None
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A bonus, honour, deduction or veto. `indicator.most` is its cap; of an honour exactly what it is worth.

    With `star` it counts inside that star, else on the total. `each` is what one occurrence is worth. A veto puts out `stars`, or
    lets no tier better than place `tier_at_most` (0 is the best); one that names neither puts out every star and leaves no tier.
    """

    kind: ItemKind
    indicator: Indicator
    star: str | None = None
    each: int | None = None
    stars: tuple[str, ...] = ()
    tier_at_most: int | None = None

    @property
    def key(self) -> str:
        return self.indicator.key

    @property
    def step(self) -> int | None:
        """What a score of it must be a whole number of times, None for any score."""
        return self.indicator.most if self.kind in (ItemKind.HONOUR, ItemKind.VETO) else self.each

    def puts_out(self, star: str) -> bool:
        """Tell whether this veto, where it applies, keeps the star with this key from being lit."""
        return self.kind is ItemKind.VETO and (star in self.stars or (not self.stars and self.tier_at_most is None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Star:
    """`lit_at` is the score in hundredths from which the star is lit; `needs` are floors under indicators; `requires` are stars."""

    key: str
    name: str
    colour: str
    lit_at: int
    indicators: tuple[Indicator, ...]
    needs: tuple[tuple[str, int], ...] = ()
    requires: tuple[str, ...] = ()

    @property
    def most(self) -> int:
        return sum(indicator.most for indicator in self.indicators)

    @property
    def tone(self) -> int:
        """The number of its colour in the style sheet."""
        return COLOURS.index(self.colour) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most so many of a round's branches: `percent_hundredths` of them rounded down, or `branches`; never fewer than `least`."""

    percent_hundredths: int | None = None
    branches: int | None = None
    least: int = 0
    ties: TieRule = TieRule.OUT

    def places(self, taking_part: int) -> int:
        """Return how many of `taking_part` branches the quota lets in."""
        share = self.branches if self.percent_hundredths is None else taking_part * self.percent_hundredths // 10_000
        return max(share or 0, self.least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Reached with this many lit stars, this total, this share and score of every star, these floors, these stars lit."""

    name: str
    lit_stars: int
    total: int
    each_star_percent: int
    each_star: int = 0
    floors: tuple[tuple[str, int], ...] = ()
    lit: tuple[str, ...] = ()
    quota: Quota | None = None


# No slots: what is looked up by key is kept beside the rows.
@dataclass(frozen=True, kw_only=True)
class Scheme:
    """`caps` bound what bonuses, honours and deductions together change of the total; below `pass_at` there is no tier.

    `ties` is what equal totals are compared by, in this order: `lit_stars` or the key of a star.
    """

    code: str
    version: int
    name: str
    stars: tuple[Star, ...]
    tiers: tuple[Tier, ...]  # best first
    items: tuple[Item, ...] = ()
    caps: dict[ItemKind, int] = field(default_factory=dict)
    pass_at: int = 0
    ties: tuple[str, ...] = ()

    @property
    def most(self) -> int:
        """The full score without bonuses and honours."""
        return sum(star.most for star in self.stars)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        return tuple(indicator for star in self.stars for indicator in star.indicators)

    @cached_property
    def _by_key(self) -> dict[str, Indicator]:
        return {one.key: one for one in (*self.indicators, *(item.indicator for item in self.items))}

    def indicator(self, key: str) -> Indicator | None:
        """Return the indicator with this key, also that of an item."""
        return self._by_key.get(key)

    def item(self, key: str) -> Item | None:
        return next((item for item in self.items if item.key == key), None)


def read_scheme(definition: dict[str, Any], *, english: bool = False) -> Scheme:
    """Return the scheme in a checked definition (see rules/check, which writes this shape); `english`: names in English, if given."""
    tiers = [tier["name"] for tier in definition["tiers"]]
    return Scheme(
        code=definition["code"],
        version=definition["version"],
        name=_name(definition, english),
        stars=tuple(_star(star, english) for star in definition["stars"]),
        tiers=tuple(_tier(tier, english) for tier in definition["tiers"]),
        items=tuple(_item(item, tiers, english) for item in definition.get("items", ())),
        caps={ItemKind(kind): cap for kind, cap in definition.get("caps", {}).items()},
        pass_at=definition.get("pass_at", 0),
        ties=tuple(definition.get("ties", ())),
    )


def _name(part: dict[str, Any], english: bool) -> str:
    return str(part.get("name_en") or part["name"]) if english else str(part["name"])


def _star(star: dict[str, Any], english: bool) -> Star:
    return Star(
        key=star["key"],
        name=_name(star, english),
        colour=star["colour"],
        lit_at=star["lit_at"],
        indicators=tuple(_indicator(one, english) for one in star["indicators"]),
        needs=tuple((key, at_least) for key, at_least in star.get("needs", ())),
        requires=tuple(star.get("requires", ())),
    )


def _indicator(one: dict[str, Any], english: bool) -> Indicator:
    formula = one.get("formula")
    return Indicator(
        key=one["key"],
        name=_name(one, english),
        unit=one["unit"],
        most=one["most"],
        source=Source(one["source"]),
        formula=None if formula is None else Formula(**{**formula, "bands": tuple(map(tuple, formula["bands"]))}),
        by=tuple(one.get("by", ())),
    )


def _item(item: dict[str, Any], tiers: list[str], english: bool) -> Item:
    bound = item.get("tier_at_most")
    return Item(
        kind=ItemKind(item["kind"]),
        indicator=_indicator(item, english),
        star=item.get("star"),
        each=item.get("each"),
        stars=tuple(item.get("stars", ())),
        tier_at_most=None if bound is None else tiers.index(bound),
    )


def _tier(tier: dict[str, Any], english: bool) -> Tier:
    quota = tier.get("quota")
    return Tier(
        name=_name(tier, english),
        lit_stars=tier["lit_stars"],
        total=tier["total"],
        each_star_percent=tier["each_star_percent"],
        each_star=tier.get("each_star", 0),
        floors=tuple(tier.get("floors", {}).items()),
        lit=tuple(tier.get("lit", ())),
        quota=None if quota is None else Quota(**{**quota, "ties": TieRule(quota["ties"])}),
    )
