"""Commands of boards."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from pointsapp.boards.queries import verify_boards
from pointsapp.boards.services import rebuild
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.snapshots import look_at_one_moment
from pointsapp.core.transaction import write


@click.group("boards")
def boards_group() -> None:
    """The maintained sums behind rankings and statements."""


@boards_group.command("verify")
@with_appcontext
def verify_sums() -> None:
    """Derive every sum of the boards again from the books; exit 0 only if they agree."""
    look_at_one_moment(db.session)
    report = verify_boards(db.session, now=clock.now())
    click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    if not report.ok:
        raise SystemExit(1)


@boards_group.command("rebuild")
@with_appcontext
def rebuild_sums() -> None:
    """Make every sum of the boards again from the books."""
    for table, rows in write(rebuild, now=clock.now()).rows.items():
        click.echo(f"{table}: {rows} rows")


COMMANDS: list[click.Command] = [boards_group]
