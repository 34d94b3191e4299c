"""A copy of everything kept about one person: the chapters they read, and every row of every table that is about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import LargeBinary, Table, select
from sqlalchemy.orm import Session

from pointsapp.core import personal
from pointsapp.core.db import Base
from pointsapp.core.personal import Holding
from pointsapp.privacy.models import RecordsCopy
from pointsapp.privacy.queries.rows import rows_of

OPEN_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyChapter:
    """`rows` hold text, whole numbers and instants."""

    key: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCopy:
    """`tables`: table -> its rows about the person, as JSON; keys of other people are left out."""

    made_at: datetime
    chapters: tuple[CopyChapter, ...]
    tables: dict[str, list[dict[str, Any]]]

    def as_json(self) -> dict[str, Any]:
        return {
            "made_at": self.made_at.isoformat(),
            "chapters": [
                {
                    "key": each.key,
                    "title": each.title,
                    "heads": list(each.heads),
                    "rows": [[plain(cell) for cell in row] for row in each.rows],
                }
                for each in self.chapters
            ],
            "tables": self.tables,
        }


def own_copy(session: Session, person_id: int, copy: str, *, now: datetime) -> OwnCopy | None:
    """Return the copy that was opened as `copy`; None when it is not theirs or an hour has gone by."""
    is_open = session.scalar(
        select(RecordsCopy.id).where(
            RecordsCopy.public_id == copy, RecordsCopy.person_id == person_id, RecordsCopy.at > now - OPEN_FOR
        )
    )
    if is_open is None:
        return None
    chapters = tuple(
        CopyChapter(
            key=each.key,
            title=str(each.title),
            heads=tuple(str(head) for head in each.heads),
            rows=tuple(tuple(_worded(cell) for cell in row) for row in each.lists(session, person_id)),
        )
        for each in personal.chapters()
    )
    tables: dict[str, list[dict[str, Any]]] = {}
    for part in personal.holdings():
        tables.setdefault(part.table, []).extend(_rows(session, part, person_id))
    return OwnCopy(made_at=now, chapters=chapters, tables=tables)


def _rows(session: Session, part: Holding, person_id: int) -> list[dict[str, Any]]:
    table = Base.metadata.tables[part.table]
    shown = [column for column in table.c if column.name not in part.secret and _is_told(part, table, column.name)]
    found = session.execute(select(*shown).where(rows_of(part, table, person_id)).order_by(*table.primary_key.columns))
    return [{name: plain(value) for name, value in row.items()} for row in found.mappings()]


def _is_told(part: Holding, table: Table, column: str) -> bool:
    """Leave out who else took part: another person's key is theirs, and means nothing to a reader."""
    others = any(
        isinstance(each, personal.Acts) and each.table == part.table and column in each.columns
        for each in personal.parts()
    )
    return not others and not isinstance(table.c[column].type, LargeBinary)


def _worded(cell: Any) -> Any:
    return cell if isinstance(cell, int | datetime | date) or cell is None else str(cell)


def plain(value: Any) -> Any:
    """Return `value` as JSON has it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
