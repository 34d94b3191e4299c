"""Who holds a role where, now: the people a waiting thing belongs to, and whom they stand in for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.core.actor import MERCHANT_ROLES, Role
from pointsapp.people.models import Person, RoleGrant


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody who works for an area now; `stands_in_for` is the name of the one they are the deputy of."""

    person_id: int
    name: str
    role: Role
    area_name: str
    stands_in_for: str = ""


def holders_above(session: Session, area_ids: Iterable[int], *, now: datetime) -> dict[int | None, tuple[Holder, ...]]:
    """Return who holds a role in each of these areas now, by the area's key; None: the platform's administrators."""
    wanted = sorted(set(area_ids))
    stood_for, absent = aliased(RoleGrant), aliased(Person)
    rows = session.execute(
        select(
            RoleGrant.area_id,
            RoleGrant.role,
            Person.id,
            Person.name,
            Area.name.label("area"),
            absent.name.label("absent"),
        )
        .join(Person, Person.id == RoleGrant.person_id)
        .outerjoin(Area, Area.id == RoleGrant.area_id)
        .outerjoin(stood_for, stood_for.id == RoleGrant.deputy_of_id)
        .outerjoin(absent, absent.id == stood_for.person_id)
        .where(
            or_(RoleGrant.area_id.in_(wanted), RoleGrant.role == Role.PLATFORM_ADMIN),
            RoleGrant.role.not_in(MERCHANT_ROLES),
            RoleGrant.starts_at <= now,
            or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
            Person.erased_at.is_(None),
        )
        .order_by(RoleGrant.id)
    )
    found: dict[int | None, list[Holder]] = {}
    for row in rows:
        holder = Holder(
            person_id=row.id, name=row.name, role=row.role, area_name=row.area or "", stands_in_for=row.absent or ""
        )
        found.setdefault(None if row.role is Role.PLATFORM_ADMIN else row.area_id, []).append(holder)
    return {area_id: tuple(holders) for area_id, holders in found.items()}
