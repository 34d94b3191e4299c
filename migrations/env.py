"""Alembic's entry: our metadata, batch mode for SQLite, one upgrade at a time, and no lock that waits for ever."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from pointsapp.core.db import db
from pointsapp.core.modes import writing

target = db.metadata
UPGRADE_LOCK = 7_340_001  # any fixed number: two upgrades at once wait for each other


def run_offline() -> None:
    context.configure(url=str(db.engine.url), target_metadata=target, literal_binds=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


def run_inside(connection: Connection) -> None:
    """Migrate inside the caller's transaction, who commits it or not: what a restore does on PostgreSQL."""
    context.configure(connection=connection, target_metadata=target, **current_app.extensions["migrate"].configure_args)
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    configure_args = current_app.extensions["migrate"].configure_args
    engine = context.config.attributes.get("engine") or db.engine
    token = writing.set(True)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                # Batch mode rebuilds tables; SQLite would take each for a broken foreign key.
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(text("SET lock_timeout = '10s'"))
                connection.execute(text("SET statement_timeout = '15min'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            context.configure(connection=connection, target_metadata=target, **configure_args)
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
    finally:
        writing.reset(token)


if context.is_offline_mode():
    run_offline()
elif context.config.attributes.get("connection") is not None:
    run_inside(context.config.attributes["connection"])
else:
    run_online()
