"""A person's notices, how many are unread, and the names a sentence needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Select, String, and_, bindparam, column, func, select, table
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


def notices_page(session: Session, person_id: int, page: PageRequest) -> Page[NoticeLine]:
    """Return the person's notices, newest first."""
    statement = select(Notice).where(Notice.person_id == person_id).order_by(Notice.id.desc()).limit(page.limit + 1)
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


def names_for(session: Session, event: EventRow) -> dict[str, Any]:
    """Return the names and times behind the event's keys: title, reason, shop, what it led to."""
    kind, _, key = event.subject.partition(":")
    number = int(key) if key.isdigit() else 0
    if event.kind.startswith("redemption."):
        named = _named(session, _VOUCHER, number) if kind == "voucher" else {}
    elif event.kind.startswith("merchants."):
        named = _named(session, _OFFER, number) if kind == "offer" else {}
    elif "shift_id" in event.facts:
        named = _named(session, _SHIFT, int(event.facts["shift_id"]))
    elif "task_id" in event.facts:
        named = _named(session, _TASK, int(event.facts["task_id"]))
    else:
        named = {}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in named.items()}


def _named(session: Session, statement: Select[Any], key: int) -> dict[str, Any]:
    row = session.execute(statement, {"key": key}).mappings().first()
    return {} if row is None else {name: value for name, value in row.items() if value is not None}


# Built once: every check-in and every voucher comes by here.
_KEY: BindParameter[int] = bindparam("key")
_TASK = select(task.c.public_id.label("task"), task.c.title, task.c.cancel_reason.label("reason")).where(
    task.c.id == _KEY
)
_SHIFT = (
    select(
        task.c.public_id.label("task"),
        task.c.title,
        shift.c.starts_at,
        shift.c.ends_at,
        shift.c.stop_reason.label("reason"),
    )
    .join_from(shift, task, task.c.id == shift.c.task_id)
    .where(shift.c.id == _KEY)
)
_VOUCHER = (
    select(
        voucher.c.public_id.label("voucher"),
        voucher.c.title,
        voucher.c.points,
        voucher.c.expires_at,
        merchant.c.name.label("shop"),
    )
    .join_from(voucher, merchant, merchant.c.id == voucher.c.merchant_id)
    .where(voucher.c.id == _KEY)
)
_OFFER = (
    select(offer_version.c.title, offer_version.c.decline_reason.label("reason"), merchant.c.name.label("shop"))
    .join_from(offer, merchant, merchant.c.id == offer.c.merchant_id)
    .join(
        offer_version,
        and_(offer_version.c.offer_id == offer.c.id, offer_version.c.number == offer.c.newest_version),
    )
    .where(offer.c.id == _KEY)
)
