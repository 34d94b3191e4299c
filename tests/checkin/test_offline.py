"""A list ticked without a connection: judged when it was ticked, booked when it came in, each row answered and kept."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.checkin.models import Action, Attendance, AttendanceState, OfflineTick, Scan
from pointsapp.checkin.queries.unfinished import attended, lists_of
from pointsapp.checkin.services import OfflineRow, SyncReceipt, confirm_attendance, cut_off_due, sync_list
from pointsapp.core.errors import Forbidden
from pointsapp.core.transaction import write
from pointsapp.ledger.models import Entry
from pointsapp.people.models import Person
from pointsapp.tasks.models import Shift
from pointsapp.web.filters import clock_time, day
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, kept, make_person, make_shift, make_signup, make_staff, make_task, make_tree


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


class Hall:
    """A shift of two hours that begins in an hour, its leader, and who signed up."""

    def __init__(self, session: Session, clock: Clock, tree: dict[str, Area], **task: object) -> None:
        self.session, self.clock = session, clock
        self.leader = kept(session, make_person(session, tree["community"]))
        self.staff = kept(session, make_staff(session, tree["community"]))
        self.shift: Shift = make_shift(session, make_task(session, tree["community"], **task), leaders=(self.leader,))
        self.people = [kept(session, make_person(session, tree["community"])) for _each in range(3)]
        for person in self.people:
            make_signup(session, self.shift, person)
        self.ids = [person.public_id for person in self.people]
        self.keys = [person.id for person in self.people]

    def row(self, who: int, at: datetime, action: Action = Action.CHECK_IN, key: str = "") -> OfflineRow:
        return OfflineRow(key=key or f"key-{who}-{action.value}", user_id=self.ids[who], action=action, captured_at=at)

    def send(self, *rows: OfflineRow, by: Person | None = None) -> SyncReceipt:
        actor = actor_of(self.session, by or self.leader)
        receipt: SyncReceipt = write(sync_list, actor, self.shift.public_id, rows, now=self.clock.at)
        return receipt

    def came(self, who: int) -> Attendance:
        return self.session.scalars(select(Attendance).where(Attendance.person_id == self.keys[who])).one()


def test_a_tick_counts_when_it_was_made(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    hall = Hall(session, clock, tree)
    ticked = hall.shift.starts_at + timedelta(minutes=5)
    clock.at = hall.shift.ends_at + timedelta(minutes=20)  # back in town
    assert hall.send(hall.row(0, ticked), hall.row(1, ticked)) == SyncReceipt(accepted=2, refused=0, repeated=0)
    came = hall.came(0)
    assert (came.state, came.checked_in_at, came.credited_at) == (AttendanceState.CREDITED, ticked, clock.at)
    assert set(session.scalars(select(Entry.posted_at))) == {clock.at}  # nothing is dated back in the books


def test_every_row_has_its_own_answer_and_it_is_kept(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    hall = Hall(session, clock, tree)
    stranger = make_person(session)
    ticked = hall.shift.starts_at
    clock.at = ticked + timedelta(minutes=30)
    rows = [
        hall.row(0, ticked),
        OfflineRow(key="key-stranger", user_id=stranger.public_id, action=Action.CHECK_IN, captured_at=ticked),
        OfflineRow(key="key-nobody", user_id="nosuchid0000", action=Action.CHECK_IN, captured_at=ticked),
        hall.row(1, ticked - timedelta(hours=3)),
    ]
    assert hall.send(*rows) == SyncReceipt(accepted=1, refused=3, repeated=0)
    kept = {row.key: row.reason for row in session.scalars(select(OfflineTick))}
    assert kept == {
        "key-0-check_in": None,
        "key-stranger": "not_signed_up",
        "key-nobody": "not_found",
        "key-1-check_in": "outside_window",
    }
    refused = session.scalars(select(Scan.reason).where(Scan.is_accepted.is_(False)).order_by(Scan.reason)).all()
    assert refused == ["not_signed_up", "outside_window"]


def test_a_refused_row_says_when_it_was_ticked_and_why(
    session: Session, clock: Clock, tree: dict[str, Area], client: HouseClient
) -> None:
    """A tick of two days ago read as one of this hour, refused because of "now"; nobody's number as "withdrawn"."""
    hall = Hall(session, clock, tree)
    clock.at = hall.shift.starts_at
    old = clock.at - timedelta(days=2)
    nobody = OfflineRow(key="key-nobody", user_id="nosuchid0000", action=Action.CHECK_IN, captured_at=clock.at)
    hall.send(hall.row(0, old), nobody)
    client.sign_in(hall.leader)
    page = client.get(f"/lead/{hall.shift.public_id}/offline").get_data(as_text=True)
    assert f"{day(old)} {clock_time(old)} 点的" in page
    assert "点的时候不在签到或签退的时间内。" in page
    assert "名单上没有这个人，平台上也没有这个编号。" in page


