"""The list of notices at its door."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pointsapp.notices.queries import unread_count
from tests.conftest import HouseClient
from tests.factories import make_person
from tests.notices.test_services import lines, tell


def test_a_guest_is_asked_to_sign_in(client: HouseClient) -> None:
    assert client.get("/me/notices").status_code == 302
    assert client.post("/me/notices/read", data={"up_to": "x"}).status_code == 401


def test_the_list_says_what_happened_and_what_is_unread(client: HouseClient, session: Session) -> None:
    person = make_person(session)
    tell(session, person)
    tell(session, person, "people.role_granted", role="staff")
    page = client.sign_in(person).get("/me/notices").get_data(as_text=True)
    assert "身份核实好了" in page
    assert "您是社区工作者" in page
    assert "2 条还没看" in page


def test_an_empty_list_offers_a_step(client: HouseClient, session: Session) -> None:
    page = client.sign_in(make_person(session)).get("/me/notices").get_data(as_text=True)
    assert "还没有消息" in page


def test_looking_marks_nothing_posting_does(client: HouseClient, session: Session) -> None:
    person = make_person(session)
    tell(session, person)
    tell(session, person)
    client.sign_in(person).get("/me/notices")
    assert unread_count(session, person.id) == 2
    newest = lines(session, person)[0].public_id
    assert client.post(f"/me/notices/{newest}/read").status_code == 303
    assert unread_count(session, person.id) == 1
    assert client.post("/me/notices/read", data={"up_to": newest}).status_code == 303
    assert unread_count(session, person.id) == 0


def test_wrong_words_at_the_door(client: HouseClient, session: Session) -> None:
    person, other = make_person(session), make_person(session)
    tell(session, other)
    theirs = lines(session, other)[0].public_id
    client.sign_in(person)
    assert client.post("/me/notices/read").status_code == 422
    assert client.post("/me/notices/read", data={"up_to": theirs}).status_code == 404
    assert client.post(f"/me/notices/{theirs}/read").status_code == 404
    assert client.get("/me/notices?cursor=%00%ff").status_code == 422
    assert unread_count(session, other.id) == 1
