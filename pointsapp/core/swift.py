"""The short road to the database: a statement compiled once and run by the driver itself, inside the session's transaction.

A hot call spends more time in building, caching and dispatching a statement than the database needs to run it. A `Swift` is
an ordinary Core statement, so columns and types stay in one place; only the ceremony around running it is left out. What was
only added to the session is flushed first, and rows that are loaded already are left as they were.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Engine, Executable, Float
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from pointsapp.core.db import EnumText, UTCDateTime
from pointsapp.core.drivers import POSTGRES, Driver, driver, loose, own_session, stored
from pointsapp.core.modes import writing

T = TypeVar("T")


class Swift:
    """A Core statement whose values are named; `build` is called at the first use, when all tables are known.

    Its text is the same at every call, so a list of any length (`column.in_(...)`) has no place in it: TypeError when it is made.
    `core.db.among` binds a list as one value.
    """

    def __init__(self, build: Callable[[], Executable]) -> None:
        self._build = build
        self._ready: dict[str, _Compiled] = {}

    def rows(self, session: Session | Engine, **values: Any) -> list[Any]:
        """Run it and return its rows, read by name, with the types of their columns; a lone look takes no transaction.

        Before there is a session, an engine will do.
        """
        return self._looked(session, values, _Compiled.rows)

    def found(self, session: Session, **values: Any) -> Found:
        """Run it and return what it found, to be read a row at a time: of many, one is wanted."""
        return self._looked(session, values, _Compiled.found)

    def _looked(
        self,
        session: Session | Engine,
        values: Mapping[str, Any],
        look: Callable[[_Compiled, Driver, Mapping[str, Any]], T],
    ) -> T:
        if isinstance(session, Engine):
            with loose(session) as by:
                return look(self._compiled(by), by, values)
        session = own_session(session)
        if not writing.get() and not session.in_transaction():
            bind = session.get_bind()
            if isinstance(bind, Engine):
                with loose(bind) as by:
                    return look(self._compiled(by), by, values)
        by = driver(session)
        return look(self._compiled(by), by, values)

    def _compiled(self, by: Driver) -> _Compiled:
        ready = self._ready.get(by.name)
        if ready is None:
            ready = self._ready[by.name] = _Compiled(self._build(), by.dialect)
        return ready

    def one(self, session: Session | Engine, **values: Any) -> Any:
        """Run it and return its first row, None when there is none."""
        return next(iter(self.rows(session, **values)), None)


class _Compiled:
    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        own = _numbered(dialect) if dialect.name == POSTGRES else dialect
        compiled = statement.compile(dialect=own)  # type: ignore[attr-defined]
        lists = sorted(name for name, bind in compiled.binds.items() if bind.expanding)
        if lists:
            raise TypeError(f"a Swift cannot hold a list: {', '.join(lists)} of {compiled.statement}")
        self.text = str(compiled)
        self._order = [
            (name, bind.value, bind.required, bind.type.dialect_impl(own).bind_processor(own))
            for name in compiled.positiontup
            for bind in (compiled.binds[name],)
        ]
        columns = list(statement.selected_columns)  # type: ignore[attr-defined]
        self._row: Any = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc]
        self.places = {column.key: place for place, column in enumerate(columns)}
        self._readers = [
            (place, reader) for place, column in enumerate(columns) if (reader := _reader(column.type, own))
        ]

    def rows(self, by: Driver, values: Mapping[str, Any]) -> list[Any]:
        return [self.read(row) for row in self._raw(by, values)]

    def found(self, by: Driver, values: Mapping[str, Any]) -> Found:
        return Found(self, self._raw(by, values))

    def read(self, row: Sequence[Any]) -> Any:
        """Return what the driver gave with the types of the columns."""
        fields = list(row)
        for place, read in self._readers:
            if fields[place] is not None:
                fields[place] = read(fields[place])
        return self._row._make(fields)

    def _raw(self, by: Driver, values: Mapping[str, Any]) -> list[Any]:
        given = []
        for name, constant, required, process in self._order:
            value = values[name] if required else values.get(name, constant)
            given.append(stored(value if process is None else process(value), by.name))
        return by.run(self.text, given)


class Found:
    """Rows as the driver gave them. `plain` columns (numbers and text) are read as they are, a whole row when it is wanted."""

    def __init__(self, compiled: _Compiled, rows: list[Any]) -> None:
        self._compiled = compiled
        self._rows = rows

    def plain(self, *columns: str) -> list[tuple[Any, ...]]:
        """Return these columns of every row."""
        places = [self._compiled.places[name] for name in columns]
        return [tuple(row[place] for place in places) for row in self._rows]

    @property
    def raw(self) -> list[tuple[Any, ...]]:
        """Every row as the driver gave it: to be compared with what it gave before, read by place."""
        return self._rows

    def row(self, number: int) -> Any:
        """Return one row, read by name."""
        return self._compiled.read(self._rows[number])


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return what turns the driver's value, which is not None, into the column's; None where it is that already."""
    if isinstance(kind, Float):
        return None
    if isinstance(kind, EnumText):
        return kind.kind._value2member_map_.__getitem__
    if isinstance(kind, UTCDateTime) and dialect.name == POSTGRES:
        return _in_utc
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


@cache
def _numbered(dialect: Dialect) -> Dialect:
    """Return the dialect writing `$1`, which the server reads itself: nothing parses the statement at each call."""
    return type(dialect)(paramstyle="numeric_dollar", dbapi=dialect.dbapi)  # type: ignore[call-arg]
