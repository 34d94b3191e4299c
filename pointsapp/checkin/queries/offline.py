"""The list that a leader takes along where there is no connection, and what became of what was ticked there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Action, OfflineTick
from pointsapp.checkin.queries.lists import Counts, ListLine, counts_of, people_page
from pointsapp.checkin.queries.looks import Look
from pointsapp.core.actor import Actor
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import PageRequest
from pointsapp.people.models import Person
from pointsapp.tasks.policies import sees_full_names

MOST_PEOPLE, MOST_RESULTS = 500, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class TickResult:
    """What became of one tick, as it is kept; `facts` belong to the refusal `reason`."""

    key: str
    shown_name: str
    action: Action
    captured_at: datetime
    received_at: datetime
    is_accepted: bool
    is_repeat: bool
    is_provisional: bool
    points: int
    reason: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineList:
    people: tuple[ListLine, ...]
    is_whole: bool
    counts: Counts
    results: tuple[TickResult, ...]
    me: int


def offline_list(session: Session, actor: Actor, look: Look, *, now: datetime) -> OfflineList:
    """Return everybody with a place in the shift, and what this leader sent in before, the newest first."""
    full_names = sees_full_names(look.leads, look.brief, now)
    people = people_page(session, look.brief.id, PageRequest(limit=MOST_PEOPLE), full_names=full_names)
    rows = session.execute(
        select(OfflineTick, Person.name)
        .outerjoin(Person, Person.id == OfflineTick.person_id)
        .where(OfflineTick.shift_id == look.brief.id, OfflineTick.by_id == actor.person_id)
        .order_by(OfflineTick.id.desc())
        .limit(MOST_RESULTS)
    )
    return OfflineList(
        people=tuple(people.items),
        is_whole=people.next_cursor is None,
        counts=counts_of(session, look.brief.id),
        results=tuple(_result(row, name or "", full_names) for row, name in rows),
        me=actor.person_id,
    )


def _result(row: OfflineTick, name: str, full_names: bool) -> TickResult:
    return TickResult(
        key=row.key,
        shown_name=name if full_names else mask_name(name),
        action=row.action,
        captured_at=row.captured_at,
        received_at=row.received_at,
        is_accepted=row.is_accepted,
        is_repeat=row.is_repeat,
        is_provisional=row.is_provisional,
        points=row.points,
        reason=row.reason,
        facts=row.facts,
    )
