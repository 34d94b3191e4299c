"""A person is told once what concerns them; their own acts ring no bell; nobody reads another's notices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.core import clock, events
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.notices import queries, services
from pointsapp.notices.models import Notice
from pointsapp.people.models import Person
from tests.conftest import Clock
from tests.factories import actor_of, make_area, make_person, make_shift, make_task

KIND = "people.verified"


def tell(session: Session, person: Person, kind: str = KIND, actor_id: int | None = None, **facts: Any) -> int:
    event_id = events.record(
        session, kind, at=clock.now(), subject="person:1", person_id=person.id, actor_id=actor_id, **facts
    )
    while events.deliver_due(session, now=clock.now()):
        pass
    session.commit()
    return event_id


def lines(session: Session, person: Person) -> list[queries.NoticeLine]:
    return list(queries.notices_page(session, person.id, PageRequest()).items)


def test_an_event_heard_twice_is_told_once(session: Session) -> None:
    person = make_person(session)
    event_id = tell(session, person)
    row = session.get(events.Event, event_id)
    services.hear(session, events._as_row(row))
    assert session.scalar(select(func.count()).select_from(Notice)) == 1
    assert queries.unread_count(session, person.id) == 1


def test_an_event_that_concerns_nobody_is_told_to_nobody(session: Session) -> None:
    events.record(session, KIND, at=clock.now(), subject="person:1")
    events.deliver_due(session, now=clock.now())
    session.commit()
    assert session.scalar(select(func.count()).select_from(Notice)) == 0


def test_ones_own_act_is_in_the_list_but_rings_no_bell(session: Session) -> None:
    person = make_person(session)
    tell(session, person, "people.phone_given", actor_id=person.id)
    assert [line.is_read for line in lines(session, person)] == [True]


def test_the_owner_hears_of_a_new_password_even_if_it_seems_to_be_themself(session: Session) -> None:
    person = make_person(session)
    tell(session, person, "people.password_changed", actor_id=person.id)
    assert queries.unread_count(session, person.id) == 1


def test_the_title_is_kept_as_it_was_said(session: Session) -> None:
    area = make_area(session)
    person = make_person(session, area)
    task = make_task(session, area, title="红专路夜巡", cancel_reason="有雨")
    shift = make_shift(session, task)
    tell(session, person, "tasks.cancelled_for_person", task_id=task.id)
    tell(session, person, "tasks.signup_promoted", task_id=task.id, shift_id=shift.id)
    task.title = "别的名字"
    session.commit()
    promoted, cancelled = (line.facts for line in lines(session, person))
    assert (cancelled["title"], cancelled["reason"], cancelled["task"]) == ("红专路夜巡", "有雨", task.public_id)
    assert promoted["starts_at"] == shift.starts_at.isoformat()


def test_a_batch_is_told_in_its_order_and_each_of_it_once(session: Session) -> None:
    area = make_area(session)
    one, other = make_person(session, area), make_person(session, area)
    tasks = [make_task(session, area, title=title) for title in ("红专路夜巡", "清扫楼道")]
    shift = make_shift(session, tasks[1])
    facts: list[dict[str, Any]] = [{"task_id": tasks[0].id}, {"task_id": tasks[1].id, "shift_id": shift.id}, {}]
    kinds = ("tasks.cancelled_for_person", "tasks.signup_promoted", KIND)
    ids = [
        events.record(session, kind, at=clock.now(), subject="person:1", person_id=person.id, **said)
        for person in (one, other)
        for kind, said in zip(kinds, facts, strict=True)
    ]
    rows = [events._as_row(session.get_one(events.Event, event_id)) for event_id in ids]
    services.hear_all(session, [rows[1], rows[0]])
    services.hear_all(session, [*rows, rows[2]])
    told = session.execute(
        select(Notice.event_id, Notice.facts["title"].as_string().label("title")).order_by(Notice.id)
    ).all()
    titles = dict(zip(ids, ("红专路夜巡", "清扫楼道", None) * 2, strict=True))
    assert [row.event_id for row in told] == [ids[1], ids[0], *ids[2:]]
    assert {row.event_id: row.title for row in told} == titles


def test_reading_all_leaves_what_came_later(session: Session) -> None:
    person = make_person(session)
    tell(session, person)
    tell(session, person)
    seen = lines(session, person)[0].public_id
    tell(session, person)
    receipt = services.read_all(session, actor_of(session, person), seen, now=clock.now())
    assert (receipt.marked, receipt.is_repeat) == (2, False)
    assert queries.unread_count(session, person.id) == 1
    assert services.read_all(session, actor_of(session, person), seen, now=clock.now()).is_repeat


def test_another_persons_notice_does_not_exist(session: Session) -> None:
    person, other = make_person(session), make_person(session)
    tell(session, person)
    theirs = lines(session, person)[0].public_id
    with pytest.raises(NotFound):
        services.read_one(session, actor_of(session, other), theirs, now=clock.now())
    with pytest.raises(NotFound):
        services.read_all(session, actor_of(session, other), theirs, now=clock.now())
    assert queries.unread_count(session, person.id) == 1


def test_pages_follow_one_another_without_gap(session: Session) -> None:
    person = make_person(session)
    for _ in range(5):
        tell(session, person)
    first = queries.notices_page(session, person.id, PageRequest(limit=2))
    rest = queries.notices_page(
        session, person.id, PageRequest(limit=9, after=decode_cursor(first.next_cursor, (int,)))
    )
    ids = [line.id for line in (*first.items, *rest.items)]
    assert len(ids) == 5
    assert ids == sorted(ids, reverse=True)
    assert rest.next_cursor is None


def test_what_a_loaded_history_told_long_ago_is_filed_away(session: Session, clock: Clock) -> None:
    person = make_person(session)
    tell(session, person)
    later = clock.forward(days=3)
    tell(session, person)
    assert services.file_away(session, before=later - timedelta(days=1), now=later) == 1
    assert [line.is_read for line in lines(session, person)] == [False, True]
