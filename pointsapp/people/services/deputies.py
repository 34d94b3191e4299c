"""Deputies (代办): somebody else holds a role for a while, with the same powers; it ends by itself, or with the role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import AREA_ROLES, COMMUNITY_STAFF, Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.people.errors import DeputyNotPossible, DeputyNotStaff, RoleDatesWrong, UnknownPerson
from pointsapp.people.models import Person, RoleGrant
from pointsapp.people.policies import may_grant, may_name_deputy
from pointsapp.people.rules import read_phone, read_volunteer_number
from pointsapp.people.services.roles import GrantedRole, add_role


@dataclass(frozen=True, slots=True, kw_only=True)
class NameDeputy:
    """`deputy` is a whole phone or volunteer number; from `starts_at` (None: at once) until `ends_at`, which must be said."""

    deputy: str
    ends_at: datetime
    starts_at: datetime | None = None


def name_deputy(session: Session, actor: Actor, grant: str, command: NameDeputy, *, now: datetime) -> GrantedRole:
    """Let somebody stand in for the holder of `grant` (a public id): a role of their own, over the same area, with an end."""
    found = session.execute(
        select(RoleGrant, Area.path).join(Area, Area.id == RoleGrant.area_id).where(RoleGrant.public_id == grant)
    ).one_or_none()
    if found is None:
        raise NotFound()
    row, path = found
    require(actor.person_id == row.person_id or may_grant(actor, row.role, area_path=path))
    if row.role not in AREA_ROLES or row.deputy_of_id is not None or (row.ended_at is not None and row.ended_at <= now):
        raise DeputyNotPossible()
    deputy_id = _called(session, command.deputy)
    require(deputy_id not in (row.person_id, None if actor.person_id == row.person_id else actor.person_id))
    nearby = _works_nearby(session, deputy_id, path, now)
    require(may_name_deputy(actor, row.person_id, row.role, path, is_staff_nearby=nearby), DeputyNotStaff())
    ends_at = min(command.ends_at, row.ended_at or command.ends_at)
    if ends_at <= (command.starts_at or now):
        raise RoleDatesWrong()
    return add_role(
        session,
        deputy_id,
        row.role,
        area_id=row.area_id,
        granted_by_id=actor.person_id,
        span=(command.starts_at, ends_at),
        deputy_of_id=row.id,
        now=now,
    )


def _called(session: Session, handle: str) -> int:
    phone, number = read_phone(handle), read_volunteer_number(handle)
    ways = [Person.phone == phone] if phone else []
    ways += [Person.volunteer_number == number] if number else []
    found = session.scalars(select(Person.id).where(or_(*ways), Person.erased_at.is_(None))).all() if ways else []
    if len(found) != 1:  # a phone that reads like somebody else's number names nobody for certain
        raise UnknownPerson("deputy")
    return found[0]


def _works_nearby(session: Session, person_id: int, area_path: str, now: datetime) -> bool:
    """Tell whether the person is staff of the area above this one, or anywhere below that: a colleague."""
    above = area_path.rstrip("/").rpartition("/")[0] + "/"
    paths = session.scalars(
        select(Area.path)
        .join(RoleGrant, RoleGrant.area_id == Area.id)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.role.in_(COMMUNITY_STAFF),
            RoleGrant.starts_at <= now,
            or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
            RoleGrant.deputy_of_id.is_(None),
        )
    )
    return any(path.startswith(above) or area_path.startswith(path) for path in paths)
