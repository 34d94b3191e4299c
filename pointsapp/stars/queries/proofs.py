"""What was handed in by hand 人工补充, as this reader may see it.

Everybody sees that a piece is there, of which kind, and its SHA-256; who is signed in its title; words and file once it was
published, and officers within their remit everything (services/access.py).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound, NotSignedIn
from pointsapp.core.file_kinds import FileKind
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.stars.models import (
    Evidence,
    PlanItem,
    Proof,
    ProofChange,
    ProofFile,
    ProofKind,
    ProofStep,
    ProofUse,
    Round,
)
from pointsapp.stars.policies import may_read_names
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.rounds import RoundRow, rounds_by_ids
from pointsapp.stars.rules.proofs import salt_of, words_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRow:
    """One piece. `title` is None for guests, `words` and `file_name` where it `opens` not, `by` for all but officers.

    `sha256` is of the file as it is kept, or of `salt`, title and words (rules/proofs.py). `indicators`, `items` (public id, title) and `rows` (public ids of
    evidence) are what it stands for.
    """

    public_id: str
    number: int
    kind: ProofKind
    title: str | None
    words: str | None
    happened_on: date
    given_at: datetime
    by: str | None
    file_name: str | None
    file_kind: FileKind | None
    size: int | None
    sha256: str
    salt: str | None
    opens: bool
    public_since: datetime | None
    withdrawn_at: datetime | None
    withdrawn_because: str | None
    indicators: tuple[str, ...] = ()
    items: tuple[tuple[str, str], ...] = ()
    rows: tuple[str, ...] = ()

    @property
    def is_public(self) -> bool:
        return self.public_since is not None

    @property
    def item_ids(self) -> frozenset[str]:
        return frozenset(public_id for public_id, _title in self.items)

    @property
    def uses(self) -> int:
        return len(self.indicators) + len(self.items) + len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofChangeRow:
    at: datetime
    by: str
    step: ProofStep
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShown:
    """A file somebody may have: where it lies (by digest), what it is called, and whether everybody may."""

    sha256: str
    kind: FileKind
    name: str
    is_public: bool


def _proofs() -> Any:
    """Select pieces with their files, one row for each line they stand for (at least one)."""
    return (
        select(
            Proof,
            ProofFile,
            Person.name,
            Round.docket_key,
            ProofUse.indicator,
            PlanItem.public_id.label("item_id"),
            PlanItem.title.label("item"),
            Evidence.public_id.label("row_id"),
        )
        .join(Round, Round.id == Proof.round_id)
        .outerjoin(ProofFile, ProofFile.id == Proof.file_id)
        .join(Person, Person.id == Proof.given_by_id)
        .outerjoin(ProofUse, ProofUse.proof_id == Proof.id)
        .outerjoin(PlanItem, PlanItem.id == ProofUse.item_id)
        .outerjoin(Evidence, Evidence.id == ProofUse.evidence_id)
        .order_by(Proof.number, ProofUse.id)
    )


def pieces_of(session: Session, found: RoundRow, branch: BranchRow, actor: Actor | None) -> tuple[ProofRow, ...]:
    """Return what a branch handed in in a round, in the order of the numbers; what was withdrawn for officers only."""
    return _pieces(session, _of_branch(select(Proof.id), found, branch, actor), branch, actor)


def pieces_page(
    session: Session, found: RoundRow, branch: BranchRow, actor: Actor | None, page: PageRequest
) -> Page[ProofRow]:
    """Return the same a page at a time; the cursor is the number."""
    chosen = _of_branch(select(Proof.id), found, branch, actor).order_by(Proof.number).limit(page.limit + 1)
    if page.after:
        chosen = chosen.where(Proof.number > page.after[0])
    return cut(_pieces(session, chosen, branch, actor), page.limit, lambda row: (row.number,))


def _of_branch(query: Any, found: RoundRow, branch: BranchRow, actor: Actor | None) -> Any:
    query = query.where(Proof.round_id == found.id, Proof.branch_id == branch.id)
    return query if may_read_names(actor, branch.area_path) else query.where(Proof.withdrawn_at.is_(None))


def _pieces(session: Session, chosen: Any, branch: BranchRow, actor: Actor | None) -> tuple[ProofRow, ...]:
    """Return the pieces whose keys `chosen` selects, in the order of the numbers."""
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(_proofs().where(Proof.id.in_(chosen.scalar_subquery()))):
        rows[row[0].id].append(row)
    has_names = may_read_names(actor, branch.area_path)
    return tuple(_row(lines, actor, has_names=has_names) for lines in rows.values())


def piece(session: Session, branch: BranchRow, proof_id: str, actor: Actor | None) -> tuple[RoundRow, ProofRow]:
    """Return one piece of this branch and its round; NotFound where there is none, or where it was withdrawn, but for officers."""
    lines = _found(session, branch, proof_id, actor)
    found = rounds_by_ids(session, [lines[0][0].round_id])[0]
    return found, _row(lines, actor, has_names=may_read_names(actor, branch.area_path))


def file_of(session: Session, branch: BranchRow, proof_id: str, actor: Actor | None) -> tuple[RoundRow, FileShown]:
    """Return the file of a piece, for whom it opens to; NotFound where it has none, Forbidden or NotSignedIn where it is internal."""
    proof, file, *_rest = _found(session, branch, proof_id, actor)[0]
    if file is None:
        raise NotFound()
    is_public = proof.public_since is not None
    if not is_public:
        if actor is None:
            raise NotSignedIn()
        require(may_read_names(actor, branch.area_path))
    return rounds_by_ids(session, [proof.round_id])[0], FileShown(
        sha256=file.sha256, kind=file.kind, name=proof.file_name or "", is_public=is_public
    )


def named_files(session: Session, digests: list[str]) -> set[str]:
    """Return which of these files a piece was handed in with."""
    return set(session.scalars(select(ProofFile.sha256).where(ProofFile.sha256.in_(digests))))


def changes_of_proof(session: Session, branch: BranchRow, proof_id: str, limit: int = 50) -> tuple[ProofChangeRow, ...]:
    """Return the trace of a piece, the newest first. The caller has asked `may_read_names`."""
    rows = session.execute(
        select(ProofChange, Person.name)
        .join(Proof, Proof.id == ProofChange.proof_id)
        .join(Person, Person.id == ProofChange.by_id)
        .where(Proof.public_id == proof_id, Proof.branch_id == branch.id)
        .order_by(ProofChange.id.desc())
        .limit(limit)
    )
    return tuple(ProofChangeRow(at=row.at, by=by, step=row.step, words=row.words) for row, by in rows)


def _found(session: Session, branch: BranchRow, proof_id: str, actor: Actor | None) -> list[Any]:
    """Return the rows of one piece, at least one."""
    rows = list(session.execute(_proofs().where(Proof.public_id == proof_id, Proof.branch_id == branch.id)))
    if not rows or (rows[0][0].withdrawn_at is not None and not may_read_names(actor, branch.area_path)):
        raise NotFound()
    return rows


def _row(lines: list[Any], actor: Actor | None, *, has_names: bool) -> ProofRow:
    proof, file, by, key, *_use = lines[0]
    opens = has_names or proof.public_since is not None
    salt = salt_of(key, proof.public_id, "words", members_only=False)
    return ProofRow(
        public_id=proof.public_id,
        number=proof.number,
        kind=proof.kind,
        title=proof.title if opens or actor is not None else None,
        words=proof.words if opens else None,
        happened_on=proof.happened_on,
        given_at=proof.given_at,
        by=by if has_names else None,
        file_name=proof.file_name if opens else None,
        file_kind=None if file is None else file.kind,
        size=None if file is None else file.size,
        sha256=words_digest(salt, proof.title, proof.words) if file is None else file.sha256,
        salt=salt if opens and file is None else None,
        opens=opens,
        public_since=proof.public_since,
        withdrawn_at=proof.withdrawn_at,
        withdrawn_because=proof.withdrawn_because if has_names else None,
        indicators=tuple(line.indicator for line in lines if line.indicator is not None),
        items=tuple((line.item_id, line.item) for line in lines if line.item_id is not None),
        rows=tuple(line.row_id for line in lines if line.row_id is not None),
    )
