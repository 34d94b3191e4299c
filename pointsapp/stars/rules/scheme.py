"""What a scheme version says, as frozen rows. Scores are whole hundredths, so that sums are exact.

The stored definition is plain JSON; `read_scheme` is its only reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

HUNDREDTHS = 100
# The colours of static/css/tokens.css, --star-1 … --star-5: each reads in light, dark and on the wall.
COLOURS = ("red", "orange", "blue", "pink", "green")


class Source(StrEnum):
    AUTOMATIC = "automatic"  # counted from event rows
    ASSESSED = "assessed"  # scored by hand, with a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """How a counted figure becomes a score.

    The figure is `of`, or `of` per `per` heads, or `of` in percent of `to`. With `bands` the highest band reached gives its
    score; otherwise the score rises in a straight line from `zero_at` to `full_at` (less is better where they stand the
    other way round). `least` is the smallest `to` that still makes a fair ratio.
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


HEADCOUNT = "headcount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    key: str
    name: str
    unit: str
    most: int  # hundredths
    source: Source
    formula: Formula | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Star:
    """`lit_at` is the score in hundredths from which the star is lit."""

    key: str
    name: str
    colour: str
    lit_at: int
    indicators: tuple[Indicator, ...]

    @property
    def most(self) -> int:
        return sum(indicator.most for indicator in self.indicators)

    @property
    def tone(self) -> int:
        """The number of its colour in the style sheet."""
        return COLOURS.index(self.colour) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Reached with at least this many lit stars, this total, and this share of every star."""

    name: str
    lit_stars: int
    total: int
    each_star_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    code: str
    version: int
    name: str
    stars: tuple[Star, ...]
    tiers: tuple[Tier, ...]  # best first

    @property
    def most(self) -> int:
        return sum(star.most for star in self.stars)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        return tuple(indicator for star in self.stars for indicator in star.indicators)

    def indicator(self, key: str) -> Indicator | None:
        return next((one for one in self.indicators if one.key == key), None)


def read_scheme(definition: dict[str, Any]) -> Scheme:
    """Return the scheme in a checked definition (see rules/check.py, which writes this shape)."""
    return Scheme(
        code=definition["code"],
        version=definition["version"],
        name=definition["name"],
        stars=tuple(_star(star) for star in definition["stars"]),
        tiers=tuple(Tier(**tier) for tier in definition["tiers"]),
    )


def _star(star: dict[str, Any]) -> Star:
    indicators = tuple(_indicator(one) for one in star["indicators"])
    return Star(key=star["key"], name=star["name"], colour=star["colour"], lit_at=star["lit_at"], indicators=indicators)


def _indicator(one: dict[str, Any]) -> Indicator:
    formula = one.get("formula")
    return Indicator(
        key=one["key"],
        name=one["name"],
        unit=one["unit"],
        most=one["most"],
        source=Source(one["source"]),
        formula=None if formula is None else Formula(**{**formula, "bands": tuple(map(tuple, formula["bands"]))}),
    )
