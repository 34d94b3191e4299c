"""A person's notices, how many are unread, and the names a sentence needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import BigInteger, Select, String, and_, bindparam, column, func, select, table
from sqlalchemy.orm import Session

from pointsapp.core.db import UTCDateTime, table_of
from pointsapp.core.events import EventRow
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.core.swift import Swift
from pointsapp.notices.models import Notice

# Notices hear of tasks and shops only by events and import neither. An event carries keys; the title a person reads is looked
# up here when the event is heard, so that the sentence stays as it was said.
_key, _word, _at = BigInteger, String, UTCDateTime
task = table("task", column("id", _key), *(column(name, _word) for name in ("public_id", "title", "cancel_reason")))
shift = table(
    "shift",
    *(column(name, _key) for name in ("id", "task_id")),
    *(column(name, _at) for name in ("starts_at", "ends_at")),
    column("stop_reason", _word),
)
voucher = table(
    "voucher",
    *(column(name, _key) for name in ("id", "merchant_id", "points")),
    *(column(name, _word) for name in ("public_id", "title")),
    column("expires_at", _at),
)
offer = table("offer", *(column(name, _key) for name in ("id", "merchant_id", "newest_version")))
offer_version = table(
    "offer_version",
    *(column(name, _key) for name in ("offer_id", "number")),
    *(column(name, _word) for name in ("title", "decline_reason")),
)
merchant = table("merchant", column("id", _key), column("name", _word))
feedback = table("feedback", *(column(name, _key) for name in ("id", "area_id", "handler_id")))
feedback_step = table(
    "feedback_step",
    *(column(name, _key) for name in ("id", "feedback_id")),
    column("kind", _word),
    column("text", _word),
)
area, person = (table(name, column("id", _key), column("name", _word)) for name in ("area", "person"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """One notice in a person's list; messages.say turns it into words."""

    id: int
    public_id: str
    kind: str
    facts: dict[str, Any]
    created_at: datetime
    is_read: bool


def _unread() -> Select[Any]:
    notice = table_of(Notice)
    return select(func.count().label("number")).where(
        notice.c.person_id == bindparam("person_id"), notice.c.read_at.is_(None)
    )


_UNREAD = Swift(_unread)


def unread_count(session: Session, person_id: int) -> int:
    """Return how many notices the person has not read."""
    return int(_UNREAD.one(session, person_id=person_id).number)


def notices_page(session: Session, person_id: int, page: PageRequest, *, only_unread: bool = False) -> Page[NoticeLine]:
    """Return the person's notices, newest first."""
    statement = select(Notice).where(Notice.person_id == person_id).order_by(Notice.id.desc()).limit(page.limit + 1)
    if only_unread:
        statement = statement.where(Notice.read_at.is_(None))
    if page.after:
        statement = statement.where(Notice.id < page.after[0])
    lines = [
        NoticeLine(
            id=row.id,
            public_id=row.public_id,
            kind=row.kind,
            facts=row.facts,
            created_at=row.created_at,
            is_read=row.read_at is not None,
        )
        for row in session.scalars(statement)
    ]
    return cut(lines, page.limit, lambda line: (line.id,))


def names_of(session: Session, events: Sequence[EventRow]) -> dict[int, dict[str, Any]]:
    """Return the names and times behind each event's keys, by the event's: title, reason, shop, what it led to.

    One look for each kind of thing that is named, however many events.
    """
    asked = {event.id: tuple(_named_by(event)) for event in events}
    wanted: dict[str, set[int]] = defaultdict(set)
    for thing, key in chain.from_iterable(asked.values()):
        wanted[thing].add(key)
    found = {thing: _named(session, thing, keys) for thing, keys in wanted.items()}
    return {event_id: _joined(found[thing].get(key, {}) for thing, key in things) for event_id, things in asked.items()}


def _named_by(event: EventRow) -> Iterator[tuple[str, int]]:
    """Yield (thing, key) of what an event's sentence names."""
    kind, _, key = event.subject.partition(":")
    number = int(key) if key.isdigit() else 0
    if event.kind.startswith("redemption."):
        if kind == "voucher":
            yield "voucher", number
    elif event.kind.startswith("merchants."):
        if kind == "offer":
            yield "offer", number
    elif event.kind.startswith("feedback."):
        yield "feedback", number
        yield "person", event.actor_id or 0
        if event.kind == "feedback.timeline_opened":
            yield "looked", number
    elif "shift_id" in event.facts:
        yield "shift", int(event.facts["shift_id"])
    elif "task_id" in event.facts:
        yield "task", int(event.facts["task_id"])


def _named(session: Session, thing: str, keys: set[int]) -> dict[int, dict[str, Any]]:
    """Return what is said of each of these things; of several rows of one, the last."""
    rows = session.execute(_NAMES[thing], {"keys": sorted(keys)}).mappings()
    return {row["key"]: {name: _said(value) for name, value in row.items() if name != "key"} for row in rows}


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _joined(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items() if value is not None}


def _by(key: Any, *columns: Any) -> Select[Any]:
    return select(key.label("key"), *columns).where(key.in_(bindparam("keys", expanding=True)))


_handler = person.alias("handler")
# Built once: every check-in and every voucher comes by here.
_NAMES: Mapping[str, Select[Any]] = {
    "task": _by(task.c.id, task.c.public_id.label("task"), task.c.title, task.c.cancel_reason.label("reason")),
    "shift": _by(
        shift.c.id,
        task.c.public_id.label("task"),
        task.c.title,
        shift.c.starts_at,
        shift.c.ends_at,
        shift.c.stop_reason.label("reason"),
    ).join_from(shift, task, task.c.id == shift.c.task_id),
    "voucher": _by(
        voucher.c.id,
        voucher.c.public_id.label("voucher"),
        voucher.c.title,
        voucher.c.points,
        voucher.c.expires_at,
        merchant.c.name.label("shop"),
    ).join_from(voucher, merchant, merchant.c.id == voucher.c.merchant_id),
    "offer": _by(
        offer.c.id, offer_version.c.title, offer_version.c.decline_reason.label("reason"), merchant.c.name.label("shop")
    )
    .join_from(offer, merchant, merchant.c.id == offer.c.merchant_id)
    .join(
        offer_version,
        and_(offer_version.c.offer_id == offer.c.id, offer_version.c.number == offer.c.newest_version),
    ),
    "feedback": _by(feedback.c.id, area.c.name.label("office"), _handler.c.name.label("handler"))
    .join_from(feedback, area, area.c.id == feedback.c.area_id)
    .outerjoin(_handler, _handler.c.id == feedback.c.handler_id),
    "person": _by(person.c.id, person.c.name.label("by")),
    # Why somebody looked at the person's records: the last step of that kind, as it stands when the news is told.
    "looked": _by(feedback_step.c.feedback_id, feedback_step.c.text.label("reason"))
    .where(feedback_step.c.kind == "looked")
    .order_by(feedback_step.c.id),
}
