"""The bank's verbs on both databases: state in, receipt and rows out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pointsapp.core import clock as clock_module
from pointsapp.core.errors import Forbidden, IdempotencyKeyReused
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.ledger import accounts
from pointsapp.ledger.errors import HoldNotOpen, InsufficientBudget, InsufficientPoints, NothingToReverse
from pointsapp.ledger.models import Claim, Entry, Lot, Posting
from pointsapp.ledger.queries import account_sum, entries_page, person_balance, person_points, verify
from pointsapp.ledger.services import (
    EntryDraft,
    PostingDraft,
    ask_write_off,
    lapse_due,
    open_hold,
    post,
    release_hold,
    reopen_hold,
    reverse,
    settle_hold,
    take_back,
    write_off,
)
from tests.conftest import Clock
from tests.ledger.books import BUDGET, PERSON, SHOP, TASK, credit, grant, reserve

AVAILABLE = accounts.person_available(PERSON)
HELD = accounts.person_held(PERSON)
WORDS = {"memo": "test", "facts": {}}


@pytest.fixture(autouse=True)
def books_balance(session: Session) -> object:
    """Whatever a test did: at its end the books balance."""
    yield
    session.rollback()
    report = verify(session)
    assert report.ok, report.problems


def now() -> datetime:
    return clock_module.now()


def test_a_credit_moves_both_books_at_once(session: Session) -> None:
    write(grant, 100)
    write(reserve, 60)
    receipt = write(credit, "a", 20, minutes=90)
    assert receipt.balances == {AVAILABLE: 20, accounts.person_minutes(PERSON): 90}
    assert account_sum(session, accounts.task_reserved(TASK)) == 40
    figures = person_points(session, PERSON, now=now())
    assert (figures.balance, figures.earned_total, figures.service_minutes) == (20, 20, 90)


def test_the_same_reference_twice_is_one_entry(session: Session) -> None:
    write(reserve, 60)
    first = write(credit, "a", 20)
    again = write(credit, "a", 20)
    assert again.is_repeat
    assert (again.entry_id, again.balances) == (first.entry_id, first.balances)
    assert person_balance(session, PERSON) == 20


def test_the_same_reference_with_another_content_is_refused(session: Session) -> None:
    write(reserve, 60)
    write(credit, "a", 20)
    with pytest.raises(IdempotencyKeyReused):
        write(credit, "a", 21)
    assert person_balance(session, PERSON) == 20


def test_nobody_spends_more_than_they_have(session: Session, clock: Clock) -> None:
    write(reserve, 60)
    write(credit, "a", 20)
    with pytest.raises(InsufficientPoints) as refused:
        write(open_hold, reference="v1", person_id=PERSON, amount=21, expires_at=clock.at, **WORDS, now=clock.at)
    assert refused.value.facts == {"balance": 20, "needed": 21}


def test_a_budget_gives_no_more_than_it_was_granted(session: Session) -> None:
    write(grant, 50)
    draft = EntryDraft(
        reference="r",
        kind="reservation",
        postings=(PostingDraft(accounts.budget(BUDGET), accounts.task_reserved(TASK), 51),),
        memo="test",
    )
    with pytest.raises(InsufficientBudget):
        write(post, draft, now=now())


@pytest.mark.parametrize(
    "postings",
    [
        (),
        (PostingDraft(accounts.task_reserved(1), AVAILABLE, 0),),
        (PostingDraft(accounts.task_reserved(1), AVAILABLE, -5),),
        (PostingDraft(accounts.task_reserved(1), accounts.person_minutes(1), 5),),
        (PostingDraft(accounts.SERVICE, AVAILABLE, 5),),
        (PostingDraft(AVAILABLE, accounts.person_held(PERSON + 1), 5),),
        (PostingDraft(accounts.task_reserved(1), AVAILABLE, 5), PostingDraft(AVAILABLE, accounts.fund(1), 5)),
    ],
    ids=["空", "零", "负数", "分到时长", "时长到分", "别人的冻结", "同一账户两次"],
)
def test_a_draft_no_caller_may_make_is_a_bug(session: Session, postings: tuple[PostingDraft, ...]) -> None:
    with pytest.raises(ValueError):
        write(post, EntryDraft(reference="x", kind="x", postings=postings, memo="x"), now=now())


def _hold(amount: int, reference: str = "v1", **span: float) -> object:
    at = now()
    return write(
        open_hold,
        reference=reference,
        person_id=PERSON,
        amount=amount,
        expires_at=at + timedelta(**(span or {"days": 7})),
        memo="test",
        facts={},
        now=at,
    )


def test_a_hold_settles_once(session: Session) -> None:
    write(reserve, 60)
    write(credit, "a", 20)
    hold = _hold(8)
    assert (hold.balance, hold.is_repeat) == (12, False)
    assert _hold(8).hold_id == hold.hold_id
    to = accounts.merchant_earned(SHOP)
    write(settle_hold, hold.hold_id, to_account=to, reference="v1:redeemed", **WORDS, now=now())
    assert write(settle_hold, hold.hold_id, to_account=to, reference="v1:redeemed", **WORDS, now=now()).is_repeat
    with pytest.raises(HoldNotOpen):
        write(settle_hold, hold.hold_id, to_account=to, reference="v1:other", **WORDS, now=now())
    with pytest.raises(HoldNotOpen):
        write(release_hold, hold.hold_id, reference="v1:back", **WORDS, now=now())
    assert account_sum(session, to) == 8
    figures = person_points(session, PERSON, now=now())
    assert (figures.balance, figures.held, figures.spent_total) == (12, 0, 8)


def test_a_released_hold_gives_the_points_back_once(session: Session) -> None:
    write(reserve, 60)
    write(credit, "a", 20)
    hold = _hold(8)
    receipt = write(release_hold, hold.hold_id, reference="v1:back", **WORDS, now=now())
    assert receipt.balances == {AVAILABLE: 20, HELD: 0}
    assert write(release_hold, hold.hold_id, reference="v1:back", **WORDS, now=now()).is_repeat
    with pytest.raises(HoldNotOpen):
        write(release_hold, hold.hold_id, reference="v1:expired", expired=True, **WORDS, now=now())
    assert person_balance(session, PERSON) == 20


def test_an_undone_redemption_is_a_new_hold_once(session: Session) -> None:
    write(reserve, 60)
    write(credit, "a", 20)
    hold, shop = _hold(8), accounts.merchant_earned(SHOP)
    back = {"from_account": shop, "expires_at": now() + timedelta(days=1), **WORDS, "now": now()}
    with pytest.raises(HoldNotOpen):
        write(reopen_hold, hold.hold_id, reference="v1:undo", **back)
    write(settle_hold, hold.hold_id, to_account=shop, reference="v1:redeemed", **WORDS, now=now())
    second = write(reopen_hold, hold.hold_id, reference="v1:undo", **back)
    assert (second.balance, second.hold_id != hold.hold_id) == (12, True)
    assert write(reopen_hold, hold.hold_id, reference="v1:undo", **back).hold_id == second.hold_id
    with pytest.raises(HoldNotOpen):
        write(reopen_hold, hold.hold_id, reference="v1:undo-again", **back)
    assert account_sum(session, shop) == 0
    assert person_points(session, PERSON, now=now()).spent_total == 0
    write(release_hold, second.hold_id, reference="v1:back", **WORDS, now=now())
    assert person_balance(session, PERSON) == 20


def test_the_book_lists_every_change_of_what_can_be_spent(session: Session) -> None:
    write(reserve, 60)
    write(credit, "a", 20)
    hold = _hold(8)
    write(settle_hold, hold.hold_id, to_account=accounts.merchant_earned(SHOP), reference="s", **WORDS, now=now())
    second = _hold(5, "v2")
    write(release_hold, second.hold_id, reference="v2:back", **WORDS, now=now())
    page = entries_page(session, PERSON, PageRequest(limit=2))
    rest = entries_page(session, PERSON, PageRequest(limit=10, after=(page.items[-1].entry_id,)))
    lines = [*page.items, *rest.items]
    assert [(line.points, line.balance_after) for line in lines] == [(5, 12), (-5, 7), (-8, 12), (20, 20)]
    assert sum(line.points for line in lines) == lines[0].balance_after == person_balance(session, PERSON)
    assert (page.next_cursor is None, rest.next_cursor) == (False, None)


def test_a_reversal_is_a_new_entry_and_never_more_than_the_old_one(session: Session) -> None:
    write(reserve, 60)
    first = write(credit, "a", 20, minutes=60)
    write(reverse, first.entry_id, reference="a:rev1", amount=15, memo="test", now=now())
    with pytest.raises(NothingToReverse) as refused:
        write(reverse, first.entry_id, reference="a:rev2", memo="test", now=now())
    assert refused.value.facts == {"left": 5}
    write(
        reverse,
        first.entry_id,
        reference="a:rev3",
        amount=5,
        to_account=accounts.budget(BUDGET),
        memo="test",
        now=now(),
    )
    assert person_balance(session, PERSON) == 0
    assert len(session.scalars(select(Entry.id).where(Entry.reverses_id == first.entry_id)).all()) == 2


def test_what_is_spent_already_becomes_a_claim_and_half_of_later_credits_pays_it(session: Session) -> None:
    write(reserve, 100)
    write(credit, "a", 20)
    _hold(15)
    to = accounts.budget(BUDGET)
    order = {"person_id": PERSON, "amount": 20, "to_account": to, "reference": "fix", **WORDS, "now": now()}
    taken = write(take_back, **order)
    assert (taken.taken, taken.claimed, taken.balance) == (5, 15, 0)
    again = write(take_back, **order)
    assert (again.taken, again.claimed, again.is_repeat) == (5, 15, True)
    with pytest.raises(IdempotencyKeyReused):
        write(take_back, **{**order, "amount": 19})
    receipt = write(credit, "b", 11)
    assert receipt.balances[AVAILABLE] == 6
    assert session.scalar(select(Claim.remaining)) == 10
    lines = entries_page(session, PERSON, PageRequest()).items
    assert [line.points for line in lines[:2]] == [-5, 11]
    claim_id = session.scalar(select(Claim.id))
    write(ask_write_off, claim_id, by_id=1)
    with pytest.raises(Forbidden):
        write(write_off, claim_id, by_id=1, now=now())
    assert write(write_off, claim_id, by_id=2, now=now()) == 10
    assert write(credit, "c", 10).balances[AVAILABLE] == 16


def test_the_soonest_expiring_points_are_spent_first_and_those_without_end_last(session: Session, clock: Clock) -> None:
    write(reserve, 100)
    write(credit, "late", 10, lot_expires_at=clock.at + timedelta(days=100))
    write(credit, "soon", 10, lot_expires_at=clock.at + timedelta(days=50))
    write(credit, "never", 10)
    hold = _hold(15)
    left = session.execute(select(Lot.amount, Lot.remaining).order_by(Lot.expires_at)).all()
    assert [tuple(row) for row in left] == [(10, 0), (10, 5)]
    clock.forward(days=40)
    write(release_hold, hold.hold_id, reference="back", **WORDS, now=clock.at)
    figures = person_points(session, PERSON, now=clock.at)
    # The soon part had ten days left and comes back with 30; the late part keeps its day.
    day = clock_module.local_day(clock.at)
    assert figures.expiring == ((day + timedelta(days=30), 10), (day + timedelta(days=60), 10))
    clock.forward(days=30, minutes=1)
    assert write(lapse_due, now=clock.at) == 1
    assert write(lapse_due, now=clock.at) == 0
    assert person_balance(session, PERSON) == 20
    assert account_sum(session, accounts.LAPSED) == 10


def test_many_lots_due_at_one_moment_all_lapse(session: Session, clock: Clock) -> None:
    write(reserve, 500)
    at = clock.at + timedelta(days=1)
    for number in range(120):
        write(credit, f"c{number}", 2, lot_expires_at=at)
    _hold(3)
    clock.forward(days=2)
    assert [write(lapse_due, now=clock.at) for _ in range(3)] == [100, 19, 0]
    assert person_balance(session, PERSON) == 0


@pytest.mark.parametrize("model", [Entry, Posting])
def test_what_is_booked_cannot_be_changed(session: Session, model: type) -> None:
    write(grant, 10)
    for change in (update(model.__table__).values(posted_at=now()), delete(model.__table__)):
        with pytest.raises(Exception, match="append-only"):
            session.execute(change)
        session.rollback()
