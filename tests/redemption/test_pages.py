"""The pages of redemption: what each person sees, every door by role, and that the whole way works without scripts."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.core.actor import Role
from pointsapp.core.codes import new_code
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.core.transaction import write
from pointsapp.ledger.queries import person_points
from pointsapp.merchants.queries import OfferView
from pointsapp.merchants.services import InviteToMerchant, invite
from pointsapp.redemption.queries import VoucherView, day_page, voucher_by_public_id
from pointsapp.redemption.services import ReverseRedemption, issue_voucher, redeem, reverse_redemption
from pointsapp.web.filters import moment
from pointsapp.web.qr import qr_png
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, grant, make_person
from tests.merchants.shops import Shop, give_points, make_offer


@pytest.fixture
def offer(shop: Shop) -> OfferView:
    give_points(shop.session, shop.resident, 100)
    return make_offer(shop, stock=5, per_person_limit=2)


@pytest.fixture
def voucher(shop: Shop, offer: OfferView, clock: Clock) -> VoucherView:
    return write(issue_voucher, actor_of(shop.session, shop.resident), offer.public_id, now=clock.at)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


# --- the window


def test_a_guest_sees_the_window_and_is_asked_to_sign_in_at_the_button(
    client: HouseClient, shop: Shop, offer: OfferView
) -> None:
    page = client.get("/offers")
    assert page.status_code == 200
    assert "烩面一碗" in text_of(page)
    one = client.get(f"/offers/{offer.public_id}")
    assert "用 30 分兑换" in text_of(one)
    asked = client.post(f"/offers/{offer.public_id}/vouchers", data={"request_id": "r1"})
    assert asked.status_code == 401
    assert f"/offers/{offer.public_id}" in asked.get_data(as_text=True)


def test_the_same_thing_stands_once_on_the_first_page_and_everywhere_in_the_window(
    client: HouseClient, shop: Shop
) -> None:
    give_points(shop.session, shop.resident, 50)
    for title in ("血压免费测", "血压免费测", "矿泉水一瓶"):
        make_offer(shop, title=title, points=10)
    client.sign_in(shop.resident)
    first = text_of(client.get("/"))
    assert (first.count("血压免费测"), first.count("矿泉水一瓶")) == (1, 1)
    window = text_of(client.get("/offers"))
    assert window.count("血压免费测") == 2
    assert window.count(f"· {shop.tree['community'].name}") == 3


def test_what_one_can_get_now_comes_first(client: HouseClient, shop: Shop) -> None:
    give_points(shop.session, shop.resident, 50)
    for points, title in ((500, "远的"), (60, "快了"), (20, "便宜的"), (45, "最好的")):
        make_offer(shop, title=title, points=points)
    page = text_of(client.sign_in(shop.resident).get("/offers"))
    places = [page.index(word) for word in ("现在能换", "最好的", "便宜的", "再攒一攒", "快了", "远的")]
    assert places == sorted(places)
    assert "还差 10 分" in page
    only = text_of(client.get("/offers?affordable=1"))
    assert "最好的" in only
    assert "快了" not in only
    assert "没有找到" in text_of(client.get("/offers?q=不存在的"))


def test_the_window_is_paged_without_loss(client: HouseClient, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pointsapp.redemption.pages.window.SHOWN", 2)
    give_points(shop.session, shop.resident, 30)
    for number in range(7):
        make_offer(shop, title=f"第{number}号", points=10 * (number + 1))
    client.sign_in(shop.resident)
    seen, address = [], "/offers"
    while address:
        page = client.get(address).get_data(as_text=True)
        seen += re.findall(r"第\d号", re.sub(r"aria-label=\"[^\"]*\"", "", page))
        found = re.search(r'href="([^"]*cursor=[^"]*)" rel="next"', page)
        address = found.group(1).replace("&amp;", "&") if found else ""
    assert seen == ["第2号", "第1号", "第0号", "第3号", "第4号", "第5号", "第6号"]
    assert client.get("/offers?cursor=rubbish").status_code == 422


def test_taking_an_offer_leads_to_the_ticket_once(client: HouseClient, shop: Shop, offer: OfferView) -> None:
    client.sign_in(shop.resident)
    first = client.post(f"/offers/{offer.public_id}/vouchers", data={"request_id": "r1"})
    again = client.post(f"/offers/{offer.public_id}/vouchers", data={"request_id": "r1"})
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    page = client.get(first.location)
    assert "换到了" in text_of(page)
    assert '<svg class="qr"' in page.get_data(as_text=True)


def test_a_refused_voucher_says_why_on_the_offers_page(client: HouseClient, shop: Shop) -> None:
    offer = make_offer(shop)
    answer = client.sign_in(shop.resident).post(f"/offers/{offer.public_id}/vouchers", data={"request_id": "r1"})
    assert answer.status_code == 409
    assert "需要 30 分，您现在可用 0 分" in text_of(answer)


def test_a_newcomer_is_told_how_to_be_known(client: HouseClient, shop: Shop, session: Session) -> None:
    newcomer = make_person(session, shop.tree["community"], verified=False)
    session.refresh(newcomer)
    client.sign_in(newcomer)
    give_points(session, newcomer, 100)
    offer = make_offer(shop)
    before = client.get(f"/offers/{offer.public_id}")  # said before the button, not after it
    assert "核实后才能兑换" in text_of(before)
    assert f"/offers/{offer.public_id}/vouchers" not in before.text
    answer = client.post(f"/offers/{offer.public_id}/vouchers", data={"request_id": "r1"})
    assert answer.status_code == 403
    assert "还没有核实身份" in text_of(answer)
    assert 'href="/me/code"' in answer.text.split("notice--no")[1].split("</article>")[0]


def test_the_button_tells_the_truth(client: HouseClient, shop: Shop, clock: Clock) -> None:
    client.sign_in(shop.resident)
    offer = make_offer(shop, stock=1, per_person_limit=1)
    path = f"/offers/{offer.public_id}"
    assert "还差 30 分" in text_of(client.get(path))
    give_points(shop.session, shop.resident, 30)
    assert "用 30 分兑换" in text_of(client.get(path))
    client.post(f"{path}/vouchers", data={"request_id": "r1"})
    assert "已换满，看我的兑换码" in text_of(client.get(path))
    give_points(shop.session, shop.staff, 30)
    assert "已换完" in text_of(client.sign_in(shop.staff).get(path))
    assert client.get(f"/offers/{make_offer(shop, approved=False).public_id}").status_code == 200  # the office reads it
    client.sign_in(shop.resident)
    assert client.get(f"/offers/{make_offer(shop, approved=False).public_id}").status_code == 404
    assert client.get("/offers/nothing").status_code == 404


# --- the pack


def test_the_ticket_is_the_owners_alone(
    client: HouseClient, shop: Shop, voucher: VoucherView, session: Session
) -> None:
    path = f"/me/vouchers/{voucher.public_id}"
    assert client.get(path).status_code == 302  # to the sign-in
    stranger = make_person(session)
    for person in (stranger, shop.clerk, shop.staff):
        assert client.sign_in(person).get(path).status_code == 404
        assert client.post(f"{path}/cancellation", data={}).status_code in (403, 404)
    page = client.sign_in(shop.resident).get(path)
    code = voucher.code
    assert f"{code[:4]} {code[4:8]} {code[8:]}" in text_of(page)
    assert "烩面一碗" in text_of(client.get("/me/vouchers"))


def test_the_pack_says_which_voucher_waits_for_a_choice(client: HouseClient, shop: Shop, voucher: VoucherView) -> None:
    assert "请您选" not in text_of(client.sign_in(shop.resident).get("/me/vouchers"))
    assert client.sign_in(shop.clerk).post("/till/shortages", data={"code": voucher.code}).status_code == 303
    assert "店里没货，请您选" in text_of(client.sign_in(shop.resident).get("/me/vouchers"))
    chosen = client.post(f"/me/vouchers/{voucher.public_id}/choice", data={"choice": "extension"})
    assert chosen.status_code == 303
    assert "请您选" not in text_of(client.get("/me/vouchers"))


def test_on_its_last_day_the_ticket_says_how_long_is_left_without_scripts(
    client: HouseClient, shop: Shop, voucher: VoucherView, clock: Clock
) -> None:
    path = f"/me/vouchers/{voucher.public_id}"
    client.sign_in(shop.resident)
    assert "还剩" not in text_of(client.get(path))
    clock.at = voucher.expires_at - timedelta(hours=3, minutes=20)
    assert "还剩 3 小时 20 分" in text_of(client.get(path))


def test_giving_back_returns_the_points_and_greys_the_ticket(
    client: HouseClient, shop: Shop, voucher: VoucherView, session: Session, clock: Clock
) -> None:
    client.sign_in(shop.resident)
    path = f"/me/vouchers/{voucher.public_id}"
    assert client.post(f"{path}/cancellation", data={"request_id": "r1"}).status_code == 303
    page = client.get(path)
    assert "已退回" in text_of(page)
    assert '<svg class="qr"' not in page.get_data(as_text=True)
    assert person_points(session, shop.resident.id, now=clock.at).balance == 100
    assert "已退回" in text_of(client.get("/me/vouchers?old=1"))


def test_a_used_ticket_names_the_moment_and_the_shop(
    client: HouseClient, shop: Shop, voucher: VoucherView, clock: Clock
) -> None:
    write(redeem, actor_of(shop.session, shop.clerk), voucher.code, now=clock.at)
    page = text_of(client.sign_in(shop.resident).get(f"/me/vouchers/{voucher.public_id}"))
    assert "已使用" in page
    assert "今天 00:30" in page
    assert shop.merchant.name in page
    refused = client.post(f"/me/vouchers/{voucher.public_id}/cancellation", data={})
    assert refused.status_code == 409
    assert "兑换码已用过" in text_of(refused)


def test_a_scanned_code_shows_each_person_their_own_thing(
    client: HouseClient, shop: Shop, voucher: VoucherView, session: Session, clock: Clock
) -> None:
    path = f"/q/v/{voucher.code}"
    assert client.get(path).status_code == 302
    stranger = make_person(session)
    session.expunge(stranger)
    mine = client.sign_in(shop.resident).get(path)
    assert mine.location == f"/me/vouchers/{voucher.public_id}"
    clerk = text_of(client.sign_in(shop.clerk).get(path))
    assert "核销" in clerk
    assert "李**" in clerk
    assert "李桂兰" not in clerk
    for person in (stranger, shop.other_clerk):
        page = client.sign_in(person).get(path)
        assert "这是别人的兑换码" in text_of(page)
        assert voucher.code not in page.get_data(as_text=True).replace(path, "")
    assert client.get(f"/q/v/{new_code(10)}").status_code == 404
    assert client.get("/q/v/rubbish").status_code == 422
    kept = voucher_by_public_id(session, voucher.public_id, now=clock.at)
    assert kept is not None
    assert kept.state.value == "issued"


def test_a_typed_code_of_any_kind_opens_its_own_page(
    client: HouseClient, shop: Shop, voucher: VoucherView, session: Session, clock: Clock
) -> None:
    invited = write(
        invite,
        actor_of(session, shop.manager),
        InviteToMerchant(merchant=shop.merchant.public_id, role=Role.MERCHANT_CLERK),
        now=clock.at,
    )
    personal, unknown = shop.clerk.personal_code, new_code(10)
    stranger = make_person(session)
    session.expunge(stranger)
    # Who is here goes on at once; a guest signs in first and comes back to the code.
    for code in (personal, voucher.code, invited.code, unknown):
        asked = client.post("/scan", data={"code": code}).location
        assert asked.startswith("/sign-in?next=/scan")
        assert code in asked
    client.sign_in(stranger)
    for letter, code in (("u", personal), ("v", voucher.code), ("i", invited.code)):
        assert client.post("/scan", data={"code": f" {code[:4]} {code[4:].lower()}"}).location == f"/q/{letter}/{code}"
        assert client.get("/scan", query_string={"code": code}).location == f"/q/{letter}/{code}"
    refused = client.post("/scan", data={"code": unknown})
    assert refused.status_code == 422
    assert "没有认出这个码" in text_of(refused)
    assert f'value="{unknown}"' in refused.get_data(as_text=True)


# --- the till


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "yesterday", "2026-13-01"])
def test_a_day_that_was_none_is_refused(client: HouseClient, shop: Shop, day: str) -> None:
    client.sign_in(shop.clerk)
    assert client.get(f"/till/day?on={day}").status_code == 422
    assert client.get("/till/day?on=9999-12-31").status_code == 200, "a day to come is today"


def test_only_the_merchants_people_have_a_till(client: HouseClient, shop: Shop) -> None:
    for path in ("/till", "/till/day"):
        assert client.get(path).status_code == 302
    for person, status in ((shop.resident, 403), (shop.staff, 403), (shop.clerk, 200), (shop.manager, 200)):
        client.sign_in(person)
        for path in ("/till", "/till/day"):
            assert client.get(path).status_code == status
        refused = client.post("/till", data={"code": "x"})
        assert refused.status_code == (403 if status == 403 else 422)


def test_a_typed_code_answers_green_and_counts(client: HouseClient, shop: Shop, voucher: VoucherView) -> None:
    client.sign_in(shop.clerk)
    assert "今天 0 笔" in text_of(client.get("/till"))
    done = client.post("/till", data={"code": f" {voucher.code.lower()} ", "request_id": "r1"})
    assert done.status_code == 303
    page = client.get(done.location)
    body = page.get_data(as_text=True)
    assert 'data-answer-kind="yes"' in body
    assert 'name="request_id"' in body
    assert "烩面一碗" in text_of(page)
    assert "30 分" in text_of(page)
    assert "今天 1 笔" in text_of(page)
    assert client.sign_in(shop.other_clerk).get(done.location).status_code == 404


@pytest.mark.parametrize(
    ("make", "status", "words"),
    [
        (lambda v: v.code, 409, "兑换码已用过"),
        (lambda v: new_code(10), 404, "没有这个兑换码"),
        (lambda v: "ABC", 422, "码不对"),
        (lambda v: "", 422, "还没有码 请扫码、拍照"),
        (lambda v: f"https://e.example/q/u/{new_code(10)}", 404, "这是顾客的个人码"),
        (lambda v: f"https://e.example/q/c/{new_code(8)}", 422, "这是活动现场的签到码"),
        (lambda v: f"https://e.example/q/i/{new_code(10)}", 404, "这是平台上别的二维码"),
        (lambda v: f"https://e.example/q/v/{new_code(10)}", 404, "系统里没有这个兑换码"),
        (lambda v: "wxp://f2f0abc", 422, "不是我们平台的"),
    ],
    ids=["used", "unknown", "short", "empty", "personal", "venue", "invitation", "voucher", "foreign"],
)
def test_a_red_answer_gives_the_reason_and_the_words_for_the_customer(
    client: HouseClient, shop: Shop, voucher: VoucherView, clock: Clock, make: Any, status: int, words: str
) -> None:
    write(redeem, actor_of(shop.session, shop.manager), voucher.code, now=clock.at)
    answer = client.sign_in(shop.clerk).post("/till", data={"code": make(voucher), "request_id": "r1"})
    assert answer.status_code == status
    assert 'data-answer-kind="no"' in answer.get_data(as_text=True)
    assert words in text_of(answer)
    assert "请告诉顾客" in text_of(answer)
    if status == 409:
        assert f"在 {moment(clock.at)} 由" in text_of(answer)


def test_who_scans_again_after_a_lost_answer_hears_that_it_was_their_own(
    client: HouseClient, shop: Shop, voucher: VoucherView, clock: Clock
) -> None:
    """The green answer never came, the clerk scans again: turned away would be a customer who has paid."""
    used = write(redeem, actor_of(shop.session, shop.clerk), voucher.code, now=clock.at)
    client.sign_in(shop.clerk)
    for door in ("/till", "/till/look"):
        answer = client.post(door, data={"code": voucher.code})
        assert answer.status_code == 409
        assert "这一笔刚才是您核销的" in text_of(answer)
        assert f"/till/redemptions/{used.public_id}" in answer.get_data(as_text=True)
        photo = (io.BytesIO(qr_png(f"http://localhost/q/v/{voucher.code}")), "code.png")
        answer = client.post(door, data={"code": "", "photo": photo}, content_type="multipart/form-data")
        assert answer.status_code == 409
        assert "这一笔刚才是您核销的" in text_of(answer)
    client.sign_in(shop.manager)
    assert "这个兑换码已经用过了，有疑问可以看" in text_of(client.post("/till/look", data={"code": voucher.code}))
    clock.forward(minutes=11)
    client.sign_in(shop.clerk)
    assert "这个兑换码已经用过了，有疑问可以看" in text_of(client.post("/till/look", data={"code": voucher.code}))


@pytest.mark.parametrize("shown", ["http://localhost/q/u/ABCDEFGHJK", "https://u.example/abc"])
def test_another_qr_is_not_asked_for_once_more(client: HouseClient, shop: Shop, shown: str) -> None:
    """Who shows their personal code again is refused again: they are told which one to open."""
    answer = client.sign_in(shop.clerk).post("/till/look", data={"code": shown})
    assert answer.status_code == 422
    said = text_of(answer)
    assert "请打开“我的兑换码”，出示里面的二维码" in said
    assert "再出示一次兑换码" not in said


def test_an_own_voucher_is_refused_by_its_name(client: HouseClient, shop: Shop, voucher: VoucherView) -> None:
    grant(shop.session, shop.resident, Role.MERCHANT_CLERK, merchant=shop.merchant)
    shop.session.commit()
    answer = client.sign_in(shop.resident).post("/till", data={"code": voucher.code, "request_id": "r1"})
    assert answer.status_code == 403
    assert "不能给自己核销" in text_of(answer)
    assert "没有权限" not in text_of(answer)


def test_a_photograph_of_the_code_is_read(client: HouseClient, shop: Shop, voucher: VoucherView) -> None:
    picture = io.BytesIO(qr_png(f"http://localhost/q/v/{voucher.code}"))
    client.sign_in(shop.clerk)
    typed = {"code": "", "photo": (picture, "code.png"), "request_id": "r1"}
    done = client.post("/till", data=typed, content_type="multipart/form-data")
    assert done.status_code == 303
    for door in ("/till", "/till/look"):
        rubbish = {"code": "", "photo": (io.BytesIO(b"no picture"), "code.png"), "request_id": "r2"}
        refused = client.post(door, data=rubbish, content_type="multipart/form-data")
        assert refused.status_code == 422
        assert "照片里没有找到二维码" in text_of(refused)
        assert "请把手机屏幕调亮" in text_of(refused)
        assert "现在是 0 位" not in text_of(refused)


def test_the_day_lists_and_undoes(
    client: HouseClient, shop: Shop, voucher: VoucherView, session: Session, clock: Clock
) -> None:
    used = write(redeem, actor_of(session, shop.clerk), voucher.code, now=clock.at)
    client.sign_in(shop.manager)
    page = text_of(client.get("/till/day"))
    assert "赵小店" in page
    assert "李**" in page
    assert "撤销这一笔" in page
    path = f"/till/redemptions/{used.public_id}/reversal"
    assert client.post(path, data={"request_id": "r1"}).status_code == 422
    assert client.sign_in(shop.other_clerk).post(path, data={"reason": "扫错了"}).status_code == 403
    assert client.sign_in(shop.resident).post(path, data={"reason": "扫错了"}).status_code == 403
    undone = client.sign_in(shop.manager).post(path, data={"reason": "扫错了", "request_id": "r1"})
    assert (undone.status_code, undone.location) == (303, "/till/day")
    after = text_of(client.get("/till/day"))
    assert "已撤销" in after
    assert "撤销这一笔" not in after
    assert client.get("/till/day?on=rubbish").status_code == 422
    assert "还没有核销" in text_of(client.get("/till/day?on=2026-11-01"))
    clock.forward(minutes=31)
    second = write(redeem, actor_of(session, shop.clerk), voucher.code, now=clock.at)
    clock.forward(minutes=31)
    late = client.post(f"/till/redemptions/{second.public_id}/reversal", data={"reason": "扫错了"})
    assert late.status_code == 409
    assert "不能再撤销" in text_of(late)


def test_a_busy_day_is_read_in_pages(session: Session, shop: Shop, voucher: VoucherView, clock: Clock) -> None:
    clerk = actor_of(session, shop.clerk)
    for number in range(5):
        used = write(redeem, clerk, voucher.code, now=clock.at)
        if number < 4:
            write(
                reverse_redemption, clerk, ReverseRedemption(redemption=used.public_id, reason="扫错了"), now=clock.at
            )
    merchants, day = clerk.merchant_ids, (clock.at - timedelta(hours=1), clock.at + timedelta(hours=1))
    found: list[int] = []
    page = day_page(session, merchants, *day, PageRequest(limit=2))
    while page.next_cursor:
        found += [row.id for row in page.items]
        page = day_page(
            session, merchants, *day, PageRequest(limit=2, after=decode_cursor(page.next_cursor, (str, int)))
        )
    found += [row.id for row in page.items]
    assert len(found) == len(set(found)) == 5, "all at one moment, each once"
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    "path", ["/offers", "/offers/{offer}", "/me/vouchers", "/me/vouchers/{voucher}", "/till", "/till/day"]
)
def test_pages_read_little(client: HouseClient, shop: Shop, voucher: VoucherView, session: Session, path: str) -> None:
    from tests.redemption.test_services import round_trips

    for _ in range(3):
        make_offer(shop)
    address = path.format(offer=voucher.offer.public_id, voucher=voucher.public_id)
    client.sign_in(shop.clerk if path.startswith("/till") else shop.resident)
    with round_trips(session) as sent:
        assert client.get(address).status_code == 200
    assert len(sent) <= 12, "\n".join(sent)


@pytest.mark.parametrize("path", ["/offers", "/me/vouchers", "/me/vouchers/{voucher}", "/offers/{offer}"])
def test_pages_speak_english(client: HouseClient, shop: Shop, voucher: VoucherView, path: str) -> None:
    address = path.format(offer=voucher.offer.public_id, voucher=voucher.public_id)
    page = client.sign_in(shop.resident).get(f"{address}?lang=en")
    assert page.status_code == 200
    for word in ("积分", "兑换"):
        assert word not in text_of(page)


@pytest.mark.parametrize(
    ("typed", "said"), [("ABC", "现在是 3 位"), ("9" * 300, "现在是 300 位"), ("ABCDEFGHJ0", "有一位不对")]
)
def test_the_till_says_whether_length_or_a_character_is_wrong(
    client: HouseClient, shop: Shop, typed: str, said: str
) -> None:
    answer = client.sign_in(shop.clerk).post("/till", data={"code": typed})
    assert answer.status_code == 422
    assert said in text_of(answer)
