"""What rests while the rows come in, and how each database takes them. All of it is inside the one transaction of the load:
whoever is killed in the middle leaves the database exactly as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from pointsapp.core.db import db
from pointsapp.demo.synth.columns import COLUMNS, NUMBERED
from pointsapp.demo.synth.rows import CopySink, InsertSink, Sink

LARGE = 200_000  # entries from which indexes are better made anew
CACHE_KIB = 262_144
# Triggers that note every row for the boards: trigger -> table.
NOTED = {"posting_noted": "posting", "evidence_noted": "evidence", "membership_came": "membership"}
_BIG = ("entry", "posting", "person", "balance", "event", "event_delivery", "evidence", "notice", "signup", "attendance", "scan",
        "voucher", "hold", "redemption", "person_sum", "board_place")  # fmt: skip


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def lock_tables(session: Session) -> None:
    """Let nobody else write meanwhile; who reads goes on until the indexes rest."""
    if _is_postgresql(session):
        session.execute(text("SET LOCAL lock_timeout = '10s'"))
        session.execute(text("SET LOCAL TimeZone = 'UTC'"))
        session.execute(text(f"LOCK TABLE {', '.join(COLUMNS)} IN SHARE ROW EXCLUSIVE MODE"))
    else:
        session.execute(text(f"PRAGMA cache_size = -{CACHE_KIB}"))


def last_numbers(session: Session) -> dict[str, int]:
    """Return the highest number given out in each table that we number ourselves."""
    found = {}
    for name in NUMBERED:
        table = db.metadata.tables[name]
        found[name] = session.scalar(select(func.max(table.c.id))) or 0
        if _is_postgresql(session):
            row = session.execute(text(f"SELECT last_value, is_called FROM {name}_id_seq")).one()  # noqa: S608 - our own names
            found[name] = max(found[name], row.last_value if row.is_called else 0)
    return found


def renumber(session: Session, last: dict[str, int]) -> None:
    """Let the database give out numbers behind ours from now on; SQLite looks at the rows itself."""
    if not _is_postgresql(session):
        return
    for table, number in last.items():
        if number:
            session.execute(
                text("SELECT setval(CAST(:name AS regclass), :last)"), {"name": f"{table}_id_seq", "last": number}
            )


def sink_of(session: Session) -> Sink:
    """Return what takes the rows on the session's own connection, inside its transaction."""
    raw = session.connection().connection.driver_connection
    return CopySink(raw) if _is_postgresql(session) else InsertSink(raw)


@contextmanager
def at_rest(session: Session, entries: int, *, rests: bool | None, stage: Callable[[str], None]) -> Iterator[None]:
    """Let the triggers rest that note each row for the boards, which are made anew at the end or noted as a whole; on PostgreSQL,
    for a run that is large beside what is there, also the indexes and foreign keys of the big tables. Append-only stays as it is."""
    if not _is_postgresql(session):
        named = text("SELECT sql FROM sqlite_master WHERE name = :name")
        said = [session.scalar(named, {"name": name}) for name in NOTED]
        for name in NOTED:
            session.execute(text(f"DROP TRIGGER {name}"))
        yield
        for statement in said:
            session.connection().exec_driver_sql(statement)
        return
    connection = session.connection()
    for name, table in NOTED.items():
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {name}"))
    if rests is None:
        there = session.scalar(text("SELECT GREATEST(reltuples, 0) FROM pg_class WHERE oid = 'entry'::regclass")) or 0
        rests = entries >= LARGE and entries >= there / 2
    made = _take_away(connection) if rests else []
    yield
    if made:
        connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
        for kind, statement in made:
            stage(kind)
            connection.exec_driver_sql(statement.replace("%", "%%"))
    for name, table in NOTED.items():
        connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER {name}"))


def _take_away(connection: Connection) -> list[tuple[str, str]]:
    """Drop foreign keys, keys and indexes of the big tables; return (kind, statement) that make them again, in that order."""
    tables = {"tables": list(_BIG)}
    constraints = connection.execute(
        text(
            "SELECT conrelid::regclass::text AS home, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS said, "
            "contype::text AS kind FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND conparentid = 0 "
            "AND (contype = 'f' AND (conrelid = ANY(CAST(:tables AS regclass[])) OR confrelid = ANY(CAST(:tables AS regclass[]))) "
            "OR contype IN ('p', 'u') AND conrelid = ANY(CAST(:tables AS regclass[]))) ORDER BY contype, conname"
        ),
        tables,
    ).all()
    indexes = connection.execute(
        text(
            "SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS said FROM pg_index i "
            "WHERE i.indrelid = ANY(CAST(:tables AS regclass[])) "
            "AND i.indpred IS NULL "  # a partial one stays: made from its printed form, the planner no longer knows its condition
            "AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY 1"
        ),
        tables,
    ).all()
    foreign = [each for each in constraints if each.kind == "f"]
    own = [each for each in constraints if each.kind != "f"]
    for each in (*foreign, *own):
        connection.exec_driver_sql(f"ALTER TABLE {each.home} DROP CONSTRAINT {each.name}")
    for index in indexes:
        connection.exec_driver_sql(f"DROP INDEX {index.name}")
    return [
        *(("keys", f"ALTER TABLE {each.home} ADD CONSTRAINT {each.name} {each.said}") for each in own),
        *(("indexes", index.said) for index in indexes),
        *(("foreign keys", f"ALTER TABLE {each.home} ADD CONSTRAINT {each.name} {each.said}") for each in foreign),
    ]
