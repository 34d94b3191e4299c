"""What was not done in time goes up: the people of the next area are told, once per step, all in one notice each."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import insert, select, tuple_
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.desk.models import Climb
from pointsapp.desk.queries import Waiting, everything_late

CHUNK = 200


def climb_due(session: Session, *, now: datetime) -> int:
    """Tell whoever has become responsible for something overdue; return for how many steps. The worker's job.

    The lists compute the way up themselves, so a worker that stands still delays the notice, never the responsibility.
    """
    late = [thing for thing in everything_late(session, now=now) if thing.step > 0]
    told = _told(session, late)
    fresh: list[dict[str, object]] = []
    news: Counter[int] = Counter()
    for thing in late:
        for step in range(1, thing.step + 1):
            key = (thing.kind.key, thing.number, thing.since, step)
            if key in told:
                continue
            fresh.append(dict(zip(("kind", "number", "since", "step"), key, strict=True)) | {"at": now})
            news.update(holder.person_id for holder in thing.chain[step])
    for start in range(0, len(fresh), CHUNK):
        session.execute(insert(Climb), fresh[start : start + CHUNK])
    for person_id, number in sorted(news.items()):
        events.record(
            session, "desk.climbed", at=now, subject=f"person:{person_id}", person_id=person_id, things=number
        )
    return len(fresh)


def _told(session: Session, late: list[Waiting]) -> set[tuple[str, int, datetime, int]]:
    found: set[tuple[str, int, datetime, int]] = set()
    keys = [(thing.kind.key, thing.number) for thing in late]
    for start in range(0, len(keys), CHUNK):
        rows = session.execute(
            select(Climb.kind, Climb.number, Climb.since, Climb.step).where(
                tuple_(Climb.kind, Climb.number).in_(keys[start : start + CHUNK])
            )
        )
        found.update((kind, number, since, step) for kind, number, since, step in rows)
    return found
