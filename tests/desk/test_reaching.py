"""The reach list: who has read of a change, who was told, who is still to be called; phones only after a look on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.errors import Forbidden
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.desk.models import Reach, Way
from pointsapp.desk.queries import reach_list, work_list
from pointsapp.desk.services import mark_told
from pointsapp.notices.models import Notice
from pointsapp.people.models import Person
from pointsapp.tasks.models import Shift, Task
from pointsapp.tasks.services import MoveShift, cancel_task, move_shift, stop_shift
from pointsapp.worker import deliver_events
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, kept, make_person, make_shift, make_signup, make_staff, make_task, make_tree
from tests.home.counting import MOST, counted


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


def set_up(session: Session, tree: dict[str, Area], people: int = 3) -> tuple[Person, Task, Shift, list[Person]]:
    """Return the staff, a task, its shift in an hour, and who signed up, all with passwords."""
    staff = kept(session, make_staff(session, tree["community"]))
    task = make_task(session, tree["community"], title="红专路夜巡", place="红专路口")
    shift = make_shift(session, task)
    found = [make_person(session, tree["community"], password_hash="x") for _each in range(people)]
    for person in found:
        make_signup(session, shift, person)
    return staff, task, shift, found


def counts(session: Session, staff: Person, task: str, clock: Clock) -> list[tuple[str, int, int, int, int]]:
    page = reach_list(session, actor_of(session, staff), task, with_phones=False, now=clock.at)
    return [
        (change.kind, *(change.count(state) for state in ("not", "sent", "read", "told"))) for change in page.changes
    ]


def test_a_cancellation_is_sent_read_or_told(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    staff, task, _shift, people = set_up(session, tree)
    key, reader, caller = task.public_id, people[0].id, people[1].id
    write(cancel_task, actor_of(session, staff), key, "下雨", now=clock.at)
    assert counts(session, staff, key, clock) == []  # nobody has heard yet
    deliver_events(clock.at)
    kind = "tasks.cancelled_for_person"
    assert counts(session, staff, key, clock) == [(kind, 0, 3, 0, 0)]
    session.execute(update(Notice).where(Notice.person_id == reader).values(read_at=clock.at))
    session.commit()
    reach = session.scalars(select(Reach.public_id).where(Reach.person_id == caller)).one()
    assert not write(mark_told, actor_of(session, staff), reach, Way.PHONE, now=clock.at).is_repeat
    assert counts(session, staff, key, clock) == [(kind, 0, 1, 1, 1)]
    assert write(mark_told, actor_of(session, staff), reach, Way.IN_PERSON, now=clock.at).is_repeat
    assert session.scalars(select(Reach.way).where(Reach.public_id == reach)).one() is Way.PHONE


def test_who_never_signs_in_is_not_reached_by_a_notice(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    staff, task, shift, _people = set_up(session, tree, people=0)
    key = task.public_id
    make_signup(session, shift, make_person(session, tree["community"], password_hash=None))
    write(cancel_task, actor_of(session, staff), key, "下雨", now=clock.at)
    deliver_events(clock.at)
    assert counts(session, staff, key, clock)[0][1:] == (1, 0, 0, 0)


def test_a_call_without_an_answer_is_a_try(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    staff, task, _shift, _people = set_up(session, tree, people=1)
    key = task.public_id
    write(cancel_task, actor_of(session, staff), key, "下雨", now=clock.at)
    deliver_events(clock.at)
    reach = session.scalars(select(Reach.public_id)).one()
    for _each in range(2):
        write(mark_told, actor_of(session, staff), reach, Way.NO_ANSWER, now=clock.at)
    page = reach_list(session, actor_of(session, staff), key, with_phones=False, now=clock.at)
    assert (page.changes[0].lines[0].tries, page.changes[0].lines[0].reached) == (2, "sent")


def test_only_staff_of_the_area_mark(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    staff, task, _shift, people = set_up(session, tree, people=1)
    write(cancel_task, actor_of(session, staff), task.public_id, "下雨", now=clock.at)
    deliver_events(clock.at)
    reach = session.scalars(select(Reach.public_id)).one()
    for nobody in (make_staff(session, tree["other"]), make_person(session)):
        with pytest.raises(Forbidden):
            write(mark_told, actor_of(session, nobody), reach, Way.PHONE, now=clock.at)
    assert len(people) == 1


def test_it_is_a_duty_until_everybody_knows_or_the_hour_has_come(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    staff, task, shift, people = set_up(session, tree, people=2)
    first = people[0].id
    new = MoveShift(starts_at=shift.starts_at + timedelta(days=1), ends_at=shift.ends_at + timedelta(days=1))
    write(move_shift, actor_of(session, staff), shift.public_id, new, now=clock.at)
    deliver_events(clock.at)

    def left() -> list[tuple[str, int]]:
        lines = work_list(session, actor_of(session, staff), now=clock.at).lines
        return [(line.title, line.count) for line in lines if line.kind == "desk.reach"]

    assert left() == [(task.title, 2)]
    session.execute(update(Notice).where(Notice.person_id == first).values(read_at=clock.at))
    session.commit()
    assert left() == [(task.title, 1)]
    clock.at = shift.starts_at  # the old one: now it is too late to tell
    assert left() == []


def test_heard_twice_is_one_row(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    from pointsapp.core.events import EventDelivery

    staff, task, shift, _people = set_up(session, tree, people=1)
    write(stop_shift, actor_of(session, staff), shift.public_id, "暴雨", now=clock.at)
    deliver_events(clock.at)
    session.execute(update(EventDelivery).values(done_at=None))
    session.commit()
    deliver_events(clock.at)
    assert session.scalar(select(func.count()).select_from(Reach)) == 1
    assert counts(session, staff, task.public_id, clock)[0][0] == "tasks.shift_stopped_for_person"


def test_the_page_opens_phones_by_a_press_that_is_kept(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    staff, task, _shift, people = set_up(session, tree)
    phone, who = str(people[0].phone), people[0].id
    write(cancel_task, actor_of(session, staff), task.public_id, "下大雨", now=clock.at)
    deliver_events(clock.at)
    client.sign_in(staff)
    here = f"/console/tasks/{task.public_id}/reach"
    with counted(session.get_bind().engine) as statements:  # type: ignore[union-attr]
        page = client.get(here)
    assert page.status_code == 200
    assert len(statements) <= MOST
    assert phone not in page.text
    assert "「红专路夜巡」（红专路口）取消了" in page.text
    assert "原因：下大雨。" in page.text
    assert client.post(f"{here}/phones").status_code == 303
    page = client.get(here)
    assert f"tel:{phone}" in page.text
    seen = select(func.count()).select_from(Event).where(Event.kind == "people.phone_shown", Event.person_id == who)
    assert session.scalar(seen) == 1
    clock.forward(minutes=31)
    assert phone not in client.get(here).text
    reach = session.scalars(select(Reach.public_id).where(Reach.person_id == who)).one()
    assert client.post(f"/console/reach/{reach}/told", data={"way": "phone"}).location == here
    assert "电话告诉了" in client.get(here).text
    assert client.get("/console/reach").status_code == 200


def test_who_has_no_phone_is_told_otherwise(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    staff, task, shift, _people = set_up(session, tree, people=0)
    make_signup(session, shift, make_person(session, tree["community"], phone=None, password_hash=None))
    write(cancel_task, actor_of(session, staff), task.public_id, "下大雨", now=clock.at)
    deliver_events(clock.at)
    client.sign_in(staff)
    here = f"/console/tasks/{task.public_id}/reach"
    page = client.get(here).text
    assert 'value="in_person"' in page
    assert 'value="neighbour"' in page
    for call in ('value="phone"', 'value="no_answer"', "/phones"):
        assert call not in page, call
    reach = session.scalars(select(Reach.public_id)).one()
    assert client.post(f"/console/reach/{reach}/told", data={"way": "neighbour"}).location == here
    assert 'value="in_person"' not in client.get(here).text
