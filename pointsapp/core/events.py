"""Event rows: how news travels upward, and the trace every security-relevant change leaves.

A service records an event in its own transaction, with one delivery row per subscriber that must hear it. The worker
delivers each pair that is not marked done; a subscriber is idempotent, because a crash after its work repeats the call.
There is no high-water mark by id: it would miss rows that commit late.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Index, String, bindparam, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from pointsapp.core import bundle
from pointsapp.core.db import Base, BigId, facts, instant, maybe_instant, mention, row_id, table_of

log = logging.getLogger(__name__)
MAX_TRIES = 12
_BY_OTHERS = "actor_id IS NOT NULL AND (person_id IS NULL OR actor_id <> person_id)"
# Written out, not bound: a database takes a partial index only for the very condition it was made with.
IS_ACT = text("event.actor_id IS NOT NULL AND (event.person_id IS NULL OR event.actor_id <> event.person_id)")


class Event(Base):
    """What happened: `feature.verb`, when, where, who it concerns, who did it. Append-only by trigger."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_kind_at", "kind", "at"),
        # The audit log and a person's timeline: only what somebody did to others, so a resident's own check-in pays nothing.
        *(
            Index(f"ix_event_act_{name}", *columns, sqlite_where=text(_BY_OTHERS), postgresql_where=text(_BY_OTHERS))
            for name, columns in (("at", ("at",)), ("actor", ("actor_id", "at")), ("person", ("person_id", "at")))
        ),
    )

    id: Mapped[row_id]
    kind: Mapped[str] = mapped_column(String(60))
    at: Mapped[instant]
    area_id: Mapped[int | None] = mention("area.id", nullable=True)
    person_id: Mapped[int | None] = mention("person.id", nullable=True)  # whom it concerns
    actor_id: Mapped[int | None] = mention("person.id", nullable=True)  # who did it; None is the system
    subject: Mapped[str] = mapped_column(String(60), index=True)  # the row it is about, e.g. "attendance:17"
    facts: Mapped[facts]


