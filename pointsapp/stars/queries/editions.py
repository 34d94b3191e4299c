"""Stored editions of closed rounds: which there are, what one holds, and whether it still says what its digest says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.stars.models import Branch, EditionKind, EditionRow, Erratum, Round, RoundEdition, RoundState
from pointsapp.stars.queries.branches import BRANCH_COLUMNS, BranchRow, branch_row
from pointsapp.stars.queries.rounds import RoundRow, rounds_by_ids
from pointsapp.stars.rules.editions import Kept, digest_of, read_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One edition of a round. `newest` is the number of the one in force; `what` and `why` are the erratum's, None of the freeze."""

    id: int
    public_id: str
    round_id: int
    number: int
    kind: EditionKind
    digest: str
    scheme_digest: str
    cut_off_at: datetime
    frozen_at: datetime
    newest: int
    what: str | None = None
    why: str | None = None
    branch_id: int | None = None

    @property
    def is_current(self) -> bool:
        return self.number == self.newest


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBranch:
    """A stored row with the branch it is about, under the names of the day it was frozen."""

    branch: BranchRow
    kept: Kept


def _editions() -> Any:
    newest = func.max(RoundEdition.number).over(partition_by=RoundEdition.round_id).label("newest")
    return select(RoundEdition, newest, Erratum.what, Erratum.why, Erratum.branch_id).outerjoin(
        Erratum, Erratum.edition_id == RoundEdition.id
    )


def _edition(row: Any) -> Edition:
    stored = row[0]
    return Edition(
        id=stored.id,
        public_id=stored.public_id,
        round_id=stored.round_id,
        number=stored.number,
        kind=stored.kind,
        digest=stored.digest,
        scheme_digest=stored.scheme_digest,
        cut_off_at=stored.cut_off_at,
        frozen_at=stored.frozen_at,
        newest=row.newest,
        what=row.what,
        why=row.why,
        branch_id=row.branch_id,
    )


def editions_of(session: Session, found: RoundRow) -> list[Edition]:
    """Return all editions of a round, the newest first; none before it is closed."""
    rows = session.execute(
        _editions().where(RoundEdition.round_id == found.id).order_by(RoundEdition.number.desc()).limit(100)
    )
    return [_edition(row) for row in rows]


def editions_page(session: Session, found: RoundRow, page: PageRequest) -> Page[Edition]:
    """Return the editions of a round, the newest first. The cursor is the number; a round has a few, so they are read at once."""
    rows = [one for one in editions_of(session, found) if not page.after or one.number < page.after[0]]
    return cut(rows[: page.limit + 1], page.limit, lambda row: (row.number,))


def edition_of(session: Session, found: RoundRow, number: int | None = None) -> Edition | None:
    """Return the stored edition of a closed round that is in force (or the one with `number`); None where there is none."""
    if found.state is not RoundState.CLOSED:
        return None
    return next((one for one in editions_of(session, found) if number is None or one.number == number), None)


def newest_edition(session: Session, found: RoundRow) -> int:
    """Return the number of the newest edition of a round, 0 where none is stored."""
    return session.scalar(select(func.max(RoundEdition.number)).where(RoundEdition.round_id == found.id)) or 0


def edition_with_digest(session: Session, digest: str) -> tuple[RoundRow, Edition]:
    """Return the edition that an export names by its digest, and its round: what a QR code asks. NotFound for an unknown one."""
    round_id = session.scalar(select(RoundEdition.round_id).where(RoundEdition.digest == digest).limit(1))
    if round_id is None:
        raise NotFound()
    found = rounds_by_ids(session, [round_id])[0]
    return found, next(one for one in editions_of(session, found) if one.digest == digest)


def kept_branches(session: Session, found: RoundRow, number: int | None = None) -> list[KeptBranch] | None:
    """Return all branches of an edition (of the one in force without `number`), best first; None where none is stored."""
    chosen = select(RoundEdition.id).where(RoundEdition.round_id == found.id)
    if number is not None:
        chosen = chosen.where(RoundEdition.number == number)
    edition = chosen.order_by(RoundEdition.number.desc()).limit(1).scalar_subquery()
    rows = session.execute(
        select(*BRANCH_COLUMNS, EditionRow)
        .join(Area, Area.id == Branch.area_id)
        .join(EditionRow, EditionRow.branch_id == Branch.id)
        .where(EditionRow.edition_id == edition)
    ).all()
    if not rows:
        return None
    kept = [KeptBranch(branch=_named(row), kept=_kept(found, row.EditionRow)) for row in rows]
    return sorted(kept, key=lambda one: (one.kept.rank, one.branch.code))


def _named(row: Any) -> BranchRow:
    today, names = branch_row(row), row.EditionRow.facts["branch"]
    return BranchRow(
        id=today.id,
        public_id=today.public_id,
        code=names["code"],
        name=names["name"],
        kind=today.kind,
        area_id=today.area_id,
        area_name=names["area"],
        area_path=today.area_path,
    )


def _kept(found: RoundRow, row: EditionRow) -> Kept:
    return read_row(
        found.scheme, row.facts, rank=row.rank, tier=row.tier, total=row.total_hundredths, lit_stars=row.lit_stars
    )


def header_of(
    found: RoundRow, *, number: int, kind: EditionKind, scheme_digest: str, cut_off_at: datetime, frozen_at: datetime
) -> dict[str, Any]:
    """Return what an edition's digest covers beside its rows."""
    return {
        "round": found.public_id,
        "starts_on": found.starts_on.isoformat(),
        "ends_on": found.ends_on.isoformat(),
        "scheme": found.scheme.code,
        "scheme_version": found.scheme.version,
        "scheme_digest": scheme_digest,
        "cut_off_at": cut_off_at.isoformat(),
        "frozen_at": frozen_at.isoformat(),
        "number": number,
        "kind": kind.value,
    }


def document_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored row as the digest covers it; `row` has rank, tier, total_hundredths, lit_stars and facts."""
    outer = {name: row[name] for name in ("rank", "tier", "total_hundredths", "lit_stars")}
    return {**row["facts"], **outer}


def wrong_editions(session: Session) -> list[str]:
    """Return the editions whose rows no longer give their digest, and closed rounds without any."""
    problems = []
    closed = session.scalars(select(Round.id).where(Round.state == RoundState.CLOSED).order_by(Round.id)).all()
    for found in rounds_by_ids(session, closed):
        editions = editions_of(session, found)
        if not editions:
            problems.append(f"star_round: {found.starts_on} is closed and has no edition")
        for one in editions:
            header = header_of(
                found,
                number=one.number,
                kind=one.kind,
                scheme_digest=one.scheme_digest,
                cut_off_at=one.cut_off_at,
                frozen_at=one.frozen_at,
            )
            stored = session.scalars(select(EditionRow).where(EditionRow.edition_id == one.id)).all()
            rows = [document_row({name: getattr(row, name) for name in _STORED}) for row in stored]
            if digest_of(header, rows) != one.digest:
                problems.append(f"round_edition: {found.starts_on}, number {one.number}: its rows give another digest")
    return problems


_STORED = ("rank", "tier", "total_hundredths", "lit_stars", "facts")
