"""The proof of the board: what the event rows give when they are told once more, beside what is stored. Reads only.

Event rows -> evidence -> counts of branches -> standings: each step is made again from the one before and compared. Events are read
in parts and branches counted some at a time, so memory does not grow with the city.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from pointsapp.core.events import Event, EventDelivery
from pointsapp.stars.models import Evidence, RoundState
from pointsapp.stars.queries.counts import figures_of, wrong_tallies
from pointsapp.stars.queries.editions import wrong_editions
from pointsapp.stars.queries.metrics import GIVEN, Span
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.standings import Standing, computed_standings, stored_standings

SUBSCRIBER = "stars.evidence"
AT_ONCE, MOST_TOLD = 2_000, 50
FREEZE = 1  # the number of the edition that a freeze stores


@dataclass(frozen=True, slots=True)
class Given:
    """A quantity that an event gives: of which evidence, how much, when the work was done, and when it came in if not just now."""

    metric: str
    quantity: int
    occurred_at: datetime
    received_at: datetime | None = None


def given_by(kind: str, at: datetime, area_id: int | None, facts: dict[str, Any]) -> tuple[Given, ...]:
    """Return what an event gives, by what the features said of its kind. What happened nowhere, or comes to nothing, gives nothing.

    Work belongs to the quarter in which it was done, not in which it was confirmed: the event says when, if not when it was told.
    """
    if area_id is None:
        return ()
    occurred_at = _said(facts, "occurred_at") or at
    # What was only confirmed now came in earlier, and is in time by that moment.
    received_at = _said(facts, "received_at")
    amounts = {gives.evidence: gives.amount(facts) for gives in GIVEN.get(kind, ())}
    return tuple(Given(metric, quantity, occurred_at, received_at) for metric, quantity in amounts.items() if quantity)


def _said(facts: dict[str, Any], name: str) -> datetime | None:
    said = facts.get(name)
    return datetime.fromisoformat(said).astimezone(UTC) if said else None


@dataclass(kw_only=True)
class StarsReport:
    """What was compared, and the first differences in words.

    `waiting` are events whose evidence the worker still has to keep, `frozen` branches of closed rounds, as the freeze stored them.
    """

    rounds: int = 0
    events: int = 0
    evidence: int = 0
    waiting: int = 0
    frozen: int = 0
    differences: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.differences

    def say(self, words: str) -> None:
        self.differences += 1
        if len(self.problems) < MOST_TOLD:
            self.problems.append(words)

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "rounds": self.rounds,
            "events": self.events,
            "evidence": self.evidence,
            "waiting": self.waiting,
            "frozen": self.frozen,
            "differences": self.differences,
            "problems": self.problems,
        }


def verify_stars(session: Session, rounds: Sequence[RoundRow], *, now: datetime) -> StarsReport:
    """Compare all that is stored of `rounds` with what their event rows give. Ask at one moment (core/snapshots.py)."""
    report = StarsReport(rounds=len(rounds))
    for start, end in sorted({(found.span(now).start, found.span(now).end) for found in rounds}):
        _verify_evidence(session, Span(start=start, end=end, as_of=now), report)
    for words in wrong_tallies(session, rounds, now=now):
        report.say(words)
    for found in rounds:
        if found.state is RoundState.CLOSED:
            _verify_freeze(session, found, report, now)
    for words in wrong_editions(session):
        report.say(words)
    return report


def _verify_freeze(session: Session, found: RoundRow, report: StarsReport, now: datetime) -> None:
    """Compare what was frozen with what the evidence of then gives now. What was corrected since stands in later editions."""
    stored = {row.branch.id: row for row in stored_standings(session, found, FREEZE) or ()}
    due = {row.branch.id: row for row in computed_standings(session, found, now=now, is_exact=True)}
    report.frozen += len(stored)
    for key in sorted(stored.keys() | due.keys()):
        was, is_now = (None if row is None else _outline(row) for row in (stored.get(key), due.get(key)))
        if was != is_now:
            name = (stored.get(key) or due[key]).branch.code
            report.say(f"edition_row: {found.starts_on}, {name}: {is_now}, {was}")


def _outline(row: Standing) -> tuple[Any, ...]:
    stars = tuple((one.star.key, one.score, one.state.value) for one in row.score.stars)
    return row.rank, row.score.total, row.score.lit_stars, row.score.tier, row.missed, stars, figures_of(row.tally)


def _verify_evidence(session: Session, span: Span, report: StarsReport) -> None:
    matched = 0
    for kind in sorted(GIVEN):
        for events in _told(session, kind, span):
            report.events += len(events)
            matched += _compare(session, kind, events, span, report)
    in_span = (Evidence.occurred_at >= span.start, Evidence.occurred_at < span.end)
    stored = session.scalar(select(func.count()).select_from(Evidence).where(*in_span)) or 0
    report.evidence += stored
    if stored > matched:
        _tell_strangers(session, span, report)


def _told(session: Session, kind: str, span: Span) -> Iterator[Sequence[Any]]:
    """Yield the events of `kind` from the span's start on, in parts: what is told later may have happened within it."""
    columns = (Event.id, Event.at, Event.area_id, Event.person_id, Event.facts)
    after: tuple[datetime, int] = (span.start, 0)
    while True:
        rows = session.execute(
            select(*columns)
            .where(Event.kind == kind, tuple_(Event.at, Event.id) > after)
            .order_by(Event.at, Event.id)
            .limit(AT_ONCE)
        ).all()
        if rows:
            yield rows
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].at, rows[-1].id


