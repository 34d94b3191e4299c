"""Award medals: the worker looks at new events and at whom they name; a medal is written once, whatever comes twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from pointsapp.badges.models import Medal, MedalMark
from pointsapp.badges.queries import figures, steps_now
from pointsapp.badges.rules import earned
from pointsapp.core import events
from pointsapp.core.events import Event
from pointsapp.core.locks import LockKind, try_lock
from pointsapp.core.states import must_move
from pointsapp.people.models import Person

HEARS = frozenset({"checkin.credited", "checkin.corrected", "deeds.approved"})  # log-ins and the like never count
BATCH, PEOPLE_AT_ONCE = 1000, 100
MARK = "events"
# Keys are drawn before their transactions commit: an event is looked at when whoever wrote beside it must have ended.
SETTLES = timedelta(minutes=2)


def award_medals(session: Session, *, now: datetime) -> int:
    """Look at the next new events and award what the people they name have earned; return how many events were looked at.

    One worker looks at a time. Counting again what was counted before awards nothing twice, so a crash costs a second look.
    """
    if not try_lock(session, LockKind.MEDALS, 0):
        return 0
    mark = session.get(MedalMark, MARK)
    if mark is None:
        mark = MedalMark(name=MARK, event_id=0, at=None)
        session.add(mark)
        session.flush()
    looked_at, last, came = _next(session, mark.event_id, now)
    if not looked_at:
        return 0
    people = sorted(came)
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        chunk = people[start : start + PEOPLE_AT_ONCE]
        _award(session, {person: came[person] for person in chunk}, now)
    must_move(
        session,
        update(MedalMark)
        .where(MedalMark.name == MARK, MedalMark.event_id == mark.event_id)
        .values(event_id=last, at=now),
    )
    session.expire(mark)
    return looked_at


def _next(session: Session, after: int, now: datetime) -> tuple[int, int, dict[int, datetime]]:
    """Return how many next events were seen, the key of the last, and whom those that count name with their moment."""
    rows = session.execute(
        select(Event.id, Event.kind, Event.at, Event.person_id).where(Event.id > after).order_by(Event.id).limit(BATCH)
    ).all()
    came: dict[int, datetime] = {}
    seen, last = 0, after
    for row in rows:
        if row.at > now - SETTLES:
            break
        seen, last = seen + 1, row.id
        if row.kind in HEARS and row.person_id is not None:
            came[row.person_id] = row.at
    return seen, last, came


def _award(session: Session, came: dict[int, datetime], now: datetime) -> None:
    steps, counted = steps_now(session, now=now), figures(session, list(came))
    known = {
        (row.person_id, row.series, row.least)
        for row in session.execute(select(Medal.person_id, Medal.series, Medal.least).where(Medal.person_id.in_(came)))
    }
    staying = set(session.scalars(select(Person.id).where(Person.id.in_(came), Person.erased_at.is_(None))))
    won: list[dict[str, Any]] = [
        {"person_id": person_id, "series": series, "least": least, "value": value, "won_at": at}
        for person_id, at in came.items()
        if person_id in staying
        for series, least, value in earned(counted[person_id], steps)
        if (person_id, series, least) not in known
    ]
    if not won:
        return
    ids = session.scalars(insert(Medal).returning(Medal.id, sort_by_parameter_order=True), won).all()
    told = [
        {
            "subject": f"medal:{medal_id}",
            "person_id": medal["person_id"],
            "facts": {"series": medal["series"].value, "least": medal["least"]},
        }
        for medal_id, medal in zip(ids, won, strict=True)
    ]
    events.record_all(session, "badges.won", at=now, rows=told)