class EventDelivery(Base):
    """One subscriber's duty to hear one event."""

    __tablename__ = "event_delivery"
    __table_args__ = (
        Index(
            "ix_event_delivery_open",
            "due_at",
            "event_id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    event_id: Mapped[int] = mapped_column(BigId, primary_key=True, info={"mentions": "event"})
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


_EVENT = bundle.insert(
    "event",
    {
        "kind": ":event_kind",
        "at": ":event_at",
        "area_id": ":event_area_id",
        "person_id": ":event_person_id",
        "actor_id": ":event_actor_id",
        "subject": ":event_subject",
        "facts": ":event_facts",
    },
    returning={"id": "id"},
)

Subscriber = Callable[[Session, EventRow], None]
Together = Callable[[Session, Sequence[EventRow]], None]
_subscribers: dict[str, dict[str, Subscriber]] = {}
_together: dict[str, Together] = {}


def subscribe(kind: str, name: str, fn: Subscriber, *, together: Together | None = None) -> None:
    """Say that `fn`, known as `name`, must hear every event of `kind`. Only wiring.py calls this.

    Who hears thousands also says how to hear many at once: `together`, the same for all kinds under one name, does for a batch, in its
    order, what `fn` does for one. A batch that fails is told by `fn`, event by event.
    """
    _subscribers.setdefault(kind, {})[name] = fn
    if together is not None:
        _together[name] = together


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
    values = values_of(
        kind, at=at, subject=subject, area_id=area_id, person_id=person_id, actor_id=actor_id, facts=facts
    )
    return int(bundle.write_rows(session, parts_of(kind), values)["event.id"])


def parts_of(kind: str) -> tuple[bundle.Part, ...]:
    """Return the parts of an act that tell of it: the event, and a delivery for each who must hear it."""
    return _parts(tuple(_subscribers.get(kind, ())))


@cache
def _parts(names: tuple[str, ...]) -> tuple[bundle.Part, ...]:
    return (_EVENT, *(_delivery(name) for name in names))


@cache
def _delivery(subscriber: str) -> bundle.Part:
    columns = {"event_id": "@event.id", "subscriber": f"'{subscriber}'", "due_at": ":event_at", "tries": "0"}
    return bundle.insert("event_delivery", columns, name=f"delivery_{subscriber.replace('.', '_')}")


def values_of(
    kind: str,
    *,
    at: datetime,
    subject: str,
    area_id: int | None = None,
    person_id: int | None = None,
    actor_id: int | None = None,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the values of `parts_of(kind)`; an act tells of one event in its bundle."""
    return {
        "event_kind": kind,
        "event_at": at,
        "event_area_id": area_id,
        "event_person_id": person_id,
        "event_actor_id": actor_id,
        "event_subject": subject,
        "event_facts": facts,
    }


def record_each(
    session: Session,
    kind: str,
    *,
    at: datetime,
    subject: str,
    person_ids: Iterable[int],
    area_id: int | None = None,
    actor_id: int | None = None,
    **facts: Any,
) -> int:
    """Write one event per person with its deliveries, in bulk: what a cancelled task tells hundreds of people."""
    same = {"subject": subject, "area_id": area_id, "actor_id": actor_id, "facts": facts}
    return record_all(session, kind, at=at, rows=[{**same, "person_id": one} for one in sorted(set(person_ids))])


def record_all(session: Session, kind: str, *, at: datetime, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write one event per row with its deliveries, in bulk; a row has the words of `record`, its facts under `facts`."""
    if not rows:
        return 0
    blank = {"area_id": None, "person_id": None, "actor_id": None}
    ids = session.scalars(insert(Event).returning(Event.id), [{**blank, **row, "kind": kind, "at": at} for row in rows])
    deliveries = [
        {"event_id": event_id, "subscriber": name, "due_at": at, "tries": 0}
        for event_id in ids.all()
        for name in _subscribers.get(kind, ())
    ]
    if deliveries:
        session.execute(insert(EventDelivery), deliveries)
    return len(rows)


def deliver_due(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Deliver up to `limit` due pairs, oldest first, and return how many were looked at; 0 means nothing is due.

    Run it inside `write()`. On PostgreSQL a pair another worker holds is passed over (SKIP LOCKED). The batch shares one
    savepoint; when a subscriber fails the batch is undone and told one by one, so that one bad event delays only itself.
    """
    rows = session.execute(
        select(EventDelivery.event_id, EventDelivery.subscriber, EventDelivery.tries, Event)
        .join(Event, Event.id == EventDelivery.event_id)
        .where(EventDelivery.done_at.is_(None), EventDelivery.due_at <= now, EventDelivery.tries < MAX_TRIES)
        .order_by(EventDelivery.due_at, EventDelivery.event_id)
        .limit(limit)
        .with_for_update(of=EventDelivery, skip_locked=True)
    ).all()
    duties = [_Duty(event_id, name, tries, _as_row(event)) for event_id, name, tries, event in rows]
    if not duties:
        return 0
    try:
        with session.begin_nested():
            _tell_all(session, duties)
    except Exception:
        log.warning("a subscriber failed, its batch is told one by one", exc_info=True)
        for duty in duties:
            _tell_alone(session, duty, now)
    else:
        _mark(session, duties, done_at=now)
    return len(duties)


@dataclass(frozen=True, slots=True)
class _Duty:
    event_id: int
    subscriber: str
    tries: int
    row: EventRow


def _tell_all(session: Session, duties: list[_Duty]) -> None:
    """Tell a batch: singly whoever hears singly, then all of theirs at once to whoever hears together."""
    for duty in duties:
        if duty.subscriber not in _together:
            _tell(session, duty)
    for name, together in _together.items():
        rows = [duty.row for duty in duties if duty.subscriber == name and name in _subscribers.get(duty.row.kind, {})]
        if rows:
            together(session, rows)


def _tell(session: Session, duty: _Duty) -> None:
    fn = _subscribers.get(duty.row.kind, {}).get(duty.subscriber)
    if fn is not None:  # a subscriber that has left the house is simply done
        fn(session, duty.row)


def _tell_alone(session: Session, duty: _Duty, now: datetime) -> None:
    try:
        with session.begin_nested():
            _tell(session, duty)
    except Exception:
        log.exception("subscriber failed", extra={"subscriber": duty.subscriber, "event": duty.event_id})
        _mark(session, [duty], tries=duty.tries + 1, due_at=now + timedelta(seconds=2**duty.tries))
    else:
        _mark(session, [duty], done_at=now)


def _mark(session: Session, duties: list[_Duty], **columns: Any) -> None:
    table = table_of(EventDelivery)
    session.connection().execute(
        table.update()
        .where(table.c.event_id == bindparam("the_event"), table.c.subscriber == bindparam("the_subscriber"))
        .values(**columns),
        [{"the_event": duty.event_id, "the_subscriber": duty.subscriber} for duty in duties],
    )


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
