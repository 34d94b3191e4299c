"""Commands of stars: the party organisation, its members, schemes and official head counts come in as files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.snapshots import look_at_one_moment
from pointsapp.core.table_file import BadFile, Row, read_table, with_problems
from pointsapp.core.transaction import write
from pointsapp.core.yaml_file import read_document
from pointsapp.stars.queries import Change, Draft, Standing, every_round, find_round, judge_draft, preview, verify_stars
from pointsapp.stars.rules.branches import BranchDraft
from pointsapp.stars.rules.tables import HEADCOUNTS, MEMBERS, MEMBERS_MAY, read_headcount, read_member
from pointsapp.stars.services import (
    Imported,
    import_branches,
    import_headcounts,
    import_members,
    import_scheme,
)

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


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
    file: Path,
    columns: tuple[str, ...],
    required: tuple[str, ...],
    draft: Callable[[Row], Any],
    service: Any,
    may: tuple[str, ...] = (),
) -> None:
    with _naming_bad_rows():
        table = read_table(file, columns, required, may)
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
    """Import memberships from a CSV with the columns phone, branch_code; also starts_on, reporting (yes: 双报到, stands elsewhere)."""
    _import_table(file, MEMBERS, MEMBERS, lambda row: read_member(row.line, row.cells), import_members, may=MEMBERS_MAY)


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
        place = f"{row.rank}. " if change.has_ranks else ""
        return f"{place}{row.score.total / 100:.2f}, {row.score.lit_stars} lit, {row.score.tier or '-'}"

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


@stars.command("verify")
@click.option("--round", "round_id", help="Only this round; otherwise every round there is.")
@with_appcontext
def verify_board(round_id: str | None) -> None:
    """Tell all events once more and compare with the stored evidence, counts and standings; exit 0 only if nothing differs."""
    look_at_one_moment(db.session)
    try:
        rounds = [find_round(db.session, round_id)] if round_id else every_round(db.session)
    except NotFound:
        raise click.UsageError(f"there is no round {round_id}") from None
    report = verify_stars(db.session, rounds, now=clock.now())
    click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    if not report.ok:
        raise SystemExit(1)


@stars.command("headcounts")
@FILE
@with_appcontext
def import_headcount_file(file: Path) -> None:
    """Import official head counts from a CSV with the columns area_code, people, counted_on, source."""
    _import_table(file, HEADCOUNTS, HEADCOUNTS, lambda row: read_headcount(row.line, row.cells), import_headcounts)


COMMANDS: list[click.Command] = [branches, members, stars]
