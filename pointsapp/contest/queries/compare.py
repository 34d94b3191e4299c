"""Two branches of one round side by side: stars, indicators, who is ahead by how much, and what each lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core.errors import NotFound
from pointsapp.stars.queries import RoundRow, Standing, ready
from pointsapp.stars.rules.figures import Gap
from pointsapp.stars.rules.scheme import Indicator, Star
from pointsapp.stars.rules.score import StarScore, StarState


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Points of one indicator that a branch has not got, in hundredths; `gap` says why it has none of its own yet."""

    star: Star
    indicator: Indicator
    missing: int
    gap: Gap | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorPair:
    indicator: Indicator
    scores: tuple[int, int]
    gaps: tuple[Gap | None, Gap | None]

    @property
    def difference(self) -> int:
        """How far the first is ahead; below 0 where it is behind."""
        return self.scores[0] - self.scores[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class StarPair:
    star: Star
    scores: tuple[int, int]
    states: tuple[StarState, StarState]
    indicators: tuple[IndicatorPair, ...]

    @property
    def difference(self) -> int:
        return self.scores[0] - self.scores[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`lacks` are, for each of the two, what the stars that it aims for and has not lit still want, the largest first."""

    rows: tuple[Standing, Standing]
    stars: tuple[StarPair, ...]
    lacks: tuple[tuple[Lack, ...], tuple[Lack, ...]]

    @property
    def difference(self) -> int:
        return self.rows[0].score.total - self.rows[1].score.total


def branches_to_compare(
    session: Session, found: RoundRow, first: str, second: str, *, now: datetime
) -> tuple[list[Standing], Comparison | None]:
    """Return all branches of the round in the order of their codes, and the two that were chosen side by side (None: not two yet).

    NotFound where one that was named takes no part.
    """
    rows = sorted(ready(session, found, now=now).rows, key=lambda row: row.branch.code)
    if not first or not second or first == second:
        return rows, None
    by_name = {name: row for row in rows for name in (row.branch.code, row.branch.public_id)}
    if first not in by_name or second not in by_name:
        raise NotFound()
    return rows, side_by_side(by_name[first], by_name[second])


def side_by_side(first: Standing, second: Standing) -> Comparison:
    """Compare two standings of one round."""
    stars = [_star(one, other) for one, other in zip(first.score.stars, second.score.stars, strict=True)]
    return Comparison(rows=(first, second), stars=tuple(stars), lacks=(_lacks(first), _lacks(second)))


def _star(one: StarScore, other: StarScore) -> StarPair:
    pairs = [
        IndicatorPair(indicator=left.indicator, scores=(left.score, right.score), gaps=(left.gap, right.gap))
        for left, right in zip(one.indicators, other.indicators, strict=True)
    ]
    return StarPair(
        star=one.star, scores=(one.score, other.score), states=(one.shown, other.shown), indicators=tuple(pairs)
    )


def _lacks(row: Standing) -> tuple[Lack, ...]:
    wanted = [star for star in row.score.stars if star.state not in (StarState.LIT, StarState.NOT_AIMED)]
    found = [
        Lack(star=star.star, indicator=one.indicator, missing=one.indicator.most - one.score, gap=one.gap)
        for star in wanted
        for one in star.indicators
        if one.score < one.indicator.most
    ]
    return tuple(sorted(found, key=lambda lack: (-lack.missing, lack.indicator.key)))
