"""What stands behind the phone without a network: the copy, its word, the worker, the manifest."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from sqlalchemy.orm import Session

from pointsapp.core.transaction import write
from pointsapp.redemption.services import cancel_voucher, issue_voucher
from pointsapp.web.page_of import HEADER, NOBODY
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, make_person, make_shift, make_signup, make_task
from tests.merchants.shops import Shop, give_points, make_offer


def test_the_copy_holds_vouchers_tasks_and_the_code(client: HouseClient, shop: Shop, clock: Clock) -> None:
    give_points(shop.session, shop.resident, 100)
    offer = make_offer(shop, stock=5, per_person_limit=5)
    me = actor_of(shop.session, shop.resident)
    usable = write(issue_voucher, me, offer.public_id, now=clock.at)
    given_back = write(issue_voucher, me, offer.public_id, now=clock.at)
    write(cancel_voucher, me, given_back.public_id, now=clock.at)
    leader = make_person(shop.session, name="钱领队", phone="13912345678")
    shift = make_shift(shop.session, make_task(shop.session, shop.tree["community"], title="夜巡"), leaders=(leader,))
    make_signup(shop.session, shift, shop.resident)
    answer = client.sign_in(shop.resident).get("/me/offline")
    page = answer.get_data(as_text=True)
    assert f'id="v-{usable.public_id}"' in page
    assert page.count('<svg class="qr"') == 2  # one voucher, the code; what was given back has none
    assert "已退回" in page
    assert "夜巡" in page
    assert "钱领队" in page
    assert "tel:13912345678" in page
    # Read later: nothing that moves, nothing that could be sent.
    assert not re.search(r"<form|csrf|今天|明天", page)


def test_who_only_waits_is_not_given_the_leaders_number(client: HouseClient, session: Session) -> None:
    from pointsapp.tasks.models import SignupState
    from tests.factories import make_area

    area = make_area(session)
    leader = make_person(session, area, name="钱领队", phone="13912345678")
    me = make_person(session, area)
    shift = make_shift(session, make_task(session, area), leaders=(leader,))
    make_signup(session, shift, me, SignupState.WAITLISTED)
    page = client.sign_in(me).get("/me/offline").get_data(as_text=True)
    assert "那时您排在候补第 1 位" in page
    assert "13912345678" not in page


def test_a_voucher_that_is_over_has_no_code_in_the_copy(client: HouseClient, shop: Shop, clock: Clock) -> None:
    give_points(shop.session, shop.resident, 100)
    offer = make_offer(shop, stock=5)
    voucher = write(issue_voucher, actor_of(shop.session, shop.resident), offer.public_id, now=clock.at)
    clock.at = voucher.expires_at + timedelta(minutes=1)
    page = client.sign_in(shop.resident).get("/me/offline").get_data(as_text=True)
    assert page.count('<svg class="qr"') == 1
    assert "已过期" in page


def test_every_page_says_whose_it_is_without_naming_anybody(client: HouseClient, session: Session) -> None:
    assert client.get("/tasks").headers[HEADER] == NOBODY
    first, second = make_person(session), make_person(session)
    word = client.sign_in(first).get("/me").headers[HEADER]
    assert re.fullmatch(r"[0-9a-f]{24}", word)
    assert client.get("/me/offline").headers[HEADER] == word
    assert client.get("/me/vouchers/nothing").headers[HEADER] == word  # a refusal is a page, too
    assert client.sign_in(second).get("/me").headers[HEADER] not in (word, NOBODY)
    assert HEADER not in client.get("/worker.js").headers


def test_the_word_changes_with_each_sign_in(client: HouseClient, session: Session) -> None:
    person = make_person(session)
    words = []
    for name in ("one", "two"):
        client.sign_in(person)
        with client.session_transaction() as cookie:
            cookie["sid"] = name
        words.append(client.get("/me").headers[HEADER])
    assert words[0] != words[1]


def test_the_worker_is_fresh_ours_and_names_files_that_are_there(client: HouseClient) -> None:
    answer = client.get("/worker.js")
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    code = answer.get_data(as_text=True)
    house = json.loads(re.search(r"const HOUSE = (\{.*?\});\n", code)[1])  # type: ignore[index]
    assert "/sign-out" in house["leaves"]
    assert "/me/sign-out-everywhere" in house["leaves"]
    for name in (*house["files"], house["offline"], house["unsent"]):
        with client.get(name) as file:
            assert file.status_code == 200, name
    assert all("v=" in name for name in house["files"])


def test_the_offline_pages_are_the_same_for_everybody(client: HouseClient, session: Session) -> None:
    person = make_person(session, name="欧阳秀珍")
    for address in ("/offline", "/offline/unsent"):
        guest = client.get(address).get_data(as_text=True)
        page = client.sign_in(person).get(address).get_data(as_text=True)
        assert page == guest
        assert not re.search("<form|csrf|欧阳", page)
        client.get("/tasks")
        with client.session_transaction() as cookie:
            cookie.clear()


def test_the_manifest_speaks_both_languages(client: HouseClient) -> None:
    chinese, english = (client.get(f"/manifest-{language}.webmanifest") for language in ("zh", "en"))
    assert chinese.mimetype == "application/manifest+json"
    assert chinese.json["name"] == "文明小站"
    assert english.json["name"] == "Good Neighbours"
    assert english.json["lang"] == "en"
    for icon in chinese.json["icons"]:
        with client.get(icon["src"]) as file:
            assert file.mimetype == "image/png"
    assert {icon["purpose"] for icon in chinese.json["icons"]} == {"any", "maskable"}
    assert client.get("/manifest-fr.webmanifest").status_code == 404
    assert 'href="/manifest-zh.webmanifest"' in client.get("/tasks").get_data(as_text=True)


def test_inside_wechat_the_page_says_what_works_there(client: HouseClient) -> None:
    page = client.get("/install", headers={"User-Agent": "Mozilla/5.0 MicroMessenger/8.0"}).get_data(as_text=True)
    assert "您正在微信里" in page
    assert "您正在微信里" not in client.get("/install").get_data(as_text=True)


def test_inside_wechat_nothing_is_promised_offline(client: HouseClient, shop: Shop, clock: Clock) -> None:
    give_points(shop.session, shop.resident, 100)
    offer = make_offer(shop, stock=5)
    voucher = write(issue_voucher, actor_of(shop.session, shop.resident), offer.public_id, now=clock.at)
    client.sign_in(shop.resident)
    wechat = {"User-Agent": "Mozilla MicroMessenger/8"}
    ticket = f"/me/vouchers/{voucher.public_id}"
    assert "没有网络也能打开" in client.get("/me/offline").text
    assert "离线随身包" in client.get(ticket).text
    inside = client.get("/me/offline", headers=wechat).text
    assert "没有网络也能打开" not in inside
    assert "存成图片" in inside
    shown = client.get(ticket, headers=wechat).text
    assert "离线随身包" not in shown
    assert f'href="{ticket}/picture"' in shown
    client.sign_in(shop.clerk)
    assert "也可以用微信的“扫一扫”" in client.get("/till", headers=wechat).text
    assert "也可以用微信的“扫一扫”" not in client.get("/till").text


def test_what_the_worker_fetches_touches_neither_the_cookie_nor_the_news_on_it(
    client: HouseClient, session: Session
) -> None:
    client.sign_in(make_person(session))
    with client.session_transaction() as cookie:
        cookie.permanent = True
        cookie["_flashes"] = [("yes", "换到了")]
    for address in ("/me/offline", "/offline", "/offline/unsent"):
        answer = client.get(address)
        assert "Set-Cookie" not in answer.headers
        assert "换到了" not in answer.get_data(as_text=True)
    assert "换到了" in client.get("/me").get_data(as_text=True)
