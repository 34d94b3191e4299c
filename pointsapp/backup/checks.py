"""What both databases are asked before a restore counts: the same rows, a known migration, books that balance, seals that hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from pointsapp.backup.archive import BackupRefused
from pointsapp.config import shipped
from pointsapp.ledger.queries import verify, verify_seals

# A database in which none of these has a row is nobody's yet: the rest comes with the migrations.
LIVED_IN = ("area", "person", "merchant", "entry", "event")


def scripts() -> ScriptDirectory:
    return ScriptDirectory(str(shipped("migrations")))


def known_revisions() -> list[str]:
    """Return the migrations this program has, the oldest first."""
    return [step.revision for step in reversed(list(scripts().walk_revisions()))]


def check_revision(revision: object) -> None:
    """Raise BackupRefused for a migration this program does not have: the file is from a newer one."""
    known = known_revisions()
    if revision not in known:
        raise BackupRefused(
            f"the file is of migration {revision}, this program ends at {known[-1]}: update pointsapp first"
        )


def check_counts(found: Mapping[str, int], said: Mapping[str, int]) -> None:
    """Raise BackupRefused unless every table holds as many rows as the manifest says."""
    for table in sorted(found.keys() | said.keys()):
        if found.get(table) != said.get(table):
            raise BackupRefused(f"{table} holds {found.get(table)} rows, the manifest says {said.get(table)}")


def upgrade_to_head(
    app: Flask, revision: str, *, engine: Engine | None = None, connection: Connection | None = None
) -> None:
    """Bring what was restored to this program's own migration; nothing to do when it is there."""
    if revision != known_revisions()[-1]:
        migrate(app, "upgrade", "head", engine=engine, connection=connection)


def migrate(
    app: Flask, way: str, revision: str, *, engine: Engine | None = None, connection: Connection | None = None
) -> None:
    """Run the migrations on `engine`, or inside the transaction of `connection`, instead of on the application's database."""
    with app.app_context():
        config = app.extensions["migrate"].migrate.get_config()
        config.attributes.update(engine=engine, connection=connection)
        getattr(command, way)(config, revision)


def check_books(session: Session, *, may_be_wrong: bool) -> dict[str, Any]:
    """Run `ledger verify --seals` on what was restored; BackupRefused when it does not hold, unless that was asked for."""
    books, seals = verify(session), verify_seals(session)
    problems = [*books.problems, *seals.problems]
    if problems and not may_be_wrong:
        raise BackupRefused(
            f"the file was read whole, but the books in it do not hold: {problems[0]} "
            "(nothing was changed; --even-if-wrong puts it back as it is)"
        )
    return {
        "ok": not problems,
        "entries": books.entries,
        "postings": books.postings,
        "seals": seals.seals,
        "head": seals.head,
        "problems": problems,
    }
