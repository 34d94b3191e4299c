"""GET /api/v1/leaderboards/residents as the contract writes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.people.models import Person
from tests.boards.things import earn, hold
from tests.conftest import Clock, HouseClient
from tests.factories import bearer, make_person, make_tree

PATH = "/api/v1/leaderboards/residents"


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


def call(client: HouseClient, session: Session, person: Person, query: str = "") -> dict[str, Any]:
    answer = client.get(PATH + query, headers=bearer(session, person))
    assert answer.status_code == 200, answer.get_json()
    return dict(answer.get_json())


def test_a_guest_is_asked_to_sign_in(client: HouseClient, session: Session) -> None:
    assert client.get(PATH).status_code == 401


def test_the_own_community_by_points_earned_not_held(
    client: HouseClient, session: Session, tree: dict[str, Area]
) -> None:
    first = make_person(session, tree["grid"], name="李桂兰")
    second = make_person(session, tree["community"], name="欧阳小明")
    third = make_person(session, tree["community"], name="王五")
    make_person(session, tree["community"])  # earned nothing, so not listed
    earn(session, make_person(session, tree["other"]), 99)  # another community
    earn(session, first, 30)
    earn(session, first, 20)
    hold(session, first, 50)  # spending costs nobody their place
    earn(session, second, 40)
    earn(session, third, 40)
    body = call(client, session, third)
    assert body["items"] == [
        {"rank": 1, "name": "李**", "points": 50},
        {"rank": 2, "name": "欧阳**", "points": 40},
        {"rank": 2, "name": "王*", "points": 40},
    ]
    assert body["me"] == {"rank": 2, "points": 40}
    assert body["next_cursor"] is None
    # from the grid below, the own community is the one above it
    assert call(client, session, first)["items"] == body["items"]


def test_pages(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    people = [make_person(session, tree["community"]) for _ in range(5)]
    for person in people:
        earn(session, person, 10)
    got: list[dict[str, Any]] = []
    cursor = ""
    while True:
        body = call(client, session, people[0], f"?limit=2{cursor}")
        got += body["items"]
        if body["next_cursor"] is None:
            break
        cursor = f"&cursor={body['next_cursor']}"
    assert [item["rank"] for item in got] == [1] * 5


def test_above_the_community_only_who_chose_to_be(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    shy = make_person(session, tree["community"])
    open_ = make_person(session, tree["other"], name="赵六六", shows_on_rankings=True)
    earn(session, shy, 50)
    earn(session, open_, 30)
    street = f"?area={tree['street'].code}"
    body = call(client, session, shy, street)
    assert body["items"] == [{"rank": 1, "name": "赵**", "points": 30}]
    assert body["me"] == {"rank": 1, "points": 50}  # where they would stand; told to nobody else
    assert call(client, session, open_, street)["me"] == {"rank": 1, "points": 30}
    by_id = call(client, session, shy, f"?area={tree['other'].public_id}")
    assert by_id["items"] == [{"rank": 1, "name": "赵**", "points": 30}]


def test_periods(client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    person = make_person(session, tree["community"])
    # 21 November 2026 in Shanghai is a Saturday
    for points, days in ((1, 0), (10, 8), (100, 25), (1000, 80), (10000, 400)):
        earn(session, person, points, at=clock.now() - timedelta(days=days))
    headers = bearer(session, person)
    for period, points in (("week", 1), ("month", 11), ("quarter", 111), ("year", 1111), ("all", 11111)):
        body = client.get(f"{PATH}?period={period}", headers=headers).get_json()
        assert body["items"][0]["points"] == points, period
        assert body["me"] == {"rank": 1, "points": points}
    assert client.get(PATH, headers=headers).get_json()["me"]["points"] == 11


def test_me_is_always_given(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    nobody = make_person(session)  # no home, nothing earned
    assert call(client, session, nobody) == {
        "area": None,
        "period": "month",
        "items": [],
        "me": {"rank": 1, "points": 0},
        "next_cursor": None,
    }


def test_an_erased_person_is_not_listed(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    gone, here = make_person(session, tree["community"]), make_person(session, tree["community"])
    earn(session, gone, 10)
    gone.erased_at = clock.now()
    session.commit()
    assert call(client, session, here)["items"] == []


@pytest.mark.parametrize("query", ["?area=nowhere", "?period=decade", "?limit=0", "?cursor=x", "?limit=101"])
def test_what_cannot_be_asked(client: HouseClient, session: Session, tree: dict[str, Area], query: str) -> None:
    answer = client.get(PATH + query, headers=bearer(session, make_person(session)))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "validation_failed")
