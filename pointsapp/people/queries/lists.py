"""People on a list: the desk's search, within the areas one may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, null, or_, select, true
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaRow, below, below_any
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.masking import mask_name, mask_number, mask_phone
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person, RoleGrant
from pointsapp.people.policies import Standing, is_staff_of, may_grant_any, may_know_of
from pointsapp.people.queries.actors import standing_from
from pointsapp.people.queries.roles import RoleLine, roles_of
from pointsapp.people.rules import read_phone, read_volunteer_number


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the desk sees of anybody: name and numbers masked, but for one of the reader's own residents (`is_own`) whose record they
    have opened, with a reason that the person reads (services/looks.py)."""

    id: int
    public_id: str
    name: str
    phone: str
    volunteer_number: str
    area_name: str
    is_verified: bool
    has_password: bool
    is_own: bool


def _seen(person: Person, area_name: str | None, is_own: bool, *, is_whole: bool = False) -> dict[str, Any]:
    """Return the fields of `_Seen`."""
    return {
        "id": person.id,
        "public_id": person.public_id,
        "name": person.name if is_whole else mask_name(person.name),
        "phone": mask_phone(person.phone),
        "volunteer_number": person.volunteer_number if is_whole else mask_number(person.volunteer_number),
        "area_name": area_name or "",
        "is_verified": person.verified_at is not None,
        "has_password": person.password_hash is not None,
        "is_own": bool(is_own),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine(_Seen):
    """One line of the desk's list."""

    role_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPerson(_Seen):
    """One person as the desk sees them."""

    has_consent: bool
    birth_year: int | None
    created_at: datetime
    roles: tuple[RoleLine, ...]
    standing: Standing


WHOLE_NUMBER = 11  # digits of a telephone or a volunteer number; fewer are the end of one


def search_people(
    session: Session, actor: Actor, text: str = "", area: AreaRow | None = None, page: PageRequest | None = None
) -> Page[PersonLine]:
    """Return people whose home lies in the areas `actor` is staff of: by name, phone tail or volunteer number.

    A platform's administrator also finds people without a home area. Who grants roles also finds somebody of another area
    by the whole phone or volunteer number: staff often live elsewhere.
    """
    page = page or PageRequest()
    roles = (
        select(func.count())
        .select_from(RoleGrant)
        .where(RoleGrant.person_id == Person.id, RoleGrant.ended_at.is_(None))
        .scalar_subquery()
    )
    own: ColumnElement[bool] = true()
    if not actor.is_platform_admin:
        # The areas by key, not by a join: so a community's few people are found first, however common the name is in the city.
        mine = session.scalars(select(Area.id).where(below_any(Area.path, actor.paths(COMMUNITY_STAFF)))).all()
        own = Person.home_area_id.in_(mine)
    text = text.strip()[:60]
    within: ColumnElement[bool] = own & _matches(session, text) if text else own
    if text and may_grant_any(actor):
        within = or_(within, *_named_in_full(text))
    statement = (
        select(Person, Area.name, roles, own)
        .outerjoin(Area, Area.id == Person.home_area_id)
        .where(Person.erased_at.is_(None), within)
        .order_by(Person.id.desc())
        .limit(page.limit + 1)
    )
    if area is not None:
        statement = statement.where(below(Area.path, area.path))
    if page.after:
        statement = statement.where(Person.id < page.after[0])
    lines = [
        PersonLine(**_seen(person, area_name, is_own), role_count=role_count)
        for person, area_name, role_count, is_own in session.execute(statement)
    ]
    return cut(lines, page.limit, lambda line: (line.id,))


def _named_in_full(text: str) -> list[ColumnElement[bool]]:
    phone, number = read_phone(text), read_volunteer_number(text)
    found = [Person.phone == phone] if phone else []
    return found + ([Person.volunteer_number == number] if number else [])


def _matches(session: Session, text: str) -> ColumnElement[bool]:
    digits = "".join(char for char in text if char.isascii() and char.isdigit())
    if len(digits) >= WHOLE_NUMBER and (whole := _named_in_full(text)):
        return or_(*whole)  # by their index: a whole number is nobody's tail
    has_letters = session.get_bind().dialect.name == "postgresql"
    found: list[ColumnElement[bool]] = [Person.name.contains(text, autoescape=True)]
    if has_letters:  # the index of letters finds the few names that have them all, in any order
        letters = func.string_to_array(Person.name, null()).bool_op("@>")(func.string_to_array(text, null()))
        found = [letters & found[0]]
    if len(digits) >= 3:  # a tail people read out; one digit would find everybody
        numbers = (Person.phone, Person.volunteer_number)
        if has_letters:
            found += [func.reverse(number).like(f"{digits[::-1]}%") for number in numbers]
        else:
            found += [number.endswith(digits) for number in numbers]
    return or_(*found)


def desk_person(
    session: Session, actor: Actor, public_id: str, *, now: datetime, is_open: bool = False
) -> DeskPerson | None:
    """Return the person for the desk, one's own resident whole where `is_open` (and oneself); None for who may not know of them."""
    found = session.execute(
        select(Person, Area.name, Area.path)
        .outerjoin(Area, Area.id == Person.home_area_id)
        .where(Person.public_id == public_id, Person.erased_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    person, area_name, home_path = found
    is_own = is_staff_of(actor, home_path)
    roles = roles_of(session, person.id, now=now, and_coming=True)
    standing = standing_from(person.id, home_path, roles)
    is_self = actor.person_id == person.id
    if not is_self and not may_know_of(actor, standing):
        return None
    is_opened = is_own and is_open
    seen = _seen(person, area_name, is_own, is_whole=is_self or is_opened)
    return DeskPerson(
        **{**seen, "phone": person.phone or ""} if is_opened else seen,
        has_consent=person.consent_version is not None,
        birth_year=person.birth_year,
        created_at=person.created_at,
        roles=roles,
        standing=standing,
    )
