"""What a feature says about work of a quarter that is not finished yet; wiring.py hands it to the star board's closing page.

A feature's room `unfinished.py` holds WAITS: kinds of things that wait for somebody, what each may still leave as evidence, and the
page where it is done. The board knows none of them by name, and no feature is asked to know the board. Each kind is a select of the
same columns, so that the page asks for all of them in one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, cast, null

from pointsapp.core.db import UTCDateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """One thing that waits, in an area, of one person (None: nobody's). `gives` is evidence -> amount, below 0 where it takes away."""

    area_id: int
    person_id: int | None
    gives: Mapping[str, int]
    received_at: datetime


_TYPES: dict[str, Any] = {
    "area_id": BigInteger(),
    "person_id": BigInteger(),
    "received_at": UTCDateTime(),
    "minutes": Integer(),
    "minutes_before": Integer(),
    "starts_at": UTCDateTime(),
    "ends_at": UTCDateTime(),
}


def columns(**given: Any) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of a waiting thing for a select: `area_id`, `received_at`, and of the others what it has, else nothing."""
    return tuple(given.get(name, cast(null(), kind)).label(name) for name, kind in _TYPES.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """One kind of waiting things; `endpoint` is their page.

    `rows(start, end)` selects `columns` of those of work done in [start, end); of a quarter that still runs, `end` is now. `gives` says
    what such a row may leave as evidence.
    """

    key: str
    name: Any
    endpoint: str
    rows: Callable[[datetime, datetime], Select[Any]]
    gives: Callable[[Any], Mapping[str, int]]
