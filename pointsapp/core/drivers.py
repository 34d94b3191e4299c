"""The driver of a session's transaction: statements handed to it as text, past SQLAlchemy's ceremony, and heard by the same listeners."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from itertools import count
from typing import Any, NamedTuple

from psycopg.adapt import Transformer
from psycopg.errors import Error as PostgresError
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Engine
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction, scoped_session

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


def own_session(session: Session) -> Session:
    """Return the session itself where a thread's registry of sessions was handed in."""
    return session() if isinstance(session, scoped_session) else session


def driver(session: Session) -> Driver:
    """Return the driver of the session's transaction, beginning one where there is none."""
    session = own_session(session)
    if not session._is_clean():
        session.flush()
    kept: _Kept | None = session.info.get(_KEPT)
    # Asking the session for its connection costs as much as a look; the same transaction has the same one. Only a savepoint
    # that has just been opened must be asked for, too: the session sends it with the first connection it gives out.
    innermost = session.get_nested_transaction() or session.get_transaction()
    if kept is not None and kept.transaction is innermost and innermost and not kept.connection.invalidated:
        return kept.by
    connection = session.connection()
    raw = connection.connection.driver_connection
    by = _driver(raw, connection.dialect, connection, connection.invalidate, connection.info)
    session.info[_KEPT] = _Kept(session.get_nested_transaction() or session.get_transaction(), connection, by)
    return by


class _Kept(NamedTuple):
    """The driver of a session's transaction. It is found by the transaction itself, so it ends with it."""

    transaction: SessionTransaction | None
    connection: Connection
    by: Driver


def _driver(raw: Any, dialect: Dialect, ears: Any, invalidate: Callable[[Any], None], info: Any) -> Driver:
    if dialect.name == POSTGRES:
        return PostgresDriver(raw, dialect, ears, invalidate, info)
    return Driver(raw, dialect, ears, invalidate)


@contextmanager
def loose(engine: Engine) -> Iterator[Driver]:
    """Lend a connection for one look outside any transaction: no BEGIN before it, no ROLLBACK after it."""
    lent = engine.raw_connection()
    try:
        by = _driver(lent.driver_connection, engine.dialect, engine, lambda error: lent.invalidate(error), lent.info)
        if isinstance(by, PostgresDriver):
            by.begins = False
        yield by
    finally:
        lent.close()


def stored(value: Any, dialect: str) -> Any:
    """Return `value` as the column types of core.db store it and the driver takes it: on PostgreSQL always text."""
    kind = type(value)
    if value is None or kind is str:
        return value
    if kind is int:
        return str(value) if dialect == POSTGRES else value
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
