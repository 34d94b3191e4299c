"""Who has an interest in which branch: its secretary and its members. They neither score it nor confirm what it promised."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Role
from pointsapp.people.models import RoleGrant
from pointsapp.stars.models import Membership
from pointsapp.stars.queries import BranchRow


def interested(
    session: Session, people: Collection[int], branches: Sequence[BranchRow], *, now: datetime
) -> frozenset[tuple[int, int]]:
    """Return the pairs (person, branch) among these that must keep apart now. Membership is sensitive: tell nobody who and why."""
    members = session.execute(
        select(Membership.person_id, Membership.branch_id).where(
            Membership.person_id.in_(list(people)),
            Membership.branch_id.in_([branch.id for branch in branches]),
            or_(Membership.ended_at.is_(None), Membership.ended_at > now),
        )
    )
    found = {(person_id, branch_id) for person_id, branch_id in members}
    secretaries = session.execute(
        select(RoleGrant.person_id, Area.path)
        .join(Area, Area.id == RoleGrant.area_id)
        .where(
            RoleGrant.person_id.in_(list(people)),
            RoleGrant.role == Role.BRANCH_SECRETARY,
            RoleGrant.starts_at <= now,
            or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
        )
    )
    for person_id, path in secretaries:
        found |= {(person_id, branch.id) for branch in branches if branch.area_path.startswith(path)}
    return frozenset(found)
