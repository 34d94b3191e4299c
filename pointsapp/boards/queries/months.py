"""What the people of an area did together in a month: no ranking, nobody's name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.areas.queries import AreaRow, below, ids_in
from pointsapp.boards import rules
from pointsapp.boards.models import HomeSum
from pointsapp.boards.queries.tail import Unsettled, consistently, read_tail
from pointsapp.core import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityMonth:
    """What the people of one area did together this month, and in the whole of last month."""

    area: str
    people: int  # who has points, or who has minutes where only hours are told
    minutes: int
    points: int = 0
    minutes_last_month: int = 0
    helpers: int = 0  # who has minutes


@dataclass(slots=True)
class _Sums:
    """Figures of one area and month: who has points, who has minutes, and how many of each."""

    earners: int = 0
    helpers: int = 0
    points: int = 0
    minutes: int = 0

    def add(self, points: int, minutes: int, sign: int = 1) -> None:
        """Add one person; below zero counts for nothing."""
        self.earners += sign * (points > 0)
        self.helpers += sign * (minutes > 0)
        self.points += sign * max(points, 0)
        self.minutes += sign * max(minutes, 0)


_Homes = dict[tuple[str, int], _Sums]  # by (month, home area)


def community_month(session: Session, area: AreaRow, *, now: datetime) -> CommunityMonth:
    """Return the month of an area's people: together, without anybody's name."""
    this, last = _months(now)
    homes = consistently(session, lambda: _read(session, (this, last), area.path))
    here = {area_id for (area_id,) in session.execute(select(Area.id).where(below(Area.path, area.path)))}
    now_sums, before = _together(homes, this.key, here), _together(homes, last.key, here)
    return CommunityMonth(
        area=area.name,
        people=now_sums.earners,
        points=now_sums.points,
        minutes=now_sums.minutes,
        minutes_last_month=before.minutes,
        helpers=now_sums.helpers,
    )


def communities_month(session: Session, *, now: datetime) -> list[CommunityMonth]:
    """Return this month's hours of every community beside its own last month, in the order of their codes: no ranking."""
    this, last = _months(now)
    homes = consistently(session, lambda: _read(session, (this, last), "/"))
    places = session.execute(select(Area.id, Area.path, Area.name, Area.kind).order_by(Area.code)).all()
    communities = {area_id: name for area_id, _path, name, kind in places if kind is AreaKind.COMMUNITY}
    inside: dict[int, set[int]] = {area_id: set() for area_id in communities}
    for area_id, path, _name, _kind in places:
        for above in ids_in(path):
            if above in inside:
                inside[above].add(area_id)
    found = []
    for area_id, name in communities.items():
        now_sums = _together(homes, this.key, inside[area_id])
        before = _together(homes, last.key, inside[area_id])
        found.append(
            CommunityMonth(
                area=name,
                people=now_sums.helpers,
                minutes=now_sums.minutes,
                minutes_last_month=before.minutes,
            )
        )
    return found


def _months(now: datetime) -> tuple[rules.Span, rules.Span]:
    today = clock.local_day(now)
    return rules.span_of("month", today), rules.last_month(today)


def _read(session: Session, months: tuple[rules.Span, rules.Span], path: str) -> tuple[int, _Homes]:
    """Return the version read and the sums per month and home below `path`, the unfolded people put right."""
    tail = read_tail(session, months)
    homes: _Homes = defaultdict(_Sums)
    query = select(HomeSum).where(HomeSum.period.in_([month.key for month in months]))
    if path != "/":
        query = query.join(Area, Area.id == HomeSum.home_id).where(below(Area.path, path))
    for row in session.execute(query).scalars():
        homes[(row.period, row.home_id)] = _Sums(row.earners, row.helpers, row.points, row.minutes)
    for one in tail.people:
        _put_right(homes, one, months)
    return tail.version, homes


def _put_right(homes: _Homes, one: Unsettled, months: tuple[rules.Span, rules.Span]) -> None:
    for month, figure in zip(months, one.figures, strict=True):
        if figure.folded_home_id is not None:
            homes[(month.key, figure.folded_home_id)].add(figure.folded_points, figure.folded_minutes, -1)
        if one.home_id is not None:
            homes[(month.key, one.home_id)].add(figure.points, figure.minutes)


def _together(homes: _Homes, key: str, areas: set[int]) -> _Sums:
    found = _Sums()
    for area_id in areas:
        one = homes.get((key, area_id))
        if one is not None:
            found.earners += one.earners
            found.helpers += one.helpers
            found.points += one.points
            found.minutes += one.minutes
    return found
