"""Rows of the contract: tasks, publication, sign-ups, the waiting list, cancelling."""

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


class TestSignups:
    def test_a_place_is_taken_at_once(self, world: World) -> None:
        shift = world.shift()
        signup = assert_has(world.sign_up("resident", shift), "id shift_id state")
        assert signup["state"] == "confirmed"
        assert signup["shift_id"] == shift
        task = world.get("resident", "/tasks")["items"][0]
        assert task["shifts"][0]["taken"] == 1

    def test_a_repeat_is_the_same_thing(self, world: World) -> None:
        shift = world.shift()
        first = world.sign_up("resident", shift)
        again = world.post("resident", f"/shifts/{shift}/signups", status=200)
        assert again["id"] == first["id"]
        assert world.get("resident", "/tasks")["items"][0]["shifts"][0]["taken"] == 1

    def test_full_is_full(self, world: World) -> None:
        shift = world.shift(shift={"capacity": 1})
        world.sign_up("neighbour", shift)
        world.no("resident", "POST", f"/shifts/{shift}/signups", status=409, code="shift_full")

    def test_not_yet_open_says_so(self, world: World) -> None:
        shift = world.shift(signup_opens_at=world.at(hours=1))
        early = world.no("resident", "POST", f"/shifts/{shift}/signups", status=409, code="signup_closed")
        world.clock.forward(hours=1)
        world.sign_up("resident", shift)
        world.clock.forward(hours=4)
        late = world.no("neighbour", "POST", f"/shifts/{shift}/signups", status=409, code="signup_closed")
        assert early["detail"] != late["detail"], "the detail says which"

    def test_a_late_helper_is_welcome_until_the_end(self, world: World) -> None:
        shift = world.shift()
        world.clock.forward(hours=3, minutes=59)
        world.sign_up("resident", shift)

    def test_a_cancelled_task_takes_nobody(self, world: World) -> None:
        task = world.task()
        world.post("staff", f"/tasks/{task['id']}/cancellation", {"reason": "下雨"}, status=200)
        answer = world.call("resident", "POST", f"/shifts/{task['shifts'][0]['id']}/signups")
        assert (answer.status_code, answer.get_json()["code"]) == (409, "signup_closed")

    def test_two_places_at_once_clash_and_touching_ends_do_not(self, world: World) -> None:
        first = world.shift()
        clash = world.shift(shift={"starts_at": world.at(hours=3), "ends_at": world.at(hours=5)})
        touch = world.shift(shift={"starts_at": world.at(hours=4), "ends_at": world.at(hours=6)})
        world.sign_up("resident", first)
        world.no("resident", "POST", f"/shifts/{clash}/signups", status=409, code="time_conflict")
        world.sign_up("resident", touch)

    def test_an_area_may_keep_to_itself(self, world: World) -> None:
        shift = world.shift(audience="area")
        world.sign_up("resident", shift)
        world.no("foreigner", "POST", f"/shifts/{shift}/signups", status=403, code="not_eligible")
        world.no("homeless", "POST", f"/shifts/{shift}/signups", status=403, code="not_eligible")
        world.sign_up("homeless", world.shift(shift={"starts_at": world.at(hours=6), "ends_at": world.at(hours=7)}))

    def test_my_signups(self, world: World) -> None:
        shift = world.shift()
        signup = world.sign_up("resident", shift)
        mine = world.get("resident", "/me/signups")["items"]
        assert [assert_has(item, "id task shift state attendance")["id"] for item in mine] == [signup["id"]]
        assert mine[0]["attendance"] in (None, "none")
        assert mine[0]["shift"]["id"] == shift
        assert world.get("neighbour", "/me/signups")["items"] == []

    def test_the_list_of_a_shift_masks_names(self, world: World) -> None:
        shift = world.shift()
        signup = world.sign_up("resident", shift)
        item = world.get("staff", f"/shifts/{shift}/signups")["items"][0]
        assert_has(item, "id user_id number_tail name state attendance")
        person = world.person("resident")
        assert item["id"] == signup["id"]
        assert item["user_id"] == person.public_id
        assert item["number_tail"] == person.volunteer_number[-4:]
        assert item["name"] == person.name[0] + "*" * (len(person.name) - 1)
        answer = world.call("neighbour", "GET", f"/shifts/{shift}/signups")
        assert answer.status_code in (403, 404)

    def test_its_leaders_read_names_in_their_time(self, world: World) -> None:
        leader = world.person("leader")
        shift = world.shift(shift={"leader_ids": [leader.public_id]})
        world.sign_up("resident", shift)
        answer = world.call("leader", "GET", f"/shifts/{shift}/signups")
        assert answer.status_code in (403, 404) or "*" in answer.get_json()["items"][0]["name"]
        world.clock.forward(hours=1, minutes=5)
        assert world.get("leader", f"/shifts/{shift}/signups")["items"][0]["name"] == world.person("resident").name
        world.clock.forward(hours=2 + 25)
        answer = world.call("leader", "GET", f"/shifts/{shift}/signups")
        assert answer.status_code in (403, 404) or "*" in answer.get_json()["items"][0]["name"]


