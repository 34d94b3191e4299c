"""The rows of each list that is taken out, by key, so that the worker goes on where it stopped. Masked unless names were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below
from pointsapp.batches.models import BatchKind
from pointsapp.checkin.models import Attendance
from pointsapp.core.clock import to_local
from pointsapp.core.masking import mask_name, mask_number, mask_phone
from pointsapp.people.models import Person
from pointsapp.tasks.models import Shift, Task, TaskCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class OutRow:
    """`key` is where the next rows go on; `person_id` whose name stands in it."""

    key: int
    cells: tuple[str, ...]
    person_id: int | None = None


def count_out(session: Session, kind: BatchKind, area_path: str) -> int:
    """Return how many rows a list has now; some may come while it is made."""
    statement = _statement(kind, area_path).with_only_columns(func.count(), maintain_column_froms=True)
    return session.scalar(statement) or 0


def rows_out(
    session: Session, kind: BatchKind, area_path: str, *, after: int, limit: int, with_names: bool
) -> Sequence[OutRow]:
    """Return the next rows of a list below `area_path`, those whose key is above `after`, by key; names are masked unless `with_names`."""
    statement = _statement(kind, area_path)
    key = statement.selected_columns[0]
    rows = session.execute(statement.where(key > after).order_by(key).limit(limit)).all()
    return [_ROWS[kind](row, with_names) for row in rows]


def _statement(kind: BatchKind, area_path: str) -> Any:
    if kind is BatchKind.PEOPLE_OUT:
        return (
            select(
                Person.id,
                Person.name,
                Person.phone,
                Person.volunteer_number,
                Area.name.label("area"),
                Person.verified_at,
                Person.created_at,
            )
            .join(Area, Area.id == Person.home_area_id)
            .where(below(Area.path, area_path), Person.erased_at.is_(None))
        )
    if kind is BatchKind.TASKS_OUT:
        return (
            select(
                Shift.id,
                Task.title,
                func.coalesce(TaskCategory.name, Task.category).label("category"),
                Area.name.label("area"),
                Task.place,
                Task.state,
                Task.points,
                Shift.starts_at,
                Shift.ends_at,
                Shift.capacity,
                Shift.taken,
            )
            .join(Task, Task.id == Shift.task_id)
            .join(Area, Area.id == Task.area_id)
            .outerjoin(TaskCategory, TaskCategory.key == Task.category)
            .where(below(Area.path, area_path))
        )
    return (
        select(
            Attendance.id,
            Attendance.person_id,
            Person.name,
            Person.volunteer_number,
            Task.title,
            Area.name.label("area"),
            Shift.starts_at,
            Attendance.checked_in_at,
            Attendance.minutes,
            Attendance.points,
            Attendance.state,
        )
        .join(Person, Person.id == Attendance.person_id)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(below(Area.path, area_path))
    )


def _at(moment: datetime | None) -> str:
    return to_local(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def _person(row: Any, with_names: bool) -> OutRow:
    cells = (
        row.name if with_names else mask_name(row.name),
        (row.phone or "") if with_names else mask_phone(row.phone),
        row.volunteer_number if with_names else mask_number(row.volunteer_number),
        row.area,
        _at(row.verified_at)[:10],
        _at(row.created_at)[:10],
    )
    return OutRow(key=row.id, cells=cells, person_id=row.id)


def _task(row: Any, _with_names: bool) -> OutRow:
    cells = (
        row.title, row.category, row.area, row.place, row.state.value, str(row.points),
        _at(row.starts_at), _at(row.ends_at), str(row.capacity), str(row.taken),
    )  # fmt: skip
    return OutRow(key=row.id, cells=cells)


def _attendance(row: Any, with_names: bool) -> OutRow:
    cells = (
        row.name if with_names else mask_name(row.name),
        row.volunteer_number if with_names else mask_number(row.volunteer_number),
        row.title,
        row.area,
        _at(row.starts_at),
        _at(row.checked_in_at),
        str(row.minutes),
        str(row.points),
        row.state.value,
    )
    return OutRow(key=row.id, cells=cells, person_id=row.person_id)


_ROWS = {BatchKind.PEOPLE_OUT: _person, BatchKind.TASKS_OUT: _task, BatchKind.ATTENDANCE_OUT: _attendance}
