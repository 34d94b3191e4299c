"""Closing a shift: all that is open on one page, decided in one go by who may, and closed only when nothing is left."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.checkin.errors import ShiftNotOver
from pointsapp.checkin.models import Attendance, AttendanceState, Correction, ShiftClosing
from pointsapp.checkin.queries import closing_view, shift_for_leader
from pointsapp.checkin.services import AskCorrection, CloseShift, ask_correction, close_shift, cut_off_due
from pointsapp.core.errors import Forbidden
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.tasks.models import NoShow, NoShowState, Shift
from pointsapp.tasks.services import ask_excuse, note_no_shows
from tests import factories as make
from tests.checkin.venue import Venue
from tests.conftest import Clock, HouseClient
from tests.home.counting import MOST, counted


def evening(venue: Venue, clock: Clock) -> tuple[Shift, Person, Person]:
    """A shift with check-out: one forgot to check out, one did not come. It ended forty minutes ago."""
    shift = venue.checked_out_shift()
    forgot, absent = venue.sign_up(shift), venue.sign_up(shift)
    venue.scan(forgot, shift)
    clock.forward(minutes=160)
    return shift, forgot, absent


def close(venue: Venue, by: Person, shift: Shift, clock: Clock, **choices: Any) -> Any:
    return write(close_shift, make.actor_of(venue.session, by), shift.public_id, CloseShift(**choices), now=clock.at)


def key(venue: Venue, person: Person, shift: Shift) -> str:
    found = venue.attendance(person, shift)
    assert found is not None
    return found.public_id


def test_before_the_end_there_is_nothing_to_close(venue: Venue, clock: Clock) -> None:
    shift = venue.checked_out_shift()
    clock.forward(minutes=119)
    with pytest.raises(ShiftNotOver):
        close(venue, venue.staff, shift, clock)


def test_it_is_decided_in_one_go_and_says_what_it_did(venue: Venue, clock: Clock, session: Session) -> None:
    shift, forgot, absent = evening(venue, clock)
    write(cut_off_due, now=clock.at)
    done = close(
        venue,
        venue.staff,
        shift,
        clock,
        minutes={key(venue, forgot, shift): "confirm"},
        absent={venue.signup(absent, shift).public_id: "missed"},
    )
    assert (done.is_closed, done.confirmed, done.missed, done.left) == (True, 1, 1, 0)
    assert venue.books(forgot) == (20, 120)
    kept = session.scalars(select(ShiftClosing)).one()
    assert (kept.round, kept.closed_by_id) == (1, venue.staff.id)
    assert {name: kept.facts[name] for name in ("came", "minutes", "points", "missed")} == {
        "came": 1,
        "minutes": 120,
        "points": 20,
        "missed": 1,
    }
    assert session.scalars(select(NoShow.state)).one() is NoShowState.NOTED


def test_twice_is_once(venue: Venue, clock: Clock, session: Session) -> None:
    shift, forgot, absent = evening(venue, clock)
    write(cut_off_due, now=clock.at)
    choices = {
        "minutes": {key(venue, forgot, shift): "confirm"},
        "absent": {venue.signup(absent, shift).public_id: "missed"},
    }
    close(venue, venue.staff, shift, clock, **choices)
    again = close(venue, venue.other_staff, shift, clock, **choices)
    assert (again.is_closed, again.is_repeat, again.did) == (True, True, 0)
    assert session.scalar(select(func.count(ShiftClosing.id))) == 1
    assert venue.books(forgot) == (20, 120)


def test_it_cuts_off_by_itself_where_the_worker_has_not(venue: Venue, clock: Clock) -> None:
    shift, forgot, absent = evening(venue, clock)
    signup = venue.signup(absent, shift).public_id
    done = close(venue, venue.staff, shift, clock, absent={signup: "missed"})
    assert (done.is_closed, done.left) == (False, 1)  # cut off just now: nobody has looked at those minutes
    came = venue.attendance(forgot, shift)
    assert came is not None
    assert came.state is AttendanceState.PROVISIONAL
    assert close(venue, venue.staff, shift, clock, minutes={came.public_id: "confirm"}).is_closed


def test_who_is_still_inside_keeps_it_open(venue: Venue, clock: Clock, session: Session) -> None:
    shift = venue.checked_out_shift()
    person = venue.sign_up(shift)
    venue.scan(person, shift)
    clock.forward(minutes=125)  # over, but one may still check out
    done = close(venue, venue.staff, shift, clock)
    assert (done.is_closed, done.left) == (False, 1)
    assert session.scalar(select(func.count(ShiftClosing.id))) == 0


def test_a_void_keeps_its_reason_and_pays_nothing(venue: Venue, clock: Clock) -> None:
    shift, forgot, absent = evening(venue, clock)
    write(cut_off_due, now=clock.at)
    done = close(
        venue,
        venue.staff,
        shift,
        clock,
        minutes={key(venue, forgot, shift): "void"},
        void_reason="签到后就走了",
        absent={venue.signup(absent, shift).public_id: "excused"},
        excuse_words="提前打过电话",
    )
    assert (done.is_closed, done.voided, done.excused) == (True, 1, 1)
    came = venue.attendance(forgot, shift)
    assert came is not None
    assert (came.state, came.void_reason, venue.books(forgot)) == (AttendanceState.VOIDED, "签到后就走了", (0, 0))


def test_nobody_confirms_for_themself_and_the_rest_stands(venue: Venue, clock: Clock) -> None:
    shift = venue.checked_out_shift(leaders=(venue.leader,))
    other = venue.sign_up(shift)
    venue.sign_up(shift, venue.leader)
    venue.tick(venue.staff, venue.leader, shift)
    venue.scan(other, shift)
    clock.forward(minutes=160)
    write(cut_off_due, now=clock.at)
    chosen = {key(venue, person, shift): "confirm" for person in (other, venue.leader)}
    done = close(venue, venue.leader, shift, clock, minutes=chosen)
    assert (done.is_closed, done.confirmed, done.left, len(done.refusals)) == (False, 1, 1, 1)
    assert (venue.books(other), venue.books(venue.leader)) == ((20, 120), (0, 0))
    assert close(venue, venue.staff, shift, clock, minutes=chosen).is_closed
    assert venue.books(venue.leader) == (20, 120)


def test_a_leader_says_who_was_not_there_but_excuses_nobody(venue: Venue, clock: Clock, session: Session) -> None:
    shift = venue.shift()
    absent = venue.sign_up(shift)
    clock.forward(minutes=130)
    signup = venue.signup(absent, shift).public_id
    with pytest.raises(Forbidden):
        close(venue, venue.leader, shift, clock, absent={signup: "excused"}, excuse_words="家里有事")
    assert session.scalar(select(func.count(NoShow.id))) == 0
    assert close(venue, venue.leader, shift, clock, absent={signup: "missed"}).is_closed


def test_who_comes_into_the_list_later_is_no_absentee_and_opens_it_again(venue: Venue, clock: Clock) -> None:
    shift = venue.shift()
    late = venue.sign_up(shift)
    clock.forward(minutes=130)
    assert close(venue, venue.leader, shift, clock, absent={venue.signup(late, shift).public_id: "missed"}).is_closed
    venue.tick(venue.leader, late, shift)  # ticked after the end: provisional
    view = page(venue, venue.staff, shift, clock)
    assert (view.is_closed, view.outcome.provisional) == (False, 1)
    done = close(venue, venue.staff, shift, clock, minutes={key(venue, late, shift): "confirm"})
    assert done.is_closed
    write(note_no_shows, now=clock.at)
    assert venue.session.scalars(select(NoShow.state)).one() is NoShowState.WITHDRAWN
    assert [closed.round for closed in page(venue, venue.staff, shift, clock).closings] == [2, 1]


def page(venue: Venue, by: Person, shift: Shift, clock: Clock) -> Any:
    actor = make.actor_of(venue.session, by)
    look = shift_for_leader(venue.session, actor, shift.public_id, now=clock.at)
    return closing_view(venue.session, actor, look, now=clock.at)


def test_a_correction_waits_for_its_second_person_here_too(venue: Venue, clock: Clock, session: Session) -> None:
    shift = venue.shift()
    person = venue.sign_up(shift)
    venue.scan(person, shift)
    clock.forward(minutes=130)
    signup = venue.signup(person, shift).public_id
    asked = AskCorrection(minutes=60, reason="中途离开")
    write(ask_correction, make.actor_of(session, venue.staff), signup, asked, now=clock.at)
    correction = session.scalars(select(Correction.public_id)).one()
    done = close(venue, venue.staff, shift, clock, corrections=frozenset({correction}))
    assert (done.is_closed, done.corrected, done.left) == (False, 0, 1)
    done = close(venue, venue.other_staff, shift, clock, corrections=frozenset({correction}))
    assert (done.is_closed, done.corrected) == (True, 1)
    assert venue.books(person)[1] == 60


def test_an_excuse_is_answered_on_the_way_and_does_not_hold_it_open(venue: Venue, clock: Clock) -> None:
    shift = venue.shift()
    person = venue.sign_up(shift)
    clock.forward(minutes=130)
    signup = venue.signup(person, shift).public_id
    write(ask_excuse, make.actor_of(venue.session, person), signup, "孩子发烧", now=clock.at)
    assert close(venue, venue.leader, shift, clock).is_closed  # a leader does not answer excuses
    (line,) = page(venue, venue.staff, shift, clock).asked
    assert (line.excuse, line.may_decide) == ("孩子发烧", True)
    done = close(venue, venue.staff, shift, clock, asked={line.no_show: "accept"}, excuse_words="没关系")
    assert (done.answered, done.is_closed) == (1, True)
    assert venue.session.scalars(select(NoShow.state)).one() is NoShowState.EXCUSED


class TestPage:
    def test_staff_close_it_by_the_form(
        self, client: HouseClient, venue: Venue, clock: Clock, session: Session
    ) -> None:
        shift, forgot, absent = evening(venue, clock)
        write(cut_off_due, now=clock.at)
        address = f"/lead/{shift.public_id}/closing"
        client.sign_in(venue.staff)
        with counted(session.get_bind()) as queries:
            shown = client.get(address)
        assert shown.status_code == 200
        assert len(queries) <= MOST
        text = shown.get_data(as_text=True)
        assert "待确认的时长" in text
        assert "报了名没来" in text
        body = {
            "minutes": f"confirm:{key(venue, forgot, shift)}",
            "absent": f"missed:{venue.signup(absent, shift).public_id}",
        }
        posted = client.post(address, data=body)
        assert (posted.status_code, posted.location) == (303, address)
        text = client.get(address).get_data(as_text=True)
        assert "本场已收尾" in text
        assert "第 1 次" in text

    def test_a_void_without_a_reason_comes_back_as_typed(
        self, client: HouseClient, venue: Venue, clock: Clock, session: Session
    ) -> None:
        shift, forgot, _absent = evening(venue, clock)
        write(cut_off_due, now=clock.at)
        chosen = f"void:{key(venue, forgot, shift)}"
        answer = client.sign_in(venue.staff).post(f"/lead/{shift.public_id}/closing", data={"minutes": chosen})
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert f'value="{chosen}" selected' in text
        assert "请写原因" in text
        assert session.scalars(select(Attendance.state)).one() is AttendanceState.PROVISIONAL

    def test_a_leader_sees_it_on_the_phone(self, client: HouseClient, venue: Venue, clock: Clock) -> None:
        shift, _forgot, _absent = evening(venue, clock)
        text = client.sign_in(venue.leader).get(f"/lead/{shift.public_id}/closing").get_data(as_text=True)
        assert 'class="phone' in text
        assert "请假" not in text.split("<main")[1].split('name="absent"')[1].split("</select>")[0]

    def test_a_stranger_does_not(self, client: HouseClient, venue: Venue, clock: Clock) -> None:
        shift, _forgot, _absent = evening(venue, clock)
        assert client.sign_in(venue.person()).get(f"/lead/{shift.public_id}/closing").status_code == 403
        assert client.sign_in(venue.foreign_staff).get(f"/lead/{shift.public_id}/closing").status_code == 403

    def test_whom_only_one_is_to_check_out_is_not_told_to_wait_for_others(
        self, client: HouseClient, venue: Venue, clock: Clock
    ) -> None:
        shift = venue.checked_out_shift()
        venue.scan(venue.sign_up(shift), shift)
        clock.forward(minutes=125)  # over, but one may still check out
        text = client.sign_in(venue.leader).get(f"/lead/{shift.public_id}/closing").get_data(as_text=True)
        assert "去签退" in text
        assert "还有 1 人没签退" in text
        assert "要由别人办" not in text
