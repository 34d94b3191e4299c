"""Who earned how much: read from maintained sums and the few rows they do not hold yet, never by adding up the books.

A ranking shows points earned, not held, so that spending costs nobody their place. Listed are people whose home lies in the
area; above their own community only those who chose to be, and nowhere who chose to stand on none. Names are masked, and everybody
is told their own place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from pointsapp.areas.models import AreaKind
from pointsapp.areas.queries import AreaRow, area_by_id, areas_by_ids, ids_in, require_area
from pointsapp.boards import rules
from pointsapp.boards.models import BoardPlace, BoardStep
from pointsapp.boards.policies import lists_everyone
from pointsapp.boards.queries.tail import Asked, Tail, Unsettled, consistently, read_tail
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.core.db import table_of
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person

_place, _step = table_of(BoardPlace), table_of(BoardStep)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What is ranked: an area (None: everywhere) and the span of a period."""

    area: AreaRow | None
    period: str
    span: rules.Span

    @property
    def lists_everyone(self) -> bool:
        return self.area is not None and lists_everyone(self.area.kind)

    @property
    def key(self) -> int:
        return rules.EVERYWHERE if self.area is None else self.area.id


@dataclass(frozen=True, slots=True, kw_only=True)
class RankRow:
    """One place; `name` is masked, `is_me` marks the reader's own line."""

    person_id: int
    rank: int
    name: str
    points: int
    is_me: bool = False

    @classmethod
    def of(cls, one: Placed, rank: int, *, is_me: bool = False) -> RankRow:
        return cls(person_id=one.person_id, rank=rank, name=mask_name(one.name), points=one.points, is_me=is_me)


@dataclass(frozen=True, slots=True, kw_only=True)
class MyRank:
    """The reader's own points, and the place they have or would have: always given, listed or not."""

    rank: int
    points: int
    is_listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    page: Page[RankRow]
    me: MyRank


@dataclass(frozen=True, slots=True)
class Placed:
    """Somebody on the board, with the name unmasked."""

    person_id: int
    name: str
    points: int

    @property
    def order(self) -> tuple[int, int]:
        """Best first; equal points in the order of the people, so that pages never overlap."""
        return -self.points, self.person_id


def board_for(session: Session, actor: Actor | None, area: str | None, period: str, *, now: datetime) -> Board:
    """Return the board asked for; without `area` the person's own community. Raises UnknownArea."""
    found = require_area(session, area) if area else _own_community(session, actor)
    return Board(area=found, period=period, span=rules.span_of(period, clock.local_day(now)))


def _own_community(session: Session, actor: Actor | None) -> AreaRow | None:
    if actor is None or actor.home_area_id is None or actor.home_path is None:
        return None
    along = areas_by_ids(session, ids_in(actor.home_path))
    community = next((row for row in along.values() if row.kind is AreaKind.COMMUNITY), None)
    return community or area_by_id(session, actor.home_area_id)


def ranking(session: Session, board: Board, page: PageRequest, *, me: int) -> Ranking:
    """Return one page of places, best first, and the reader's own. Equal points share a rank.

    Four statements whatever the number of residents: the tail, the page from its index, the steps above, a look that no fold
    came between. `page.after` is (minus the points, person) of the last place seen.
    """
    return consistently(session, lambda: _look(session, board, page, me))


def read_places(
    session: Session, board: Board, page: PageRequest, *, me: int
) -> tuple[Tail, dict[int, Placed | None], list[Placed]]:
    """Return who is unsettled, where they truly stand, and the places of the page with the one after it, best first."""
    asked = Asked(board.key, board.area.path if board.area else "/")
    tail = read_tail(session, (board.span,), board=asked, me=me)
    truth = {one.person_id: _place_of(one, board) for one in tail.people}
    placed = sorted(
        [*_folded(session, board, page, tail.people), *_after(truth.values(), page)], key=lambda one: one.order
    )[: page.limit + 1]
    return tail, truth, placed


def _look(session: Session, board: Board, page: PageRequest, me: int) -> tuple[int, Ranking]:
    tail, truth, placed = read_places(session, board, page, me=me)
    mine = next((one for one in tail.people if one.person_id == me), None)
    my_points = mine.figures[0].points if mine is not None else 0
    above = _people_above(session, board, [*_two_best(placed), my_points])
    for one in tail.people:
        for points in above:
            was, now_is = one.placed, truth[one.person_id]
            above[points] += (now_is is not None and now_is.points > points) - (was is not None and was > points)
    rows = _ranked(placed, above, me)
    found = MyRank(rank=above[my_points] + 1, points=my_points, is_listed=truth.get(me) is not None)
    return tail.version, Ranking(page=cut(rows, page.limit, lambda row: (-row.points, row.person_id)), me=found)


