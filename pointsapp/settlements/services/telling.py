"""Tell a shop's managers what became of their month: one event each, for each is told as a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, Role
from pointsapp.merchants.queries import people_of
from pointsapp.settlements.queries import SettlementRow


def tell_managers(
    session: Session, kind: str, row: SettlementRow, actor: Actor | None, now: datetime, **facts: Any
) -> None:
    """Record the event for each manager; where there is none, once for the trace."""
    managers = [
        each.person_id for each in people_of(session, row.merchant_id, now=now) if each.role is Role.MERCHANT_MANAGER
    ]
    for person_id in dict.fromkeys(managers) or (None,):
        events.record(
            session,
            kind,
            at=now,
            subject=f"settlement:{row.id}",
            area_id=row.area_id,
            person_id=person_id,
            actor_id=actor.person_id if actor else None,
            merchant=row.merchant_name,
            settlement=row.public_id,
            month=row.month,
            redemptions=row.redemptions,
            points=row.total_points,
            fen=row.total_fen,
            **facts,
        )
