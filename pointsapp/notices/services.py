"""Tell a person what concerns them, once per event, and mark what they have read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.core.bundle import insert, write_rows
from pointsapp.core.codes import new_public_id
from pointsapp.core.db import table_of
from pointsapp.core.errors import NotFound
from pointsapp.core.events import EventRow
from pointsapp.core.states import rows_changed
from pointsapp.core.swift import Swift
from pointsapp.notices.models import Notice
from pointsapp.notices.queries import names_for
from pointsapp.notices.rules import is_news


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReceipt:
    """How many notices were marked; none is a repeat."""

    marked: int
    is_repeat: bool


# Built once: every check-in and every voucher comes by here.
_notice = table_of(Notice)
_TOLD = Swift(
    lambda: select(_notice.c.id).where(
        _notice.c.event_id == bindparam("event_id"), _notice.c.person_id == bindparam("person_id")
    )
)
_COLUMNS = ("public_id", "person_id", "event_id", "kind", "facts", "created_at", "read_at")
NOTICE = insert("notice", {name: f":{name}" for name in _COLUMNS})


def hear(session: Session, event: EventRow) -> None:
    """Write the notice of `event` to whom it concerns; heard twice, it is told once.

    What one did oneself stands in the list but is no news: the page said so at once, and a bell for it would cry wolf.
    """
    if event.person_id is None:
        return
    if _TOLD.one(session, event_id=event.id, person_id=event.person_id) is not None:
        return
    row = {
        "public_id": new_public_id(),
        "person_id": event.person_id,
        "event_id": event.id,
        "kind": event.kind,
        "facts": {**names_for(session, event), **event.facts},
        "created_at": event.at,
        "read_at": None if is_news(event.kind, event.person_id, event.actor_id) else event.at,
    }
    write_rows(session, (NOTICE,), row)


def read_one(session: Session, actor: Actor, notice: str, *, now: datetime) -> ReadReceipt:
    """Mark one of the actor's notices as read; somebody else's does not exist for them."""
    found = session.scalar(select(Notice.id).where(Notice.public_id == notice, Notice.person_id == actor.person_id))
    if found is None:
        raise NotFound()
    return _mark(session, actor.person_id, Notice.id == found, now)


def read_all(session: Session, actor: Actor, up_to: str, *, now: datetime) -> ReadReceipt:
    """Mark the notice `up_to` and all before it as read: what arrived while the page lay open stays unread."""
    newest = session.scalar(select(Notice.id).where(Notice.public_id == up_to, Notice.person_id == actor.person_id))
    if newest is None:
        raise NotFound()
    return _mark(session, actor.person_id, Notice.id <= newest, now)


def file_away(session: Session, *, before: datetime, now: datetime) -> int:
    """Mark everything told before `before` as read: for a history that is loaded, and was lived through elsewhere."""
    return rows_changed(
        session, update(Notice).where(Notice.read_at.is_(None), Notice.created_at < before).values(read_at=now)
    )


def _mark(session: Session, person_id: int, condition: ColumnElement[bool], now: datetime) -> ReadReceipt:
    marked = rows_changed(
        session,
        update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None), condition).values(read_at=now),
    )
    return ReadReceipt(marked=marked, is_repeat=marked == 0)
