"""The shop's own pages and the office's console: every door by role, forms that keep what was typed, invitations by QR."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.actor import Role
from pointsapp.core.codes import new_code
from pointsapp.core.transaction import write
from pointsapp.merchants.models import Invitation, Merchant, Offer, OfferState, OfferVersion
from pointsapp.merchants.queries import people_of
from pointsapp.merchants.services import InviteToMerchant, invite
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, make_clerk, make_person, make_staff
from tests.merchants.shops import Shop, make_offer
from tests.redemption.test_pages import text_of
from tests.redemption.test_services import round_trips

TYPED = {"title": "烩面一碗", "description": "羊肉烩面", "points": "30", "funding": "given", "request_id": "r1"}


def test_a_shop_page_is_for_its_people_and_the_office(client: HouseClient, shop: Shop, session: Session) -> None:
    make_offer(shop)
    path = f"/shop/{shop.merchant.public_id}"
    assert client.get(path).status_code == 302
    for person, status in (
        (shop.resident, 404),
        (shop.other_clerk, 404),
        (shop.clerk, 200),
        (shop.manager, 200),
        (shop.staff, 200),
    ):
        assert client.sign_in(person).get(path).status_code == status
    clerk = text_of(client.sign_in(shop.clerk).get(path))
    assert "烩面一碗" in clerk
    assert "邀请店员" not in clerk
    assert "下架" not in clerk
    assert client.get("/shop").location == path
    assert client.sign_in(shop.resident).get("/shop").status_code == 403


def test_somebody_with_two_shops_chooses(client: HouseClient, shop: Shop, session: Session) -> None:
    from tests.factories import grant

    both = make_clerk(session, shop.merchant)
    grant(session, both, Role.MERCHANT_CLERK, merchant=shop.other)
    page = client.sign_in(both).get("/shop")
    assert page.status_code == 200
    assert shop.merchant.name in text_of(page)
    assert shop.other.name in text_of(page)


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("particulars", {"name": "新名", "address": "新址"}),
        ("pause", {"reason": "装修"}),
        ("resume", {}),
        ("offers/new", TYPED),
        ("invitations", {"role": "merchant_clerk"}),
        ("people/x/removal", {}),
        ("offers/x/withdrawal", {}),
        ("offers/x/edit", TYPED),
    ],
)
def test_clerks_and_strangers_change_nothing(
    client: HouseClient, shop: Shop, session: Session, path: str, typed: dict[str, str]
) -> None:
    address = f"/shop/{shop.merchant.public_id}/{path}"
    assert client.post(address, data=typed).status_code == 401
    for person in (shop.clerk, shop.resident, shop.other_clerk):
        assert client.sign_in(person).post(address, data=typed).status_code in (403, 404)
    assert session.scalar(select(Merchant.name).where(Merchant.id == shop.merchant.id)) == "胖婶烩面"
    assert session.scalars(select(Offer)).all() == []
    assert session.scalars(select(Invitation)).all() == []


def test_a_manager_writes_an_offer_and_the_office_approves_it(
    client: HouseClient, shop: Shop, session: Session
) -> None:
    client.sign_in(shop.manager)
    path = f"/shop/{shop.merchant.public_id}/offers/new"
    assert "写一个优惠" in text_of(client.get(path))
    assert client.post(path, data=TYPED).location == f"/shop/{shop.merchant.public_id}"
    assert "待审批" in text_of(client.get(f"/shop/{shop.merchant.public_id}"))
    client.sign_in(shop.staff)
    waiting = client.get("/console/offers")
    assert "烩面一碗" in text_of(waiting)
    offer = session.scalars(select(Offer)).one()
    done = client.post(f"/console/offers/{offer.public_id}/approval", data={"version": "1"})
    assert (done.status_code, done.location) == (303, "/console/offers")
    assert "没有待审批的优惠" in text_of(client.get("/console/offers"))
    assert "烩面一碗" in text_of(client.get("/offers"))


def test_a_bad_form_keeps_what_was_typed(client: HouseClient, shop: Shop) -> None:
    client.sign_in(shop.manager)
    path = f"/shop/{shop.merchant.public_id}/offers/new"
    for over, words in (
        ({"points": "很多"}, "应是整数"),
        ({"points": "0"}, "应在 1 到"),
        ({"title": ""}, "必须填写"),
        ({"stock": "-3"}, "应在 1 到"),
        ({"ends_at": "2020-01-01T00:00"}, "这个时间已经过了"),
        ({"ends_at": "someday"}, "时间格式不对"),
        ({"funding": "subsidised"}, "有单位补贴的优惠必须填写"),
        ({"funding": "subsidised", "agreed_yuan": "1.234"}, "应是数字"),
        ({"funding": "free"}, "谁提供"),
        ({"description": "很" * 1001}, "最多 1000 个字"),
    ):
        answer = client.post(path, data={**TYPED, "description": "只此一份的说明", **over})
        assert answer.status_code == 422
        assert words in text_of(answer), over
        if "description" not in over:
            assert "只此一份的说明" in answer.get_data(as_text=True)


def test_a_subsidy_is_typed_in_yuan(client: HouseClient, shop: Shop, session: Session) -> None:
    client.sign_in(shop.manager)
    agreed = {
        "funding": "subsidised",
        "agreed_yuan": "5.50",
        "funding_unit": "民政科",
        "funded_from_on": "2026-11-01",
        "funded_until_on": "2026-12-31",
    }
    client.post(f"/shop/{shop.merchant.public_id}/offers/new", data={**TYPED, **agreed})
    version = session.scalars(select(OfferVersion)).one()
    assert (version.agreed_fen, version.state) == (550, OfferState.PENDING)
    page = client.sign_in(shop.staff).get("/console/offers")
    assert "民政科 每份 ¥5.50" in text_of(page)


def test_an_edit_starts_from_what_stands_and_a_draft_may_wait(
    client: HouseClient, shop: Shop, session: Session
) -> None:
    client.sign_in(shop.manager)
    home = f"/shop/{shop.merchant.public_id}"
    client.post(f"{home}/offers/new", data={**TYPED, "stock": "7", "keep_draft": "1"})
    offer = session.scalars(select(Offer)).one()
    assert session.scalars(select(OfferVersion.state)).one() is OfferState.DRAFT
    edit = f"{home}/offers/{offer.public_id}/edit"
    page = client.get(edit).get_data(as_text=True)
    assert re.search(r'name="stock"[^>]*value="7"', page)
    assert 'name="version" value="1"' in page
    sent = client.post(edit, data={**TYPED, "version": "1", "request_id": "r2"})
    assert sent.status_code == 303
    stale = client.post(edit, data={**TYPED, "version": "9", "request_id": "r3"})
    assert stale.status_code == 409
    assert client.get(f"/shop/{shop.other.public_id}/offers/{offer.public_id}/edit").status_code == 404


def test_a_manager_takes_down_pauses_and_resumes(client: HouseClient, shop: Shop) -> None:
    offer = make_offer(shop)
    home = f"/shop/{shop.merchant.public_id}"
    client.sign_in(shop.manager)
    assert client.post(f"{home}/pause", data={"reason": "店面装修"}).location == home
    assert "店面装修" in text_of(client.get(home))
    assert "烩面一碗" not in text_of(client.get("/offers"))
    assert client.post(f"{home}/resume", data={}).location == home
    assert "烩面一碗" in text_of(client.get("/offers"))
    assert client.post(f"{home}/offers/{offer.public_id}/withdrawal", data={}).location == home
    assert "已下架" in text_of(client.get(home))


def test_the_particulars_are_corrected(client: HouseClient, shop: Shop, session: Session) -> None:
    path = f"/shop/{shop.merchant.public_id}/particulars"
    client.sign_in(shop.manager)
    assert shop.merchant.address in client.get(path).get_data(as_text=True)
    assert client.post(path, data={"name": "胖婶烩面", "address": ""}).status_code == 422
    typed = {"name": "胖婶烩面老店", "address": "经八路9号", "phone": "0371-1234", "opening_hours": "每天 7:00–21:00"}
    assert client.post(path, data=typed).status_code == 303
    assert session.scalar(select(Merchant.opening_hours).where(Merchant.id == shop.merchant.id)) == "每天 7:00–21:00"
    assert client.sign_in(shop.staff).get(path).status_code == 200


# --- invitations


def test_an_invitation_is_shown_scanned_and_accepted(
    client: HouseClient, shop: Shop, session: Session, clock: Clock
) -> None:
    client.sign_in(shop.manager)
    home = f"/shop/{shop.merchant.public_id}"
    card = client.post(f"{home}/invitations", data={"role": "merchant_clerk", "request_id": "r1"})
    page = client.get(card.location)
    assert '<svg class="qr"' in page.get_data(as_text=True)
    assert card.location in client.get(home).get_data(as_text=True)  # to be shown again
    row = session.scalars(select(Invitation)).one()
    code = row.code
    own = client.get(f"/q/i/{code}")  # the inviter scans their own card
    assert "这是您发出的邀请" in text_of(own)
    assert card.location in own.get_data(as_text=True)
    refused = client.post(f"/q/i/{code}", data={"request_id": "r0"})
    assert refused.status_code == 403
    assert "不能接受自己发出的邀请" in text_of(refused)
    assert client.sign_in(shop.clerk).get(card.location).status_code == 404
    office = client.sign_in(shop.staff).get(f"/console/merchants/{shop.merchant.public_id}")
    assert "邀请等人扫" in text_of(office)
    assert code not in office.get_data(as_text=True)
    client.sign_in(shop.resident)
    seen = client.get(f"/q/i/{code}")
    assert "胖婶烩面 邀请您做店员" in text_of(seen)
    assert [each.name for each in people_of(session, shop.merchant.id, now=clock.at)].count("李桂兰") == 0
    done = client.post(f"/q/i/{code}", data={"request_id": "r2"})
    assert (done.status_code, done.location) == (303, home)
    assert client.get("/till").status_code == 200
    assert "您已经接受了" in text_of(client.get(f"/q/i/{code}"))
    late = client.sign_in(shop.staff).post(f"/q/i/{code}", data={"request_id": "r3"})
    assert late.status_code == 410
    person = next(each for each in people_of(session, shop.merchant.id, now=clock.at) if each.name == "李桂兰")
    client.sign_in(shop.manager)
    assert client.post(f"{home}/people/{person.grant}/removal", data={}).location == home
    gone = client.sign_in(shop.resident).get("/till")
    assert gone.status_code == 403
    assert "您不在任何一家店里" in text_of(gone)


def test_who_was_invited_may_leave_by_themself(client: HouseClient, shop: Shop, session: Session, clock: Clock) -> None:
    home = f"/shop/{shop.merchant.public_id}"
    mine = next(each for each in people_of(session, shop.merchant.id, now=clock.at) if each.person_id == shop.clerk.id)
    way = f"{home}/people/{mine.grant}/removal"
    assert way in client.sign_in(shop.clerk).get(home).get_data(as_text=True)  # the invitation promised it
    done = client.post(way, data={"request_id": "r1"}, follow_redirects=True)
    assert done.status_code == 200
    assert "您已经不在胖婶烩面做事了" in text_of(done)
    assert client.get("/till").status_code == 403
    for office in (shop.staff, shop.manager):
        assert way not in client.sign_in(office).get(home).get_data(as_text=True)


def test_an_invitation_asks_a_guest_to_sign_in_and_refuses_strange_codes(client: HouseClient, shop: Shop) -> None:
    path = f"/q/i/{new_code(10)}"
    assert client.get(path).status_code == 302
    assert path in client.get(path).location.replace("%2F", "/")
    client.sign_in(shop.resident)
    assert client.get(path).status_code == 422
    assert client.get("/q/i/rubbish").status_code == 422
    assert client.post(path, data={}).status_code == 422


def test_an_invitation_is_taken_back(client: HouseClient, shop: Shop, session: Session, clock: Clock) -> None:
    command = InviteToMerchant(merchant=shop.merchant.code, role=Role.MERCHANT_CLERK)
    row = write(invite, actor_of(session, shop.manager), command, now=clock.at)
    path = f"/shop/{shop.merchant.public_id}/invitations/{row.public_id}/revocation"
    assert client.sign_in(shop.clerk).post(path, data={}).status_code == 403
    assert client.sign_in(shop.manager).post(path, data={}).status_code == 303
    assert client.sign_in(shop.resident).post(f"/q/i/{row.code}", data={}).status_code == 410
    bad = client.sign_in(shop.manager).post(f"/shop/{shop.merchant.public_id}/invitations", data={"role": "staff"})
    assert bad.status_code == 422


# --- the console

CONSOLE = ["/console/merchants", "/console/merchants/new", "/console/offers"]


@pytest.mark.parametrize("path", [*CONSOLE, "/console/merchants/{merchant}"])
def test_the_console_is_for_the_office(client: HouseClient, shop: Shop, session: Session, path: str) -> None:
    make_offer(shop, approved=False)
    address = path.format(merchant=shop.merchant.public_id)
    assert client.get(address).status_code == 302
    leader = make_staff(session, shop.tree["community"], Role.GRID_LEADER)
    elsewhere = make_staff(session, shop.tree["other"])
    session.expunge_all()
    for person in (shop.resident, shop.manager, shop.clerk, leader):
        assert client.sign_in(person).get(address).status_code == 403
    shown = client.sign_in(elsewhere).get(address)
    assert shown.status_code == (403 if "{" in path else 200)
    assert shop.merchant.name not in text_of(shown)
    client.sign_in(shop.staff)
    with round_trips(session) as sent:
        page = client.get(address)
    assert page.status_code == 200
    assert len(sent) <= 12, "\n".join(sent)


def test_staff_register_a_merchant_and_invite_its_manager(client: HouseClient, shop: Shop, session: Session) -> None:
    client.sign_in(shop.staff)
    area = shop.tree["community"]
    typed = {"name": "面馆", "code": "mianguan", "area_id": area.public_id, "address": "经八路1号", "request_id": "r1"}
    assert client.post("/console/merchants/new", data={**typed, "code": "面"}).status_code == 422
    done = client.post("/console/merchants/new", data=typed)
    assert done.status_code == 303
    page = text_of(client.get(done.location))
    assert "邀请店长" in page
    assert "邀请店员" not in page  # the manager's own business
    taken = client.post("/console/merchants/new", data={**typed, "request_id": "r2"})
    assert taken.status_code == 409
    assert "代号已被使用" in text_of(taken)
    merchant = session.scalars(select(Merchant).where(Merchant.code == "mianguan")).one().public_id
    card = client.post(f"/shop/{merchant}/invitations", data={"role": "merchant_manager", "request_id": "r3"})
    assert client.get(card.location).status_code == 200
    assert client.post(f"/shop/{merchant}/pause", data={}).location == f"/console/merchants/{merchant}"


def test_the_list_is_searched_and_bounded_to_the_own_areas(client: HouseClient, shop: Shop, session: Session) -> None:
    client.sign_in(shop.staff)
    assert shop.merchant.name in text_of(client.get("/console/merchants?q=烩面"))
    assert "没有商户" in text_of(client.get("/console/merchants?q=不存在"))
    assert "没有商户" in text_of(client.get(f"/console/merchants?area={shop.tree['other'].code}"))
    assert client.get("/console/merchants?area=nowhere").status_code == 422


def test_the_office_returns_an_offer_with_a_reason(client: HouseClient, shop: Shop, session: Session) -> None:
    offer = make_offer(shop, approved=False)
    path = f"/console/offers/{offer.public_id}"
    client.sign_in(shop.staff)
    assert client.post(f"{path}/rejection", data={"version": "1"}).status_code == 422
    stale = client.post(f"{path}/rejection", data={"version": "2", "reason": "不清楚"})
    assert stale.status_code == 409
    done = client.post(f"{path}/rejection", data={"version": "1", "reason": "请写清分量"})
    assert done.status_code == 303
    assert "请写清分量" in text_of(client.sign_in(shop.manager).get(f"/shop/{shop.merchant.public_id}"))


@pytest.mark.parametrize("verb", ["approval", "rejection"])
def test_decisions_are_the_offices(client: HouseClient, shop: Shop, session: Session, verb: str) -> None:
    offer = make_offer(shop, approved=False)
    path = f"/console/offers/{offer.public_id}/{verb}"
    typed = {"reason": "不行", "version": "1"}
    elsewhere = make_staff(session, shop.tree["other"])
    outsider = make_person(session)
    session.expunge_all()
    assert client.post(path, data=typed).status_code == 401
    for person in (shop.manager, shop.clerk, shop.resident, elsewhere, outsider):
        answer: Any = client.sign_in(person).post(path, data=typed)
        assert answer.status_code in (403, 404)
    assert session.scalars(select(OfferVersion.state)).one() is OfferState.PENDING


def test_long_lists_of_offers_are_paged(
    client: HouseClient, shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pointsapp.merchants.pages.console.SHOWN", 2)
    monkeypatch.setattr("pointsapp.merchants.pages.shop.SHOWN", 2)
    titles = ["一号面", "二号面", "三号面"]
    for title in titles:
        make_offer(shop, approved=False, title=title)
    first = client.sign_in(shop.staff).get("/console/offers").get_data(as_text=True)
    assert "3 个优惠等着审批" in first
    assert [title in first for title in titles] == [True, True, False]
    second = client.get(re.findall(r'href="(/console/offers\?cursor=[^"]+)"', first)[0])
    assert [title in text_of(second) for title in titles] == [False, False, True]
    assert "待审批优惠 3" in text_of(client.get("/console/merchants"))
    path = f"/shop/{shop.merchant.public_id}"
    newest = client.sign_in(shop.manager).get(path).get_data(as_text=True)
    assert [title in newest for title in titles] == [False, True, True]
    older = client.get(re.findall(rf'href="({path}\?cursor=[^"]+)"', newest)[0])
    assert [title in text_of(older) for title in titles] == [True, False, False]


def test_a_pause_with_too_long_a_reason_keeps_what_was_typed(client: HouseClient, shop: Shop) -> None:
    bad = client.sign_in(shop.manager).post(f"/shop/{shop.merchant.public_id}/pause", data={"reason": "装" * 201})
    assert bad.status_code == 422
    assert "装" * 201 in bad.get_data(as_text=True)
    assert "最多 200 个字" in text_of(bad)
