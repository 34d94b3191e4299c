"""The bank under many hands at once, with real commits: the proof that nothing is credited or spent twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.ledger import accounts
from pointsapp.ledger.models import Entry
from pointsapp.ledger.queries import entries_page, person_balance, verify
from pointsapp.ledger.services import (
    EntryDraft,
    PostingDraft,
    lapse_due,
    open_hold,
    post,
    release_hold,
    settle_hold,
    take_back,
)
from tests.databases import Clone
from tests.ledger.books import BUDGET, PERSON, SHOP, credit, reserve
from tests.race.crowd import at_once

pytestmark = pytest.mark.race
WORDS = {"memo": "test", "facts": {}}


@pytest.fixture
def bank(live: Clone) -> Any:
    with live.app.app_context():
        write(reserve, 1000)
        yield live
        db.session.rollback()
        report = verify(db.session)
        assert report.ok, report.problems
        db.session.remove()


def test_the_same_credit_twenty_times_is_one_credit(bank: Clone) -> None:
    results = Counter(at_once(bank, [lambda: write(credit, "attendance:1:credit", 20, minutes=60)] * 20))
    assert results == {"done": 1, "repeat": 19}
    assert person_balance(db.session, PERSON) == 20


def test_the_same_reference_with_other_points_is_refused_whoever_was_first(bank: Clone) -> None:
    acts = [lambda points=points: write(credit, "one", points) for points in range(1, 11)]
    assert Counter(at_once(bank, acts)) == {"done": 1, "idempotency_key_reused": 9}


def _hold(number: int, amount: int) -> Any:
    at = clock.now()
    order = {"person_id": PERSON, "amount": amount, "expires_at": at + timedelta(days=7), "now": at, **WORDS}
    return write(open_hold, reference=f"v{number}", **order)


def test_twenty_spends_of_three_from_ten_points_are_three(bank: Clone) -> None:
    write(credit, "a", 10)
    results = Counter(at_once(bank, [lambda number=number: _hold(number, 3) for number in range(20)]))
    assert results == {"done": 3, "insufficient_points": 17}
    db.session.rollback()
    assert person_balance(db.session, PERSON) == 1


def test_expiring_points_are_spent_once(bank: Clone) -> None:
    for number in range(5):
        write(credit, f"a{number}", 2, lot_expires_at=clock.now() + timedelta(days=number + 1))
    results = Counter(at_once(bank, [lambda number=number: _hold(number, 3) for number in range(12)]))
    assert results == {"done": 3, "insufficient_points": 9}


def test_a_hold_is_settled_or_expires_never_both(bank: Clone) -> None:
    write(credit, "a", 10)
    hold = _hold(1, 10)

    def settle() -> Any:
        to = accounts.merchant_earned(SHOP)
        return write(settle_hold, hold.hold_id, to_account=to, reference="till", **WORDS, now=clock.now())

    def expire() -> Any:
        return write(release_hold, hold.hold_id, reference="end", expired=True, **WORDS, now=clock.now())

    results = Counter(at_once(bank, [settle, expire] * 8))
    assert results == {"done": 1, "repeat": 7, "wrong_state": 8}


def test_a_budget_is_reserved_no_further_than_it_reaches(bank: Clone) -> None:
    grant = PostingDraft(accounts.ISSUANCE, accounts.budget(77), 100)
    write(post, EntryDraft(reference="g", kind="test", postings=(grant,), memo="test"), now=clock.now())

    def take(number: int) -> Any:
        posting = PostingDraft(accounts.budget(77), accounts.task_reserved(1000 + number), 30)
        draft = EntryDraft(reference=f"t{number}", kind="test", postings=(posting,), memo="test")
        return write(post, draft, now=clock.now())

    results = Counter(at_once(bank, [lambda number=number: take(number) for number in range(10)]))
    assert results == {"done": 3, "insufficient_budget": 7}


def test_everything_at_once_keeps_the_order_of_the_book(bank: Clone) -> None:
    for number in range(4):
        write(credit, f"start{number}", 10, lot_expires_at=clock.now() - timedelta(days=1 - number))
    holds = [_hold(100 + number, 2) for number in range(4)]
    now = clock.now()
    acts: list[Callable[[], Any]] = [lambda n=n: write(credit, f"c{n}", 5, minutes=10) for n in range(6)]
    acts += [lambda n=n: _hold(n, 4) for n in range(6)]
    acts += [lambda h=h: write(release_hold, h.hold_id, reference=f"r{h.hold_id}", **WORDS, now=now) for h in holds]
    acts += [
        lambda n=n: write(
            take_back,
            person_id=PERSON,
            amount=7,
            to_account=accounts.budget(BUDGET),
            reference=f"fix{n}",
            **WORDS,
            now=now,
        )
        for n in range(3)
    ]
    acts += [lambda: write(lapse_due, now=now)] * 2
    results = Counter(at_once(bank, acts))
    assert set(results) <= {"done", "insufficient_points"}, results
    db.session.rollback()
    lines = entries_page(db.session, PERSON, PageRequest(limit=100)).items
    assert sum(line.points for line in lines) == lines[0].balance_after == person_balance(db.session, PERSON)
    assert len(db.session.scalars(select(Entry.id).where(Entry.person_id == PERSON)).all()) >= len(lines)
