"""What a feature says waits for somebody, and what somebody holds; wiring.py hands both to the staff desk.

A feature's room `duties.py` holds DUTIES (kinds of things that wait for a decision, each with the page where it is taken) and
HELD (kinds of things that hang on one person, for the hand-over when a role ends). The desk knows none of them by name, and no
feature is asked to know the desk. Both are selects, so that the desk's list is one statement however many kinds there are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Select, SelectBase, String, cast, null, select, type_coerce

from pointsapp.core.actor import COMMUNITY_STAFF, Role
from pointsapp.core.db import UTCDateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """One kind of waiting things.

    `waiting(now)` selects `duty_columns(…)`, in any order; `endpoint` is the page where it is done, `arg` the name of its URL's
    argument, filled from the column of that name (None: the page takes none). Who holds one of `roles` at or above the thing's
    area may do it. `is_named`: its titles are people's names, which the list shows masked. `barred(numbers, now)` selects (number,
    person) of who else may not do it, where two columns do not hold them all: a shop's own people, a shift's leaders. `is_private`:
    who may not do it does not read it either, so it stands on no list of theirs.
    """

    key: str
    name: Any
    endpoint: str
    waiting: Callable[[datetime], Select[Any]]
    arg: str | None = None
    roles: frozenset[Role] = COMMUNITY_STAFF
    is_named: bool = False
    is_private: bool = False
    barred: Callable[[Collection[int], datetime], SelectBase] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One kind of things that hang on a person. `held(person_id, now)` selects `held_columns(…)`, `barred` as in Duties who reads none."""

    key: str
    name: Any
    endpoint: str
    held: Callable[[int, datetime], Select[Any]]
    arg: str | None = None
    barred: Callable[[Collection[int], datetime], SelectBase] | None = None
    is_due: bool = False  # its moment is a deadline: the first midnight after the last day


def duty_columns(
    *,
    number: Any,
    area_id: Any,
    since: Any,
    title: Any,
    note: Any = None,
    arg: Any = None,
    due_at: Any = None,
    due_on: Any = None,
    not_by: Any = None,
    nor_by: Any = None,
    only_by: Any = None,
) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of one kind's select.

    `number` is the row's key, `since` the instant from which it waits; `title` and `note` are words of the row (a task's title, a
    masked or short text). `due_at`, or the local day `due_on`, is the kind's own limit (neither: the desk's, in working days). `not_by` and `nor_by` may not do
    it themselves: who asked, whom it concerns. `only_by` is the one person it waits for.
    """
    return (
        _as(number, BigInteger(), "number"),
        _as(area_id, BigInteger(), "area_id"),
        _as(since, _INSTANT, "since"),
        _as(due_at, _INSTANT, "due_at"),
        _as(due_on, Date(), "due_on"),
        _as(title, String(), "title"),
        _as(note, String(), "note"),
        _as(arg, String(), "arg"),
        _as(not_by, BigInteger(), "not_by"),
        _as(nor_by, BigInteger(), "nor_by"),
        _as(only_by, BigInteger(), "only_by"),
    )


def select_duties(row: Any, *, area_id: Any, since: Any, title: Any, **more: Any) -> Select[Any]:
    """Select `duty_columns` of a table whose rows are opened by their `public_id`; `more` are further ones of these columns."""
    return select(*duty_columns(number=row.id, arg=row.public_id, area_id=area_id, since=since, title=title, **more))


def held_columns(
    *, number: Any, at: Any, title: Any, note: Any = None, arg: Any = None
) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of one kind's select: `at` is when it is due or begins."""
    return (
        _as(number, BigInteger(), "number"),
        _as(at, _INSTANT, "at"),
        _as(title, String(), "title"),
        _as(note, String(), "note"),
        _as(arg, String(), "arg"),
    )


_INSTANT = UTCDateTime()


def _as(column: Any, kind: Any, name: str) -> ColumnElement[Any]:
    """Label a column; an empty one is cast, for PostgreSQL gives a bare NULL in a union no type."""
    return type_coerce(cast(null(), kind) if column is None else column, kind).label(name)
