"""Disputes: begun in time by whose voucher it was, both sides heard, decided by no party, the points back when upheld."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.actor import Role
from pointsapp.core.errors import NotFound
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.disputes.errors import (
    AlreadyUndone,
    DisputeDecided,
    NotYoursToDecide,
    TooLateToDispute,
    TooManyStatements,
)
from pointsapp.disputes.models import DisputeKind, DisputeState, Side
from pointsapp.disputes.queries import count_open, dispute_row, statements_of, story_of
from pointsapp.disputes.services import (
    DecideDispute,
    OpenDispute,
    SaySide,
    decide_dispute,
    open_dispute,
    say_side,
    withdraw_dispute,
)
from pointsapp.ledger.queries import person_points, verify
from pointsapp.redemption.errors import AlreadyRedeemed
from pointsapp.redemption.models import VoucherState
from pointsapp.redemption.queries import voucher_by_public_id
from pointsapp.redemption.services import (
    Redeemed,
    ReverseRedemption,
    issue_voucher,
    redeem,
    reverse_redemption,
)
from pointsapp.settlements.queries import settlements_of
from pointsapp.settlements.services import open_settlements
from tests.conftest import Clock
from tests.factories import actor_of, grant, make_clerk, make_staff
from tests.merchants.shops import Shop, give_points, make_offer
from tests.settlements.months import make_month


@pytest.fixture
def used(session: Session, shop: Shop, clock: Clock) -> Redeemed:
    give_points(session, shop.resident, 100)
    offer = make_offer(shop, stock=5)
    voucher = write(issue_voucher, actor_of(session, shop.resident), offer.public_id, now=clock.at)
    done = write(redeem, actor_of(session, shop.clerk), voucher.code, now=clock.at)
    with pytest.raises(AlreadyRedeemed):
        write(redeem, actor_of(session, shop.clerk), voucher.code, now=clock.forward(minutes=1))
    return done


def begin(session: Session, shop: Shop, used: Redeemed, clock: Clock) -> str:
    command = OpenDispute(redemption=used.public_id, kind=DisputeKind.NOTHING_GIVEN, words="付了码没给面")
    return write(open_dispute, actor_of(session, shop.resident), command, now=clock.at).public_id


def decide(dispute: str, *, upheld: bool) -> DecideDispute:
    return DecideDispute(dispute=dispute, is_upheld=upheld, reason="看过监控")


def test_both_sides_are_heard_with_every_scan(session: Session, shop: Shop, used: Redeemed, clock: Clock) -> None:
    dispute = begin(session, shop, used, clock)
    assert begin(session, shop, used, clock) == dispute, "a repeat is the same dispute"
    write(say_side, actor_of(session, shop.clerk), SaySide(dispute=dispute, words="给了，碗都收走了"), now=clock.at)
    write(say_side, actor_of(session, shop.resident), SaySide(dispute=dispute, words="没有"), now=clock.at)
    row = dispute_row(session, dispute)
    assert row is not None
    assert [(each.side, each.who) for each in statements_of(session, row.id)] == [
        (Side.RESIDENT, "李**"),
        (Side.SHOP, "赵**"),
        (Side.RESIDENT, "李**"),
    ]
    assert [(each.what.value, each.reason) for each in story_of(session, row.voucher_id)] == [
        ("issued", ""),
        ("used", ""),
        ("refused", "already_redeemed"),
    ]
    kinds = session.execute(select(Event.kind, Event.person_id).where(Event.kind.like("disputes.%"))).all()
    assert [tuple(each) for each in kinds] == [
        ("disputes.opened", shop.manager.id),
        ("disputes.answered", shop.resident.id),
        ("disputes.said_more", shop.manager.id),
    ]


def test_upheld_the_points_come_back_and_the_voucher_is_over(
    session: Session, shop: Shop, used: Redeemed, clock: Clock
) -> None:
    dispute, staff = begin(session, shop, used, clock), actor_of(session, shop.staff)
    assert person_points(session, shop.resident.id, now=clock.at).balance == 70
    done = write(decide_dispute, staff, decide(dispute, upheld=True), now=clock.at)
    assert (done.state, done.undone_at is not None) == (DisputeState.UPHELD, True)
    assert write(decide_dispute, staff, decide(dispute, upheld=True), now=clock.at).is_repeat
    points = person_points(session, shop.resident.id, now=clock.at)
    assert (points.balance, points.held) == (100, 0)
    voucher = voucher_by_public_id(session, used.voucher, now=clock.at)
    assert voucher is not None
    assert voucher.state is VoucherState.CANCELLED
    told = session.scalars(
        select(Event.person_id).where(Event.kind.in_(["disputes.upheld", "disputes.upheld_for_shop"]))
    ).all()
    assert sorted(told) == sorted([shop.resident.id, shop.manager.id])
    assert verify(session).ok
    with pytest.raises(DisputeDecided):
        write(decide_dispute, staff, decide(dispute, upheld=False), now=clock.at)


def test_rejected_all_stays_and_nothing_more_is_said(
    session: Session, shop: Shop, used: Redeemed, clock: Clock
) -> None:
    dispute, staff = begin(session, shop, used, clock), actor_of(session, shop.staff)
    assert count_open(session, staff.paths(frozenset({Role.STAFF}))) == 1
    assert write(decide_dispute, staff, decide(dispute, upheld=False), now=clock.at).state is DisputeState.REJECTED
    assert person_points(session, shop.resident.id, now=clock.at).balance == 70
    with pytest.raises(DisputeDecided):
        write(say_side, actor_of(session, shop.resident), SaySide(dispute=dispute, words="不服"), now=clock.at)
    assert begin(session, shop, used, clock) == dispute, "a decided one is not begun again"
    assert count_open(session, staff.paths(frozenset({Role.STAFF}))) == 0


def test_no_party_decides(session: Session, shop: Shop, used: Redeemed, clock: Clock) -> None:
    dispute = begin(session, shop, used, clock)
    for party in (shop.clerk, shop.resident, shop.manager):
        grant(session, party, Role.STAFF, area=shop.tree["community"])
        session.commit()
        with pytest.raises(NotYoursToDecide):
            write(decide_dispute, actor_of(session, party), decide(dispute, upheld=True), now=clock.at)
    foreign = make_staff(session, shop.tree["other"])
    for stranger in (foreign, shop.other_clerk):
        with pytest.raises(NotFound):
            write(decide_dispute, actor_of(session, stranger), decide(dispute, upheld=True), now=clock.at)


def test_it_is_begun_in_seven_days_by_whose_it_was(session: Session, shop: Shop, used: Redeemed, clock: Clock) -> None:
    command = OpenDispute(redemption=used.public_id, kind=DisputeKind.NOT_ME, words="我没去过")
    for stranger in (shop.clerk, shop.staff, shop.other_clerk):
        with pytest.raises(NotFound):
            write(open_dispute, actor_of(session, stranger), command, now=clock.at)
    clock.forward(days=7)
    with pytest.raises(TooLateToDispute):
        write(open_dispute, actor_of(session, shop.resident), command, now=clock.at)


def test_what_was_undone_needs_no_dispute(session: Session, shop: Shop, used: Redeemed, clock: Clock) -> None:
    undo = ReverseRedemption(redemption=used.public_id, reason="扫错了")
    dispute = begin(session, shop, used, clock)
    write(reverse_redemption, actor_of(session, shop.clerk), undo, now=clock.at)
    done = write(decide_dispute, actor_of(session, shop.staff), decide(dispute, upheld=True), now=clock.at)
    assert done.state is DisputeState.UPHELD
    points = person_points(session, shop.resident.id, now=clock.at)
    assert (points.balance, points.held) == (70, 30), "the voucher can be used again: nothing is paid back twice"
    owner, clerk = actor_of(session, shop.resident), actor_of(session, shop.clerk)
    second = write(issue_voucher, owner, used.offer.public_id, now=clock.at)
    again = write(redeem, clerk, second.code, now=clock.at)
    write(reverse_redemption, clerk, ReverseRedemption(redemption=again.public_id, reason="扫错了"), now=clock.at)
    with pytest.raises(AlreadyUndone):
        write(
            open_dispute,
            owner,
            OpenDispute(redemption=again.public_id, kind=DisputeKind.OTHER, words="？"),
            now=clock.at,
        )


def test_one_may_take_it_back_and_begin_again(session: Session, shop: Shop, used: Redeemed, clock: Clock) -> None:
    dispute, owner = begin(session, shop, used, clock), actor_of(session, shop.resident)
    with pytest.raises(NotFound):
        write(withdraw_dispute, actor_of(session, shop.clerk), dispute, now=clock.at)
    assert write(withdraw_dispute, owner, dispute, now=clock.at).state is DisputeState.WITHDRAWN
    assert write(withdraw_dispute, owner, dispute, now=clock.at).is_repeat
    assert begin(session, shop, used, clock) != dispute


def test_a_side_says_ten_things_at_most(session: Session, shop: Shop, used: Redeemed, clock: Clock) -> None:
    dispute, clerk = begin(session, shop, used, clock), actor_of(session, make_clerk(session, shop.merchant))
    for number in range(10):
        write(say_side, clerk, SaySide(dispute=dispute, words=f"第 {number} 句"), now=clock.at)
    with pytest.raises(TooManyStatements):
        write(say_side, clerk, SaySide(dispute=dispute, words="还有"), now=clock.at)


def test_an_approved_month_is_corrected_by_the_next(session: Session, shop: Shop, clock: Clock) -> None:
    clock.forward(days=5)  # late in November: the dispute outlives the month
    month = make_month(session, shop, clock)
    owner = actor_of(session, shop.resident)
    opened = write(
        open_dispute,
        owner,
        OpenDispute(redemption=month.used[0], kind=DisputeKind.NOT_ME, words="不是我"),
        now=month.used_at,
    )
    row = month.approved(month.draft())
    write(decide_dispute, month.staff, decide(opened.public_id, upheld=True), now=clock.at)
    assert month.now(row).total_points == 60, "what was approved stays as it was read"
    clock.forward(days=31)
    write(open_settlements, now=clock.at)
    after = settlements_of(session, shop.merchant.id)[0]
    assert (after.month, after.total_points, after.total_fen) == ("2026-12", -30, -200)
    assert verify(session).ok
