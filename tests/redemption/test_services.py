"""What the services of redemption do to the rows: few round trips, frozen terms, lots that live on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.transaction import write
from pointsapp.ledger import accounts
from pointsapp.ledger.models import Lot
from pointsapp.ledger.queries import account_sum
from pointsapp.merchants.models import Funding
from pointsapp.merchants.services import EditOffer, approve_offer, edit_offer
from pointsapp.redemption.queries import day_total
from pointsapp.redemption.services import (
    ReverseRedemption,
    cancel_voucher,
    issue_voucher,
    redeem,
    reverse_redemption,
)
from tests.conftest import Clock
from tests.factories import actor_of
from tests.merchants.shops import Shop, give_points, make_offer, terms


@contextmanager
def round_trips(session: Session) -> Iterator[list[str]]:
    """Count the statements sent, without the transaction's own words."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            sent.append(statement)

    connection = session.get_bind()
    event.listen(connection, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(connection, "before_cursor_execute", note)
    assert sent


def test_issue_and_redeem_take_few_round_trips(session: Session, shop: Shop, clock: Clock) -> None:
    give_points(session, shop.resident, 100)
    offer = make_offer(shop, stock=5, per_person_limit=2, daily_limit=5)
    resident, clerk = actor_of(session, shop.resident), actor_of(session, shop.clerk)
    with round_trips(session) as sent:
        voucher = write(issue_voucher, resident, offer.public_id, now=clock.at)
    # PostgreSQL: lock, numbers of the operator, look, all rows at once. SQLite writes them one by one, next door.
    far = session.get_bind().dialect.name == "postgresql"
    assert len(sent) <= (4 if far else 11), "\n".join(sent)
    with round_trips(session) as sent:
        write(redeem, clerk, voucher.code, now=clock.at)
    assert len(sent) <= (2 if far else 9), "\n".join(sent)


def test_a_sold_out_offer_is_answered_by_reading(session: Session, shop: Shop, clock: Clock) -> None:
    give_points(session, shop.resident, 100)
    offer = make_offer(shop, stock=1)
    actor = actor_of(session, shop.resident)
    write(issue_voucher, actor, offer.public_id, now=clock.at)
    with round_trips(session) as sent, pytest.raises(Exception, match="out_of_stock"):
        write(issue_voucher, actor, offer.public_id, now=clock.at)
    assert not [statement for statement in sent if statement.startswith(("INSERT", "UPDATE", "WITH"))]
    assert len(sent) <= 3, "\n".join(sent)


def test_a_voucher_keeps_the_terms_it_was_issued_under(session: Session, shop: Shop, clock: Clock) -> None:
    give_points(session, shop.resident, 100)
    agreed = {
        "funding": Funding.SUBSIDISED,
        "agreed_fen": 500,
        "funding_unit": "民政科",
        "funded_from_on": clock.at.date(),
        "funded_until_on": clock.at.date() + timedelta(days=60),
    }
    offer = make_offer(shop, **agreed)
    voucher = write(issue_voucher, actor_of(session, shop.resident), offer.public_id, now=clock.at)
    dearer = EditOffer(offer=offer.public_id, terms=terms(title="烩面一碗加肉", points=50))
    write(edit_offer, actor_of(session, shop.manager), dearer, now=clock.at)
    write(approve_offer, actor_of(session, shop.staff), offer.public_id, now=clock.at)
    write(redeem, actor_of(session, shop.clerk), voucher.code, now=clock.at)
    start = clock.at - timedelta(hours=1)
    total = day_total(session, [shop.merchant.id], start, clock.at + timedelta(hours=1))
    assert (total.redemptions, total.points, total.agreed_fen) == (1, 30, 500)
    assert account_sum(session, accounts.merchant_earned(shop.merchant.id)) == 30


def test_what_comes_back_lives_thirty_more_days(session: Session, shop: Shop, clock: Clock) -> None:
    soon = clock.at + timedelta(days=3)
    give_points(session, shop.resident, 30, lot_expires_at=soon)
    offer = make_offer(shop)
    actor = actor_of(session, shop.resident)
    voucher = write(issue_voucher, actor, offer.public_id, now=clock.at)
    write(cancel_voucher, actor, voucher.public_id, now=clock.forward(days=1))
    lots = session.scalars(
        select(Lot)
        .where(Lot.person_id == shop.resident.id, Lot.remaining > 0)
        .execution_options(populate_existing=True)
    ).all()
    assert [lot.remaining for lot in lots] == [30]
    assert lots[0].expires_at >= clock.at + timedelta(days=30)


def test_the_owner_hears_of_everything(session: Session, shop: Shop, clock: Clock) -> None:
    give_points(session, shop.resident, 100)
    offer = make_offer(shop)
    owner, clerk = actor_of(session, shop.resident), actor_of(session, shop.clerk)
    first = write(issue_voucher, owner, offer.public_id, now=clock.at)
    used = write(redeem, clerk, first.code, now=clock.at)
    write(reverse_redemption, clerk, ReverseRedemption(redemption=used.public_id, reason="扫错了"), now=clock.at)
    write(cancel_voucher, owner, first.public_id, now=clock.at)
    kinds = session.scalars(
        select(events.Event.kind)
        .where(events.Event.person_id == shop.resident.id, events.Event.kind.like("redemption.%"))
        .order_by(events.Event.id)
    ).all()
    assert kinds == [f"redemption.voucher_{verb}" for verb in ("issued", "redeemed", "reversed", "cancelled")]
