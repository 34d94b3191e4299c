"""Public sums, earned points, and the proof that the books balance: it must see every way of tampering."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.ledger import accounts
from pointsapp.ledger.queries import earned_by_person, month_figures, statement, verify
from pointsapp.ledger.services import (
    EntryDraft,
    PostingDraft,
    lapse_due,
    open_hold,
    post,
    settle_hold,
    take_back,
)
from tests.conftest import Clock
from tests.databases import Clone
from tests.ledger.books import BUDGET, PERSON, SHOP, credit, reserve

WORDS: dict[str, Any] = {"memo": "test", "facts": {}}


def _busy_month(clock: Clock) -> None:
    """A month with something of everything: 65 issued, 5 taken back, 12 spent, 8 held, 6 donated, 9 lapsed, 25 left."""
    write(reserve, 500)
    write(credit, "a", 50, minutes=60)
    write(credit, "b", 15, minutes=30, lot_expires_at=clock.at + timedelta(days=1))
    order = {"person_id": PERSON, "expires_at": clock.at, "now": clock.at, **WORDS}
    hold = write(open_hold, reference="v1", amount=12, **order)
    to = accounts.merchant_earned(SHOP)
    write(settle_hold, hold.hold_id, to_account=to, reference="v1:redeemed", now=clock.at, **WORDS)
    gift = PostingDraft(accounts.person_available(PERSON), accounts.fund(1), 6)
    clock.forward(days=2)
    write(lapse_due, now=clock.at)
    write(post, EntryDraft(reference="d", kind="donation", postings=(gift,), memo="test"), now=clock.at)
    write(open_hold, reference="v2", amount=8, **order)
    back = {"to_account": accounts.budget(BUDGET), "reference": "fix", "now": clock.at, **WORDS}
    write(take_back, person_id=PERSON, amount=5, **back)


def test_the_statement_adds_up(session: Session, clock: Clock) -> None:
    start = clock.at
    _busy_month(clock)
    points, minutes = statement(session, start, clock.at + timedelta(days=1)).lines
    given = points.issued - points.reversed
    assert (points.issued, points.reversed, points.spent, points.donated, points.lapsed) == (65, 5, 12, 6, 3)
    assert (points.available_at_end, points.held_at_end) == (31, 8)
    assert given == points.available_at_end + points.held_at_end + points.spent + points.donated + points.lapsed
    assert (minutes.issued, minutes.available_at_end) == (90, 90)
    before = statement(session, start - timedelta(days=30), start).lines[0]
    assert (before.issued, before.available_at_end) == (0, 0)


def test_earned_counts_corrections_but_not_spending(session: Session, clock: Clock) -> None:
    start = clock.at
    _busy_month(clock)
    write(credit, "other", 7, person_id=PERSON + 1)
    assert earned_by_person(session) == {PERSON: 60, PERSON + 1: 7}
    assert earned_by_person(session, start, start + timedelta(days=1)) == {PERSON: 65}
    assert earned_by_person(session, start, person_ids=[PERSON + 1]) == {PERSON + 1: 7}


def test_months_are_local(session: Session, clock: Clock) -> None:
    clock.at = clock.at.replace(month=10, day=31, hour=15, minute=59)  # 23:59 on 31 October in Shanghai
    write(reserve, 500)
    write(credit, "a", 50)
    clock.forward(minutes=2)
    write(credit, "b", 20)
    write(open_hold, reference="v", person_id=PERSON, amount=5, expires_at=clock.at, now=clock.at, **WORDS)
    months = month_figures(session, PERSON, now=clock.at)
    assert [(month.starts_on.month, month.earned, month.used) for month in months] == [
        (6, 0, 0),
        (7, 0, 0),
        (8, 0, 0),
        (9, 0, 0),
        (10, 50, 0),
        (11, 20, 5),
    ]


def test_true_books_balance(session: Session, clock: Clock) -> None:
    _busy_month(clock)
    report = verify(session)
    assert report.problems == ()
    assert report.ok
    places = {"available": 31, "minutes": 0, "held": 8, "spent": 12, "donated": 6, "lapsed": 3}
    assert report.identity["point"] == {"issued": 65, "reversed": 5, **places}
    assert report.open_holds == 1
    assert sum(report.totals["point"].values()) == 0


_ME = f"'person:{PERSON}:available'"
_NEW_POSTING = (
    "INSERT INTO posting (entry_id, number, posted_at, unit, flow, source, destination, amount, person_id, change, "
    "balance_after) SELECT MAX(id), 9, MAX(posted_at), 'point', 'issued', {source}, {destination}, 5, {rest} FROM entry"
)


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        (f"UPDATE balance SET amount = amount + 1 WHERE account = {_ME}", "stored balance differs"),
        ("DELETE FROM balance WHERE account LIKE 'person:%:held'", "stored balance differs"),
        ("INSERT INTO balance (account, amount) VALUES ('person:99:available', 1)", "stored balance differs"),
        (f"UPDATE balance SET amount = amount - 1 WHERE account = 'person:{PERSON}:held'", "open holds"),
        ("UPDATE hold SET amount = amount + 1 WHERE state = 'open'", "open holds"),
        ("UPDATE hold SET resolved_entry_id = NULL WHERE state = 'settled'", "resolved hold"),
        ("UPDATE hold SET lot_amount = 1 WHERE state = 'open'", "hold's lots"),
        ("UPDATE lot SET remaining = 99, amount = 99", "lots hold more"),
        (_NEW_POSTING.format(source="'task:4:reserved'", destination=_ME, rest=f"{PERSON}, 5, 1000"), "line of a book"),
        (
            _NEW_POSTING.format(source="'task:4:reserved'", destination=_ME, rest=f"{PERSON}, NULL, NULL"),
            "is no line of it",
        ),
        (_NEW_POSTING.format(source="'task:4:reserved'", destination=_ME, rest="NULL, NULL, NULL"), "another name"),
        (
            _NEW_POSTING.format(source="'task:77:reserved'", destination="'budget:9'", rest="NULL, NULL, NULL"),
            "below zero",
        ),
        (_NEW_POSTING.format(source="'purse:1'", destination="'budget:9'", rest="NULL, NULL, NULL"), "no known kind"),
        (
            _NEW_POSTING.format(source="'system:service'", destination="'budget:9'", rest="NULL, NULL, NULL"),
            "wrong unit",
        ),
        (
            _NEW_POSTING.format(source="'budget:9'", destination="'task:77:reserved'", rest="NULL, NULL, NULL"),
            "means something else",
        ),
        (_NEW_POSTING.format(source="'task:4:reserved'", destination=_ME, rest=f"{PERSON + 1}, 5, 5"), "another name"),
        (
            _NEW_POSTING.format(source="'task:4:reserved'", destination=_ME, rest=f"{PERSON}, 6, 6"),
            "else than its amount",
        ),
        (
            "INSERT INTO entry (public_id, reference, fingerprint, kind, posted_at, memo, facts) "
            "SELECT 'x', 'x', 'x', 'x', MAX(posted_at), 'x', '{}' FROM entry",
            "entry without postings",
        ),
        ("UPDATE claim SET remaining = remaining - 1", "claim"),
    ],
)
def test_tampered_books_do_not(session: Session, clock: Clock, tampering: str, named: str) -> None:
    _busy_month(clock)
    back = {"to_account": accounts.budget(BUDGET), "reference": "big", "now": clock.at, **WORDS}
    write(take_back, person_id=PERSON, amount=500, **back)
    assert verify(session).ok
    session.execute(text(tampering.replace(":", r"\:")))
    report = verify(session)
    assert not report.ok
    assert any(named in problem for problem in report.problems), report.problems


def test_the_command_prints_json_and_fails_on_tampered_books(live: Clone) -> None:
    with live.app.app_context():
        write(reserve, 100)
        write(credit, "a", 20, minutes=10)
    runner = live.app.test_cli_runner()
    good = runner.invoke(args=["ledger", "verify"])
    assert good.exit_code == 0
    assert json.loads(good.output)["identity"]["point"]["issued"] == 20
    with live.app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE balance SET amount = 21 WHERE amount = 20"))
    bad = runner.invoke(args=["ledger", "verify"])
    assert bad.exit_code == 1
    assert json.loads(bad.output)["ok"] is False


def test_empty_books_balance(session: Session) -> None:
    report = verify(session)
    assert (report.ok, report.entries) == (True, 0)
