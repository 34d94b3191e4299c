"""Rows of the contract: venue codes, check-in and check-out, the leader's list, corrections, minutes and points."""

from __future__ import annotations

from typing import Any

import pytest

from pointsapp.core.codes import is_valid
from tests.contract.world import World, assert_has, moment

CHECKIN = "id signup_id shift_id action points_awarded points_balance service_minutes"


def _there(world: World, who: str = "resident", **over: Any) -> tuple[str, str]:
    """Return (shift, signup id) of `who`, fifteen minutes before the shift begins."""
    shift = world.shift(**over)
    signup = world.sign_up(who, shift)
    world.clock.forward(hours=1, minutes=45)
    return shift, signup["id"]


class TestVenueCodes:
    def test_a_code_is_short_lived_and_a_plain_url(self, world: World) -> None:
        shift, _ = _there(world)
        shown = assert_has(
            world.get("staff", f"/shifts/{shift}/checkin-code?action=check_in"),
            "code payload action expires_at refresh_after_s",
        )
        assert len(shown["code"]) == 8
        assert is_valid(shown["code"])
        assert shown["payload"].endswith(f"/q/c/{shown['code']}")
        assert shown["action"] == "check_in"
        assert 0 < shown["refresh_after_s"] <= 30
        assert moment(shown["expires_at"]) > world.clock.at

    def test_who_may_show_it(self, world: World) -> None:
        leader = world.person("leader")
        shift = world.shift(shift={"leader_ids": [leader.public_id]})
        for who in ("resident", "clerk", "foreign_staff"):
            assert world.call(who, "GET", f"/shifts/{shift}/checkin-code?action=check_in").status_code in (403, 404)
        assert world.call("leader", "GET", f"/shifts/{shift}/checkin-code?action=check_in").status_code == 403
        world.clock.forward(hours=1, minutes=1)
        world.get("leader", f"/shifts/{shift}/checkin-code?action=check_in")

    def test_an_action_must_be_one_of_two(self, world: World) -> None:
        shift = world.shift()
        world.no("staff", "GET", f"/shifts/{shift}/checkin-code?action=dance", status=422, code="validation_failed")

    def test_codes_rotate_and_the_previous_one_still_counts(self, world: World) -> None:
        shift, _ = _there(world)
        world.sign_up("neighbour", shift)
        old = world.venue_code(shift)
        world.clock.forward(seconds=30)
        assert world.venue_code(shift) != old
        world.post("resident", "/checkins", {"code": old})
        world.clock.forward(seconds=31)
        world.no("neighbour", "POST", "/checkins", {"code": old}, status=410, code="code_expired")
        world.clock.forward(minutes=9)
        world.no("neighbour", "POST", "/checkins", {"code": old}, status=410, code="code_expired")


