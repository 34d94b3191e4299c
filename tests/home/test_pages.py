"""The first pages at their doors: guest, resident, staff; and how few statements they take."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from pointsapp.core import clock, events
from tests.conftest import HouseClient
from tests.databases import Clone
from tests.factories import (
    make_clerk,
    make_merchant,
    make_person,
    make_shift,
    make_signup,
    make_staff,
    make_task,
    make_tree,
)
from tests.home.counting import MOST, counted
from tests.home.test_queries import give


def text(client: HouseClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_guest_is_welcomed(client: HouseClient, session: Session) -> None:
    tree = make_tree(session)
    make_shift(session, make_task(session, tree["community"], title="红专路夜巡"))
    page = text(client, "/")
    assert "到场扫码" in page
    assert "红专路夜巡" in page
    assert "服务时长</span>" not in page


def test_home_opens_on_an_empty_house(client: HouseClient, session: Session) -> None:
    assert "暂时没有空位的任务" in text(client, "/")


def test_a_resident_sees_both_books_and_the_bell(client: HouseClient, session: Session) -> None:
    person = make_person(session, make_tree(session)["community"], name="王桂兰")
    give(session, person, points=1240, minutes=200)
    events.record(session, "people.verified", at=clock.now(), subject="person:1", person_id=person.id)
    events.deliver_due(session, now=clock.now())
    session.commit()
    page = text(client.sign_in(person), "/")
    assert "王桂兰" in page
    assert "1,240" in page
    assert "3.3" in page
    assert "1 条未读消息" in page


@pytest.mark.parametrize("path", ["/me", "/me/hours"])
def test_a_guest_has_no_page_of_their_own(client: HouseClient, session: Session, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert "/sign-in" in answer.location


def test_an_own_page_shows_number_level_and_steps(client: HouseClient, session: Session) -> None:
    person = make_person(session, make_tree(session)["community"], verified=False)
    page = text(client.sign_in(person), "/me")
    assert person.volunteer_number in page
    assert "新邻居" in page
    assert "再得 100 分升级" in page
    assert "身份还没核实" in page
    assert "工作台" not in page


def test_who_works_here_finds_the_way(client: HouseClient, session: Session) -> None:
    tree = make_tree(session)
    assert "工作台" in text(client.sign_in(make_staff(session, tree["community"])), "/me")
    clerk = make_clerk(session, make_merchant(session, tree["community"]))
    page = text(client.sign_in(clerk), "/me")
    assert "商户店员" in page
    assert "工作台" not in page


def test_the_hours_book_opens_empty(client: HouseClient, session: Session) -> None:
    page = text(client.sign_in(make_person(session)), "/me/hours")
    assert "还没有服务记录" in page
    assert client.get("/me/hours?cursor=nonsense").status_code == 422


@pytest.mark.parametrize("path", ["/", "/me", "/me/hours", "/me/notices"])
def test_few_statements(client: HouseClient, session: Session, database: Clone, path: str) -> None:
    tree = make_tree(session)
    person = make_person(session, tree["community"])
    for _ in range(5):
        task = make_task(session, tree["community"])
        make_shift(session, task, leaders=(person,))
        make_signup(session, make_shift(session, task), person)
        make_shift(session, make_task(session, tree["community"]))
    give(session, person, points=50, minutes=60)
    client.sign_in(person)
    with counted(database.engine) as seen:
        text(client, path)
    assert len(seen) <= MOST, "\n".join(seen)


def test_every_page_speaks_english_too(client: HouseClient, session: Session) -> None:
    person = make_person(session, make_tree(session)["community"])
    assert "Points" in text(client.sign_in(person), "/?lang=en")
    assert "Hours" in text(client, "/me/hours")
