"""What each feature holds of a person, what becomes of it when they are erased, and what they are given as a copy.

A feature's room `personal.py` says it for its own tables; wiring.py hands it over. `tests/house/test_personal.py` finds every column
that names a person and that nobody has spoken for, so a new table cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session


class Fate(StrEnum):
    """What erasing its person does to a row."""

    GOES = "goes"  # deleted
    BLANKED = "blanked"  # stays, without the words in `blanks`
    STAYS = "stays"  # stays as it is, under a key that leads to no name any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Rows of `table` about the person named by `column`. `label` and `why` (of what stays) are read by them.

    `through` = (table, column) when `column` points at a row that names the person. `blanks` is column -> new value, or a function
    that makes one. `plain` are text columns without a word about anybody; `secret` ones are in nobody's copy.
    """

    table: str
    column: str
    fate: Fate
    label: Any
    why: Any = ""
    through: tuple[str, str] | None = None
    blanks: Mapping[str, Any] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """Columns of `table` that name who did something for the public: they stay, and lead to no name any more."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nobodys:
    """Columns of `table` that look as if they were about a person and are not, and why."""

    table: str
    columns: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What has to be brought to an end before a person can be erased: `counts` how much is open, `ends` it.

    `counts` is `fn(person_id, *, now)` and returns the look as a subquery, so that a page asks for all of them at once. `ends` is
    `fn(session, person_id, *, now) -> int` and may run again: what comes late is ended by the next run.
    """

    key: str
    label: Any  # with %(n)s
    counts: Callable[..., ScalarSelect[int]]
    ends: Callable[..., int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One part of a person's own copy, as they read it: `lists` returns rows of the width of `heads`."""

    key: str
    title: Any
    heads: tuple[Any, ...]
    lists: Callable[[Session, int], Sequence[tuple[Any, ...]]]


Part = Holding | Acts | Nobodys
_parts: list[Part] = []
_closings: dict[str, Closing] = {}
_chapters: dict[str, Chapter] = {}


def register(parts: Sequence[Part], closings: Sequence[Closing] = (), chapters: Sequence[Chapter] = ()) -> None:
    """Take in what one feature says. Only wiring.py calls this; said again, it stands once."""
    _parts.extend(part for part in parts if part not in _parts)
    _closings.update((each.key, each) for each in closings)
    _chapters.update((each.key, each) for each in chapters)


def parts() -> tuple[Part, ...]:
    return tuple(_parts)


def holdings() -> tuple[Holding, ...]:
    return tuple(part for part in _parts if isinstance(part, Holding))


def closings() -> tuple[Closing, ...]:
    """Return what is brought to an end, the highest feature first: a voucher gives its points back before they lapse."""
    return tuple(reversed(_closings.values()))


def count_open(session: Session, closings: Sequence[Closing], person_id: int, *, now: datetime) -> tuple[int, ...]:
    """Return how much of each is open, in one statement."""
    if not closings:
        return ()
    looks = (each.counts(person_id, now=now).label(f"open_{number}") for number, each in enumerate(closings))
    return tuple(number or 0 for number in session.execute(select(*looks)).one())


def chapters() -> tuple[Chapter, ...]:
    return tuple(_chapters.values())
