"""A form knows whether it comes back from who opened it."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.feedback.models import Feedback
from pointsapp.people.models import Person
from tests.conftest import HouseClient
from tests.factories import make_person, make_tree


@pytest.fixture
def community(session: Session) -> Area:
    return make_tree(session)["community"]


def _request_id(page: str) -> str:
    found = re.search(r'name="request_id" value="([^"]+)"', page)
    assert found
    return found.group(1)


def _hidden(form: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))


def _words(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Feedback)) or 0


def _signed_out(client: FlaskClient) -> None:
    client.delete_cookie("session")


def test_who_opened_a_form_sends_it(client: HouseClient, session: Session, community: Area) -> None:
    client.sign_in(make_person(session, community))
    opened = _request_id(client.get("/me/profile").text)
    assert "~" in opened
    assert client.post("/me/profile", data={"name": "新名字", "request_id": opened}).status_code == 303


def test_a_guests_form_has_no_mark(client: HouseClient) -> None:
    assert "~" not in _request_id(client.get("/sign-in").text)


def test_somebody_signed_out_in_mid_form_is_told_so(client: HouseClient, session: Session, community: Area) -> None:
    client.sign_in(make_person(session, community))
    opened = _request_id(client.get("/me/profile").text)
    _signed_out(client)
    for token in ({}, {"csrf_token": "old"}):  # whichever is found gone first
        answer = client.post("/me/profile", data={"name": "新名字", "request_id": opened, **token})
        assert answer.status_code == 401
        assert "您已退出登录" in answer.text
        assert 'name="parked.name" value="新名字"' in answer.text
    assert "您已退出登录" not in client.post("/me/profile", data={"name": "新名字"}).text


def test_where_guests_may_write_too_both_ways_are_offered(
    client: HouseClient, session: Session, community: Area
) -> None:
    client.sign_in(make_person(session, community))
    opened = _request_id(client.get("/feedback").text)
    _signed_out(client)
    typed = {"kind": "complaint", "text": "路灯坏了", "contact": "王阿姨 13900000000", "request_id": opened}
    asked = client.post("/feedback", data=typed)
    assert asked.status_code == 401
    assert "您已退出登录" in asked.text
    assert _words(session) == 0, "nobody's name is guessed"
    first, second = asked.text.split("<form")[1:3]
    carried = _hidden(first)
    assert carried["parked_to"] == "/feedback"
    assert carried["parked.text"] == "路灯坏了"
    assert 'name="parked.text" value="路灯坏了"' in client.post("/sign-in", data=carried).text
    without = _hidden(second)
    assert "~" not in without["request_id"]
    assert client.post("/feedback", data={**without, "area_id": community.public_id}).status_code != 401


def test_another_person_on_the_same_phone_is_asked_first(
    client: HouseClient, session: Session, community: Area
) -> None:
    client.sign_in(make_person(session, community, name="李桂兰"))
    opened = _request_id(client.get("/me/profile").text)
    other = make_person(session, community, name="孙建国")
    client.sign_in(other)
    asked = client.post("/me/profile", data={"name": "新名字", "request_id": opened})
    assert asked.status_code == 409
    assert "现在登录的是孙建国" in asked.text
    session.expire_all()
    assert session.get_one(Person, other.id).name == "孙建国"
    again = _hidden(asked.text.split("<form")[1])
    assert client.post("/me/profile", data=again).status_code == 303
    session.expire_all()
    assert session.get_one(Person, other.id).name == "新名字"


def test_a_mark_nobody_made_is_another_persons(client: HouseClient, session: Session, community: Area) -> None:
    client.sign_in(make_person(session, community))
    for mark in ("~", "~x", "~\u00e9", "~" + "a" * 5000):
        assert client.post("/me/profile", data={"name": "新名字", "request_id": f"abc{mark}"}).status_code == 409
