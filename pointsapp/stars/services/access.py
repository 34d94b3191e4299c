"""The access log: whoever saw names behind a figure, a piece that is not public, or a dossier, stands here before they see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.stars.models import AccessLine, Looked
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.dockets import SavedRow
from pointsapp.stars.queries.paper import PaperRow
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.rows import EvidenceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is about to be shown: of which round and branch, what, and for rows which ones, by the time of the work.

    A sheet from paper is of an area, not of a branch in a round.
    """

    round_id: int | None = None
    branch_id: int | None = None
    area_id: int | None = None
    what: Looked
    subject: str = ""
    members_only: bool = False
    rows: int = 0
    from_at: datetime | None = None
    until_at: datetime | None = None


def opened_rows(
    found: RoundRow, branch: BranchRow, rows: Iterable[EvidenceRow], *, members_only: bool = False
) -> list[Opened]:
    """Return what is to be written down before these rows are shown with names: one line per kind of evidence."""
    named: dict[str, list[datetime]] = defaultdict(list)
    for row in rows:
        if row.person is not None and not row.is_own:
            named[row.metric].append(row.occurred_at)
    return [
        Opened(
            round_id=found.id,
            branch_id=branch.id,
            what=Looked.ROWS,
            subject=evidence,
            members_only=members_only,
            rows=len(moments),
            from_at=min(moments),
            until_at=max(moments),
        )
        for evidence, moments in named.items()
    ]


def keep_access(session: Session, actor: Actor, seen: Sequence[Opened], *, now: datetime) -> None:
    """Write down that `actor` is shown this."""
    session.execute(
        insert(AccessLine),
        [
            {
                "round_id": one.round_id,
                "branch_id": one.branch_id,
                "area_id": one.area_id,
                "by_id": actor.person_id,
                "at": now,
                "what": one.what,
                "subject": one.subject,
                "members_only": one.members_only,
                "rows": one.rows,
                "from_at": one.from_at,
                "until_at": one.until_at,
            }
            for one in seen
        ],
    )


def opened_saved(
    found: RoundRow, branch: BranchRow, evidence: str, rows: int, *, members_only: bool, now: datetime
) -> Opened:
    """Return what is to be written down before all rows behind a line are taken along as a file."""
    span = found.span(now)
    return Opened(
        round_id=found.id,
        branch_id=branch.id,
        what=Looked.SAVED,
        subject=evidence,
        members_only=members_only,
        rows=rows,
        from_at=span.start,
        until_at=span.until,
    )


def opened_saved_rows(found: RoundRow, branch: BranchRow, rows: Sequence[SavedRow], *, members_only: bool) -> Opened:
    """Return the same for some of these rows, at least one."""
    return Opened(
        round_id=found.id,
        branch_id=branch.id,
        what=Looked.SAVED,
        subject=rows[0].evidence,
        members_only=members_only,
        rows=len(rows),
        from_at=rows[0].occurred_at,
        until_at=rows[-1].occurred_at,
    )


def opened_piece(found: RoundRow, branch: BranchRow, proof_id: str) -> Opened:
    """Return what is to be written down before the words or the file of an internal piece are shown."""
    return Opened(round_id=found.id, branch_id=branch.id, what=Looked.PROOF, subject=proof_id)


def opened_objection(found: RoundRow, branch: BranchRow, objection_id: str) -> Opened:
    """Return what is to be written down before somebody else's objection is shown with their name."""
    return Opened(round_id=found.id, branch_id=branch.id, what=Looked.OBJECTION, subject=objection_id)


def opened_paper(sheet: PaperRow, rows: int) -> Opened:
    """Return what is to be written down before the people of a sheet are shown with their names."""
    return Opened(area_id=sheet.area_id, what=Looked.PAPER, subject=sheet.public_id, rows=rows)


def opened_dossier(found: RoundRow, branch: BranchRow, *, evidence: str, rows: int, now: datetime) -> Opened:
    """Return what is to be written down before a dossier is made; with names it opens all rows of `evidence`, without it none."""
    span = found.span(now)
    return Opened(
        round_id=found.id,
        branch_id=branch.id,
        what=Looked.DOSSIER,
        subject=evidence,
        rows=rows,
        from_at=span.start if evidence else None,
        until_at=span.until if evidence else None,
    )
