"""What a code on paper answers: in force, superseded by a later edition, or running figures that have changed or not since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.exports.messages import in_official_words
from pointsapp.exports.models import Export, ExportKind
from pointsapp.exports.queries.contents import content_of
from pointsapp.exports.rules import canonical, digest_of
from pointsapp.stars.models import Branch, Round
from pointsapp.stars.queries import RoundRow, edition_of
from pointsapp.stars.queries.rounds import rounds_by_ids
from pointsapp.stars.rules.score import StarState

_AT_RISK = canonical({"state": StarState.AT_RISK.value})[1:-1]


class Answer(StrEnum):
    CURRENT = "current"
    SUPERSEDED = "superseded"
    UNCHANGED = "unchanged"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRow:
    code: str
    kind: ExportKind
    round: RoundRow
    branch_id: str | None
    branch: str | None
    edition: int | None
    digest: str
    content: str
    made_at: datetime

    @property
    def said(self) -> dict[str, Any]:
        """The content, read."""
        return dict(json.loads(self.content))

    @property
    def is_over(self) -> bool:
        """Whether the round was closed when it was taken; it may have been closed since."""
        return self.edition is not None

    @property
    def says_unlit(self) -> bool:
        """Whether a star stands in it as 未点亮: on paper from before that was said, 有风险 stands there."""
        return self.is_over and self.kind in (ExportKind.WALL, ExportKind.BRANCH) and _AT_RISK in self.content

    @property
    def cut_off(self) -> datetime:
        return datetime.fromisoformat(self.said["round"]["cut_off"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """How an export stands today. `edition` and `since` are those in force, None before the freeze; `is_same`: its figures still hold."""

    answer: Answer
    is_same: bool
    edition: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLine:
    """One export in the list; `starts_on` is its round's first day."""

    id: int
    code: str
    kind: ExportKind
    branch: str | None
    starts_on: date
    edition: int | None
    made_at: datetime


def exports_page(session: Session, page: PageRequest) -> Page[ExportLine]:
    """Return what was exported, the newest first."""
    query = (
        select(Export.id, Export.code, Export.kind, Branch.name, Round.starts_on, Export.edition, Export.made_at)
        .join(Round, Round.id == Export.round_id)
        .outerjoin(Branch, Branch.id == Export.branch_id)
        .order_by(Export.id.desc())
        .limit(page.limit + 1)
    )
    if page.after is not None:
        query = query.where(Export.id < page.after[0])
    lines = [
        ExportLine(id=key, code=code, kind=kind, branch=branch, starts_on=starts_on, edition=edition, made_at=made_at)
        for key, code, kind, branch, starts_on, edition, made_at in session.execute(query)
    ]
    return cut(lines, page.limit, lambda line: (line.id,))


def is_export(session: Session, code: str) -> bool:
    """Tell whether we gave out an export with this code."""
    return session.scalar(select(Export.id).where(Export.code == code)) is not None


def find_export(session: Session, code: str) -> ExportRow:
    """Return the export with this code; NotFound for one that we never gave out."""
    row = session.execute(
        select(Export, Branch.public_id, Branch.name)
        .outerjoin(Branch, Branch.id == Export.branch_id)
        .where(Export.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound()
    export, branch_id, branch = row
    return ExportRow(
        code=export.code,
        kind=export.kind,
        round=rounds_by_ids(session, [export.round_id])[0],
        branch_id=branch_id,
        branch=branch,
        edition=export.edition,
        digest=export.digest,
        content=export.content,
        made_at=export.made_at,
    )


def answer_of(session: Session, export: ExportRow, *, now: datetime) -> Validity:
    """Return how the export stands today: its figures are counted (or read from the edition) again and compared by their digest."""
    with in_official_words():
        found = rounds_by_ids(session, [export.round.id])[0]
        content = content_of(
            session,
            export.kind,
            found,
            export.branch_id,
            edition=export.edition,
            has_ranks=export.said["has_ranks"],  # boards may show ranks since, or no more: the figures are the same
            now=now,
        )
    is_same = digest_of(canonical(content)) == export.digest
    edition = edition_of(session, export.round)
    if edition is None:
        return Validity(answer=Answer.UNCHANGED if is_same else Answer.CHANGED, is_same=is_same)
    return Validity(
        answer=Answer.CURRENT if export.edition == edition.number else Answer.SUPERSEDED,
        is_same=is_same,
        edition=edition.number,
        since=edition.frozen_at,
    )
