"""Who answers for a branch now: whom a finding concerns."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.queries import ids_in
from pointsapp.core.actor import Role
from pointsapp.people.models import Person, RoleGrant
from pointsapp.stars.queries import BranchRow
from pointsapp.stars.queries.errata import secretaries_of

MOST_TOLD = 50


def who_rectifies(session: Session, branch: BranchRow, *, now: datetime) -> list[int]:
    """Return the secretaries of a branch and the staff of its own area; where there is nobody, the staff above.

    Staff of a whole street could answer for each of its branches, but they are not told of every finding there is.
    """
    near = [*secretaries_of(session, branch, now=now), *_staff(session, RoleGrant.area_id == branch.area_id, now)]
    found = near or _staff(session, RoleGrant.area_id.in_(ids_in(branch.area_path)), now)
    return sorted(set(found))


def _staff(session: Session, there: ColumnElement[bool], now: datetime) -> list[int]:
    return list(
        session.scalars(
            select(RoleGrant.person_id)
            .join(Person, Person.id == RoleGrant.person_id)
            .where(
                RoleGrant.role == Role.STAFF,
                there,
                RoleGrant.starts_at <= now,
                or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
                Person.erased_at.is_(None),
            )
            .distinct()
            .order_by(RoleGrant.person_id)
            .limit(MOST_TOLD)
        )
    )
