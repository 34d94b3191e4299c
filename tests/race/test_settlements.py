"""Real commits from many threads: months against undos, choices against tills, decisions against both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from pointsapp.core import clock
from pointsapp.core.actor import Actor, Role
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.disputes.models import Dispute, DisputeKind
from pointsapp.disputes.services import DecideDispute, OpenDispute, decide_dispute, open_dispute
from pointsapp.ledger.queries import person_points, verify
from pointsapp.redemption.models import Redemption, Shortage, ShortageChoice, Voucher, VoucherState
from pointsapp.redemption.services import (
    ChooseAfterShortage,
    ReportShortage,
    ReverseRedemption,
    choose_after_shortage,
    issue_voucher,
    redeem,
    report_shortage,
    reverse_redemption,
)
from pointsapp.settlements.models import Settlement, SettlementLine, SettlementState
from pointsapp.settlements.services import (
    SeenSums,
    approve_month,
    check_month,
    confirm_month,
    open_settlement,
)
from tests.databases import Clone
from tests.factories import actor_of, make_person, make_staff
from tests.merchants.shops import Shop, give_points, make_offer, make_shop
from tests.race.crowd import at_once

pytestmark = pytest.mark.race


def _shop_and_voucher() -> tuple[Shop, Actor, Any]:
    shop = make_shop(db.session)
    offer = make_offer(shop, stock=5).public_id
    person = make_person(shop.session, shop.tree["community"])
    give_points(shop.session, person, 30)
    owner = actor_of(db.session, person)
    return shop, owner, write(issue_voucher, owner, offer, now=clock.now())


def _month_end() -> Any:
    """Twenty minutes before this month began: a till may undo it for ten minutes more than the month lasted."""
    return clock.at_local(clock.local_day(clock.now()).replace(day=1)) - timedelta(minutes=20)


class _Month:
    """A used voucher at the very end of last month, and who takes that month's steps."""

    def __init__(self) -> None:
        month_end = _month_end()
        shop, self.owner, voucher = _shop_and_voucher()
        self.clerk, self.manager = actor_of(db.session, shop.clerk), actor_of(db.session, shop.manager)
        self.staff = actor_of(db.session, shop.staff)
        self.street = actor_of(db.session, make_staff(db.session, shop.tree["street"], Role.STREET_ADMIN))
        self.used = write(redeem, self.clerk, voucher.code, now=month_end).public_id
        self.merchant_id, self.later, self.soon = (
            shop.merchant.id,
            month_end + timedelta(days=2),
            month_end + timedelta(minutes=5),
        )
        self.name = clock.local_day(month_end).strftime("%Y-%m")

    def draft(self) -> SeenSums:
        row = write(open_settlement, self.merchant_id, self.name, now=self.later)
        return SeenSums(settlement=row.public_id, redemptions=1, total_points=30, total_fen=0)

    def undo(self) -> Any:
        return write(
            reverse_redemption, self.clerk, ReverseRedemption(redemption=self.used, reason="扫错了"), now=self.soon
        )


def _redemption() -> Redemption:
    return db.session.scalars(select(Redemption).execution_options(populate_existing=True)).one()


def test_an_approval_and_an_undo_do_not_both_win(live: Clone) -> None:
    with live.app.app_context():
        month = _Month()
        sums = month.draft()
        write(confirm_month, month.manager, sums, now=month.later)
        write(check_month, month.staff, sums, now=month.later)
    approved, undone = at_once(live, [lambda: write(approve_month, month.street, sums, now=month.later), month.undo])
    assert approved == "done", "a month is approved as it was read, whatever a till does"
    assert undone in ("done", "undo_window_over")
    with live.app.app_context():
        kept = _redemption()
        assert (kept.settled_at is None) != (kept.reversed_at is None)
        assert (kept.reversed_at is not None) == (undone == "done")
        after = write(open_settlement, month.merchant_id, _next(month.name), now=month.later + timedelta(days=40))
        assert (None if after is None else after.total_points) == (-30 if undone == "done" else None)
        assert person_points(db.session, month.owner.person_id, now=clock.now()).held == (30 if undone == "done" else 0)
        assert verify(db.session).ok


def test_a_draft_and_an_undo_leave_nothing_paid_that_was_undone(live: Clone) -> None:
    with live.app.app_context():
        month = _Month()
    _drafted, undone = at_once(live, [_drafting(month), month.undo], outcome=lambda _row: "done")
    assert undone == "done"
    with live.app.app_context():
        drafted = db.session.scalar(select(func.coalesce(func.sum(SettlementLine.points), 0)))
        assert drafted in (0, 30)
        write(open_settlement, month.merchant_id, _next(month.name), now=month.later + timedelta(days=40))
        assert db.session.scalar(select(func.coalesce(func.sum(SettlementLine.points), 0))) == 0


