"""The database's common words: Base, naming convention, column types, and how each dialect is opened.

Constraints are named by one convention on both databases, so that a migration can name what it changes.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    Boolean,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    bindparam,
    event,
)
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.sql import expression

from pointsapp.core.codes import new_public_id
from pointsapp.core.modes import writing
from pointsapp.core.replicas import HouseSession
from pointsapp.core.turns import stand_in_line

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)

    if TYPE_CHECKING:
        __table__: ClassVar[Table]  # ours are always tables, so `insert(Model.__table__)` is typed


class HouseSQLAlchemy(SQLAlchemy):
    """Flask-SQLAlchemy, its `session` typed as what every service and query takes."""

    if TYPE_CHECKING:
        session: Session  # type: ignore[assignment]


db = HouseSQLAlchemy(model_class=Base, session_options={"class_": HouseSession, "expire_on_commit": False})


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: refuses naive values on the way in, returns aware UTC on the way out (SQLite stores no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite only numbers rows by itself when the key is exactly INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")

row_id = Annotated[int, mapped_column(BigId, primary_key=True)]
public_id = Annotated[str, mapped_column(String(12), unique=True, default=new_public_id)]
instant = Annotated[datetime, mapped_column(UTCDateTime)]
maybe_instant = Annotated[datetime | None, mapped_column(UTCDateTime)]
points = Annotated[int, mapped_column(BigInteger)]
facts = Annotated[dict[str, Any], mapped_column(JSON, default=dict)]


ENUM_LENGTH = 30  # one length for all, so that adding a value never alters a column


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum stored as its text, so that a row reads in any tool; pair it with `enum_check`."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        self.kind = kind
        super().__init__(ENUM_LENGTH)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


def table_of(model: type[Base]) -> Table:
    """Return the model's table, for plain Core statements on a hot path."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


class next_id(expression.ColumnElement[int]):  # noqa: N801 - reads like a function in a select
    """The key that the next row of `table` takes: drawn from its sequence; on SQLite, under the only writer's lock, the next one."""

    inherit_cache = False

    def __init__(self, table: Table) -> None:
        self.table = table
        self.type = BigInteger()


@compiles(next_id, "postgresql")
def _drawn(element: next_id, _compiler: Any, **_kw: Any) -> str:
    return f"(SELECT nextval('{element.table.name}_id_seq'))"


@compiles(next_id, "sqlite")
def _counted(element: next_id, _compiler: Any, **_kw: Any) -> str:
    return f"(SELECT COALESCE(MAX(id), 0) + 1 FROM {element.table.name})"  # noqa: S608 - a table's name of ours


class among(expression.ColumnElement[bool]):  # noqa: N801 - reads like a function in a select
    """The condition "`column` is one of the list bound as `name`": one statement whatever the length, so that it stays prepared."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.values: BindParameter[str] = bindparam(name, type_=String())
        self.type = Boolean()


@compiles(among, "postgresql")
def _any_of(element: among, compiler: Any, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    kind = compiler.dialect.type_compiler_instance.process(element.column.type)
    return f"{column} = ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST({values} AS JSON)) AS {kind})))"


@compiles(among, "sqlite")
def _one_of(element: among, compiler: Any, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - our own column


def ref(target: str, *, index: bool = True, nullable: bool = False, unique: bool | None = None, **kw: Any) -> Any:
    """Declare a foreign key column by name, e.g. `ref("person.id")`; indexed, as parents are looked up from both ends."""
    return mapped_column(BigId, ForeignKey(target, **kw), index=index or None, nullable=nullable, unique=unique)


def mention(target: str, *, index: bool = False, nullable: bool = False, unique: bool | None = None) -> Any:
    """Declare the key of a row of `target` that the database does not check: for hot rows whose act has just read or written
    that row, which nothing ever deletes. A foreign key would lock it at every act, and whoever shares it would stand in line."""
    return mapped_column(
        BigId, index=index or None, nullable=nullable, unique=unique, info={"mentions": target.partition(".")[0]}
    )


def enum_column(kind: type[StrEnum], **kw: Any) -> Any:
    """Declare a text column for `kind`; pair it with `enum_check` in `__table_args__`."""
    return mapped_column(EnumText(kind), **kw)


def enum_check(column: str, kind: type[StrEnum]) -> CheckConstraint:
    """Return the CHECK that keeps `column` inside `kind` (text and CHECK, not a native enum: adding a value is one line)."""
    values = ", ".join(f"'{member.value}'" for member in kind)
    return CheckConstraint(f"{column} IN ({values})", name=column)


def prepare_engine(engine: Engine) -> None:
    """Give the engine the house's transaction manners."""
    if engine.dialect.name == "postgresql":
        _spare_round_trips(engine)
        return

    @event.listens_for(engine, "connect")
    def _open(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the begin event below says BEGIN, not the driver
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "busy_timeout=15000",
            "synchronous=NORMAL",
        ):
            connection.execute(f"PRAGMA {pragma}")

    stand_in_line(engine, writing.get)


PING_AFTER_S = 5.0  # a connection used a moment ago is asked nothing; one that rested is asked whether it still lives


def _spare_round_trips(engine: Engine) -> None:
    """Ask a pooled connection whether it lives only after a rest, and end transactions by libpq itself.

    psycopg throws every prepared statement away at a roll-back, for fear of tables that a migration dropped. Each page ends in a
    roll-back, so nothing would ever stay prepared, and planning took more of the server's time than running.
    """

    def tell(connection: Any, words: str) -> None:
        if connection.pgconn.transaction_status == TransactionStatus.IDLE:
            return
        done = connection.pgconn.exec_(words.encode())
        if done.status != ExecStatus.COMMAND_OK:
            raise error_from_result(done, encoding="utf-8")

    def roll_back_to(connection: Connection, name: str) -> None:
        tell(connection.connection.driver_connection, f"ROLLBACK TO SAVEPOINT {name}")

    dialect: Any = engine.dialect
    dialect.do_commit = lambda proxy: tell(proxy.driver_connection, "COMMIT")
    dialect.do_rollback = lambda proxy: tell(getattr(proxy, "driver_connection", proxy), "ROLLBACK")
    dialect.do_rollback_to_savepoint = roll_back_to

    @event.listens_for(engine, "checkin")
    def _remember(_connection: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ping(connection: Any, record: Any, _proxy: Any) -> None:
        has_rested = time.monotonic() - record.info.get("used_at", time.monotonic()) > PING_AFTER_S
        if has_rested and connection.pgconn.exec_(b"SELECT 1").status != ExecStatus.TUPLES_OK:
            raise InvalidatePoolError()  # the server went away: all of them are gone

    @event.listens_for(engine, "reset")
    def _roll_back(connection: Any, _record: Any, state: Any) -> None:
        if not state.terminate_only and connection.pgconn.transaction_status != TransactionStatus.IDLE:
            tell(connection, "ROLLBACK")
