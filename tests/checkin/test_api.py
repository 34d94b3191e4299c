"""Check-in's JSON door: each row of contract.md, each refusal with its status and code."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from pointsapp.checkin.rules import venue as codes
from pointsapp.core import codes as code_text
from pointsapp.people.models import Person
from pointsapp.tasks.models import Shift
from tests import factories as make
from tests.checkin.venue import HALL, Venue
from tests.conftest import Clock, HouseClient

API = "/api/v1"


class Caller:
    """Calls the API as one person or another."""

    def __init__(self, client: HouseClient, session: Session) -> None:
        self.client = client
        self.session = session
        self.tokens: dict[int, dict[str, str]] = {}

    def headers(self, person: Person | None) -> dict[str, str]:
        if person is None:
            return {}
        if person.id not in self.tokens:
            self.tokens[person.id] = make.bearer(self.session, person)
        return self.tokens[person.id]

    def get(self, person: Person | None, path: str) -> Any:
        return self.client.get(API + path, headers=self.headers(person))

    def post(self, person: Person | None, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(API + path, json=body or {}, headers={**self.headers(person), **headers})


@pytest.fixture
def api(client: HouseClient, session: Session) -> Caller:
    return Caller(client, session)


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"]
    assert "%(" not in answer.json["detail"]
    return answer.json.get("facts", {})  # type: ignore[no-any-return]


class TestVenueCode:
    def test_staff_and_leaders_get_the_code_of_now(self, api: Caller, venue: Venue, clock: Clock) -> None:
        shift = venue.checked_out_shift()
        for who in (venue.staff, venue.leader):
            answer = api.get(who, f"/shifts/{shift.public_id}/checkin-code?action=check_out")
            assert answer.status_code == 200
            assert set(answer.json) == {"code", "payload", "action", "expires_at", "refresh_after_s"}
            assert answer.json["code"] == venue.code(shift, "check_out")
            assert answer.json["payload"] == f"http://localhost/q/c/{answer.json['code']}"
            expires = datetime.fromisoformat(answer.json["expires_at"])
            assert timedelta(seconds=30) < expires - clock.at <= timedelta(seconds=60)
            assert 1 <= answer.json["refresh_after_s"] <= 30

    def test_check_in_is_what_is_meant_without_action(self, api: Caller, venue: Venue) -> None:
        shift = venue.shift()
        assert api.get(venue.staff, f"/shifts/{shift.public_id}/checkin-code").json["action"] == "check_in"

    def test_who_may_not(self, api: Caller, venue: Venue) -> None:
        shift, later = venue.shift(), venue.shift(starts_in=90)
        path = f"/shifts/{shift.public_id}/checkin-code"
        refused(api.get(None, path), 401, "not_signed_in")
        refused(api.get(venue.sign_up(shift), path), 403, "not_allowed")
        refused(api.get(venue.foreign_staff, path), 403, "not_allowed")
        refused(api.get(venue.leader, f"/shifts/{later.public_id}/checkin-code"), 403, "not_allowed")
        refused(api.get(venue.staff, "/shifts/nothing/checkin-code"), 404, "not_found")

    def test_a_draft_does_not_exist_for_residents(self, api: Caller, venue: Venue) -> None:
        shift = venue.shift(make.make_task(venue.session, venue.home, state="draft"))
        refused(api.get(venue.person(), f"/shifts/{shift.public_id}/checkin-code"), 404, "not_found")

    def test_bad_questions(self, api: Caller, venue: Venue) -> None:
        path = f"/shifts/{venue.shift().public_id}/checkin-code"
        refused(api.get(venue.staff, path + "?action=fly"), 422, "validation_failed")
        refused(api.get(venue.staff, path + "?action=check_out"), 409, "wrong_state")
        refused(api.get(venue.staff, path + "?poster=true"), 409, "wrong_state")

    def test_the_posters_code_is_asked_for_by_name(self, api: Caller, venue: Venue) -> None:
        shift = venue.shift(venue.task(has_poster=True, **HALL))
        answer = api.get(venue.staff, f"/shifts/{shift.public_id}/checkin-code?poster=true")
        assert answer.json["code"] == codes.code_for(shift.code_key, "check_in", codes.POSTER)


class TestCheckIn:
    def test_a_scan_answers_201_and_a_repeat_200_with_the_same(self, api: Caller, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        first = api.post(person, "/checkins", {"code": venue.code(shift)})
        assert first.status_code == 201
        assert set(first.json) == {
            "id",
            "signup_id",
            "shift_id",
            "action",
            "points_awarded",
            "points_balance",
            "service_minutes",
        }
        assert first.json["shift_id"] == shift.public_id
        assert first.json["signup_id"] == venue.signup(person, shift).public_id
        again = api.post(person, "/checkins", {"code": venue.code(shift)})
        assert (again.status_code, again.json) == (200, first.json)

    def test_an_idempotency_key_gives_the_first_answer(self, api: Caller, venue: Venue, clock: Clock) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        body = {"code": venue.code(shift)}
        first = api.post(person, "/checkins", body, **{"Idempotency-Key": "k1"})
        clock.forward(minutes=5)
        again = api.post(person, "/checkins", body, **{"Idempotency-Key": "k1"})
        assert (again.status_code, again.json, again.headers["Idempotency-Hit"]) == (201, first.json, "true")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"code": 5},
            {"code": ""},
            {"code": "X" * 301},
            {"code": "ABCD", "action": "fly"},
            {"code": "ABCD", "latitude": "34.1", "longitude": 113.1},
            {"code": "ABCD", "latitude": 91, "longitude": 113.1},
            {"code": "ABCD", "latitude": True, "longitude": 113.1},
            {"code": "ABCD", "latitude": 34, "longitude": 113, "accuracy_m": -1},
            {"code": "ABCD", "shift_id": "x"},
        ],
    )
    def test_bodies_that_make_no_sense(self, api: Caller, venue: Venue, body: dict[str, Any]) -> None:
        refused(api.post(venue.person(), "/checkins", body), 422, "validation_failed")

    @pytest.mark.parametrize("raw", ['{"code": "A", "latitude": NaN}', '{"code": "A", "latitude": 1e999}', "[]", "x"])
    def test_json_that_is_none(self, api: Caller, venue: Venue, raw: str) -> None:
        answer = api.client.post(
            API + "/checkins",
            data=raw,
            content_type="application/json",
            headers=api.headers(venue.person()),
        )
        assert answer.status_code in (400, 422)

    def test_refusals_in_their_order(self, api: Caller, venue: Venue, clock: Clock) -> None:
        clock.at = codes.window_end(codes.window_of(clock.at))
        shift = venue.checked_out_shift(starts_in=45)
        person, stranger = venue.sign_up(shift), venue.person()
        old = venue.code(shift)
        wrong = code_text.encode(7, 8)
        refused(api.post(None, "/checkins", {"code": old}), 401, "not_signed_in")
        refused(api.post(person, "/checkins", {"code": "ABCDEFGH"}), 422, "code_invalid")
        refused(api.post(person, "/checkins", {"code": wrong}), 422, "code_invalid")
        clock.forward(seconds=60)
        refused(api.post(stranger, "/checkins", {"code": old}), 410, "code_expired")
        fresh = {"code": venue.code(shift)}
        assert refused(api.post(stranger, "/checkins", fresh), 403, "not_signed_up") == {"may_join": True}
        facts = refused(api.post(person, "/checkins", fresh), 409, "outside_window")
        assert set(facts) == {"opens_at", "closes_at"}
        refused(api.post(venue.leader, "/checkins", fresh), 403, "not_allowed")
        clock.forward(minutes=60)
        refused(api.post(person, "/checkins", {"code": venue.code(shift, "check_out")}), 409, "not_checked_in")
        mixed = {"code": venue.code(shift, "check_out"), "action": "check_in"}
        refused(api.post(person, "/checkins", mixed), 422, "code_invalid")

    def test_the_place(self, api: Caller, venue: Venue) -> None:
        shift = venue.shift(venue.task(checkin_radius_m=100, **HALL))
        person = venue.sign_up(shift)
        body: dict[str, Any] = {"code": venue.code(shift)}
        refused(api.post(person, "/checkins", body), 422, "location_required")
        refused(api.post(person, "/checkins", {**body, "latitude": 34.7657}), 422, "location_required")
        far = {**body, "latitude": 34.78, "longitude": 113.678, "accuracy_m": 30.5}
        refused(api.post(person, "/checkins", far), 422, "out_of_range")
        assert api.post(person, "/checkins", {**body, **HALL}).status_code == 201

    def test_time_is_counted_once(self, api: Caller, venue: Venue) -> None:
        first, second = venue.shift(), venue.shift(starts_in=30)
        person = venue.sign_up(first)
        venue.sign_up(second, person)
        assert api.post(person, "/checkins", {"code": venue.code(first)}).status_code == 201
        refused(api.post(person, "/checkins", {"code": venue.code(second)}), 409, "time_conflict")

    def test_english_is_spoken_too(self, api: Caller, venue: Venue) -> None:
        answer = api.post(venue.person(), "/checkins", {"code": "ABCDEFGH"}, **{"Accept-Language": "en"})
        assert answer.json["title"] == "Code not recognised"


class TestLeaderCheckIn:
    def test_by_code_and_by_list(self, api: Caller, venue: Venue) -> None:
        shift = venue.shift()
        first, second = venue.sign_up(shift), venue.sign_up(shift)
        path = f"/shifts/{shift.public_id}/checkins"
        by_code = api.post(venue.leader, path, {"code": f"http://x.example/q/u/{first.personal_code}"})
        assert (by_code.status_code, by_code.json["points_balance"]) == (201, 20)
        ticked = api.post(venue.staff, path, {"user_id": second.public_id})
        assert (ticked.status_code, ticked.json["action"]) == (201, "check_in")
        assert api.post(venue.staff, path, {"user_id": second.public_id}).status_code == 200

    def test_one_of_both(self, api: Caller, venue: Venue) -> None:
        path = f"/shifts/{venue.shift().public_id}/checkins"
        refused(api.post(venue.staff, path, {}), 422, "validation_failed")
        refused(api.post(venue.staff, path, {"code": "A", "user_id": "b"}), 422, "validation_failed")

    def test_refusals(self, api: Caller, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        path = f"/shifts/{shift.public_id}/checkins"
        tick = {"user_id": person.public_id}
        refused(api.post(None, path, tick), 401, "not_signed_in")
        refused(api.post(venue.person(), path, tick), 403, "not_allowed")
        refused(api.post(venue.foreign_staff, path, tick), 403, "not_allowed")
        refused(api.post(venue.staff, path, {"code": venue.code(shift)}), 422, "code_invalid")
        refused(api.post(venue.staff, path, {"user_id": "nobody"}), 404, "not_found")
        refused(api.post(venue.staff, "/shifts/none/checkins", tick), 404, "not_found")
        refused(api.post(venue.staff, path, {"user_id": venue.person().public_id}), 403, "not_signed_up")
        refused(api.post(venue.staff, path, {**tick, "action": "check_out"}), 409, "wrong_state")
        venue.sign_up(shift, venue.leader)
        refused(api.post(venue.leader, path, {"user_id": venue.leader.public_id}), 403, "not_allowed")

    def test_late_ticks_wait_for_somebody_else(self, api: Caller, venue: Venue, clock: Clock) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        clock.forward(hours=3)
        ticked = api.post(venue.leader, f"/shifts/{shift.public_id}/checkins", {"user_id": person.public_id})
        assert (ticked.status_code, ticked.json["points_awarded"]) == (201, 0)
        path = f"/checkins/{ticked.json['id']}/confirmation"
        refused(api.post(venue.leader, path), 403, "not_allowed")
        refused(api.post(person, path), 403, "not_allowed")
        done = api.post(venue.staff, path)
        assert (done.status_code, done.json["state"], done.json["points"]) == (200, "credited", 20)
        assert api.post(venue.other_staff, path).json == done.json
        void = f"/checkins/{ticked.json['id']}/voiding"
        refused(api.post(venue.staff, void, {"reason": "没来"}), 409, "wrong_state")
        refused(api.post(venue.staff, void, {}), 422, "validation_failed")


def test_my_code(api: Caller, venue: Venue) -> None:
    person = venue.person()
    answer = api.get(person, "/me/code")
    assert answer.json == {
        "code": person.personal_code,
        "payload": f"http://localhost/q/u/{person.personal_code}",
        "expires_at": None,
    }
    refused(api.get(None, "/me/code"), 401, "not_signed_in")


class TestCorrections:
    def checked_in(self, venue: Venue, shift: Shift) -> tuple[Person, str]:
        person = venue.sign_up(shift)
        venue.tick(venue.staff, person, shift)
        return person, venue.signup(person, shift).public_id

    def test_two_people_correct_both_books(self, api: Caller, venue: Venue, clock: Clock) -> None:
        shift = venue.shift()
        person, signup = self.checked_in(venue, shift)
        asked = api.post(venue.staff, f"/signups/{signup}/corrections", {"minutes": 90, "reason": "纸质签到表第三行"})
        assert (asked.status_code, asked.json["state"], asked.json["minutes_before"]) == (201, "pending", 120)
        assert venue.books(person) == (20, 120)
        path = f"/corrections/{asked.json['id']}/approval"
        refused(api.post(venue.staff, path), 403, "not_allowed")
        refused(api.post(person, path), 403, "not_allowed")
        done = api.post(venue.other_staff, path)
        assert (done.status_code, done.json["state"]) == (200, "approved")
        assert (done.json["points_before"], done.json["points"]) == (20, 20)  # fixed points fall only at 0 minutes
        assert venue.books(person) == (20, 90)
        again = api.post(venue.other_staff, path)
        assert (again.status_code, again.json) == (200, done.json)
        assert venue.books(person) == (20, 90)
        decline = f"/corrections/{asked.json['id']}/rejection"
        refused(api.post(venue.other_staff, decline, {"reason": "晚了"}), 409, "wrong_state")

    def test_points_per_hour_are_counted_again_and_zero_takes_all(
        self, api: Caller, venue: Venue, clock: Clock
    ) -> None:
        shift = venue.checked_out_shift(per_hour=True, points=10)
        person, signup = self.checked_in(venue, shift)
        clock.forward(hours=2)
        venue.tick(venue.staff, person, shift)
        assert venue.books(person) == (20, 120)
        for minutes, points in ((89, 14), (0, 0), (120, 20)):
            asked = api.post(venue.staff, f"/signups/{signup}/corrections", {"minutes": minutes, "reason": "核对"})
            api.post(venue.other_staff, f"/corrections/{asked.json['id']}/approval")
            assert venue.books(person) == (points, minutes)

    def test_who_was_in_no_list_is_credited_once(self, api: Caller, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        signup = venue.signup(person, shift).public_id
        asked = api.post(venue.staff, f"/signups/{signup}/corrections", {"minutes": 60, "reason": "纸质记录"})
        api.post(venue.other_staff, f"/corrections/{asked.json['id']}/approval")
        assert venue.books(person) == (20, 60)
        assert venue.signup(person, shift).settled_at is not None

    def test_refusals(self, api: Caller, venue: Venue) -> None:
        shift = venue.shift()
        person, signup = self.checked_in(venue, shift)
        path = f"/signups/{signup}/corrections"
        body = {"minutes": 30, "reason": "核对"}
        refused(api.post(person, path, body), 403, "not_allowed")
        refused(api.post(venue.leader, path, body), 403, "not_allowed")
        refused(api.post(venue.foreign_staff, path, body), 403, "not_allowed")
        refused(api.post(venue.staff, "/signups/none/corrections", body), 404, "not_found")
        refused(api.post(venue.staff, "/corrections/none/approval"), 404, "not_found")
        for bad in ({"minutes": -1}, {"minutes": "5"}, {"minutes": 2.5}, {"minutes": 1441}, {"reason": " "}, {}):
            answer = api.post(venue.staff, path, {**({"reason": "x"} if "minutes" in bad else {"minutes": 3}), **bad})
            refused(answer, 422, "validation_failed")
        answer = api.post(venue.staff, path, {"minutes": 121, "reason": "x"})
        refused(answer, 422, "validation_failed")
        assert list(answer.json["errors"]) == ["minutes"]
        assert api.post(venue.staff, path, body).status_code == 201
        refused(api.post(venue.staff, path, body), 409, "wrong_state")

    def test_before_the_shift_there_is_nothing_to_correct(self, api: Caller, venue: Venue) -> None:
        shift = venue.shift(starts_in=10)
        person = venue.sign_up(shift)
        path = f"/signups/{venue.signup(person, shift).public_id}/corrections"
        refused(api.post(venue.staff, path, {"minutes": 30, "reason": "x"}), 409, "wrong_state")

    def test_nobody_corrects_themself(self, api: Caller, venue: Venue) -> None:
        shift = venue.shift()
        venue.sign_up(shift, venue.staff)
        venue.sign_up(shift, venue.other_staff)
        path = "/signups/{}/corrections"
        own = path.format(venue.signup(venue.staff, shift).public_id)
        refused(api.post(venue.staff, own, {"minutes": 30, "reason": "x"}), 403, "not_allowed")
        asked = api.post(venue.other_staff, own, {"minutes": 30, "reason": "x"})
        refused(api.post(venue.staff, f"/corrections/{asked.json['id']}/approval"), 403, "not_allowed")

    def test_corrected_minutes_never_overlap(self, api: Caller, venue: Venue, clock: Clock) -> None:
        shift = venue.checked_out_shift(per_hour=True, points=10)
        other = venue.shift(starts_in=60, minutes=30)
        person, signup = self.checked_in(venue, shift)
        venue.sign_up(other, person)
        clock.forward(minutes=60)
        venue.tick(venue.staff, person, shift)
        venue.tick(venue.staff, person, other)
        path = f"/signups/{signup}/corrections"
        refused(api.post(venue.staff, path, {"minutes": 61, "reason": "x"}), 409, "time_conflict")
        assert api.post(venue.staff, path, {"minutes": 60, "reason": "x"}).status_code == 201

    def test_after_the_close_it_draws_on_the_same_budget(
        self, app: Flask, api: Caller, venue: Venue, clock: Clock
    ) -> None:
        from pointsapp.ledger.queries import account_balance
        from pointsapp.tasks.models import Task
        from pointsapp.worker import run_all_once

        shift = venue.checked_out_shift(per_hour=True, points=10)
        person, signup = self.checked_in(venue, shift)
        clock.forward(hours=1)
        venue.tick(venue.staff, person, shift)
        clock.forward(hours=30)
        with app.app_context():
            run_all_once(clock.at)
        task = venue.session.get_one(Task, shift.task_id)
        assert task.closed_at is not None
        budget = task.budget_account or ""
        before = account_balance(venue.session, budget)
        asked = api.post(venue.staff, f"/signups/{signup}/corrections", {"minutes": 120, "reason": "核对"})
        done = api.post(venue.other_staff, f"/corrections/{asked.json['id']}/approval")
        assert (done.status_code, done.json["points"]) == (200, 20)
        assert account_balance(venue.session, budget) == before - 10
        assert venue.books(person) == (20, 120)


def test_the_hot_call_asks_the_database_little(api: Caller, venue: Venue, database: Any) -> None:
    """House: sign-up, check-in, voucher and redemption are few round trips, sign-in included."""
    shift = venue.shift()
    person = venue.sign_up(shift)
    api.headers(person)
    body = {"code": venue.code(shift)}
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")):
            said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        answer = api.post(person, "/checkins", body)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert answer.status_code == 201
    # PostgreSQL: token, failed codes, lock, look, lock of the reserve, rule, all rows at once. SQLite asks nobody far away.
    most = 7 if database.dialect == "postgresql" else 15
    assert len(said) <= most, "\n".join(said)
