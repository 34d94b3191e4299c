"""Commands of people: log-ins, imports, API tokens. Errors name their line on standard error, and nothing is half done."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn, TextIO

import click
from flask.cli import with_appcontext

from pointsapp.core import clock
from pointsapp.core.actor import Role
from pointsapp.core.db import db
from pointsapp.core.table_file import BadFile, read_table, with_problems
from pointsapp.core.transaction import write
from pointsapp.people.queries import persons_by_phones
from pointsapp.people.rules import PASSWORD_LEAST, PASSWORD_MOST, is_long_enough, read_password, read_phone
from pointsapp.people.services import (
    PersonDraft,
    add_user,
    create_tokens,
    hash_password,
    import_people,
)

COLUMNS = ("phone", "name", "role", "area_code", "merchant_code")
MAY = ("starts_on", "ends_on")


def _stop(reason: object) -> NoReturn:
    click.echo(str(reason), err=True)
    raise SystemExit(1)


@click.group("user")
def user() -> None:
    """One log-in."""


@user.command("add")
@click.option("--phone", required=True)
@click.option("--name", required=True)
@click.option("--role", default="", type=click.Choice(["", *(role.value for role in Role)]), show_choices=True)
@click.option("--area", "area_code", default="", help="Code of the role's area; also the home area if none is set.")
@click.option("--merchant", "merchant_code", default="", help="Code of the merchant, for a merchant's role.")
@click.option("--from", "starts_on", default="", help="First day of the role, such as 2026-12-01.")
@click.option("--until", "ends_on", default="", help="Last day of the role.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
def add(phone: str, name: str, password_stdin: bool, **role: str) -> None:
    """Create a log-in; for a person who is there already, set the password and add the role."""
    draft = PersonDraft(line=1, phone=phone, name=name.strip(), **role)
    if read_phone(phone) is None:  # before the password is asked: nobody types one twice for nothing
        _stop(f"phone {phone[:20]!r} is not 5 to 15 digits with an optional +")
    typed = (
        sys.stdin.readline() if password_stdin else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    password = read_password(typed)
    if password is None or not is_long_enough(password):
        _stop(f"the password must have {PASSWORD_LEAST} to {PASSWORD_MOST} characters")
    try:
        done = write(add_user, draft, hash_password(password), now=clock.now())
    except BadFile as bad:
        _stop("\n".join(reason for _line, reason in bad.problems))
    click.echo(
        f"{phone}: {'added' if done.added else 'kept, password set'}{f', role {draft.role}' if done.roles else ''}"
    )


@click.group("users")
def users() -> None:
    """Many log-ins."""


@users.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_file(file: Path) -> None:
    """Import people from a CSV with the columns phone, name, role, area_code, merchant_code; and starts_on, ends_on of roles."""
    try:
        table = read_table(file, COLUMNS, COLUMNS[:2], MAY)
        drafts = [PersonDraft(line=row.line, **row.cells) for row in table.rows]
        done = write(with_problems(import_people, table.problems), drafts, now=clock.now())
    except BadFile as bad:
        _stop(bad)
    click.echo(f"{done.added} added, {done.changed} changed, {done.roles} roles given")


@click.group("token")
def token() -> None:
    """API tokens."""


@token.command("issue")
@click.argument("phones", nargs=-1)
@click.option(
    "--phones-from", type=click.File("r", encoding="utf-8-sig"), help="One phone a line; - is standard input."
)
@with_appcontext
def issue(phones: tuple[str, ...], phones_from: TextIO | None) -> None:
    """Issue a token for each PHONE, valid for 30 days: one `PHONE<TAB>TOKEN` line each, in the order given."""
    asked = [("phone", phone) for phone in phones]
    if phones_from is not None:
        try:
            lines = list(phones_from)
        except UnicodeDecodeError as error:
            _stop(f"not UTF-8: {error.reason}")
        asked += [(f"line {number}: phone", line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    if not asked:
        _stop("name at least one phone, or a file with --phones-from")
    read = [(where, typed, read_phone(typed) or "") for where, typed in asked]
    holders = persons_by_phones(db.session, (phone for _where, _typed, phone in read if phone))  # type: ignore[arg-type]
    unknown = [f"{where} {typed[:20]!r} is not known" for where, typed, phone in read if phone not in holders]
    if unknown:
        _stop("\n".join(unknown))
    made = write(create_tokens, [holders[phone].id for _where, _typed, phone in read], now=clock.now())
    for (_where, typed, _phone), created in zip(read, made, strict=True):
        click.echo(f"{typed}\t{created.token}")


COMMANDS: list[click.Command] = [user, users, token]
