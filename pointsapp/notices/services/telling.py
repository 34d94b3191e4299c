"""Tell a person what concerns them, once per event, and mark what they have read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.core.codes import new_public_id
from pointsapp.core.db import table_of
from pointsapp.core.errors import NotFound
from pointsapp.core.events import EventRow
from pointsapp.core.states import rows_changed
from pointsapp.notices.models import Address, Notice
from pointsapp.notices.queries.listing import names_of
from pointsapp.notices.rules import is_news
from pointsapp.notices.services.sendings import put_on_the_way


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReceipt:
    """How many notices were marked; none is a repeat."""

    marked: int
    is_repeat: bool


_notice, _address = table_of(Notice), table_of(Address)


def hear(session: Session, event: EventRow) -> None:
    """Write the notice of `event` to whom it concerns; heard twice, it is told once."""
    hear_all(session, [event])


def hear_all(session: Session, events: Sequence[EventRow]) -> None:
    """Write the notices of `events` in their order, in a handful of statements: every check-in and every voucher comes by here.

    What one did oneself stands in the list but is no news: the page said so at once, and a bell for it would cry wolf.
    """
    concern = {event.id: event for event in events if event.person_id is not None}
    told = set(session.scalars(select(_notice.c.event_id).where(_notice.c.event_id.in_(concern))))
    fresh = [event for event in concern.values() if event.id not in told]
    if not fresh:
        return
    names = names_of(session, fresh)
    session.execute(
        insert(_notice),
        [
            {
                "public_id": new_public_id(),
                "person_id": event.person_id,
                "event_id": event.id,
                "kind": event.kind,
                "facts": {**names[event.id], **event.facts},
                "created_at": event.at,
                "read_at": None if _is_new(event) else event.at,
            }
            for event in fresh
        ],
    )
    _send(session, [event for event in fresh if _is_new(event)])


def _is_new(event: EventRow) -> bool:
    assert event.person_id is not None
    return is_news(event.kind, event.person_id, event.actor_id)


def _send(session: Session, news: Sequence[EventRow]) -> None:
    """Let news that has just been written go to whoever has proved an address."""
    places: dict[int | None, list[tuple[int, str]]] = defaultdict(list)
    proved = select(_address.c.person_id, _address.c.id, _address.c.channel).where(
        _address.c.person_id.in_({event.person_id for event in news}),
        _address.c.verified_at.is_not(None),
        _address.c.ended_at.is_(None),
    )
    for person_id, address_id, channel in session.execute(proved):
        places[person_id].append((address_id, channel))
    going = [event for event in news if event.person_id in places]
    if not going:
        return
    written = select(_notice.c.event_id, _notice.c.id).where(_notice.c.event_id.in_([event.id for event in going]))
    notices = {row.event_id: row.id for row in session.execute(written)}
    for event in going:
        put_on_the_way(session, notices[event.id], event, places[event.person_id])


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
