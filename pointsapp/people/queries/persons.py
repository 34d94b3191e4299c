"""One person at a time: by id, number, phone or personal code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaRow, area_by_id
from pointsapp.core.errors import NotFound
from pointsapp.core.swift import Swift
from pointsapp.people.models import Listing, Person, PersonalCard
from pointsapp.people.queries.roles import RoleLine, roles_of


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
    listing: Listing
    birth_year: int | None
    consent_version: str | None
    consented_at: datetime | None
    created_at: datetime


def _statement(key: Any) -> Any:
    return (
        select(
            Person.id,
            Person.public_id,
            Person.name,
            Person.phone,
            Person.volunteer_number,
            Person.home_area_id,
            Area.path.label("home_path"),
            Person.verified_at,
            Person.personal_code,
            Person.password_hash.is_not(None).label("has_password"),
            Person.created_at,
        )
        .outerjoin(Area, Area.id == Person.home_area_id)
        .where(key == bindparam("key"), Person.erased_at.is_(None))
    )


_BY_PUBLIC_ID = Swift(lambda: _statement(Person.public_id))
_BY_PHONE = Swift(lambda: _statement(Person.phone))
_BY_CODE = Swift(lambda: _statement(Person.personal_code))
_BY_CARD = Swift(
    lambda: (
        _statement(PersonalCard.code)
        .join(PersonalCard, PersonalCard.person_id == Person.id)
        .where(PersonalCard.revoked_at.is_(None))
    )
)


def _one(session: Session, statement: Swift, key: str) -> PersonRow | None:
    found = statement.one(session, key=key)
    if found is None:
        return None
    return PersonRow(
        id=found.id,
        public_id=found.public_id,
        name=found.name,
        phone=found.phone,
        volunteer_number=found.volunteer_number,
        home_area_id=found.home_area_id,
        home_path=found.home_path,
        is_verified=found.verified_at is not None,
        personal_code=found.personal_code,
        has_password=bool(found.has_password),
        created_at=found.created_at,
    )


def person_by_public_id(session: Session, public_id: str) -> PersonRow | None:
    """Return the person, None where there is none or they were erased; whoever asks may not yet know of them."""
    return _one(session, _BY_PUBLIC_ID, public_id)


def person_by_phone(session: Session, phone: str) -> PersonRow | None:
    """Return who holds `phone`, as rules.read_phone gives it."""
    return _one(session, _BY_PHONE, phone)


def person_by_personal_code(session: Session, code: str) -> PersonRow | None:
    """Return whose personal code `code` is, as core.codes.read gives it: the one on the phone, or on a card that still holds."""
    return _one(session, _BY_CODE, code) or _one(session, _BY_CARD, code)


def is_revoked_card(session: Session, code: str) -> bool:
    """Tell whether `code`, as core.codes.read gives it, stands on a card that was reported lost."""
    revoked = select(PersonalCard.id).where(PersonalCard.code == code, PersonalCard.revoked_at.is_not(None))
    return session.scalar(revoked) is not None


def merged_into(session: Session, public_id: str) -> str | None:
    """Return the public id of the account that a given-up one leads to, None where it leads nowhere."""
    old, new = aliased(Person), aliased(Person)
    found = select(new.public_id).join(old, old.merged_into_id == new.id).where(old.public_id == public_id)
    return session.scalar(found.where(new.erased_at.is_(None)))


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
        listing=_listing(person),
        birth_year=person.birth_year,
        consent_version=person.consent_version,
        consented_at=person.consented_at,
        created_at=person.created_at,
    )


def _listing(person: Person) -> Listing:
    if person.off_rankings_since is not None:
        return Listing.NOWHERE
    return Listing.EVERYWHERE if person.shows_on_rankings else Listing.COMMUNITY
