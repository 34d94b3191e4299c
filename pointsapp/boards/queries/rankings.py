"""Who earned how much: read from the ledger, nothing is counted a second time here.

A ranking shows points earned, not held, so that spending costs nobody their place. Listed are people whose home lies in the
area; above their own community only those who chose to be. Names are masked, and everybody is told their own place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.areas.queries import AreaRow, area_by_id, areas_by_ids, below, ids_in, require_area
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.ledger.models import Unit
from pointsapp.ledger.queries import earned_select
from pointsapp.people.models import Person

PERIODS = ("week", "month", "quarter", "year", "all")
# At these every neighbour is listed; above them only who chose to be.
OWN_KINDS = frozenset({AreaKind.COMMUNITY, AreaKind.GRID, AreaKind.MICRO_GRID, AreaKind.SPECIAL_GRID})


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What is ranked: an area (None: everywhere) and a period that began at `start` (None: from the beginning)."""

    area: AreaRow | None
    period: str
    start: datetime | None

    @property
    def lists_everyone(self) -> bool:
        return self.area is not None and self.area.kind in OWN_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class RankRow:
    """One place; `name` is masked, `is_me` marks the reader's own line."""

    person_id: int
    rank: int
    name: str
    points: int
    is_me: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MyRank:
    rank: int
    points: int
    is_listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityMonth:
    """What the people of one area did together this month, and (where asked) in the whole of last month."""

    area: str
    people: int
    minutes: int
    points: int = 0
    minutes_last_month: int = 0


def board_for(session: Session, actor: Actor | None, area: str | None, period: str, *, now: datetime) -> Board:
    """Return the board asked for; without `area` the person's own community. Raises UnknownArea."""
    found = require_area(session, area) if area else _own_community(session, actor)
    return Board(area=found, period=period, start=clock.period_start(period, now))


def _own_community(session: Session, actor: Actor | None) -> AreaRow | None:
    if actor is None or actor.home_area_id is None or actor.home_path is None:
        return None
    along = areas_by_ids(session, ids_in(actor.home_path))
    community = next((row for row in along.values() if row.kind is AreaKind.COMMUNITY), None)
    return community or area_by_id(session, actor.home_area_id)


def _listed(board: Board) -> Select[Any]:
    """Select everybody on the board with their place; equal points share one."""
    earned = earned_select(board.start).subquery()
    query = (
        select(
            Person.id.label("person_id"),
            Person.name,
            earned.c.points,
            func.rank().over(order_by=earned.c.points.desc()).label("rank"),
        )
        .join(earned, earned.c.person_id == Person.id)
        .where(earned.c.points > 0, Person.erased_at.is_(None))
    )
    if not board.lists_everyone:
        query = query.where(Person.shows_on_rankings)
    if board.area is not None:
        query = query.join(Area, Area.id == Person.home_area_id).where(below(Area.path, board.area.path))
    return query


def ranking_page(session: Session, board: Board, page: PageRequest, *, me: int | None) -> Page[RankRow]:
    """Return one page of places, best first."""
    rows = _listed(board).subquery()
    query = select(rows).order_by(rows.c.rank, rows.c.person_id).limit(page.limit + 1)
    if page.after is not None:
        query = query.where(tuple_(rows.c.rank, rows.c.person_id) > tuple_(*page.after))
    found = [
        RankRow(
            person_id=row.person_id,
            rank=row.rank,
            name=mask_name(row.name),
            points=int(row.points),
            is_me=row.person_id == me,
        )
        for row in session.execute(query)
    ]
    return cut(found, page.limit, lambda row: (row.rank, row.person_id))


def my_rank(session: Session, board: Board, person_id: int) -> MyRank:
    """Return the person's own points and the place they have, or would have: always given, listed or not."""
    mine = earned_select(board.start).subquery()
    points = int(session.scalar(select(mine.c.points).where(mine.c.person_id == person_id)) or 0)
    rows = _listed(board).subquery()
    ahead, listed = session.execute(
        select(
            func.count().filter(rows.c.points > points),
            func.count().filter(rows.c.person_id == person_id),
        ).select_from(rows)
    ).one()
    return MyRank(rank=ahead + 1, points=points, is_listed=bool(listed))


def community_month(session: Session, area: AreaRow, *, now: datetime) -> CommunityMonth:
    """Return the month of an area's people: together, without anybody's name."""
    start, last_start = _this_and_last_month(now)
    people, points = _together(session, area, start, None, Unit.POINT)
    _, minutes = _together(session, area, start, None, Unit.MINUTE)
    _, minutes_last_month = _together(session, area, last_start, start, Unit.MINUTE)
    return CommunityMonth(
        area=area.name,
        people=people,
        points=points,
        minutes=minutes,
        minutes_last_month=minutes_last_month,
    )


def communities_month(session: Session, *, now: datetime) -> list[CommunityMonth]:
    """Return this month's hours of every community beside its own last month, in the order of their codes: no ranking."""
    start, last_start = _this_and_last_month(now)
    this, last = _minutes_by_home(session, start, None), _minutes_by_home(session, last_start, start)
    places = session.execute(select(Area.id, Area.path, Area.name, Area.kind).order_by(Area.code)).all()
    communities = [(area_id, name) for area_id, _path, name, kind in places if kind is AreaKind.COMMUNITY]
    inside: dict[int, list[int]] = {area_id: [] for area_id, _name in communities}
    for area_id, path, _name, _kind in places:
        for above in ids_in(path):
            if above in inside:
                inside[above].append(area_id)
    return [
        CommunityMonth(
            area=name,
            people=sum(this[home][0] for home in inside[area_id] if home in this),
            minutes=sum(this[home][1] for home in inside[area_id] if home in this),
            minutes_last_month=sum(last[home][1] for home in inside[area_id] if home in last),
        )
        for area_id, name in communities
    ]


def _this_and_last_month(now: datetime) -> tuple[datetime, datetime]:
    start = clock.period_start("month", now)
    assert start is not None
    last_start = clock.period_start("month", start - timedelta(days=1))
    assert last_start is not None
    return start, last_start


def _minutes_by_home(session: Session, start: datetime, end: datetime | None) -> dict[int, tuple[int, int]]:
    """Return (people, minutes) per home area, summed by the database."""
    earned = earned_select(start, end, unit=Unit.MINUTE).subquery()
    rows = session.execute(
        select(Person.home_area_id, func.count(), func.sum(earned.c.points))
        .join(earned, earned.c.person_id == Person.id)
        .where(earned.c.points > 0, Person.home_area_id.is_not(None))
        .group_by(Person.home_area_id)
    )
    return {home: (people, int(minutes)) for home, people, minutes in rows if home is not None}


def _together(session: Session, area: AreaRow, start: datetime, end: datetime | None, unit: Unit) -> tuple[int, int]:
    earned = earned_select(start, end, unit=unit).subquery()
    people, total = session.execute(
        select(func.count(), func.coalesce(func.sum(earned.c.points), 0))
        .select_from(earned)
        .join(Person, Person.id == earned.c.person_id)
        .join(Area, Area.id == Person.home_area_id)
        .where(below(Area.path, area.path), earned.c.points > 0)
    ).one()
    return people, int(total)
