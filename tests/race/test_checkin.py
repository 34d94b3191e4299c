"""Many hands at once, real commits: one scan credits once, one person's time is counted once, a seal opens one door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from pointsapp.checkin.models import Attendance, AttendanceState, Correction, Scan
from pointsapp.checkin.queries import Seal
from pointsapp.checkin.services import (
    AskCorrection,
    CheckIn,
    CheckInPerson,
    approve_correction,
    ask_correction,
    check_in,
    check_in_person,
    confirm_attendance,
    cut_off_due,
)
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.ledger.accounts import task_reserved
from pointsapp.ledger.queries import account_sum, verify
from pointsapp.tasks.models import Task
from pointsapp.tasks.services import cancel_signup, cancel_task, close_due_tasks
from tests import factories as make
from tests.checkin.venue import Venue
from tests.databases import Clone
from tests.race.crowd import at_once

pytestmark = pytest.mark.race


def _count(model: Any, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def _scan(venue: Venue, person: Any, shift: Any, **over: Any) -> Callable[[], Any]:
    actor = make.actor_of(db.session, person)  # type: ignore[arg-type]
    command = CheckIn(**{"code": venue.code(shift), **over})
    return lambda: write(check_in, actor, command, now=clock.now())


def _by_hand(by: Any, shift: Any, **whom: Any) -> Callable[[], Any]:
    actor = make.actor_of(db.session, by)  # type: ignore[arg-type]
    return lambda: write(check_in_person, actor, shift.public_id, CheckInPerson(**whom), now=clock.now())


def test_the_same_scan_from_twenty_phones_is_one_credit(live: Clone) -> None:
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        shift = venue.shift()
        person = venue.sign_up(shift)
        scan = _scan(venue, person, shift)
        assert Counter(at_once(live, [scan] * 20)) == {"done": 1, "repeat": 19}
        assert venue.books(person) == (20, 120)
        assert _count(Attendance) == 1
        assert _count(Scan, Scan.is_accepted) == 20
        assert verify(db.session).ok  # type: ignore[arg-type]


def test_scan_list_and_personal_code_at_once_are_one_credit(live: Clone) -> None:
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        shift = venue.shift()
        person = venue.sign_up(shift)
        acts = [
            _scan(venue, person, shift),
            _by_hand(venue.leader, shift, user_id=person.public_id),
            _by_hand(venue.staff, shift, code=person.personal_code),
        ]
        assert Counter(at_once(live, acts * 4)) == {"done": 1, "repeat": 11}
        assert venue.books(person) == (20, 120)


def test_two_shifts_at_the_same_time_are_one(live: Clone) -> None:
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        first, second = venue.shift(), venue.shift(starts_in=-30)
        person = venue.sign_up(first)
        venue.sign_up(second, person)
        acts = [
            _scan(venue, person, first),
            _scan(venue, person, second),
            _by_hand(venue.leader, second, user_id=person.public_id),
        ]
        done = Counter(at_once(live, acts * 3))
        assert done["done"] == 1
        assert done["time_conflict"] in (3, 6)
        assert venue.books(person) == (20, 120)


def test_a_whole_street_at_the_door(live: Clone) -> None:
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        shift = venue.shift(capacity=30)
        people = [venue.sign_up(shift) for _ in range(30)]
        assert Counter(at_once(live, [_scan(venue, person, shift) for person in people])) == {"done": 30}
        assert _count(Attendance, Attendance.state == AttendanceState.CREDITED) == 30
        assert verify(db.session).ok  # type: ignore[arg-type]


def test_walk_ins_and_the_last_place(live: Clone) -> None:
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        shift = venue.shift(capacity=3)
        people = [venue.person() for _ in range(12)]
        acts = [_scan(venue, person, shift, join=True) for person in people]
        assert Counter(at_once(live, acts)) == {"done": 3, "shift_full": 9}
        assert _count(Attendance) == 3
        assert _count(Scan, Scan.reason == "shift_full") == 9


def test_checking_in_and_cancelling_at_once_is_one_of_both(live: Clone) -> None:
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        shift = venue.shift(starts_in=20)
        for _ in range(4):
            person = venue.sign_up(shift)
            actor = make.actor_of(db.session, person)  # type: ignore[arg-type]
            signup = venue.signup(person, shift).public_id
            cancel = lambda actor=actor, signup=signup: write(cancel_signup, actor, signup, now=clock.now())  # noqa: E731
            done = Counter(at_once(live, [_scan(venue, person, shift), cancel]))
            assert done in ({"done": 1, "too_late_to_cancel": 1}, {"done": 1, "not_signed_up": 1})
            came = venue.attendance(person, shift) is not None
            assert came == (done["too_late_to_cancel"] == 1)
            assert venue.books(person)[0] == (20 if came else 0)
            shift = venue.shift(starts_in=20)


def test_a_copied_seal_opens_for_one(live: Clone) -> None:
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        shift = venue.shift()
        people = [venue.sign_up(shift) for _ in range(5)]
        moment = clock.now() - timedelta(minutes=5)
        old = venue.code(shift, at=moment)
        seal = Seal(code=old, sealed_at=moment, nonce="copied")
        acts = [_scan(venue, person, shift, code=old, seal=seal) for person in people]
        assert Counter(at_once(live, acts)) == {"done": 1, "code_expired": 4}


def test_confirming_and_ticking_at_once_credit_once(live: Clone) -> None:
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        shift = venue.checked_out_shift(starts_in=-180, minutes=120)
        person = venue.sign_up(shift)
        at = shift.starts_at + timedelta(minutes=5)
        leader = make.actor_of(db.session, venue.leader)  # type: ignore[arg-type]
        write(check_in_person, leader, shift.public_id, CheckInPerson(user_id=person.public_id), now=at)
        write(cut_off_due, now=clock.now())
        row = venue.attendance(person, shift)
        assert row is not None
        staff = make.actor_of(db.session, venue.staff)  # type: ignore[arg-type]
        confirm = lambda: write(confirm_attendance, staff, row.public_id, now=clock.now())  # noqa: E731
        tick = _by_hand(venue.leader, shift, user_id=person.public_id)
        assert Counter(at_once(live, [confirm, tick] * 4)) == {"done": 1, "repeat": 7}
        assert venue.books(person) == (20, 115)


def test_two_approvals_of_one_correction_move_the_books_once(live: Clone) -> None:
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        shift = venue.shift()
        person = venue.sign_up(shift)
        venue.tick(venue.staff, person, shift)
        signup = venue.signup(person, shift).public_id
        staff = make.actor_of(db.session, venue.staff)  # type: ignore[arg-type]
        other = make.actor_of(db.session, venue.other_staff)  # type: ignore[arg-type]
        ask = lambda: write(ask_correction, staff, signup, AskCorrection(minutes=30, reason="x"), now=clock.now())  # noqa: E731
        assert Counter(at_once(live, [ask] * 5)) == {"done": 1, "wrong_state": 4}
        correction = db.session.scalars(select(Correction.public_id)).one()
        approve = lambda: write(approve_correction, other, correction, now=clock.now())  # noqa: E731
        assert Counter(at_once(live, [approve] * 6)) == {"done": 1, "repeat": 5}
        assert venue.books(person) == (20, 30)


def test_a_correction_while_the_task_closes_draws_on_what_is_there(live: Clone) -> None:
    # Somebody in no list is credited late, just as the worker gives the task's rest back to the budget.
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        shift = venue.shift(starts_in=-27 * 60, capacity=9)
        staff = make.actor_of(db.session, venue.staff)  # type: ignore[arg-type]
        other = make.actor_of(db.session, venue.other_staff)  # type: ignore[arg-type]
        acts: list[Callable[[], Any]] = []
        people = [venue.sign_up(shift) for _ in range(9)]
        for person in people:
            signup = venue.signup(person, shift).public_id
            asked = write(
                ask_correction, staff, signup, AskCorrection(minutes=60, reason="来了没点名"), now=clock.now()
            )
            acts.append(lambda one=asked.id: write(approve_correction, other, one, now=clock.now()))  # type: ignore[misc]
        acts.insert(4, lambda: write(close_due_tasks, now=clock.now()))
        assert Counter(at_once(live, acts)) == {"done": 10}
        write(close_due_tasks, now=clock.now())
        assert [venue.books(person) for person in people] == [(20, 60)] * 9
        assert account_sum(db.session, task_reserved(shift.task_id)) == 0  # type: ignore[arg-type]
        assert verify(db.session).ok  # type: ignore[arg-type]


def test_a_task_called_off_while_people_arrive_keeps_its_books(live: Clone) -> None:
    # What is left of the task's points goes back once; a credit that came a moment later would find nothing to draw on.
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        shift = venue.shift(capacity=20)
        people = [venue.sign_up(shift) for _ in range(20)]
        staff = make.actor_of(db.session, venue.staff)  # type: ignore[arg-type]
        task = db.session.get_one(Task, shift.task_id).public_id
        acts = [_scan(venue, person, shift) for person in people]
        acts.insert(10, lambda: write(cancel_task, staff, task, "下雨了", now=clock.now()))
        seen = Counter(at_once(live, acts))
        credited = _count(Attendance, Attendance.state == AttendanceState.CREDITED)
        assert seen["done"] == credited + 1
        assert sum(venue.books(person)[0] for person in people) == 20 * credited
        assert account_sum(db.session, task_reserved(shift.task_id)) == 0  # type: ignore[arg-type]
        assert verify(db.session).ok  # type: ignore[arg-type]
