"""People on a list: the desk's search, within the areas one may see."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaRow, below, below_any
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person, RoleGrant


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One line of the desk's list; the name is masked there, the phone is only its tail."""

    id: int
    public_id: str
    name: str
    phone_tail: str
    volunteer_number: str
    area_name: str
    is_verified: bool
    has_password: bool
    role_count: int


def search_people(
    session: Session, actor: Actor, text: str = "", area: AreaRow | None = None, page: PageRequest | None = None
) -> Page[PersonLine]:
    """Return people whose home lies in the areas `actor` is staff of: by name, phone tail or volunteer number.

    A platform's administrator also finds people without a home area.
    """
    page = page or PageRequest()
    roles = (
        select(func.count())
        .select_from(RoleGrant)
        .where(RoleGrant.person_id == Person.id, RoleGrant.ended_at.is_(None))
        .scalar_subquery()
    )
    statement = (
        select(Person, Area.name, roles)
        .outerjoin(Area, Area.id == Person.home_area_id)
        .where(Person.erased_at.is_(None))
        .order_by(Person.id.desc())
        .limit(page.limit + 1)
    )
    if not actor.is_platform_admin:
        statement = statement.where(below_any(Area.path, actor.paths(COMMUNITY_STAFF)))
    if area is not None:
        statement = statement.where(below(Area.path, area.path))
    if text.strip():
        statement = statement.where(_matches(text.strip()[:60]))
    if page.after:
        statement = statement.where(Person.id < page.after[0])
    lines = [
        PersonLine(
            id=person.id,
            public_id=person.public_id,
            name=person.name,
            phone_tail=(person.phone or "")[-4:],
            volunteer_number=person.volunteer_number,
            area_name=area_name or "",
            is_verified=person.verified_at is not None,
            has_password=person.password_hash is not None,
            role_count=role_count,
        )
        for person, area_name, role_count in session.execute(statement)
    ]
    return cut(lines, page.limit, lambda line: (line.id,))


def _matches(text: str):  # type: ignore[no-untyped-def]
    found = [Person.name.contains(text, autoescape=True)]
    digits = "".join(char for char in text if char.isascii() and char.isdigit())
    if digits:
        found += [Person.phone.endswith(digits), Person.volunteer_number.endswith(digits)]
    return or_(*found)
