"""Evidence comes by itself: what features report as events is kept as quantities, once per event and metric."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from pointsapp.core.bundle import insert, write_rows
from pointsapp.core.codes import new_public_id
from pointsapp.core.db import table_of
from pointsapp.core.events import EventRow
from pointsapp.core.swift import Swift
from pointsapp.stars.models import Evidence
from pointsapp.stars.queries.metrics import GIVEN


def collect(session: Session, event: EventRow) -> None:
    """Keep what the features said that such an event leaves (their rooms `metrics.py`)."""
    _keep(session, event, {gives.evidence: gives.amount(event.facts) for gives in GIVEN.get(event.kind, ())})


# Built once: every check-in comes by here.
_evidence = table_of(Evidence)
_KEPT = Swift(lambda: select(_evidence.c.metric).where(_evidence.c.event_id == bindparam("event_id")))
_COLUMNS = (
    "public_id", "event_id", "metric", "area_id", "person_id", "quantity", "occurred_at", "recorded_at",
)  # fmt: skip
EVIDENCE = insert("evidence", {name: f":{name}" for name in _COLUMNS})


def _keep(session: Session, event: EventRow, quantities: Mapping[str, int]) -> None:
    if event.area_id is None:
        return
    # A crash after this work repeats the call: what this event gave already is not given twice.
    kept = {row.metric for row in _KEPT.rows(session, event_id=event.id)}
    rows = [
        {
            "public_id": new_public_id(),
            "event_id": event.id,
            "metric": metric,
            "area_id": event.area_id,
            "person_id": event.person_id,
            "quantity": quantity,
            "occurred_at": _occurred_at(event),
            "recorded_at": event.at,
        }
        for metric, quantity in quantities.items()
        if quantity and metric not in kept
    ]
    for row in rows:
        write_rows(session, (EVIDENCE,), row)


def _occurred_at(event: EventRow) -> datetime:
    """Work belongs to the quarter in which it was done, not in which it was confirmed: the event says when, if not now."""
    said = event.facts.get("occurred_at")
    return datetime.fromisoformat(said).astimezone(UTC) if said else event.at