def _place_of(one: Unsettled, board: Board) -> Placed | None:
    """Return where somebody truly stands on the board, None if they do not."""
    points = one.figures[0].points
    lives_here = board.area is None or board.area.id in one.home
    if points <= 0 or one.is_off or not lives_here or not (one.shows or board.lists_everyone):
        return None
    return Placed(one.person_id, one.name, points)


def _folded(session: Session, board: Board, page: PageRequest, unsettled: Sequence[Unsettled]) -> list[Placed]:
    """Return the next places as folded, without those who truly stand elsewhere."""
    passed_over = {one.person_id for one in unsettled if one.placed is not None}
    rows = session.execute(
        _page_statement(page.after is not None),
        {
            "area": board.key,
            "period": board.span.key,
            "most": page.limit + 1 + len(passed_over),
            **dict(zip(("rank_key", "person"), page.after or (), strict=False)),
        },
    )
    return [Placed(row.person_id, row.name, -row.rank_key) for row in rows if row.person_id not in passed_over]


@cache
def _page_statement(is_later: bool) -> Any:
    query = (
        select(_place.c.person_id, _place.c.rank_key, Person.name)
        .join(Person, Person.id == _place.c.person_id)
        .where(_place.c.area_id == bindparam("area"), _place.c.period == bindparam("period"))
        .order_by(_place.c.rank_key, _place.c.person_id)
        .limit(bindparam("most"))
    )
    if is_later:
        here = tuple_(
            bindparam("rank_key", type_=_place.c.rank_key.type), bindparam("person", type_=_place.c.person_id.type)
        )
        query = query.where(tuple_(_place.c.rank_key, _place.c.person_id) > here)
    return query


def _after(truth: Any, page: PageRequest) -> list[Placed]:
    return [one for one in truth if one is not None and (page.after is None or one.order > tuple(page.after))]


def _two_best(placed: Sequence[Placed]) -> list[int]:
    """Return the greatest points on the page and the next lower ones: all other ranks follow by counting along."""
    return sorted({one.points for one in placed}, reverse=True)[:2]


def _ranked(placed: Sequence[Placed], above: dict[int, int], me: int) -> list[RankRow]:
    rows: list[RankRow] = []
    # The first group may have begun on the page before; from the second one on, every place is on this page.
    second = next((at for at, one in enumerate(placed) if one.points != placed[0].points), 0)
    rank = 0
    for at, one in enumerate(placed):
        if at == 0 or one.points != placed[at - 1].points:
            rank = above[one.points] + 1 if at in (0, second) else above[placed[second].points] + 1 + at - second
        rows.append(RankRow.of(one, rank, is_me=one.person_id == me))
    return rows


def _people_above(session: Session, board: Board, points: Sequence[int]) -> dict[int, int]:
    """Return how many have more than each of `points`, as folded: sums over steps, one statement for all."""
    asked = sorted(set(points))
    values: dict[str, Any] = {"area": board.key, "period": board.span.key}
    shape = []
    for number, one in enumerate(asked):
        steps = rules.steps_above(one)
        shape.append(tuple(end is not None for _width, _start, end in steps))
        for part, (width, start, end) in enumerate(steps):
            values |= {f"width_{number}_{part}": width, f"from_{number}_{part}": start}
            if end is not None:
                values[f"below_{number}_{part}"] = end
    found = session.execute(_above_statement(tuple(shape)), values).one()
    return {one: int(found[number]) for number, one in enumerate(asked)}


@cache
def _above_statement(shape: tuple[tuple[bool, ...], ...]) -> Any:
    columns = []
    for number, parts in enumerate(shape):
        sums: Any = None
        for part, has_end in enumerate(parts):
            floor = _step.c.floor
            query = select(func.coalesce(func.sum(_step.c.people), 0)).where(
                _step.c.area_id == bindparam("area"),
                _step.c.period == bindparam("period"),
                _step.c.width == bindparam(f"width_{number}_{part}"),
                floor >= bindparam(f"from_{number}_{part}"),
            )
            if has_end:
                query = query.where(floor < bindparam(f"below_{number}_{part}"))
            sums = query.scalar_subquery() if sums is None else sums + query.scalar_subquery()
        columns.append(sums)
    return select(*columns)
