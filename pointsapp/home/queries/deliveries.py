"""What the worker gave up delivering: a subscriber failed each of its tries. The platform's administrator has it tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pointsapp.core.events import MAX_TRIES, Event, EventDelivery

SHOWN = 50
GIVEN_UP = (EventDelivery.done_at.is_(None), EventDelivery.tries >= MAX_TRIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """One event that one subscriber could not hear; `last_due_at` is when it would have been tried next."""

    event_id: int
    subscriber: str
    kind: str
    subject: str
    at: datetime
    tries: int
    last_due_at: datetime


def given_up_count() -> Select[int]:
    """Return the statement that counts them."""
    return select(func.count()).select_from(EventDelivery).where(*GIVEN_UP)


def given_up_deliveries(session: Session) -> tuple[tuple[GivenUp, ...], int]:
    """Return the oldest `SHOWN` that were given up, and how many there are."""
    rows = session.execute(
        select(
            EventDelivery.event_id,
            EventDelivery.subscriber,
            Event.kind,
            Event.subject,
            Event.at,
            EventDelivery.tries,
            EventDelivery.due_at.label("last_due_at"),
        )
        .join(Event, Event.id == EventDelivery.event_id)
        .where(*GIVEN_UP)
        .order_by(EventDelivery.event_id, EventDelivery.subscriber)
        .limit(SHOWN)
    )
    lines = tuple(GivenUp(**row) for row in rows.mappings())
    return lines, len(lines) if len(lines) < SHOWN else session.scalar(given_up_count()) or 0
