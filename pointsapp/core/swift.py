"""The short road to the database: a statement compiled once and run by the driver itself, inside the session's transaction.

A hot call spends more time in building, caching and dispatching a statement than the database needs to run it. A `Swift` is
an ordinary Core statement, so columns and types stay in one place; only the ceremony around running it is left out. What was
only added to the session is flushed first, and rows that are loaded already are left as they were.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any

from psycopg import RawCursor
from psycopg.errors import Error as PostgresError
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Executable, Float
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

POSTGRES = "postgresql"


class Driver:
    """One transaction's connection as the driver sees it. Whoever listens to the engine's cursors hears these statements too."""

    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect
        self.name = connection.dialect.name
        self._connection = connection
        raw: Any = connection.connection.driver_connection
        self.raw = raw
        self._cursor: Any = RawCursor(raw) if self.name == POSTGRES else raw

    def run(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """Run one statement and return its rows as tuples; errors are SQLAlchemy's own, so that `write()` knows them."""
        is_heard = self._is_heard()
        if is_heard:
            self._connection.dispatch.before_cursor_execute(self._connection, None, statement, values, None, False)
        try:
            done = self._cursor.execute(statement, values)
            found: list[Any] = done.fetchall() if done.description else []
        except Exception as error:
            self._refuse(statement, error)
            raise
        if is_heard:
            self._connection.dispatch.after_cursor_execute(self._connection, None, statement, values, None, False)
        return found

    def _is_heard(self) -> bool:
        return bool(self._connection._has_events or self._connection.engine._has_events)

    def order(self, statement: str) -> None:
        """Run statements without values or answer in one message, beginning the transaction on the way."""
        if self._is_heard():
            self._connection.dispatch.before_cursor_execute(self._connection, None, statement, (), None, False)
        link = self.raw.pgconn
        begin = "BEGIN; " if link.transaction_status == TransactionStatus.IDLE and not self.raw.autocommit else ""
        done = link.exec_(f"{begin}{statement}".encode())
        if done.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            error = error_from_result(done)
            self._refuse(statement, error)
            raise error

    def _refuse(self, statement: str, error: Exception) -> None:
        dbapi = self.dialect.dbapi
        if dbapi is None or not isinstance(error, dbapi.Error | PostgresError):
            return
        is_cut = self.dialect.is_disconnect(error, self.raw, None)  # type: ignore[arg-type]
        if is_cut:
            self._connection.invalidate(error)
        raise DBAPIError.instance(
            statement, None, error, dbapi.Error, connection_invalidated=is_cut, dialect=self.dialect
        ) from error


_KEPT = "swift"


def driver(session: Session) -> Driver:
    """Return the driver of the session's transaction, beginning one where there is none."""
    if session.new or session.dirty:
        session.flush()
    connection = session.connection()
    kept: Driver | None = session.info.get(_KEPT)
    if kept is None or kept._connection is not connection or kept.raw is not connection.connection.driver_connection:
        kept = session.info[_KEPT] = Driver(connection)
    return kept


class Swift:
    """A Core statement whose values are named; `build` is called at the first use, when all tables are known."""

    def __init__(self, build: Callable[[], Executable]) -> None:
        self._build = build
        self._ready: dict[str, _Compiled] = {}

    def rows(self, session: Session, **values: Any) -> list[Any]:
        """Run it and return its rows, read by name, with the types of their columns."""
        by = driver(session)
        ready = self._ready.get(by.name)
        if ready is None:
            ready = self._ready[by.name] = _Compiled(self._build(), by.dialect)
        return ready.rows(by, values)

    def one(self, session: Session, **values: Any) -> Any:
        """Run it and return its first row, None when there is none."""
        return next(iter(self.rows(session, **values)), None)


class _Compiled:
    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        own = _numbered(dialect) if dialect.name == POSTGRES else dialect
        compiled = statement.compile(dialect=own)  # type: ignore[attr-defined]
        self.text = str(compiled)
        self._order = [
            (name, bind.value, bind.required, bind.type.dialect_impl(own).bind_processor(own))
            for name in compiled.positiontup
            for bind in (compiled.binds[name],)
        ]
        columns = list(statement.selected_columns)  # type: ignore[attr-defined]
        self._row: Any = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc]
        self._readers = [
            (place, reader) for place, column in enumerate(columns) if (reader := _reader(column.type, own))
        ]

    def rows(self, by: Driver, values: Mapping[str, Any]) -> list[Any]:
        given = []
        for name, constant, required, process in self._order:
            value = values[name] if required else values.get(name, constant)
            given.append(_plain(value if process is None else process(value), by.name))
        found = []
        for row in by.run(self.text, given):
            fields = list(row)
            for place, read in self._readers:
                fields[place] = read(fields[place])
            found.append(self._row._make(fields))
        return found


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return what turns the driver's value into the column's; None where it is that already, as a float is."""
    return None if isinstance(kind, Float) else kind.dialect_impl(dialect).result_processor(dialect, None)


@cache
def _numbered(dialect: Dialect) -> Dialect:
    """Return the dialect writing `$1`, which the server reads itself: nothing parses the statement at each call."""
    return type(dialect)(paramstyle="numeric_dollar", dbapi=dialect.dbapi)  # type: ignore[call-arg]


def _plain(value: Any, dialect: str) -> Any:
    """Return `value` as both drivers take it; on PostgreSQL whole numbers go as text, or each size would be a plan of its own."""
    if value is None or (isinstance(value, str) and type(value) is str):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bool):
        return str(value).lower() if dialect == POSTGRES else int(value)
    if isinstance(value, int):
        return str(value) if dialect == POSTGRES else value
    return value


def stored(value: Any, dialect: str) -> Any:
    """Return `value` as the column types of core.db store it, for hand-written statements."""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return moment.isoformat() if dialect == POSTGRES else moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value)
    return _plain(value, dialect)
