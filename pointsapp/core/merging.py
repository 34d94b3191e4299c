"""What each feature does when two accounts turn out to be one person: what goes over, what stays, what stands in the way.

A feature's room `merging.py` says it for its own tables; wiring.py hands it over. `tests/house/test_merging.py` finds every table with
rows about a person that nobody has spoken for, so a new table cannot be forgotten. Columns that name who acted (personal.py's `Acts`)
stay everywhere: the old key leads to the one who goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from pointsapp.core.db import Base
from pointsapp.core.states import rows_changed

Counts = Callable[..., ScalarSelect[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """`absorbed_id` is given up, `survivor_id` goes on. `reference` is the merge's own, for what is posted once."""

    absorbed_id: int
    survivor_id: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """Rows that go over: `tables` are the (table, column) it speaks for, `label` says it with %(n)s.

    `counts(absorbed_id, survivor_id, now=…)` is a scalar select; `moves(session, pair, now=…)` returns how many went over. It may run
    again: what comes late goes over in the next run. `ends` tells that what it counts comes to an end instead.
    """

    key: str
    label: Any
    tables: tuple[tuple[str, str], ...]
    counts: Counts
    moves: Callable[..., int]
    ends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What must be settled before: `counts` as of Carry; above zero, `label` (with %(n)s) says what to do first."""

    key: str
    label: Any
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """Rows that keep the old key, and why: nobody changes them, or they are of no use to who goes on."""

    table: str
    columns: tuple[str, ...]
    why: str


_carries: dict[str, Carry] = {}
_bars: dict[str, Bar] = {}
_stays: list[Stays] = []


def register(carries: Sequence[Carry] = (), bars: Sequence[Bar] = (), stays: Sequence[Stays] = ()) -> None:
    """Take in what one feature says. Only wiring.py calls this; said again, it stands once."""
    _carries.update((each.key, each) for each in carries)
    _bars.update((each.key, each) for each in bars)
    _stays.extend(each for each in stays if each not in _stays)


def carries() -> tuple[Carry, ...]:
    """Return what goes over, the lowest feature first: a place goes over before the attendance at it."""
    return tuple(_carries.values())


def bars() -> tuple[Bar, ...]:
    return tuple(_bars.values())


def stays() -> tuple[Stays, ...]:
    return tuple(_stays)


def count_each(
    session: Session, what: Sequence[Carry | Bar], absorbed_id: int, survivor_id: int, *, now: datetime
) -> tuple[int, ...]:
    """Return how much of each there is, in one statement."""
    if not what:
        return ()
    looks = (each.counts(absorbed_id, survivor_id, now=now).label(f"of_{number}") for number, each in enumerate(what))
    return tuple(number or 0 for number in session.execute(select(*looks)).one())


def whole_rows(key: str, label: Any, *tables: tuple[str, str]) -> Carry:
    """Return the plain case: every row of `tables` is the survivor's from now on. The first of them is what is counted."""

    def counts(absorbed_id: int, _survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
        table, column = tables[0]
        rows = Base.metadata.tables[table]
        return select(func.count()).select_from(rows).where(rows.c[column] == absorbed_id).scalar_subquery()

    def moves(session: Session, pair: Pair, **_moment: Any) -> int:
        moved = []
        for table, column in tables:
            rows = Base.metadata.tables[table]
            mine = update(rows).where(rows.c[column] == pair.absorbed_id).values({column: pair.survivor_id})
            moved.append(rows_changed(session, mine))
        return moved[0]

    return Carry(key=key, label=label, tables=tables, counts=counts, moves=moves)
