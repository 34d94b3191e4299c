"""今天没货: the shop says so, the resident chooses, points and times are right, and every refused scan is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.clock import to_local
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.ledger.queries import person_points, verify
from pointsapp.merchants.errors import WrongMerchant
from pointsapp.redemption.errors import AlreadyRedeemed, NothingMissing, VoucherCancelled, VoucherExpired
from pointsapp.redemption.models import ShortageChoice, ShortageState, TillScan, Voucher, VoucherState
from pointsapp.redemption.queries import (
    VoucherView,
    newest_shortage,
    out_today,
    refused_scans,
    voucher_by_public_id,
)
from pointsapp.redemption.services import (
    ChooseAfterShortage,
    ReportShortage,
    ReverseRedemption,
    cancel_voucher,
    choose_after_shortage,
    expire_due,
    issue_voucher,
    look_to_redeem,
    redeem,
    report_shortage,
    reverse_redemption,
    undo_for_shortage,
    withdraw_shortage,
)
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of
from tests.merchants.shops import Shop, give_points, make_offer


@pytest.fixture
def voucher(shop: Shop, clock: Clock) -> VoucherView:
    give_points(shop.session, shop.resident, 100)
    offer = make_offer(shop, stock=5)
    return write(issue_voucher, actor_of(shop.session, shop.resident), offer.public_id, now=clock.at)


def state_of(session: Session, voucher: VoucherView, clock: Clock) -> VoucherView:
    found = voucher_by_public_id(session, voucher.public_id, now=clock.at)
    assert found is not None
    return found


def choose(voucher: VoucherView, choice: ShortageChoice) -> ChooseAfterShortage:
    return ChooseAfterShortage(voucher=voucher.public_id, choice=choice)


def test_the_points_come_back(session: Session, shop: Shop, voucher: VoucherView, clock: Clock) -> None:
    owner, clerk = actor_of(session, shop.resident), actor_of(session, shop.clerk)
    said = write(report_shortage, clerk, ReportShortage(code=voucher.code, note="明早到货"), now=clock.at)
    assert (said.state, said.note, said.owner) == (ShortageState.OPEN, "明早到货", "李**")
    assert write(report_shortage, clerk, ReportShortage(code=voucher.code), now=clock.at).is_repeat
    done = write(choose_after_shortage, owner, choose(voucher, ShortageChoice.REFUND), now=clock.at)
    assert (done.state, done.balance) == (VoucherState.CANCELLED, 100)
    assert write(choose_after_shortage, owner, choose(voucher, ShortageChoice.REFUND), now=clock.at).is_repeat
    kept = newest_shortage(session, voucher.id)
    assert kept is not None
    assert (kept.state, kept.choice) == (ShortageState.CLOSED, ShortageChoice.REFUND)
    with pytest.raises(VoucherCancelled):
        write(redeem, clerk, voucher.code, now=clock.at)
    kinds = session.scalars(select(Event.kind).where(Event.person_id == shop.resident.id).order_by(Event.id)).all()
    assert kinds[-2:] == ["redemption.out_of_stock", "redemption.voucher_cancelled"]
    assert verify(session).ok


def test_or_the_voucher_lives_longer(session: Session, shop: Shop, voucher: VoucherView, clock: Clock) -> None:
    owner, clerk = actor_of(session, shop.resident), actor_of(session, shop.clerk)
    write(report_shortage, clerk, ReportShortage(code=voucher.code), now=clock.at)
    done = write(choose_after_shortage, owner, choose(voucher, ShortageChoice.EXTENSION), now=clock.at)
    assert done.expires_at == voucher.expires_at + timedelta(days=7)
    assert write(choose_after_shortage, owner, choose(voucher, ShortageChoice.EXTENSION), now=clock.at).is_repeat
    clock.forward(days=10)
    assert write(expire_due, now=clock.at) == 0
    assert write(redeem, clerk, voucher.code, now=clock.at).points == 30
    assert verify(session).ok


def test_it_stays_usable_until_its_owner_has_chosen(
    session: Session, shop: Shop, voucher: VoucherView, clock: Clock
) -> None:
    owner, clerk = actor_of(session, shop.resident), actor_of(session, shop.clerk)
    write(report_shortage, clerk, ReportShortage(code=voucher.code), now=clock.at)
    used = write(redeem, clerk, voucher.code, now=clock.at)
    for choice in ShortageChoice:
        with pytest.raises(AlreadyRedeemed):
            write(choose_after_shortage, owner, choose(voucher, choice), now=clock.at)
    write(reverse_redemption, clerk, ReverseRedemption(redemption=used.public_id, reason="扫错了"), now=clock.at)
    with pytest.raises(NothingMissing):
        write(choose_after_shortage, owner, choose(voucher, ShortageChoice.REFUND), now=clock.at)


def test_goods_that_come_end_the_choice(session: Session, shop: Shop, voucher: VoucherView, clock: Clock) -> None:
    owner, clerk = actor_of(session, shop.resident), actor_of(session, shop.clerk)
    said = write(report_shortage, clerk, ReportShortage(code=voucher.code), now=clock.at)
    with pytest.raises(NotFound):
        write(withdraw_shortage, actor_of(session, shop.other_clerk), said.public_id, now=clock.at)
    write(withdraw_shortage, clerk, said.public_id, now=clock.at)
    assert write(withdraw_shortage, clerk, said.public_id, now=clock.at).is_repeat
    with pytest.raises(NothingMissing):
        write(choose_after_shortage, owner, choose(voucher, ShortageChoice.EXTENSION), now=clock.at)
    again = write(report_shortage, clerk, ReportShortage(code=voucher.code), now=clock.at)
    assert again.public_id != said.public_id


def test_a_use_undone_for_want_of_goods_asks_at_once(
    session: Session, shop: Shop, voucher: VoucherView, clock: Clock
) -> None:
    clerk = actor_of(session, shop.clerk)
    used = write(redeem, clerk, voucher.code, now=clock.at)
    undo = ReverseRedemption(redemption=used.public_id, reason="没有货了")
    said = write(undo_for_shortage, clerk, undo, now=clock.at)
    assert said.state is ShortageState.OPEN
    assert state_of(session, voucher, clock).state is VoucherState.ISSUED
    assert write(undo_for_shortage, clerk, undo, now=clock.at).is_repeat


def test_what_ends_otherwise_ends_the_question(
    session: Session, shop: Shop, voucher: VoucherView, clock: Clock
) -> None:
    owner, clerk = actor_of(session, shop.resident), actor_of(session, shop.clerk)
    second = write(issue_voucher, owner, voucher.offer.public_id, now=clock.at)
    for each in (voucher, second):
        write(report_shortage, clerk, ReportShortage(code=each.code), now=clock.at)
    write(cancel_voucher, owner, voucher.public_id, now=clock.at)
    clock.forward(days=8)
    with pytest.raises(VoucherExpired):
        write(choose_after_shortage, owner, choose(second, ShortageChoice.EXTENSION), now=clock.at)
    assert write(expire_due, now=clock.at) == 1
    kept = [newest_shortage(session, each.id) for each in (voucher, second)]
    assert [(each.state, each.choice) for each in kept if each] == [
        (ShortageState.CLOSED, ShortageChoice.REFUND),
        (ShortageState.WITHDRAWN, None),
    ]
    assert person_points(session, shop.resident.id, now=clock.at).balance == 100


def test_only_the_shop_says_so_and_only_the_owner_chooses(
    session: Session, shop: Shop, voucher: VoucherView, clock: Clock
) -> None:
    command = ReportShortage(code=voucher.code)
    with pytest.raises(WrongMerchant):
        write(report_shortage, actor_of(session, shop.other_clerk), command, now=clock.at)
    with pytest.raises(Forbidden):
        write(report_shortage, actor_of(session, shop.staff), command, now=clock.at)
    write(report_shortage, actor_of(session, shop.clerk), command, now=clock.at)
    with pytest.raises(NotFound):
        write(
            choose_after_shortage, actor_of(session, shop.clerk), choose(voucher, ShortageChoice.REFUND), now=clock.at
        )


def test_a_refused_scan_is_kept_with_its_reason(
    session: Session, shop: Shop, voucher: VoucherView, clock: Clock
) -> None:
    clerk, other = actor_of(session, shop.clerk), actor_of(session, shop.other_clerk)
    with pytest.raises(WrongMerchant):
        write(look_to_redeem, other, voucher.code, now=clock.at)
    write(look_to_redeem, clerk, voucher.code, now=clock.at)
    write(redeem, clerk, voucher.code, now=clock.at)
    for act in (redeem, look_to_redeem):
        with pytest.raises(AlreadyRedeemed):
            write(act, clerk, voucher.code, now=clock.at)
    with pytest.raises(Forbidden):
        write(redeem, actor_of(session, shop.staff), voucher.code, now=clock.at)
    kept = refused_scans(session, voucher.id)
    assert [(each.reason, each.shop == shop.merchant.name) for each in kept] == [
        ("wrong_merchant", False),
        ("already_redeemed", True),
        ("already_redeemed", True),
    ]
    assert kept[1].clerk == "赵**"
    assert session.scalars(select(TillScan.clerk_id)).all() == [other.person_id, clerk.person_id, clerk.person_id]


def offer_key(session: Session, voucher: VoucherView) -> int:
    return session.scalars(select(Voucher.offer_id).where(Voucher.id == voucher.id)).one()


class TestTheOfferSaysIt:
    """What the shop said at its till stands on the offer too, until the goods come or the day ends; it is still sold."""

    @staticmethod
    def _page(client: HouseClient, voucher: VoucherView) -> str:
        return " ".join(client.get(f"/offers/{voucher.offer.public_id}").get_data(as_text=True).split())

    def test_the_hour_stands_on_the_page_and_in_the_question(
        self, session: Session, shop: Shop, voucher: VoucherView, clock: Clock, client: HouseClient
    ) -> None:
        client.sign_in(shop.resident)
        assert "没货" not in self._page(client, voucher)
        clerk = actor_of(session, shop.clerk)
        write(report_shortage, clerk, ReportShortage(code=voucher.code), now=clock.at)
        page, hour = self._page(client, voucher), f"{to_local(clock.at):%H:%M}"
        assert f'店里<span class="keep">今天 {hour}</span> 说这样东西没有了' in page
        assert f"店里今天 {hour} 说没货。换后还剩" in page
        bought = client.post(f"/offers/{voucher.offer.public_id}/vouchers", data={"request_id": "r1"})
        assert bought.status_code == 303

    def test_a_choice_of_the_owner_leaves_it_goods_that_came_and_the_next_day_end_it(
        self, session: Session, shop: Shop, voucher: VoucherView, clock: Clock
    ) -> None:
        owner, clerk = actor_of(session, shop.resident), actor_of(session, shop.clerk)
        second = write(issue_voucher, owner, voucher.offer.public_id, now=clock.at)

        def out(at: datetime) -> datetime | None:
            return out_today(session, voucher.merchant.id, offer_key(session, voucher), now=at)

        write(report_shortage, clerk, ReportShortage(code=voucher.code), now=clock.at)
        write(choose_after_shortage, owner, choose(voucher, ShortageChoice.REFUND), now=clock.at)
        assert out(clock.at) == clock.at
        assert out(clock.at + timedelta(days=1)) is None
        later = clock.at + timedelta(minutes=5)
        write(redeem, clerk, second.code, now=later)
        assert out(later) is None

    def test_taken_back_by_the_shop(self, session: Session, shop: Shop, voucher: VoucherView, clock: Clock) -> None:
        clerk = actor_of(session, shop.clerk)
        said = write(report_shortage, clerk, ReportShortage(code=voucher.code), now=clock.at)
        write(withdraw_shortage, clerk, said.public_id, now=clock.at)
        assert out_today(session, voucher.merchant.id, offer_key(session, voucher), now=clock.at) is None
