"""The register of branches: who there is, where, and below whom."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaRow, below
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.stars.models import Branch, BranchKind


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


_ABOVE = aliased(Branch)


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
    rows = [
        _item(row)
        for row in session.execute(_items().where(or_(Branch.public_id == id_or_code, Branch.code == id_or_code)))
    ]
    found = min(rows, key=lambda row: row.public_id != id_or_code, default=None)
    if found is None:
        raise NotFound()
    return found


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