class TestCheckIn:
    def test_points_are_there_at_once(self, world: World) -> None:
        shift, signup = _there(world)
        done = assert_has(world.check_in("resident", shift), CHECKIN)
        assert done["signup_id"] == signup
        assert done["shift_id"] == shift
        assert (done["action"], done["points_awarded"], done["points_balance"], done["service_minutes"]) == (
            "check_in", 20, 20, 120,
        )  # fmt: skip
        me = world.get("resident", "/me")
        assert (me["points_balance"], me["service_minutes"]) == (20, 120)
        assert world.get("resident", "/me/signups")["items"][0]["attendance"] is not None

    def test_the_same_scan_twice_is_one_credit(self, world: World) -> None:
        shift, _ = _there(world)
        code = world.venue_code(shift)
        first = world.post("resident", "/checkins", {"code": code})
        again = world.post("resident", "/checkins", {"code": code}, status=200)
        assert again["id"] == first["id"]
        assert world.balance("resident") == 20

    @pytest.mark.parametrize("write", [str.lower, lambda c: f" {c[:4]}-{c[4:]} ", "https://else.where/q/c/{}".format])
    def test_a_code_may_come_in_any_dress(self, world: World, write: Any) -> None:
        shift, _ = _there(world)
        world.post("resident", "/checkins", {"code": write(world.venue_code(shift))})

    def test_every_slip_of_one_character_is_caught(self, world: World) -> None:
        shift, _ = _there(world)
        code = world.venue_code(shift)
        for place in range(8):
            wrong = code[:place] + ("0" if code[place] != "0" else "1") + code[place + 1 :]
            world.no("resident", "POST", "/checkins", {"code": wrong}, status=422, code="code_invalid")

    @pytest.mark.parametrize("code", ["00000000", "0000000000", "!", "ABC", "用户", "http://[", "x" * 300])
    def test_what_is_not_ours_is_invalid(self, world: World, code: str) -> None:
        world.no("resident", "POST", "/checkins", {"code": code}, status=422, code="code_invalid")

    def test_a_code_must_be_given(self, world: World) -> None:
        for body in ({}, {"code": ""}, {"code": None}, {"code": 12345678}):
            world.no("resident", "POST", "/checkins", body, status=422, code="validation_failed")

    def test_a_passer_by_may_join(self, world: World) -> None:
        shift, _ = _there(world)
        body = world.no(
            "neighbour", "POST", "/checkins", {"code": world.venue_code(shift)}, status=403, code="not_signed_up"
        )
        assert body["facts"]["may_join"] is True

    def test_where_there_is_no_place_a_passer_by_may_not(self, world: World) -> None:
        shift, _ = _there(world, shift={"capacity": 1})
        body = world.no(
            "neighbour", "POST", "/checkins", {"code": world.venue_code(shift)}, status=403, code="not_signed_up"
        )
        assert body["facts"]["may_join"] is False

    def test_from_half_an_hour_before_until_the_end(self, world: World) -> None:
        shift = world.shift()
        world.sign_up("resident", shift)
        world.clock.forward(hours=1, minutes=29)
        world.no("resident", "POST", "/checkins", {"code": world.venue_code(shift)}, status=409, code="outside_window")
        world.clock.forward(minutes=1)
        world.check_in("resident", shift)

    def test_after_the_end_is_outside(self, world: World) -> None:
        shift = world.shift()
        world.sign_up("resident", shift)
        world.clock.forward(hours=4, seconds=1)
        answer = world.call("resident", "POST", "/checkins", {"code": world.venue_code(shift)})
        assert (answer.status_code, answer.get_json()["code"]) == (409, "outside_window")

    def test_a_given_action_must_agree(self, world: World) -> None:
        shift, _ = _there(world, check_out_required=True)
        code = world.venue_code(shift)
        world.no(
            "resident", "POST", "/checkins", {"code": code, "action": "check_out"}, status=422, code="code_invalid"
        )
        world.post("resident", "/checkins", {"code": code, "action": "check_in"})

    def test_leaders_and_the_creator_are_checked_in_by_somebody_else(self, world: World) -> None:
        leader = world.person("leader")
        shift = world.shift(shift={"leader_ids": [leader.public_id]})
        world.sign_up("leader", shift)
        world.sign_up("staff", shift)
        world.clock.forward(hours=1, minutes=45)
        code = world.venue_code(shift)
        for who in ("leader", "staff"):
            world.no(who, "POST", "/checkins", {"code": code}, status=403, code="not_allowed")
        world.post("staff", f"/shifts/{shift}/checkins", {"user_id": leader.public_id})
        staff = world.person("staff").public_id
        world.no("staff", "POST", f"/shifts/{shift}/checkins", {"user_id": staff}, status=403, code="not_allowed")
        world.post("second_staff", f"/shifts/{shift}/checkins", {"user_id": staff})


class TestRange:
    PLACE = {"latitude": 34.7656, "longitude": 113.6726, "checkin_radius_m": 100}

    def test_coordinates_are_needed(self, world: World) -> None:
        shift, _ = _there(world, **self.PLACE)
        world.no(
            "resident", "POST", "/checkins", {"code": world.venue_code(shift)}, status=422, code="location_required"
        )

    @pytest.mark.parametrize(
        ("north_m", "accuracy", "ok"),
        [
            (0, None, True),
            (99, None, True),
            (102, None, False),
            (200, 120, True),
            (240, 120, False),
            (260, 5000, False),
            (240, 150, True),
        ],
    )
    def test_accuracy_widens_the_circle_up_to_150(
        self, world: World, north_m: float, accuracy: float | None, ok: bool
    ) -> None:
        shift, _ = _there(world, **self.PLACE)
        body = {
            "code": world.venue_code(shift),
            "latitude": 34.7656 + north_m / 111_195,
            "longitude": 113.6726,
            **({"accuracy_m": accuracy} if accuracy is not None else {}),
        }
        if ok:
            world.post("resident", "/checkins", body)
        else:
            world.no("resident", "POST", "/checkins", body, status=422, code="out_of_range")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"latitude": 91, "longitude": 0},
            {"latitude": "x", "longitude": 0},
            {"latitude": 0, "longitude": 181},
            {"accuracy_m": -1},
        ],
    )
    def test_impossible_places_are_refused(self, world: World, wrong: dict[str, Any]) -> None:
        shift, _ = _there(world, **self.PLACE)
        body = {"code": world.venue_code(shift), "latitude": 34.7656, "longitude": 113.6726, **wrong}
        world.no("resident", "POST", "/checkins", body, status=422, code="validation_failed")

    def test_staff_check_in_by_list_without_a_place(self, world: World) -> None:
        shift, _ = _there(world, **self.PLACE)
        world.post("staff", f"/shifts/{shift}/checkins", {"user_id": world.person("resident").public_id})


