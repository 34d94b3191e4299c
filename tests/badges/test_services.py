"""Medals are awarded by the worker from events: once, to whom they are due, with a notice; and shown with their rules."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.badges.models import Medal, MedalMark, Series
from pointsapp.badges.policies import STEPS
from pointsapp.badges.queries import latest_medals, shelves
from pointsapp.badges.services import award_medals
from pointsapp.core import events, policy
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.worker import deliver_events
from tests.conftest import Clock, HouseClient
from tests.databases import Clone
from tests.factories import bearer
from tests.home.counting import MOST, counted
from tests.watch.things import Street


@pytest.fixture
def street(session: Session, clock: Clock) -> Street:
    return Street(session)


def award(clock: Clock) -> int:
    clock.forward(minutes=5)
    looked_at = 0
    while seen := write(award_medals, now=clock.at):
        looked_at += seen
    return looked_at


def won(street: Street, person: Person) -> set[tuple[str, int]]:
    rows = street.session.execute(select(Medal.series, Medal.least).where(Medal.person_id == person.id))
    return {(series.value, least) for series, least in rows}


def test_the_first_service_wins_the_first_medal_and_a_notice(street: Street, client: HouseClient, clock: Clock) -> None:
    person = street.person()
    street.attends(person, None, clock.at - timedelta(hours=3), minutes=60)
    assert won(street, person) == set()
    award(clock)
    assert won(street, person) == {("services", 1)}
    deliver_events(clock.at)
    client.sign_in(person)
    assert "到场服务满 1 次" in client.get("/me/notices").text
    page = client.get("/me/medals").text
    assert "累计服务满 10 小时" in page
    assert "1 / 10" in page
    assert "到场（铜）：到场服务满 1 次" in client.get("/me").text


def test_a_medal_is_won_once_however_often_the_worker_looks(street: Street, clock: Clock) -> None:
    person = street.person()
    for hours in (30, 20, 10):
        street.attends(person, None, clock.at - timedelta(hours=hours), minutes=240)
    award(clock)
    street.session.execute(MedalMark.__table__.update().values(event_id=0))  # a worker that lost its mark
    street.session.commit()
    award(clock)
    assert won(street, person) == {("services", 1), ("hours", 10)}
    told = select(func.count()).select_from(Event).where(Event.kind == "badges.won", Event.person_id == person.id)
    assert street.session.scalar(told) == 2


def test_signing_in_and_registering_win_nothing(street: Street, clock: Clock) -> None:
    person = street.person()
    for kind in ("people.registered", "people.signed_in", "redemption.voucher_redeemed"):
        events.record(street.session, kind, at=clock.at, subject=f"person:{person.id}", person_id=person.id)
    street.session.commit()
    assert award(clock) >= 3
    assert won(street, person) == set()


def test_what_happens_just_now_waits_for_its_neighbours(street: Street, clock: Clock) -> None:
    person = street.person()
    street.attends(person, None, clock.at, minutes=60)
    write(award_medals, now=clock.at + timedelta(seconds=30))
    assert won(street, person) == set()
    award(clock)
    assert won(street, person) == {("services", 1)}


def test_new_steps_leave_what_was_won(street: Street, clock: Clock) -> None:
    person = street.person()
    street.attends(person, None, clock.at - timedelta(hours=9), minutes=60)
    award(clock)
    policy.set_value(street.session, STEPS[Series.SERVICES], [2, 20], now=clock.at)
    street.session.commit()
    shown = next(each for each in shelves(street.session, person.id, now=clock.at) if each.series is Series.SERVICES)
    assert [(step.least, step.won_at is not None) for step in shown.steps] == [(1, True), (2, False), (20, False)]
    assert (shown.next_least, shown.missing) == (2, 1)
    street.attends(person, None, clock.at - timedelta(hours=3), minutes=60)
    award(clock)
    assert won(street, person) == {("services", 1), ("services", 2)}
    assert [(one.series, one.least) for one in latest_medals(street.session, person.id, now=clock.at)] == [
        (Series.SERVICES, 2)
    ]


def test_somebody_who_left_wins_nothing_any_more(street: Street, clock: Clock) -> None:
    person = street.person()
    street.attends(person, None, clock.at - timedelta(hours=3), minutes=60)
    street.session.execute(Person.__table__.update().where(Person.id == person.id).values(erased_at=clock.at))
    street.session.commit()
    award(clock)
    assert won(street, person) == set()


def test_the_page_and_the_call_say_the_same(street: Street, client: HouseClient, clock: Clock, database: Clone) -> None:
    person = street.person()
    street.attends(person, None, clock.at - timedelta(hours=3), minutes=60)
    award(clock)
    answer = client.get("/api/v1/me/medals", headers=bearer(street.session, person)).json["items"]
    services = next(each for each in answer if each["series"] == "services")
    assert [(step["least"], step["won_at"] is not None) for step in services["steps"]] == [
        (1, True),
        (20, False),
        (100, False),
    ]
    assert (services["value"], services["next_least"], services["missing"]) == (1, 20, 19)
    client.sign_in(person)
    for path in ("/me/medals", "/me"):
        with counted(database.engine) as seen:
            page = client.get(path)
        assert page.status_code == 200
        assert len(seen) <= MOST
    rules = re.findall(r'class="medals__rule">([^<]+)<', client.get("/me/medals").text)
    assert len(rules) == sum(len(each["steps"]) for each in answer)
