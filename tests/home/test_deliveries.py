"""/console/deliveries: what the worker gave up is shown to the platform's administrator, who has it tried again."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Role
from pointsapp.core.db import table_of
from pointsapp.core.events import MAX_TRIES, Event, EventDelivery
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from tests.conftest import Clock, HouseClient
from tests.databases import Clone
from tests.factories import grant, make_person, make_staff, make_tree
from tests.home.counting import MOST, counted

PAGE = "/console/deliveries"


def _lay(session: Session, clock: Clock, tries: int, **over: Any) -> dict[str, Any]:
    event_id = events.record(session, "test.nobody", at=clock.at, subject=f"test:{tries}")
    row = {"event_id": event_id, "subscriber": "test.ear", "due_at": clock.at, "tries": tries, **over}
    session.execute(insert(table_of(EventDelivery)), [row])
    session.commit()
    return {"event_id": event_id, "subscriber": "test.ear"}


def _admin(session: Session) -> Person:
    person = make_person(session)
    grant(session, person, Role.PLATFORM_ADMIN)
    return person


def _retried(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Event.kind == "home.delivery_retried")) or 0


def _tries(session: Session, given_up: dict[str, Any]) -> int:
    session.rollback()
    return session.scalars(select(EventDelivery.tries).where(EventDelivery.event_id == given_up["event_id"])).one()


def test_only_the_platform_sees_and_retries(client: HouseClient, session: Session, clock: Clock) -> None:
    tree = make_tree(session)
    given_up = _lay(session, clock, MAX_TRIES)
    assert client.get(PAGE).status_code == 302
    everybody_else = (
        make_person(session, tree["community"]),
        make_staff(session, tree["community"]),
        make_staff(session, tree["street"], Role.STREET_ADMIN),
    )
    for person in everybody_else:
        client.sign_in(person)
        assert client.get(PAGE).status_code == 403
        assert client.post(PAGE, data=given_up).status_code == 403
    assert PAGE not in client.get("/console/settings").text
    assert PAGE not in client.get("/console").text
    assert (_tries(session, given_up), _retried(session)) == (MAX_TRIES, 0)


def test_it_is_shown_tried_again_once_and_told(client: HouseClient, session: Session, clock: Clock) -> None:
    given_up = _lay(session, clock, MAX_TRIES)
    _lay(session, clock, MAX_TRIES - 1)  # still being tried
    _lay(session, clock, MAX_TRIES, done_at=clock.at)  # arrived after all
    client.sign_in(_admin(session))
    assert PAGE in client.get("/console").text
    assert PAGE in client.get("/console/settings").text
    page = client.get(PAGE).text
    assert page.count("再试</") == 1
    assert "test.ear" in page
    clock.forward(minutes=5)
    for _ in range(2):
        assert client.post(PAGE, data=given_up).status_code == 303
    assert _retried(session) == 1
    row = session.execute(
        select(EventDelivery.tries, EventDelivery.due_at).where(EventDelivery.event_id == given_up["event_id"])
    ).one()
    assert tuple(row) == (0, clock.at)
    assert "都送到了" in client.get(PAGE).text
    assert write(events.deliver_due, now=clock.at) > 0
    session.rollback()
    done = select(EventDelivery.done_at).where(EventDelivery.event_id == given_up["event_id"])
    assert session.scalars(done).one() == clock.at


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"event_id": "x", "subscriber": "test.ear"}, 422),
        ({"event_id": "0", "subscriber": "test.ear"}, 422),
        ({"subscriber": "test.ear"}, 422),
        ({"event_id": "999999", "subscriber": "test.ear"}, 404),
        ({"event_id": "1", "subscriber": "<script>"}, 404),
    ],
)
def test_wrong_input_changes_nothing(
    client: HouseClient, session: Session, clock: Clock, typed: dict[str, str], status: int
) -> None:
    given_up = _lay(session, clock, MAX_TRIES)
    client.sign_in(_admin(session))
    assert client.post(PAGE, data=typed).status_code == status
    assert _tries(session, given_up) == MAX_TRIES


def test_a_long_list_is_paged_and_cheap(client: HouseClient, session: Session, clock: Clock, database: Clone) -> None:
    for _ in range(60):
        _lay(session, clock, 0)
    session.execute(update(table_of(EventDelivery)).values(tries=MAX_TRIES))
    session.commit()
    client.sign_in(_admin(session))
    with counted(database.engine) as seen:
        page = client.get(PAGE).text
    assert len(seen) <= MOST
    assert page.count("再试</") == 50
    following = html.unescape(re.search(r'href="([^"]*cursor=[^"]*)"', page)[1])  # type: ignore[index]
    assert client.get(following).text.count("再试</") == 10
