"""A year of birth: said by the person or noted by staff who may help them, taken away again, in the copy, never in a trace."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import personal
from pointsapp.core.events import Event
from pointsapp.people.models import Person
from tests.conftest import HouseClient
from tests.factories import make_tree
from tests.people.people import make_person, make_staff


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    made = make_tree(session)
    for area in made.values():
        session.expunge(area)
    return made


def year_of(session: Session, person: Person) -> int | None:
    session.expire_all()
    return session.scalar(select(Person.birth_year).where(Person.id == person.id))


def test_the_person_says_it_and_takes_it_away(client: HouseClient, session: Session, tree: Any) -> None:
    person = make_person(session, tree["grid"], name="王小明")
    client.sign_in(person)
    page = client.get("/me/profile").text
    assert 'name="birth_year"' in page
    assert "不公开" in page
    typed = {"name": "王小明", "birth_year": "1950"}
    assert client.post("/me/profile", data=typed).status_code == 303
    assert year_of(session, person) == 1950
    assert 'value="1950"' in client.get("/me/profile").text
    assert client.post("/me/profile", data={**typed, "birth_year": ""}).status_code == 303
    assert year_of(session, person) is None


@pytest.mark.parametrize("typed", ["1899", "2027", "50", "一九五〇", "1950.5", "1950-01-01"])
def test_what_is_no_year_is_said_and_kept_on_the_page(
    client: HouseClient, session: Session, tree: Any, typed: str
) -> None:
    person = make_person(session, tree["grid"])
    client.sign_in(person)
    answer = client.post("/me/profile", data={"name": "王小明", "birth_year": typed})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert year_of(session, person) is None


def test_staff_note_it_for_their_residents_only(client: HouseClient, session: Session, tree: Any) -> None:
    person, away = make_person(session, tree["community"]), make_person(session, tree["other_street"])
    client.sign_in(make_staff(session, tree["community"]))
    path = f"/console/people/{person.public_id}"
    assert "哪一年出生" not in client.get(path).text, "the record is closed until it is opened with a reason"
    client.post(f"{path}/opening", data={"why": "call"})
    assert "哪一年出生" in client.get(path).text
    assert client.post(f"{path}/birth-year", data={"birth_year": "2090"}).status_code == 422
    for _twice in range(2):
        assert client.post(f"{path}/birth-year", data={"birth_year": "1948"}).status_code == 303
    assert year_of(session, person) == 1948
    noted = session.scalars(select(Event).where(Event.kind == "people.birth_year_noted")).all()
    assert [(one.person_id, one.facts) for one in noted] == [(person.id, {})], (
        "a repeat is no news, and no year is kept"
    )
    assert client.post(f"/console/people/{away.public_id}/birth-year", data={"birth_year": "1948"}).status_code == 403
    assert year_of(session, away) is None
    assert client.post(f"{path}/birth-year", data={}).status_code == 303
    assert year_of(session, person) is None


def test_the_copy_holds_it_and_erasing_takes_it(session: Session, tree: Any) -> None:
    person = make_person(session, tree["grid"], birth_year=1950)
    (chapter,) = [each for each in personal.chapters() if each.key == "profile"]
    assert ("出生年份", 1950) in [(str(word), value) for word, value in chapter.lists(session, person.id)]
    (held,) = [each for each in personal.holdings() if each.table == "person"]
    assert held.blanks["birth_year"] is None
