"""Rows for the official volunteer system as a table, in the columns and the order that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pointsapp.certificates.messages import COLUMNS, CORRECTED, FIRST_TIME
from pointsapp.certificates.queries import OnwardRow
from pointsapp.core.clock import to_local

_CELLS: dict[str, Callable[[OnwardRow], Any]] = {
    "volunteer_number": lambda row: row.volunteer_number,
    "name": lambda row: row.name,
    "phone": lambda row: row.phone or "",
    "task": lambda row: row.task,
    "category": lambda row: row.category,
    "organiser": lambda row: row.organiser,
    "place": lambda row: row.place,
    "starts_at": lambda row: to_local(row.starts_at).strftime("%Y-%m-%d %H:%M"),
    "ends_at": lambda row: to_local(row.ends_at).strftime("%Y-%m-%d %H:%M"),
    "hours": lambda row: f"{row.minutes // 60}.{row.minutes % 60 * 100 // 60:02d}",
    "minutes": lambda row: row.minutes,
    "status": lambda row: (
        str(FIRST_TIME) if row.reported_minutes is None else str(CORRECTED) % {"n": row.reported_minutes}
    ),
}


def table_of(rows: Sequence[OnwardRow], columns: Sequence[str]) -> list[list[Any]]:
    """Return the heads and a line per row."""
    return [[str(COLUMNS[key]) for key in columns], *([_CELLS[key](row) for key in columns] for row in rows)]
