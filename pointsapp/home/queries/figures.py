"""The console's statistics: what was done in one's areas, by week, by kind of work and by community."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import areas_by_ids, below_any, ids_in
from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.core import clock
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.home.queries.nearby import COMMUNITY_DEPTH
from pointsapp.tasks.models import Shift, Task, TaskCategory

WEEKS = 12
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
    since = and_(mine, Attendance.to_at >= start)
    category = func.coalesce(TaskCategory.name, Task.category)
    by_kind = session.execute(
        _credited(category, *_SUMS)
        .outerjoin(TaskCategory, TaskCategory.key == Task.category)
        .where(since)
        .group_by(category)
        .order_by(func.sum(Attendance.minutes).desc(), category)
    )
    total = session.execute(_credited(*_SUMS).where(since)).one()
    return Figures(
        period=period,
        starts_on=clock.local_day(start),
        total=_sums("", total),
        weeks=_weeks(session, mine, now),
        categories=tuple(_sums(row[0], row[1:]) for row in by_kind),
        communities=_communities(session, since),
    )


_SUMS = (
    func.count(Attendance.person_id.distinct()),
    func.count(),
    func.coalesce(func.sum(Attendance.minutes), 0),
    func.coalesce(func.sum(Attendance.points), 0),
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


def _sums(name: str, row: Any) -> Sums:
    people, times, minutes, points = row
    return Sums(name=name, people=people, times=times, minutes=int(minutes), points=int(points))


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


def _communities(session: Session, since: ColumnElement[bool]) -> tuple[Sums, ...]:
    """Sum by community: a grid's work is its community's, and one person counts once in it."""
    rows = session.execute(
        _credited(
            Area.path,
            Attendance.person_id,
            func.count(),
            func.sum(Attendance.minutes),
            func.sum(Attendance.points),
        )
        .where(since)
        .group_by(Area.path, Attendance.person_id)
    )
    people: dict[int, set[int]] = {}
    sums: dict[int, list[int]] = {}
    for path, person_id, times, minutes, points in rows:
        area_id = ids_in(path)[:COMMUNITY_DEPTH][-1]
        people.setdefault(area_id, set()).add(person_id)
        kept = sums.setdefault(area_id, [0, 0, 0])
        sums[area_id] = [kept[0] + times, kept[1] + int(minutes), kept[2] + int(points)]
    names = areas_by_ids(session, sums)
    return tuple(
        Sums(
            name=names[area_id].name,
            people=len(people[area_id]),
            times=sums[area_id][0],
            minutes=sums[area_id][1],
            points=sums[area_id][2],
        )
        for area_id in sorted(sums, key=lambda each: names[each].code)
    )
