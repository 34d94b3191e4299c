"""A machine that does anything in any order against the real bank and a plain model of it, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from pointsapp.core.clock import local_day
from pointsapp.core.db import db
from pointsapp.core.errors import IdempotencyKeyReused
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.ledger import accounts
from pointsapp.ledger.errors import HoldNotOpen, InsufficientPoints, NothingToReverse
from pointsapp.ledger.queries import account_sum, entries_page, person_points, verify
from pointsapp.ledger.services import (
    EntryDraft,
    PostingDraft,
    lapse_due,
    open_hold,
    post,
    release_hold,
    reopen_hold,
    reverse,
    settle_hold,
    take_back,
)
from tests.databases import Clone
from tests.ledger.model import ModelHold, ModelPerson

ME, YOU = st.just(0), st.just(1)
PEOPLE = ME | YOU
FEW, MORE = st.integers(1, 12), st.integers(8, 40)
PICK = st.integers(0, 10**6)
START = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
_numbers = count(1)
WORDS = {"memo": "test", "facts": {}}


class Crash(Exception):
    """The process died before the commit."""


class BankMachine(RuleBasedStateMachine):
    """Every example has people, a budget, a task, a shop and a fund of its own in one growing database."""

    @initialize()
    def open_the_books(self) -> None:
        self.key = next(_numbers) * 1000
        self.now = START
        self.references = count(1)
        self.people = [ModelPerson(), ModelPerson()]
        self.holds: list[tuple[int, int, ModelHold]] = []
        self.credits: list[list[Any]] = []  # draft, entry id, points left to reverse, person
        self.spent = self.donated = self.lapsed = self.taken = self.issued = 0
        self.budget, self.task = accounts.budget(self.key), accounts.task_reserved(self.key)
        self.shop, self.fund = accounts.merchant_earned(self.key), accounts.fund(self.key)
        for source, destination in ((accounts.ISSUANCE, self.budget), (self.budget, self.task)):
            write(post, self.draft(PostingDraft(source, destination, 10**6)), now=self.now)

    def reference(self) -> str:
        return f"{self.key}:{next(self.references)}"

    def draft(self, *postings: PostingDraft, **over: Any) -> EntryDraft:
        return EntryDraft(reference=self.reference(), kind="test", postings=postings, memo="test", **over)

    def person_id(self, person: int) -> int:
        return self.key + person

    def credit_draft(self, person: int, points: int, minutes: int, days: int | None) -> EntryDraft:
        who = self.person_id(person)
        postings = [PostingDraft(self.task, accounts.person_available(who), points)]
        if minutes:
            postings.append(PostingDraft(accounts.SERVICE, accounts.person_minutes(who), minutes))
        expiry = None if days is None else self.now + timedelta(days=days)
        return self.draft(*postings, person_id=who, lot_expires_at=expiry)

    @rule(person=PEOPLE, points=MORE, minutes=st.integers(0, 90), days=st.none() | st.integers(1, 60))
    def earn(self, person: int, points: int, minutes: int, days: int | None) -> None:
        draft = self.credit_draft(person, points, minutes, days)
        receipt = write(post, draft, now=self.now)
        kept_back = self.people[person].earn(points, minutes, draft.lot_expires_at)
        self.taken += kept_back
        self.issued += points
        self.credits.append([draft, receipt.entry_id, points, person])
        assert receipt.balances[accounts.person_available(self.person_id(person))] == self.people[person].available

    @rule(pick=PICK)
    def resend(self, pick: int) -> None:
        if self.credits:
            draft, entry_id, _left, _person = self.credits[pick % len(self.credits)]
            receipt = write(post, draft, now=self.now)
            assert (receipt.is_repeat, receipt.entry_id) == (True, entry_id)

    @rule(pick=PICK)
    def resend_with_another_body(self, pick: int) -> None:
        if self.credits:
            draft = self.credits[pick % len(self.credits)][0]
            first = draft.postings[0]
            other = PostingDraft(first.source, first.destination, first.amount + 1)
            changed = EntryDraft(reference=draft.reference, kind=draft.kind, postings=(other,), memo=draft.memo)
            with pytest.raises(IdempotencyKeyReused):
                write(post, changed, now=self.now)

    @rule(person=PEOPLE, amount=FEW)
    def hold(self, person: int, amount: int) -> None:
        order = {
            "reference": self.reference(),
            "person_id": self.person_id(person),
            "amount": amount,
            "expires_at": self.now + timedelta(days=7),
            "now": self.now,
            **WORDS,
        }
        if amount > self.people[person].available:
            with pytest.raises(InsufficientPoints):
                write(open_hold, **order)
            return
        receipt = write(open_hold, **order)
        self.holds.append((receipt.hold_id, person, self.people[person].hold(amount)))
        assert receipt.balance == self.people[person].available
        assert write(open_hold, **order).hold_id == receipt.hold_id

    @rule(pick=PICK, verb=st.sampled_from(["settle", "release", "expire"]))
    def resolve(self, pick: int, verb: str) -> None:
        if not self.holds:
            return
        hold_id, person, hold = self.holds[pick % len(self.holds)]
        order: dict[str, Any] = {"reference": self.reference(), "now": self.now, **WORDS}
        order |= {"to_account": self.shop} if verb == "settle" else {"expired": verb == "expire"}
        fn = settle_hold if verb == "settle" else release_hold
        if hold.state != "open":
            with pytest.raises(HoldNotOpen):
                write(fn, hold_id, **order)
            return
        write(fn, hold_id, **order)
        assert write(fn, hold_id, **order).is_repeat
        if verb == "settle":
            hold.state = "settled"
            self.people[person].held -= hold.amount
            self.spent += hold.amount
        else:
            self.people[person].give_back(hold, self.now, verb)

    @rule(person=PEOPLE, points=MORE, days=st.integers(1, 60), verb=st.sampled_from(["settle", "release", "expire"]))
    def promise(self, person: int, points: int, days: int, verb: str) -> None:
        """The usual course of a voucher at one go: chance alone seldom gets that far."""
        before = len(self.holds)
        self.earn(person, points, 0, days)
        self.hold(person, points // 2)
        if len(self.holds) > before:
            self.resolve(before, verb)

    @rule(pick=PICK)
    def reopen(self, pick: int) -> None:
        if not self.holds:
            return
        hold_id, person, hold = self.holds[pick % len(self.holds)]
        order = {
            "from_account": self.shop,
            "reference": self.reference(),
            "expires_at": self.now + timedelta(days=1),
            "now": self.now,
            **WORDS,
        }
        if hold.state != "settled" or hold.is_reopened:
            with pytest.raises(HoldNotOpen):
                write(reopen_hold, hold_id, **order)
            return
        receipt = write(reopen_hold, hold_id, **order)
        hold.is_reopened = True
        self.people[person].held += hold.amount
        self.spent -= hold.amount
        self.holds.append((receipt.hold_id, person, ModelHold(hold.amount, list(hold.parts))))

    @rule(pick=PICK, amount=FEW)
    def reverse(self, pick: int, amount: int) -> None:
        if not self.credits:
            return
        credit = self.credits[pick % len(self.credits)]
        _draft, entry_id, left, person = credit
        order = {"reference": self.reference(), "amount": amount, "memo": "test", "now": self.now}
        if amount > left:
            with pytest.raises(NothingToReverse):
                write(reverse, entry_id, **order)
        elif amount > self.people[person].available:
            with pytest.raises(InsufficientPoints):
                write(reverse, entry_id, **order)
        else:
            write(reverse, entry_id, **order)
            self.people[person].take(amount)
            self.people[person].book.append(-amount)
            credit[2] -= amount
            self.taken += amount

    @rule(person=PEOPLE, amount=FEW)
    def correct(self, person: int, amount: int) -> None:
        purse = self.people[person]
        taken = min(purse.available, amount)
        order = {
            "person_id": self.person_id(person),
            "amount": amount,
            "to_account": self.budget,
            "reference": self.reference(),
            "now": self.now,
            **WORDS,
        }
        receipt = write(take_back, **order)
        assert (receipt.taken, receipt.claimed) == (taken, amount - taken)
        again = write(take_back, **order)
        assert (again.taken, again.claimed, again.is_repeat) == (taken, amount - taken, True)
        if taken:
            purse.take(taken)
            purse.book.append(-taken)
        if amount > taken:
            purse.owed.append(amount - taken)
        self.taken += taken

    @rule(person=PEOPLE, amount=FEW)
    def donate(self, person: int, amount: int) -> None:
        source = accounts.person_available(self.person_id(person))
        draft = self.draft(PostingDraft(source, self.fund, amount), person_id=self.person_id(person))
        if amount > self.people[person].available:
            with pytest.raises(InsufficientPoints):
                write(post, draft, now=self.now)
            return
        write(post, draft, now=self.now)
        self.people[person].take(amount)
        self.people[person].book.append(-amount)
        self.donated += amount

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def lapse(self) -> None:
        while write(lapse_due, now=self.now):
            pass
        self.lapsed += sum(person.lapse(self.now) for person in self.people)

    @rule(person=PEOPLE, points=FEW, minutes=st.integers(0, 90))
    def crash_before_commit(self, person: int, points: int, minutes: int) -> None:
        draft = self.credit_draft(person, points, minutes, 3)

        def crash(session: Session) -> None:
            post(session, draft, now=self.now)
            raise Crash

        with pytest.raises(Crash):
            write(crash)

    @invariant()
    def purses_agree(self) -> None:
        db.session.rollback()
        for number, person in enumerate(self.people):
            figures = person_points(db.session, self.person_id(number), now=self.now)
            expiring: dict[Any, int] = {}
            for expiry, left in sorted(person.lots, key=lambda lot: lot[0]):
                if left:
                    day = local_day(max(expiry, self.now))
                    expiring[day] = expiring.get(day, 0) + left
            found = (figures.balance, figures.held, figures.service_minutes, figures.expiring)
            assert found == (person.available, person.held, person.minutes, tuple(expiring.items()))
            assert person.available >= 0 <= person.held

    def teardown(self) -> None:
        if not hasattr(self, "key"):
            return
        db.session.rollback()
        for number, person in enumerate(self.people):
            lines = entries_page(db.session, self.person_id(number), PageRequest(limit=100)).items
            assert [line.points for line in reversed(lines)] == person.book
            assert (lines[0].balance_after if lines else 0) == person.available
        totals = {key: account_sum(db.session, key) for key in (self.shop, self.fund, self.task)}
        assert totals[self.shop] == self.spent
        assert totals[self.fund] == self.donated
        at_people = sum(person.available + person.held for person in self.people)
        assert self.issued - self.taken == at_people + self.spent + self.donated + self.lapsed
        report = verify(db.session)
        assert report.ok, report.problems
        db.session.rollback()


def test_the_books_agree_with_a_plain_model(live: Clone) -> None:
    quick = settings(
        max_examples=40,
        stateful_step_count=25,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with live.app.app_context():
        run_state_machine_as_test(BankMachine, settings=quick)
