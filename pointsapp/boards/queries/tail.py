"""What the sums do not hold yet: the people with unfolded rows, as they stand in the sums and as they truly stand.

A reader takes these few people out of what the sums say and puts them back as they are. So a board is right the moment after a
check-in, and reads no more than the worker's backlog of about a second, at most CAP rows. Without a worker for longer than that,
the first CAP rows are merged and the rest shows when it is folded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BigInteger, bindparam, case, cast, func, literal, or_, select, union
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import ids_in
from pointsapp.boards.models import BoardFold, BoardPlace, PersonSum, UnfoldedPerson, UnfoldedPosting
from pointsapp.boards.rules import EVERYWHERE, Span
from pointsapp.core import clock
from pointsapp.core.db import UTCDateTime, table_of
from pointsapp.ledger.models import Flow, Unit
from pointsapp.people.models import Person

T = TypeVar("T")
CAP = 2_000
NOBODY = 0
LOOKS = 5
_BEGINNING, _END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_posting, _mover, _fold = table_of(UnfoldedPosting), table_of(UnfoldedPerson), table_of(BoardFold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Points and minutes of one span: as folded (with the home they are counted under), and in truth."""

    folded_points: int
    folded_minutes: int
    folded_home_id: int | None
    points: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """Somebody whom the sums do not show as they are; `placed` are their points on the board asked about, as folded."""

    person_id: int
    name: str
    home_id: int | None
    home: tuple[int, ...]  # the areas from the root to the home
    shows: bool
    is_off: bool  # on no board: erased, or their own choice
    placed: int | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Tail:
    people: tuple[Unsettled, ...]
    version: int


def consistently(session: Session, read: Callable[[], tuple[int, T]]) -> T:
    """Return what `read` answers, read again if a fold came in between: several looks must see one state.

    `read` returns the version it began with. On SQLite a transaction sees one moment anyway.
    """
    version, answer = read()
    if session.get_bind().dialect.name == "sqlite":
        return answer
    for _ in range(LOOKS):
        if session.scalar(select(_fold.c.version)) == version:
            break
        version, answer = read()
    return answer


@dataclass(frozen=True, slots=True)
class Asked:
    """The board whose places are asked: its key, and the path that its people live at or below."""

    key: int
    path: str


def read_tail(session: Session, spans: Sequence[Span], *, board: Asked | None = None, me: int | None = None) -> Tail:
    """Return everybody with unfolded rows, and always `me`, in one statement; of a `board` only who is or was on it."""
    values: dict[str, Any] = {
        "me": me or NOBODY,
        "board": board.key if board else -1,
        "below": f"{board.path if board else ''}%",
    }
    for number, span in enumerate(spans):
        values[f"key_{number}"] = span.key
        values[f"from_{number}"] = clock.at_local(span.first) if span.first else _BEGINNING
        values[f"till_{number}"] = clock.at_local(span.following) if span.following else _END
    rows = session.execute(_statement(len(spans), is_board=board is not None), values).all()
    return Tail(tuple(_unsettled(row, len(spans)) for row in rows if row.id is not None), rows[0].version)


def _unsettled(row: Any, spans: int) -> Unsettled:
    values = row._mapping
    figures = tuple(
        Figure(
            folded_points=values[f"points_{number}"],
            folded_minutes=values[f"minutes_{number}"],
            folded_home_id=values[f"home_{number}"],
            points=int(values[f"points_{number}"] + values[f"new_points_{number}"]),
            minutes=int(values[f"minutes_{number}"] + values[f"new_minutes_{number}"]),
        )
        for number in range(spans)
    )
    return Unsettled(
        person_id=row.id,
        name=row.name,
        home_id=row.home_area_id,
        home=ids_in(row.path or ""),
        shows=row.shows_on_rankings,
        is_off=row.is_off,
        placed=None if row.rank_key is None else -row.rank_key,
        figures=figures,
    )


@cache
def _statement(spans: int, *, is_board: bool) -> Any:
    """Build the one statement for so many spans: news per person, who they are, and what the sums say of them."""
    some = (
        select(_posting)
        .where(_posting.c.person_id.is_not(None), _posting.c.flow.in_([Flow.ISSUED, Flow.REVERSED]))
        .order_by(_posting.c.entry_id, _posting.c.number)
        .limit(CAP)
        .subquery("some")
    )
    signed = case((some.c.flow == Flow.ISSUED, some.c.amount), else_=-some.c.amount)
    sums = []
    for number in range(spans):
        inside = (
            some.c.posted_at >= bindparam(f"from_{number}", type_=UTCDateTime()),
            some.c.posted_at < bindparam(f"till_{number}", type_=UTCDateTime()),
        )
        for unit, name in ((Unit.POINT, "points"), (Unit.MINUTE, "minutes")):
            amount = case(((some.c.unit == unit) & inside[0] & inside[1], signed), else_=0)
            sums.append(cast(func.sum(amount), BigInteger).label(f"new_{name}_{number}"))
    news = select(some.c.person_id, *sums).group_by(some.c.person_id).cte("news")
    moved = select(_mover.c.person_id).order_by(_mover.c.id).limit(CAP).subquery("moved")
    who = union(
        select(news.c.person_id),
        select(moved.c.person_id),
        select(cast(bindparam("me"), BigInteger).label("person_id")),
    ).subquery("who")
    place = table_of(BoardPlace)
    columns: list[Any] = [
        select(_fold.c.version).scalar_subquery().label("version"),
        Person.id,
        Person.name,
        Person.home_area_id,
        Person.shows_on_rankings,
        or_(Person.erased_at.is_not(None), Person.off_rankings_since.is_not(None)).label("is_off"),
        Area.path,
        place.c.rank_key,
    ]
    query = select().select_from(who).outerjoin(Person, Person.id == who.c.person_id)
    query = query.outerjoin(Area, Area.id == Person.home_area_id).outerjoin(news, news.c.person_id == who.c.person_id)
    query = query.outerjoin(
        place,
        (place.c.person_id == who.c.person_id)
        & (place.c.area_id == bindparam("board"))
        & (place.c.period == bindparam("key_0")),
    )
    for number in range(spans):
        kept = aliased(PersonSum)
        query = query.outerjoin(kept, (kept.person_id == who.c.person_id) & (kept.period == bindparam(f"key_{number}")))
        for name in ("points", "minutes"):
            columns.append(func.coalesce(getattr(kept, name), literal(0)).label(f"{name}_{number}"))
            columns.append(func.coalesce(news.c[f"new_{name}_{number}"], 0).label(f"new_{name}_{number}"))
        columns.append(kept.home_id.label(f"home_{number}"))
    if is_board:  # a crowd elsewhere costs this board nothing; `me` is always there, and brings the version
        lives_here = Area.path.like(bindparam("below"))
        everywhere = bindparam("board") == EVERYWHERE
        query = query.where(
            or_(who.c.person_id == bindparam("me"), place.c.rank_key.is_not(None), lives_here, everywhere)
        )
    return query.add_columns(*columns)
