"""Rows of the contract: sign-ups, cancelling them, and the waiting list."""

from __future__ import annotations

from tests.contract.world import World, assert_has


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
