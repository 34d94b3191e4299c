"""Rows of one act: all of them or none, on both databases alike."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from pointsapp.core import clock as house_clock
from pointsapp.core.bundle import change, insert, write_rows
from pointsapp.core.errors import StateChanged
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.ledger.models import Balance

DEBIT = change(
    "balance",
    {"amount": "balance.amount - :price"},
    where="balance.account = :account AND balance.amount >= :price",
    returning={"amount": "balance.amount"},
)
EVENT = insert(
    "event",
    {"kind": "'test.paid'", "at": ":at", "subject": ":account", "facts": ":facts"},
    returning={"id": "id"},
)


def pay(session: Session, price: int, parts: Any = (DEBIT, EVENT)) -> dict[str, Any]:
    values = {"account": "fund:1", "shop": "fund:2", "price": price, "at": house_clock.now(), "facts": {"价": price}}
    return write_rows(session, parts, values)


@pytest.fixture
def purse(session: Session) -> Session:
    session.add(Balance(account="fund:1", amount=30))
    session.commit()
    return session


def held(session: Session, account: str = "fund:1") -> int | None:
    return session.scalar(select(Balance.amount).where(Balance.account == account))


def test_what_a_part_returns_is_known_by_its_name(purse: Session) -> None:
    written = write(pay, 12)
    assert written["balance.amount"] == 18
    facts, at = purse.execute(select(Event.facts, Event.at).where(Event.id == written["event.id"])).one()
    assert facts == {"价": 12}
    assert at == house_clock.now()


def test_a_condition_that_fails_writes_nothing_behind_it(purse: Session) -> None:
    seen = []

    def look(session: Session) -> None:
        seen.append(held(session))
        pay(session, 31)

    with pytest.raises(StateChanged):
        write(look)
    assert len(seen) > 1  # it looked again each time before it gave up
    assert held(purse) == 30
    assert purse.scalar(select(func.count()).select_from(Event)) == 0


def test_an_insert_that_meets_a_row_adds_to_it(purse: Session) -> None:
    credit = insert(
        "balance",
        {"account": ":shop", "amount": ":price"},
        name="shop",
        conflict="(account) DO UPDATE SET amount = balance.amount + excluded.amount",
        returning={"amount": "amount"},
    )
    assert write(pay, 5, (DEBIT, credit, EVENT))["shop.amount"] == 5
    assert write(pay, 6, (DEBIT, credit, EVENT))["shop.amount"] == 11
    assert held(purse) == 19


def test_a_later_part_reads_what_an_earlier_one_returned(purse: Session) -> None:
    told = insert(
        "event_delivery", {"event_id": "@event.id", "subscriber": "'test'", "due_at": ":at", "tries": "@balance.amount"}
    )
    write(pay, 10, (DEBIT, EVENT, told))
    assert purse.execute(text("SELECT tries FROM event_delivery WHERE subscriber = 'test'")).scalar_one() == 20


def test_what_was_only_added_to_the_session_is_there(session: Session) -> None:
    def act(session: Session) -> dict[str, Any]:
        session.add(Balance(account="fund:1", amount=4))
        return pay(session, 4)

    assert write(act)["balance.amount"] == 0
