"""The short road to the database: a statement compiled once and run by the driver itself, inside the session's transaction.

A hot call spends more time in building, caching and dispatching a statement than the database needs to run it. A `Swift` is
an ordinary Core statement, so columns and types stay in one place; only the ceremony around running it is left out. What was
only added to the session is flushed first, and rows that are loaded already are left as they were.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from itertools import count
from typing import Any

from psycopg.adapt import Transformer
from psycopg.errors import Error as PostgresError
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Engine, Executable, Float
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.types import TypeEngine

from pointsapp.core.db import writing

POSTGRES = "postgresql"
_FINE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
_PLAN_IS_GONE = ("26000", "0A000")  # no such statement; its tables were altered
_KEPT = "swift"


class Driver:
    """A connection as the driver sees it. Whoever listens to the engine's cursors hears these statements, too."""

    def __init__(self, raw: Any, dialect: Dialect, ears: Any, invalidate: Callable[[Any], None]) -> None:
        self.raw = raw
        self.dialect = dialect
        self.name = dialect.name
        self._ears = ears  # the Connection or Engine whose listeners hear
        self._invalidate = invalidate

    def run(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """Run one statement and return its rows as tuples; errors are SQLAlchemy's own, so that `write()` knows them."""
        call = _Call()
        self._ears.dispatch.before_cursor_execute(None, None, statement, values, call, False)
        try:
            found = self._rows(statement, values)
        except Exception as error:
            self._refuse(statement, error)
            raise
        self._ears.dispatch.after_cursor_execute(None, None, statement, values, call, False)
        return found

    def _rows(self, statement: str, values: Sequence[Any]) -> list[Any]:
        done = self.raw.execute(statement, values)
        return done.fetchall() if done.description else []

    def order(self, statement: str) -> None:
        """Run a statement without values or answer."""
        self.run(statement, ())

    def _refuse(self, statement: str, error: Exception) -> None:
        dbapi = self.dialect.dbapi
        if dbapi is None or not isinstance(error, dbapi.Error | PostgresError):
            return
        is_cut = self.dialect.is_disconnect(error, self.raw, None)  # type: ignore[arg-type]
        if is_cut:
            self._invalidate(error)
        raise DBAPIError.instance(
            statement, None, error, dbapi.Error, connection_invalidated=is_cut, dialect=self.dialect
        ) from error


class PostgresDriver(Driver):
    """libpq itself, by way of psycopg: each statement is prepared once per connection, values and answers are text.

    psycopg's cursor would do the same in Python at three times the cost. It is still there for all other statements of the
    transaction: both see the same connection, and the server alone knows whether a transaction is open.
    """

    def __init__(self, raw: Any, dialect: Dialect, ears: Any, invalidate: Callable[[Any], None], info: Any) -> None:
        super().__init__(raw, dialect, ears, invalidate)
        self.link = raw.pgconn
        self.begins = True  # a loose look begins no transaction
        kept = info.get(_KEPT)
        if kept is None:
            kept = info[_KEPT] = ({}, Transformer(raw))
        self._prepared, self._read = kept

    def _rows(self, statement: str, values: Sequence[Any]) -> list[Any]:
        if self.begins and self.link.transaction_status == TransactionStatus.IDLE:
            self._checked(self.link.exec_(b"BEGIN"))
        name = self._prepared.get(statement)
        if name is None:
            name = b"swift_%d" % next(_numbers)
            self._checked(self.link.prepare(name, statement.encode()))
            self._prepared[statement] = name
        done = self.link.exec_prepared(name, [None if value is None else value.encode() for value in values])
        if done.status not in _FINE:
            error = error_from_result(done, encoding="utf-8")
            if error.sqlstate in _PLAN_IS_GONE:
                self._prepared.clear()
            raise error
        if not done.ntuples:
            return []
        self._read.set_pgresult(done)
        found: list[Any] = self._read.load_rows(0, done.ntuples, tuple)
        return found

    def order(self, statement: str) -> None:
        """Run a statement without values or answer, beginning the transaction in the same message."""
        call = _Call()
        self._ears.dispatch.before_cursor_execute(None, None, statement, (), call, False)
        begin = "BEGIN; " if self.link.transaction_status == TransactionStatus.IDLE else ""
        try:
            self._checked(self.link.exec_(f"{begin}{statement}".encode()))
        except Exception as error:
            self._refuse(statement, error)
            raise
        self._ears.dispatch.after_cursor_execute(None, None, statement, (), call, False)

    def _checked(self, done: Any) -> Any:
        if done.status not in _FINE:
            raise error_from_result(done, encoding="utf-8")
        return done


_numbers = count()


class _Call:
    """What listeners may write on, as on SQLAlchemy's execution context."""


def _own(session: Session) -> Session:
    """Return the session itself where a thread's registry of sessions was handed in."""
    return session() if isinstance(session, scoped_session) else session


def driver(session: Session) -> Driver:
    """Return the driver of the session's transaction, beginning one where there is none."""
    session = _own(session)
    if session.new or session.dirty:
        session.flush()
    connection = session.connection()
    kept: tuple[Connection, Any, Driver] | None = session.info.get(_KEPT)
    raw = connection.connection.driver_connection
    if kept is None or kept[0] is not connection or kept[1] is not raw:
        kept = connection, raw, _driver(raw, connection.dialect, connection, connection.invalidate, connection.info)
        session.info[_KEPT] = kept
    return kept[2]


def _driver(raw: Any, dialect: Dialect, ears: Any, invalidate: Callable[[Any], None], info: Any) -> Driver:
    if dialect.name == POSTGRES:
        return PostgresDriver(raw, dialect, ears, invalidate, info)
    return Driver(raw, dialect, ears, invalidate)


@contextmanager
def _loose(engine: Engine) -> Iterator[Driver]:
    """Lend a connection for one look outside any transaction: no BEGIN before it, no ROLLBACK after it."""
    lent = engine.raw_connection()
    try:
        by = _driver(lent.driver_connection, engine.dialect, engine, lambda error: lent.invalidate(error), lent.info)
        if isinstance(by, PostgresDriver):
            by.begins = False
        yield by
    finally:
        lent.close()


class Swift:
    """A Core statement whose values are named; `build` is called at the first use, when all tables are known."""

    def __init__(self, build: Callable[[], Executable]) -> None:
        self._build = build
        self._ready: dict[str, _Compiled] = {}

    def rows(self, session: Session | Engine, **values: Any) -> list[Any]:
        """Run it and return its rows, read by name, with the types of their columns; a lone look takes no transaction.

        Before there is a session, an engine will do.
        """
        if isinstance(session, Engine):
            with _loose(session) as by:
                return self._run(by, values)
        session = _own(session)
        if not writing.get() and not session.in_transaction():
            bind = session.get_bind()
            if isinstance(bind, Engine):
                with _loose(bind) as by:
                    return self._run(by, values)
        return self._run(driver(session), values)

    def _run(self, by: Driver, values: Mapping[str, Any]) -> list[Any]:
        ready = self._ready.get(by.name)
        if ready is None:
            ready = self._ready[by.name] = _Compiled(self._build(), by.dialect)
        return ready.rows(by, values)

    def one(self, session: Session | Engine, **values: Any) -> Any:
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
            given.append(stored(value if process is None else process(value), by.name))
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


def stored(value: Any, dialect: str) -> Any:
    """Return `value` as the column types of core.db store it and the driver takes it: on PostgreSQL always text."""
    kind = type(value)
    if value is None or kind is str:
        return value
    if kind is bool:
        return ("true" if value else "false") if dialect == POSTGRES else int(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return moment.isoformat() if dialect == POSTGRES else moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value)
    return str(value) if dialect == POSTGRES else value
