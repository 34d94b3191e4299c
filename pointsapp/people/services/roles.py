"""Roles: granted and ended by who may, each time an event; ended, never deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import require_area
from pointsapp.core import events
from pointsapp.core.actor import Actor, Role, require
from pointsapp.core.errors import NotFound
from pointsapp.core.states import rows_changed
from pointsapp.people.errors import RoleHasOtherScope, UnknownMerchant
from pointsapp.people.models import RoleGrant
from pointsapp.people.policies import may_grant, needs_area, needs_merchant
from pointsapp.people.queries import find_merchant, require_person
from pointsapp.people.queries.roles import merchant as merchant_table


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRole:
    """`person` is a public id; `area` and `merchant` are ids or codes, whichever the role needs."""

    person: str
    role: Role
    area: str | None = None
    merchant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedRole:
    public_id: str
    person_id: int
    role: Role
    is_repeat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRole:
    public_id: str
    person_id: int
    role: Role
    is_repeat: bool


def grant_role(session: Session, actor: Actor, command: GrantRole, *, now: datetime) -> GrantedRole:
    """Give a person a role over an area and everything below it, or in a merchant."""
    person = require_person(session, command.person)
    area_id = merchant_id = path = None
    if (command.area is None) == needs_area(command.role) or (command.merchant is None) == needs_merchant(command.role):
        raise RoleHasOtherScope(role=command.role.value)
    if command.area is not None:
        area = require_area(session, command.area, field="area")
        area_id, path = area.id, area.path
    if command.merchant is not None:
        place = find_merchant(session, command.merchant)
        if place is None:
            raise UnknownMerchant("merchant")
        merchant_id, path = place.id, place.area_path
    require(may_grant(actor, command.role, area_path=path, merchant_id=merchant_id))
    require(person.id != actor.person_id)  # nobody adds to their own power
    return add_role(
        session,
        person.id,
        command.role,
        area_id=area_id,
        merchant_id=merchant_id,
        granted_by_id=actor.person_id,
        now=now,
    )


def add_role(
    session: Session,
    person_id: int,
    role: Role,
    *,
    area_id: int | None = None,
    merchant_id: int | None = None,
    granted_by_id: int | None,
    now: datetime,
) -> GrantedRole:
    """Open a role that somebody entitled has granted (an accepted invitation, an import); a repeat changes nothing."""
    scope = (
        f"area:{area_id}" if area_id is not None else f"merchant:{merchant_id}" if merchant_id is not None else "all"
    )
    kept = session.scalar(
        select(RoleGrant.public_id).where(
            RoleGrant.person_id == person_id,
            RoleGrant.role == role,
            RoleGrant.scope == scope,
            RoleGrant.ended_at.is_(None),
        )
    )
    if kept is not None:
        return GrantedRole(public_id=kept, person_id=person_id, role=role, is_repeat=True)
    grant = RoleGrant(
        person_id=person_id,
        role=role,
        area_id=area_id,
        merchant_id=merchant_id,
        scope=scope,
        granted_by_id=granted_by_id,
        starts_at=now,
    )
    session.add(grant)
    session.flush()
    events.record(
        session,
        "people.role_granted",
        at=now,
        subject=f"role_grant:{grant.id}",
        area_id=area_id,
        person_id=person_id,
        actor_id=granted_by_id,
        role=role.value,
        merchant_id=merchant_id,
    )
    return GrantedRole(public_id=grant.public_id, person_id=person_id, role=role, is_repeat=False)


def end_role(session: Session, actor: Actor, public_id: str, *, now: datetime) -> EndedRole:
    """End a role at once; who may grant it may end it, and anybody may lay down their own. A repeat changes nothing."""
    found = session.execute(
        select(RoleGrant, Area.path, merchant_table.c.area_id)
        .outerjoin(merchant_table, merchant_table.c.id == RoleGrant.merchant_id)
        .outerjoin(Area, (Area.id == RoleGrant.area_id) | (Area.id == merchant_table.c.area_id))
        .where(RoleGrant.public_id == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound()
    grant, path, _merchant_area_id = found
    is_own = grant.person_id == actor.person_id
    require(is_own or may_grant(actor, grant.role, area_path=path, merchant_id=grant.merchant_id))
    is_repeat = not rows_changed(
        session,
        update(RoleGrant)
        .where(RoleGrant.id == grant.id, RoleGrant.ended_at.is_(None))
        .values(ended_at=now, ended_by_id=actor.person_id),
    )
    if not is_repeat:
        events.record(
            session,
            "people.role_ended",
            at=now,
            subject=f"role_grant:{grant.id}",
            area_id=grant.area_id,
            person_id=grant.person_id,
            actor_id=actor.person_id,
            role=grant.role.value,
            merchant_id=grant.merchant_id,
        )
    return EndedRole(public_id=public_id, person_id=grant.person_id, role=grant.role, is_repeat=is_repeat)
