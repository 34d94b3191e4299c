"""The door matrix: every route x guest, wrong role, wrong area, right role, made from the routes, so that no new route is forgotten.

Each row of `doors.py` says who may; whoever is not named must be refused (401 for a guest, else 403 or 404), and whoever is named
must pass with the very same request. Every request runs in a savepoint of its own, so none sees what another has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pointsapp.web import guesses
from pointsapp.web.guard import is_public
from tests.conftest import Clock, HouseClient
from tests.contract.doors import DOORS, EVERYBODY, PUBLIC, WHO, Scene
from tests.contract.world import World
from tests.house.reading import the_app

PARTS = 8
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
REFUSED = {403, 404}
# What a person who may gets: the thing, or a truthful word about its state; never a refusal of the person or of the request.
PASSED = {200, 201, 204, 302, 303, 308, 409, 410}


def _routes(app: Flask) -> list[tuple[str, Any]]:
    return sorted(
        ((method, rule) for rule in app.url_map.iter_rules() for method in METHODS if method in (rule.methods or ())),
        key=lambda each: (each[1].rule, each[0]),
    )


def test_no_route_is_missing_from_the_matrix() -> None:
    app = the_app()
    closed = {rule.endpoint for _method, rule in _routes(app) if not is_public(app, rule.endpoint)}
    assert closed - set(DOORS) == set(), "say in tests/contract/doors.py who may"
    assert set(DOORS) - closed == set(), "no such closed route any more"


def test_every_row_names_somebody_who_may_not_or_is_for_everybody() -> None:
    for endpoint, door in DOORS.items():
        assert door.who, endpoint
        assert door.who <= set(WHO), endpoint
        assert door.who is EVERYBODY or set(WHO) - door.who, endpoint


@pytest.fixture
def scene(session: Session, client: HouseClient, clock: Clock) -> Scene:
    guesses.known.forget()
    return Scene(World(session, client, clock))


def _walk(scene: Scene, part: int) -> Iterator[tuple[str, str, Any, str | None, int]]:
    """Ask at every PARTS-th closed door as everybody; yield (method, rule, endpoint, who, status)."""
    app = scene.world.client.application
    connection = scene.world.session.get_bind()
    closed = [(method, rule) for method, rule in _routes(app) if not is_public(app, rule.endpoint)]
    for method, rule in closed[part::PARTS]:
        door = DOORS[rule.endpoint]
        path, body = scene.address(rule, door), scene.body(door)
        for who in (None, *WHO):
            scene.world.session.rollback()
            scene.world.session.remove()  # type: ignore[attr-defined]
            point = connection.begin_nested()  # type: ignore[union-attr]
            try:
                status = scene.ask(who, method, path, body)
            finally:
                scene.world.session.rollback()
                scene.world.session.remove()  # type: ignore[attr-defined]
                point.rollback()
            yield method, rule.rule, rule.endpoint, who, status


# Who may does not depend on the database, and ten thousand requests take their time. In some parts, so that what fails names its doors
# early; each part builds the scene's world anew.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_door_lets_in_whom_it_should_and_nobody_else(scene: Scene, part: int) -> None:
    wrong = []
    asked = 0
    for method, rule, endpoint, who, status in _walk(scene, part):
        asked += 1
        if who is None:
            is_right = status == 401 or (method == "GET" and not rule.startswith("/api/") and status == 302)
        elif who in DOORS[endpoint].who:
            is_right = status in PASSED
        else:
            is_right = status in REFUSED
        if not is_right:
            wrong.append(f"{method} {rule} as {who or 'guest'}: {status}")
    assert wrong == []
    assert asked > 1000 / PARTS, "the walk was cut short"
    assert scene.inline == set(), "the Content-Security-Policy would stop it"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_open_doors_are_open(scene: Scene) -> None:
    app = scene.world.client.application
    shut = []
    for method, rule in _routes(app):
        if not is_public(app, rule.endpoint) or rule.endpoint in ("static", "metrics") or method != "GET":
            continue
        status = scene.ask(None, method, scene.address(rule, PUBLIC), None)
        if status not in (200, 302, 303, 308):
            shut.append(f"{method} {rule.rule}: {status}")
    assert shut == []
