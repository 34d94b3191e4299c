"""`pointsapp stars redraw`: a published draw computed again, from its file alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.inspections.queries import draw_page
from pointsapp.inspections.rules.draw import check_again
from pointsapp.stars.cli import stars

MOST_BYTES = 20_000_000
NOT_DRAWN_YET, DIFFERS = 2, 1


@stars.command("redraw")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--draw", "draw_id", default="", help="The id in the address of the draw's page, instead of a file.")
@with_appcontext
def redraw(file: Path | None, draw_id: str) -> None:
    """Draw again from what a draw's page publishes (draw.json), and say whether it comes out the same.

    With FILE no database is asked. Exit 0: the same. 1: it differs, or the file is none of ours. 2: not drawn yet.
    """
    if (file is None) == (not draw_id):
        raise click.UsageError("name a FILE, or a draw with --draw")
    try:
        document = _read(file) if file is not None else draw_page(db.session, draw_id, None, now=clock.now()).document
        checks = check_again(document)
    except NotFound:
        raise click.ClickException(f"there is no draw {draw_id!r}") from None
    except ValueError as wrong:
        raise click.ClickException(str(wrong)) from None
    for one in checks:
        click.echo(f"{one.what}: {'the same' if one.is_right else 'DIFFERENT'}  {one.found}")
        if not one.is_right:
            click.echo(f"  the file says: {one.said}")
    if not all(one.is_right for one in checks):
        click.echo("This is not what was published.")
        raise SystemExit(DIFFERS)
    if document.get("seed") is None:
        click.echo("Nothing is drawn yet: the lists are as announced, seed and public value are not out.")
        raise SystemExit(NOT_DRAWN_YET)
    click.echo("The draw comes out the same.")


def _read(file: Path) -> dict[str, Any]:
    if file.stat().st_size > MOST_BYTES:
        raise ValueError("too large for a draw")
    try:
        document = json.loads(file.read_text("utf-8-sig"))
    except (UnicodeDecodeError, RecursionError) as wrong:
        raise ValueError(f"not a JSON file: {wrong}") from None
    if not isinstance(document, dict):
        raise ValueError("not a published draw")
    return document


COMMANDS: list[click.Command] = []  # it hangs on the group of stars
