"""Commands of stars: the party organisation, its members, schemes and official head counts come in as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.table_file import BadFile, Row, read_table, with_problems
from pointsapp.core.transaction import write
from pointsapp.core.yaml_file import read_document
from pointsapp.stars.queries import Change, Draft, Standing, judge_draft, preview
from pointsapp.stars.rules.branches import BranchDraft
from pointsapp.stars.services import (
    HeadcountDraft,
    Imported,
    MemberDraft,
    import_branches,
    import_headcounts,
    import_members,
    import_scheme,
)

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
MOST_PEOPLE = 100_000_000
MOST_SOURCE = 120


@click.group("branches")
def branches() -> None:
    """The party organisation."""


@click.group("members")
def members() -> None:
    """Who belongs to which branch."""


@click.group("stars")
def stars() -> None:
    """Five-star schemes and what they count by."""


@contextmanager
def _naming_bad_rows() -> Iterator[None]:
    try:
        yield
    except BadFile as bad:
        click.echo(str(bad), err=True)
        raise SystemExit(1) from None


def _import_table(
    file: Path, columns: tuple[str, ...], required: tuple[str, ...], draft: Callable[[Row], Any], service: Any
) -> None:
    with _naming_bad_rows():
        table = read_table(file, columns, required)
        drafts, problems = [], table.problems
        for row in table.rows:
            try:
                drafts.append(draft(row))
            except ValueError as error:
                problems.append((row.line, str(error)))
        done: Imported = write(with_problems(service, problems), drafts, now=clock.now())
    click.echo(f"{done.added} added, {done.changed} changed, {done.kept} unchanged")


@branches.command("import")
@FILE
@with_appcontext
def import_branch_file(file: Path) -> None:
    """Import branches from a CSV with the columns code, name, kind, parent_code, area_code."""
    columns = ("code", "name", "kind", "parent_code", "area_code")
    required = ("code", "name", "kind", "area_code")
    _import_table(file, columns, required, lambda row: BranchDraft(line=row.line, **row.cells), import_branches)


@members.command("import")
@FILE
@with_appcontext
def import_member_file(file: Path) -> None:
    """Import memberships from a CSV with the columns phone, branch_code."""
    columns = ("phone", "branch_code")
    _import_table(file, columns, columns, lambda row: MemberDraft(line=row.line, **row.cells), import_members)


FROM = click.option("--from", "starts_on", type=click.DateTime(["%Y-%m-%d"]), help="A quarter's first day.")


@stars.command("import")
@FILE
@FROM
@with_appcontext
def import_scheme_file(file: Path, starts_on: datetime | None) -> None:
    """Import a scheme version from YAML (docs/stars.md); the first one opens the current quarter's round."""
    with _naming_bad_rows():
        document, lines = read_document(file)
        done = write(import_scheme, document, lines, starts_on=_day(starts_on), now=clock.now())
    _warn(done.warnings)
    if done.is_repeat:
        click.echo(f"{done.code} version {done.version} is here already, nothing changed")
    elif done.round_starts_on is not None:
        click.echo(f"{done.code} version {done.version} imported; the round from {done.round_starts_on} is open")
    else:
        click.echo(f"{done.code} version {done.version} imported; it counts from the round of {done.starts_on} on")


@stars.command("check")
@FILE
@FROM
@with_appcontext
def check_scheme_file(file: Path, starts_on: datetime | None) -> None:
    """Say every mistake of a scheme file with its line, and what is worth a second look; store nothing."""
    draft = _draft(file, starts_on)
    stored = ", and is stored already" if draft.is_repeat else ""
    click.echo(f"{draft.code} version {draft.version} is sound, in force from {draft.starts_on}{stored}")


@stars.command("preview")
@FILE
@FROM
@with_appcontext
def preview_scheme_file(file: Path, starts_on: datetime | None) -> None:
    """Show what the current round would look like under a draft version; store nothing."""
    draft = _draft(file, starts_on)
    shown = preview(db.session, draft, now=clock.now())
    if shown.round is None:
        click.echo("no round runs yet: there is nothing to compare with")
        return
    click.echo(
        f"{shown.round.name}, {shown.round.scheme.code} version {shown.round.scheme.version} -> {draft.code} version {draft.version}"
    )
    for change in shown.rows:
        click.echo(_line(change))
    for words, names in (("to be assessed, 0 here", shown.unassessed), ("given above the new maximum", shown.cut)):
        if names:
            click.echo(f"{words}: {', '.join(names)}")


def _line(change: Change) -> str:
    def told(row: Standing) -> str:
        return f"{row.rank}. {row.score.total / 100:.2f}, {row.score.lit_stars} lit, {row.score.tier or '-'}"

    if change.is_same:
        return f"  {change.branch.code} {change.branch.name}: {told(change.after)}"
    return f"* {change.branch.code} {change.branch.name}: {told(change.before)} -> {told(change.after)}"


def _draft(file: Path, starts_on: datetime | None) -> Draft:
    with _naming_bad_rows():
        document, lines = read_document(file)
        draft = judge_draft(db.session, document, lines, starts_on=_day(starts_on), now=clock.now())
    _warn(draft.warnings)
    return draft


def _day(typed: datetime | None) -> date | None:
    return None if typed is None else typed.date()


def _warn(warnings: tuple[tuple[int, str], ...]) -> None:
    for line, words in warnings:
        click.echo(f"warning: line {line}: {words}", err=True)


@stars.command("headcounts")
@FILE
@with_appcontext
def import_headcount_file(file: Path) -> None:
    """Import official head counts from a CSV with the columns area_code, people, counted_on, source."""
    columns = ("area_code", "people", "counted_on", "source")
    _import_table(file, columns, columns, _headcount, import_headcounts)


def _headcount(row: Row) -> HeadcountDraft:
    people = row["people"]
    if not (people.isascii() and people.isdigit() and len(people) < 10 and 0 < int(people) <= MOST_PEOPLE):
        raise ValueError(f"people must be a whole number above 0, not {people!r}")
    if len(row["source"]) > MOST_SOURCE:
        raise ValueError(f"source is longer than {MOST_SOURCE} characters")
    try:
        counted_on = date.fromisoformat(row["counted_on"])
    except ValueError:
        raise ValueError(f"counted_on must be a date like 2026-10-01, not {row['counted_on']!r}") from None
    return HeadcountDraft(
        line=row.line, area_code=row["area_code"], people=int(people), counted_on=counted_on, source=row["source"]
    )


COMMANDS: list[click.Command] = [branches, members, stars]
