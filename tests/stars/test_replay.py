"""`pointsapp stars verify`: all events told once more give what is stored, and whatever was tampered with is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clocks
from pointsapp.core import events
from pointsapp.core.transaction import write
from pointsapp.stars.models import BranchTally, EditionRow, Evidence
from pointsapp.stars.queries import replay
from pointsapp.stars.services import count_stale
from tests.conftest import Clock
from tests.factories import make_person, make_tree
from tests.stars.things import close_it, make_branches, open_small_round, report, report_work, this_round


@pytest.fixture
def tree(session: Session, clock: Clock) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"])
    open_small_round(session)
    person = make_person(session, tree["grid"])
    for minutes in (30, 60, 90):
        report_work(session, tree["grid"], person, minutes)
    report(session, "checkin.corrected", tree["grid"], person, minutes_before=30, minutes=0, points_before=0, points=0)
    report(session, "tasks.closed", tree["other"], participants=2)
    while write(count_stale, now=clocks.now()):
        pass
    return tree


def run(app: Flask, *args: str) -> tuple[int, dict[str, Any]]:
    done = app.test_cli_runner().invoke(args=["stars", "verify", *args])
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.parametrize("at_once", [1, 2, 2_000])
def test_everything_is_as_the_events_say(
    app: Flask, session: Session, tree: dict[str, Area], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(replay, "AT_ONCE", at_once)
    code, told = run(app)
    assert (code, told["ok"], told["problems"]) == (0, True, [])
    assert (told["rounds"], told["events"], told["evidence"]) == (1, 5, 9)
    assert run(app, "--round", this_round(session).public_id)[1] == told


def test_what_the_worker_has_still_to_keep_is_no_difference(
    app: Flask, session: Session, tree: dict[str, Area]
) -> None:
    def act(session: Session) -> None:
        events.record(
            session, "tasks.closed", at=clocks.now(), subject="task:1", area_id=tree["grid"].id, participants=1
        )

    write(act)
    code, told = run(app)
    assert (code, told["waiting"], told["events"], told["evidence"]) == (0, 1, 6, 9)


def test_a_frozen_round_is_what_its_events_give_again(
    app: Flask, session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    found = close_it(session, clock, this_round(session))
    while write(count_stale, now=clock.now()):
        pass
    report_work(session, tree["grid"], make_person(session, tree["grid"]), at=clock.now())  # a quarter later
    code, told = run(app)
    assert (code, told["frozen"], told["problems"]) == (0, 2, [])
    _let_change(session, "edition_row")
    write(lambda session: session.execute(update(EditionRow).values(total_hundredths=EditionRow.total_hundredths + 1)))
    code, told = run(app, "--round", found.public_id)
    assert code == 1
    assert sum(problem.startswith("edition_row: 2026-10-01") for problem in told["problems"]) == 2
    assert any("its rows give another digest" in problem for problem in told["problems"])


def _more(session: Session) -> None:
    session.execute(update(Evidence).where(Evidence.id == _first(session)).values(quantity=Evidence.quantity + 1))


def _less(session: Session) -> None:
    session.execute(delete(Evidence).where(Evidence.id == _first(session)))


def _strange(session: Session) -> None:
    session.execute(update(Evidence).where(Evidence.id == _first(session)).values(metric="invented"))


def _foreign(session: Session) -> None:
    """Evidence of an event that gives none."""
    event_id = events.record(session, "people.joined", at=clocks.now(), subject="person:1")
    session.execute(update(Evidence).where(Evidence.id == _first(session)).values(event_id=event_id))


def _miscounted(session: Session) -> None:
    row = session.scalars(select(BranchTally).order_by(BranchTally.branch_id).limit(1)).one()
    row.figures = {**row.figures, "party_members": 7}


def _first(session: Session) -> int:
    return session.scalars(select(Evidence.id).order_by(Evidence.id).limit(1)).one()


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (_more, "evidence: event"),
        (_less, "nothing"),
        (_strange, "invented"),
        (_foreign, "nothing, but a row stands"),
        (_miscounted, "branch_tally"),
    ],
)
def test_what_was_tampered_with_is_named(
    app: Flask, session: Session, tree: dict[str, Area], tamper: Callable[[Session], None], words: str
) -> None:
    _let_change(session, "evidence")
    write(tamper)
    code, told = run(app)
    assert code == 1
    assert not told["ok"]
    assert told["differences"] >= 1
    assert any(words in problem for problem in told["problems"]), told


def _let_change(session: Session, table: str) -> None:
    """Take the triggers away that forbid it, as somebody with the database's password could."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    else:
        named = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        for name in list(session.scalars(named, {"table": table})):
            session.execute(text(f"DROP TRIGGER {name}"))
    session.commit()


def test_an_unknown_round_is_said_so(app: Flask, session: Session, tree: dict[str, Area]) -> None:
    done = app.test_cli_runner().invoke(args=["stars", "verify", "--round", "nowhere"])
    assert (done.exit_code, "there is no round nowhere" in done.output) == (2, True)
