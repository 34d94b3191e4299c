"""One person at a time: by id, number, phone or code; and the roles they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, String, column, func, or_, select, table
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaRow, area_by_id
from pointsapp.core.actor import Role
from pointsapp.core.errors import NotFound
from pointsapp.people.models import OneTimeCode, Person, RoleGrant

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
class PersonRow:
    """A person as other features need one. `phone` is full: mask it before it reaches a page."""

    id: int
    public_id: str
    name: str
    phone: str | None
    volunteer_number: str
    home_area_id: int | None
    home_path: str | None
    is_verified: bool
    personal_code: str
    has_password: bool
    created_at: datetime


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCard:
    """Who a person is, for themself: `GET /me` and the profile."""

    id: int
    public_id: str
    display_name: str
    phone: str | None
    volunteer_number: str
    personal_code: str
    area: AreaRow | None
    roles: tuple[RoleLine, ...]
    is_verified: bool
    has_password: bool
    locale: str | None
    elder_view: bool
    shows_on_rankings: bool
    consent_version: str | None
    consented_at: datetime | None
    created_at: datetime


def _one(session: Session, condition: ColumnElement[bool]) -> PersonRow | None:
    found = session.execute(
        select(
            Person.id,
            Person.public_id,
            Person.name,
            Person.phone,
            Person.volunteer_number,
            Person.home_area_id,
            Area.path,
            Person.verified_at,
            Person.personal_code,
            Person.password_hash.is_not(None),
            Person.created_at,
        )
        .outerjoin(Area, Area.id == Person.home_area_id)
        .where(condition, Person.erased_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    return PersonRow(
        id=found[0],
        public_id=found[1],
        name=found[2],
        phone=found[3],
        volunteer_number=found[4],
        home_area_id=found[5],
        home_path=found[6],
        is_verified=found[7] is not None,
        personal_code=found[8],
        has_password=found[9],
        created_at=found[10],
    )


def person_by_id(session: Session, person_id: int) -> PersonRow | None:
    return _one(session, Person.id == person_id)


def person_by_public_id(session: Session, public_id: str) -> PersonRow | None:
    return _one(session, Person.public_id == public_id)


def person_by_phone(session: Session, phone: str) -> PersonRow | None:
    """Return who holds `phone`, as rules.read_phone gives it."""
    return _one(session, Person.phone == phone)


def person_by_volunteer_number(session: Session, number: str) -> PersonRow | None:
    return _one(session, Person.volunteer_number == number)


def person_by_personal_code(session: Session, code: str) -> PersonRow | None:
    """Return whose personal code `code` is, as core.codes.read gives it."""
    return _one(session, Person.personal_code == code)


def require_person(session: Session, public_id: str) -> PersonRow:
    """Return the person with this id; raise NotFound otherwise."""
    person = person_by_public_id(session, public_id)
    if person is None:
        raise NotFound()
    return person


def persons_by_phones(session: Session, phones: Iterable[str]) -> dict[str, PersonRow]:
    """Return who holds these phones, by phone; in chunks, for imports."""
    wanted = sorted(set(phones))
    found: dict[str, PersonRow] = {}
    for start in range(0, len(wanted), 500):
        rows = session.execute(
            select(Person, Area.path)
            .outerjoin(Area, Area.id == Person.home_area_id)
            .where(Person.phone.in_(wanted[start : start + 500]), Person.erased_at.is_(None))
        )
        for person, path in rows:
            found[str(person.phone)] = PersonRow(
                id=person.id,
                public_id=person.public_id,
                name=person.name,
                phone=person.phone,
                volunteer_number=person.volunteer_number,
                home_area_id=person.home_area_id,
                home_path=path,
                is_verified=person.verified_at is not None,
                personal_code=person.personal_code,
                has_password=person.password_hash is not None,
                created_at=person.created_at,
            )
    return found


def names_of(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Return full names by key, for a list that may show them (mask them elsewhere). An erased person has none."""
    wanted = {person_id for person_id in ids if person_id is not None}
    if not wanted:
        return {}
    return {row.id: row.name for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))}


def name_of(session: Session, person_id: int | None) -> str:
    """Return one person's full name, empty for nobody."""
    return names_of(session, [person_id]).get(person_id or 0, "")


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


def roles_of(session: Session, person_id: int, *, now: datetime) -> tuple[RoleLine, ...]:
    """Return the roles held at `now`, the oldest first."""
    place = func.coalesce(RoleGrant.area_id, merchant.c.area_id)
    rows = session.execute(
        select(
            RoleGrant.public_id,
            RoleGrant.role,
            RoleGrant.area_id,
            RoleGrant.merchant_id,
            RoleGrant.starts_at,
            Area.public_id,
            Area.code,
            Area.name,
            Area.path,
            merchant.c.public_id,
            merchant.c.code,
            merchant.c.name,
        )
        .outerjoin(merchant, merchant.c.id == RoleGrant.merchant_id)
        .outerjoin(Area, Area.id == place)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.starts_at <= now,
            or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
        )
        .order_by(RoleGrant.id)
    )
    return tuple(
        RoleLine(
            public_id=row[0],
            role=row[1],
            area=Place(public_id=row[5], code=row[6], name=row[7]) if row[2] is not None else None,
            merchant=Place(public_id=row[9], code=row[10], name=row[11]) if row[3] is not None else None,
            merchant_id=row[3],
            scope_path=row[8],
            starts_at=row[4],
        )
        for row in rows
    )


def person_card(session: Session, person_id: int, *, now: datetime) -> PersonCard:
    """Return everything a person may read about themself; raise NotFound for nobody."""
    person = session.execute(
        select(Person).where(Person.id == person_id, Person.erased_at.is_(None))
    ).scalar_one_or_none()
    if person is None:
        raise NotFound()
    return PersonCard(
        id=person.id,
        public_id=person.public_id,
        display_name=person.name,
        phone=person.phone,
        volunteer_number=person.volunteer_number,
        personal_code=person.personal_code,
        area=area_by_id(session, person.home_area_id) if person.home_area_id else None,
        roles=roles_of(session, person_id, now=now),
        is_verified=person.verified_at is not None,
        has_password=person.password_hash is not None,
        locale=person.locale,
        elder_view=person.elder_view,
        shows_on_rankings=person.shows_on_rankings,
        consent_version=person.consent_version,
        consented_at=person.consented_at,
        created_at=person.created_at,
    )


def code_hash(code: str) -> str:
    """Return what is stored of a one-time code. Plain SHA-256: 45 random bits, tried one request at a time."""
    return hashlib.sha256(code.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeHolder:
    """Whose one-time code it is; the name is full, mask it. `needs_consent`: imported, and never shown the notice."""

    public_id: str
    name: str
    has_password: bool
    needs_consent: bool


def holder_of_code(session: Session, code: str, *, now: datetime) -> CodeHolder | None:
    """Return whose one-time code it is, None when it was used, has expired or never was."""
    found = session.execute(
        select(Person.public_id, Person.name, Person.password_hash, Person.consent_version)
        .join(OneTimeCode, OneTimeCode.person_id == Person.id)
        .where(
            OneTimeCode.code_hash == code_hash(code),
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
            Person.erased_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    return CodeHolder(
        public_id=found[0], name=found[1], has_password=found[2] is not None, needs_consent=found[3] is None
    )