class TestCheckOut:
    def test_minutes_run_from_the_start_to_the_end_at_most(self, world: World) -> None:
        shift, _ = _there(world, check_out_required=True, points=30, points_mode="per_hour")
        first = world.check_in("resident", shift)
        assert (first["points_awarded"], first["service_minutes"]) == (0, 0)
        world.clock.forward(minutes=15 + 50, seconds=30)
        done = world.post("resident", "/checkins", {"code": world.venue_code(shift, "check_out")})
        assert (done["action"], done["service_minutes"], done["points_awarded"]) == ("check_out", 50, 25)
        again = world.post("resident", "/checkins", {"code": world.venue_code(shift, "check_out")}, status=200)
        assert again["points_balance"] == 25

    def test_until_half_an_hour_after_the_end(self, world: World) -> None:
        shift, _ = _there(world, check_out_required=True)
        world.check_in("resident", shift)
        world.clock.forward(hours=2, minutes=15 + 29)
        done = world.post("resident", "/checkins", {"code": world.venue_code(shift, "check_out")})
        assert (done["service_minutes"], done["points_awarded"]) == (120, 20)

    def test_later_is_outside(self, world: World) -> None:
        shift, _ = _there(world, check_out_required=True)
        world.check_in("resident", shift)
        world.clock.forward(hours=2, minutes=15 + 31)
        code = world.venue_code(shift, "check_out")
        world.no("resident", "POST", "/checkins", {"code": code}, status=409, code="outside_window")

    def test_before_the_start_is_outside(self, world: World) -> None:
        shift, _ = _there(world, check_out_required=True)
        world.check_in("resident", shift)
        world.clock.forward(minutes=2)
        code = world.venue_code(shift, "check_out")
        world.no("resident", "POST", "/checkins", {"code": code}, status=409, code="outside_window")

    def test_nobody_leaves_who_did_not_come(self, world: World) -> None:
        shift, _ = _there(world, check_out_required=True)
        world.clock.forward(minutes=30)
        code = world.venue_code(shift, "check_out")
        world.no("resident", "POST", "/checkins", {"code": code}, status=409, code="not_checked_in")


class TestByStaff:
    def test_a_personal_code_is_scanned(self, world: World) -> None:
        shift, signup = _there(world)
        mine = assert_has(world.get("resident", "/me/code"), "code payload expires_at")
        assert len(mine["code"]) == 10
        assert is_valid(mine["code"])
        assert mine["payload"].endswith(f"/q/u/{mine['code']}")
        done = assert_has(world.post("staff", f"/shifts/{shift}/checkins", {"code": mine["payload"]}), CHECKIN)
        assert (done["signup_id"], done["points_balance"]) == (signup, 20)
        again = world.post("staff", f"/shifts/{shift}/checkins", {"code": mine["code"]}, status=200)
        assert again["id"] == done["id"]

    def test_a_scan_verifies_and_a_tick_does_not(self, world: World) -> None:
        shift, _ = _there(world, "unverified", points=100)
        who = world.person("unverified").public_id
        world.post("staff", f"/shifts/{shift}/checkins", {"user_id": who})
        offer = world.offer(points=10)
        world.no("unverified", "POST", f"/offers/{offer['id']}/vouchers", status=403, code="not_verified")
        code = world.get("unverified", "/me/code")["code"]
        world.post("staff", f"/shifts/{shift}/checkins", {"code": code}, status=200)
        world.post("unverified", f"/offers/{offer['id']}/vouchers")

    def test_leaders_scan_in_their_time_only(self, world: World) -> None:
        leader = world.person("leader")
        shift = world.shift(shift={"leader_ids": [leader.public_id]})
        world.sign_up("resident", shift)
        path, body = f"/shifts/{shift}/checkins", {"user_id": world.person("resident").public_id}
        assert world.call("leader", "POST", path, body).status_code == 403
        world.clock.forward(hours=1, minutes=45)
        world.post("leader", path, body)
        world.no("leader", "POST", path, {"user_id": leader.public_id}, status=403, code="not_allowed")

    @pytest.mark.parametrize("who", ["neighbour", "clerk", "foreign_staff"])
    def test_nobody_else_scans(self, world: World, who: str) -> None:
        shift, _ = _there(world)
        body = {"user_id": world.person("resident").public_id}
        assert world.call(who, "POST", f"/shifts/{shift}/checkins", body).status_code in (403, 404)

    def test_exactly_one_of_code_and_user_id(self, world: World) -> None:
        shift, _ = _there(world)
        who = world.person("resident")
        for body in ({}, {"code": who.personal_code, "user_id": who.public_id}):
            world.no("staff", "POST", f"/shifts/{shift}/checkins", body, status=422, code="validation_failed")

    def test_somebody_not_signed_up_is_named_as_such(self, world: World) -> None:
        shift, _ = _there(world)
        body = {"user_id": world.person("neighbour").public_id}
        world.no("staff", "POST", f"/shifts/{shift}/checkins", body, status=403, code="not_signed_up")
        world.no("staff", "POST", f"/shifts/{shift}/checkins", {"code": "00000000AA"}, status=422, code="code_invalid")

    def test_without_an_action_a_second_scan_is_a_check_out(self, world: World) -> None:
        shift, _ = _there(world, check_out_required=True)
        body = {"code": world.get("resident", "/me/code")["code"]}
        assert world.post("staff", f"/shifts/{shift}/checkins", body)["action"] == "check_in"
        world.clock.forward(minutes=16)
        world.clock.forward(seconds=30)
        done = world.post("staff", f"/shifts/{shift}/checkins", body)
        assert (done["action"], done["service_minutes"]) == ("check_out", 1)

    def test_a_tick_after_the_end_waits_for_a_second_person(self, world: World) -> None:
        shift, _ = _there(world)
        world.clock.forward(hours=3)
        done = world.post("staff", f"/shifts/{shift}/checkins", {"user_id": world.person("resident").public_id})
        assert done["points_awarded"] == 0
        assert world.balance("resident") == 0

    def test_a_day_after_the_end_the_list_is_closed(self, world: World) -> None:
        shift, _ = _there(world)
        world.clock.forward(hours=2 + 24, minutes=16)
        body = {"user_id": world.person("resident").public_id}
        world.no("staff", "POST", f"/shifts/{shift}/checkins", body, status=409, code="outside_window")


