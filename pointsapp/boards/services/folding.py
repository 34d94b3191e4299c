"""Fold what was posted, and who moved, into the sums of the boards: the worker's job, one small batch per transaction.

A batch reads its unfolded rows, says for the people in them what they should stand at now, writes the differences and deletes the
rows it read. Each table is written by one statement per thousand rows (writing.py). A crash undoes all of it. One folds at a time,
so that no two batches move the same step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import areas_by_ids, ids_in
from pointsapp.boards import rules
from pointsapp.boards.models import (
    BoardFold,
    BoardPlace,
    BoardStep,
    BookSum,
    HomeSum,
    PersonSum,
    UnfoldedPerson,
    UnfoldedPosting,
)
from pointsapp.boards.policies import lists_everyone
from pointsapp.boards.services.writing import add, among, remove, upsert
from pointsapp.core import clock
from pointsapp.core.db import table_of
from pointsapp.core.locks import LockKind, try_lock
from pointsapp.ledger.models import Flow, Unit
from pointsapp.people.models import Person

BATCH = {
    "sqlite": 100,
    "postgresql": 2_000,
}  # postings at once: on SQLite every till waits for as long as one batch takes
_posting, _mover = table_of(UnfoldedPosting), table_of(UnfoldedPerson)
_sum, _place, _step = table_of(PersonSum), table_of(BoardPlace), table_of(BoardStep)
_home, _book, _fold = table_of(HomeSum), table_of(BookSum), table_of(BoardFold)

SIGNS = {Flow.ISSUED: 1, Flow.REVERSED: -1}  # what a ranking counts: points earned, whatever was spent since


@dataclass(frozen=True, slots=True)
class Earned:
    """A person's sum of one period, and the home it is counted under."""

    points: int = 0
    minutes: int = 0
    home_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a person is at home now, and on whose boards they stand."""

    id: int | None = None
    boards: tuple[int, ...] = ()


@dataclass(slots=True)
class _Batch:
    """What the unfolded rows say: points and minutes per person and period, flows per month, and who is looked at again."""

    today: date
    people: set[int] = field(default_factory=set)
    earned: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    books: dict[tuple[str, Unit, Flow], int] = field(default_factory=lambda: defaultdict(int))


def fold(session: Session, *, now: datetime, limit: int | None = None) -> int:
    """Fold up to `limit` postings and moves (a batch of the dialect's size); return how many. 0: nothing is left, or somebody else is folding."""
    if not try_lock(session, LockKind.BOARDS, 0):
        return 0
    limit = limit or BATCH[session.get_bind().dialect.name]
    rows = session.execute(select(_posting).order_by(_posting.c.entry_id, _posting.c.number).limit(limit)).all()
    movers = session.execute(select(_mover).order_by(_mover.c.id).limit(limit)).all()
    if not rows and not movers:
        return 0
    batch = _read(rows, clock.local_day(now))
    batch.people.update(row.person_id for row in movers)
    # After the moves were read: whoever moves again from here on leaves a row that this batch does not delete.
    _refold(session, batch)
    _add_books(session, batch.books)
    remove(session, _posting, ("entry_id", "number"), [(row.entry_id, row.number) for row in rows])
    remove(session, _mover, ("id",), [(row.id,) for row in movers])
    session.execute(update(_fold).values(version=_fold.c.version + 1))
    return len(rows) + len(movers)


def _read(rows: Iterable[Any], today: date) -> _Batch:
    batch = _Batch(today)
    days: dict[float, date] = {}  # no zone changes its day within a quarter of an hour
    for row in rows:
        quarter = row.posted_at.timestamp() // 900
        day = days.get(quarter) or days.setdefault(quarter, clock.local_day(row.posted_at))
        batch.books[(f"{day:%Y-%m}", row.unit, row.flow)] += row.amount
        sign = SIGNS.get(row.flow)
        if sign is None or row.person_id is None:
            continue
        batch.people.add(row.person_id)
        for key in rules.keys_to_fold(day, today):
            batch.earned[(row.person_id, key)][row.unit is Unit.MINUTE] += sign * row.amount
    return batch


def _refold(session: Session, batch: _Batch) -> None:
    """Bring the sums and places of the batch's people to what they should be."""
    if not batch.people:
        return
    homes = _homes(session, batch.people)
    before = {
        (row.person_id, row.period): Earned(row.points, row.minutes, row.home_id)
        for row in session.execute(select(_sum).where(among(session, _sum.c.person_id, batch.people)))
    }
    after = dict(before)
    for key in {*before, *batch.earned}:
        old, (points, minutes) = before.get(key, Earned()), batch.earned.get(key, (0, 0))
        after[key] = Earned(old.points + points, old.minutes + minutes, homes[key[0]].id)
    changed = {key: earned for key, earned in after.items() if earned != before.get(key)}
    upsert(session, _sum, ("person_id", "period"), [_sum_row(key, earned) for key, earned in changed.items()])
    _add_homes(session, before, changed)
    _move_places(session, batch, after, homes)


def _sum_row(key: tuple[int, str], earned: Earned) -> dict[str, Any]:
    return {
        "person_id": key[0],
        "period": key[1],
        "points": earned.points,
        "minutes": earned.minutes,
        "home_id": earned.home_id,
    }


def _homes(session: Session, people: set[int]) -> dict[int, _Home]:
    rows = session.execute(
        select(
            Person.id,
            Person.home_area_id,
            Person.shows_on_rankings,
            or_(Person.erased_at.is_not(None), Person.off_rankings_since.is_not(None)).label("is_off"),
            Area.path,
        )
        .outerjoin(Area, Area.id == Person.home_area_id)
        .where(among(session, Person.id, people))
    ).all()
    paths = {row.id: ids_in(row.path or "") for row in rows}
    areas = areas_by_ids(session, {area for path in paths.values() for area in path})
    everyone = frozenset(area.id for area in areas.values() if lists_everyone(area.kind))
    found = {
        row.id: _Home(
            row.home_area_id,
            rules.boards_of(paths[row.id], everyone, shows=row.shows_on_rankings) if not row.is_off else (),
        )
        for row in rows
    }
    return {person: found.get(person, _Home()) for person in people}


def _add_homes(
    session: Session, before: Mapping[tuple[int, str], Earned], changed: Mapping[tuple[int, str], Earned]
) -> None:
    """Take each changed sum out of its old home's month and put it into the new one's."""
    moved: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for (person, key), earned in changed.items():
        if not rules.is_month(key):
            continue
        for sign, one in ((-1, before.get((person, key))), (1, earned)):
            if one is not None and one.home_id is not None:
                for at, figure in enumerate(figures_of(one)):
                    moved[(key, one.home_id)][at] += sign * figure
    add(
        session,
        _home,
        ("period", "home_id"),
        [
            dict(zip(("period", "home_id", "earners", "helpers", "points", "minutes"), (*key, *figures), strict=True))
            for key, figures in sorted(moved.items())
            if any(figures)
        ],
    )


def figures_of(earned: Earned) -> tuple[int, int, int, int]:
    """Return (earners, helpers, points, minutes) that one person adds to their home: below zero counts for nothing."""
    points, minutes = max(earned.points, 0), max(earned.minutes, 0)
    return int(points > 0), int(minutes > 0), points, minutes


def _move_places(
    session: Session, batch: _Batch, after: Mapping[tuple[int, str], Earned], homes: Mapping[int, _Home]
) -> None:
    """Bring the boards to `after`: people who came, went, or have other points, and the steps they stand on."""
    held = {
        (row.person_id, row.period, row.area_id): -row.rank_key
        for row in session.execute(select(_place).where(among(session, _place.c.person_id, batch.people)))
    }
    wanted = {
        (person, key, area): earned.points
        for (person, key), earned in after.items()
        if earned.points > 0 and rules.is_ranked(key, batch.today)
        for area in homes[person].boards
    }
    # A period that is over stays as it is until it is let go: nobody asks for it.
    gone = [place for place in held if place not in wanted and rules.is_ranked(place[1], batch.today)]
    new = {place: points for place, points in wanted.items() if held.get(place) != points}
    remove(session, _place, ("person_id", "period", "area_id"), gone)
    upsert(
        session,
        _place,
        ("person_id", "period", "area_id"),
        [
            {"person_id": person, "period": key, "area_id": area, "rank_key": -points}
            for (person, key, area), points in new.items()
        ],
    )
    steps: dict[tuple[int, str, int, int], int] = defaultdict(int)
    for place in [*gone, *new]:
        _, key, area = place
        for sign, points in ((-1, held.get(place)), (1, new.get(place))):
            for step in rules.steps_of(points) if points is not None else ():
                steps[(area, key, *step)] += sign
    names = ("area_id", "period", "width", "floor", "people")
    rows = [dict(zip(names, (*step, people), strict=True)) for step, people in sorted(steps.items()) if people]
    add(session, _step, names[:4], rows)
    emptied = sorted(step for step, people in steps.items() if people < 0)
    remove(session, _step, names[:4], emptied, "board_step.people = 0")


def _add_books(session: Session, books: Mapping[tuple[str, Unit, Flow], int]) -> None:
    add(
        session,
        _book,
        ("month", "unit", "flow"),
        [
            {"month": month, "unit": unit.value, "flow": flow.value, "amount": amount}
            for (month, unit, flow), amount in sorted(books.items())
        ],
    )
