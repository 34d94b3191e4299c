"""Reads of the area tree: find one by id or code, ask what lies below it, list it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from pointsapp.areas.errors import UnknownArea
from pointsapp.areas.models import Area, AreaKind
from pointsapp.core.paging import Page, PageRequest, cut

MAX_REFERENCE = 40  # the length of a code; a longer text cannot name an area


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """One area as others see it. `path` begins with the root and ends with the area itself."""

    id: int
    public_id: str
    code: str
    name: str
    kind: AreaKind
    path: str
    parent_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaItem:
    """One line of the public list; `parent_public_id` is None at a root."""

    public_id: str
    code: str
    name: str
    kind: AreaKind
    parent_public_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaOption:
    """One choice in a select: `group` is the area above it (a street above its communities)."""

    public_id: str
    code: str
    name: str
    kind: AreaKind
    path: str
    depth: int
    group: str


_COLUMNS = (Area.id, Area.public_id, Area.code, Area.name, Area.kind, Area.path, Area.parent_id)


def _rows(session: Session, statement: Select[int, str, str, str, AreaKind, str, int | None]) -> list[AreaRow]:
    return [
        AreaRow(id=id_, public_id=public_id, code=code, name=name, kind=kind, path=path, parent_id=parent_id)
        for id_, public_id, code, name, kind, path, parent_id in session.execute(statement)
    ]


def find_area(session: Session, id_or_code: str | None) -> AreaRow | None:
    """Return the area with this public id or this code; None when there is none."""
    if not id_or_code or len(id_or_code) > MAX_REFERENCE:
        return None
    found = _rows(session, select(*_COLUMNS).where(or_(Area.public_id == id_or_code, Area.code == id_or_code)))
    # A code could by chance read like another's id: the id, which nobody chose, goes first.
    return min(found, key=lambda row: row.public_id != id_or_code, default=None)


def require_area(session: Session, id_or_code: str | None, field: str = "area") -> AreaRow:
    """Return the area with this id or code; raise UnknownArea (422), naming `field`, when there is none."""
    area = find_area(session, id_or_code)
    if area is None:
        raise UnknownArea(field)
    return area


def area_by_id(session: Session, area_id: int) -> AreaRow | None:
    """Return the area with this key."""
    return next(iter(_rows(session, select(*_COLUMNS).where(Area.id == area_id))), None)


def areas_by_ids(session: Session, ids: Iterable[int]) -> dict[int, AreaRow]:
    """Return the areas with these keys, by key: one query for a whole list."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {row.id: row for row in _rows(session, select(*_COLUMNS).where(Area.id.in_(wanted)))}


def areas_by_codes(session: Session, codes: Iterable[str]) -> dict[str, AreaRow]:
    """Return the areas with these codes, by code. For imports: a whole file's codes, in bounded chunks."""
    wanted = sorted(set(codes))
    found: dict[str, AreaRow] = {}
    for start in range(0, len(wanted), 500):
        chunk = wanted[start : start + 500]
        found |= {row.code: row for row in _rows(session, select(*_COLUMNS).where(Area.code.in_(chunk)))}
    return found


def below(column: InstrumentedAttribute[str] | ColumnElement[str], path: str) -> ColumnElement[bool]:
    """Return the condition "at `path` or below" on a path column; "/" is everywhere."""
    return column.like(path.replace("%", "").replace("_", "") + "%")


def below_any(column: InstrumentedAttribute[str] | ColumnElement[str], paths: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition "at or below one of `paths`"; of none, nothing."""
    conditions = [below(column, path) for path in paths]
    return or_(*conditions) if conditions else false()


def subtree_ids(path: str) -> Select[int]:
    """Return the select of the keys of the area at `path` and all below, for `Model.area_id.in_(…)`."""
    return select(Area.id).where(below(Area.path, path))


def root_of(path: str) -> str:
    """Return the path of the root above `path`: the district."""
    return "/" + path.strip("/").split("/", 1)[0] + "/"


# In one deployment the root is the district; the word the rules use.
district_of = root_of


def ids_in(path: str) -> tuple[int, ...]:
    """Return the keys along `path`, root first, the area itself last."""
    return tuple(int(part) for part in path.split("/") if part)


def area_options(
    session: Session, paths: Iterable[str] | None = None, kinds: frozenset[AreaKind] | None = None
) -> list[AreaOption]:
    """Return the areas at or below `paths` (None: all) as choices in tree order, each with the area above as its group."""
    above = aliased(Area)
    statement = (
        select(Area.public_id, Area.code, Area.name, Area.kind, Area.path, above.name)
        .outerjoin(above, above.id == Area.parent_id)
        .order_by(Area.code)
    )
    if paths is not None:
        statement = statement.where(below_any(Area.path, paths))
    if kinds is not None:
        statement = statement.where(Area.kind.in_(kinds))
    options = [
        AreaOption(
            public_id=public_id,
            code=code,
            name=name,
            kind=kind,
            path=path,
            depth=len(ids_in(path)) - 1,
            group=group or "",
        )
        for public_id, code, name, kind, path, group in session.execute(statement)
    ]
    return _tree_order(options)


def _tree_order(options: list[AreaOption]) -> list[AreaOption]:
    """Order by the codes along each path, so that children stand under their parent whatever their keys are."""
    code_at = {option.path: option.code for option in options}

    def place(option: AreaOption) -> tuple[str, ...]:
        ids = ids_in(option.path)
        paths = ["/" + "/".join(map(str, ids[: depth + 1])) + "/" for depth in range(len(ids))]
        return tuple(code_at.get(path, "") for path in paths)

    return sorted(options, key=place)


def areas_page(session: Session, page: PageRequest, *, kind: AreaKind | None = None) -> Page[AreaItem]:
    """Return one page of all areas in the order of their codes."""
    above = aliased(Area)
    statement = (
        select(Area.public_id, Area.code, Area.name, Area.kind, above.public_id)
        .outerjoin(above, above.id == Area.parent_id)
        .order_by(Area.code)
        .limit(page.limit + 1)
    )
    if kind is not None:
        statement = statement.where(Area.kind == kind)
    if page.after:
        statement = statement.where(Area.code > page.after[0])
    rows = [
        AreaItem(public_id=public_id, code=code, name=name, kind=area_kind, parent_public_id=parent)
        for public_id, code, name, area_kind, parent in session.execute(statement)
    ]
    return cut(rows, page.limit, lambda row: (row.code,))
