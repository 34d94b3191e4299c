"""Commands of ledger."""

from __future__ import annotations

import json
from typing import IO, Any

import click
from flask.cli import with_appcontext

from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.snapshots import look_at_one_moment
from pointsapp.core.transaction import write
from pointsapp.ledger.queries import verify, verify_seals
from pointsapp.ledger.services.seals import seal_due


@click.group("ledger")
def ledger_group() -> None:
    """The books of points and minutes."""


@ledger_group.command("verify")
@click.option("--seals", is_flag=True, help="Also prove that no sealed entry was changed, added or removed.")
@click.option(
    "--published",
    type=click.File(encoding="utf-8-sig"),
    help="With --seals: a copy of /api/v1/seals that was kept elsewhere; its digests must be ours.",
)
@with_appcontext
def verify_books(*, seals: bool, published: IO[str] | None) -> None:
    """Re-derive every balance from the postings; exit 0 only if the books balance."""
    if published is not None and not seals:
        raise click.UsageError("--published goes with --seals")
    kept = _digests(published) if published is not None else None
    look_at_one_moment(db.session)
    report = verify(db.session)
    summary, ok = report.as_json(), report.ok
    if seals:
        db.session.rollback()  # the read transaction of the books ends here: sealed rows cannot change meanwhile
        sealed = verify_seals(db.session, kept)
        ok = ok and sealed.ok
        summary = {**summary, "ok": ok, "seals": sealed.as_json()}
    click.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    if not ok:
        raise SystemExit(1)


@ledger_group.command("seal")
@with_appcontext
def seal_days() -> None:
    """Seal the days that are over now, as the worker does by itself; print how many steps that took."""
    steps = 0
    while write(seal_due, now=clock.now()):
        steps += 1
    click.echo(f"{steps} steps done." if steps else "Nothing to seal now.")


def _digests(file: IO[str]) -> dict[int, str]:
    """Return number -> digest of a kept copy; a usage error where the file is none."""
    try:
        kept: Any = json.load(file)
        items = kept["items"] if isinstance(kept, dict) else kept
        found = {int(item["number"]): str(item["digest"]) for item in items}
    except (ValueError, KeyError, TypeError):
        raise click.UsageError("the published file is no copy of /api/v1/seals") from None
    if not found:
        raise click.UsageError("the published file names no seal")
    return found


COMMANDS: list[click.Command] = [ledger_group]