def test_the_same_list_sent_twice_is_one(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    hall = Hall(session, clock, tree)
    clock.at = ticked = hall.shift.starts_at
    assert hall.send(hall.row(0, ticked)).accepted == 1
    assert hall.send(hall.row(0, ticked)) == SyncReceipt(accepted=0, refused=0, repeated=1)
    assert hall.send(hall.row(0, ticked, key="another-key")).accepted == 1  # ticked on two phones: a repeat, said so
    assert session.scalar(select(func.count()).select_from(Attendance)) == 1
    assert [row.is_repeat for row in session.scalars(select(OfflineTick).order_by(OfflineTick.id))] == [False, True]


def test_what_comes_in_long_after_the_end_waits_for_a_second_organiser(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    hall = Hall(session, clock, tree)
    clock.at = hall.shift.ends_at + timedelta(hours=2, seconds=1)
    hall.send(hall.row(0, hall.shift.starts_at))
    came = hall.came(0)
    assert came.state is AttendanceState.PROVISIONAL
    key = came.public_id
    with pytest.raises(Forbidden):
        write(confirm_attendance, actor_of(session, hall.leader), key, now=clock.at)
    write(confirm_attendance, actor_of(session, hall.staff), key, now=clock.at)
    assert hall.came(0).state is AttendanceState.CREDITED


def test_a_clock_that_is_ahead_says_no_more_than_now(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    hall = Hall(session, clock, tree)
    clock.at = hall.shift.starts_at
    hall.send(hall.row(0, clock.at + timedelta(days=400)))
    assert hall.came(0).checked_in_at == clock.at


def test_coming_and_going_without_a_connection(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    hall = Hall(session, clock, tree, check_out_required=True)
    start = hall.shift.starts_at
    clock.at = hall.shift.ends_at + timedelta(minutes=10)
    rows = (hall.row(0, start), hall.row(0, start + timedelta(minutes=45), Action.CHECK_OUT))
    assert hall.send(*reversed(rows)).accepted == 2  # they are taken in the order in which they were ticked
    assert (hall.came(0).minutes, hall.came(0).state) == (45, AttendanceState.CREDITED)


def test_a_departure_ticked_before_the_cut_off_counts_what_was_served(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    hall = Hall(session, clock, tree, check_out_required=True)
    start = hall.shift.starts_at
    clock.at = start
    hall.send(hall.row(0, start))
    clock.at = hall.shift.ends_at + timedelta(minutes=31)
    write(cut_off_due, now=clock.at)
    assert (hall.came(0).cut_off, hall.came(0).minutes) == (True, 120)
    hall.send(hall.row(0, start + timedelta(minutes=30), Action.CHECK_OUT))
    assert (hall.came(0).minutes, hall.came(0).state) == (30, AttendanceState.CREDITED)


def test_nobody_ticks_themself_and_only_leaders_send(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    hall = Hall(session, clock, tree)
    make_signup(session, hall.shift, hall.leader)
    clock.at = hall.shift.starts_at
    own = OfflineRow(key="key-own", user_id=hall.leader.public_id, action=Action.CHECK_IN, captured_at=clock.at)
    assert hall.send(own).refused == 1
    with pytest.raises(Forbidden):
        hall.send(hall.row(0, clock.at), by=hall.people[1])


def test_the_page(client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    hall = Hall(session, clock, tree)
    clock.at = hall.shift.starts_at
    here = f"/lead/{hall.shift.public_id}/offline"
    client.sign_in(hall.leader)
    assert hall.ids[0] in client.get(here).text
    assert client.post(here, data={"rows": "[{]"}).status_code == 422
    assert client.post(here, data={"rows": "[]"}).status_code == 422
    row = {"key": "0123456789", "user_id": hall.ids[0], "action": "check_in", "captured_at": clock.at.isoformat()}
    stranger = {**row, "key": "9876543210", "user_id": make_person(session).public_id}
    answer = client.post(here, data={"rows": json.dumps([row, stranger])})
    assert (answer.status_code, answer.location) == (303, here)
    page = client.get(here).text
    assert "记好了" in page
    assert "没记成" in page
    assert 'data-synced="9876543210 0123456789 "' in page or 'data-synced="0123456789 9876543210 "' in page


def open_places(session: Session, start: datetime, end: datetime) -> list[Any]:
    return list(session.execute(lists_of(start, end)))


def test_the_closing_page_lists_who_may_still_come_in_from_a_list(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    """Of three places one came in: two are open until the list closes a day after the shift; two hours each."""
    hall = Hall(session, clock, tree)
    start = hall.shift.starts_at - timedelta(days=1)
    assert open_places(session, start, clock.at) == []  # it is still to come
    clock.at = hall.shift.ends_at + timedelta(hours=1)
    hall.send(hall.row(0, hall.shift.starts_at))
    waiting = open_places(session, start, clock.at)
    assert {one.person_id for one in waiting} == set(hall.keys[1:])
    assert {one.area_id for one in waiting} == {tree["community"].id}
    assert [attended(one) for one in waiting] == [{"attendance": 1, "service_minutes": 120}] * 2
    assert open_places(session, start, hall.shift.ends_at + timedelta(hours=25)) == []
