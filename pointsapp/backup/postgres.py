"""PostgreSQL: every table by COPY out of one snapshot, and back in by COPY inside one transaction on a schema made by our migrations.

Not pg_dump: its client must be at hand and at least as new as the server, while this needs the driver only and its text goes into
any later PostgreSQL. Indexes, foreign keys and triggers rest while rows come in, and are made again before anything is committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pointsapp.backup.archive import CHUNK, DATABASE, BackupRefused, Reader, Writer
from pointsapp.backup.checks import check_books, check_counts, known_revisions, migrate, upgrade_to_head
from pointsapp.core.db import db

UPGRADE_LOCK = 7_340_001  # the one of migrations/env.py
# The text of a value must not depend on how this server or this login is set up.
_PLAIN = (
    "SET LOCAL TimeZone = 'UTC'", "SET LOCAL DateStyle = 'ISO, MDY'", "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL extra_float_digits = 3", "SET LOCAL bytea_output = 'hex'", "SET LOCAL client_encoding = 'UTF8'",
    "SET LOCAL statement_timeout = 0",
)  # fmt: skip


def part_of(table: str) -> str:
    return f"{DATABASE}{table}.copy"


def add_database(app: Flask, writer: Writer, _scratch: Path) -> dict[str, Any]:
    """Write one part per table, all of one moment; return what the manifest says. Readers and writers go on meanwhile."""
    with app.app_context(), db.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            connection.execute(text("SET TRANSACTION READ ONLY"))
            _plain(connection)
            revision = _revision(connection)
            if revision is None:
                raise BackupRefused("the database has no migrations in it: it is not pointsapp's")
            if revision != known_revisions()[-1]:
                raise BackupRefused(
                    f"the database is at migration {revision}, this program at {known_revisions()[-1]}: "
                    "run `pointsapp db upgrade` first"
                )
            tables: dict[str, int] = {}
            columns: dict[str, list[str]] = {}
            for table in _tables():
                columns[table.name] = [column.name for column in table.columns]
                rows = _Rows(_copy_out(connection, table.name, columns[table.name]))
                writer.add(part_of(table.name), rows)
                tables[table.name] = rows.count
            # Read last: numbers may have been given out since, and none may be given out twice.
            sequences = {name: _last_value(connection, name) for name in _sequences(connection)}
    return {"revision": revision, "tables": tables, "columns": columns, "sequences": sequences}


class _Rows:
    """Chunks of COPY's text, counted by its lines."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.count += chunk.count(b"\n")
            yield chunk


def _tables() -> list[Table]:
    return list(db.metadata.sorted_tables)


def _key(connection: Connection, table: str) -> list[str]:
    """Return the primary key as ORDER BY terms that sort the same on every server."""
    found = connection.execute(
        text(
            "SELECT a.attname AS name, a.atttypid IN ('text'::regtype, 'varchar'::regtype) AS is_text FROM pg_index i "
            "JOIN unnest(i.indkey) WITH ORDINALITY k(attnum, place) ON true "
            "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum "
            "WHERE i.indrelid = CAST(:name AS regclass) AND i.indisprimary ORDER BY k.place"
        ),
        {"name": f'"{table}"'},
    )
    return [f'"{row.name}" COLLATE "C"' if row.is_text else f'"{row.name}"' for row in found]


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _plain(connection: Connection) -> None:
    for statement in _PLAIN:
        connection.execute(text(statement))


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _copy_out(connection: Connection, table: str, columns: list[str]) -> Iterator[bytes]:
    """Yield the table's rows in the order of its key, as COPY's text, about a megabyte at a time."""
    query = f'COPY (SELECT {_names(columns)} FROM "{table}" ORDER BY {", ".join(_key(connection, table))}) TO STDOUT'  # noqa: S608
    kept = bytearray()
    with _driver(connection).cursor() as cursor, cursor.copy(query) as rows:
        for row in rows:
            kept += row
            if len(kept) >= CHUNK:
                yield bytes(kept)
                kept.clear()
    if kept:
        yield bytes(kept)


def _revision(connection: Connection) -> str | None:
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def _sequences(connection: Connection) -> dict[str, tuple[str, str]]:
    """Return sequence -> (table, column) of every number a table of ours gives out by itself."""
    rows = connection.execute(
        text(
            "SELECT s.relname, t.relname, a.attname FROM pg_class s "
            "JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') "
            "JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid "
            "WHERE s.relkind = 'S' AND s.relnamespace = current_schema()::regnamespace"
        )
    )
    ours = {table.name for table in _tables()}
    return {sequence: (table, column) for sequence, table, column in rows if table in ours}


def _last_value(connection: Connection, sequence: str) -> int:
    """Return the last number given out, 0 before the first."""
    row = connection.execute(text(f'SELECT last_value, is_called FROM "{sequence}"')).one()  # noqa: S608 - from the catalogue
    return row.last_value if row.is_called else 0


