"""write(): one transaction, a second look after a lost race, the true reason at the end."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock, events
from pointsapp.core.errors import Forbidden, Refused, StateChanged
from pointsapp.core.events import Event
from pointsapp.core.transaction import after_commit, write
from tests.databases import Clone


def _record(session: Session, subject: str) -> int:
    return events.record(session, "test.happened", at=clock.now(), subject=subject)


def test_a_refusal_rolls_everything_back(session: Session) -> None:
    def act(session: Session) -> None:
        _record(session, "x:1")
        raise Forbidden()

    with pytest.raises(Forbidden):
        write(act)
    assert session.scalars(select(Event)).all() == []


def test_a_refused_receipt_keeps_its_trace(session: Session) -> None:
    def act(session: Session) -> Refused:
        _record(session, "x:1")
        return Refused(Forbidden())

    with pytest.raises(Forbidden):
        write(act)
    assert session.scalars(select(Event.subject)).all() == ["x:1"]


def test_a_lost_race_is_judged_again(session: Session) -> None:
    looks = []

    def act(session: Session) -> str:
        looks.append(_record(session, "x:1"))
        if len(looks) < 3:
            raise StateChanged
        return "done"

    assert write(act) == "done"
    assert len(looks) == 3
    assert len(session.scalars(select(Event)).all()) == 1


def test_after_commit_runs_once_and_its_failure_changes_nothing(session: Session) -> None:
    told = []

    def act(session: Session) -> None:
        after_commit(session, lambda: told.append(1))
        after_commit(session, lambda: 1 / 0)
        if not told:
            _record(session, "x:1")

    write(act)
    assert told == [1]


def test_the_events_table_refuses_change(session: Session) -> None:
    write(_record, "x:1")
    with pytest.raises(Exception, match="append-only"):
        session.execute(Event.__table__.update().values(subject="y"))
    session.rollback()
    with pytest.raises(Exception, match="append-only"):
        session.execute(Event.__table__.delete())
    session.rollback()


@pytest.mark.race
def test_many_writers_at_once_all_get_through(live: Clone) -> None:
    def one(number: int) -> None:
        with live.app.app_context():
            write(_record, f"x:{number}")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(20)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    with live.app.app_context():
        from pointsapp.core.db import db

        assert len(db.session.scalars(select(Event)).all()) == 20
