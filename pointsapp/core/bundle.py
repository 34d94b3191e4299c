"""Rows that stand or fall together: the parts of one act, in their order, each written only if the one before it was.

A part is an INSERT, or an UPDATE whose condition must still hold for exactly one row. Its columns are SQL: `:name` is a value
of the act, `@part.column` what an earlier part returned. On PostgreSQL all parts are one statement of data-modifying CTEs and
so one round trip; on SQLite the same parts run one after another in the driver. A part that changes nothing ends the act with
StateChanged: `write()` rolls back and looks again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core import drivers
from pointsapp.core.errors import StateChanged

_VALUE = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_FROM = re.compile(r"@(\w+)\.(\w+)")
NOTHING: Mapping[str, str] = {}
_EITHER = re.compile(f"{_FROM.pattern}|{_VALUE.pattern}")


@dataclass(frozen=True, eq=False)
class Part:
    """One row to write. `head` and `tail` stand around the chosen columns of an INSERT, or around an UPDATE's sources."""

    name: str
    head: str
    columns: str
    tail: str
    returning: Mapping[str, str]
    is_insert: bool

    @property
    def sources(self) -> tuple[str, ...]:
        """The earlier parts this one reads."""
        return tuple(dict.fromkeys(name for name, _column in _FROM.findall(self.columns + self.tail)))

    @property
    def answer(self) -> str:
        """What stands behind RETURNING."""
        return ", ".join(f"{value} AS {name}" for name, value in self.returning.items()) or "1 AS done"


def insert(
    table: str,
    columns: Mapping[str, str],
    *,
    name: str = "",
    returning: Mapping[str, str] = NOTHING,
    conflict: str = "",
) -> Part:
    """Return the part that adds one row to `table`; `conflict` is what stands behind ON CONFLICT."""
    return Part(
        name=name or table,
        head=f"INSERT INTO {table} ({', '.join(columns)})",
        columns=", ".join(columns.values()),
        tail=f" ON CONFLICT {conflict}" if conflict else "",
        returning=returning,
        is_insert=True,
    )


def change(
    table: str, columns: Mapping[str, str], *, where: str, name: str = "", returning: Mapping[str, str] = NOTHING
) -> Part:
    """Return the part that changes the one row of `table` for which `where` still holds. Name columns by their table."""
    return Part(
        name=name or table,
        head=f"UPDATE {table} SET ",  # noqa: S608 - a table of ours; all values are bound
        columns=", ".join(f"{column} = {value}" for column, value in columns.items()),
        tail=where,
        returning=returning,
        is_insert=False,
    )


def write_rows(session: Session, parts: tuple[Part, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Write all parts; return what they returned as {"part.column": value}. StateChanged when a condition no longer held."""
    by = drivers.driver(session)
    if by.name == drivers.POSTGRES:
        return _one_statement(parts).run(by, values)
    found: dict[str, Any] = {}
    known = {name: drivers.stored(value, by.name) for name, value in values.items()}
    for part in parts:
        text, names = _own_statement(part)
        rows = by.run(text, [known[name] for name in names])
        if len(rows) != 1:
            raise StateChanged
        for column, value in zip(part.returning, rows[0], strict=False):
            known[f"{part.name}.{column}"] = found[f"{part.name}.{column}"] = value
    return found


@dataclass(frozen=True)
class _Statement:
    text: str
    names: tuple[str, ...]
    returned: tuple[str, ...]

    def run(self, by: drivers.Driver, values: Mapping[str, Any]) -> dict[str, Any]:
        rows = by.run(self.text, [drivers.stored(values[name], by.name) for name in self.names])
        if len(rows) != 1:
            raise StateChanged
        return dict(zip(self.returned, rows[0], strict=False))


@cache
def _one_statement(parts: tuple[Part, ...]) -> _Statement:
    """Write the parts as one statement: each draws from the one before it, which also fixes their order."""
    names: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        return f"${names.setdefault(found[1], len(names) + 1)}"

    written, before = [], ""
    for part in parts:
        sources = ", ".join(f"the_{name}" for name in dict.fromkeys([*part.sources, *([before] if before else [])]))
        if part.is_insert:
            text = f"{part.head} SELECT {part.columns}{f' FROM {sources}' if sources else ''}"  # noqa: S608 - all bound
            # "WHERE true": else the grammar takes ON CONFLICT for a join's condition.
            text += f" WHERE true{part.tail}" if part.tail else ""
        else:
            text = f"{part.head}{part.columns}{f' FROM {sources}' if sources else ''} WHERE {part.tail}"
        text = _VALUE.sub(place, _FROM.sub(r"the_\1.\2", f"{text} RETURNING {part.answer}"))
        written.append(f"the_{part.name} AS ({text})")
        before = part.name
    returned = tuple(f"{part.name}.{column}" for part in parts for column in part.returning)
    read = dict.fromkeys([*(part.name for part in parts if part.returning), before])
    chosen = ", ".join(f"the_{each}" for each in returned) or "1"
    text = f"WITH {', '.join(written)} SELECT {chosen} FROM {', '.join(f'the_{name}' for name in read)}"  # noqa: S608 - our own names
    return _Statement(text, tuple(names), returned)


@cache
def _own_statement(part: Part) -> tuple[str, tuple[str, ...]]:
    """Write one part as a statement of its own; what earlier parts returned is a value like any other."""
    names: list[str] = []

    columns = f" VALUES ({part.columns}){part.tail}" if part.is_insert else f"{part.columns} WHERE {part.tail}"

    def place(found: re.Match[str]) -> str:
        names.append(found[3] or f"{found[1]}.{found[2]}")
        return "?"

    text = _EITHER.sub(place, f"{part.head}{columns} RETURNING {part.answer}")
    return text, tuple(names)
