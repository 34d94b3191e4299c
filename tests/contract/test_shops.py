"""Rows of the contract: merchants, offers, vouchers, the till and its undo."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pointsapp.core.codes import is_valid, new_code
from tests.contract.world import World, assert_has, moment

OFFER = "id title description merchant points state stock_left per_person_limit starts_at ends_at"


class TestMerchants:
    def _body(self, world: World, **over: Any) -> dict[str, Any]:
        body = {
            "code": "noodles",
            "name": "烩面馆",
            "area_id": world.areas["community"].public_id,
            "address": "经八路 5 号",
        }
        return {name: value for name, value in {**body, **over}.items() if value is not None}

    def test_staff_register_one(self, world: World) -> None:
        made = assert_has(world.post("staff", "/merchants", self._body(world)), "id code name area address")
        assert made["code"] == "noodles"
        codes = [item["code"] for item in world.get("resident", "/merchants?limit=100")["items"]]
        assert "noodles" in codes

    def test_a_code_is_taken_once(self, world: World) -> None:
        world.post("staff", "/merchants", self._body(world))
        world.no("second_staff", "POST", "/merchants", self._body(world), status=409, code="code_taken")

    @pytest.mark.parametrize("who", ["resident", "clerk", "manager", "secretary", "grid_leader", "foreign_staff"])
    def test_only_the_office_registers(self, world: World, who: str) -> None:
        world.no(who, "POST", "/merchants", self._body(world), status=403, code="not_allowed")

    @pytest.mark.parametrize(
        ("field", "value"),
        [("code", ""), ("code", None), ("name", None), ("area_id", "nowhere"), ("code", "x" * 200), ("name", 5)],
    )
    def test_what_is_wrong_is_named(self, world: World, field: str, value: Any) -> None:
        body = self._body(world, **{field: value})
        assert field in world.no("staff", "POST", "/merchants", body, status=422, code="validation_failed")["errors"]


class TestOffers:
    def _body(self, world: World, **over: Any) -> dict[str, Any]:
        body = {"merchant_id": world.shop.public_id, "title": "烩面", "description": "一碗", "points": 30, **over}
        return {name: value for name, value in body.items() if value is not None}

    def test_residents_see_it_once_approved(self, world: World) -> None:
        made = assert_has(world.post("manager", "/offers", self._body(world)), OFFER)
        assert made["state"] == "pending"
        world.no("resident", "GET", f"/offers/{made['id']}", status=404, code="not_found")
        assert made["id"] not in _ids(world, "resident", "/offers")
        for _ in range(2):
            assert world.post("staff", f"/offers/{made['id']}/approval", status=200)["state"] == "approved"
        shown = assert_has(world.get("resident", f"/offers/{made['id']}"), OFFER)
        assert (shown["stock_left"], shown["per_person_limit"]) == (None, None)
        assert made["id"] in _ids(world, "resident", "/offers")

    def test_a_rejection_says_why(self, world: World) -> None:
        made = world.post("manager", "/offers", self._body(world))
        world.no("staff", "POST", f"/offers/{made['id']}/rejection", {}, status=422, code="validation_failed")
        answer = world.post("staff", f"/offers/{made['id']}/rejection", {"reason": "描述不清"}, status=200)
        assert answer["state"] == "rejected"
        world.no("resident", "GET", f"/offers/{made['id']}", status=404, code="not_found")

    @pytest.mark.parametrize(
        ("who", "code"), [("clerk", "not_allowed"), ("resident", "not_allowed"), ("other_manager", "wrong_merchant")]
    )
    def test_only_its_managers_submit(self, world: World, who: str, code: str) -> None:
        answer = world.call(who, "POST", "/offers", self._body(world))
        assert answer.status_code == 403
        assert answer.get_json()["code"] in (code, "wrong_merchant")

    @pytest.mark.parametrize("who", ["resident", "manager", "secretary", "grid_leader", "foreign_staff"])
    def test_only_the_office_approves(self, world: World, who: str) -> None:
        made = world.post("manager", "/offers", self._body(world))
        assert world.call(who, "POST", f"/offers/{made['id']}/approval").status_code in (403, 404)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""), ("title", None), ("description", None), ("points", 0), ("points", -1), ("points", 1.5), ("points", None),
            ("stock", -1), ("per_person_limit", 0), ("merchant_id", None), ("starts_at", "soon"), ("ends_at", "2020-13-01"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, world: World, field: str, value: Any) -> None:
        body = self._body(world)
        if value is None:
            body.pop(field)
        else:
            body[field] = value
        assert field in world.no("manager", "POST", "/offers", body, status=422, code="validation_failed")["errors"]

    def test_affordable_means_now(self, world: World) -> None:
        world.earn("resident", 40)
        cheap, dear = world.offer(points=30), world.offer(points=50)
        ids = _ids(world, "resident", "/offers?affordable=true")
        assert cheap["id"] in ids
        assert dear["id"] not in ids

    def test_another_street_of_the_district_is_listed_too(self, world: World) -> None:
        made = world.offer()
        assert made["id"] in _ids(world, "foreigner", "/offers")
        assert made["id"] not in _ids(world, "resident", f"/offers?area={world.areas['other_street'].code}")


def _ids(world: World, who: str, path: str) -> list[str]:
    return [item["id"] for item in world.get(who, path)["items"]]


class TestVouchers:
    def test_points_are_held_and_a_code_appears(self, world: World) -> None:
        voucher = assert_has(world.voucher(points=30), "id code payload state points expires_at offer merchant")
        assert (voucher["state"], voucher["points"]) == ("issued", 30)
        assert len(voucher["code"]) == 10
        assert is_valid(voucher["code"])
        assert voucher["payload"].endswith(f"/q/v/{voucher['code']}")
        assert moment(voucher["expires_at"]) == world.clock.at + timedelta(days=7)
        assert world.balance("resident") == 70
        mine = world.get("resident", "/me/vouchers")["items"]
        assert [item["id"] for item in mine] == [voucher["id"]]

    def test_it_expires_with_its_offer(self, world: World) -> None:
        world.earn("resident", 100)
        offer = world.offer(ends_at=world.at(days=2))
        voucher = world.post("resident", f"/offers/{offer['id']}/vouchers")
        assert moment(voucher["expires_at"]) == world.clock.at + timedelta(days=2)

    def test_each_call_without_a_key_makes_one_up_to_the_limit(self, world: World) -> None:
        world.earn("resident", 100)
        offer = world.offer(points=10, per_person_limit=2)
        path = f"/offers/{offer['id']}/vouchers"
        first, second = world.post("resident", path), world.post("resident", path)
        assert first["id"] != second["id"]
        world.no("resident", "POST", path, status=409, code="limit_reached")
        world.post("resident", f"/vouchers/{first['id']}/cancellation", status=200)
        world.post("resident", path)

    def test_the_last_one_in_stock(self, world: World) -> None:
        world.earn("resident", 100)
        world.earn("neighbour", 100)
        offer = world.offer(stock=1)
        path = f"/offers/{offer['id']}/vouchers"
        voucher = world.post("resident", path)
        assert world.get("resident", f"/offers/{offer['id']}")["stock_left"] == 0
        world.no("neighbour", "POST", path, status=409, code="out_of_stock")
        world.post("resident", f"/vouchers/{voucher['id']}/cancellation", status=200)
        world.post("neighbour", path)

    def test_without_the_points_there_is_none(self, world: World) -> None:
        world.earn("resident", 20)
        offer = world.offer(points=30)
        world.no("resident", "POST", f"/offers/{offer['id']}/vouchers", status=409, code="insufficient_points")
        assert world.balance("resident") == 20

    def test_outside_its_time_an_offer_is_closed(self, world: World) -> None:
        world.earn("resident", 100)
        later = world.offer(starts_at=world.at(days=1))
        world.no("resident", "POST", f"/offers/{later['id']}/vouchers", status=409, code="offer_closed")
        over = world.offer(ends_at=world.at(hours=1))
        world.clock.forward(hours=2)
        world.no("resident", "POST", f"/offers/{over['id']}/vouchers", status=409, code="offer_closed")

    def test_a_pending_offer_is_not_found(self, world: World) -> None:
        made = world.post(
            "manager", "/offers", {"merchant_id": world.shop.public_id, "title": "x", "description": "x", "points": 1}
        )
        world.no("resident", "POST", f"/offers/{made['id']}/vouchers", status=404, code="not_found")

    def test_who_is_not_verified_spends_later(self, world: World) -> None:
        world.earn("unverified", 100)
        offer = world.offer()
        world.no("unverified", "POST", f"/offers/{offer['id']}/vouchers", status=403, code="not_verified")

    def test_cancelling_gives_everything_back(self, world: World) -> None:
        voucher = world.voucher(points=30)
        for _ in range(2):
            answer = world.post("resident", f"/vouchers/{voucher['id']}/cancellation", status=200)
            assert answer["state"] == "cancelled"
        assert world.balance("resident") == 100
        assert world.call("neighbour", "POST", f"/vouchers/{voucher['id']}/cancellation").status_code in (403, 404)

    def test_what_is_used_or_over_cannot_be_cancelled(self, world: World) -> None:
        voucher = world.voucher(points=30)
        world.post("clerk", "/redemptions", {"code": voucher["code"]})
        path = f"/vouchers/{voucher['id']}/cancellation"
        world.no("resident", "POST", path, status=409, code="already_redeemed")

    def test_an_expired_one_cannot_be_cancelled(self, world: World) -> None:
        voucher = world.voucher(points=30)
        world.clock.forward(days=7, seconds=1)
        world.no("resident", "POST", f"/vouchers/{voucher['id']}/cancellation", status=410, code="voucher_expired")


class TestTill:
    def test_looking_uses_nothing(self, world: World) -> None:
        voucher = world.voucher()
        for _ in range(2):
            seen = world.get("clerk", f"/vouchers/{voucher['code']}")
            assert seen["state"] == "issued"
        world.post("clerk", "/redemptions", {"code": voucher["code"]})

    def test_a_code_is_redeemed_once(self, world: World) -> None:
        voucher = world.voucher(points=30)
        done = assert_has(
            world.post("clerk", "/redemptions", {"code": voucher["payload"]}), "id voucher_id offer points redeemed_at"
        )
        assert (done["voucher_id"], done["points"]) == (voucher["id"], 30)
        assert moment(done["redeemed_at"]) == world.clock.at.replace(microsecond=0)
        for who in ("clerk", "second_clerk"):
            body = world.no(who, "POST", "/redemptions", {"code": voucher["code"]}, status=409, code="already_redeemed")
            assert len(body["facts"]) >= 2, "when, and by whom"

    @pytest.mark.parametrize(
        "write",
        [str.lower, lambda c: f"{c[:4]} {c[4:8]} {c[8:]}", lambda c: f"{c[:5]}-{c[5:]}", "http://x/q/v/{}".format],
    )
    def test_a_code_may_come_in_any_dress(self, world: World, write: Any) -> None:
        voucher = world.voucher()
        world.post("clerk", "/redemptions", {"code": write(voucher["code"])})

    def test_each_refusal_names_its_true_reason(self, world: World) -> None:
        voucher = world.voucher(points=10)
        wrong = ("0" if voucher["code"][0] != "0" else "1") + voucher["code"][1:]
        world.no("clerk", "POST", "/redemptions", {"code": wrong}, status=422, code="code_invalid")
        world.no("clerk", "GET", f"/vouchers/{wrong}", status=422, code="code_invalid")
        unknown = new_code(10)
        world.no("clerk", "POST", "/redemptions", {"code": unknown}, status=404, code="code_unknown")
        world.no("clerk", "GET", f"/vouchers/{unknown}", status=404, code="code_unknown")
        world.no("other_clerk", "POST", "/redemptions", {"code": voucher["code"]}, status=403, code="wrong_merchant")
        world.no("other_clerk", "GET", f"/vouchers/{voucher['code']}", status=403, code="wrong_merchant")
        world.post("resident", f"/vouchers/{voucher['id']}/cancellation", status=200)
        world.no("clerk", "POST", "/redemptions", {"code": voucher["code"]}, status=409, code="voucher_cancelled")

    def test_an_expired_one(self, world: World) -> None:
        voucher = world.voucher()
        world.clock.forward(days=7, seconds=1)
        world.no("clerk", "POST", "/redemptions", {"code": voucher["code"]}, status=410, code="voucher_expired")

    @pytest.mark.parametrize("who", ["resident", "neighbour", "staff"])
    def test_only_clerks_redeem(self, world: World, who: str) -> None:
        voucher = world.voucher()
        answer = world.call(who, "POST", "/redemptions", {"code": voucher["code"]})
        assert answer.status_code == 403
        assert answer.get_json()["code"] in ("not_allowed", "wrong_merchant")

    def test_nobody_redeems_for_themself(self, world: World) -> None:
        voucher = world.voucher("clerk")
        world.no("clerk", "POST", "/redemptions", {"code": voucher["code"]}, status=403, code="not_allowed")
        world.post("second_clerk", "/redemptions", {"code": voucher["code"]})

    def test_a_code_must_be_given(self, world: World) -> None:
        for body in ({}, {"code": ""}, {"code": 5}):
            world.no("clerk", "POST", "/redemptions", body, status=422, code="validation_failed")


class TestUndo:
    def test_within_half_an_hour_the_voucher_is_usable_again(self, world: World) -> None:
        voucher = world.voucher(points=30)
        done = world.post("clerk", "/redemptions", {"code": voucher["code"]})
        path = f"/redemptions/{done['id']}/reversal"
        world.no("clerk", "POST", path, {}, status=422, code="validation_failed")
        world.clock.forward(minutes=29)
        world.post("second_clerk", path, {"reason": "点错了"}, status=200)
        world.post("second_clerk", path, {"reason": "点错了"}, status=200)
        mine = world.get("resident", "/me/points")
        assert (mine["balance"], mine["held"], mine["spent_total"]) == (70, 30, 0)
        again = world.post("clerk", "/redemptions", {"code": voucher["code"]})
        assert again["id"] != done["id"]

    def test_later_it_is_over(self, world: World) -> None:
        voucher = world.voucher()
        done = world.post("clerk", "/redemptions", {"code": voucher["code"]})
        world.clock.forward(minutes=30, seconds=1)
        path = f"/redemptions/{done['id']}/reversal"
        world.no("clerk", "POST", path, {"reason": "x"}, status=409, code="undo_window_over")

    @pytest.mark.parametrize("who", ["resident", "other_clerk", "staff"])
    def test_only_the_same_merchants_people(self, world: World, who: str) -> None:
        voucher = world.voucher()
        done = world.post("clerk", "/redemptions", {"code": voucher["code"]})
        answer = world.call(who, "POST", f"/redemptions/{done['id']}/reversal", {"reason": "x"})
        assert answer.status_code in (403, 404)

    def test_an_undone_voucher_lives_at_least_a_day(self, world: World) -> None:
        voucher = world.voucher()
        world.clock.forward(days=6, hours=23, minutes=50)
        done = world.post("clerk", "/redemptions", {"code": voucher["code"]})
        world.clock.forward(minutes=20)
        world.post("clerk", f"/redemptions/{done['id']}/reversal", {"reason": "x"}, status=200)
        world.clock.forward(hours=23)
        world.post("clerk", "/redemptions", {"code": voucher["code"]})