def _drafting(month: _Month) -> Callable[[], Any]:
    return lambda: write(open_settlement, month.merchant_id, month.name, now=month.later)


def _next(name: str) -> str:
    year, number = (int(part) for part in name.split("-"))
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def test_many_workers_draft_one_month(live: Clone) -> None:
    with live.app.app_context():
        month = _Month()
    assert Counter(at_once(live, [_drafting(month)] * 6)) == {"done": 1, "repeat": 5}
    with live.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SettlementLine)) == 1


def test_a_step_pressed_by_everybody_is_taken_once(live: Clone) -> None:
    with live.app.app_context():
        month = _Month()
        sums = month.draft()
    steps = [(confirm_month, month.manager), (check_month, month.staff), (approve_month, month.street)]
    for step, actor in steps:
        acts = [lambda s=step, a=actor: write(s, a, sums, now=month.later)] * 4
        assert Counter(at_once(live, acts)) == {"done": 1, "repeat": 3}
    with live.app.app_context():
        assert db.session.scalars(select(Settlement.state)).one() is SettlementState.APPROVED
        assert _redemption().settled_at is not None


def test_a_choice_and_a_till_do_not_both_win(live: Clone) -> None:
    for choice in ShortageChoice:
        with live.app.app_context():
            shop, owner, voucher = _shop_and_voucher()
            clerk = actor_of(db.session, shop.clerk)
            write(report_shortage, clerk, ReportShortage(code=voucher.code), now=clock.now())
        command = ChooseAfterShortage(voucher=voucher.public_id, choice=choice)
        acts: list[Callable[[], Any]] = [
            lambda c=command, o=owner: write(choose_after_shortage, o, c, now=clock.now()),
            lambda k=clerk, v=voucher: write(redeem, k, v.code, now=clock.now()),
        ] * 3
        answers = Counter(at_once(live, acts))
        with live.app.app_context():
            row = db.session.scalars(select(Voucher).where(Voucher.public_id == voucher.public_id)).one()
            points = person_points(db.session, owner.person_id, now=clock.now())
            if choice is ShortageChoice.REFUND:
                is_used = row.state is VoucherState.REDEEMED
                assert row.state in (VoucherState.REDEEMED, VoucherState.CANCELLED)
                assert answers == (
                    {"done": 1, "already_redeemed": 5} if is_used else {"done": 1, "repeat": 2, "voucher_cancelled": 3}
                )
                assert (points.balance, points.held) == ((0, 0) if is_used else (30, 0))
            else:  # longer and used: both may be true, each once
                assert row.state is VoucherState.REDEEMED
                assert answers["done"] in (1, 2)
                assert (points.balance, points.held) == (0, 0)
            assert verify(db.session).ok


def test_no_goods_is_said_once(live: Clone) -> None:
    with live.app.app_context():
        shop, _owner, voucher = _shop_and_voucher()
        tills = [actor_of(db.session, shop.clerk), actor_of(db.session, shop.manager)]
    acts = [
        lambda a=tills[n % 2]: write(report_shortage, a, ReportShortage(code=voucher.code), now=clock.now())
        for n in range(8)
    ]
    assert Counter(at_once(live, acts)) == {"done": 1, "repeat": 7}
    with live.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Shortage)) == 1


def test_a_decision_and_an_undo_pay_back_once(live: Clone) -> None:
    with live.app.app_context():
        shop, owner, voucher = _shop_and_voucher()
        clerk, staff = actor_of(db.session, shop.clerk), actor_of(db.session, shop.staff)
        used = write(redeem, clerk, voucher.code, now=clock.now()).public_id
    opening = OpenDispute(redemption=used, kind=DisputeKind.NOT_ME, words="不是我")
    begun = at_once(live, [lambda: write(open_dispute, owner, opening, now=clock.now())] * 4)
    assert Counter(begun) == {"done": 1, "repeat": 3}
    with live.app.app_context():
        dispute = db.session.scalars(select(Dispute.public_id)).one()
    decision = DecideDispute(dispute=dispute, is_upheld=True, reason="看过监控")
    undo = ReverseRedemption(redemption=used, reason="扫错了")
    acts: list[Callable[[], Any]] = [
        lambda: write(decide_dispute, staff, decision, now=clock.now()),
        lambda: write(reverse_redemption, clerk, undo, now=clock.now()),
    ] * 3
    answers = Counter(at_once(live, acts))
    assert answers["done"] + answers["repeat"] == 6, answers
    with live.app.app_context():
        row = db.session.scalars(select(Voucher)).one()
        points = person_points(db.session, owner.person_id, now=clock.now())
        assert (row.state, points.balance, points.held) in (
            (VoucherState.CANCELLED, 30, 0),
            (VoucherState.ISSUED, 0, 30),
        )
        assert (
            db.session.scalar(select(func.count()).select_from(Redemption).where(Redemption.reversed_at.is_(None))) == 0
        )
        assert verify(db.session).ok
