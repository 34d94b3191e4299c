"""How standings are shown: in ranks, or where an operator has switched ranks off, in tiers; one branch beside its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import groupby
from statistics import median_high, median_low

from sqlalchemy.orm import Session

from pointsapp.core import policy
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.stars.policies import PLAN_RISK_DAYS, PLAN_RISK_PROGRESS, SHOWS_RANKS
from pointsapp.stars.queries.board import Ready
from pointsapp.stars.queries.editions import edition_of
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.standings import Standing, stored_standings
from pointsapp.stars.rules.plans import RiskRule
from pointsapp.stars.rules.scheme import Scheme, Star

LEAST_PEERS = 3  # the median of fewer branches would tell of one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class TierGroup:
    """The branches of one tier, in the order of their codes; `tier` is None where a branch has none. `place` is 1 for the best."""

    tier: str | None
    place: int
    rows: tuple[Standing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke:
    """One star of a branch in percent of its maximum, and the median of its street; None where too few branches stand there."""

    star: Star
    own: Fraction
    median: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Radar:
    """`area` is the street (or what the branches are compared in), `peers` how many branches stand there, this one included."""

    area: str | None
    peers: int
    spokes: tuple[Spoke, ...]

    @property
    def has_median(self) -> bool:
        return self.peers >= LEAST_PEERS


def shows_ranks(session: Session, *, now: datetime) -> bool:
    """Tell whether boards show ranks; if not they show tiers, in which nobody stands before another."""
    return bool(policy.value(session, SHOWS_RANKS, now=now))


def page_rules(session: Session, *, now: datetime) -> tuple[bool, RiskRule]:
    """Return whether ranks are shown, and the rule for what of a plan is at risk: both with one look."""
    has_ranks, days, progress = policy.values(session, SHOWS_RANKS, PLAN_RISK_DAYS, PLAN_RISK_PROGRESS, now=now)
    return bool(has_ranks), RiskRule(days=days, progress=progress)


def tier_place(scheme: Scheme, tier: str | None) -> int:
    """Return 1 for the best tier; past the last one where there is none."""
    names = [one.name for one in scheme.tiers]
    return names.index(tier) + 1 if tier in names else len(names) + 1


def in_tiers(scheme: Scheme, rows: Iterable[Standing]) -> list[Standing]:
    """Return `rows` tier by tier, the best tier first, and inside a tier in the order of their codes."""
    return sorted(rows, key=lambda row: (tier_place(scheme, row.score.tier), row.branch.code))


def tier_groups(scheme: Scheme, rows: Iterable[Standing]) -> tuple[TierGroup, ...]:
    """Return the tiers that have branches among `rows`."""
    return tuple(
        TierGroup(tier=tier, place=tier_place(scheme, tier), rows=tuple(group))
        for tier, group in groupby(in_tiers(scheme, rows), key=lambda row: row.score.tier)
    )


def in_tier(scheme: Scheme, rows: Iterable[Standing], place: int | None) -> list[Standing]:
    """Return the branches of the tier at `place`, 1 for the best; all of them for None."""
    return [row for row in rows if place is None or tier_place(scheme, row.score.tier) == place]


def shown_page(
    scheme: Scheme, standing: Ready, page: PageRequest, *, has_ranks: bool, tier: int | None = None
) -> Page[Standing]:
    """Return a page of the board: by rank, or tier by tier; only the tier at place `tier`, where one is named.

    The cursor is the rank (or the tier's place) and the branch's code.
    """
    if has_ranks and tier is None:
        return standing.page(page)

    def key(row: Standing) -> tuple[int, str]:
        return row.rank if has_ranks else tier_place(scheme, row.score.tier), row.branch.code

    after = page.after or (0, "")
    later = sorted((row for row in in_tier(scheme, standing.rows, tier) if key(row) > after), key=key)
    return cut(later[: page.limit + 1], page.limit, key)


def edition_standings(
    session: Session, found: RoundRow, number: int, page: PageRequest, *, has_ranks: bool
) -> Page[Standing]:
    """Return a page of what edition `number` of a closed round holds, with the board's order and cursor; NotFound where there is none."""
    rows = stored_standings(session, found, number) if edition_of(session, found, number) else None
    if rows is None:
        raise NotFound()

    def key(row: Standing) -> tuple[int, str]:
        return row.rank if has_ranks else tier_place(found.scheme, row.score.tier), row.branch.code

    later = sorted((row for row in rows if key(row) > (page.after or (0, ""))), key=key)
    return cut(later[: page.limit + 1], page.limit, key)


def radar(standing: Standing, rows: Sequence[Standing], street: tuple[str, str] | None) -> Radar:
    """Return how full each star of the branch is, beside the median of the branches (among `rows`) of its street, a name and a path."""
    peers = [row for row in rows if street is None or row.branch.area_path.startswith(street[1])]
    has_median = len(peers) >= LEAST_PEERS
    return Radar(
        area=street[0] if street else None,
        peers=len(peers),
        spokes=tuple(
            Spoke(
                star=one.star,
                own=_percent(one.score, one.star.most),
                median=_percent(_median([row.score.stars[n].score for row in peers]), one.star.most)
                if has_median
                else None,
            )
            for n, one in enumerate(standing.score.stars)
        ),
    )


def _median(scores: Sequence[int]) -> Fraction:
    # Of whole numbers, and only then a percentage: to sort a city's fractions takes a tenth of a second.
    return Fraction(median_low(scores) + median_high(scores), 2)


def _percent(score: int | Fraction, most: int) -> Fraction:
    return Fraction(score) * 100 / most if most else Fraction(0)
