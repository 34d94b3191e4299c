"""Roles: granted and ended by who may, each time an event; ended, never deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import require_area
from pointsapp.core import events
from pointsapp.core.actor import Actor, Role, require
from pointsapp.core.clock import local_day
from pointsapp.core.errors import NotFound
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.states import rows_changed
from pointsapp.people.errors import RoleDatesWrong, RoleHasOtherScope, RoleHeldAlready, UnknownMerchant
from pointsapp.people.models import RoleGrant
from pointsapp.people.policies import may_grant, needs_area, needs_merchant
from pointsapp.people.queries import find_merchant, require_person
from pointsapp.people.queries.roles import merchant as merchant_table


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRole:
    """`person` is a public id; `area` and `merchant` are ids or codes, whichever the role needs.

    From `starts_at` (None: at once) until `ends_at` (None: until somebody ends it).
    """

    person: str
    role: Role
    area: str | None = None
    merchant: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


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
        span=(command.starts_at, command.ends_at),
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
    span: tuple[datetime | None, datetime | None] = (None, None),
    deputy_of_id: int | None = None,
    now: datetime,
) -> GrantedRole:
    """Open a role that somebody entitled has granted (an accepted invitation, an import); a repeat changes nothing.

    `span` is its first moment (None: now) and the one at which it is over (None: open).
    """
    starts_at, ends_at = max(span[0] or now, now), span[1]
    if ends_at is not None and ends_at <= starts_at:
        raise RoleDatesWrong()
    scope = (
        f"area:{area_id}" if area_id is not None else f"merchant:{merchant_id}" if merchant_id is not None else "all"
    )
    lock(session, LockKind.PERSON_TIME, person_id)  # two spans that overlap collide with no unique index
    kept = _overlapping(session, person_id, role, scope, starts_at, ends_at)
    if kept is not None:
        begun_already = span[0] is None or span[0] <= now
        is_same = kept.ended_at == ends_at and (
            kept.starts_at == starts_at or (begun_already and kept.starts_at <= now)
        )
        if not is_same and granted_by_id is not None:  # a file that says the role again leaves its dates alone
            raise RoleHeldAlready()
        return GrantedRole(public_id=kept.public_id, person_id=person_id, role=role, is_repeat=True)
    grant = RoleGrant(
        person_id=person_id,
        role=role,
        area_id=area_id,
        merchant_id=merchant_id,
        scope=scope,
        granted_by_id=granted_by_id,
        starts_at=starts_at,
        ended_at=ends_at,
        deputy_of_id=deputy_of_id,
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
        first_on=local_day(starts_at).isoformat() if starts_at > now else None,
        last_on=local_day(ends_at - timedelta(microseconds=1)).isoformat() if ends_at is not None else None,
        is_deputy=deputy_of_id is not None,
    )
    return GrantedRole(public_id=grant.public_id, person_id=person_id, role=role, is_repeat=False)


def _overlapping(
    session: Session, person_id: int, role: Role, scope: str, starts_at: datetime, ends_at: datetime | None
) -> RoleGrant | None:
    """Return a grant of the same role in the same scope that holds at some moment of the span, the newest."""
    same = select(RoleGrant).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == role,
        RoleGrant.scope == scope,
        or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > starts_at),
    )
    if ends_at is not None:
        same = same.where(RoleGrant.starts_at < ends_at)
    return session.scalars(same.order_by(RoleGrant.id.desc()).limit(1)).first()


def end_role(session: Session, actor: Actor, public_id: str, *, now: datetime) -> EndedRole:
    """End a role at once, and its deputies' with it; a repeat changes nothing.

    Who may grant it may end it, anybody may lay down their own, and whom a deputy stands in for may take it back.
    """
    stood_for = aliased(RoleGrant)
    found = session.execute(
        select(RoleGrant, Area.path, stood_for.person_id)
        .outerjoin(merchant_table, merchant_table.c.id == RoleGrant.merchant_id)
        .outerjoin(Area, (Area.id == RoleGrant.area_id) | (Area.id == merchant_table.c.area_id))
        .outerjoin(stood_for, stood_for.id == RoleGrant.deputy_of_id)
        .where(RoleGrant.public_id == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound()
    grant, path, stood_for_id = found
    is_own = actor.person_id in (grant.person_id, stood_for_id)
    require(is_own or may_grant(actor, grant.role, area_path=path, merchant_id=grant.merchant_id))
    is_repeat = not _end(session, actor, grant, now)
    for deputy in session.scalars(select(RoleGrant).where(RoleGrant.deputy_of_id == grant.id)).all():
        _end(session, actor, deputy, now)
    return EndedRole(public_id=public_id, person_id=grant.person_id, role=grant.role, is_repeat=is_repeat)


def _end(session: Session, actor: Actor, grant: RoleGrant, now: datetime) -> bool:
    """End one grant that has not ended, and tell of it; False where it has."""
    ended = rows_changed(
        session,
        update(RoleGrant)
        .where(RoleGrant.id == grant.id, or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now))
        .values(ended_at=now, ended_by_id=actor.person_id),
    )
    if ended:
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
            is_deputy=grant.deputy_of_id is not None,
        )
    return bool(ended)
