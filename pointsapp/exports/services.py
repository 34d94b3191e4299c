"""Exports: fix what is taken out of the house under a digest and a code. The same content again is the same export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import new_code
from pointsapp.exports.messages import in_official_words
from pointsapp.exports.models import Export, ExportKind
from pointsapp.exports.policies import may_export
from pointsapp.exports.queries.contents import content_of
from pointsapp.exports.rules import canonical, digest_of
from pointsapp.stars.queries import edition_of, find_branch, find_round, shows_ranks

CODE_LENGTH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeExport:
    """`branch_id` goes with the kinds `branch` and `plan`."""

    kind: ExportKind
    round_id: str
    branch_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReceipt:
    code: str
    digest: str
    is_repeat: bool = False


def make_export(session: Session, actor: Actor, command: MakeExport, *, now: datetime) -> ExportReceipt:
    """Keep what the export says, and give it a code. Two at once of the same content come to one row."""
    require(may_export(actor))
    with in_official_words():
        return _made(session, actor, command, now)


def _made(session: Session, actor: Actor, command: MakeExport, now: datetime) -> ExportReceipt:
    found = find_round(session, command.round_id)
    is_of_branch = command.kind in (ExportKind.BRANCH, ExportKind.PLAN)
    branch = find_branch(session, command.branch_id or "") if is_of_branch else None
    edition = edition_of(session, found)
    number = None if edition is None else edition.number
    content = content_of(
        session,
        command.kind,
        found,
        branch.public_id if branch else None,
        edition=number,
        has_ranks=shows_ranks(session, now=now),
        now=now,
    )
    text = canonical(content)
    digest = digest_of(text)
    known = session.scalar(select(Export.code).where(Export.digest == digest))
    if known is not None:
        return ExportReceipt(code=known, digest=digest, is_repeat=True)
    row = Export(
        code=new_code(CODE_LENGTH), kind=command.kind, round_id=found.id, branch_id=branch.id if branch else None,
        edition=number, digest=digest, content=text, made_at=now, made_by_id=actor.person_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    events.record(
        session, "exports.made", at=now, subject=f"export:{row.id}", area_id=branch.area_id if branch else None,
        actor_id=actor.person_id, kind_of=command.kind.value,
    )  # fmt: skip
    return ExportReceipt(code=row.code, digest=digest)
