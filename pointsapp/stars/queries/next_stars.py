"""What would light a branch's next star, from its standing and the catalogue of metrics."""

from __future__ import annotations

from datetime import datetime

from pointsapp.core.metrics import Counting
from pointsapp.stars.models import RoundState
from pointsapp.stars.queries.metrics import METRICS
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.standings import Standing
from pointsapp.stars.rules.next_star import Lack, Limits, lacks

# What more work brings: never the register of members or the official head count.
BY_WORK = (Counting.SUM, Counting.PEOPLE, Counting.MEMBERS)


def next_stars(found: RoundRow, standing: Standing, *, now: datetime) -> tuple[Lack, ...]:
    """Return what each unlit star that the branch aims for lacks, the nearest first; nothing once the round's time is over."""
    if found.state is not RoundState.OPEN or now >= found.span(now).end:
        return ()
    return lacks(found.scheme, standing.score, standing.aims, limits_of(standing))


def limits_of(standing: Standing) -> Limits:
    """Return which metrics work can raise here: of people no more than there are members, or than live there."""
    most: dict[str, int] = {}
    for metric in METRICS.values():
        if metric.over is None and metric.by is Counting.MEMBERS:
            most[metric.key] = standing.tally.party_members
        if metric.over is None and metric.by is Counting.PEOPLE and standing.headcount is not None:
            most[metric.key] = standing.headcount.people
    return Limits(raisable={metric.key for metric in METRICS.values() if metric.by in BY_WORK}, most=most)
