"""The roles a person holds, and the merchants some of them hold for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, String, column, func, or_, select, table, true
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.core.actor import Role
from pointsapp.people.models import Person, RoleGrant

# People stands below merchants and may not import its models; a role's scope needs these four columns of it.
merchant = table(
    "merchant",
    column("id", BigInteger),
    column("public_id", String),
    column("code", String),
    column("name", String),
    column("area_id", BigInteger),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """{id, code, name} of an area or a merchant."""

    public_id: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantPlace:
    """The merchant of a role, and the area that merchant lies in."""

    id: int
    public_id: str
    code: str
    name: str
    area_id: int
    area_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLine:
    """One role held now, with the area or the merchant it holds for; `scope_path` is the path that decides about it."""

    public_id: str
    role: Role
    area: Place | None
    merchant: Place | None
    merchant_id: int | None
    scope_path: str | None
    starts_at: datetime
    ends_at: datetime | None = None
    above: str = ""  # the name of the area above `area`: every community has a first grid
    stands_in_for: str = ""  # whose deputy, by name
    is_begun: bool = True


def find_merchant(session: Session, id_or_code: str | None) -> MerchantPlace | None:
    """Return the merchant with this id or code, as the scope of a role."""
    if not id_or_code or len(id_or_code) > 40:
        return None
    found = _merchants(session, or_(merchant.c.public_id == id_or_code, merchant.c.code == id_or_code))
    return min(found, key=lambda place: place.public_id != id_or_code, default=None)


def merchants_by_codes(session: Session, codes: Iterable[str]) -> dict[str, MerchantPlace]:
    """Return the merchants with these codes, by code; in chunks, for imports."""
    wanted = sorted(set(codes))
    found: dict[str, MerchantPlace] = {}
    for start in range(0, len(wanted), 500):
        found |= {place.code: place for place in _merchants(session, merchant.c.code.in_(wanted[start : start + 500]))}
    return found


def _merchants(session: Session, condition: ColumnElement[bool]) -> list[MerchantPlace]:
    rows = session.execute(
        select(merchant.c.id, merchant.c.public_id, merchant.c.code, merchant.c.name, merchant.c.area_id, Area.path)
        .join(Area, Area.id == merchant.c.area_id)
        .where(condition)
    )
    return [
        MerchantPlace(id=row[0], public_id=row[1], code=row[2], name=row[3], area_id=row[4], area_path=row[5])
        for row in rows
    ]


def roles_of(session: Session, person_id: int, *, now: datetime, and_coming: bool = False) -> tuple[RoleLine, ...]:
    """Return the roles held at `now`, the oldest first; `and_coming`: also those that begin later."""
    place, parent = func.coalesce(RoleGrant.area_id, merchant.c.area_id), aliased(Area)
    stood_for, absent = aliased(RoleGrant), aliased(Person)
    rows = session.execute(
        select(
            RoleGrant.public_id,
            RoleGrant.role,
            RoleGrant.area_id,
            RoleGrant.merchant_id,
            RoleGrant.starts_at,
            RoleGrant.ended_at,
            Area.public_id,
            Area.code,
            Area.name,
            Area.path,
            merchant.c.public_id,
            merchant.c.code,
            merchant.c.name,
            parent.name,
            absent.name,
        )
        .outerjoin(stood_for, stood_for.id == RoleGrant.deputy_of_id)
        .outerjoin(absent, absent.id == stood_for.person_id)
        .outerjoin(merchant, merchant.c.id == RoleGrant.merchant_id)
        .outerjoin(Area, Area.id == place)
        .outerjoin(parent, parent.id == Area.parent_id)
        .where(
            RoleGrant.person_id == person_id,
            true() if and_coming else RoleGrant.starts_at <= now,
            or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
        )
        .order_by(RoleGrant.id)
    )
    return tuple(
        RoleLine(
            public_id=row[0],
            role=row[1],
            area=Place(public_id=row[6], code=row[7], name=row[8]) if row[2] is not None else None,
            merchant=Place(public_id=row[10], code=row[11], name=row[12]) if row[3] is not None else None,
            merchant_id=row[3],
            scope_path=row[9],
            starts_at=row[4],
            ends_at=row[5],
            above=row[13] or "",
            stands_in_for=row[14] or "",
            is_begun=row[4] <= now,
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeputyLine:
    """Somebody who stands in for a role's holder, now or later."""

    public_id: str
    name: str
    starts_at: datetime
    ends_at: datetime | None
    is_begun: bool


def deputies_of(session: Session, grants: Iterable[str], *, now: datetime) -> dict[str, tuple[DeputyLine, ...]]:
    """Return the deputies of these grants (public ids) now and to come, by the grant."""
    stood_for = aliased(RoleGrant)
    rows = session.execute(
        select(stood_for.public_id, RoleGrant.public_id, Person.name, RoleGrant.starts_at, RoleGrant.ended_at)
        .join(stood_for, stood_for.id == RoleGrant.deputy_of_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(stood_for.public_id.in_(list(grants)), or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now))
        .order_by(RoleGrant.starts_at)
    )
    found: dict[str, tuple[DeputyLine, ...]] = {}
    for of, public_id, name, starts_at, ends_at in rows:
        line = DeputyLine(
            public_id=public_id, name=name, starts_at=starts_at, ends_at=ends_at, is_begun=starts_at <= now
        )
        found[of] = (*found.get(of, ()), line)
    return found
