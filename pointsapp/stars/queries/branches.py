"""Branches as others see them: the register, one of them, and who belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaRow, below, below_any
from pointsapp.core.errors import NotFound
from pointsapp.core.masking import mask_phone
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, BranchKind, Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRow:
    id: int
    public_id: str
    code: str
    name: str
    kind: BranchKind
    area_id: int
    area_name: str
    area_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedArea:
    public_id: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchItem:
    """A branch with its area; `parent_id` is the public id of the branch above it, None at the top."""

    public_id: str
    code: str
    name: str
    kind: BranchKind
    parent_id: str | None
    area: NamedArea


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    id: int
    public_id: str
    name: str
    phone: str
    starts_at: datetime | None
    is_reporting: bool


BRANCH_COLUMNS = (
    Branch.id,
    Branch.public_id,
    Branch.code,
    Branch.name,
    Branch.kind,
    Branch.area_id,
    Area.name.label("area_name"),
    Area.path.label("area_path"),
)
_ABOVE = aliased(Branch)
Columns = TypeVarTuple("Columns")


def branch_row(row: Any) -> BranchRow:
    """Return the BranchRow in a row that begins with BRANCH_COLUMNS."""
    return BranchRow(
        id=row[0],
        public_id=row[1],
        code=row[2],
        name=row[3],
        kind=row[4],
        area_id=row[5],
        area_name=row[6],
        area_path=row[7],
    )


def find_branch(session: Session, id_or_code: str) -> BranchRow:
    """Return the branch with this public id or code; NotFound when there is none."""
    statement = select(*BRANCH_COLUMNS).join(Area, Area.id == Branch.area_id)
    found = session.execute(_meant(statement, id_or_code)).one_or_none()
    if found is None:
        raise NotFound()
    return branch_row(found)


def branches_by_code(session: Session, codes: Iterable[str]) -> dict[str, Branch]:
    """Return the branches with these codes."""
    wanted = list(set(codes))
    return {branch.code: branch for branch in session.scalars(select(Branch).where(Branch.code.in_(wanted)))}


def first_code_within(session: Session, paths: Iterable[str]) -> str:
    """Return the code of a branch at or below one of `paths`, for an example; empty where none stands there."""
    within = select(func.min(Branch.code)).join(Area, Area.id == Branch.area_id).where(below_any(Area.path, paths))
    return session.scalar(within) or ""


def branches_page(
    session: Session, page: PageRequest, *, area: AreaRow | None = None, text: str = ""
) -> Page[BranchItem]:
    """Return branches by code, of `area` and below, whose name or code holds `text`."""
    query = _items().order_by(Branch.code).limit(page.limit + 1)
    if area is not None:
        query = query.where(below(Area.path, area.path))
    if text:
        query = query.where(
            or_(Branch.name.contains(text, autoescape=True), Branch.code.contains(text, autoescape=True))
        )
    if page.after is not None:
        query = query.where(Branch.code > page.after[0])
    return cut([_item(row) for row in session.execute(query)], page.limit, lambda row: (row.code,))


def branch_item(session: Session, id_or_code: str) -> BranchItem:
    """Return the branch with this public id or code; NotFound when there is none."""
    found = session.execute(_meant(_items(), id_or_code)).one_or_none()
    if found is None:
        raise NotFound()
    return _item(found)


def _meant(branches: Select[*Columns], id_or_code: str) -> Select[*Columns]:
    """Narrow to the branch that is meant. A code could by chance read like another's id: the id, which nobody chose, goes first."""
    is_meant = or_(Branch.public_id == id_or_code, Branch.code == id_or_code)
    return branches.where(is_meant).order_by(Branch.public_id != id_or_code).limit(1)


def _items() -> Select[Branch, str, str, str, str]:
    return (
        select(Branch, _ABOVE.public_id, Area.public_id, Area.code, Area.name)
        .join(Area, Area.id == Branch.area_id)
        .outerjoin(_ABOVE, _ABOVE.id == Branch.parent_id)
    )


def _item(row: tuple[Branch, str | None, str, str, str]) -> BranchItem:
    branch, parent_id, area_id, code, name = row
    return BranchItem(
        public_id=branch.public_id,
        code=branch.code,
        name=branch.name,
        kind=branch.kind,
        parent_id=parent_id,
        area=NamedArea(public_id=area_id, code=code, name=name),
    )


def members_page(session: Session, branch_id: int, page: PageRequest, *, now: datetime) -> Page[MemberRow]:
    """Return a page of who belongs to the branch now, by name. The caller has asked `may_read_members`. Key: the person, whose name is looked up."""
    statement = (
        select(Person.id, Person.public_id, Person.name, Person.phone, Membership.starts_at, Membership.is_reporting)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.branch_id == branch_id,
            Person.erased_at.is_(None),
            or_(Membership.starts_at.is_(None), Membership.starts_at <= now),
            or_(Membership.ended_at.is_(None), Membership.ended_at > now),
        )
        .order_by(Person.name, Person.id)
        .limit(page.limit + 1)
    )
    if page.after:
        seen = select(Person.name, Person.id).where(Person.id == page.after[0]).scalar_subquery()
        statement = statement.where(tuple_(Person.name, Person.id) > seen)
    rows = [
        MemberRow(
            id=key,
            public_id=public_id,
            name=name,
            phone=mask_phone(phone),
            starts_at=starts_at,
            is_reporting=is_reporting,
        )
        for key, public_id, name, phone, starts_at, is_reporting in session.execute(statement)
    ]
    return cut(rows, page.limit, lambda row: (row.id,))
