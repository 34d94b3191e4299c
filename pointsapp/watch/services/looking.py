"""The looking: new events, through every rule, into cases. Cheap, because a rule asks only about whom the new events name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from pointsapp.core import anomalies, policy
from pointsapp.core.anomalies import AnomalyRule, Found
from pointsapp.core.events import Event, EventRow
from pointsapp.core.locks import LockKind, try_lock
from pointsapp.core.states import must_move
from pointsapp.watch.models import Anomaly, AnomalyEvidence, AnomalyState, AnomalyStep, WatchMark
from pointsapp.watch.rules import Known, RowKey, place

BATCH = 1000
MARK = "events"
# Keys are drawn before their transactions commit: an event is looked at when whoever wrote beside it must have ended.
SETTLES = timedelta(minutes=2)


def look_around(session: Session, *, now: datetime) -> int:
    """Look at the next new events and put down what the rules find; return how many events were looked at.

    One worker looks at a time; another finds the lock taken and comes again.
    """
    if not try_lock(session, LockKind.WATCH, 0):
        return 0
    mark = session.get(WatchMark, MARK)
    if mark is None:
        mark = WatchMark(name=MARK, event_id=0, at=None)
        session.add(mark)
        session.flush()
    rows = _next_events(session, mark.event_id, now)
    if not rows:
        return 0
    for rule in anomalies.rules():
        heard = [row for row in rows if row.kind in rule.hears]
        if heard:
            limits = _limits(session, rule, now)
            for found in rule.look(session, heard, limits, now):
                _put_down(session, rule, found, limits, now)
    must_move(
        session,
        update(WatchMark)
        .where(WatchMark.name == MARK, WatchMark.event_id == mark.event_id)
        .values(event_id=rows[-1].id, at=now),
    )
    session.expire(mark)
    return len(rows)


def _next_events(session: Session, after: int, now: datetime) -> list[EventRow]:
    """Return the next events by key, up to the first that may still have a neighbour under way."""
    rows = session.scalars(select(Event).where(Event.id > after).order_by(Event.id).limit(BATCH)).all()
    found: list[EventRow] = []
    for row in rows:
        if row.at > now - SETTLES:
            break
        found.append(
            EventRow(
                id=row.id, kind=row.kind, at=row.at, area_id=row.area_id, person_id=row.person_id, actor_id=row.actor_id,
                subject=row.subject, facts=row.facts,
            )
        )  # fmt: skip
    return found


def _limits(session: Session, rule: AnomalyRule, now: datetime) -> dict[str, Any]:
    values = policy.values(session, *rule.thresholds, now=now) if rule.thresholds else ()
    return {anomalies.short(one): value for one, value in zip(rule.thresholds, values, strict=True)}


def _put_down(session: Session, rule: AnomalyRule, found: Found, limits: Mapping[str, Any], now: datetime) -> None:
    rows = {(row.kind, row.row_id): row for row in found.rows}
    placed = place(list(rows), _known(session, rule.key, list(rows)), found.least)
    if not placed.fresh:
        return
    fresh = [rows[key] for key in placed.fresh]
    first, last = min(row.at for row in fresh), max(row.at for row in fresh)
    anomaly = (
        session.get(Anomaly, placed.joins) if placed.joins is not None else _open_one(session, rule.key, found.key)
    )
    if anomaly is None:
        anomaly = Anomaly(
            rule=rule.key, key=found.key, area_id=found.area_id, person_id=found.person_id, by_id=found.by_id,
            merchant_id=found.merchant_id, limits=dict(limits), rows=len(fresh), first_at=first, last_at=last, found_at=now,
        )  # fmt: skip
        session.add(anomaly)
        session.flush()
        session.add(AnomalyStep(anomaly_id=anomaly.id, state=AnomalyState.OPEN, reason="", by_id=None, at=now))
    else:
        must_move(
            session,
            update(Anomaly)
            .where(Anomaly.id == anomaly.id, Anomaly.state == AnomalyState.OPEN)
            .values(
                rows=Anomaly.rows + len(fresh),
                first_at=min(anomaly.first_at, first),
                last_at=max(anomaly.last_at, last),
            ),
        )
        session.expire(anomaly)
    session.execute(
        insert(AnomalyEvidence),
        [
            {
                "anomaly_id": anomaly.id, "rule": rule.key, "kind": row.kind, "row_id": row.row_id, "at": row.at,
                "person_id": row.person_id, "by_id": row.by_id, "facts": dict(row.facts),
            }
            for row in fresh
        ],
    )  # fmt: skip
    session.flush()


def _open_one(session: Session, rule: str, key: str) -> Anomaly | None:
    return session.scalars(
        select(Anomaly).where(Anomaly.rule == rule, Anomaly.key == key, Anomaly.state == AnomalyState.OPEN)
    ).one_or_none()


def _known(session: Session, rule: str, keys: list[RowKey]) -> dict[RowKey, Known]:
    found: dict[RowKey, Known] = {}
    for kind in sorted({kind for kind, _row_id in keys}):
        query = (
            select(AnomalyEvidence.row_id, Anomaly.id, Anomaly.state)
            .join(Anomaly, Anomaly.id == AnomalyEvidence.anomaly_id)
            .where(
                AnomalyEvidence.rule == rule,
                AnomalyEvidence.kind == kind,
                AnomalyEvidence.row_id.in_([row_id for each, row_id in keys if each == kind]),
            )
        )
        for row_id, anomaly_id, state in session.execute(query):
            found[kind, row_id] = Known(anomaly_id=anomaly_id, is_open=state is AnomalyState.OPEN)
    return found
