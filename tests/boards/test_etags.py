"""Boards and standings answer 304 to who has them already, and 200 as soon as anything they show has changed."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.boards.services import fold
from pointsapp.core import clock as clocks
from pointsapp.core.transaction import write
from tests.boards.things import earn
from tests.conftest import Clock, HouseClient
from tests.factories import bearer, make_person, make_tree
from tests.stars.things import make_branches, open_small_round

PATH = "/api/v1/leaderboards/residents"


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


def test_the_ranking(client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    me, other = make_person(session, tree["community"]), make_person(session, tree["community"])
    earn(session, me, 30)
    mine, theirs = bearer(session, me), bearer(session, other)
    first = client.get(PATH, headers=mine)
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"
    mine["If-None-Match"] = theirs["If-None-Match"] = first.headers["ETag"]
    again = client.get(PATH, headers=mine)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert client.get(PATH, headers=theirs).status_code == 200  # their own place is another one
    assert client.get(PATH + "?period=all", headers=mine).status_code == 200
    write(fold, now=clocks.now())
    assert client.get(PATH, headers=mine).status_code == 304  # a fold changes nothing that is read
    earn(session, other, 5)
    changed = client.get(PATH, headers=mine)
    assert changed.status_code == 200
    assert len(changed.get_json()["items"]) == 2


def test_the_standings(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    make_branches(session, tree["grid"])
    found = open_small_round(session)
    headers = bearer(session, make_person(session, tree["community"]))
    path = f"/api/v1/five-star/rounds/{found.public_id}/standings"
    headers["If-None-Match"] = client.get(path, headers=headers).headers["ETag"]
    assert client.get(path, headers=headers).status_code == 304
    make_branches(session, tree["other"])
    assert client.get(path, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/ranks", "/statement", "/stars", "/wall"])
def test_a_guests_page(client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area], path: str) -> None:
    client.get(path)  # the session has its secret from here on
    first = client.get(path)
    assert first.status_code == 200
    tag = {"If-None-Match": first.headers["ETag"]}
    clock.forward(seconds=2)
    again = client.get(path, headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(path + "?lang=en", headers=tag).status_code == 200
    with client.session_transaction() as cookie:
        cookie["csrf_token"] = "f" * 40  # another session: the kept page's token would be refused
    assert client.get(path, headers=tag).status_code == (200 if b'name="csrf-token"' in first.data else 304)


def test_what_was_earned_changes_the_pages(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    for path in ("/ranks", "/statement"):
        client.get(path)
        tag = {"If-None-Match": client.get(path).headers["ETag"]}
        earn(session, make_person(session, tree["community"]), 30)
        assert client.get(path, headers=tag).status_code == 200


def test_a_page_of_ones_own_is_not_kept(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    client.sign_in(make_person(session, tree["community"]))
    page = client.get("/ranks")
    assert "ETag" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
