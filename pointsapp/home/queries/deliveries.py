"""What the worker gave up delivering: a subscriber failed each of its tries. The platform's administrator has it tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from pointsapp.core.events import MAX_TRIES, Event, EventDelivery
from pointsapp.core.paging import Page, PageRequest, cut

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


def given_up_page(session: Session, page: PageRequest) -> Page[GivenUp]:
    """Return a page of those that were given up, the oldest first. Key: event, subscriber."""
    statement = (
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
        .limit(page.limit + 1)
    )
    if page.after:
        key = tuple_(EventDelivery.event_id, EventDelivery.subscriber)
        statement = statement.where(key > tuple_(*map(literal, page.after)))
    lines = [GivenUp(**row) for row in session.execute(statement).mappings()]
    return cut(lines, page.limit, lambda line: (line.event_id, line.subscriber))
