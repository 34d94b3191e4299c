"""Evidence comes by itself: what features report as events is kept as quantities, once per event and metric."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pointsapp.core.codes import new_public_id
from pointsapp.core.db import table_of
from pointsapp.core.events import EventRow
from pointsapp.stars.models import Evidence
from pointsapp.stars.queries.replay import given_by

_evidence = table_of(Evidence)


def collect(session: Session, event: EventRow) -> None:
    """Keep what the features said that such an event leaves (their rooms `metrics.py`)."""
    collect_all(session, [event])


def collect_all(session: Session, events: Sequence[EventRow]) -> None:
    """Keep what many events leave, in their order: one look and one insert, as every check-in comes by here."""
    given = [(event, one) for event in events for one in given_by(event.kind, event.at, event.area_id, event.facts)]
    if not given:
        return
    # A crash after this work repeats the call: what an event gave already is not given twice.
    ids = {event.id for event, _one in given}
    known = select(_evidence.c.event_id, _evidence.c.metric).where(_evidence.c.event_id.in_(ids))
    kept = {(event_id, metric) for event_id, metric in session.execute(known)}
    rows = [
        {
            "public_id": new_public_id(),
            "event_id": event.id,
            "metric": one.metric,
            "area_id": event.area_id,
            "person_id": event.person_id,
            "quantity": one.quantity,
            "occurred_at": one.occurred_at,
            "recorded_at": event.at,
            "received_at": one.received_at,
        }
        for event, one in given
        if (event.id, one.metric) not in kept
    ]
    if rows:
        session.execute(insert(_evidence), rows)
