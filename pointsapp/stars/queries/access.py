"""The access log to read: by the street office for a branch, and by everybody for the rows that name them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import ids_in, subtree_ids
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.stars.messages import round_name
from pointsapp.stars.models import (
    AccessLine,
    Branch,
    Evidence,
    Looked,
    Membership,
    Objection,
    PaperLine,
    PaperSheet,
    Proof,
    Round,
)
from pointsapp.stars.queries.branches import BranchRow


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRow:
    """One look: who, when, at what. `subject` is a kind of evidence, or the title of a piece or a sheet; `rows` how many were shown.

    A sheet is of no round; its `branch` is the name of its area.
    """

    id: int
    at: datetime
    by: str
    branch: str
    round: str
    what: Looked
    subject: str
    members_only: bool
    rows: int


def access_page(session: Session, branch: BranchRow, page: PageRequest) -> Page[AccessRow]:
    """Return who looked at what of a branch, the newest first. The caller has asked `may_read_access`."""
    query = (
        select(AccessLine, Person.name, Round.starts_on, Proof.number, Proof.title, PaperSheet.title)
        .join(Person, Person.id == AccessLine.by_id)
        .outerjoin(Round, Round.id == AccessLine.round_id)
        .outerjoin(Proof, and_(AccessLine.what == Looked.PROOF, Proof.public_id == AccessLine.subject))
        .outerjoin(PaperSheet, _OF_A_SHEET)
        .where(or_(AccessLine.branch_id == branch.id, AccessLine.area_id.in_(subtree_ids(branch.area_path))))
        .order_by(AccessLine.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        query = query.where(AccessLine.id < page.after[0])
    rows = [
        _row(line, by, branch.name, starts_on, sheet or (line.subject if number is None else f"{number} {title}"))
        for line, by, starts_on, number, title, sheet in session.execute(query)
    ]
    return cut(rows, page.limit, lambda row: (row.id,))


def my_access_page(session: Session, person_id: int, page: PageRequest) -> Page[AccessRow]:
    """Return who looked at rows or sheets that name this person, or at what they objected, the newest first.

    Their own rows are found among those shown by kind, place and time. Who looked is shown by surname, and what by branch: the street office answers for the rest.
    """
    above = _areas_of_work(session, person_id)
    objected = select(Objection.public_id).where(Objection.by_id == person_id)
    sheets = (
        select(PaperSheet.public_id)
        .join(PaperLine, PaperLine.sheet_id == PaperSheet.id)
        .where(PaperLine.person_id == person_id)
    )
    query = (
        select(AccessLine, Person.name, func.coalesce(Branch.name, Area.name), Round.starts_on, PaperSheet.title)
        .join(Person, Person.id == AccessLine.by_id)
        .outerjoin(Branch, Branch.id == AccessLine.branch_id)
        .join(Area, Area.id == func.coalesce(Branch.area_id, AccessLine.area_id))
        .outerjoin(Round, Round.id == AccessLine.round_id)
        .outerjoin(PaperSheet, _OF_A_SHEET)
        .where(
            AccessLine.by_id != person_id,
            or_(
                and_(Branch.area_id.in_(above), _showed_rows_of(person_id)),
                and_(AccessLine.what == Looked.OBJECTION, AccessLine.subject.in_(objected)),
                and_(AccessLine.what == Looked.PAPER, AccessLine.subject.in_(sheets)),
            ),
        )
        .order_by(AccessLine.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        query = query.where(AccessLine.id < page.after[0])
    rows = [
        _row(line, mask_name(by), branch, starts_on, sheet or line.subject)
        for line, by, branch, starts_on, sheet in session.execute(query)
    ]
    return cut(rows, page.limit, lambda row: (row.id,))


def _areas_of_work(session: Session, person_id: int) -> list[int]:
    """Return the areas in which the person left rows, and all above them: only their branches can have shown one."""
    paths = session.scalars(
        select(Area.path).join(Evidence, Evidence.area_id == Area.id).where(Evidence.person_id == person_id).distinct()
    )
    return sorted({key for path in paths for key in ids_in(path)})


def _showed_rows_of(person_id: int) -> ColumnElement[bool]:
    """Tell whether a look (AccessLine with its Area) showed rows among which one is this person's: by kind, place and time."""
    place = aliased(Area)
    theirs = (
        select(Evidence.id)
        .join(place, place.id == Evidence.area_id)
        .where(
            Evidence.person_id == person_id,
            Evidence.metric == AccessLine.subject,
            Evidence.occurred_at >= AccessLine.from_at,
            Evidence.occurred_at <= AccessLine.until_at,
            Evidence.recorded_at <= AccessLine.at,
            place.path.startswith(Area.path),
        )
        .exists()
    )
    is_member = (
        select(Membership.id)
        .where(Membership.person_id == person_id, Membership.branch_id == AccessLine.branch_id)
        .exists()
    )
    return and_(AccessLine.from_at.is_not(None), or_(AccessLine.members_only.is_(False), is_member), theirs)


_OF_A_SHEET = and_(AccessLine.what == Looked.PAPER, PaperSheet.public_id == AccessLine.subject)


def _row(line: AccessLine, by: str, branch: str, starts_on: date | None, subject: str) -> AccessRow:
    round_ = "" if starts_on is None else round_name(starts_on)
    return AccessRow(
        id=line.id, at=line.at, by=by, branch=branch, round=round_, what=line.what, subject=subject,
        members_only=line.members_only, rows=line.rows,
    )  # fmt: skip
