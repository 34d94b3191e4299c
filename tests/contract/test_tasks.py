"""Rows of the contract: drafts, publication, lists of tasks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.world import World, assert_has

CARD = "id title category points points_mode area place state shifts"
SHIFT = "id starts_at ends_at capacity taken"


class TestDrafts:
    def test_a_draft_answers_everything_given(self, world: World) -> None:
        given = {
            "latitude": 34.7656, "longitude": 113.6726, "checkin_radius_m": 200, "waitlist": True, "conditions": "十八岁以上",
            "risks": "地滑", "safeguards": "提供手套", "contact": "社区办 0371-1234567", "cancel_until_minutes": 60,
            "audience": "area", "signup_opens_at": world.at(hours=1),
        }  # fmt: skip
        draft = assert_has(world.draft(**given), CARD)
        assert draft["state"] == "draft"
        assert_has(draft["shifts"][0], SHIFT)
        task = world.get("staff", f"/tasks/{draft['id']}")
        assert_has(task, f"{CARD} description check_out_required {' '.join(given)}")
        for name in ("risks", "waitlist", "checkin_radius_m", "audience", "cancel_until_minutes"):
            assert task[name] == given[name]

    @pytest.mark.parametrize("who", ["resident", "clerk", "manager", "foreign_staff", "foreign_admin"])
    def test_only_staff_of_the_area_write_one(self, world: World, who: str) -> None:
        body = _body(world)
        world.no(who, "POST", "/tasks", body, status=403, code="not_allowed")

    @pytest.mark.parametrize("who", ["staff", "street_admin", "platform_admin", "secretary"])
    def test_staff_of_the_area_or_above_write_one(self, world: World, who: str) -> None:
        world.post(who, "/tasks", _body(world))

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""), ("title", None), ("title", "x" * 500), ("description", None), ("category", "nonsense"), ("category", None),
            ("area_id", "nowhere"), ("area_id", None), ("place", None), ("points", -1), ("points", 10_001), ("points", 1.5),
            ("points", "20"), ("points", True), ("points", None), ("points_mode", "weekly"), ("points_mode", None), ("shifts", []),
            ("shifts", None), ("shifts", [1]), ("latitude", 91), ("longitude", 181), ("checkin_radius_m", 0),
            ("checkin_radius_m", -5), ("audience", "everyone"), ("cancel_until_minutes", -1), ("check_out_required", "no"),
            ("waitlist", "yes"), ("signup_opens_at", "tomorrow"), ("signup_opens_at", "2026-11-21T10:00:00"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, world: World, field: str, value: Any) -> None:
        body = _body(world)
        if value is None:
            body.pop(field)
        else:
            body[field] = value
        problem = world.no("staff", "POST", "/tasks", body, status=422, code="validation_failed")
        assert field in problem["errors"]

    @pytest.mark.parametrize(
        "shift",
        [
            {"capacity": 0}, {"capacity": 10_001}, {"capacity": 1.5}, {"capacity": None}, {"starts_at": None},
            {"ends_at": "2026-11-21T02:00:00+08:00"}, {"starts_at": "2026-11-21T02:30:00"}, {"starts_at": 5},
            {"leader_ids": ["nosuchid0000"]}, {"leader_ids": "x"}, {"unknown": 1}, {"ends_at": "2026-11-23T02:00:00+08:00"},
        ],
    )  # fmt: skip
    def test_a_wrong_shift_is_named(self, world: World, shift: dict[str, Any]) -> None:
        body = _body(world)
        body["shifts"][0] = {name: value for name, value in {**body["shifts"][0], **shift}.items() if value is not None}
        problem = world.no("staff", "POST", "/tasks", body, status=422, code="validation_failed")
        assert problem["errors"]

    def test_at_most_fifty_shifts(self, world: World) -> None:
        body = _body(world)
        body["shifts"] = body["shifts"] * 50
        world.post("staff", "/tasks", body)
        body["shifts"] = body["shifts"] + body["shifts"][:1]
        world.no("staff", "POST", "/tasks", body, status=422, code="validation_failed")

    def test_per_hour_implies_check_out(self, world: World) -> None:
        body = _body(world, points_mode="per_hour", check_out_required=False)
        world.no("staff", "POST", "/tasks", body, status=422, code="validation_failed")
        made = world.post("staff", "/tasks", _body(world, points_mode="per_hour", check_out_required=True))
        assert world.get("staff", f"/tasks/{made['id']}")["check_out_required"] is True

    def test_a_draft_is_hidden_from_residents(self, world: World) -> None:
        draft = world.draft()
        world.no("resident", "GET", f"/tasks/{draft['id']}", status=404, code="not_found")
        world.no("resident", "POST", f"/shifts/{draft['shifts'][0]['id']}/signups", status=404, code="not_found")
        assert draft["id"] not in _ids(world, "resident", "/tasks")


def _body(world: World, **over: Any) -> dict[str, Any]:
    return {
        "title": "清扫楼道",
        "description": "带上手套。",
        "category": "environment",
        "area_id": world.areas["community"].public_id,
        "place": "三号楼门口",
        "points": 20,
        "points_mode": "per_completion",
        "check_out_required": False,
        "shifts": [{"starts_at": world.at(hours=2), "ends_at": world.at(hours=4), "capacity": 5}],
        **over,
    }


def _ids(world: World, who: str, path: str) -> list[str]:
    return [item["id"] for item in world.get(who, path)["items"]]


class TestPublication:
    def test_it_draws_on_the_nearest_budget_that_holds_it(self, world: World) -> None:
        world.budget(100, "street")
        world.budget(99, "community")
        draft = world.draft(points=20)
        published = world.post("staff", f"/tasks/{draft['id']}/publication", status=200)
        assert published["state"] == "published"
        assert published["budget"]["area"]["code"] == world.areas["street"].code
        rows = {row["area"]["code"]: row for row in world.get("staff", "/budgets")["items"]}
        assert (rows[world.areas["community"].code]["balance"], rows[world.areas["community"].code]["reserved"]) == (
            99,
            0,
        )
        street = {row["area"]["code"]: row for row in world.get("street_admin", "/budgets")["items"]}[
            world.areas["street"].code
        ]
        assert (street["balance"], street["reserved"]) == (0, 100)

    def test_without_a_budget_it_is_refused(self, world: World) -> None:
        draft = world.draft()
        world.no("staff", "POST", f"/tasks/{draft['id']}/publication", status=409, code="insufficient_budget")
        world.budget(99)
        world.no("staff", "POST", f"/tasks/{draft['id']}/publication", status=409, code="insufficient_budget")
        world.budget(1)
        world.post("staff", f"/tasks/{draft['id']}/publication", status=200)

    def test_no_points_need_no_budget(self, world: World) -> None:
        draft = world.draft(points=0)
        world.post("staff", f"/tasks/{draft['id']}/publication", status=200)

    def test_repeating_it_changes_nothing(self, world: World) -> None:
        task = world.task()
        before = world.get("street_admin", "/budgets")
        again = world.post("staff", f"/tasks/{task['id']}/publication", status=200)
        assert again["state"] == "published"
        assert world.get("street_admin", "/budgets") == before

    @pytest.mark.parametrize("who", ["resident", "clerk", "foreign_staff"])
    def test_only_staff_publish(self, world: World, who: str) -> None:
        draft = world.draft()
        answer = world.call(who, "POST", f"/tasks/{draft['id']}/publication")
        assert answer.status_code in (403, 404)

    def test_a_shift_must_lie_ahead(self, world: World) -> None:
        world.budget()
        draft = world.draft()
        world.clock.forward(hours=5)
        answer = world.call("staff", "POST", f"/tasks/{draft['id']}/publication")
        assert answer.status_code in (409, 422)

    def test_a_range_check_needs_a_place(self, world: World) -> None:
        world.budget()
        draft = world.draft(checkin_radius_m=100)
        world.no("staff", "POST", f"/tasks/{draft['id']}/publication", status=422, code="validation_failed")


class TestLists:
    def test_a_card_has_what_it_promises(self, world: World) -> None:
        task = world.task()
        card = world.get("resident", "/tasks")["items"][0]
        assert_has(card, CARD)
        assert_has(card["shifts"][0], SHIFT)
        assert card["id"] == task["id"]
        assert_has(card["area"], "id code name")

    def test_filters(self, world: World) -> None:
        task = world.task(category="patrol", title="夜间巡逻")
        other = world.task(category="culture", title="包粽子")
        assert _ids(world, "resident", "/tasks?category=patrol") == [task["id"]]
        assert _ids(world, "resident", "/tasks?q=粽子") == [other["id"]]
        assert set(_ids(world, "resident", f"/tasks?area={world.areas['street'].code}")) == {task["id"], other["id"]}
        assert _ids(world, "resident", f"/tasks?area={world.areas['other_street'].code}") == []
        assert _ids(world, "resident", "/tasks?q=%25") == []

    def test_open_means_a_sign_up_would_be_possible_now(self, world: World) -> None:
        full = world.task(shift={"capacity": 1})
        later = world.task(signup_opens_at=world.at(hours=1))
        queue = world.task(shift={"capacity": 1}, waitlist=True)
        for task in (full, queue):
            world.sign_up("neighbour", task["shifts"][0]["id"])
            world.call("neighbour", "DELETE", "/signups/none")
            break
        open_now = _ids(world, "resident", "/tasks?open=true")
        assert full["id"] not in open_now
        assert later["id"] not in open_now
        assert queue["id"] in open_now
        assert set(_ids(world, "resident", "/tasks")) == {full["id"], later["id"], queue["id"]}

    def test_the_whole_district_is_listed(self, world: World) -> None:
        task = world.task()
        assert task["id"] in _ids(world, "foreigner", "/tasks")
        assert task["id"] in _ids(world, "homeless", "/tasks")

    def test_an_unknown_filter_value_is_refused(self, world: World) -> None:
        world.no("resident", "GET", "/tasks?open=maybe", status=422, code="validation_failed")
