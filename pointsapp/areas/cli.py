"""Commands of areas."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from pointsapp.areas.rules import AreaDraft
from pointsapp.areas.services import import_areas
from pointsapp.core import clock
from pointsapp.core.table_file import BadFile, read_table, with_problems
from pointsapp.core.transaction import write

COLUMNS = ("code", "name", "kind", "parent_code")


@click.group("areas")
def areas() -> None:
    """The area tree."""


@areas.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_file(file: Path) -> None:
    """Import the tree from a CSV with the columns code, name, kind, parent_code."""
    try:
        table = read_table(file, COLUMNS, COLUMNS[:3])
        drafts = [AreaDraft(line=row.line, **row.cells) for row in table.rows]
        done = write(with_problems(import_areas, table.problems), drafts, now=clock.now())
    except BadFile as bad:
        click.echo(str(bad), err=True)
        raise SystemExit(1) from None
    click.echo(f"{done.added} added, {done.changed} changed, {done.kept} unchanged")


COMMANDS: list[click.Command] = [areas]
