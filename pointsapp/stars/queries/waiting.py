"""What waits in a quarter, of every feature that has said so (core/unfinished.py), and what the worker has not counted yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, literal, select, type_coerce, union_all
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.db import UTCDateTime
from pointsapp.core.events import Event, EventDelivery
from pointsapp.core.unfinished import Unfinished, Waits, columns
from pointsapp.stars.messages.rounds import WAITING
from pointsapp.stars.models import Branch, PaperLine, PaperSheet, PaperState, PlanItem, Round
from pointsapp.stars.queries.metrics import ATTENDANCE, GIVEN, MINUTES, PROJECT
from pointsapp.stars.queries.plans import is_shown

MOST = 5_000
WAITS: dict[str, Waits] = {}


def register_waits(waits: Waits) -> None:
    """Let the closing page list a kind of waiting things; one key, one kind."""
    WAITS[waits.key] = waits


def _papers(start: datetime, end: datetime) -> Select[Any]:
    first, last = clock.local_day(start), clock.local_day(end - timedelta(microseconds=1))
    return (
        select(
            *columns(
                area_id=PaperSheet.area_id,
                person_id=PaperLine.person_id,
                received_at=PaperSheet.at,
                minutes=PaperLine.minutes,
            )
        )
        .select_from(PaperSheet)
        .join(PaperLine, PaperLine.sheet_id == PaperSheet.id)
        .where(PaperSheet.state == PaperState.PENDING, PaperSheet.done_on >= first, PaperSheet.done_on <= last)
    )


def _projects(start: datetime, end: datetime) -> Select[Any]:
    """Select items of the quarter's plans that are done and shown, and that nobody has accepted yet."""
    return (
        select(*columns(area_id=Branch.area_id, received_at=PlanItem.finished_at))
        .select_from(PlanItem)
        .join(Branch, Branch.id == PlanItem.branch_id)
        .join(Round, Round.id == PlanItem.round_id)
        .where(
            Round.starts_on >= clock.local_day(start),
            Round.starts_on <= clock.local_day(end - timedelta(microseconds=1)),
            PlanItem.finished_at.is_not(None),
            PlanItem.accepted_at.is_(None),
            PlanItem.withdrawn_at.is_(None),
            is_shown(),
        )
    )


def _news(session: Session, start: datetime, end: datetime) -> list[Unfinished]:
    """Return events that have left no evidence yet: the worker has not come round to them."""
    rows = session.scalars(
        select(Event)
        .join(EventDelivery, EventDelivery.event_id == Event.id)
        .where(
            EventDelivery.subscriber == "stars.evidence", EventDelivery.done_at.is_(None), Event.area_id.is_not(None)
        )
        .limit(MOST)
    ).all()
    found = []
    for event in rows:
        done = _instant(event.facts.get("occurred_at")) or event.at
        if start <= done < end:
            gives: dict[str, int] = {}
            for one in GIVEN.get(event.kind, ()):
                gives[one.evidence] = gives.get(one.evidence, 0) + one.amount(event.facts)
            received_at = _instant(event.facts.get("received_at")) or event.at
            found.append(
                Unfinished(area_id=event.area_id or 0, person_id=event.person_id, gives=gives, received_at=received_at)
            )
    return found


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


PAPER = Waits(
    key="papers",
    name=WAITING["papers"],
    endpoint="stars.show_console_paper",
    rows=_papers,
    gives=lambda row: {ATTENDANCE: 1, MINUTES: row.minutes},
)
ITEMS = Waits(
    key="projects",
    name=WAITING["projects"],
    endpoint="stars.show_console_plans",
    rows=_projects,
    gives=lambda _row: {PROJECT: 1},
)
NEWS = "news"


def _kinds() -> dict[str, Waits]:
    return {**WAITS, PAPER.key: PAPER, ITEMS.key: ITEMS}


def pages() -> dict[str, tuple[Any, str]]:
    """Return what each kind is called and where it is done."""
    return {key: (waits.name, waits.endpoint) for key, waits in _kinds().items()} | {
        NEWS: (WAITING[NEWS], "stars.show_console_round")
    }


def listed(session: Session, start: datetime, end: datetime) -> dict[str, list[Unfinished]]:
    """Return what waits, by kind, at most MOST of each: one statement for all kinds, and one for what has left no evidence yet."""
    kinds = _kinds()
    parts = []
    for key, waits in kinds.items():
        some = waits.rows(start, end).limit(MOST).subquery()
        parts.append(select(literal(key).label("key"), *some.c))
    found: dict[str, list[Unfinished]] = {key: [] for key in kinds}
    every = union_all(*parts).subquery().c
    instants = (type_coerce(every[name], UTCDateTime()).label(name) for name in ("received_at", "starts_at", "ends_at"))
    for row in session.execute(
        select(every.key, every.area_id, every.person_id, every.minutes, every.minutes_before, *instants)
    ):
        found[row.key].append(
            Unfinished(
                area_id=row.area_id,
                person_id=row.person_id,
                gives=kinds[row.key].gives(row),
                received_at=row.received_at,
            )
        )
    return {**found, NEWS: _news(session, start, end)}
