"""Whose own branch is it: what keeps people from judging, inspecting and drawing lots about themselves; and whom a number names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor, Role
from pointsapp.people.models import Person, RoleGrant
from pointsapp.stars.models import Branch, Membership
from pointsapp.stars.policies import is_secretary_of
from pointsapp.stars.queries.branches import BranchRow


def is_own_branch(session: Session, actor: Actor, branch: BranchRow, *, now: datetime) -> bool:
    """Tell whether `actor` is the branch's secretary or stands on its register, also as one who only reports there."""
    if is_secretary_of(actor, branch.area_path):
        return True
    return (
        session.scalar(
            select(Membership.id)
            .where(Membership.person_id == actor.person_id, Membership.branch_id == branch.id, _stands(now))
            .limit(1)
        )
        is not None
    )


def people_with_a_branch_among(
    session: Session, person_ids: Collection[int], branch_ids: Collection[int], *, now: datetime
) -> frozenset[int]:
    """Return who of these people is a member or the secretary of one of these branches."""
    members = select(Membership.person_id).where(
        Membership.person_id.in_(person_ids), Membership.branch_id.in_(branch_ids), _stands(now)
    )
    scope = aliased(Area)
    secretaries = (
        select(RoleGrant.person_id)
        .join(scope, scope.id == RoleGrant.area_id)
        .join(Branch, Branch.id.in_(branch_ids))
        .join(Area, (Area.id == Branch.area_id) & Area.path.startswith(scope.path))
        .where(
            RoleGrant.person_id.in_(person_ids),
            RoleGrant.role == Role.BRANCH_SECRETARY,
            RoleGrant.starts_at <= now,
            or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
        )
    )
    return frozenset(session.scalars(members.union(secretaries)))


def _stands(now: datetime) -> ColumnElement[bool]:
    return or_(Membership.ended_at.is_(None), Membership.ended_at > now)


def people_named(session: Session, named: Sequence[str]) -> dict[str, int]:
    """Return whom each of these phones and volunteer numbers names; one that names nobody is left out."""
    rows = session.execute(
        select(Person.id, Person.phone, Person.volunteer_number).where(
            Person.erased_at.is_(None), or_(Person.phone.in_(named), Person.volunteer_number.in_(named))
        )
    )
    return {text: row.id for row in rows for text in (row.phone, row.volunteer_number) if text}