class TestCorrections:
    def _credited(self, world: World, **over: Any) -> str:
        shift, signup = _there(world, **over)
        world.check_in("resident", shift)
        world.clock.forward(hours=3)
        return signup

    def test_two_people_correct_both_books(self, world: World) -> None:
        signup = self._credited(world)
        asked = world.post("staff", f"/signups/{signup}/corrections", {"minutes": 60, "reason": "提前离开"})
        assert asked["state"] == "pending"
        assert world.get("resident", "/me")["service_minutes"] == 120
        world.no("staff", "POST", f"/corrections/{asked['id']}/approval", status=403, code="not_allowed")
        done = world.post("second_staff", f"/corrections/{asked['id']}/approval", status=200)
        assert done["state"] == "approved"
        me = world.get("resident", "/me")
        assert (me["service_minutes"], me["points_balance"]) == (60, 20), "per_completion points fall only at 0"
        world.post("second_staff", f"/corrections/{asked['id']}/approval", status=200)
        assert world.get("resident", "/me")["service_minutes"] == 60

    def test_points_of_a_completion_fall_only_at_zero(self, world: World) -> None:
        signup = self._credited(world)
        asked = world.post("staff", f"/signups/{signup}/corrections", {"minutes": 0, "reason": "本人没有来"})
        world.post("second_staff", f"/corrections/{asked['id']}/approval", status=200)
        me = world.get("resident", "/me")
        assert (me["service_minutes"], me["points_balance"]) == (0, 0)

    @pytest.mark.parametrize(
        "body", [{}, {"minutes": 60}, {"reason": "x"}, {"minutes": -1, "reason": "x"}, {"minutes": 121, "reason": "x"}]
    )
    def test_what_is_wrong_is_named(self, world: World, body: dict[str, Any]) -> None:
        signup = self._credited(world)
        world.no("staff", "POST", f"/signups/{signup}/corrections", body, status=422, code="validation_failed")

    @pytest.mark.parametrize("who", ["resident", "neighbour", "clerk", "foreign_staff"])
    def test_only_staff_correct(self, world: World, who: str) -> None:
        signup = self._credited(world)
        answer = world.call(who, "POST", f"/signups/{signup}/corrections", {"minutes": 60, "reason": "x"})
        assert answer.status_code in (403, 404)

    def test_accepted_minutes_never_overlap(self, world: World) -> None:
        first = world.shift()
        second = world.shift(shift={"starts_at": world.at(hours=4), "ends_at": world.at(hours=6)})
        one = world.sign_up("resident", first)["id"]
        world.sign_up("resident", second)
        world.clock.forward(hours=1, minutes=45)
        world.check_in("resident", first)
        world.clock.forward(hours=2)
        world.check_in("resident", second)
        world.clock.forward(hours=4)
        asked = world.call("staff", "POST", f"/signups/{one}/corrections", {"minutes": 120, "reason": "x"})
        assert asked.status_code in (201, 409)
        assert world.get("resident", "/me")["service_minutes"] == 240


def test_a_personal_code_says_until_when(world: World) -> None:
    until = world.get("resident", "/me/code")["expires_at"]
    assert until is None or moment(until) > world.clock.at  # None: good until it is replaced
