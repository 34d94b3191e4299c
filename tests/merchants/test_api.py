"""The JSON door of merchants and offers, as contract.md writes it, by role."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.core.actor import Role
from tests.conftest import Clock, HouseClient
from tests.factories import bearer, grant, make_area, make_merchant, make_person, make_staff
from tests.merchants.shops import Shop, give_points, make_offer

V1 = "/api/v1"


def new_offer(shop: Shop, **over: Any) -> dict[str, Any]:
    body = {"merchant_id": shop.merchant.public_id, "title": "烩面一碗", "description": "羊肉烩面", "points": 30}
    return {name: value for name, value in {**body, **over}.items() if value is not ...}


# --- merchants


def test_staff_register_a_merchant_once_per_code(client: HouseClient, shop: Shop) -> None:
    area = shop.tree["community"]
    body = {"code": "mianguan", "name": "面馆", "area_id": area.public_id, "address": "经八路1号"}
    answer = client.post(f"{V1}/merchants", json=body, headers=shop.as_("staff"))
    assert answer.status_code == 201
    made = answer.get_json()
    assert made["code"] == "mianguan"
    assert made["area"] == {"id": area.public_id, "code": area.code, "name": area.name}
    again = client.post(f"{V1}/merchants", json=body, headers=shop.as_("staff"))
    assert (again.status_code, again.get_json()["code"]) == (409, "code_taken")
    listed = client.get(f"{V1}/merchants?area={area.code}&limit=100", headers=shop.as_("resident")).get_json()
    assert "mianguan" in [item["code"] for item in listed["items"]]


@pytest.mark.parametrize("who", ["resident", "manager"])
def test_others_do_not_register_merchants(client: HouseClient, shop: Shop, who: str) -> None:
    body = {"code": "x", "name": "面馆", "area_id": shop.tree["community"].public_id, "address": "一号"}
    answer = client.post(f"{V1}/merchants", json=body, headers=shop.as_(who))
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_allowed")


def test_staff_of_another_area_and_grid_leaders_do_not_register(client: HouseClient, shop: Shop) -> None:
    body = {"code": "x", "name": "面馆", "area_id": shop.tree["community"].code, "address": "一号"}
    people = (
        make_staff(shop.session, shop.tree["other"]),
        make_staff(shop.session, shop.tree["community"], Role.GRID_LEADER),
    )
    for headers in [bearer(shop.session, person) for person in people]:
        answer = client.post(f"{V1}/merchants", json=body, headers=headers)
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"code": "面馆"}, "code"),
        ({"code": ""}, "code"),
        ({"name": "x" * 61}, "name"),
        ({"area_id": "nowhere"}, "area_id"),
        ({"extra": 1}, "extra"),
        ({"address": None}, "address"),
    ],
)
def test_a_bad_merchant_is_refused_by_field(client: HouseClient, shop: Shop, over: dict[str, Any], field: str) -> None:
    body = {"code": "a1", "name": "面馆", "area_id": shop.tree["community"].code, "address": "一号", **over}
    answer = client.post(f"{V1}/merchants", json=body, headers=shop.as_("staff"))
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]


def test_merchants_are_listed_for_the_own_district_in_pages(client: HouseClient, shop: Shop) -> None:
    far = make_merchant(shop.session, make_area(shop.session, name="别的区"))
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{V1}/merchants?limit=1&cursor={cursor}", headers=shop.as_("resident")).get_json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert sorted(seen) == sorted([shop.merchant.public_id, shop.other.public_id])
    assert far.public_id not in seen
    assert client.get(f"{V1}/merchants?area=nowhere", headers=shop.as_("resident")).status_code == 422
    assert client.get(f"{V1}/merchants?cursor=x", headers=shop.as_("resident")).status_code == 422


# --- offers


def test_an_offer_is_hidden_until_it_is_approved(client: HouseClient, shop: Shop) -> None:
    answer = client.post(f"{V1}/offers", json=new_offer(shop, stock=5), headers=shop.as_("manager"))
    assert answer.status_code == 201
    made = answer.get_json()
    assert made["state"] == "pending"
    assert made["stock_left"] == 5
    path = f"{V1}/offers/{made['id']}"
    assert client.get(path, headers=shop.as_("resident")).status_code == 404
    assert client.get(path, headers=shop.as_("other_clerk")).status_code == 404
    assert client.get(path, headers=shop.as_("clerk")).get_json()["state"] == "pending"
    assert client.get(f"{V1}/offers", headers=shop.as_("resident")).get_json()["items"] == []

    approved = client.post(f"{path}/approval", headers=shop.as_("staff"))
    assert (approved.status_code, approved.get_json()["state"]) == (200, "approved")
    again = client.post(f"{path}/approval", headers=shop.as_("staff"))
    assert (again.status_code, again.get_json()) == (200, approved.get_json())
    seen = client.get(path, headers=shop.as_("resident")).get_json()
    assert seen["merchant"] == {
        "id": shop.merchant.public_id,
        "code": shop.merchant.code,
        "name": shop.merchant.name,
    }
    assert client.get(f"{V1}/offers", headers=shop.as_("resident")).get_json()["items"] == [seen]


def test_only_the_merchants_managers_write_offers(client: HouseClient, shop: Shop) -> None:
    def refused(who: str) -> tuple[int, str]:
        answer = client.post(f"{V1}/offers", json=new_offer(shop), headers=shop.as_(who))
        return answer.status_code, answer.get_json()["code"]

    assert refused("other_clerk") == (403, "wrong_merchant")
    assert refused("clerk") == (403, "not_allowed")
    assert refused("resident") == (403, "not_allowed")
    assert refused("staff") == (403, "not_allowed")


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"points": 0}, "points"),
        ({"points": "30"}, "points"),
        ({"points": True}, "points"),
        ({"stock": 0}, "stock"),
        ({"per_person_limit": -1}, "per_person_limit"),
        ({"title": "x" * 61}, "title"),
        ({"title": "  "}, "title"),
        ({"merchant_id": "nobody"}, "merchant_id"),
        ({"ends_at": "2020-01-01T00:00:00+08:00"}, "ends_at"),
        ({"starts_at": "2026-12-02T00:00:00+08:00", "ends_at": "2026-12-01T00:00:00+08:00"}, "ends_at"),
        ({"starts_at": "2026-12-02T00:00:00"}, "starts_at"),
        ({"funding": "subsidised"}, "agreed_fen"),
        ({"agreed_fen": 100}, "agreed_fen"),
        ({"price": 1}, "price"),
    ],
)
def test_a_bad_offer_is_refused_by_field(client: HouseClient, shop: Shop, over: dict[str, Any], field: str) -> None:
    answer = client.post(f"{V1}/offers", json=new_offer(shop, **over), headers=shop.as_("manager"))
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]


def test_a_subsidised_offer_stays_within_the_agreed_dates(client: HouseClient, shop: Shop) -> None:
    agreed = {
        "funding": "subsidised",
        "agreed_fen": 500,
        "funding_unit": "民政科",
        "funded_from_on": "2026-11-01",
        "funded_until_on": "2026-12-31",
    }
    made = client.post(f"{V1}/offers", json=new_offer(shop, **agreed), headers=shop.as_("manager")).get_json()
    assert made["ends_at"] == "2026-12-31T23:59:59+08:00"
    assert made["funding"] == "subsidised"
    late = client.post(
        f"{V1}/offers",
        json=new_offer(shop, **agreed, ends_at="2027-01-02T00:00:00+08:00"),
        headers=shop.as_("manager"),
    )
    assert "ends_at" in late.get_json()["errors"]


def test_nobody_approves_for_a_merchant_they_work_for(client: HouseClient, shop: Shop, session: Session) -> None:
    row = make_offer(shop, approved=False)
    path = f"{V1}/offers/{row.public_id}/approval"
    both = make_staff(session, shop.tree["community"])
    grant(session, both, Role.MERCHANT_CLERK, merchant=shop.merchant)
    leader = make_staff(session, shop.tree["community"], Role.GRID_LEADER)
    wrong = [bearer(session, person) for person in (both, shop.manager, leader)]
    neighbour = bearer(session, make_staff(session, shop.tree["other"]))
    street = bearer(session, make_staff(session, shop.tree["street"]))
    for headers in wrong:
        answer = client.post(path, headers=headers)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "not_allowed")
    assert client.post(path, headers=shop.as_("resident")).status_code == 404
    assert client.post(path, headers=neighbour).status_code == 403
    assert client.post(path, headers=street).status_code == 200


def test_a_returned_offer_says_why_and_is_not_approved_afterwards(client: HouseClient, shop: Shop) -> None:
    row = make_offer(shop, approved=False)
    path = f"{V1}/offers/{row.public_id}"
    assert client.post(f"{path}/rejection", json={}, headers=shop.as_("staff")).status_code == 422
    answer = client.post(f"{path}/rejection", json={"reason": "请写清分量"}, headers=shop.as_("staff"))
    assert (answer.status_code, answer.get_json()["state"]) == (200, "rejected")
    again = client.post(f"{path}/rejection", json={"reason": "再说一次"}, headers=shop.as_("staff"))
    assert again.status_code == 200
    late = client.post(f"{path}/approval", headers=shop.as_("staff"))
    assert (late.status_code, late.get_json()["code"]) == (409, "wrong_state")


def test_affordable_lists_what_the_points_reach(client: HouseClient, shop: Shop) -> None:
    cheap, dear = make_offer(shop, points=10), make_offer(shop, points=100)
    give_points(shop.session, shop.resident, 10)
    every = client.get(f"{V1}/offers", headers=shop.as_("resident")).get_json()["items"]
    assert [item["id"] for item in every] == [dear.public_id, cheap.public_id]
    within = client.get(f"{V1}/offers?affordable=true", headers=shop.as_("resident")).get_json()["items"]
    assert [item["id"] for item in within] == [cheap.public_id]
    nearby = client.get(f"{V1}/offers?area={shop.tree['other'].code}", headers=shop.as_("resident")).get_json()
    assert nearby["items"] == []
    assert client.get(f"{V1}/offers?area=nowhere", headers=shop.as_("resident")).status_code == 422


def test_offers_of_other_districts_are_for_people_without_a_home_area(client: HouseClient, shop: Shop) -> None:
    row = make_offer(shop)
    far = bearer(shop.session, make_person(shop.session, make_area(shop.session, name="别的区")))
    nowhere = bearer(shop.session, make_person(shop.session))
    assert client.get(f"{V1}/offers", headers=far).get_json()["items"] == []
    items = client.get(f"{V1}/offers", headers=nowhere).get_json()["items"]
    assert [item["id"] for item in items] == [row.public_id]


def test_an_offer_past_its_end_leaves_the_list_and_can_still_be_read(
    client: HouseClient, shop: Shop, clock: Clock
) -> None:
    row = make_offer(shop, ends_at=clock.at.replace(hour=18))
    clock.forward(hours=2)
    assert client.get(f"{V1}/offers", headers=shop.as_("resident")).get_json()["items"] == []
    read = client.get(f"{V1}/offers/{row.public_id}", headers=shop.as_("resident"))
    assert (read.status_code, read.get_json()["standing"]) == (200, "ended")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/merchants"),
        ("POST", "/merchants"),
        ("GET", "/offers"),
        ("POST", "/offers"),
        ("GET", "/offers/x"),
        ("POST", "/offers/x/approval"),
        ("POST", "/offers/x/rejection"),
    ],
)
def test_a_guest_signs_in_first(client: HouseClient, method: str, path: str) -> None:
    answer = client.open(V1 + path, method=method, json={} if method == "POST" else None)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("path", ["/offers/x/approval", "/offers/x"])
def test_an_unknown_offer_is_not_found(client: HouseClient, shop: Shop, path: str) -> None:
    method = "POST" if path.endswith("approval") else "GET"
    answer = client.open(V1 + path, method=method, headers=shop.as_("staff"))
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