def _compare(session: Session, kind: str, events: Sequence[Any], span: Span, report: StarsReport) -> int:
    """Compare what these events give with what is stored of them; return how many rows stand as they should."""
    due: dict[tuple[int, str], tuple[Any, ...]] = {}
    for row in events:
        for one in given_by(kind, row.at, row.area_id, row.facts):
            if span.start <= one.occurred_at < span.end:
                about = (row.area_id, row.person_id, one.quantity, one.occurred_at, row.at, one.received_at)
                due[row.id, one.metric] = about
    rows = session.execute(
        select(
            Evidence.event_id, Evidence.metric, Evidence.area_id, Evidence.person_id, Evidence.quantity,
            Evidence.occurred_at, Evidence.recorded_at, Evidence.received_at,
        ).where(
            Evidence.event_id.in_([row.id for row in events]), Evidence.occurred_at >= span.start, Evidence.occurred_at < span.end
        )
    ).all()  # fmt: skip
    kept = {(row[0], row[1]): tuple(row[2:]) for row in rows}
    if kept == due:
        return len(kept)
    missing = due.keys() - kept.keys()
    waiting = _still_due(session, {event_id for event_id, _metric in missing})
    report.waiting += len(waiting)
    for key in sorted(due.keys() | kept.keys()):
        if kept.get(key) != due.get(key) and key[0] not in waiting:
            report.say(f"evidence: event {key[0]}, {key[1]}: {_words(due.get(key))}, {_words(kept.get(key))}")
    return len(kept)


def _still_due(session: Session, events: set[int]) -> set[int]:
    if not events:
        return set()
    rows = session.scalars(
        select(EventDelivery.event_id).where(
            EventDelivery.event_id.in_(events),
            EventDelivery.subscriber == SUBSCRIBER,
            EventDelivery.done_at.is_(None),
        )
    )
    return set(rows)


def _words(row: tuple[Any, ...] | None) -> str:
    if row is None:
        return "nothing"
    area_id, person_id, quantity, occurred_at, recorded_at, received_at = row
    return f"{quantity} in area {area_id} by {person_id} on {occurred_at:%Y-%m-%d %H:%M}, told {recorded_at:%Y-%m-%d %H:%M}, received {received_at or recorded_at:%Y-%m-%d %H:%M}"


def _tell_strangers(session: Session, span: Span, report: StarsReport) -> None:
    """Say which evidence no event gives: its event is not there, or of a kind that gives none."""
    rows = session.execute(
        select(Evidence.event_id, Evidence.metric)
        .outerjoin(Event, Event.id == Evidence.event_id)
        .where(
            Evidence.occurred_at >= span.start,
            Evidence.occurred_at < span.end,
            or_(Event.id.is_(None), Event.kind.not_in(sorted(GIVEN)), Event.at < span.start),
        )
        .order_by(Evidence.id)
        .limit(MOST_TOLD)
    )
    for row in rows:
        report.say(f"evidence: event {row.event_id}, {row.metric}: nothing, but a row stands")
