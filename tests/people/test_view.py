"""The two switches of how pages look, for guests and for people who have signed in."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from pointsapp.people.models import Person
from tests.conftest import HouseClient
from tests.factories import make_person


def page(client: HouseClient, path: str = "/") -> str:
    return client.get(path).get_data(as_text=True)


def test_a_guest_switches_letters_and_language_on_this_browser(client: HouseClient, session: Session) -> None:
    answer = client.post("/view", data={"elder_view": "true", "back": "/tasks"})
    assert (answer.status_code, answer.location) == (303, "/tasks")
    assert 'class=" elder"' in page(client)
    client.post("/view", data={"locale": "en"})
    assert 'lang="en"' in page(client)
    client.post("/view", data={"elder_view": "false"})
    assert 'class=" elder"' not in page(client)
    assert 'lang="en"' in page(client)


def test_a_signed_in_person_keeps_it_on_every_device(client: HouseClient, session: Session) -> None:
    person = make_person(session)
    client.sign_in(person).post("/view", data={"elder_view": "true"})
    client.post("/view", data={"locale": "en"})
    kept = session.get(Person, person.id, populate_existing=True)
    assert kept is not None
    assert (kept.elder_view, kept.locale) == (True, "en")
    client.sign_in(person)  # another device: its session is new
    assert 'class=" elder"' in page(client)
    client.post("/view", data={"elder_view": "false"})
    assert 'class=" elder"' not in page(client)


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil", "x" * 30])
def test_it_leads_only_to_pages_of_ours(client: HouseClient, session: Session, back: str) -> None:
    assert client.post("/view", data={"elder_view": "true", "back": back}).location == "/"


@pytest.mark.parametrize("wrong", [{"elder_view": "huge"}, {"locale": "tlh"}])
def test_wrong_words_change_nothing(client: HouseClient, session: Session, wrong: dict[str, str]) -> None:
    assert client.post("/view", data=wrong).status_code == 422
    assert 'class=" elder"' not in page(client)
