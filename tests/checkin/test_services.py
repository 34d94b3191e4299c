"""Check-in's workshop: what becomes of the rows, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.checkin import errors
from pointsapp.checkin.models import AttendanceState, Scan, Way
from pointsapp.checkin.queries import Seal
from pointsapp.checkin.rules import venue as codes
from pointsapp.checkin.rules.judge import Fix
from pointsapp.checkin.services import (
    CheckIn,
    Void,
    check_in,
    confirm_attendance,
    cut_off_due,
    void_attendance,
)
from pointsapp.core import clock
from pointsapp.core.coordinates import CoordinateSystem, Point
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.ledger.queries import verify
from pointsapp.people.models import Person
from pointsapp.tasks.errors import ShiftFull, TimeConflict
from pointsapp.tasks.models import SignupState
from pointsapp.tasks.services import cancel_signup, move_shift, stop_shift
from pointsapp.tasks.services.shifts import MoveShift
from pointsapp.worker import deliver_events
from tests import factories as make
from tests.checkin.venue import HALL, Venue
from tests.conftest import Clock


def told(session: Session, kind: str) -> list[dict[str, Any]]:
    return list(session.scalars(select(Event.facts).where(Event.kind == kind).order_by(Event.id)))


class TestArriving:
    def test_presence_pays_at_check_in(self, venue: Venue, session: Session) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        receipt = venue.scan(person, shift)
        assert (receipt.points_awarded, receipt.points_balance, receipt.service_minutes) == (20, 20, 120)
        assert not receipt.is_repeat
        row = venue.attendance(person, shift)
        assert row is not None
        assert (row.state, row.minutes, row.points, row.way) == (AttendanceState.CREDITED, 120, 20, Way.VENUE_CODE)
        assert (row.from_at, row.to_at) == (shift.starts_at, shift.ends_at)
        assert row.entry_id is not None
        signup = venue.signup(person, shift)
        assert signup.arrived_at is not None
        assert signup.settled_at is not None
        assert told(session, "checkin.credited") == [
            {
                "attendance_id": row.id,
                "task_id": shift.task_id,
                "shift_id": shift.id,
                "category": "patrol",
                "minutes": 120,
                "points": 20,
                "occurred_at": "2026-11-20T16:30:00+00:00",
            }
        ]
        assert verify(session).ok

    def test_same_scan_twice_is_one_credit(self, venue: Venue, clock: Clock) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        first = venue.scan(person, shift)
        clock.forward(minutes=1)
        again = venue.scan(person, shift)
        assert again.is_repeat
        assert (again.id, again.points_awarded, again.points_balance) == (first.id, 20, 20)
        assert venue.books(person) == (20, 120)
        assert venue.reasons(person) == [None, None]

    def test_time_pays_at_check_out(self, venue: Venue, session: Session, clock: Clock) -> None:
        shift = venue.checked_out_shift(per_hour=True, points=10, starts_in=10)
        person = venue.sign_up(shift)
        receipt = venue.scan(person, shift)
        assert (receipt.points_awarded, receipt.points_balance, receipt.service_minutes) == (0, 0, 0)
        assert venue.signup(person, shift).settled_at is None
        assert len(told(session, "checkin.accepted")) == 1
        clock.forward(minutes=10 + 95, seconds=50)
        out = venue.scan(person, shift, "check_out")
        assert (out.id, out.points_awarded, out.service_minutes) == (receipt.id, 10 * 95 // 60, 95)
        assert venue.scan(person, shift, "check_out").points_awarded == 15
        assert venue.scan(person, shift, "check_in").points_awarded == 0
        assert venue.books(person) == (15, 95)
        assert venue.signup(person, shift).settled_at is not None

    def test_fixed_points_with_check_out_are_paid_at_check_out(self, venue: Venue, clock: Clock) -> None:
        shift = venue.checked_out_shift()
        person = venue.sign_up(shift)
        assert venue.scan(person, shift).points_awarded == 0
        clock.forward(seconds=5)
        assert venue.scan(person, shift, "check_out").points_awarded == 20
        assert venue.books(person) == (20, 0)

    def test_a_task_of_no_points_still_counts_hours(self, venue: Venue) -> None:
        shift = venue.shift(venue.task(points=0))
        person = venue.sign_up(shift)
        assert venue.scan(person, shift).service_minutes == 120
        assert venue.books(person) == (0, 120)

    def test_who_was_checked_in_cannot_cancel(self, venue: Venue, session: Session) -> None:
        shift = venue.shift(starts_in=20)
        person = venue.sign_up(shift)
        venue.scan(person, shift)
        with pytest.raises(Exception, match="too_late_to_cancel"):
            write(
                cancel_signup,
                make.actor_of(session, person),
                venue.signup(person, shift).public_id,
                now=clock.now(),
            )


class TestRefusals:
    @pytest.mark.parametrize("code", ["", "HELLO", "00000001", "ABCDEFGHJK", "http://x/q/c/ABCDEFG1", "😀" * 8])
    def test_a_code_that_is_none(self, venue: Venue, code: str) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        with pytest.raises(errors.CodeInvalid):
            venue.scan(person, shift, code=code)
        assert venue.reasons(person) == ["code_invalid"]

    def test_a_personal_code_is_no_venue_code(self, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        with pytest.raises(errors.CodeInvalid):
            venue.scan(person, shift, code=person.personal_code)

    def test_codes_age(self, venue: Venue, clock: Clock) -> None:
        shift = venue.shift()
        person, stranger = venue.sign_up(shift), venue.person()
        clock.at = codes.window_end(codes.window_of(clock.at))  # the first instant of a window
        code = venue.code(shift)
        clock.forward(seconds=60)
        for who in (person, stranger):
            with pytest.raises(errors.CodeExpired):
                venue.scan(who, shift, code=code)
        clock.forward(minutes=10)
        with pytest.raises(errors.CodeExpired):
            venue.scan(person, shift, code=code)
        clock.forward(minutes=10)
        with pytest.raises(errors.CodeInvalid):
            venue.scan(person, shift, code=code)
        assert venue.reasons(person) == ["code_expired", "code_expired", "code_invalid"]

    def test_the_previous_code_still_counts(self, venue: Venue, clock: Clock) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        clock.at = codes.window_end(codes.window_of(clock.at))
        code = venue.code(shift)
        clock.forward(seconds=59)
        payload = f"https://elsewhere.example/q/c/{code.lower()}?from=wechat"
        assert venue.scan(person, shift, code=payload).points_awarded == 20

    def test_the_action_must_agree_with_the_code(self, venue: Venue) -> None:
        shift = venue.checked_out_shift()
        person = venue.sign_up(shift)
        with pytest.raises(errors.WrongAction):
            venue.scan(person, shift, action="check_out", code=venue.code(shift, "check_in"))
        assert venue.attendance(person, shift) is None

    @pytest.mark.parametrize("state", [None, SignupState.WAITLISTED, SignupState.OFFERED, SignupState.CANCELLED])
    def test_without_a_confirmed_place(self, venue: Venue, state: SignupState | None) -> None:
        shift = venue.shift(capacity=1)
        venue.sign_up(shift)
        person = venue.person()
        if state is SignupState.WAITLISTED or state is SignupState.CANCELLED:
            venue.sign_up(shift, person, state=state)
        elif state is SignupState.OFFERED:
            shift = venue.shift()
            venue.sign_up(shift, person, state=state)
        with pytest.raises(errors.NotSignedUp) as refused:
            venue.scan(person, shift)
        assert refused.value.facts == {"may_join": False}
        assert venue.reasons(person) == ["not_signed_up"]

    def test_a_walk_in_whose_time_is_promised_is_told_to_what(self, venue: Venue) -> None:
        shift, other, person = venue.shift(), venue.shift(), venue.person()
        venue.sign_up(other, person)
        for scan in (lambda: venue.scan(person, shift), lambda: venue.by_code(venue.leader, person, shift)):
            with pytest.raises(errors.NotSignedUp) as refused:
                scan()
            assert refused.value.facts["may_join"] is False
            assert refused.value.facts["title"]
            assert "%(title)s" in str(refused.value.detail)

    def test_a_walk_in_is_told_that_there_is_room(self, venue: Venue) -> None:
        shift = venue.shift()
        with pytest.raises(errors.NotSignedUp) as refused:
            venue.scan(venue.person(), shift)
        assert refused.value.facts == {"may_join": True}

    def test_too_early_and_too_late(self, venue: Venue, clock: Clock) -> None:
        shift = venue.shift(starts_in=31)
        person = venue.sign_up(shift)
        with pytest.raises(errors.OutsideWindow):
            venue.scan(person, shift)
        clock.forward(minutes=1)
        clock.forward(minutes=30 + 120, seconds=1)
        with pytest.raises(errors.OutsideWindow):
            venue.scan(person, shift)
        assert venue.reasons(person) == ["outside_window", "outside_window"]

    def test_check_out_wants_a_check_in(self, venue: Venue) -> None:
        shift = venue.checked_out_shift()
        person = venue.sign_up(shift)
        with pytest.raises(errors.NotCheckedIn):
            venue.scan(person, shift, "check_out")

    def test_leaders_and_the_creator_are_checked_in_by_somebody_else(self, venue: Venue) -> None:
        task = venue.task(created_by_id=venue.staff.id)
        shift = venue.shift(task)
        for own in (venue.leader, venue.staff):
            venue.sign_up(shift, own)
            with pytest.raises(errors.OwnShift) as refused:
                venue.scan(own, shift)
            assert refused.value.code == "not_allowed"
        assert venue.tick(venue.staff, venue.leader, shift).points_awarded == 20
        assert venue.by_code(venue.leader, venue.staff, shift).points_awarded == 20

    def test_a_draft_shows_no_code(self, venue: Venue) -> None:
        task = make.make_task(venue.session, venue.home, state="draft")
        shift = venue.shift(task)
        with pytest.raises(errors.CodeInvalid):
            venue.scan(venue.person(), shift)


class TestRange:
    @pytest.fixture
    def near_hall(self, venue: Venue) -> Any:
        return venue.shift(venue.task(checkin_radius_m=100, **HALL))

    def test_the_place_is_asked_and_only_yes_or_no_is_kept(self, venue: Venue, near_hall: Any) -> None:
        person = venue.sign_up(near_hall)
        with pytest.raises(errors.LocationRequired):
            venue.scan(person, near_hall)
        with pytest.raises(errors.OutOfRange) as refused:
            venue.scan(person, near_hall, fix=Fix(34.7757, 113.6780, 100))
        assert refused.value.facts == {"distance_m": 1110, "radius_m": 100}
        venue.scan(person, near_hall, fix=Fix(34.7667, 113.6780, 20))
        row = venue.attendance(person, near_hall)
        assert row is not None
        assert row.in_range is True
        assert venue.reasons(person) == ["location_required", "out_of_range", None]

    def test_a_place_read_off_a_map_in_china_is_found_by_a_phone(self, venue: Venue) -> None:
        drawn = Point(*HALL.values()).to(CoordinateSystem.GCJ02)
        there = {"latitude": drawn.latitude, "longitude": drawn.longitude, "coordinate_system": drawn.system}
        shift = venue.shift(venue.task(checkin_radius_m=30, **there))
        person, other = venue.sign_up(shift), venue.sign_up(shift)
        with pytest.raises(errors.OutOfRange):  # where the same figures mean WGS-84, some 600 m away
            venue.scan(other, shift, fix=Fix(drawn.latitude, drawn.longitude))
        venue.scan(person, shift, fix=Fix(HALL["latitude"], HALL["longitude"]))
        row = venue.attendance(person, shift)
        assert row is not None
        assert row.in_range is True

    def test_staff_may_always_check_in_by_list(self, venue: Venue, near_hall: Any) -> None:
        person = venue.sign_up(near_hall)
        venue.tick(venue.staff, person, near_hall)
        row = venue.attendance(person, near_hall)
        assert row is not None
        assert row.in_range is None

    def test_a_poster_always_asks_for_the_place(self, venue: Venue) -> None:
        shift = venue.shift(venue.task(has_poster=True, **HALL))
        person = venue.sign_up(shift)
        code = codes.code_for(shift.code_key, "check_in", codes.POSTER)
        with pytest.raises(errors.LocationRequired):
            venue.scan(person, shift, code=code)
        venue.scan(person, shift, code=code, fix=Fix(34.7657, 113.6780))
        row = venue.attendance(person, shift)
        assert row is not None
        assert row.way is Way.POSTER

    def test_without_a_poster_there_is_no_such_code(self, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        with pytest.raises(errors.CodeInvalid):
            venue.scan(person, shift, code=codes.code_for(shift.code_key, "check_in", codes.POSTER))


class TestOverlap:
    def test_two_shifts_at_once_are_one(self, venue: Venue) -> None:
        first, second = venue.shift(), venue.shift(starts_in=-60)
        person = venue.sign_up(first)
        venue.sign_up(second, person)
        venue.scan(person, first)
        with pytest.raises(TimeConflict) as refused:
            venue.scan(person, second)
        assert refused.value.code == "time_conflict"
        with pytest.raises(TimeConflict):
            venue.tick(venue.staff, person, second)
        assert venue.books(person) == (20, 120)
        assert venue.reasons(person) == [None, "time_conflict", "time_conflict"]

    def test_touching_ends_do_not_clash(self, venue: Venue) -> None:
        first = venue.shift(starts_in=-110)
        second = venue.shift(starts_in=10)
        person = venue.sign_up(first)
        venue.sign_up(second, person)
        venue.scan(person, first)
        assert venue.scan(person, second).service_minutes == 240

    def test_who_is_still_present_elsewhere_checks_out_there_first(self, venue: Venue, clock: Clock) -> None:
        first, second = venue.checked_out_shift(), venue.shift(starts_in=60)
        person = venue.sign_up(first)
        venue.sign_up(second, person)
        venue.scan(person, first)
        clock.forward(minutes=60)
        with pytest.raises(TimeConflict):
            venue.scan(person, second)
        venue.scan(person, first, "check_out")
        assert venue.scan(person, second).service_minutes == 60 + 120


class TestLeaders:
    def test_a_leader_scans_and_that_verifies_the_person_also_on_a_repeat(self, venue: Venue, session: Session) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift, venue.person(verified=False))
        venue.tick(venue.leader, person, shift)
        session.expire_all()
        assert session.get_one(Person, person.id).verified_at is None  # a tick in the list does not verify
        receipt = venue.by_code(venue.leader, person, shift)
        assert receipt.is_repeat
        session.expire_all()
        assert session.get_one(Person, person.id).verified_at == clock.now()

    @pytest.mark.parametrize(("starts_in", "allowed"), [(61, False), (59, True), (-120 - 1440 + 1, True)])
    def test_leaders_have_their_time(self, venue: Venue, starts_in: float, allowed: bool) -> None:
        shift = venue.shift(starts_in=starts_in)
        person = venue.sign_up(shift)
        with pytest.raises(errors.OutsideWindow if allowed else Forbidden):
            venue.by_code(venue.leader, person, shift)

    def test_nobody_else_scans(self, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        for nobody in (venue.person(), venue.foreign_staff, venue.sign_up(shift)):
            with pytest.raises(Forbidden):
                venue.by_code(nobody, person, shift)
        assert venue.reasons() == ["not_allowed"] * 3

    def test_nobody_scans_or_ticks_themself(self, venue: Venue) -> None:
        shift = venue.shift()
        venue.sign_up(shift, venue.leader)
        for act in (venue.by_code, venue.tick):
            with pytest.raises(errors.SamePerson):
                act(venue.leader, venue.leader, shift)
        assert venue.attendance(venue.leader, shift) is None

    def test_unknown_people_codes_and_shifts(self, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        person.personal_code = "0000000000"
        with pytest.raises(errors.CodeInvalid):
            venue.by_code(venue.staff, person, shift)
        venue.session.rollback()
        person.public_id = "nobody"
        with pytest.raises(NotFound):
            venue.tick(venue.staff, person, shift)
        venue.session.rollback()

    def test_a_scan_without_action_means_what_comes_next(self, venue: Venue, clock: Clock) -> None:
        shift = venue.checked_out_shift(starts_in=20)
        person = venue.sign_up(shift)
        assert venue.by_code(venue.leader, person, shift).action == "check_in"
        clock.forward(seconds=61)
        assert venue.by_code(venue.leader, person, shift).is_repeat  # not begun yet
        with pytest.raises(errors.OutsideWindow):
            venue.by_code(venue.leader, person, shift, "check_out")
        clock.forward(minutes=80)
        out = venue.by_code(venue.leader, person, shift)
        assert (out.action, out.points_awarded, out.service_minutes) == ("check_out", 20, 61)
        assert venue.by_code(venue.leader, person, shift).is_repeat

    def test_who_stays_away_may_join_at_the_door(self, venue: Venue) -> None:
        shift = venue.shift()
        with pytest.raises(errors.NotSignedUp) as refused:
            venue.by_code(venue.leader, venue.person(), shift)
        assert refused.value.facts == {"may_join": True}


class TestWalkIn:
    def test_one_tap_takes_a_place_and_checks_in(self, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.person()
        receipt = venue.scan(person, shift, join=True)
        assert receipt.points_awarded == 20
        assert venue.signup(person, shift).is_walk_in
        row = venue.attendance(person, shift)
        assert row is not None
        assert row.way is Way.WALK_IN

    def test_a_full_shift_is_full_and_the_attempt_is_kept(self, venue: Venue) -> None:
        shift = venue.shift(capacity=1)
        venue.sign_up(shift)
        person = venue.person()
        with pytest.raises(ShiftFull):
            venue.scan(person, shift, join=True)
        assert venue.reasons(person) == ["shift_full"]

    def test_who_cannot_be_checked_in_takes_no_place(self, venue: Venue, session: Session) -> None:
        shift = venue.shift(venue.task(checkin_radius_m=100, **HALL))
        person = venue.person()
        with pytest.raises(errors.LocationRequired):
            venue.scan(person, shift, join=True)
        venue.session.expire_all()
        assert session.get_one(type(shift), shift.id).taken == 0


class TestSeal:
    def sealed(self, venue: Venue, shift: Any, **over: Any) -> Seal:
        return Seal(**{"code": venue.code(shift), "sealed_at": clock.now(), "nonce": "n1", **over})

    def test_a_sealed_arrival_outlives_its_code(self, venue: Venue, clock: Clock) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        seal = self.sealed(venue, shift)
        clock.forward(minutes=9, seconds=59)
        assert venue.scan(person, shift, code=seal.code, seal=seal).points_awarded == 20

    @pytest.mark.parametrize(
        "spoil",
        [
            pytest.param({"person_id": 1}, id="别人的"),
            pytest.param({"code": "0000000X"}, id="别的码"),
            pytest.param({"sealed_at": clock.now() + timedelta(days=1)}, id="未来的"),
        ],
    )
    def test_it_is_for_one_code_and_one_person(self, venue: Venue, clock: Clock, spoil: dict[str, Any]) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        code = venue.code(shift)
        seal = self.sealed(venue, shift, **spoil)
        clock.forward(minutes=5)
        with pytest.raises(errors.CodeExpired):
            venue.scan(person, shift, code=code, seal=seal)

    def test_it_lives_ten_minutes(self, venue: Venue, clock: Clock) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        seal = self.sealed(venue, shift)
        clock.forward(minutes=10, seconds=1)
        with pytest.raises(errors.CodeExpired):
            venue.scan(person, shift, code=seal.code, seal=seal)

    def test_a_copied_cookie_checks_in_one_person_only(self, venue: Venue, clock: Clock) -> None:
        shift = venue.shift()
        first, second = venue.sign_up(shift), venue.sign_up(shift)
        seal = self.sealed(venue, shift)
        clock.forward(minutes=3)
        venue.scan(first, shift, code=seal.code, seal=seal)
        with pytest.raises(errors.CodeExpired):
            venue.scan(second, shift, code=seal.code, seal=seal)

    def test_a_refused_attempt_does_not_spend_it(self, venue: Venue, clock: Clock) -> None:
        shift = venue.shift(venue.task(checkin_radius_m=100, **HALL))
        person = venue.sign_up(shift)
        seal = self.sealed(venue, shift)
        clock.forward(minutes=3)
        with pytest.raises(errors.LocationRequired):
            venue.scan(person, shift, code=seal.code, seal=seal)
        assert venue.scan(person, shift, code=seal.code, seal=seal, fix=Fix(34.7657, 113.6780)).points_awarded == 20


class TestProvisional:
    def test_a_forgotten_check_out_is_cut_off_at_the_planned_end(
        self, venue: Venue, session: Session, clock: Clock
    ) -> None:
        shift = venue.checked_out_shift(per_hour=True, points=10)
        person = venue.sign_up(shift)
        clock.forward(minutes=20)
        venue.scan(person, shift)
        clock.forward(minutes=100 + 29)
        assert write(cut_off_due, now=clock.at) == 0
        clock.forward(minutes=1)
        assert write(cut_off_due, now=clock.at) == 1
        assert write(cut_off_due, now=clock.at) == 0
        row = venue.attendance(person, shift)
        assert row is not None
        assert (row.state, row.cut_off, row.minutes) == (AttendanceState.PROVISIONAL, True, 100)
        assert venue.books(person) == (0, 0)
        assert told(session, "checkin.provisional")[0]["minutes"] == 100
        write(confirm_attendance, make.actor_of(session, venue.staff), row.public_id, now=clock.at)
        assert venue.books(person) == (16, 100)
        again = write(confirm_attendance, make.actor_of(session, venue.staff), row.public_id, now=clock.at)
        assert again.is_repeat
        assert venue.books(person) == (16, 100)

    def test_a_tick_after_the_end_gets_planned_minutes_once_somebody_else_confirms(
        self, venue: Venue, session: Session, clock: Clock
    ) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        clock.forward(minutes=121)
        receipt = venue.tick(venue.leader, person, shift)
        assert (receipt.points_awarded, receipt.state) == (0, AttendanceState.PROVISIONAL)
        assert venue.tick(venue.leader, person, shift).is_repeat
        row = venue.attendance(person, shift)
        assert row is not None
        assert row.minutes == 120
        for who, refusal in (
            (venue.leader, errors.SecondPerson),
            (person, Forbidden),
            (venue.foreign_staff, Forbidden),
        ):
            with pytest.raises(refusal):
                write(confirm_attendance, make.actor_of(session, who), row.public_id, now=clock.at)
        write(confirm_attendance, make.actor_of(session, venue.staff), row.public_id, now=clock.at)
        assert venue.books(person) == (20, 120)
        assert venue.signup(person, shift).settled_at is not None

    def test_a_late_tick_on_a_task_with_check_out_stays_one_claim(self, venue: Venue, clock: Clock) -> None:
        shift = venue.checked_out_shift()
        person = venue.sign_up(shift)
        clock.forward(minutes=125)
        venue.tick(venue.leader, person, shift)
        clock.forward(minutes=5)
        assert venue.tick(venue.leader, person, shift).is_repeat
        row = venue.attendance(person, shift)
        assert row is not None
        assert row.state is AttendanceState.PROVISIONAL

    def test_the_leaders_list_closes_a_forgotten_check_out(self, venue: Venue, clock: Clock) -> None:
        shift = venue.checked_out_shift(per_hour=True, points=10)
        person = venue.sign_up(shift)
        venue.scan(person, shift)
        clock.forward(minutes=180)
        write(cut_off_due, now=clock.at)
        receipt = venue.tick(venue.leader, person, shift)
        assert (receipt.action, receipt.points_awarded) == ("check_out", 20)
        assert venue.books(person) == (20, 120)

    def test_voided_minutes_count_nothing_and_free_the_time(self, venue: Venue, session: Session, clock: Clock) -> None:
        shift, other = venue.shift(minutes=60), venue.shift(minutes=60)
        person = venue.sign_up(shift)
        venue.sign_up(other, person)
        clock.forward(minutes=61)
        venue.tick(venue.leader, person, shift)
        row = venue.attendance(person, shift)
        assert row is not None
        with pytest.raises(TimeConflict):
            venue.tick(venue.leader, person, other)
        actor = make.actor_of(session, venue.staff)
        write(void_attendance, actor, row.public_id, Void(reason="没有来"), now=clock.at)
        assert write(void_attendance, actor, row.public_id, Void(reason="没有来"), now=clock.at).is_repeat
        with pytest.raises(errors.NotProvisional):
            write(confirm_attendance, actor, row.public_id, now=clock.at)
        with pytest.raises(errors.AlreadyVoided):
            venue.tick(venue.leader, person, shift)
        venue.tick(venue.leader, person, other)
        assert venue.books(person) == (0, 0)

    def test_nobody_confirms_their_own(self, venue: Venue, session: Session, clock: Clock) -> None:
        shift = venue.checked_out_shift()
        venue.sign_up(shift, venue.staff)
        venue.tick(venue.leader, venue.staff, shift)
        clock.forward(minutes=151)
        write(cut_off_due, now=clock.at)
        row = venue.attendance(venue.staff, shift)
        assert row is not None
        with pytest.raises(errors.SamePerson):
            write(confirm_attendance, make.actor_of(session, venue.staff), row.public_id, now=clock.at)


class TestStopped:
    @pytest.mark.parametrize(("after", "points"), [(60, 20), (59, 9), (0.5, 0)])
    def test_the_earned_part_is_kept(
        self, venue: Venue, session: Session, clock: Clock, after: float, points: int
    ) -> None:
        shift = venue.checked_out_shift()
        person, away = venue.sign_up(shift), venue.sign_up(shift)
        venue.scan(person, shift)
        clock.forward(minutes=after)
        write(stop_shift, make.actor_of(session, venue.staff), shift.public_id, "下雨", now=clock.at)
        deliver_events(clock.at)
        deliver_events(clock.at)
        assert venue.books(person) == (points, int(after))
        row = venue.attendance(person, shift)
        assert row is not None
        assert row.state is AttendanceState.CREDITED
        assert venue.attendance(away, shift) is None
        assert verify(session).ok

    def test_a_scan_after_the_stop_counts_to_the_stop(self, venue: Venue, session: Session, clock: Clock) -> None:
        shift = venue.checked_out_shift(per_hour=True, points=10)
        person = venue.sign_up(shift)
        venue.scan(person, shift)
        clock.forward(minutes=30)
        write(stop_shift, make.actor_of(session, venue.staff), shift.public_id, "下雨", now=clock.at)
        clock.forward(minutes=10)
        assert venue.scan(person, shift, "check_out").service_minutes == 30
        deliver_events(clock.at)
        assert venue.books(person) == (5, 30)

    def test_the_cut_off_leaves_a_stopped_shift_alone(self, venue: Venue, session: Session, clock: Clock) -> None:
        shift = venue.checked_out_shift()
        person = venue.sign_up(shift)
        venue.scan(person, shift)
        clock.forward(minutes=30)
        write(stop_shift, make.actor_of(session, venue.staff), shift.public_id, "下雨", now=clock.at)
        clock.forward(minutes=300)
        assert write(cut_off_due, now=clock.at) == 0


class TestMoved:
    def test_minutes_are_counted_at_the_new_time_if_it_is_free(
        self, venue: Venue, session: Session, clock: Clock
    ) -> None:
        shift = venue.checked_out_shift(per_hour=True, points=10)
        other = venue.shift(starts_in=120, minutes=60)
        person = venue.sign_up(shift)
        venue.sign_up(other, person)
        venue.scan(person, shift)
        move = MoveShift(starts_at=clock.at + timedelta(minutes=90), ends_at=clock.at + timedelta(minutes=210))
        write(move_shift, make.actor_of(session, venue.staff), shift.public_id, move, now=clock.at)
        clock.forward(minutes=115)
        venue.scan(person, other)
        clock.forward(minutes=80)
        shift = session.get_one(type(shift), shift.id)
        with pytest.raises(TimeConflict):
            venue.scan(person, shift, "check_out")


def test_every_attempt_names_its_way_and_hand(venue: Venue, session: Session) -> None:
    shift = venue.shift()
    first, second, third = (venue.sign_up(shift) for _ in range(3))
    venue.scan(first, shift)
    venue.by_code(venue.leader, second, shift)
    venue.tick(venue.staff, third, shift)
    rows = session.execute(select(Scan.way, Scan.by_id, Scan.person_id).order_by(Scan.id)).all()
    assert [tuple(row) for row in rows] == [
        (Way.VENUE_CODE, first.id, first.id),
        (Way.PERSONAL_CODE, venue.leader.id, second.id),
        (Way.LEADER_LIST, venue.staff.id, third.id),
    ]


def test_scans_are_never_changed(venue: Venue, session: Session) -> None:
    shift = venue.shift()
    venue.scan(venue.sign_up(shift), shift)
    with pytest.raises(Exception, match="append-only"):
        session.execute(Scan.__table__.update().values(reason="x"))
    session.rollback()


def test_a_command_can_be_written_by_hand(venue: Venue, session: Session) -> None:
    shift = venue.shift()
    person = venue.sign_up(shift)
    spaced = " ".join(venue.code(shift)[i : i + 4] for i in (0, 4)).lower()
    receipt = write(check_in, make.actor_of(session, person), CheckIn(code=spaced), now=clock.now())
    assert receipt.points_awarded == 20  # type: ignore[union-attr]
