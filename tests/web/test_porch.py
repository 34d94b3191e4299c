"""The porch hands out what the house would have said: byte for byte, to the right person, for two seconds, and counts it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clocks
from pointsapp.core import kept
from pointsapp.people.models import ApiToken
from pointsapp.web.acquaintances import Acquaintances
from pointsapp.web.journal import JsonLines
from pointsapp.web.metrics import COUNT
from pointsapp.web.security import limiter
from tests.boards.things import earn
from tests.conftest import HouseClient, Stopwatch, inside
from tests.factories import bearer, make_person, make_tree

PATH = "/api/v1/leaderboards/residents"
RULE = "boards_api.list_residents"
ANEW = frozenset({"X-Request-ID", "Server-Timing", "Date"})


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


def test_the_second_answer_is_handed_out_and_is_the_first(
    app: Flask, client: HouseClient, session: Session, tree: dict[str, Area], watch: Stopwatch
) -> None:
    people = [make_person(session, tree["community"]) for _ in range(3)]
    for number, person in enumerate(people[:2]):
        earn(session, person, 10 + number)
    headers = [bearer(session, person) for person in people]
    first = [client.get(PATH, headers=each) for each in headers]
    with inside(app) as seen:
        again = [client.get(PATH, headers=each) for each in headers]
    assert seen == []
    for before, after in zip(first, again, strict=True):
        assert (after.status, after.data) == (before.status, before.data)
        told = [{pair for pair in answer.headers if pair[0] not in ANEW} for answer in (before, after)]
        assert told[0] == told[1]
        assert after.headers["X-Request-ID"] != before.headers["X-Request-ID"]
    assert [answer.get_json()["me"] for answer in again] == [
        {"rank": 2, "points": 10}, {"rank": 1, "points": 11}, {"rank": 3, "points": 0},
    ]  # fmt: skip
    kept.forget_all()
    kept.use_life(0)
    assert [client.get(PATH, headers=each).data for each in headers] == [answer.data for answer in first]


def test_a_new_entry_shows_within_two_seconds(
    client: HouseClient, session: Session, tree: dict[str, Area], watch: Stopwatch
) -> None:
    me, other = make_person(session, tree["community"]), make_person(session, tree["community"])
    mine, theirs = bearer(session, me), bearer(session, other)
    assert (
        client.get(PATH, headers=mine).get_json()["items"] == client.get(PATH, headers=theirs).get_json()["items"] == []
    )
    earn(session, other, 7)
    watch.at += 1.9
    client.get(PATH, headers=theirs)
    watch.at += 0.1
    assert client.get(PATH, headers=mine).get_json()["items"][0]["points"] == 7
    assert client.get(PATH, headers=theirs).get_json()["me"] == {"rank": 1, "points": 7}


def test_a_revoked_token_is_gone_within_two_seconds_here_and_at_once_everywhere_else(
    client: HouseClient, session: Session, tree: dict[str, Area], watch: Stopwatch
) -> None:
    me, other = make_person(session, tree["community"]), make_person(session, tree["community"])
    mine, theirs = bearer(session, me), bearer(session, other)
    for headers in (mine, theirs, mine):
        assert client.get(PATH, headers=headers).status_code == 200
    session.execute(update(ApiToken).where(ApiToken.person_id == me.id).values(revoked_at=clocks.now()))
    session.commit()
    assert client.get("/api/v1/me", headers=mine).status_code == 401
    watch.at += 1.6
    assert client.get(PATH, headers=theirs).status_code == 200  # reads along who was asked for lately
    watch.at += 0.4
    assert client.get(PATH, headers=mine).status_code == 401
    assert client.get(PATH, headers=theirs).status_code == 200


def test_who_has_the_answer_already_hears_304_and_a_head_has_no_body(
    app: Flask, client: HouseClient, session: Session, tree: dict[str, Area], watch: Stopwatch
) -> None:
    headers = bearer(session, make_person(session, tree["community"]))
    first = client.get(PATH, headers=headers)
    with inside(app) as seen:
        again = client.get(PATH, headers=headers | {"If-None-Match": first.headers["ETag"]})
        other = client.get(PATH, headers=headers | {"If-None-Match": '"something-else"'})
        head = client.head(PATH, headers=headers)
    assert seen == []
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert "Content-Length" not in again.headers
    assert (other.status_code, other.data) == (200, first.data)
    assert (head.status_code, head.data, head.content_length) == (200, b"", len(first.data))


def test_a_refusal_is_never_kept(
    app: Flask, client: HouseClient, session: Session, tree: dict[str, Area], watch: Stopwatch
) -> None:
    headers = bearer(session, make_person(session, tree["community"]))
    client.get(PATH, headers=headers)
    with inside(app) as seen:
        for query, status in (("?area=nowhere", 422), ("?period=day", 422), ("?limit=0", 422), ("?cursor=x", 422)):
            for _ in range(2):
                assert client.get(PATH + query, headers=headers).status_code == status
        for token in ("Bearer nobody", "Bearer ", "Basic x"):
            assert client.get(PATH, headers={"Authorization": token}).status_code == 401
        assert client.get(PATH).status_code == 401
        assert client.post(PATH, headers=headers).status_code == 405
    assert len(seen) == 13


def test_whatever_is_out_of_the_ordinary_goes_in(
    app: Flask, client: HouseClient, session: Session, tree: dict[str, Area], watch: Stopwatch
) -> None:
    headers = bearer(session, make_person(session, tree["community"]))
    client.get(PATH, headers=headers)
    calls: list[tuple[str, dict[str, str]]] = [
        ("?lang=en", {}), ("?period=month&period=year", {}), ("?limit=%32&x=1", {}), ("", {"Cookie": "session=x"}), ("", {"Range": "bytes=0-1"}),
    ]  # fmt: skip
    with inside(app) as seen:
        for query, more in calls:
            assert client.get(PATH + query, headers=headers | more).status_code in (200, 206, 422)
    assert len(seen) == len(calls)


def test_boards_of_different_homes_areas_and_periods_are_kept_apart(
    client: HouseClient, session: Session, tree: dict[str, Area], watch: Stopwatch
) -> None:
    here, there = make_person(session, tree["grid"]), make_person(session, tree["other"])
    earn(session, here, 5)
    for _ in range(2):
        told = [client.get(PATH, headers=bearer(session, one)).get_json() for one in (here, there)]
        assert [one["area"]["code"] for one in told] == [tree["community"].code, tree["other"].code]
        assert [len(one["items"]) for one in told] == [1, 0]
        asked = client.get(
            f"{PATH}?area={tree['grid'].code}&period=all&limit=5", headers=bearer(session, there)
        ).get_json()
        assert (asked["area"]["code"], asked["period"], len(asked["items"])) == (tree["grid"].code, "all", 1)


def test_calls_are_limited_logged_and_counted_as_inside(
    app: Flask,
    client: HouseClient,
    session: Session,
    tree: dict[str, Area],
    watch: Stopwatch,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted: list[tuple[Any, ...]] = []
    monkeypatch.setitem(app.extensions, COUNT, lambda *facts: counted.append(facts))
    person = make_person(session, tree["community"])
    headers = bearer(session, person)
    client.get(PATH, headers=headers)
    given = headers | {"X-Request-ID": "given-by-a-proxy"}
    with inside(app) as seen, caplog.at_level(logging.INFO, "pointsapp.request"):
        statuses = [client.get(PATH, headers=given).status_code for _ in range(600)]
    assert statuses == [200] * 599 + [429]
    assert len(seen) == 1
    assert [(route, method, status) for route, method, status, _s, _code in counted] == [(PATH, "GET", 200)] * 599
    lines = [record.__dict__ for record in caplog.records if record.__dict__.get("request_id") == "given-by-a-proxy"]
    assert {(line["route"], line["method"], line["status"]) for line in lines} == {
        (PATH, "GET", 200),
        (PATH, "GET", 429),
    }
    assert len(lines) == 600
    assert limiter._storage is not None
    assert limiter._storage.get(f"LIMITER/person:{person.id}/{RULE}/600/1/minute") >= 600


@pytest.mark.parametrize("error", [ProgrammingError, OperationalError])
def test_what_fails_at_the_porch_is_answered_inside_and_leaves_a_line(
    client: HouseClient, session: Session, tree: dict[str, Area], watch: Stopwatch, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, error: type[DBAPIError],
) -> None:  # fmt: skip
    """A look that always fails would otherwise be seen nowhere: the house answers, only slower."""
    person = make_person(session, tree["community"])
    headers = bearer(session, person)
    fine = client.get(PATH, headers=headers)

    meet, tries = Acquaintances.meet, iter(range(9))

    def fails(*args: Any) -> Any:
        if next(tries):  # the house asks, too
            return meet(*args)
        raise error(
            "SELECT token FROM api_token WHERE token_hash = 'c0ffee'", {"token_hash": "c0ffee"}, ValueError("c0ffee")
        )

    monkeypatch.setattr(Acquaintances, "meet", fails)
    with caplog.at_level(logging.WARNING, "pointsapp.web.porch"):
        answer = client.get(PATH, headers=headers)
    assert (answer.status_code, answer.data) == (200, fine.data)
    (line,) = [record for record in caplog.records if record.name == "pointsapp.web.porch"]
    assert (line.route, line.reason) == (PATH, "ValueError")  # type: ignore[attr-defined]
    assert "c0ffee" not in JsonLines().format(line), "no value of the statement, least of all a token's"