class TestCancelling:
    def test_a_place_given_back_is_free_again(self, world: World) -> None:
        shift = world.shift(shift={"capacity": 1})
        signup = world.sign_up("resident", shift)
        for _ in range(2):
            answer = world.call("resident", "DELETE", f"/signups/{signup['id']}")
            assert (answer.status_code, answer.get_json()["state"]) == (200, "cancelled")
        world.sign_up("neighbour", shift)

    def test_nobody_cancels_for_another(self, world: World) -> None:
        signup = world.sign_up("resident", world.shift())
        answer = world.call("neighbour", "DELETE", f"/signups/{signup['id']}")
        assert answer.status_code in (403, 404)

    def test_until_the_start_by_default(self, world: World) -> None:
        signup = world.sign_up("resident", world.shift())
        world.clock.forward(hours=2, seconds=1)
        world.no("resident", "DELETE", f"/signups/{signup['id']}", status=409, code="too_late_to_cancel")

    def test_until_the_minutes_the_task_says(self, world: World) -> None:
        signup = world.sign_up("resident", world.shift(cancel_until_minutes=60))
        world.clock.forward(minutes=61)
        world.no("resident", "DELETE", f"/signups/{signup['id']}", status=409, code="too_late_to_cancel")

    def test_a_sign_up_after_the_start_until_the_end(self, world: World) -> None:
        shift = world.shift()
        world.clock.forward(hours=3)
        signup = world.sign_up("resident", shift)
        world.clock.forward(minutes=59)
        assert world.call("resident", "DELETE", f"/signups/{signup['id']}").status_code == 200

    def test_who_is_there_cannot(self, world: World) -> None:
        shift = world.shift()
        signup = world.sign_up("resident", shift)
        world.clock.forward(hours=1, minutes=45)
        world.check_in("resident", shift)
        world.no("resident", "DELETE", f"/signups/{signup['id']}", status=409, code="too_late_to_cancel")

    def test_a_task_is_cancelled_with_a_reason_and_its_budget_returns(self, world: World) -> None:
        task = world.task()
        world.sign_up("resident", task["shifts"][0]["id"])
        path = f"/tasks/{task['id']}/cancellation"
        world.no("staff", "POST", path, {}, status=422, code="validation_failed")
        for _ in range(2):
            assert world.post("staff", path, {"reason": "暴雨"}, status=200)["state"] == "cancelled"
        row = world.get("street_admin", f"/budgets?area={world.areas['street'].code}")["items"][0]
        assert (row["balance"], row["reserved"]) == (100_000, 0)
        assert world.get("resident", "/me/signups")["items"][0]["state"] == "cancelled"


class TestWaitingList:
    def test_the_first_in_line_moves_up_with_the_same_id(self, world: World) -> None:
        shift = world.shift(shift={"capacity": 1}, waitlist=True)
        holder = world.sign_up("neighbour", shift)
        first = world.sign_up("resident", shift)
        second = world.sign_up("other", shift)
        assert (first["state"], first["waiting_position"]) == ("waitlisted", 1)
        assert (second["state"], second["waiting_position"]) == ("waitlisted", 2)
        world.call("neighbour", "DELETE", f"/signups/{holder['id']}")
        mine = world.get("resident", "/me/signups")["items"][0]
        assert (mine["id"], mine["state"]) == (first["id"], "confirmed")
        assert world.get("other", "/me/signups")["items"][0]["state"] == "waitlisted"

    def test_who_waits_is_not_signed_up_at_check_in(self, world: World) -> None:
        shift = world.shift(shift={"capacity": 1}, waitlist=True)
        world.sign_up("neighbour", shift)
        world.sign_up("resident", shift)
        world.clock.forward(hours=1, minutes=45)
        code = world.venue_code(shift)
        world.no("resident", "POST", "/checkins", {"code": code}, status=403, code="not_signed_up")

    def test_after_the_start_a_repeated_sign_up_takes_a_free_place(self, world: World) -> None:
        shift = world.shift(shift={"capacity": 1}, waitlist=True)
        world.clock.forward(hours=2, minutes=5)
        holder = world.sign_up("neighbour", shift)
        waiting = world.sign_up("resident", shift)
        world.call("neighbour", "DELETE", f"/signups/{holder['id']}")
        assert world.get("resident", "/me/signups")["items"][0]["state"] == "waitlisted"
        again = world.post("resident", f"/shifts/{shift}/signups", status=200)
        assert (again["id"], again["state"]) == (waiting["id"], "confirmed")

    def test_who_clashes_is_passed_over_but_kept(self, world: World) -> None:
        shift = world.shift(shift={"capacity": 1}, waitlist=True)
        same_time = world.shift()
        holder = world.sign_up("neighbour", shift)
        world.sign_up("resident", shift)
        world.sign_up("other", shift)
        world.sign_up("resident", same_time)
        world.call("neighbour", "DELETE", f"/signups/{holder['id']}")
        assert world.get("other", "/me/signups")["items"][0]["state"] == "confirmed"
        states = {item["shift"]["id"]: item["state"] for item in world.get("resident", "/me/signups")["items"]}
        assert states[shift] == "waitlisted"

    def test_signing_up_again_goes_to_the_end(self, world: World) -> None:
        shift = world.shift(shift={"capacity": 1}, waitlist=True)
        world.sign_up("neighbour", shift)
        first = world.sign_up("resident", shift)
        world.sign_up("other", shift)
        world.call("resident", "DELETE", f"/signups/{first['id']}")
        again = world.sign_up("resident", shift)
        assert again["id"] != first["id"]
        assert again["waiting_position"] == 2

    def test_an_acceptance_without_an_offer_is_a_wrong_state(self, world: World) -> None:
        signup = world.sign_up("resident", world.shift())
        answer = world.call("resident", "POST", f"/signups/{signup['id']}/acceptance")
        assert answer.status_code in (200, 409)
        assert world.call("neighbour", "POST", f"/signups/{signup['id']}/acceptance").status_code in (403, 404)
