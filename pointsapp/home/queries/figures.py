"""The console's statistics: what was done in one's areas, by week, by kind of work and by community."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, null, select, union_all
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import areas_by_ids, below_any
from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.core import clock
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.home.queries.nearby import COMMUNITY_DEPTH
from pointsapp.tasks.models import Shift, Task, TaskCategory

WEEKS = 12
MOST_STEPS = 6  # as deep as an area tree goes
PERIODS = ("month", "quarter", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """People who came, how often, their minutes and points. `name` is a kind of work or a community."""

    name: str
    people: int
    times: int
    minutes: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    period: str
    starts_on: date
    total: Sums
    weeks: tuple[tuple[date, int, int], ...]  # Monday, minutes, points
    categories: tuple[Sums, ...]
    communities: tuple[Sums, ...]


def figures(session: Session, actor: Actor, period: str, *, now: datetime) -> Figures:
    """Return the statistics of the areas this actor works for, since the current period began."""
    mine = below_any(Area.path, actor.paths(COMMUNITY_STAFF))
    start = clock.period_start(period, now)
    assert start is not None
    kinds, communities, total = _added(session, and_(mine, Attendance.to_at >= start))
    return Figures(
        period=period,
        starts_on=clock.local_day(start),
        total=total,
        weeks=_weeks(session, mine, now),
        categories=kinds,
        communities=communities,
    )


def _credited(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Attendance)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(Attendance.state == AttendanceState.CREDITED)
    )


def _added(session: Session, since: ColumnElement[bool]) -> tuple[tuple[Sums, ...], tuple[Sums, ...], Sums]:
    """Add the work up by kind, by community (a grid's work is its community's) and in all; everywhere a person counts once.

    The attendances are read once: what each person did at each kind of work in each community is what all three are added up from.
    """
    category = func.coalesce(TaskCategory.name, Task.category).label("category")
    community = _communities()
    done = (
        _credited(
            category,
            community.c.community_id,
            Attendance.person_id,
            func.count().label("times"),
            func.sum(Attendance.minutes).label("minutes"),
            func.sum(Attendance.points).label("points"),
        )
        .join(community, community.c.area_id == Area.id)
        .outerjoin(TaskCategory, TaskCategory.key == Task.category)
        .where(since)
        .group_by(category, community.c.community_id, Attendance.person_id)
        .cte("done")
    )
    sums = (
        func.count(done.c.person_id.distinct()),
        func.coalesce(func.sum(done.c.times), 0),
        func.coalesce(func.sum(done.c.minutes), 0),
        func.coalesce(func.sum(done.c.points), 0),
    )
    rows = session.execute(
        union_all(
            select(done.c.category, null().label("community_id"), *sums).group_by(done.c.category),
            select(null(), done.c.community_id, *sums).group_by(done.c.community_id),
            select(null(), null(), *sums),
        )
    ).all()
    names = areas_by_ids(session, {row[1] for row in rows if row[1] is not None})
    kinds = [_sums(row[0], row[2:]) for row in rows if row[0] is not None]
    places = sorted((row for row in rows if row[1] is not None), key=lambda row: names[row[1]].code)
    total = next(row for row in rows if row[0] is None and row[1] is None)
    return (
        tuple(sorted(kinds, key=lambda one: (-one.minutes, one.name))),
        tuple(_sums(names[row[1]].name, row[2:]) for row in places),
        _sums("", total[2:]),
    )


def _sums(name: str, row: Any) -> Sums:
    people, times, minutes, points = (int(each) for each in row)
    return Sums(name=name, people=people, times=times, minutes=minutes, points=points)


def _communities() -> CTE:
    """Select (area, community): the area above it at a community's depth, or itself where it lies higher.

    By parents, a few steps of a key each: to hold every path against every community's takes a city a third of a second.
    """
    way = [aliased(Area) for _ in range(MOST_STEPS - COMMUNITY_DEPTH + 1)]
    own, community = way[0], aliased(Area)
    far_up = select(community.id).where(
        _depth(community) == COMMUNITY_DEPTH, own.path.like(community.path + "%")
    )  # asked only where somebody's tree is deeper than any we know of
    known = [(_depth(one) == COMMUNITY_DEPTH, one.id) for one in way]
    found = case(*known, (_depth(own) > MOST_STEPS, far_up.correlate(own).scalar_subquery()), else_=own.id)
    steps = select(own.id.label("area_id"), found.label("community_id"))
    for lower, upper in pairwise(way):
        steps = steps.outerjoin(upper, upper.id == lower.parent_id)
    return steps.cte("community")


def _depth(area: Any) -> ColumnElement[int]:
    """Return how many areas are on the way to this one, itself included: each ends with a slash, and one stands before the first."""
    return func.length(area.path) - func.length(func.replace(area.path, "/", "")) - 1


def _weeks(session: Session, mine: ColumnElement[bool], now: datetime) -> tuple[tuple[date, int, int], ...]:
    """Sum the last weeks, grouped by the moment work ended: dialects disagree on what a week is, we do not."""
    monday = clock.period_start("week", now)
    assert monday is not None
    starts = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    minutes, points = [0] * WEEKS, [0] * WEEKS
    for to_at, served, given in session.execute(
        _credited(Attendance.to_at, func.sum(Attendance.minutes), func.sum(Attendance.points))
        .where(mine, Attendance.to_at >= starts[0])
        .group_by(Attendance.to_at)
    ):
        place = bisect(starts, to_at) - 1
        minutes[place] += int(served)
        points[place] += int(given)
    return tuple(zip((clock.local_day(start) for start in starts), minutes, points, strict=True))
