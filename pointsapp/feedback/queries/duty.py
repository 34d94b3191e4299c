"""Who answers for the areas along a path."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from pointsapp.core.actor import Role
from pointsapp.feedback.models import Feedback, FeedbackState
from pointsapp.feedback.policies import HANDLERS
from pointsapp.feedback.rules import OnDuty
from pointsapp.people.models import Person, RoleGrant


def in_office(grant: Any, holder: Any, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a role is held now, by somebody who is still here."""
    return and_(holder.erased_at.is_(None), grant.starts_at <= now, or_(grant.ended_at.is_(None), grant.ended_at > now))


def on_duty(session: Session, chain: Sequence[int], *, but_not: Collection[int], now: datetime) -> tuple[OnDuty, ...]:
    """Return who holds an office at an area of `chain` now, `but_not` who has a part in it; administrators stand at the root."""
    waiting = (
        select(func.count())
        .select_from(Feedback)
        .where(Feedback.handler_id == RoleGrant.person_id, Feedback.state == FeedbackState.OPEN)
        .correlate(RoleGrant)
        .scalar_subquery()
    )
    query = (
        select(RoleGrant.area_id, RoleGrant.person_id, waiting)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            in_office(RoleGrant, Person, now),
            or_(
                and_(RoleGrant.area_id.in_(chain), RoleGrant.role.in_(HANDLERS)),
                RoleGrant.role == Role.PLATFORM_ADMIN,
            ),
        )
        .order_by(RoleGrant.id)
        .limit(500)
    )
    if but_not:
        query = query.where(RoleGrant.person_id.not_in(but_not))
    rows = session.execute(query).all()
    # The platform's administrators answer for the root only where the district has no office of its own.
    has_root = any(area_id == chain[0] for area_id, _person, _count in rows)
    return tuple(
        OnDuty(area_id=chain[0] if area_id is None else area_id, person_id=person_id, open_count=count)
        for area_id, person_id, count in rows
        if area_id is not None or not has_root
    )
