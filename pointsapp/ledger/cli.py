"""Commands of ledger."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from pointsapp.core.db import db
from pointsapp.ledger.queries import verify


@click.group("ledger")
def ledger_group() -> None:
    """The books of points and minutes."""


@ledger_group.command("verify")
@with_appcontext
def verify_books() -> None:
    """Re-derive every balance from the postings; exit 0 only if the books balance."""
    report = verify(db.session)
    click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    if not report.ok:
        raise SystemExit(1)


COMMANDS: list[click.Command] = [ledger_group]
