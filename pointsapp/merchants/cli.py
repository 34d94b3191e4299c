"""Commands of merchants."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from pointsapp.core import clock
from pointsapp.core.table_file import BadFile, read_table, with_problems
from pointsapp.core.transaction import write
from pointsapp.merchants.services import MerchantDraft, import_merchants

COLUMNS = ("code", "name", "area_code", "address")


@click.group("merchants")
def merchants() -> None:
    """Partners that give goods or discounts."""


@merchants.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_file(file: Path) -> None:
    """Import merchants from a CSV with the columns code, name, area_code, address."""
    try:
        table = read_table(file, COLUMNS, COLUMNS)
        drafts = [MerchantDraft(line=row.line, **row.cells) for row in table.rows]
        done = write(with_problems(import_merchants, table.problems), drafts, now=clock.now())
    except BadFile as bad:
        click.echo(str(bad), err=True)
        raise SystemExit(1) from None
    click.echo(f"{done.added} added, {done.changed} changed, {done.kept} unchanged")


COMMANDS: list[click.Command] = [merchants]
