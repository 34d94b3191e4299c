"""The JSON door of vouchers and the till, as contract.md writes it: who, what, and every no with its true reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.core.codes import ALPHABET, new_code
from pointsapp.core.transaction import write
from pointsapp.ledger.queries import person_points, verify
from pointsapp.merchants.queries import OfferView, people_of
from pointsapp.merchants.services import PauseMerchant, pause_merchant, remove_person, withdraw_offer
from pointsapp.redemption.services import expire_due
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, bearer, make_clerk, make_person
from tests.merchants.shops import Shop, give_points, make_offer

V1 = "/api/v1"


def issue(client: HouseClient, shop: Shop, offer: OfferView, who: str = "resident", **headers: str) -> Any:
    return client.post(f"{V1}/offers/{offer.public_id}/vouchers", headers={**shop.as_(who), **headers})


def redeem(client: HouseClient, shop: Shop, code: str, who: str = "clerk") -> Any:
    return client.post(f"{V1}/redemptions", json={"code": code}, headers=shop.as_(who))


def undo(client: HouseClient, shop: Shop, redemption: str, who: str = "clerk") -> Any:
    return client.post(f"{V1}/redemptions/{redemption}/reversal", json={"reason": "扫错了"}, headers=shop.as_(who))


def said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


@pytest.fixture
def offer(shop: Shop) -> OfferView:
    give_points(shop.session, shop.resident, 100)
    return make_offer(shop, stock=5, per_person_limit=2)


def test_a_voucher_is_issued_used_and_counted(
    client: HouseClient, shop: Shop, offer: OfferView, session: Session, clock: Clock
) -> None:
    answer = issue(client, shop, offer)
    assert answer.status_code == 201
    voucher = answer.get_json()
    assert (voucher["state"], voucher["points"]) == ("issued", 30)
    assert voucher["payload"] == f"http://localhost/q/v/{voucher['code']}"
    assert len(voucher["code"]) == 10
    assert voucher["expires_at"] == "2026-11-28T00:30:00+08:00"
    assert voucher["offer"] == {"id": offer.public_id, "title": "烩面一碗"}
    assert voucher["merchant"]["code"] == shop.merchant.code
    mine = client.get(f"{V1}/me/vouchers", headers=shop.as_("resident")).get_json()
    assert mine == {"items": [voucher], "next_cursor": None}
    held = person_points(session, shop.resident.id, now=clock.at)
    assert (held.balance, held.held) == (70, 30)

    seen = client.get(f"{V1}/vouchers/{voucher['code']}", headers=shop.as_("clerk"))
    assert seen.status_code == 200
    assert seen.get_json()["owner"] == "李**"
    assert seen.get_json()["state"] == "issued"

    used = redeem(client, shop, f"{voucher['code'][:4]}-{voucher['code'][4:].lower()}")
    assert used.status_code == 201
    body = used.get_json()
    assert (body["voucher_id"], body["points"]) == (voucher["id"], 30)
    assert body["offer"] == voucher["offer"]
    spent = person_points(session, shop.resident.id, now=clock.at)
    assert (spent.balance, spent.held, spent.spent_total) == (70, 0, 30)
    assert verify(session).ok


def test_a_payload_is_read_whatever_its_host(client: HouseClient, shop: Shop, offer: OfferView) -> None:
    code = issue(client, shop, offer).get_json()["code"]
    assert redeem(client, shop, f"https://elsewhere.example/q/v/{code}?from=wechat").status_code == 201


def test_the_second_use_says_when_and_by_whom(client: HouseClient, shop: Shop, offer: OfferView, clock: Clock) -> None:
    code = issue(client, shop, offer).get_json()["code"]
    redeem(client, shop, code)
    clock.forward(minutes=5)
    again = redeem(client, shop, code)
    assert said(again) == (409, "already_redeemed")
    assert again.get_json()["facts"]["redeemed_at"] == "2026-11-21T00:30:00+08:00"
    assert again.get_json()["facts"]["redeemed_by"] == "赵**"
    assert "赵**" in again.get_json()["detail"]


@pytest.mark.parametrize("text", ["", "abc", "ABCDEFGH12", "💥" * 10, "x" * 400, "http://[", "U" * 10])
def test_what_is_no_code_is_code_invalid(client: HouseClient, shop: Shop, text: str) -> None:
    answer = redeem(client, shop, text)
    assert answer.status_code == 422
    if text and len(text) < 300:
        assert answer.get_json()["code"] == "code_invalid"
        seen = client.get(f"{V1}/vouchers/{text}", headers=shop.as_("clerk"))
        assert said(seen) == (422, "code_invalid")


def test_every_single_wrong_character_is_code_invalid(client: HouseClient, shop: Shop, offer: OfferView) -> None:
    code = issue(client, shop, offer).get_json()["code"]
    for place in range(10):
        wrong = ALPHABET[(ALPHABET.index(code[place]) + 7) % 32]
        assert said(redeem(client, shop, code[:place] + wrong + code[place + 1 :])) == (422, "code_invalid")
    assert redeem(client, shop, code).status_code == 201


def test_a_well_formed_stranger_is_code_unknown(client: HouseClient, shop: Shop) -> None:
    code = new_code(10)
    assert said(redeem(client, shop, code)) == (404, "code_unknown")
    assert said(client.get(f"{V1}/vouchers/{code}", headers=shop.as_("clerk"))) == (404, "code_unknown")


def test_another_merchants_till_and_a_resident_are_refused_before_the_state(
    client: HouseClient, shop: Shop, offer: OfferView
) -> None:
    code = issue(client, shop, offer).get_json()["code"]
    redeem(client, shop, code)
    assert said(redeem(client, shop, code, "other_clerk")) == (403, "wrong_merchant")
    assert said(redeem(client, shop, code, "resident")) == (403, "not_allowed")
    assert said(redeem(client, shop, code, "staff")) == (403, "not_allowed")
    for who, why in (("other_clerk", "wrong_merchant"), ("resident", "not_allowed")):
        assert said(client.get(f"{V1}/vouchers/{code}", headers=shop.as_(who))) == (403, why)


def test_a_clerk_never_redeems_their_own_voucher(client: HouseClient, shop: Shop, offer: OfferView) -> None:
    give_points(shop.session, shop.clerk, 30)
    code = issue(client, shop, offer, "clerk").get_json()["code"]
    assert said(redeem(client, shop, code, "clerk")) == (403, "not_allowed")
    assert redeem(client, shop, code, "manager").status_code == 201


def test_a_cancelled_voucher_gives_points_stock_and_limit_back(
    client: HouseClient, shop: Shop, offer: OfferView, session: Session, clock: Clock
) -> None:
    first, second = issue(client, shop, offer).get_json(), issue(client, shop, offer).get_json()
    assert said(issue(client, shop, offer)) == (409, "limit_reached")
    path = f"{V1}/vouchers/{first['id']}/cancellation"
    cancelled = client.post(path, headers=shop.as_("resident"))
    assert (cancelled.status_code, cancelled.get_json()["state"]) == (200, "cancelled")
    again = client.post(path, headers=shop.as_("resident"))
    assert (again.status_code, again.get_json()) == (200, cancelled.get_json())
    assert person_points(session, shop.resident.id, now=clock.at).balance == 70
    left = client.get(f"{V1}/offers/{offer.public_id}", headers=shop.as_("resident")).get_json()["stock_left"]
    assert left == 4
    assert said(redeem(client, shop, first["code"])) == (409, "voucher_cancelled")
    assert issue(client, shop, offer).status_code == 201
    assert redeem(client, shop, second["code"]).status_code == 201
    used = client.post(f"{V1}/vouchers/{second['id']}/cancellation", headers=shop.as_("resident"))
    assert said(used) == (409, "already_redeemed")
    assert verify(session).ok


def test_only_the_owner_cancels(client: HouseClient, shop: Shop, offer: OfferView, session: Session) -> None:
    voucher = issue(client, shop, offer).get_json()
    path = f"{V1}/vouchers/{voucher['id']}/cancellation"
    stranger = bearer(session, make_person(session))
    assert said(client.post(path, headers=shop.as_("clerk"))) == (403, "not_allowed")
    assert said(client.post(path, headers=stranger)) == (404, "not_found")
    assert said(client.post(f"{V1}/vouchers/nothing/cancellation", headers=stranger)) == (404, "not_found")


def test_an_expired_voucher_is_gone_at_once_and_gives_back_by_the_worker(
    client: HouseClient, shop: Shop, offer: OfferView, session: Session, clock: Clock
) -> None:
    voucher = issue(client, shop, offer).get_json()
    clock.forward(days=7)
    assert said(redeem(client, shop, voucher["code"])) == (410, "voucher_expired")
    cancel = client.post(f"{V1}/vouchers/{voucher['id']}/cancellation", headers=shop.as_("resident"))
    assert said(cancel) == (410, "voucher_expired")
    assert write(expire_due, now=clock.at) == 1
    assert write(expire_due, now=clock.at) == 0
    assert said(redeem(client, shop, voucher["code"])) == (410, "voucher_expired")
    assert person_points(session, shop.resident.id, now=clock.at).balance == 100
    assert client.get(f"{V1}/me/vouchers", headers=shop.as_("resident")).get_json()["items"][0]["state"] == "expired"
    left = client.get(f"{V1}/offers/{offer.public_id}", headers=shop.as_("resident")).get_json()["stock_left"]
    assert left == 5
    assert verify(session).ok


def test_a_voucher_ends_with_its_offer(client: HouseClient, shop: Shop, clock: Clock) -> None:
    give_points(shop.session, shop.resident, 100)
    ends_at = clock.at + timedelta(hours=5)
    voucher = issue(client, shop, make_offer(shop, ends_at=ends_at)).get_json()
    assert voucher["expires_at"] == "2026-11-21T05:30:00+08:00"


def test_an_undone_redemption_gives_the_voucher_back_for_a_day(
    client: HouseClient, shop: Shop, offer: OfferView, session: Session, clock: Clock
) -> None:
    voucher = issue(client, shop, offer).get_json()
    clock.forward(days=6, hours=23, minutes=50)
    used = redeem(client, shop, voucher["code"]).get_json()
    clock.forward(minutes=30)
    undone = undo(client, shop, used["id"])
    assert (undone.status_code, undone.get_json()["id"]) == (200, used["id"])
    assert undo(client, shop, used["id"]).status_code == 200
    mine = client.get(f"{V1}/me/vouchers", headers=shop.as_("resident")).get_json()["items"][0]
    assert (mine["state"], mine["code"]) == ("issued", voucher["code"])
    assert mine["expires_at"] == "2026-11-29T00:50:00+08:00"
    held = person_points(session, shop.resident.id, now=clock.at)
    assert (held.balance, held.held) == (70, 30)
    assert redeem(client, shop, voucher["code"], "manager").status_code == 201
    assert verify(session).ok


def test_after_the_window_a_redemption_stands(client: HouseClient, shop: Shop, offer: OfferView, clock: Clock) -> None:
    used = redeem(client, shop, issue(client, shop, offer).get_json()["code"]).get_json()
    clock.forward(minutes=30, seconds=1)
    late = undo(client, shop, used["id"])
    assert said(late) == (409, "undo_window_over")
    assert late.get_json()["facts"] == {"reason": "time", "minutes": 30}


def test_only_the_same_merchants_people_undo(
    client: HouseClient, shop: Shop, offer: OfferView, session: Session
) -> None:
    used = redeem(client, shop, issue(client, shop, offer).get_json()["code"]).get_json()
    assert said(undo(client, shop, used["id"], "other_clerk")) == (403, "wrong_merchant")
    assert said(undo(client, shop, used["id"], "resident")) == (403, "not_allowed")
    assert said(undo(client, shop, "nothing")) == (404, "not_found")
    without = client.post(f"{V1}/redemptions/{used['id']}/reversal", json={}, headers=shop.as_("clerk"))
    assert said(without) == (422, "validation_failed")
    assert undo(client, shop, used["id"], "manager").status_code == 200


def test_an_owner_who_works_there_does_not_undo_their_own(
    client: HouseClient, shop: Shop, offer: OfferView, session: Session
) -> None:
    give_points(session, shop.clerk, 30)
    used = redeem(client, shop, issue(client, shop, offer, "clerk").get_json()["code"], "manager").get_json()
    assert said(undo(client, shop, used["id"], "clerk")) == (403, "not_allowed")


# --- why no voucher


def test_too_few_points(client: HouseClient, shop: Shop) -> None:
    give_points(shop.session, shop.resident, 29)
    answer = issue(client, shop, make_offer(shop))
    assert said(answer) == (409, "insufficient_points")
    assert answer.get_json()["facts"] == {"balance": 29, "needed": 30}


def test_the_last_one_is_the_last(client: HouseClient, shop: Shop) -> None:
    give_points(shop.session, shop.resident, 100)
    offer = make_offer(shop, stock=1)
    assert issue(client, shop, offer).status_code == 201
    answer = issue(client, shop, offer)
    assert said(answer) == (409, "out_of_stock")
    assert answer.get_json()["facts"] == {"reason": "all"}


def test_the_days_share_comes_again_tomorrow(client: HouseClient, shop: Shop, clock: Clock) -> None:
    give_points(shop.session, shop.resident, 100)
    offer = make_offer(shop, daily_limit=1)
    first = issue(client, shop, offer).get_json()
    answer = issue(client, shop, offer)
    assert said(answer) == (409, "out_of_stock")
    assert answer.get_json()["facts"] == {"reason": "today"}
    assert client.post(f"{V1}/vouchers/{first['id']}/cancellation", headers=shop.as_("resident")).status_code == 200
    assert issue(client, shop, offer).status_code == 201
    clock.forward(hours=23, minutes=29)
    assert said(issue(client, shop, offer)) == (409, "out_of_stock")
    clock.forward(minutes=1)  # midnight in Shanghai
    assert issue(client, shop, offer).status_code == 201


def test_the_unverified_earn_but_do_not_spend(client: HouseClient, shop: Shop, session: Session) -> None:
    newcomer = make_person(session, shop.tree["community"], verified=False)
    session.refresh(newcomer)
    headers = bearer(session, newcomer)
    give_points(session, newcomer, 100)
    answer = client.post(f"{V1}/offers/{make_offer(shop).public_id}/vouchers", headers=headers)
    assert said(answer) == (403, "not_verified")


def test_an_offer_outside_its_time_is_closed(client: HouseClient, shop: Shop, clock: Clock) -> None:
    give_points(shop.session, shop.resident, 100)
    later = make_offer(shop, starts_at=clock.at + timedelta(hours=1))
    answer = issue(client, shop, later)
    assert said(answer) == (409, "offer_closed")
    assert answer.get_json()["facts"] == {"reason": "not_yet"}
    ending = make_offer(shop, ends_at=clock.at + timedelta(hours=1))
    clock.forward(hours=1)
    assert issue(client, shop, ending).get_json()["facts"] == {"reason": "ended"}
    assert issue(client, shop, later).status_code == 201


def test_a_pending_offer_does_not_exist_for_residents(client: HouseClient, shop: Shop) -> None:
    give_points(shop.session, shop.resident, 100)
    pending = make_offer(shop, approved=False)
    assert said(issue(client, shop, pending)) == (404, "not_found")
    assert said(issue(client, shop, pending, "clerk")) == (409, "offer_closed")


def test_a_paused_shop_and_a_withdrawn_offer_issue_nothing_and_honour_what_is_out(
    client: HouseClient, shop: Shop, offer: OfferView, session: Session, clock: Clock
) -> None:
    code = issue(client, shop, offer).get_json()["code"]
    manager = actor_of(session, shop.manager)
    write(pause_merchant, manager, PauseMerchant(merchant=shop.merchant.code, reason="装修"), now=clock.at)
    assert issue(client, shop, offer).get_json()["facts"] == {"reason": "paused"}
    write(withdraw_offer, manager, offer.public_id, now=clock.at)
    assert issue(client, shop, offer).get_json()["facts"] == {"reason": "withdrawn"}
    assert redeem(client, shop, code).status_code == 201


def test_the_limit_speaks_before_stock_and_points(client: HouseClient, shop: Shop) -> None:
    give_points(shop.session, shop.resident, 30)
    offer = make_offer(shop, stock=1, per_person_limit=1)
    assert issue(client, shop, offer).status_code == 201
    assert said(issue(client, shop, offer)) == (409, "limit_reached")


def test_the_same_key_is_one_voucher(client: HouseClient, shop: Shop, offer: OfferView) -> None:
    first = issue(client, shop, offer, **{"Idempotency-Key": "k1"})
    again = issue(client, shop, offer, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["Idempotency-Hit"] == "true"
    assert issue(client, shop, offer).get_json()["id"] != first.get_json()["id"]


def test_vouchers_are_paged_and_filtered(client: HouseClient, shop: Shop, clock: Clock) -> None:
    give_points(shop.session, shop.resident, 100)
    offer = make_offer(shop)
    made = [issue(client, shop, offer).get_json()["id"] for _ in range(3)]
    client.post(f"{V1}/vouchers/{made[0]}/cancellation", headers=shop.as_("resident"))
    page = client.get(f"{V1}/me/vouchers?limit=2", headers=shop.as_("resident")).get_json()
    rest = client.get(f"{V1}/me/vouchers?cursor={page['next_cursor']}", headers=shop.as_("resident")).get_json()
    assert [item["id"] for item in page["items"] + rest["items"]] == made[::-1]
    usable = client.get(f"{V1}/me/vouchers?open=true", headers=shop.as_("resident")).get_json()["items"]
    assert [item["id"] for item in usable] == [made[2], made[1]]


def test_a_removed_clerk_is_out_at_once(
    client: HouseClient, shop: Shop, offer: OfferView, session: Session, clock: Clock
) -> None:
    leaver = make_clerk(session, shop.merchant, name="钱小走")
    headers = bearer(session, leaver)
    key = next(each.grant for each in people_of(session, shop.merchant.id, now=clock.at) if each.name == "钱小走")
    code = issue(client, shop, offer).get_json()["code"]
    write(remove_person, actor_of(session, shop.manager), shop.merchant.code, key, now=clock.at)
    answer = client.post(f"{V1}/redemptions", json={"code": code}, headers=headers)
    assert said(answer) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/offers/x/vouchers"),
        ("GET", "/me/vouchers"),
        ("POST", "/vouchers/x/cancellation"),
        ("GET", "/vouchers/ABC"),
        ("POST", "/redemptions"),
        ("POST", "/redemptions/x/reversal"),
    ],
)
def test_a_guest_signs_in_first(client: HouseClient, method: str, path: str) -> None:
    answer = client.open(V1 + path, method=method, json={} if method == "POST" else None)
    assert said(answer) == (401, "not_signed_in")
