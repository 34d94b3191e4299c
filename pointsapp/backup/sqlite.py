"""SQLite: a consistent copy of the file while it is in use, and a new file in the place of the old one."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from pointsapp.backup.archive import DATABASE, BackupRefused, Reader, Writer, file_chunks, file_digest, sync_folder
from pointsapp.backup.checks import check_books, check_counts, upgrade_to_head
from pointsapp.core.db import db, prepare_engine

PART = DATABASE + "pointsapp.db"


def place(app: Flask) -> Path:
    """Return the database's file; BackupRefused for a database in memory."""
    with app.app_context():
        name = db.engine.url.database
    if not name or name == ":memory:":
        raise BackupRefused("a database in memory has no file")
    return Path(name)


def add_database(app: Flask, writer: Writer, scratch: Path) -> dict[str, Any]:
    """Write the database's part; return what the manifest says about it. Readers and writers go on meanwhile (WAL)."""
    source = place(app)
    if not source.exists():
        raise BackupRefused(f"there is no database yet: {source}")
    copy = scratch / "copy.db"
    with closing(sqlite3.connect(source, timeout=15)) as live, closing(sqlite3.connect(copy)) as kept:
        live.backup(kept)  # all pages in one step: one read transaction, so that nobody's write makes it begin again
        kept.execute("PRAGMA journal_mode=DELETE")
        told = {"revision": revision_of(kept), "tables": count_rows(kept)}
    with copy.open("rb") as file:
        writer.add(PART, file_chunks(file))
    return told


def revision_of(connection: sqlite3.Connection) -> str:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError:
        row = None
    if row is None:
        raise BackupRefused("the database has no migrations in it: it is not pointsapp's")
    return str(row[0])


def count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """Return table -> rows, of all tables but the migrations' own."""
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
    ).fetchall()
    count = 'SELECT COUNT(*) FROM "{}"'
    return {name: connection.execute(count.format(name)).fetchone()[0] for (name,) in names}


def rows_there(app: Flask) -> dict[str, int]:
    """Return table -> rows of the database that stands there now; nothing where there is none."""
    path = place(app)
    if not path.exists() or not path.stat().st_size:
        return {}
    try:
        with closing(sqlite3.connect(path, timeout=15)) as connection:
            return count_rows(connection)
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{path} is no database: {error}") from error


@contextmanager
def restored(app: Flask, reader: Reader, staging: Path, *, may_be_wrong: bool) -> Iterator[dict[str, Any]]:
    """Build the database beside the old one, check it, and put it in its place when the block ends well."""
    path, fresh = place(app), staging / "fresh.db"
    with fresh.open("xb") as file:
        for chunk in reader.chunks(PART):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if file_digest(fresh) != reader.parts[PART]["sha256"]:
        raise BackupRefused("what was written is not what was read: this disk cannot be trusted")
    with closing(sqlite3.connect(fresh)) as connection:
        _check_file(connection, reader)
    checked = _check_books(app, fresh, reader, may_be_wrong=may_be_wrong)
    yield checked
    with app.app_context():
        db.session.close()
        db.engine.dispose()
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        if path.exists():
            _give_to_same_owner(fresh, path)
        os.replace(fresh, path)
        sync_folder(path.parent)


def _check_file(connection: sqlite3.Connection, reader: Reader) -> None:
    try:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        revision, rows = revision_of(connection), count_rows(connection)
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"the database in the file is damaged: {error}") from error
    if said != ["ok"] or broken is not None:
        raise BackupRefused(f"the database in the file is damaged: {said[0] if said != ['ok'] else broken}")
    if revision != reader.manifest["revision"]:
        raise BackupRefused("the database in the file is of another migration than the manifest says")
    check_counts(rows, reader.manifest["tables"])


def _check_books(app: Flask, fresh: Path, reader: Reader, *, may_be_wrong: bool) -> dict[str, Any]:
    engine = create_engine(f"sqlite:///{fresh}")
    prepare_engine(engine)
    try:
        upgrade_to_head(app, reader.manifest["revision"], engine=engine)
        with Session(engine) as session:
            return check_books(session, may_be_wrong=may_be_wrong)
    finally:
        engine.dispose()  # the last one to leave folds the write-ahead log into the file


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Fold the old database's write-ahead log in and keep everybody out; BackupRefused while somebody has it open."""
    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, timeout=2, isolation_level=None)) as old:
        try:
            # Only the last connection can leave WAL: this is how SQLite itself says that nobody else is there.
            mode = old.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
            if mode == "wal":
                raise sqlite3.OperationalError("still in use")
            old.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise BackupRefused(f"{path} is in use: stop `pointsapp serve` and `pointsapp worker` first") from None
        except sqlite3.DatabaseError:
            # What stands there is no database any more, which may be why it is replaced; its logs must not meet the new one.
            for suffix in ("-wal", "-shm", "-journal"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        yield


def _give_to_same_owner(fresh: Path, old: Path) -> None:
    was = old.stat()
    fresh.chmod(was.st_mode & 0o777)
    if os.geteuid() == 0:
        os.chown(fresh, was.st_uid, was.st_gid)
