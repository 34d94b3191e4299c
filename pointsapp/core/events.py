"""Event rows: how news travels upward, and the trace every security-relevant change leaves.

A service records an event in its own transaction, with one delivery row per subscriber that must hear it. The worker
delivers each pair that is not marked done; a subscriber is idempotent, because a crash after its work repeats the call.
There is no high-water mark by id: it would miss rows that commit late.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from pointsapp.core.db import Base, BigId, facts, instant, maybe_instant, ref, row_id

log = logging.getLogger(__name__)
MAX_TRIES = 12


class Event(Base):
    """What happened: `feature.verb`, when, where, who it concerns, who did it. Append-only by trigger."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_kind_at", "kind", "at"),)

    id: Mapped[row_id]
    kind: Mapped[str] = mapped_column(String(60))
    at: Mapped[instant]
    area_id: Mapped[int | None] = ref("area.id", nullable=True)
    person_id: Mapped[int | None] = ref("person.id", nullable=True)  # whom it concerns
    actor_id: Mapped[int | None] = ref("person.id", nullable=True)  # who did it; None is the system
    subject: Mapped[str] = mapped_column(String(60), index=True)  # the row it is about, e.g. "attendance:17"
    facts: Mapped[facts]


class EventDelivery(Base):
    """One subscriber's duty to hear one event."""

    __tablename__ = "event_delivery"
    __table_args__ = (Index("ix_event_delivery_open", "done_at", "due_at"),)

    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("event.id"), primary_key=True)
    subscriber: Mapped[str] = mapped_column(String(60), primary_key=True)
    due_at: Mapped[instant]
    done_at: Mapped[maybe_instant]
    tries: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """What a subscriber is told. `id` is stable: use it to be idempotent."""

    id: int
    kind: str
    at: datetime
    area_id: int | None
    person_id: int | None
    actor_id: int | None
    subject: str
    facts: dict[str, Any]


Subscriber = Callable[[Session, EventRow], None]
_subscribers: dict[str, dict[str, Subscriber]] = {}


def subscribe(kind: str, name: str, fn: Subscriber) -> None:
    """Say that `fn`, known as `name`, must hear every event of `kind`. Only wiring.py calls this."""
    _subscribers.setdefault(kind, {})[name] = fn


def record(
    session: Session,
    kind: str,
    *,
    at: datetime,
    subject: str,
    area_id: int | None = None,
    person_id: int | None = None,
    actor_id: int | None = None,
    **facts: Any,
) -> int:
    """Write one event and its deliveries; return the event's key. `facts` are JSON scalars without personal text."""
    event_id: int = session.execute(
        insert(Event)
        .values(kind=kind, at=at, subject=subject, area_id=area_id, person_id=person_id, actor_id=actor_id, facts=facts)
        .returning(Event.id)
    ).scalar_one()
    names = _subscribers.get(kind)
    if names:
        session.execute(
            insert(EventDelivery),
            [{"event_id": event_id, "subscriber": name, "due_at": at, "tries": 0} for name in names],
        )
    return event_id


def pending(session: Session, now: datetime, limit: int = 200) -> list[tuple[int, str]]:
    """Return up to `limit` (event id, subscriber) pairs that are due, oldest first."""
    rows = session.execute(
        select(EventDelivery.event_id, EventDelivery.subscriber)
        .where(EventDelivery.done_at.is_(None), EventDelivery.due_at <= now, EventDelivery.tries < MAX_TRIES)
        .order_by(EventDelivery.due_at, EventDelivery.event_id)
        .limit(limit)
    )
    return [(event_id, name) for event_id, name in rows]


def deliver(session: Session, pairs: list[tuple[int, str]], *, now: datetime) -> int:
    """Tell each subscriber in `pairs` its event and mark the pair done; return how many were delivered.

    Run it inside `write()`. On PostgreSQL a pair another worker holds is passed over (SKIP LOCKED). A subscriber that
    fails is undone alone (savepoint), logged, and tried again later, twice as late each time.
    """
    delivered = 0
    for event_id, name in pairs:
        key = (EventDelivery.event_id == event_id, EventDelivery.subscriber == name)
        duty = session.execute(
            select(EventDelivery.tries).where(*key, EventDelivery.done_at.is_(None)).with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if duty is None:
            continue
        row = session.get_one(Event, event_id)
        fn = _subscribers.get(row.kind, {}).get(name)
        try:
            if fn is not None:  # a subscriber that has left the house is simply done
                with session.begin_nested():
                    fn(session, _as_row(row))
        except Exception:
            log.exception("subscriber failed", extra={"subscriber": name, "event": event_id})
            later = now + timedelta(seconds=2**duty)
            session.execute(update(EventDelivery).where(*key).values(tries=duty + 1, due_at=later))
        else:
            session.execute(update(EventDelivery).where(*key).values(done_at=now))
            delivered += 1
    return delivered


def _as_row(event: Event) -> EventRow:
    return EventRow(
        id=event.id,
        kind=event.kind,
        at=event.at,
        area_id=event.area_id,
        person_id=event.person_id,
        actor_id=event.actor_id,
        subject=event.subject,
        facts=event.facts,
    )
