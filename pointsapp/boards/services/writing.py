"""Write many rows of one table by one statement: on PostgreSQL the columns go over as arrays, on SQLite the driver repeats it.

A fold touches some ten rows per posting; a statement for each of them was nine tenths of its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Integer, Table, TextClause, any_, bindparam, text
from sqlalchemy.orm import Session

AT_ONCE = 1_000  # few enough that every plan goes by the key, whatever the size of the table


def upsert(session: Session, table: Table, key: tuple[str, ...], rows: Sequence[dict[str, Any]]) -> None:
    """Write `rows`, new or not."""
    _insert(session, table, key, rows, "excluded.{0}")


def add(session: Session, table: Table, key: tuple[str, ...], rows: Sequence[dict[str, Any]]) -> None:
    """Add the figures of `rows` to what stands there."""
    _insert(session, table, key, rows, "{1}.{0} + excluded.{0}")


def remove(
    session: Session, table: Table, key: tuple[str, ...], rows: Sequence[tuple[Any, ...]], also: str = ""
) -> None:
    """Delete the rows with these keys; `also` is a further condition, in SQL."""
    if not rows:
        return
    more = f" AND {also}" if also else ""
    if session.get_bind().dialect.name == "postgresql":
        same = " AND ".join(f"{table.name}.{name} = gone.{name}" for name in key)
        statement = (
            f"DELETE FROM {table.name} USING {_arrays(table, key)} AS gone ({', '.join(key)}) WHERE {same}{more}"
        )
        for part in _parts(rows):
            session.execute(_typed(statement), _columns(key, part))
        return
    same = " AND ".join(f"{name} = :{name}" for name in key)
    session.connection().execute(
        _typed(f"DELETE FROM {table.name} WHERE {same}{more}"), [dict(zip(key, row, strict=True)) for row in rows]
    )


def among(session: Session, column: Any, ids: Iterable[int]) -> ColumnElement[bool]:
    """Return `column IN ids`; on PostgreSQL one array, so that the statement is the same for any number of them."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(bindparam(None, sorted(ids), type_=ARRAY(BigInteger)))  # type: ignore[no-any-return]
    return column.in_(sorted(ids))  # type: ignore[no-any-return]


def _insert(session: Session, table: Table, key: tuple[str, ...], rows: Sequence[dict[str, Any]], becomes: str) -> None:
    if not rows:
        return
    names = tuple(rows[0])
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    source = (
        f"SELECT * FROM {_arrays(table, names)}" if is_postgresql else f"VALUES ({', '.join(f':{n}' for n in names)})"
    )
    changes = ", ".join(f"{name} = {becomes.format(name, table.name)}" for name in names if name not in key)
    statement = _typed(
        f"INSERT INTO {table.name} ({', '.join(names)}) {source} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
    )
    if not is_postgresql:
        session.connection().execute(statement, list(rows))
        return
    for part in _parts(rows):
        session.execute(statement, {name: [row[name] for row in part] for name in names})


def _columns(key: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(key)}


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _arrays(table: Table, names: Sequence[str]) -> str:
    """Return a row source made of one array per column."""
    return f"unnest({', '.join(f'CAST(:{name} AS {_type(table, name)}[])' for name in names)})"


def _type(table: Table, name: str) -> str:
    kind = table.c[name].type
    if isinstance(kind, BigInteger):
        return "bigint"
    return "integer" if isinstance(kind, Integer) else "text"


@cache
def _typed(statement: str) -> TextClause:
    return text(statement)
