"""One line of what happened to a person: in order, whole over its pages, and only with a reason given a little while ago."""

from __future__ import annotations

from datetime import timedelta

from pointsapp.checkin.models import Action, Attendance, AttendanceState, Scan, Way
from pointsapp.core import clock as time
from pointsapp.core import events
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.feedback.queries import Source, open_until, timeline_page
from pointsapp.feedback.services import open_timeline
from pointsapp.notices.models import Notice
from tests.conftest import Clock
from tests.factories import make_shift, make_signup, make_task
from tests.feedback.things import Street


def _live(street: Street) -> None:
    """Let the resident be refused twice and come once; let staff do something to them."""
    session, me, now = street.session, street.resident.id, time.now()
    shift = make_shift(session, make_task(session, street.areas["community"], title="红专路夜巡"))
    signup = make_signup(session, shift, street.resident)
    for minutes, reason in ((50, "code_expired"), (40, "out_of_range")):
        session.add(
            Scan(at=now - timedelta(minutes=minutes), person_id=me, shift_id=shift.id, action=Action.CHECK_IN,
                 way=Way.VENUE_CODE, is_accepted=False, reason=reason)
        )  # fmt: skip
    at = now - timedelta(minutes=30)
    session.add(
        Attendance(signup_id=signup.id, shift_id=shift.id, person_id=me, state=AttendanceState.PRESENT, checked_in_at=at,
                   from_at=at, to_at=at, way=Way.LEADER_LIST, checked_in_by_id=street.staff.id)
    )  # fmt: skip
    told = events.record(
        session, "people.verified", at=now - timedelta(minutes=20), subject=f"person:{me}", person_id=me, actor_id=street.staff.id,
    )  # fmt: skip
    session.add(
        Notice(person_id=me, event_id=told, kind="people.verified", facts={}, created_at=now - timedelta(minutes=10))
    )
    events.record(
        session, "people.verified", at=now, subject="person:0", person_id=street.office.id, actor_id=street.staff.id
    )
    events.record(session, "people.profile_changed", at=now, subject=f"person:{me}", person_id=me, actor_id=me)
    session.commit()


def test_it_tells_everything_of_one_person_and_nothing_of_others(street: Street) -> None:
    _live(street)
    page = timeline_page(street.session, street.resident.id, PageRequest(limit=50), now=time.now())
    told = [(row.source, row.kind, row.by) for row in page.items]
    staff = street.staff.name
    assert told == [
        (Source.NOTICE, "people.verified", ""),
        (Source.ACT, "people.verified", staff),
        (Source.ATTENDANCE, "present", staff),
        (Source.SCAN, "out_of_range", ""),
        (Source.SCAN, "code_expired", ""),
    ]
    assert page.items[-1].facts["title"] == "红专路夜巡"


def test_its_pages_put_together_are_the_whole(street: Street) -> None:
    _live(street)
    whole = timeline_page(street.session, street.resident.id, PageRequest(limit=50), now=time.now()).items
    pieces, cursor = [], None
    while True:
        after = None
        if cursor:
            last = pieces[-1]
            after = (last.at.isoformat(), last.source.value, last.id)
        page = timeline_page(street.session, street.resident.id, PageRequest(limit=2, after=after), now=time.now())
        pieces += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert tuple(pieces) == whole


def test_it_is_open_for_half_an_hour_to_who_gave_a_reason(street: Street, clock: Clock) -> None:
    number = street.say()
    staff, office = street.actor(street.staff), street.actor(street.office)
    assert open_until(street.session, staff, street.row(number), now=time.now()) is None
    write(open_timeline, staff, number, "核对签到", now=time.now())
    assert open_until(street.session, staff, street.row(number), now=time.now()) == time.now() + timedelta(minutes=30)
    assert open_until(street.session, office, street.row(number), now=time.now()) is None
    clock.forward(minutes=30)
    assert open_until(street.session, staff, street.row(number), now=time.now()) is None
