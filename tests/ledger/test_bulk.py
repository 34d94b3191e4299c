"""Many entries in few statements give the same books as one after the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.ledger import accounts
from pointsapp.ledger.errors import InsufficientBudget
from pointsapp.ledger.models import Lot
from pointsapp.ledger.queries import account_balance, entries_page, person_balance, verify
from pointsapp.ledger.services import EntryDraft, PostingDraft, post_many, take_back
from tests.conftest import Clock
from tests.ledger.books import BUDGET, PERSON, credit, credit_draft, reserve


@pytest.fixture(autouse=True)
def books_balance(session: Session) -> Any:
    yield
    session.rollback()
    report = verify(session)
    assert report.ok, report.problems


def test_a_batch_gives_the_same_books_in_the_same_order(session: Session, clock: Clock) -> None:
    write(reserve, 10_000)
    drafts = [credit_draft(f"c{n}", n % 7 + 1, minutes=n % 3 * 10, person_id=PERSON + n % 5) for n in range(1100)]
    moments = [clock.at + timedelta(minutes=n) for n in range(len(drafts))]
    seen: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    receipts = write(post_many, drafts, now=moments)
    assert len(seen) < 40
    assert len({receipt.entry_id for receipt in receipts}) == 1100
    mine = [draft.postings[0].amount for draft in drafts if draft.person_id == PERSON]
    lines = entries_page(session, PERSON, PageRequest(limit=100)).items
    assert [line.points for line in lines] == mine[::-1][:100]
    assert lines[0].balance_after == sum(mine) == person_balance(session, PERSON)
    assert [line.posted_at for line in lines] == sorted((line.posted_at for line in lines), reverse=True)
    assert receipts[5].balances[accounts.person_available(PERSON)] == mine[0] + mine[1]


def test_a_repeat_a_spend_and_a_debtor_keep_their_place(session: Session, clock: Clock) -> None:
    write(reserve, 500)
    write(credit, "old", 10)
    back = {"to_account": accounts.budget(BUDGET), "reference": "fix", "memo": "x", "facts": {}, "now": clock.at}
    write(take_back, person_id=PERSON, amount=14, **back)  # 4 are owed
    gift = PostingDraft(accounts.person_available(PERSON + 1), accounts.fund(1), 5)
    drafts = [
        credit_draft("a", 7, person_id=PERSON + 1, lot_expires_at=clock.at + timedelta(days=9)),
        EntryDraft(reference="gift", kind="donation", postings=(gift,), memo="x"),
        credit_draft("old", 10),
        credit_draft("b", 10),
        credit_draft("c", 3, person_id=PERSON + 1),
    ]
    receipts = write(post_many, drafts, now=clock.at)
    assert [receipt.is_repeat for receipt in receipts] == [False, False, True, False, False]
    assert (person_balance(session, PERSON), person_balance(session, PERSON + 1)) == (6, 5)
    assert session.scalars(select(Lot.remaining)).all() == [2]
    again = write(post_many, drafts, now=clock.at)
    assert all(receipt.is_repeat for receipt in again)


def test_a_batch_that_overdraws_is_refused_as_a_whole(session: Session, clock: Clock) -> None:
    write(reserve, 50)
    budget = accounts.budget(BUDGET)
    drafts = [
        EntryDraft(reference="g", kind="grant", postings=(PostingDraft(accounts.ISSUANCE, budget, 20),), memo="x"),
        *(
            EntryDraft(
                reference=f"t{n}",
                kind="reservation",
                postings=(PostingDraft(budget, accounts.task_reserved(n), 15),),
                memo="x",
            )
            for n in (1, 2)
        ),
    ]
    with pytest.raises(InsufficientBudget) as refused:
        write(post_many, drafts, now=clock.at)
    assert refused.value.facts == {"balance": 5, "needed": 15}
    assert account_balance(session, budget) == 0
    with pytest.raises(ValueError, match="one moment"):
        write(post_many, drafts, now=[clock.at])
