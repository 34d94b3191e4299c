"""Rows of the contract: points, entries, budgets and grants."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.world import World, assert_has, moment


class TestMyPoints:
    def test_a_new_person_has_zeros_and_empty_lists(self, world: World) -> None:
        mine = assert_has(world.get("resident", "/me/points"), "balance held earned_total spent_total expiring")
        assert (mine["balance"], mine["held"], mine["earned_total"], mine["spent_total"]) == (0, 0, 0, 0)
        assert mine["expiring"] == []
        assert world.get("resident", "/me/points/entries") == {"items": [], "next_cursor": None}

    def test_what_is_held_cannot_be_spent(self, world: World) -> None:
        world.voucher(points=30)
        mine = world.get("resident", "/me/points")
        assert (mine["balance"], mine["held"], mine["earned_total"]) == (70, 30, 100)

    def test_entries_explain_every_change_newest_first(self, world: World) -> None:
        voucher = world.voucher(points=30)
        world.post("resident", f"/vouchers/{voucher['id']}/cancellation", status=200)
        items = world.get("resident", "/me/points/entries")["items"]
        assert [item["points"] for item in items] == [30, -30, 100]
        for item in items:
            assert_has(item, "id posted_at kind points memo balance_after rule steps")
            assert item["memo"].strip()
            moment(item["posted_at"])
        assert sum(item["points"] for item in items) == world.balance("resident") == items[0]["balance_after"]
        earned = items[-1]
        assert earned["rule"] is not None
        assert earned["steps"], "why this score"
        assert items[0]["id"] != items[1]["id"]

    def test_a_redemption_itself_is_no_line(self, world: World) -> None:
        voucher = world.voucher(points=30)
        before = world.get("resident", "/me/points/entries")["items"]
        world.post("clerk", "/redemptions", {"code": voucher["code"]})
        assert world.get("resident", "/me/points/entries")["items"] == before
        mine = world.get("resident", "/me/points")
        assert (mine["balance"], mine["held"], mine["spent_total"]) == (70, 0, 30)

    def test_entries_page(self, world: World) -> None:
        for _ in range(3):
            world.earn("resident", 10)
        seen, cursor = [], ""
        while True:
            page = world.get("resident", f"/me/points/entries?limit=1{cursor}")
            seen += [item["balance_after"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert seen == [30, 20, 10]

    def test_everybody_reads_only_their_own(self, world: World) -> None:
        world.earn("resident", 10)
        assert world.get("neighbour", "/me/points/entries")["items"] == []


class TestBudgets:
    def test_a_grant_is_added(self, world: World) -> None:
        street = world.areas["street"]
        body = {"area_id": street.public_id, "points": 500, "memo": "第四季度"}
        made = assert_has(world.post("street_admin", "/budget-grants", body), "id area_id points budget_balance")
        assert (made["area_id"], made["points"], made["budget_balance"]) == (street.public_id, 500, 500)
        assert world.post("street_admin", "/budget-grants", {**body, "area_id": street.code})["budget_balance"] == 1000

    @pytest.mark.parametrize(
        ("who", "area"),
        [
            ("resident", "street"),
            ("staff", "community"),
            ("secretary", "community"),
            ("clerk", "community"),
            ("street_admin", "district"),
            ("street_admin", "other_street"),
        ],
    )
    def test_only_the_street_office_above_grants(self, world: World, who: str, area: str) -> None:
        body = {"area_id": world.areas[area].public_id, "points": 500, "memo": "x"}
        world.no(who, "POST", "/budget-grants", body, status=403, code="not_allowed")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("area_id", "nowhere"),
            ("area_id", None),
            ("points", 0),
            ("points", -5),
            ("points", 1.5),
            ("points", "5"),
            ("points", None),
            ("memo", None),
        ],
    )
    def test_what_is_wrong_is_named(self, world: World, field: str, value: Any) -> None:
        body = {"area_id": world.areas["street"].public_id, "points": 500, "memo": "x", field: value}
        body = {name: each for name, each in body.items() if each is not None}
        assert (
            field
            in world.no("street_admin", "POST", "/budget-grants", body, status=422, code="validation_failed")["errors"]
        )

    def test_staff_read_the_budgets(self, world: World) -> None:
        world.task(points=20)
        item = world.get("street_admin", f"/budgets?area={world.areas['street'].code}")["items"][0]
        assert_has(item, "area balance reserved")
        assert_has(item["area"], "id code name")
        assert (item["balance"], item["reserved"]) == (99_900, 100)

    def test_a_resident_reads_none(self, world: World) -> None:
        world.budget()
        answer = world.call("resident", "GET", "/budgets")
        assert answer.status_code == 403 or answer.get_json()["items"] == []
