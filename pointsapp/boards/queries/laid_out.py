"""The first page of a board laid out for everybody, at most two seconds old: whose it is only decides the one line about `me`.

A person's rank needs no look of its own: with the board come its steps of one point, some thousand at most, and a rank is what stands
on the steps above. Boards with more steps than that are not laid out; `ranking` reads them for each who asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import BigInteger, Engine, Select, bindparam, case, cast, func, or_, select, union_all
from sqlalchemy.orm import Session

from pointsapp.boards import rules
from pointsapp.boards.models import BoardStep, PersonSum, UnfoldedPosting
from pointsapp.boards.queries.rankings import Board, RankRow, board_for, read_places
from pointsapp.boards.queries.tail import consistently
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.core.db import UTCDateTime, among, table_of
from pointsapp.core.kept import Kept, KeptEach
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.core.swift import Swift
from pointsapp.ledger.models import Flow, Unit

MOST_STEPS = 5_000
NOBODY = 0
_BEGINNING, _END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ranks:
    """How many people stand at or above each number of points that somebody has."""

    levels: tuple[int, ...]  # minus the points, so that they rise
    people: tuple[int, ...]

    def of(self, points: int) -> int:
        """Return the place of somebody with so many points, listed or not."""
        better = bisect_left(self.levels, -points)
        return self.people[better - 1] + 1 if better else 1


@dataclass(frozen=True, slots=True, eq=False)
class LaidOut:
    """A board's first page, and the places on all of it."""

    board: Board
    page: Page[RankRow]
    ranks: Ranks


_Key = tuple[str | None, str | None, str, int]
_boards: Kept[LaidOut | None] = Kept(most=256)
_points: KeptEach[tuple[str, int], int] = KeptEach()


def _key(actor: Actor, area: str | None, period: str, limit: int) -> _Key:
    return area, None if area else actor.home_path, period, limit


def lay_out(
    session: Session, actor: Actor, area: str | None, period: str, limit: int, *, now: datetime
) -> LaidOut | None:
    """Return the first page of the board that `actor` asks for, None for a board too wide to be laid out. Raises UnknownArea."""

    def read() -> LaidOut | None:
        board = board_for(session, actor, area, period, now=now)
        return consistently(session, lambda: _look(session, board, limit))

    return _boards.get(_key(actor, area, period, limit), read)


def laid_out(actor: Actor, area: str | None, period: str, limit: int) -> LaidOut | None:
    """Return the same if it is kept; reads nothing."""
    return _boards.peek(_key(actor, area, period, limit))


def points_on(session: Session | Engine, laid: LaidOut, person_id: int) -> int:
    """Return what the person has earned in the period of the board; at most two seconds old."""
    found = _points.get((laid.board.span.key, person_id), lambda keys: _read_points(session, laid.board.span, keys))
    return found or 0


def _look(session: Session, board: Board, limit: int) -> tuple[int, LaidOut | None]:
    tail, truth, placed = read_places(session, board, PageRequest(limit=limit), me=NOBODY)
    steps = Counter({row.floor: row.people for row in _STEPS.rows(session, area=board.key, period=board.span.key)})
    if len(steps) > MOST_STEPS:
        return tail.version, None
    for one in tail.people:
        now_is = truth[one.person_id]
        if one.placed is not None:
            steps[one.placed] -= 1
        if now_is is not None:
            steps[now_is.points] += 1
    best_first = sorted(steps, reverse=True)
    levels = tuple(-points for points in best_first)
    ranks = Ranks(levels, tuple(accumulate(steps[points] for points in best_first)))
    rows = [RankRow.of(one, ranks.of(one.points)) for one in placed]
    return tail.version, LaidOut(board, cut(rows, limit, lambda row: (-row.points, row.person_id)), ranks)


def _steps() -> Select[Any]:
    step = table_of(BoardStep)
    return (
        select(step.c.floor, step.c.people)
        .where(step.c.area_id == bindparam("area"), step.c.period == bindparam("period"), step.c.width == 1)
        .limit(MOST_STEPS + 1)
    )


def _sums() -> Any:
    """Build the look at what many people earned in one period: as folded, and what was posted since."""
    kept, news = table_of(PersonSum), table_of(UnfoldedPosting)
    signed = case((news.c.flow == Flow.ISSUED, news.c.amount), else_=-news.c.amount)
    folded = select(kept.c.person_id, kept.c.points).where(
        among(kept.c.person_id, "people"), kept.c.period == bindparam("period")
    )
    fresh = (
        select(news.c.person_id, cast(func.sum(signed), BigInteger).label("points"))
        .where(
            among(news.c.person_id, "people"),
            or_(news.c.flow == Flow.ISSUED, news.c.flow == Flow.REVERSED),
            news.c.unit == Unit.POINT,
            news.c.posted_at >= bindparam("from_", type_=UTCDateTime()),
            news.c.posted_at < bindparam("till", type_=UTCDateTime()),
        )
        .group_by(news.c.person_id)
    )
    return union_all(folded, fresh)


_STEPS, _SUMS = Swift(_steps), Swift(_sums)


def _read_points(
    session: Session | Engine, span: rules.Span, keys: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], int]:
    """Return the points of those asked about in this period; of another period nobody is read along."""
    asked = [person_id for key, person_id in keys if key == span.key]
    found = dict.fromkeys(asked, 0)
    rows = _SUMS.rows(
        session,
        people=asked,
        period=span.key,
        from_=clock.at_local(span.first) if span.first else _BEGINNING,
        till=clock.at_local(span.following) if span.following else _END,
    )
    for person_id, points in rows:
        found[person_id] += points
    return {(span.key, person_id): points for person_id, points in found.items()}