def rows_there(app: Flask) -> dict[str, int]:
    """Return table -> 1 for each table that holds rows now, 0 for an empty one."""
    with app.app_context(), db.engine.connect() as connection:
        found = {}
        for table in _tables():
            if connection.scalar(text("SELECT to_regclass(:name)"), {"name": table.name}) is None:
                continue
            found[table.name] = int(connection.scalar(text(f'SELECT EXISTS (SELECT 1 FROM "{table.name}")')) or 0)  # noqa: S608
        return found


@contextmanager
def restored(app: Flask, reader: Reader, _staging: Path, *, may_be_wrong: bool) -> Iterator[dict[str, Any]]:
    """Rebuild the database in one transaction that is committed when the block ends well; until then the old one stands."""
    try:
        with app.app_context(), db.engine.begin() as connection:
            # The application must be stopped: the tables are taken away from under it.
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            _plain(connection)
            _rebuild(app, connection, reader.manifest["revision"])
            _fill(connection, reader)
            _compare(connection, reader)
            upgrade_to_head(app, reader.manifest["revision"], connection=connection)
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                checked = check_books(session, may_be_wrong=may_be_wrong)
            yield checked
    except (DBAPIError, psycopg.Error) as error:
        # COPY speaks to the driver itself, everything else through SQLAlchemy.
        said = error.orig if isinstance(error, DBAPIError) else error
        if getattr(said, "sqlstate", None) == "55P03":
            raise BackupRefused("the database is in use: stop `pointsapp serve` and `pointsapp worker` first") from None
        raise BackupRefused(f"the database refused: {str(said).strip().splitlines()[0]}") from error


def _rebuild(app: Flask, connection: Connection, revision: str) -> None:
    """Take our tables away and make them anew as they were at `revision`, both by the migrations."""
    standing = _revision(connection)
    if standing is not None:
        if standing not in known_revisions():
            raise BackupRefused(
                f"the database is at migration {standing}, which this program does not know: update it first"
            )
        migrate(app, "downgrade", "base", connection=connection)
    ours = [table.name for table in _tables()]
    left = [name for name in ours if connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is not None]
    if left:
        raise BackupRefused(f"the database holds a table {left[0]} that our migrations did not make")
    migrate(app, "upgrade", revision, connection=connection)


def _fill(connection: Connection, reader: Reader) -> None:
    columns: Mapping[str, list[str]] = reader.manifest["columns"]
    tables = sorted(columns)
    with _at_rest(connection, tables):
        connection.execute(text(f"TRUNCATE {_names(tables)}"))  # the rules and categories that the migrations brought
        for table in tables:
            query = f'COPY "{table}" ({_names(columns[table])}) FROM STDIN'
            with _driver(connection).cursor() as cursor, cursor.copy(query) as rows:
                for chunk in reader.chunks(part_of(table)):
                    rows.write(chunk)
    for sequence, (table, column) in _sequences(connection).items():
        most = connection.scalar(text(f'SELECT MAX("{column}") FROM "{table}"')) or 0  # noqa: S608 - from the catalogue
        last = max(most, reader.manifest["sequences"].get(sequence, 0))
        connection.execute(
            text("SELECT setval(CAST(:name AS regclass), :last, :given)"),
            {"name": f'"{sequence}"', "last": max(last, 1), "given": last > 0},
        )
    for table in tables:
        connection.execute(text(f'ANALYZE "{table}"'))


@contextmanager
def _at_rest(connection: Connection, tables: list[str]) -> Iterator[None]:
    """Let triggers, foreign keys and indexes rest for the block: made once at the end they cost a tenth."""
    for table in tables:
        connection.execute(text(f'ALTER TABLE "{table}" DISABLE TRIGGER USER'))
    keys = connection.execute(
        text(
            "SELECT conrelid::regclass::text AS home, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS said "
            "FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND connamespace = current_schema()::regnamespace"
        )
    ).all()
    indexes = connection.execute(
        text(
            "SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS said FROM pg_index i "
            "JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition AND i.indpred IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype <> 'f')"
        )
    ).all()
    for key in keys:
        connection.execute(text(f"ALTER TABLE {key.home} DROP CONSTRAINT {key.name}"))
    for index in indexes:
        connection.execute(text(f"DROP INDEX {index.name}"))
    yield
    for index in indexes:
        connection.exec_driver_sql(index.said.replace("%", "%%"))
    for key in keys:
        connection.exec_driver_sql(f"ALTER TABLE {key.home} ADD CONSTRAINT {key.name} {key.said}".replace("%", "%%"))
    for table in tables:
        connection.execute(text(f'ALTER TABLE "{table}" ENABLE TRIGGER USER'))


def _compare(connection: Connection, reader: Reader) -> None:
    """Read every table out again as the backup did, and compare the digests: the rows are the same, to the byte."""
    counts = {}
    for table, columns in reader.manifest["columns"].items():
        rows, digest = _Rows(_copy_out(connection, table, columns)), sha256()
        for chunk in rows:
            digest.update(chunk)
        if digest.hexdigest() != reader.parts[part_of(table)]["sha256"]:
            raise BackupRefused(f"{table} reads otherwise than it was written: it was not put back")
        counts[table] = rows.count
    check_counts(counts, reader.manifest["tables"])
