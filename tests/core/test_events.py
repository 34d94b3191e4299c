"""Event delivery: every pair exactly once, one bad subscriber delays only itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.events import EventDelivery, EventRow
from pointsapp.core.transaction import write
from tests.conftest import Clock

KIND = "test.delivered"


@pytest.fixture
def heard() -> Iterator[list[str]]:
    told: list[str] = []

    def good(session: Session, row: EventRow) -> None:
        told.append(f"good {row.subject}")

    def bad(session: Session, row: EventRow) -> None:
        if row.subject == "x:1" and "mended" not in told:
            events.record(session, "test.half_done", at=row.at, subject="half")
            raise ValueError("not yet")
        told.append(f"bad {row.subject}")

    events.subscribe(KIND, "good", good)
    events.subscribe(KIND, "bad", bad)
    yield told
    events._subscribers.pop(KIND)


def _record(session: Session, clock: Clock, *subjects: str) -> None:
    def act(session: Session) -> None:
        for subject in subjects:
            events.record(session, KIND, at=clock.now(), subject=subject)

    write(act)


def test_one_bad_event_delays_only_itself_and_leaves_nothing_half_done(
    session: Session, clock: Clock, heard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    _record(session, clock, "x:1", "x:2")
    assert write(events.deliver_due, now=clock.now()) == 4
    open_pairs = session.execute(
        select(EventDelivery.subscriber, EventDelivery.tries).where(EventDelivery.done_at.is_(None))
    ).all()
    assert open_pairs == [("bad", 1)]
    assert not session.scalars(select(events.Event).where(events.Event.kind == "test.half_done")).all()

    assert write(events.deliver_due, now=clock.now()) == 0  # it waits
    heard.append("mended")
    clock.forward(seconds=1)
    assert write(events.deliver_due, now=clock.now()) == 1
    assert heard[-1] == "bad x:1"


def test_a_delivered_pair_is_never_told_again(session: Session, clock: Clock, heard: list[str]) -> None:
    _record(session, clock, "x:5")
    write(events.deliver_due, now=clock.now())
    write(events.deliver_due, now=clock.now())
    assert sorted(heard) == ["bad x:5", "good x:5"]


def test_who_hears_together_hears_a_batch_at_once_and_one_by_one_where_it_fails(
    session: Session, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[list[str]] = []

    def one(session: Session, row: EventRow) -> None:
        together(session, [row])

    def together(session: Session, rows: Sequence[EventRow]) -> None:
        events.record(session, "test.half_done", at=rows[0].at, subject="half")
        if any(row.subject == "x:2" for row in rows):
            raise ValueError("not this one")
        told.append([row.subject for row in rows])

    events.subscribe(KIND, "crowd", one, together=together)
    try:
        _record(session, clock, "x:5", "x:7", "x:6")
        assert write(events.deliver_due, now=clock.now()) == 3
        assert told == [["x:5", "x:7", "x:6"]]
        _record(session, clock, "x:1", "x:2", "x:3")
        assert write(events.deliver_due, now=clock.now()) == 3
        assert told[1:] == [["x:1"], ["x:3"]]
        waiting = select(events.Event.subject).join(EventDelivery, EventDelivery.event_id == events.Event.id)
        assert session.scalars(waiting.where(EventDelivery.done_at.is_(None))).all() == ["x:2"]
        done = session.scalars(select(events.Event).where(events.Event.kind == "test.half_done")).all()
        assert len(done) == 3, "nothing of what failed is left"
    finally:
        events._subscribers.pop(KIND)
        events._together.pop("crowd")
